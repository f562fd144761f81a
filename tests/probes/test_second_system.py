"""Is a second system's run joined with this chain by the mediator's certificate, and is nothing else taken for that?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from probes import second_system
from readiness.model import Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Seen
from readiness.session import Recorded
from tests.conftest import NOON, look, profile_of
from tests.probes.exchanges import FORMEDLARE, KOMMUN, formedlare, kommun, organisation
from tests.probes.runs import LAST_MONTH, delivery, recorded, session_of, write_run
from tests.stands.pki import Issued, leaf

THROUGH, PRODUCT = "second_system.through_mediator", "second_system.product"
OURS = Target("system", TargetKind.SENDING_SYSTEM, declared=(("product", "Exempelärende"),))
SENT = recorded(delivery(1, formedlare()))
"""This chain's own system, through its mediator."""


def second(folder: Path, **more: str) -> Target:
    said: dict[str, object] = {
        "mediator": "formedlare",
        "own_organisation_number": KOMMUN,
        "party_organisation_numbers": (KOMMUN, FORMEDLARE),
    }
    return Target("prov", TargetKind.SECOND_SYSTEM, address=str(folder), declared=tuple(sorted((said | more).items())))  # type: ignore[arg-type]


def seen(folder: Path, *others: Target, stage: Recorded | None = SENT) -> dict[str, Seen]:
    target = second(folder)
    return look(second_system.PROBE, target, session_of(profile_of(target, OURS, *others), stage))


def values(folder: Path, *others: Target, stage: Recorded | None = SENT) -> dict[str, Value | Unseen]:
    return {fact: one.value for fact, one in seen(folder, *others, stage=stage).items()}


def reason(value: object) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


def declared_client(folder: Path, issued: Issued, node: str = "formedlare", use: str = "tls-client") -> Target:
    path = folder / f"{node}-{use}.pem"
    path.write_bytes(issued.cert_pem)
    return Target(path.stem, TargetKind.CERTIFICATE, node, str(path), declared=(("use", use),))


def test_a_second_system_is_delivered_for_by_the_same_mediator(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [delivery(n, formedlare()) for n in range(1, 4)])
    found = seen(run)
    assert {fact: one.value for fact, one in found.items()} == {
        "second_system.consignments": 3,
        THROUGH: 3,
        PRODUCT: "other",
        "second_system.environment": "test",
    }
    assert {one.at for one in found.values()} == {LAST_MONTH}
    assert {one.strength for one in found.values()} == {Strength.LIVE}
    assert "3 over certificate " in found[THROUGH].detail


def test_a_renewed_certificate_with_the_same_key_is_the_same_mediators(tmp_path: Path) -> None:
    renewed = leaf(None, (), key=formedlare().key, subject=[("CN", "ny")])
    assert values(write_run(tmp_path / "run", [delivery(1, renewed)]))[THROUGH] == 1


def test_a_system_that_sends_past_the_mediator_has_none_through_it(tmp_path: Path) -> None:
    assert values(write_run(tmp_path / "run", [delivery(1, kommun())]))[THROUGH] == 0


def test_another_certificate_of_the_mediators_organisation_leaves_open_which_mediator_it_was(tmp_path: Path) -> None:
    other = organisation("kommun-b ny", FORMEDLARE)
    value = values(write_run(tmp_path / "run", [delivery(1, other)]))[THROUGH]
    assert reason(value) is Reason.NOT_EXERCISED


@pytest.mark.parametrize("what", [{"taken": False}, {"receipted": False}, {"operation": "isReachable"}])
def test_what_was_not_delivered_with_a_receipt_is_no_whole_chain(tmp_path: Path, what: dict[str, bool]) -> None:
    found = values(write_run(tmp_path / "run", [delivery(1, formedlare(), **what)]))  # type: ignore[arg-type]
    assert found[THROUGH] == 0
    assert found["second_system.consignments"] == ("operation" not in what)


@pytest.mark.parametrize("client", [None, b""], ids=["none asked for", "names a person"])
def test_a_record_without_certificates_joins_nothing(tmp_path: Path, client: bytes | None) -> None:
    value = values(write_run(tmp_path / "run", [delivery(1, client), delivery(2, kommun())]))[THROUGH]
    assert reason(value) is Reason.NOT_EXERCISED
    assert values(write_run(tmp_path / "two", [delivery(1, client), delivery(2, formedlare())]))[THROUGH] == 1


def test_a_certificate_that_cannot_be_read_is_compared_as_bytes(tmp_path: Path) -> None:
    broken = b"\x30\x03\x02\x01\x01"
    run = write_run(tmp_path / "run", [delivery(1, broken)])
    assert values(run)[THROUGH] == 0
    assert values(run, stage=recorded(delivery(1, broken)))[THROUGH] == 1
    assert values(run, stage=recorded(delivery(1, b"\x30\x00")))[THROUGH] == 0  # two without a key share none


def test_a_run_in_which_this_chain_did_not_send_goes_by_the_declared_certificate(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [delivery(1, formedlare())])
    ours = declared_client(tmp_path, formedlare())
    found = seen(run, ours, stage=None)
    assert (found[THROUGH].value, found[THROUGH].strength) == (1, Strength.FILE)
    for other in (
        declared_client(tmp_path, formedlare(), node="arende"),
        declared_client(tmp_path, formedlare(), use="sealing"),
    ):
        assert reason(values(run, other, stage=None)[THROUGH]) is Reason.NOT_CONFIGURED


def test_a_declared_certificate_that_cannot_be_read_leaves_it_open(tmp_path: Path) -> None:
    gone = Target(
        "borta", TargetKind.CERTIFICATE, "formedlare", str(tmp_path / "borta.pem"), declared=(("use", "tls-client"),)
    )
    past = write_run(tmp_path / "run", [delivery(1, kommun())])
    assert reason(values(past, gone, stage=None)[THROUGH]) is Reason.NOT_CONFIGURED
    assert (
        reason(values(past, gone, declared_client(tmp_path, formedlare()), stage=None)[THROUGH])
        is Reason.NOT_CONFIGURED
    )


@pytest.mark.parametrize(
    ("products", "expected"),
    [(("exempelÄRENDE",), "same"), (("Annat", "Tredje"), "other"), (("Annat", "Exempelärende"), Reason.NOT_EXERCISED)],
)
def test_the_second_system_is_told_from_ours_by_its_product(
    tmp_path: Path, products: tuple[str, ...], expected: object
) -> None:
    found = values(write_run(tmp_path / "run", [delivery(1, formedlare())], products=products))[PRODUCT]
    assert (found.reason if isinstance(found, Unseen) else found) == expected


def test_a_run_without_a_sending_system_leaves_open_which_it_was(tmp_path: Path) -> None:
    assert reason(values(write_run(tmp_path / "run", [], products=()))[PRODUCT]) is Reason.NOT_CONFIGURED


def test_a_run_in_production_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [delivery(1, formedlare())], environment="production")
    assert values(run)["second_system.environment"] == "production"


def test_a_partys_record_counts_as_a_file_and_a_strangers_not_at_all(tmp_path: Path) -> None:
    theirs = write_run(tmp_path / "theirs", [delivery(1, formedlare())], number=FORMEDLARE)
    assert {one.strength for one in seen(theirs).values()} == {Strength.FILE}
    stranger = write_run(tmp_path / "stranger", [delivery(1, formedlare())], number="4120000007")
    with pytest.raises(CannotObserve) as raised:
        seen(stranger)
    assert raised.value.unseen.reason is Reason.NOT_CONFIGURED


def test_what_is_no_unaltered_record_of_a_chain_is_not_understood(tmp_path: Path) -> None:
    altered = write_run(tmp_path / "altered", [delivery(1, kommun())])
    journal = altered / "journal.jsonl"
    journal.write_text(
        journal.read_text(encoding="utf-8").replace('"receipted": true', '"receipted": false'), encoding="utf-8"
    )
    assert '"receipted": false' in journal.read_text(encoding="utf-8")
    bare = write_run(tmp_path / "bare", [], profile=False)
    broken = write_run(tmp_path / "broken", [])
    start, *rest = (broken / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    (broken / "run.json").unlink()
    (broken / "journal.jsonl").write_text(
        json.dumps(json.loads(start) | {"profile": {"format": 99}}) + "\n" + "\n".join(rest), encoding="utf-8"
    )
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04")
    for path in (altered, bare, broken, tmp_path / "no.zip", tmp_path / "nowhere"):
        with pytest.raises(CannotObserve) as raised:
            seen(path)
        assert raised.value.unseen.reason is Reason.NOT_UNDERSTOOD, path


def test_a_run_of_the_future_is_not_understood(tmp_path: Path) -> None:
    ahead = write_run(tmp_path / "ahead", [delivery(1, formedlare())], ended=NOON + timedelta(hours=2))
    assert {one.at for one in seen(ahead).values()} == {NOON}
    future = write_run(tmp_path / "future", [delivery(1, formedlare())], ended=NOON + timedelta(days=2))
    with pytest.raises(CannotObserve) as raised:
        seen(future)
    assert raised.value.unseen.reason is Reason.NOT_UNDERSTOOD


def test_only_the_run_that_the_profile_names_is_read(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [delivery(1, formedlare())])
    session = session_of(profile_of(second(run)))
    for target, path in ((second(run), str(tmp_path)), (replace(second(run), id="annan"), str(run))):
        with pytest.raises(CannotObserve) as raised:
            session.other_run(target, path)
        assert raised.value.unseen.reason is Reason.NOT_CONFIGURED
