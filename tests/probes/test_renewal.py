"""renewal: certificates of a history in files and in the records of earlier runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from probes import client_certificate, renewal
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from readiness.run import Looking, observe_profile
from tests.conftest import NOON, look, profile_of, session_for
from tests.stands.pki import Issued, authority, leaf

ROOT = authority("Exempelrot")
DAY = timedelta(days=1)


def period(begins: float, ends: float) -> Issued:
    """A certificate by the days from noon."""
    return leaf(ROOT, (), not_before=NOON + begins * DAY, not_after=NOON + ends * DAY)


def target(folder: Path, now: Issued, *earlier: Path) -> Target:
    path = folder / "klient.pem"
    path.write_bytes(now.cert_pem)
    said = (("earlier", tuple(map(str, earlier))), ("use", "tls-client"))
    return Target("klient", TargetKind.CERTIFICATE, address=str(path), declared=said if earlier else said[1:])


def written(folder: Path, *issued: Issued) -> list[Path]:
    paths = [folder / f"tidigare-{number}.pem" for number, _ in enumerate(issued)]
    for path, one in zip(paths, issued, strict=True):
        path.write_bytes(one.cert_pem)
    return paths


def values(seen: dict[str, Seen]) -> tuple[object, object, object]:
    history = seen["renewal.history"].value
    assert isinstance(history, Table)
    shortest, spread = (seen[f"renewal.{name}"].value for name in ("shortest_overlap", "overlap_spread"))
    return (
        len(history.rows),
        shortest.reason if isinstance(shortest, Unseen) else shortest,
        spread.reason if isinstance(spread, Unseen) else spread,
    )


def test_the_time_left_at_each_renewal_is_told_by_the_certificates(tmp_path: Path) -> None:
    earlier = written(tmp_path, period(-60, -25), period(-90, -52))
    seen = look(renewal.PROBE, target(tmp_path, period(-30, 60), *earlier))
    assert set(seen) == set(renewal.PROBE.promises())
    assert values(seen) == (3, 5 * DAY, 3 * DAY)
    table = seen["renewal.history"].value
    assert isinstance(table, Table)
    assert [row[3] for row in table.rows] == ["", "8 days, 0:00:00", "5 days, 0:00:00"]


def test_a_gap_between_two_is_less_than_nothing(tmp_path: Path) -> None:
    seen = look(renewal.PROBE, target(tmp_path, period(-30, 60), *written(tmp_path, period(-60, -31))))
    assert values(seen) == (2, -DAY, Reason.NOT_EXERCISED)


def test_without_an_earlier_one_no_renewal_was_seen(tmp_path: Path) -> None:
    now = period(-30, 60)
    assert values(look(renewal.PROBE, target(tmp_path, now))) == (1, Reason.NOT_EXERCISED, Reason.NOT_EXERCISED)
    # The same again is no renewal.
    assert values(look(renewal.PROBE, target(tmp_path, now, *written(tmp_path, now))))[:2] == (1, Reason.NOT_EXERCISED)


def recorded(folder: Path, now: Issued) -> Path:
    """The folder of a run that looked at the certificate."""
    subject = target(folder, now)
    observe_profile(profile_of(subject), "", folder / "run" / "record", Looking())
    return folder / "run"


def test_an_earlier_run_tells_what_was_in_use_then(tmp_path: Path) -> None:
    run = recorded(tmp_path, period(-60, -25))
    assert values(look(renewal.PROBE, target(tmp_path, period(-30, 60), run)))[:2] == (2, 5 * DAY)


def test_an_altered_run_leaves_it_open(tmp_path: Path) -> None:
    run = recorded(tmp_path, period(-60, -25))
    journal = run / "record" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"klient", b"klienT", 1))
    assert values(look(renewal.PROBE, target(tmp_path, period(-30, 60), run)))[1] is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", Reason.NOT_UNDERSTOOD), (b"\0\1\2", Reason.NOT_UNDERSTOOD), (None, Reason.NOT_CONFIGURED)],
    ids=["empty", "garbage", "missing"],
)
def test_an_earlier_one_that_cannot_be_read_leaves_it_open(
    tmp_path: Path, content: bytes | None, reason: Reason
) -> None:
    path = tmp_path / "tidigare.pem"
    if content is not None:
        path.write_bytes(content)
    good = written(tmp_path, period(-60, -25))
    assert values(look(renewal.PROBE, target(tmp_path, period(-30, 60), *good, path))) == (2, reason, reason)


def test_only_what_the_profile_names_is_read(tmp_path: Path) -> None:
    run = recorded(tmp_path, period(-60, -25))
    subject = target(tmp_path, period(-30, 60))
    with pytest.raises(CannotObserve) as caught:
        session_for(subject).earlier(subject, str(run))
    assert caught.value.unseen.reason is Reason.NOT_CONFIGURED


def test_the_facts_that_a_run_keeps_are_those_that_are_read() -> None:
    assert {f"certificate.{name}" for name in renewal.NAMES} <= set(client_certificate.PROBE.promises())
    assert isinstance(NOON, datetime)
