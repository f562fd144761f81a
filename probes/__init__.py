"""One module per probe. A module here that does not start with an underscore is a probe; its name is the probe's id."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from readiness.model import Fact
from readiness.probe import Probe


@cache
def discover() -> tuple[Probe, ...]:
    """All probes, in name order."""
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(replace(import_module(f"probes.{name}").PROBE, id=name) for name in names)


@cache
def facts() -> dict[str, Fact]:
    """Every fact that any probe promises, by name."""
    return {fact.name: fact for probe in discover() for fact in probe.facts}
