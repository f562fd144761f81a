"""What does one table of a profile say under each key? Typed readers that collect every fault with line, key and cure.

A reader that finds a fault notes it and gives an empty value, so that the next key is read too; nobody uses the values
of a profile with faults. What a text must look like stands in `profile_shapes`. Left out: what the keys mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from readiness.profile.faults import Faults
from readiness.profile.lines import Place
from readiness.profile.shapes import Wrong, forbidden
from readiness.texts import say

NOWHEN = date(1970, 1, 1)
"""Stands in for a date that a fault is noted about."""
YEARS = range(1900, 2200)
SECRET_KEYS = frozenset({"password", "passphrase", "losenord", "lösenord", "lösen", "pin", "secret", "hemlighet"})


class Section:
    """One table of a profile. Each reader takes the key down as a known one; `done` reports the others."""

    def __init__(self, data: Mapping[str, Any], path: Place, faults: Faults) -> None:
        self.data, self.path, self.faults = data, path, faults
        self._known: list[str] = []

    def wrong(self, key: str, code: str, **values: object) -> None:
        """Note a fault of this table at one of its keys."""
        self.faults.add((*self.path, key), code, **values)

    def text(self, key: str, *, required: bool = False, prose: bool = False) -> str:
        """A text in one line, or with `prose` in several; "" where there is none."""
        value = self._value(key, str, "text", required=required)
        if value is None:
            return ""
        if required and not value.strip():
            self.wrong(key, "empty")
        if found := forbidden(value, "\n\t" if prose else ""):
            self.wrong(key, "control_character", character=found)
            return ""
        return str(value)

    def shaped(self, key: str, shape: Callable[[str], str], *, required: bool = False) -> str:
        """A text of one of the shapes; "" where there is none or it has another."""
        return self._shape((*self.path, key), self.text(key, required=required), shape)

    def word(self, key: str, known: Iterable[str], *, required: bool = False, code: str = "unknown_word") -> str:
        """One of the known words, or ids."""
        return self._one_of((*self.path, key), self.text(key, required=required), tuple(known), code)

    def texts(self, key: str, shape: Callable[[str], str] | None = None, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, of a shape where one is given; () where there is none."""
        values = self._value(key, list, "list", required=required)
        if required and values == []:
            self.wrong(key, "empty")
        found = []
        for place, value in enumerate(values or ()):
            at = (*self.path, key, place)
            if not isinstance(value, str):
                self.faults.add(at, "wrong_type", expected=self._type("text"), found=self._type(value))
            elif character := forbidden(value):
                self.faults.add(at, "control_character", character=character)
            else:
                found.append(self._shape(at, value, shape) if shape else value)
        return tuple(found)

    def words(
        self, key: str, known: Iterable[str], *, required: bool = False, code: str = "unknown_word"
    ) -> tuple[str, ...]:
        """A list of known words, or ids."""
        known = tuple(known)
        rows = self.texts(key, required=required)
        return tuple(self._one_of((*self.path, key, place), row, known, code) for place, row in enumerate(rows))

    def flag(self, key: str, *, required: bool = False) -> bool | None:
        """true or false; None where neither is said."""
        value = self._value(key, bool, "flag", required=required)
        return None if value is None else bool(value)

    def number(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        """A whole number from `low` to `high`."""
        value = self._value(key, int, "number", required=required)
        if value is not None and not low <= value <= high:
            self.wrong(key, "out_of_range", low=low, high=high)
            return None
        return None if value is None else int(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date without time."""
        value: date | None = self._in_range(key, self._value(key, date, "day", required=required))
        return value

    def moment(self, key: str, *, required: bool = False, last: bool = False) -> datetime | None:
        """A time with its zone, in UTC. A date means the first second of its day in UTC, or with `last` the last."""
        value = self._in_range(key, self._value(key, datetime, "moment", required=required))
        if value is None:
            return None
        if not isinstance(value, datetime):
            return end_of(value) if last else start_of(value)
        if value.utcoffset() is None:
            self.wrong(key, "naive", written=value.isoformat())
            return None
        return value.astimezone(UTC)

    def table(self, key: str, *, required: bool = False) -> Section | None:
        """A table in this one."""
        value = self._value(key, dict, "table", required=required)
        return None if value is None else Section(value, (*self.path, key), self.faults)

    def tables(self, key: str) -> tuple[Section, ...]:
        """A list of tables, [[key]] in the file."""
        rows = self._value(key, list, "tables", required=False) or ()
        found = []
        for place, row in enumerate(rows):
            path = (*self.path, key, place)
            if isinstance(row, dict):
                found.append(Section(row, path, self.faults))
            else:
                self.faults.add(path, "wrong_type", expected=self._type("table"), found=self._type(row))
        return tuple(found)

    def ids(self, key: str) -> tuple[str, ...]:
        """Every id that stands in a list of tables, also where it is faulty: one mistake is told once."""
        rows = self.data.get(key)
        raw = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return tuple(dict.fromkeys(id_ for id_ in raw if isinstance(id_, str)))

    def raw(self, key: str, otherwise: Any = None) -> Any:
        """Whatever stands there, unread; for what is never a fault."""
        self._known.append(key)
        return self.data.get(key, otherwise)

    def done(self) -> None:
        """Report the keys that no reader has asked for."""
        for key in self.data:
            if key.casefold() in SECRET_KEYS:
                self.wrong(key, "password")
            elif key not in self._known:
                self.faults.unknown((*self.path, key), "unknown_key", key, self._known)

    def _value(self, key: str, type_: type, name: str, *, required: bool) -> Any:
        self._known.append(key)
        if (value := self.data.get(key)) is None and key not in self.data:
            if required and type_ is dict:
                self.wrong(key, "missing_table")
            elif required:
                self.wrong(key, "missing", name=key, example=say(self.faults.lang, f"profile_example.{name}"))
            return None
        if fits(value, type_):
            return value
        if (name, type(value)) in DOUBLE:
            self.wrong(key, DOUBLE[name, type(value)])
        else:
            self.wrong(key, "wrong_type", expected=self._type(name), found=self._type(value))
        return None

    def _in_range(self, key: str, value: Any) -> Any:
        if value is not None and value.year not in YEARS:
            self.wrong(key, "year", first=YEARS.start, last=YEARS.stop - 1)
            return None
        return value

    def _shape(self, path: Place, text: str, shape: Callable[[str], str]) -> str:
        try:
            return shape(text) if text else ""
        except Wrong as wrong:
            self.faults.add(path, wrong.code, **wrong.values)
            return ""

    def _one_of(self, path: Place, word: str, known: tuple[str, ...], code: str) -> str:
        if word and word not in known:
            self.faults.unknown(path, code, word, known)
            return ""
        return word

    def _type(self, value: object) -> str:
        name = value if isinstance(value, str) and value in TYPE_NAMES else type_name(value)
        return say(self.faults.lang, f"profile_type.{name}")


TYPE_NAMES = ("text", "number", "flag", "day", "moment", "list", "table", "tables", "other")
DOUBLE: dict[tuple[str, type], str] = {("tables", dict): "single_brackets", ("table", list): "double_brackets"}


def fits(value: object, type_: type) -> bool:
    """Whether a TOML value is of a type as people mean it: true is no number, a time no date; a date can be a time."""
    if type_ is datetime:
        return isinstance(value, date)  # a datetime is a date to Python
    return isinstance(value, type_) if type_ in {dict, list} else type(value) is type_


def type_name(value: object) -> str:
    """The name, for `profile_type`, of what was found."""
    names = {str: "text", bool: "flag", int: "number", datetime: "moment", date: "day", list: "list", dict: "table"}
    return names.get(type(value), "other")


def start_of(day: date) -> datetime:
    """The first second of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """The last second of a day, UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)
