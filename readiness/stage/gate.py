"""How is one port opened and shut, and kept? A listener that can refuse connections and take them again.

While it is shut the port stays bound, so that nobody else takes it, and the kernel refuses whoever comes. Left out:
what happens on a connection.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from ipaddress import ip_address

BACKLOG = 1024


class Gate:
    """One port of the stage. OSError where it cannot be had."""

    def __init__(self, address: str, port: int, made: Callable[[], asyncio.Protocol]) -> None:
        self._address = address
        self._made = made
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = self._bound(port)
        self.port: int = self._held.getsockname()[1]

    async def open(self) -> None:
        """Take connections."""
        if self._server is None:
            raw, self._held = self._held or self._bound(self.port), None
            self._server = await asyncio.get_running_loop().create_server(self._made, sock=raw, backlog=BACKLOG)

    def shut(self) -> None:
        """Refuse connections. Those that there are go on."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._held = self._bound(self.port)

    def close(self) -> None:
        """Give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._held is not None:
            self._held.close()
            self._held = None

    def _bound(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ip_address(self._address).version == 6 else socket.AF_INET
        raw = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two programs have one port
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            raw.setblocking(False)
            raw.bind((self._address, port))
        except OSError:
            raw.close()
            raise
        return raw
