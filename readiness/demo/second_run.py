"""What did a stage record of the second, independent system that the example kommun tried with its mediator?

A record like any other, written as it was then: who connected with which certificate, and what was delivered. Left out:
what the deliveries held, which no record keeps.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from readiness.demo import profile_toml as toml
from readiness.demo.pki import Pki
from readiness.demo.plan import DAY, KOMMUN, Plan
from readiness.profile import to_json, whole_profile
from readiness.record_writing import Writer
from readiness.recording import Attribution, Connection, Exchange, Moment
from readiness.run import tool

FOLDER = "provsystem"
SECOND = 1_000_000_000
"""Nanoseconds."""


def write_second_run(plan: Plan, pki: Pki, folder: Path, now: datetime) -> None:
    """The record, in a folder of its own below that of the profile."""
    second, started = plan.second, now - plan.second.age * DAY
    whole = whole_profile(_profile(plan), f"{FOLDER}.toml")
    start = {
        "profile": to_json(whole.data),
        "profile_digest": whole.digest,
        "profile_source": f"{FOLDER}.toml",
        "tool": [list(row) for row in tool()],
    }
    der = pki.chain_der([second.client, plan.certificates[second.client].issuer])
    shutil.rmtree(folder / FOLDER, ignore_errors=True)  # what an earlier start of the example left
    with Writer(folder / FOLDER, start, started) as writer:
        for number in range(1, second.deliveries + 1):
            at = started + number * timedelta(minutes=1)
            writer.tell_recorded(_connection(number, at, der))
            writer.tell_recorded(_exchange(number, at))
        writer.finish(started + timedelta(hours=1), complete=True)


def _connection(number: int, at: datetime, der: tuple[bytes, ...]) -> Connection:
    return Connection(
        id=f"c{number}",
        listener="operator-1",
        role="operator",
        address="127.0.0.1:18402",
        peer="127.0.0.1",
        accepted=_moment(at, 0),
        closed=_moment(at, 1),
        hello=_moment(at, 0),
        finished=_moment(at, 0),
        version="TLSv1.3",
        suite="TLS_AES_256_GCM_SHA384",
        certificate_request="required",
        client_chain=der,
        closed_by="peer",
        closed_how="close_notify",
        exchanges=1,
    )


def _exchange(number: int, at: datetime) -> Exchange:
    return Exchange(
        id=f"e{number}",
        connection=f"c{number}",
        place=1,
        listener="operator-1",
        role="operator",
        first_byte=_moment(at, 0),
        last_byte=_moment(at, 0),
        accepted=_moment(at, 0),
        response_first_byte=_moment(at, 1),
        response_last_byte=_moment(at, 1),
        part="Service",
        operation="deliverSecure",
        attributions=(Attribution("sane", "path"),),
        method="POST",
        path="/Service/v3",
        request_sha256=hashlib.sha256(f"provforsandelse {number}".encode("ascii")).hexdigest(),
        status=200,
        answer_id=f"{number:032x}",
        taken=True,
        receipted=True,
        original="not_kept: the run is over",
    )


def _moment(at: datetime, seconds: int) -> Moment:
    return Moment(at + timedelta(seconds=seconds), seconds * SECOND)


def _profile(plan: Plan) -> str:
    kommun = plan.parties[KOMMUN]
    whose = {"name": kommun.name, "organisation_number": kommun.organisation_number, "kind": kommun.kind}
    return "\n".join(
        [
            toml.pairs(format=1, environment=plan.second.environment),
            toml.table("subject", party=KOMMUN, **whose),
            toml.table("terms", infrastructure_owner="Digg", terms_version="2024-01-01", contract_version="3"),
            toml.table("party", id=KOMMUN, **whose),
            toml.table("node", id="provsystem", name="Provsystem", party=KOMMUN),
            toml.table("sending_system", id="prov", node="provsystem", product=plan.second.product, version="1"),
        ]
    )
