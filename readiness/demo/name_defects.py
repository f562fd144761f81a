"""The built-in defects of the example kommun's names."""

from __future__ import annotations

from readiness.demo import names
from readiness.demo.defect import Change, Defect
from readiness.demo.plan import Plan
from readiness.model import Words


def _dns(**values: object) -> Change:
    """A change of fields of the plan of names."""

    def change(plan: Plan) -> None:
        for name, value in values.items():
            setattr(plan.dns, name, value)

    return change


def _moved(host: str, *addresses: str) -> Change:
    """Other addresses of one host."""

    def change(plan: Plan) -> None:
        if host not in plan.dns.hosts:
            raise AssertionError(f"the plan has no host {host}")
        plan.dns.hosts[host] = list(addresses)

    return change


def _defect(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(f"name-{name}", Words(sv, en), change, flips)


DEFECTS = (
    _defect(
        "one-server",
        "Zonen har en enda namnserver",
        "The zone has one name server only",
        _dns(servers=["ns1.exempelby.example"]),
        "MM-NAME-01",
    ),
    _defect(
        "servers-together",
        "Båda namnservrarna står i samma nät",
        "Both name servers stand in the same network",
        _moved("ns2.exempeldrift.example", "192.0.2.54"),
        "MM-NAME-01",
    ),
    _defect(
        "unsigned",
        "Zonen är inte signerad med DNSSEC",
        "The zone is not signed with DNSSEC",
        _dns(signing=names.UNSIGNED),
        "MM-NAME-04",
    ),
    _defect(
        "wrongly-signed",
        "Signaturerna stämmer inte med adresserna",
        "The signatures do not fit the addresses",
        _dns(signing=names.WRONGLY),
        "MM-NAME-04",
    ),
    _defect(
        "expired-signatures",
        "Signaturerna i zonen har gått ut",
        "The signatures of the zone have expired",
        _dns(signing=names.EXPIRED),
        "MM-NAME-04",
    ),
    _defect(
        "one-address",
        "Tjänsten har en enda adress",
        "The service has one address only",
        _moved(names.SERVICE, "192.0.2.80", "2001:db8:1::80"),
        "MM-NAME-05",
    ),
    _defect(
        "status-beside",
        "Driftinformationen ligger i tjänstens eget nät",
        "The status information lies in the service's own network",
        _moved(names.STATUS, "192.0.2.90"),
        "MM-NAME-02",
    ),
    _defect(
        "abroad",
        "Ett nät är registrerat utanför EU och EES",
        "A network is registered outside the EU and the EEA",
        _dns(countries={"203.0.113.0/24": "US"}),
        "MM-NAME-03",
    ),
)
