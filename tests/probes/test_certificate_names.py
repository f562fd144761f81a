"""Whose the names of a server certificate are: the owner's, the server's neighbours', or somebody else's."""

from __future__ import annotations

import pytest

from probes._certificate_names import names_elsewhere, wildcards_elsewhere
from readiness.model import Reason, Unseen

OWN = ("exempelby.example",)


@pytest.mark.parametrize(
    ("name", "host", "elsewhere"),
    [
        ("mm.exempelby.example", "mm.exempelby.example", False),
        ("exempelby.example", "mm.leverantor.example", False),
        ("WWW.Exempelby.example.", "mm.leverantor.example", False),
        ("kund2.leverantor.example", "mm.leverantor.example", False),
        ("leverantor.example", "mm.leverantor.example", False),
        ("annan.example", "leverantor.example", True),
        ("mm.annanby.example", "mm.exempelby.example", True),
        ("intexempelby.example", "mm.leverantor.example", True),
        ("*.annanby.example", "mm.leverantor.example", True),
        ("*.exempelby.example", "mm.leverantor.example", False),
        ("kund.example", "192.0.2.1", True),
    ],
)
def test_a_name_is_elsewhere_or_not(name: str, host: str, elsewhere: bool) -> None:
    assert names_elsewhere([name], host, OWN) == ((name,) if elsewhere else ())


def test_a_wildcard_of_ones_own_is_nobody_elses() -> None:
    names = ["*.exempelby.example", "*.leverantor.example", "mm.leverantor.example"]
    assert wildcards_elsewhere(names, OWN) == ("*.leverantor.example",)
    assert wildcards_elsewhere(["mm.leverantor.example"], ()) == ()


def test_without_domains_it_is_not_known_whose_a_wildcard_is() -> None:
    found = wildcards_elsewhere(["*.exempelby.example"], ())
    assert isinstance(found, Unseen)
    assert found.reason is Reason.NOT_CONFIGURED
