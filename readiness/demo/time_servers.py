"""Who tells the example's machine the time? Servers of SNTP (RFC 4330) on loopback, as far ahead as a plan says.

Left out: whether they are right; that is what built-in defects change.
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

HOST = "127.0.0.1"
EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
SIZE = 48
POLL = 0.02
SERVER_VERSION_4, STRATUM, PRECISION = 0x24, 2, -20
ROOT_DISPERSION = 66
"""A thousandth of a second, in 2^-16 s."""
Clock = Callable[[], datetime]


class TimeServer(socketserver.UDPServer):
    """One source of time; it has a port when it has been made, and answers from `start` to `stop`."""

    def __init__(self, clock: Clock, ahead: timedelta) -> None:
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)
        self._clock = clock
        self._ahead = ahead
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL,), name=f"demo time {self.address}")

    @property
    def address(self) -> str:
        """127.0.0.1:port"""
        return f"{HOST}:{self.socket.getsockname()[1]}"

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, and wait for the thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one datagram, its bytes and the socket as socketserver gives them; one that is too short gets none."""
        data, sock = request
        if len(data) >= SIZE:
            sock.sendto(answer(data, self._clock() + self._ahead), client_address)


def answer(request: bytes, now: datetime) -> bytes:
    """What a synchronised server answers that received the request and sends at that time."""
    stamp = ((now - EPOCH) // timedelta(microseconds=1) << 32) // 1_000_000 % (1 << 64)
    head = struct.pack(">BBbbiI4s", SERVER_VERSION_4, STRATUM, 0, PRECISION, 0, ROOT_DISPERSION, bytes(4))
    return head + struct.pack(">Q", stamp) + request[40:48] + struct.pack(">QQ", stamp, stamp)
