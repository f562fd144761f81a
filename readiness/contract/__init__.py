"""Mina meddelanden as data: what the contract and public material name, each with the date it was known.

No I/O but reading this package's own files. Here: hosts and issuers, which the core needs. In rooms of their own:
names, endpoints, limits and content types, fault codes, test persons, schemas, signatures.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def facts() -> dict[str, Any]:
    """The tables of facts.toml, as read."""
    loaded: dict[str, Any] = tomllib.loads(files(__name__).joinpath("facts.toml").read_text(encoding="utf-8"))
    return loaded


@cache
def production_hosts() -> frozenset[str]:
    """Host names, lower case, that serve FaR or a mailbox operator in production."""
    return frozenset(row["host"].lower() for row in facts()["host"] if row["environment"] == "production")


def issuer_environment(common_name: str) -> str:
    """test, production, or unlisted: which environment a CA of that common name issues client certificates for."""
    known = {row["common_name"].casefold(): str(row["environment"]) for row in facts()["client_ca"]}
    return known.get(common_name.casefold(), "unlisted")
