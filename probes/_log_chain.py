"""Is a log chained by SHA-256, each line carrying the hash of the line before, and would a changed byte be noticed?

The hash is that of the bytes of the line before, without its line end, in hexadecimal under a name (`previous` and its
like, or as the profile says). The first line of a file carries nothing, zeros, or whatever the file before ended with.
Left out: binary journals, which systemd verifies itself (`log_custody` asks it), and signatures over chains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

NONE, UNBROKEN, BROKEN = "none", "unbroken", "broken"
NAMES = ("previous", "prev", "prev_hash", "previous_hash", "prevhash", "previoushash")
LONGEST = 1 << 20
MOST_COPIED = 1 << 20
"""Bytes of a log that are copied to change one of them."""


@dataclass(slots=True)
class Chain:
    """A chain while it is followed: `links` that were compared, and how many of them did not hold."""

    pattern: re.Pattern[bytes]
    links: int = 0
    broken: int = 0
    unchained: int = 0

    @property
    def state(self) -> str:
        """NONE where no line carries a hash; BROKEN where one does not hold, or is lacking among others."""
        if not self.links:
            return NONE
        return BROKEN if self.broken or self.unchained else UNBROKEN

    def follow(self, lines: Iterable[bytes]) -> None:
        """One file. Its first line may begin anew."""
        before: bytes | None = None
        for line in lines:
            found = self.pattern.search(line)
            if before is not None and found is None:
                self.unchained += 1
            elif before is not None and found is not None:
                self.links += 1
                self.broken += found[1].lower() != sha256(before).hexdigest().encode("ascii")
            before = line


def chain_of(name: str = "") -> Chain:
    """A chain whose hashes stand under that name, or one of the usual ones."""
    names = "|".join(re.escape(one) for one in ([name] if name else NAMES))
    return Chain(
        re.compile(rf"(?:^|[^\w])(?:{names})\"?\s*[:=]\s*\"?([0-9a-f]{{64}})(?![0-9a-f])".encode(), re.IGNORECASE)
    )


def changes_noticed(lines: Sequence[bytes], name: str = "") -> tuple[int, int]:
    """How many changes of one byte in a copy break the chain, out of how many that were tried: at the start, in the
    middle and before the end. The last line is under no hash yet."""
    places = sorted({0, len(lines) // 2, len(lines) - 2}) if len(lines) >= 2 else []
    tried = [place for place in places if place < len(lines) - 1 and lines[place]]
    noticed = 0
    for place in tried:
        copy = list(lines)
        copy[place] = _changed(copy[place])
        chain = chain_of(name)
        chain.follow(copy)
        noticed += chain.state == BROKEN
    return noticed, len(tried)


def raw_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines that are not empty, as bytes without their ends; of a longer one than LONGEST the start."""
    held = b""
    for piece in pieces:
        first, *others = piece.split(b"\n")
        held += first[: LONGEST - len(held)]
        for line in others:
            if whole := held.removesuffix(b"\r"):
                yield whole
            held = line[:LONGEST]
    if whole := held.removesuffix(b"\r"):
        yield whole


def _changed(line: bytes) -> bytes:
    """The line with one bit of its last byte turned: no hash of its own stands there in a text, and in JSON a brace."""
    return line[:-1] + bytes([line[-1] ^ 1])
