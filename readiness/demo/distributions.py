"""How does the example förmedlare keep its customers apart? It tells each what became of its own consignments.

Pure: a request in, which says whose certificate came with it, an answer out. Left out: the rest of the service, which
is that of `soap_service`, and TLS (`servers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from readiness.contract.names import COMMON_V3, MESSAGE, MESSAGE_V3, SOAP_11
from readiness.contract.persons import test_persons
from readiness.demo.soap_service import Request, envelope, http

ASKED = f"{{{SOAP_11}}}Body/{{{MESSAGE_V3}}}checkDistributionStatus"
NOT_AUTHORISED = 5002
GREETING = b"HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Distributions:
    """The service at `path`. `owners`: whose each consignment is (organisation number), by its distribution id.

    `tells_anyone` is its built-in defect: whoever has come through the handshake is told of everything.
    """

    path: str
    owners: Mapping[str, str]
    tells_anyone: bool = False

    def answer(self, request: Request) -> bytes:
        """The whole HTTP answer; a greeting to whoever does not ask."""
        if request.method != "POST" or request.target != self.path:
            return GREETING
        try:
            asked = etree.fromstring(request.body, etree.XMLParser(resolve_entities=False, no_network=True)).find(ASKED)
        except etree.XMLSyntaxError:
            return http(400)
        if asked is None:
            return http(400)
        sender, distribution = (
            asked.findtext(f"{{{MESSAGE_V3}}}{name}") or "" for name in ("senderId", "distributionId")
        )
        owner = self.owners.get(distribution)
        if owner and (self.tells_anyone or owner == request.client == sender.removeprefix("16")):
            return http(200, envelope(_status()))
        return http(500, envelope(_refusal()))


def _status() -> str:
    person = test_persons()[0].number
    inside = (
        f"<s:RecipientId>{person}</s:RecipientId><s:Type>Digital</s:Type><s:DeliveryStatus>Delivered</s:DeliveryStatus>"
    )
    return (
        f'<m:checkDistributionStatusResponse xmlns:m="{MESSAGE_V3}">'
        f'<m:return xmlns:s="{MESSAGE}">{inside}</m:return></m:checkDistributionStatusResponse>'
    )


def _refusal() -> str:
    said = "not authorised"
    return (
        f"<e:Fault><faultcode>e:Client</faultcode><faultstring>{said}</faultstring><detail>"
        f'<c:applicationFault xmlns:c="{COMMON_V3}"><c:ErrorCode>{NOT_AUTHORISED}</c:ErrorCode>'
        f"<c:Description>{said}</c:Description><c:CallId>exempel-0000000000000002</c:CallId></c:applicationFault>"
        "</detail></e:Fault>"
    )
