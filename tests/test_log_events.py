"""Windows event logs: their events as lines, what is cut or broken told, and found in by the probes of logs."""

from __future__ import annotations

import io
import json
import random
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes import log_personal_data, log_traceability
from readiness.contract.persons import test_persons
from readiness.log_events import MARK, event_lines
from readiness.model import Reason, Target, TargetKind
from readiness.probe import CannotObserve
from tests.conftest import look, session_for
from tests.event_logs import BLOCK, CHUNK, Event, event_log
from tests.probes.exchanges import Record
from tests.test_log_files import PACK

pytest.importorskip("evtx", reason="needs the extra logs")

AT = datetime(2026, 11, 30, 12, 0, 1, 500_000, tzinfo=UTC)
ONE = "8c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b10"
PERSON = test_persons()[0].number


def log(*events: Event) -> bytes:
    return event_log(events or (Event(AT, {"message_id": ONE, "event": "skapad å"}), Event(AT, {}, level=2)))


def lines(data: bytes) -> list[dict[str, object]]:
    text = b"".join(event_lines(io.BytesIO(data), "x.evtx"))
    assert text.startswith(MARK)
    return [json.loads(line) for line in text.decode("utf-8-sig").splitlines()]


def broken(data: bytes) -> tuple[int, Reason]:
    """How many lines came, and why no more did."""
    got = []
    with pytest.raises(CannotObserve) as error:
        got.extend(line for line in event_lines(io.BytesIO(data), "x.evtx") if line != MARK)
    return len(got), error.value.unseen.reason


def source(path: Path, **says: object) -> Target:
    return Target("log", TargetKind.LOG_SOURCE, address=str(path), declared=tuple(sorted(says.items())))  # type: ignore[arg-type]


def test_an_event_is_a_line_with_its_time_level_source_host_and_all_it_holds() -> None:
    first, second = lines(log())
    assert {key: first[key] for key in ("time", "level", "source", "host", "eventdata")} == {
        "time": "2026-11-30T12:00:01.5Z", "level": "information", "source": "Arende", "host": "srv1",
        "eventdata": {"message_id": ONE, "event": "skapad å"},
    }  # fmt: skip
    assert first["system"]["EventID"] == "1000"  # type: ignore[index]
    assert second["level"] == "error"
    assert lines(log(Event(AT, {}, level=3), Event(AT, {}, level=0)))[0]["level"] == "warning"


def test_room_that_was_laid_out_and_never_used_holds_no_event() -> None:
    assert len(lines(log() + bytes(2 * CHUNK))) == 2
    assert lines(event_log([])) == []


@pytest.mark.parametrize("cut", [8, 100, BLOCK - 1, BLOCK + 10, BLOCK + 5000, BLOCK + CHUNK - 1])
def test_a_file_that_is_cut_is_told_of(cut: int) -> None:
    assert broken(log()[:cut]) == (0, Reason.NOT_UNDERSTOOD)


def test_events_that_the_reader_passes_over_are_missed() -> None:
    data = bytearray(log(*[Event(AT, {"a": "b" * 20})] * 9))
    last = struct.unpack_from("<I", data, BLOCK + 44)[0]
    data[BLOCK + last : BLOCK + last + 4] = b"\xff\xff\xff\xff"
    came, reason = broken(bytes(data))
    assert came < 9
    assert reason is Reason.NOT_UNDERSTOOD
    assert broken(log() + b"\xff" * CHUNK) == (0, Reason.NOT_UNDERSTOOD), "a chunk that is none"


def test_whatever_is_changed_in_it_nothing_breaks_and_no_loss_is_silent() -> None:
    data, chance = log(*[Event(AT, {"message_id": ONE, "text": "skickat å"})] * 12), random.Random(1)
    told = 0
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 20)):
            changed[chance.choice((chance.randrange(len(changed)), BLOCK + chance.randrange(9000)))] = chance.randrange(
                256
            )
        promised = struct.unpack_from("<QQ", changed, BLOCK + 8)
        try:
            found = len(lines(bytes(changed)))
        except CannotObserve:
            told += 1
        else:
            assert found >= promised[1] - promised[0] + 1
    assert 50 < told < 400


def test_a_panic_of_the_reader_is_a_broken_file_and_a_stop_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def reader(error: type[BaseException]) -> type:
        return type("Parser", (), {"__init__": lambda *_: None, "records_json": lambda _: (_ for _ in ()).throw(error)})

    monkeypatch.setattr("evtx.PyEvtxParser", reader(PanicException))
    assert broken(log()) == (0, Reason.NOT_UNDERSTOOD)
    monkeypatch.setattr("evtx.PyEvtxParser", reader(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        lines(log())


def test_without_the_reader_it_is_not_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evtx", None)
    (tmp_path / "app.evtx").write_bytes(log())
    seen = look(log_personal_data.PROBE, source(tmp_path / "app.evtx"))
    assert seen["log.files_read"].value == 0
    assert seen["log.private_keys"].value.reason is Reason.NOT_SUPPORTED  # type: ignore[union-attr]


@pytest.mark.parametrize("packing", PACK)
def test_one_that_is_packed_or_a_file_that_is_packed_twice_is_not_taken_for_an_empty_log(
    tmp_path: Path, packing: str
) -> None:
    pack = PACK[packing]
    for inner in (log(), PACK["gzip"](b"line\n"), b"PK\x03\x04more"):
        path = tmp_path / "app.log"
        path.write_bytes(pack(inner))
        seen = look(log_personal_data.PROBE, source(path))
        if packing != "plain":
            assert seen["log.private_keys"].value.reason is Reason.NOT_SUPPORTED, inner[:8]  # type: ignore[union-attr]


@pytest.mark.parametrize("says", [{}, {"format": "evtx"}, {"encoding": "utf-16"}])
def test_the_probes_of_logs_find_in_it_what_they_find_elsewhere(tmp_path: Path, says: dict[str, str]) -> None:
    told = {"message_id": ONE, "correlation_id": "2026-0001"}
    later = Event(AT + timedelta(seconds=2), {"correlation_id": "2026-0001", "why": f"refused {PERSON}"}, level=2)
    (tmp_path / "app.evtx").write_bytes(log(Event(AT, {**told, "event": "created"}), later))
    target = source(tmp_path / "app.evtx", trace_ids=(ONE,), **says)
    seen = look(log_traceability.PROBE, target, Record().session(target))
    assert (seen["trace.records"].value, seen["trace.messages_missing"].value) == (2, 0)
    assert seen["trace.time_zone"].value == "stated"
    assert seen["trace.messages_seen"].value.rows == (  # type: ignore[union-attr]
        (ONE, "2", "2026-11-30T12:00:01.500+00:00", "2026-11-30T12:00:03.500+00:00", "created, error"),
    )
    found = look(log_personal_data.PROBE, target, session_for(target))
    assert (found["log.lines_read"].value, found["log.canary_persons"].value) == (2, 1)
