"""How is a table of the example's profile written in TOML?"""

from __future__ import annotations

import json
from datetime import datetime

LISTS = {"party", "node", "endpoint", "certificate", "message_type", "log_source", "sending_system", "statement"}
LISTS |= {
    "permit",
    "deviation",
    "risk_level",
    "refusal_certificate",
    "register",
    "sent_document",
    "page",
    "time_source",
}
LISTS |= {"name", "second_system", "tenant"}


def table(name: str, /, **values: object) -> str:
    """A table, or one of a list of tables, without what is empty."""
    head = f"[[{name}]]" if name in LISTS else f"[{name}]"
    return f"{head}\n{pairs(**{key: value for key, value in values.items() if value != ''})}"


def pairs(**values: object) -> str:
    """Keys and values, a line each."""
    return "".join(f"{key} = {value(said)}\n" for key, said in values.items())


def inline(**values: object) -> str:
    """An inline table."""
    return "{ " + ", ".join(f"{key} = {value(said)}" for key, said in values.items()) + " }"


def value(said: object) -> str:
    """A TOML value; a moment is written as its day. A JSON string is a TOML basic string."""
    if isinstance(said, datetime):
        return f"{said:%Y-%m-%d}"
    return json.dumps(said, ensure_ascii=False)
