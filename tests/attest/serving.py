"""The page of a desk, served in a thread for as long as a test needs it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from readiness.attest.desk import Desk
from readiness.attest.serve import serve


@contextmanager
def served(desk: Desk, role: str = "") -> Iterator[tuple[str, threading.Thread]]:
    """The address, and the thread that ends when the page is ended."""
    told: queue.Queue[str] = queue.Queue()
    thread = threading.Thread(target=serve, args=(desk, told.put, role), daemon=True)
    thread.start()
    url = told.get(timeout=10)
    try:
        yield url, thread
    finally:
        if thread.is_alive():
            origin = "/".join(url.split("/")[:3])
            form = {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
            urlopen(Request(f"{url}finish", b"", form), timeout=10).close()
        thread.join(10)
        assert not thread.is_alive()
