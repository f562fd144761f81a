"""How does a profile's TOML data stand in JSON, so that the very same data comes back?

JSON has no dates, times, infinite or endless numbers; these are tagged, `{"$date": "2026-11-23"}`, and a table whose
own key starts with "$" is wrapped, `{"$table": {...}}`. What JSON says and TOML cannot is left as it is: the
profile's own checks refuse it. Left out: reading and writing files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any


def to_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """What json.dumps takes without loss."""
    return {"$table": _table(data)} if any(key.startswith("$") for key in data) else _table(data)


def from_json(data: Any) -> Any:
    """The data again, equal to what `to_json` was given. A tag that does not hold what it should stays a table.

    RecursionError where lists and tables stand in each other some hundreds deep, as json.loads has it.
    """
    if isinstance(data, list):
        return list(map(from_json, data))
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        ((tag, inner),) = data.items()
        if tag == "$table" and isinstance(inner, dict):
            return {key: from_json(value) for key, value in inner.items()}
        if tag in READ and isinstance(inner, str):
            try:
                return READ[tag](inner)
            except ValueError:
                return data
    return {key: from_json(value) for key, value in data.items()}


READ: dict[str, Callable[[str], object]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$float": float,
    "$int": lambda text: int(text, 16),
}


def _table(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in data.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return to_json(value)
    if isinstance(value, list | tuple):
        return list(map(_value, value))
    for tag, type_ in (("$datetime", datetime), ("$date", date), ("$time", time)):  # a datetime is a date
        if isinstance(value, type_):
            return {tag: value.isoformat()}
    if isinstance(value, int) and abs(value) >= 2**63:  # json writes no number that str() refuses
        return {"$int": hex(value)}
    return {"$float": repr(value)} if isinstance(value, float) else value
