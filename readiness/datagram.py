"""What comes back for one datagram (UDP), and after how long?

Only what the one that was asked sends is heard. Left out: whom a run may ask (`session`), and what is said.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from readiness.model import Reason
from readiness.probe import CannotObserve

Heeds = Callable[[bytes], bool]


def anything(_: bytes) -> bool:
    """Heeds whatever comes."""
    return True


async def ask(ip: str, port: int, data: bytes, wait: float, heeds: Heeds = anything) -> tuple[bytes, timedelta]:
    """The first datagram that comes back and is heeded, and how long after sending. CannotObserve: timed_out,
    connection_refused."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[tuple[bytes, float]] = loop.create_future()
    where = f"{ip} port {port} (UDP)"
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(heard, heeds), remote_addr=(ip, port))
    except OSError as error:
        raise CannotObserve(Reason.CONNECTION_REFUSED, f"{where}: {error.strerror}") from error
    try:
        began = time.perf_counter()
        transport.sendto(data)
        async with asyncio.timeout(wait):
            answer, ended = await heard
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{where}: nothing within {wait:g} s") from None
    except OSError as error:
        raise CannotObserve(Reason.CONNECTION_REFUSED, where) from error
    finally:
        transport.close()
    return answer, timedelta(seconds=ended - began)


class _Ear(asyncio.DatagramProtocol):
    """Keeps the first thing that comes and is heeded, with the time when it came."""

    def __init__(self, heard: asyncio.Future[tuple[bytes, float]], heeds: Heeds) -> None:
        self._heard, self._heeds = heard, heeds

    def datagram_received(self, data: bytes, _: object) -> None:
        if not self._heard.done() and self._heeds(data):
            self._heard.set_result((data, time.perf_counter()))

    def error_received(self, exc: Exception) -> None:
        if not self._heard.done():
            self._heard.set_exception(exc)
