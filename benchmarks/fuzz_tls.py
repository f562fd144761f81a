"""Does anything that a server sends make a reader fail? Messages of a handshake, changed at random, read again.

    .venv/bin/python -m benchmarks.fuzz_tls --count 100000 --seed 1

A reader may give facts or say why not (CannotObserve); any other exception is a fault, and ends this with its seed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from probes._ocsp_staple import read_staple
from probes._tls_flight import Flight, FlightReader
from probes._tls_old_ways import read_sslv2
from probes._tls_records import Message, RecordReader, ServerHello, read_server_hello
from probes._tls_talk import read_ticket
from readiness.probe import CannotObserve

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAME = bytes.fromhex("300d310b3009060355040613025345")
"""C=SE, as DER."""


def vector(width: int, data: bytes) -> bytes:
    """A vector with its length in so many bytes."""
    return len(data).to_bytes(width, "big") + data


def message(type_: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([type_]) + vector(3, body)


def records(*messages: bytes, cut: int = 0) -> bytes:
    """Handshake messages in records of at most `cut` bytes each; in one where it is 0."""
    data = b"".join(messages)
    parts = [data[at : at + cut] for at in range(0, len(data), cut)] if cut else [data]
    return b"".join(b"\x16\x03\x03" + vector(2, part) for part in parts)


def server_hello(version: int, suite: int, extensions: bytes = b"") -> bytes:
    """A ServerHello with a session id."""
    body = version.to_bytes(2, "big") + bytes(32) + vector(1, bytes(32)) + suite.to_bytes(2, "big") + b"\0"
    return message(2, body + vector(2, extensions))


CERTIFICATES = vector(3, vector(3, bytes(range(200))) + vector(3, bytes(90)))
ECDHE = b"\3\0\x1d" + vector(1, bytes(32)) + b"\4\3" + vector(2, bytes(70))
DHE = vector(2, b"\xff" * 128) + vector(2, b"\2") + vector(2, bytes(128)) + b"\4\1" + vector(2, bytes(256))
REQUEST = vector(1, b"\1\x40") + vector(2, b"\4\3\4\1") + vector(2, vector(2, NAME) * 3)
STATUS = b"\1" + vector(3, b"\x30\x03\x0a\x01\x03")
CHOSEN = b"\0\x2b\0\2\3\4" + b"\0\x33" + vector(2, b"\0\x1d" + vector(2, bytes(32)))
EXTENSIONS = b"\0\x10" + vector(2, vector(2, vector(1, b"http/1.1"))) + b"\xff\1\0\1\0\0\x17\0\0"
AUTHORITIES = b"\0\x2f" + vector(2, vector(2, vector(2, NAME)))
REQUEST_1_3 = vector(1, b"") + vector(2, b"\0\x0d" + vector(2, vector(2, b"\4\3")) + AUTHORITIES)
CERTIFICATES_1_3 = vector(1, b"") + vector(3, vector(3, bytes(100)) + vector(2, b"\0\5" + vector(2, STATUS)))
VERIFY = b"\4\3" + vector(2, bytes(70))
TICKET = bytes(8) + vector(1, bytes(8)) + vector(2, bytes(32)) + vector(2, b"\0\x2a\0\4\0\0\x40\0")

SSLV2 = bytes.fromhex("801b0400010002000000030010") + b"\7\0\xc0" + bytes(16)

TO_TLS_1_2 = (
    records(server_hello(0x0303, 0xC02B, EXTENSIONS), message(11, CERTIFICATES), message(12, ECDHE), message(14, b"")),
    records(
        *(server_hello(0x0303, 0x009E), message(11, CERTIFICATES), message(22, STATUS), message(12, DHE)),
        *(message(13, REQUEST), message(14, b"")),
        cut=100,
    ),
    records(server_hello(0x0301, 0xC013), message(11, CERTIFICATES), message(12, ECDHE), message(13, REQUEST)),
    b"\x15\3\3\0\2\2\x28",
    b"\x15\3\3\0\4\1\x5a\2\x46",
    records(server_hello(0x0303, 0x1301, CHOSEN)),
)
OF_TLS_1_3 = b"".join(
    (
        message(8, vector(2, EXTENSIONS)),
        message(13, REQUEST_1_3),
        message(11, CERTIFICATES_1_3),
        message(15, VERIFY),
        message(20, bytes(32)),
    )
)


def read_plain(data: bytes) -> str:
    """Records as they came, to a flight; gives a word for what became of it."""
    reader, flight = RecordReader(), None
    reader.feed(data)
    while (event := reader.read()) is not None:
        if not isinstance(event, Message):
            return "alert"
        if flight is None:
            flight = FlightReader(read_server_hello(event.body))
        elif flight.take(event):
            break
    return _word(flight.flight() if flight else None)


def read_opened(data: bytes) -> str:
    """What stands in opened records of TLS 1.3, to a flight."""
    reader = RecordReader()
    reader.feed(records(data))
    flight = FlightReader(ServerHello(0x0304, 0x1301, 0, retry=False, sentinel="", extensions=()))
    while (event := reader.read()) is not None:
        if not isinstance(event, Message) or flight.take(event):
            break
    return _word(flight.flight())


def _word(flight: Flight | None) -> str:
    return "nothing" if flight is None else "whole" if flight.whole else "part"


READERS: Sequence[tuple[Callable[[bytes], object], Sequence[bytes]]] = (
    (read_plain, TO_TLS_1_2),
    (read_opened, (OF_TLS_1_3,)),
    (read_ticket, (TICKET,)),
    (lambda data: read_staple(data, (), AT), (STATUS[4:], bytes.fromhex("30820003"))),
    (read_sslv2, (SSLV2, b"\x15\3\1\0\2\2\x28")),
)


def mutate(data: bytes, dice: random.Random) -> bytes:
    """One to eight changes: bytes turned, cut out, put in, doubled, ends cut off, lengths at their limits."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(changed)) if changed else 0
        match dice.randrange(6):
            case 0 if changed:
                changed[at] ^= 1 << dice.randrange(8)
            case 1 if changed:
                changed[at] = dice.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del changed[at : at + dice.randint(1, 16)]
            case 3:
                changed[at:at] = dice.randbytes(dice.randint(1, 16))
            case 4:
                changed[at:at] = changed[at : at + dice.randint(1, 40)]
            case _:
                del changed[at:]
    return bytes(changed)


def fuzz(count: int, seed: int) -> Counter[str]:
    """Change and read so often; how many had which outcome. AssertionError for what no reader may raise."""
    dice, outcomes = random.Random(seed), Counter[str]()
    for _ in range(count):
        read, corpus = dice.choice(READERS)
        data = mutate(dice.choice(corpus), dice)
        try:
            outcomes[str(read(data))[:20]] += 1
        except CannotObserve as error:
            outcomes[error.unseen.reason] += 1
        except Exception as fault:
            raise AssertionError(f"{read} failed on {data.hex()}") from fault
    return outcomes


def main() -> None:
    """Print what became of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.monotonic()
    outcomes = fuzz(given.count, given.seed)
    print(f"{given.count} changed messages in {time.monotonic() - start:.1f} s: no reader failed")
    for outcome, count in outcomes.most_common(12):
        print(f"{count:8}  {outcome}")


if __name__ == "__main__":
    main()
