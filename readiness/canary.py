"""Did anybody fetch what only our own request names? A listener on loopback, for as long as one look lasts.

It counts a connection that asks for its own unguessable path, answers with nothing, and closes. Left out: listening
where another machine could reach it; such a target's question stays open.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
SECONDS = 2.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml-dtd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Canary:
    """What listens. `address` is the URL to name in a request; nothing that is fetched there does any harm."""

    def __init__(self, port: int) -> None:
        self._path = f"/{secrets.token_hex(8)}.dtd"
        self._touched = False
        self.address = f"http://{HOST}:{port}{self._path}"

    def touched(self) -> bool:
        """Whether its path has been asked for."""
        return self._touched

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller, bounded in time and bytes."""
        try:
            with suppress(TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
                async with asyncio.timeout(SECONDS):
                    if self._path.encode("ascii") in await reader.readline():
                        self._touched = True
                    writer.write(ANSWER)
                    await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Canary]:
    """Open it, and close it at the end."""
    callers: list[Canary] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await callers[0].answer(reader, writer)

    server = await asyncio.start_server(answer, HOST, 0, limit=8192)
    callers.append(Canary(server.sockets[0].getsockname()[1]))
    try:
        yield callers[0]
    finally:
        server.close()
        await server.wait_closed()
