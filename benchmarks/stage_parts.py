"""Where does the time of one plain POST to the stage go? Microseconds of the processor by part, each by itself.

    python benchmarks/stage_parts.py

By itself a part finds its code and data in the caches, so that the sum is less than what `stage.py` measures. TLS and
sockets are what the bare server of `stage.py` takes.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.stage import request
from readiness.contract.schemas import load_contract
from readiness.record_writing import Writer
from readiness.recording import Action, Connection, Exchange
from readiness.recording_json import to_json
from readiness.stage.answers import Answers
from readiness.stage.bill import Bill
from readiness.stage.clock import now
from readiness.stage.http import HttpReader
from readiness.stage.masking import Mask
from readiness.stage.recorder import Recorder, Response
from readiness.stage.services import PLAIN, Services, sites
from readiness.stage.settings import StageSettings
from readiness.stage.spool import Spool
from tests.stage.standing import PERSONS

POST = request("/elsewhere", b"x" * 1024)
TIMES = 5000


class Last:
    """A journal that only remembers."""

    def tell_recorded(self, entry: Connection | Exchange) -> None:
        """As any journal."""
        self.entry = entry


def main() -> None:
    """Measure every part and print them."""
    with tempfile.TemporaryDirectory() as name:
        for part, measured in parts(Path(name)).items():
            print(f"{part:50} {measured:6.1f} µs")


def parts(folder: Path) -> dict[str, float]:
    """Microseconds of each part of an exchange."""
    settings = StageSettings(PERSONS)
    answers = Answers(settings, Bill(PERSONS), lambda operator, scenario: operator)
    services = Services(sites(settings)[0], str, answers, load_contract())
    reader, journal, mask = HttpReader(65536, 2**24), Last(), Mask(PERSONS)
    recorder = Recorder(journal, Spool(folder / "first", 2**40), PERSONS)

    def read() -> None:
        reader.receive(POST)
        while (event := reader.next()) and not event.whole:
            pass

    def spoken() -> None:
        read()
        reader.respond(404, (("Content-Type", PLAIN),), b"nothing stands at this path\n")
        reader.next_cycle()

    read()
    whole = reader.request
    assert whole is not None
    reply = services.reply(whole)
    sent = reader.respond(reply.status, reply.headers, reply.body)
    reader.next_cycle()
    response = Response(sent[: -len(reply.body)], reply.body)
    spool, numbers = Spool(folder / "second", 2**40), iter(range(1, 2**31))
    whole_parts = (POST[:160], whole.body(), response.head, response.body)

    def told() -> None:
        recorder.exchange(exchange(), whole, response, reply.answer)

    told()
    with Writer(folder / "record", {}, datetime.now(UTC)) as writer:
        digests = median(lambda: (mask.unread(whole.body(), "request"), hashlib.sha256(whole.body()).hexdigest()))
        spooled = median(lambda: spool.put(next(numbers), whole_parts))
        made, written = median(exchange), median(lambda: to_json(journal.entry))
        return {
            "HTTP read and written (httptools)": median(spoken),
            "what is answered": median(lambda: services.reply(whole)),
            "the exchange and its moments": made,
            "the body looked through and its digests": digests,
            "the original encrypted and spooled": spooled,
            "the rest of masking and of the entry": median(told) - made - digests - spooled,
            "the entry as JSON": written,
            "written to the journal and flushed": median(lambda: writer.tell_recorded(journal.entry)) - written,
        }


def exchange() -> Exchange:
    """What a conversation hands to the recorder, with as many looks at the clock."""
    arrived, accepted, sent, done = now(), now(), now(), now()
    return Exchange(
        id="",
        connection="c1",
        place=1,
        listener="far",
        role="far",
        first_byte=arrived,
        last_byte=arrived,
        accepted=accepted,
        response_first_byte=sent,
        response_last_byte=done,
        actions=(Action("answer", accepted, done),),
        status=404,
        problem="nothing stands at this path",
    )


def median(measured: Callable[[], object]) -> float:
    """Microseconds of one call, the median of five rounds after one that does not count."""
    return statistics.median([timed(measured) for _ in range(6)][1:])


def timed(measured: Callable[[], object]) -> float:
    """Microseconds of the processor for one call of many."""
    began = time.process_time()
    for _ in range(TIMES):
        measured()
    return (time.process_time() - began) / TIMES * 1e6


if __name__ == "__main__":
    main()
