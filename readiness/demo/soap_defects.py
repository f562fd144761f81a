"""The built-in defects of the integration's SOAP service: what it shows of its contract, and how it answers."""

from __future__ import annotations

from readiness.demo.defect import Defect, change_server
from readiness.demo.plan import INTEGRATION
from readiness.model import Words


def _quirk(name: str, sv: str, en: str, *flips: str) -> Defect:
    return Defect(f"soap-{name}", Words(sv, en), change_server(INTEGRATION, quirks=(name,)), flips)


DEFECTS = (
    _quirk(
        "no-wsdl",
        "Integrationens SOAP-tjänst visar ingen WSDL",
        "The integration's SOAP service shows no WSDL",
        "MM-SOAP-11",
        "MM-SOAP-12",
        "MM-SOAP-13",
        "MM-SOAP-14",
    ),
    _quirk(
        "wsdl-lacks-operation",
        "Integrationens SOAP-tjänst saknar en publicerad operation",
        "The integration's SOAP service lacks a published operation",
        "MM-SOAP-12",
    ),
    _quirk(
        "wsdl-other-action",
        "Integrationens SOAP-tjänst vill ha en egen SOAPAction",
        "The integration's SOAP service wants a SOAPAction of its own",
        "MM-SOAP-13",
    ),
    _quirk(
        "wsdl-other-type",
        "Integrationens SOAP-tjänst tillåter kortare id än det publicerade kontraktet",
        "The integration's SOAP service allows shorter ids than the published contract",
        "MM-SOAP-14",
    ),
    _quirk(
        "takes-anything",
        "Integrationens SOAP-tjänst tar emot vad som helst",
        "The integration's SOAP service takes anything",
        "MM-SOAP-15",
        "MM-SOAP-16",
        "MM-SOAP-17",
        "MM-SOAP-18",
    ),
    _quirk(
        "no-faults",
        "Integrationens SOAP-tjänst svarar med en HTML-sida när något är fel",
        "The integration's SOAP service answers with an HTML page when something is wrong",
        "MM-SOAP-17",
    ),
    _quirk(
        "stack-trace",
        "Integrationens SOAP-tjänst visar stackspår i sina felsvar",
        "The integration's SOAP service shows stack traces in its faults",
        "MM-SOAP-19",
    ),
    _quirk(
        "product-version",
        "Integrationens SOAP-tjänst berättar vilken produktversion den kör",
        "The integration's SOAP service tells which product version it runs",
        "MM-SOAP-20",
    ),
    _quirk(
        "fetches-dtds",
        "Integrationens SOAP-tjänst hämtar externa DTD:er",
        "The integration's SOAP service fetches external DTDs",
        "MM-SOAP-21",
    ),
    _quirk(
        "expands-entities",
        "Integrationens SOAP-tjänst byter ut entiteter i det den tar emot",
        "The integration's SOAP service expands entities in what it receives",
        "MM-SOAP-22",
    ),
)
