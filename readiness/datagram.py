"""What comes back for one datagram (UDP), and after how long?

Only what the one that was asked sends is heard. It blocks, so that the time of hearing is that of coming and not that
of an event loop's next turn: to be called in a thread. Left out: whom a run may ask (`session`), and what is said.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address

from readiness.model import Reason
from readiness.probe import CannotObserve, Heard

LARGEST = 65_535
Heeds = Callable[[bytes], bool]


def anything(_: bytes) -> bool:
    """Heeds whatever comes."""
    return True


def ask(ip: str, port: int, data: bytes, wait: float, clock: Callable[[], datetime], heeds: Heeds = anything) -> Heard:
    """The first datagram that comes back and is heeded, and how long after sending. CannotObserve: timed_out,
    connection_refused."""
    where = f"{ip} port {port} (UDP)"
    family = socket.AF_INET6 if ip_address(ip).version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as raw:
            raw.connect((ip, port))
            sent, began = clock(), time.perf_counter()
            raw.send(data)
            answer, ended = _heeded(raw, began + wait, heeds)
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{where}: nothing within {wait:g} s") from None
    except OSError as error:
        raise CannotObserve(Reason.CONNECTION_REFUSED, f"{where}: {error.strerror}") from error
    return Heard(f"{ip}:{port}", answer, sent, timedelta(seconds=ended - began))


def _heeded(raw: socket.socket, until: float, heeds: Heeds) -> tuple[bytes, float]:
    """What comes and is heeded, and when. TimeoutError once it is too late."""
    while (left := until - time.perf_counter()) > 0:
        raw.settimeout(left)
        answer = raw.recv(LARGEST)
        ended = time.perf_counter()
        if heeds(answer):
            return answer, ended
    raise TimeoutError
