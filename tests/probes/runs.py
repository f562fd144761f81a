"""Which runs of others do tests of probes join? Records on disk, with a profile and what a stage recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from readiness.record_writing import Writer
from readiness.recording import Connection, Entry, Exchange, Moment
from readiness.session import LiveSession, Recorded
from tests.conftest import NOON, Kept
from tests.probes.exchanges import KOMMUN
from tests.stands.pki import Issued

LAST_MONTH = NOON - timedelta(days=30)


def delivery(
    number: int,
    client: Issued | bytes | None,
    *,
    taken: bool = True,
    receipted: bool = True,
    operation: str = "deliverSecure",
    at: datetime = LAST_MONTH,
) -> tuple[Connection, Exchange]:
    """One delivery on a connection of its own, over that client certificate (None: none was asked for)."""
    moment = Moment(at, number)
    der = client.der if isinstance(client, Issued) else client
    chain = () if der is None else (der,)
    connection = Connection(
        f"c{number}", "operator-1", "operator", "127.0.0.1:1", "127.0.0.1", moment, moment, client_chain=chain
    )
    exchange = Exchange(
        f"e{number}",
        connection.id,
        1,
        "operator-1",
        "operator",
        moment,
        part="Service",
        operation=operation,
        taken=taken,
        receipted=receipted,
    )
    return connection, exchange


def recorded(*deliveries: tuple[Connection, Exchange]) -> Recorded:
    """The same as what the stage of a run that is going on recorded."""
    connections, exchanges = zip(*deliveries, strict=True) if deliveries else ((), ())
    return Recorded({f"connection-{c.id}": c for c in connections}, {f"exchange-{e.id}": e for e in exchanges})


def session_of(profile: Any, stage: Recorded | None = None) -> LiveSession:
    """A session of that profile, in which the stage has recorded this."""
    return LiveSession(profile, Kept(), clock=lambda: NOON, recorded=stage)


def write_run(
    folder: Path,
    deliveries: Iterable[tuple[Connection, Exchange]],
    *,
    number: str = KOMMUN,
    environment: str = "test",
    products: Sequence[str] = ("Provsystem",),
    ended: datetime = LAST_MONTH,
    profile: bool = True,
) -> Path:
    """The record of a run in which these deliveries came, of the organisation with that number."""
    kommun = {"name": "Exempelby", "organisation_number": number, "kind": "kommun"}
    data: dict[str, Any] = {
        "format": 1,
        "environment": environment,
        "subject": {**kommun, "party": "kommunen"},
        "terms": {"infrastructure_owner": "Digg", "terms_version": "2024-01-01", "contract_version": "3"},
        "party": [{"id": "kommunen", **kommun}],
        "node": [{"id": "nod", "name": "Nod", "party": "kommunen"}],
        "sending_system": [
            {"id": f"system-{place}", "node": "nod", "product": product, "version": "1"}
            for place, product in enumerate(products)
        ],
    }
    start = {"profile": data, "profile_digest": "", "profile_source": "/prov.toml"} if profile else {}
    with Writer(folder, {**start, "tool": [["mm-readiness", "1"]]}, ended - timedelta(hours=1)) as writer:
        for pair in deliveries:
            entries: tuple[Entry, ...] = pair
            for entry in entries:
                writer.tell_recorded(entry)
        writer.finish(ended, complete=True)
    return folder
