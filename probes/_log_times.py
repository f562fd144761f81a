"""When was a record written, and does the record itself say in which zone?

Recognised where it stands first in a line or alone in a field: ISO 8601, RFC 5424, Log4j, RFC 3164 (no year, no zone),
the Common Log Format, year/month/day, and seconds since 1970 in s, ms, us or ns; or as a profile gives it. A local time
whose zone nobody tells is told as such: `at` is None; so is one that summer time has twice, or never. A time before
EARLIEST is that of a clock that nobody has set, and none. Left out: month/day/year, in which nobody knows which is
which unless the profile says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

STATED, UTC_BY_FORMAT, DECLARED, NONE = "stated", "utc", "declared", "none"
"""The record says its offset; its format means UTC; the profile says the zone; nobody does."""


EARLIEST, LATEST = 1990, 9998
"""Years that a log may be of."""


class When(NamedTuple):
    """`local` as it is written, `at` in UTC where the zone is known, which `zone` tells, and that leaves one moment;
    `resolution` in microseconds of the last digit that is written."""

    local: datetime
    at: datetime | None
    zone: str
    resolution: int


_CLOCK = r"(?P<H>[01]\d|2[0-3]):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d|60)(?:[.,](?P<f>\d{1,9}))?)?"
_ZONE = r"(?:\s?(?P<z>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?![\w:]))?"
_HEAD = r"^(?!\s)(?:<\d{1,3}>(?:1 )?)?\D{0,48}"
_DAY = r"(?P<y>(?:19|20)\d\d)[-/](?P<m>0\d|1[0-2])[-/](?P<d>[0-2]\d|3[01])"
_SHAPES = (
    re.compile(_HEAD + _DAY + r"[Tt ]" + _CLOCK + _ZONE),
    re.compile(r"^(?:<\d{1,3}>)?(?P<b>[A-Z][a-z]{2}) +(?P<d>\d{1,2}) " + _CLOCK + r"(?! ?\d{4})"),
    re.compile(r"^[^\[]{0,200}\[(?P<d>\d\d)/(?P<b>[A-Z][a-z]{2})/(?P<y>\d{4}):" + _CLOCK + _ZONE),
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LEAP = re.compile(r"(?<=\d\d:\d\d):60")
_EPOCH = re.compile(r"^(\d{9,10})(?:[.,](\d{1,9}))?$|^(\d{13})$|^(\d{16})$|^(\d{19})$")
_DIRECTIVES = {
    "d": r"\d{1,2}", "m": r"\d{1,2}", "y": r"\d\d", "Y": r"\d{4}", "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d\d",
    "S": r"\d\d", "f": r"\d{1,6}", "p": r"[AaPp][Mm]", "b": r"[^\W\d]{3,5}\.?", "B": r"[^\W\d]{3,12}",
    "a": r"[^\W\d]{2,4}",
    "A": r"[^\W\d]{5,9}", "z": r"[+-]\d\d:?\d\d|Z", "Z": r"[A-Za-z]{3,5}", "j": r"\d{3}", "%": "%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of one source are read. `written`: when the file was last written, from which a year is inferred
    where a time has none; `utc`: the format means UTC."""

    written: datetime
    time_format: str = ""
    zone: tzinfo | None = None
    utc: bool = False
    shape: re.Pattern[str] | None = None

    @staticmethod
    def of(written: datetime, time_format: str = "", time_zone: str = "", *, utc: bool = False) -> Clock:
        """`time_format` as for strptime, `time_zone` by name or offset; a name that this platform does not know is as
        if there were none."""
        return Clock(written, time_format, find_zone(time_zone), utc, _shape(time_format) if time_format else None)

    def in_line(self, line: str) -> When | None:
        """The time that a line begins with."""
        head = line[:240]
        if self.shape is not None:
            found = self.shape.search(head)
            return self._given(found[0]) if found else None
        for shape in _SHAPES:
            if found := shape.match(head):
                return self._recognised(found)
        return None

    def begins(self, line: str) -> bool:
        """Whether a line begins with something of the shape of a time."""
        head = line[:240]
        if self.shape is not None:
            return self.shape.search(head) is not None
        return any(shape.match(head) for shape in _SHAPES)

    def in_field(self, value: str) -> When | None:
        """The time that a field of that value tells."""
        if self.time_format:
            return self._given(value.strip())
        if found := _EPOCH.match(value.strip()):
            return _epoch(found)
        return self.in_line(value.strip())

    def _given(self, text: str) -> When | None:
        try:
            local = datetime.strptime(text, self.time_format)  # noqa: DTZ007  its zone is what is asked
        except ValueError:
            before_leap = _LEAP.sub(":59", text)
            return self._given(before_leap) if before_leap != text else None
        resolution = 1 if "%f" in self.time_format else 1_000_000 if "%S" in self.time_format else 60_000_000
        if "%f" in self.time_format and (fraction := re.search(r"[.,](\d{1,6})\b", text)):
            resolution = 10 ** (6 - len(fraction[1]))
        return self._placed(local, resolution)

    def _recognised(self, found: re.Match[str]) -> When | None:
        said = found.groupdict()
        fraction = said["f"] or ""
        try:
            month = _MONTHS.index(said["b"]) + 1 if said.get("b") else int(said["m"])
            local = datetime(  # noqa: DTZ001  its zone is what is asked
                int(said.get("y") or self.written.year), month, int(said["d"]), int(said["H"]), int(said["M"]),
                min(59, int(said["S"] or 0)), int(fraction[:6].ljust(6, "0")),
            )  # fmt: skip
        except ValueError:
            return None
        if not said.get("y") and local - self.written.replace(tzinfo=None) > timedelta(days=2):
            local = local.replace(year=local.year - 1) if (local.month, local.day) != (2, 29) else local
        resolution = 60_000_000 if said["S"] is None else 10 ** max(0, 6 - len(fraction))
        return self._placed(local, resolution, _offset(said.get("z") or ""))

    def _placed(self, local: datetime, resolution: int, stated: tzinfo | None = None) -> When | None:
        if not EARLIEST <= local.year <= LATEST:
            return None
        zone, how = (stated or local.tzinfo), STATED
        if zone is None and self.utc:
            zone, how = UTC, UTC_BY_FORMAT
        if zone is None:
            zone, how = (self.zone, DECLARED) if self.zone else (None, NONE)
        plain = local.replace(tzinfo=None)
        return When(plain, _moment(plain, zone) if zone else None, how, resolution)


def _moment(local: datetime, zone: tzinfo) -> datetime | None:
    """In UTC; None for an hour that the zone has twice when summer time ends, or never when it begins."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.astimezone(UTC) if first.utcoffset() == second.utcoffset() else None


def find_zone(name: str) -> tzinfo | None:
    """The zone of that name or offset; None for "" and for a name that this platform does not know."""
    if not name:
        return None
    if offset := _offset(name):
        return offset
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(text: str) -> tzinfo | None:
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    if not re.fullmatch(r"[+-]\d\d(:?\d\d)?", text):
        return None
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _epoch(found: re.Match[str]) -> When | None:
    """A number of seconds, milliseconds, microseconds or nanoseconds since 1970, by how many digits it has."""
    seconds, fraction, millis, micros, nanos = found.groups()
    if seconds:
        digits = (fraction or "")[:6]
        us, resolution = int(seconds) * 1_000_000 + int(digits.ljust(6, "0")), 10 ** (6 - len(digits))
    else:
        us = int(millis) * 1000 if millis else int(micros) if micros else int(nanos) // 1000
        resolution = 1000 if millis else 1
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    if at.year < EARLIEST:
        return None
    return When(at.replace(tzinfo=None), at, UTC_BY_FORMAT, resolution)


def _shape(time_format: str) -> re.Pattern[str]:
    """What a time of that format looks like in a line."""
    parts = enumerate(re.split(r"%(.)", time_format))
    pattern = "".join(_DIRECTIVES.get(part, r"\S+") if place % 2 else re.escape(part) for place, part in parts)
    return re.compile(rf"(?<![\d]){pattern}(?!\d)")
