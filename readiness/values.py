"""How does a value of a fact look as plain JSON? One tagged form for records and reports, read back without loss.

    text, number, flag   themselves              period   {"period": [iso, iso]}
    moment               {"moment": iso}         set      {"set": [text, ...]}
    duration             {"duration_s": whole seconds}, and "microseconds" beside it where there are any
    table                {"table": {"columns": [...], "rows": [[...], ...]}}
    unseen               {"unseen": reason, "detail": text}

Moments are ISO 8601 with their offset ("Z" for UTC). Left out: bytes and files (record), words for people (reports).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from readiness.model import Period, Reason, Table, Unseen, Value


def to_plain(value: Value | Unseen) -> object:
    """What json.dumps takes. ValueError on a moment without a time zone, TypeError on what is no Value."""
    if isinstance(value, str | int):  # a bool is an int, and stays itself
        return value
    if (write := WRITERS.get(type(value))) is None:
        raise TypeError(f"a {type(value).__name__} is not a value of a fact")
    return write(value)


def from_plain(plain: object) -> Value | Unseen:
    """The value again, equal to the one written. ValueError says what does not belong in such a file."""
    if isinstance(plain, str | int):
        return plain
    if isinstance(plain, dict) and (read := READERS.get(frozenset(plain))):
        try:
            return read(plain)
        except (TypeError, OverflowError) as error:
            raise ValueError(f"not a value: {str(plain)[:80]}") from error
    raise ValueError(f"not a value: {str(plain)[:80]}")


def moment_text(moment: datetime) -> str:
    """ISO 8601 with offset, "Z" for UTC. ValueError on a moment without a time zone, which would mean nothing."""
    text = moment.isoformat()
    if moment.tzinfo is UTC:  # nearly always, and asked for several times an exchange
        return text[:-6] + "Z"
    if moment.utcoffset() is None:
        raise ValueError(f"{text} has no time zone")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def moment_from(text: object) -> datetime:
    """The moment that `moment_text` wrote. ValueError if not ISO 8601 or without a time zone, TypeError if not text."""
    moment = datetime.fromisoformat(_text(text))
    if moment.utcoffset() is None:
        raise ValueError(f"{text} has no time zone")
    return moment


def _duration(value: timedelta) -> dict[str, object]:
    seconds = {"duration_s": value.days * 86400 + value.seconds}
    # Whole numbers, because a float cannot hold microseconds beside a few hundred years.
    return {**seconds, "microseconds": value.microseconds} if value.microseconds else {**seconds}


def _period(value: Period) -> dict[str, object]:
    return {"period": [moment_text(value.start), moment_text(value.end)]}


def _table(value: Table) -> dict[str, object]:
    return {"table": {"columns": list(value.columns), "rows": [list(row) for row in value.rows]}}


def _unseen(value: Unseen) -> dict[str, object]:
    return {"unseen": value.reason.value, "detail": value.detail}


WRITERS: dict[type, Callable[..., object]] = {
    datetime: lambda value: {"moment": moment_text(value)},
    timedelta: _duration,
    Period: _period,
    tuple: lambda value: {"set": list(_texts(list(value)))},
    Table: _table,
    Unseen: _unseen,
}


def _texts(plain: object) -> tuple[str, ...]:
    if not isinstance(plain, list):
        raise TypeError("not a list")
    return tuple(_text(member) for member in plain)


def _text(plain: object) -> str:
    if not isinstance(plain, str):
        raise TypeError("not a text")
    return plain


def _number(plain: object) -> int:
    if type(plain) is not int:
        raise TypeError("not a whole number")
    return plain


def _read_period(plain: object) -> Period:
    start, end = _texts(plain)
    return Period(moment_from(start), moment_from(end))


def _read_table(plain: object) -> Table:
    if not isinstance(plain, dict) or set(plain) != {"columns", "rows"} or not isinstance(plain["rows"], list):
        raise TypeError("not a table")
    return Table(_texts(plain["columns"]), tuple(_texts(row) for row in plain["rows"]))


READERS: dict[frozenset[str], Callable[[dict[str, object]], Value | Unseen]] = {
    frozenset({"moment"}): lambda plain: moment_from(plain["moment"]),
    frozenset({"duration_s"}): lambda plain: timedelta(seconds=_number(plain["duration_s"])),
    frozenset({"duration_s", "microseconds"}): lambda plain: timedelta(
        seconds=_number(plain["duration_s"]), microseconds=_number(plain["microseconds"])
    ),
    frozenset({"period"}): lambda plain: _read_period(plain["period"]),
    frozenset({"set"}): lambda plain: _texts(plain["set"]),
    frozenset({"table"}): lambda plain: _read_table(plain["table"]),
    frozenset({"unseen", "detail"}): lambda plain: Unseen(Reason(_text(plain["unseen"])), _text(plain["detail"])),
}
