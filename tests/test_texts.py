"""Do both languages say the same things, about everything there is a word for, in words that a kommun may read?"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

import pytest

from readiness.chain import PROPERTIES
from readiness.history.comparison import Change, Step
from readiness.model import (
    Basis,
    Because,
    Cause,
    FactType,
    Mark,
    Reason,
    Strength,
    TargetKind,
    Verdict,
    Weight,
)
from readiness.predicates import PREDICATES
from readiness.probe import Effect
from readiness.recording import CHANNELS, OUTCOMES
from readiness.register_purposes import PURPOSES
from readiness.report import DeviationState
from readiness.reports._timeline import LANE_OF, LANES
from readiness.reports.spreadsheet import COLUMNS
from readiness.stage.scenario import GROUPS
from readiness.standing import Standing
from readiness.texts import LANGUAGES, say, texts

TABLES: dict[str, Iterable[str]] = {
    "answer": ("yes", "no", "partly", "text"),
    "basis": Basis,
    "because": Because,
    "because_meaning": Because,
    "cause": Cause,
    "change": Change,
    "change_step": Step,
    "channel": CHANNELS,
    "column": (*COLUMNS, "deviation"),
    "check_kind": ("M", "Mf", "D", "I"),
    "confidence": ("read", "partial", "open"),
    "cure": Reason,
    "deviation": DeviationState,
    "effect": Effect,
    "ended": ("complete", "interrupted"),
    "environment": ("test", "production"),
    "exit": ("0", "10", "11"),
    "fact_type": FactType,
    "kind": TargetKind,
    "kinds": TargetKind,
    "lane": LANES,
    "mark": Mark,
    "outcome": OUTCOMES,
    "party_kind": ("kommun", "vendor", "operator", "authority", "other"),
    "predicate": [*PREDICATES, "is_empty_not"],
    "property": PROPERTIES,
    "reason": Reason,
    "part": ("seen", "stated", "none"),
    "register_purpose": PURPOSES,
    "role": (
        "systemagare",
        "informationsagare",
        "forvaltningschef",
        "ciso",
        "it_chef",
        "leverantor",
        "avtalsansvarig",
        "arkivansvarig",
        "kommunikationschef",
        "dataskyddsombud",
    ),
    "scenario_group": GROUPS,
    "scenario_state": Verdict,
    "standing": (*Standing, "version_changed", "version_gone", "serial_changed"),
    "step": ("forsumbar", "mycket_lag", "lag", "hog", "mycket_hog"),
    "strength": Strength,
    "subject": ("kommun", "vendor"),
    "timeline": LANE_OF,
    "verdict": Verdict,
    "weight": Weight,
}
"""Every closed list that reports speak of, and the table that has a word for each of its members."""

FORBIDDEN = {
    "sv": r"reservation|anmärkning|överträdelse|revision|intyg|certifierad|godkän|\bbevis",
    "en": r"certified|compliant|\bscore of|\bapprov",
}
"""Words that mean something else in a kommun, or that promise what the tool does not do."""

QUOTED = ("legal.disclaimer", "legal.not_approved", "html_decision.")
"""Texts that say what the report is not, and the field that the receiver fills in: there the words must stand."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    first, second = (set(texts(lang)) for lang in LANGUAGES)
    assert len(first) > 150
    assert first ^ second == set()


@pytest.mark.parametrize("key", sorted(texts("sv")))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert placeholders(texts("sv")[key]) == placeholders(texts("en")[key])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_every_member_of_a_closed_list_has_its_text_and_no_other(lang: str, table: str) -> None:
    have = {key.partition(".")[2] for key in texts(lang) if key.partition(".")[0] == table}
    assert have == {str(member) for member in TABLES[table]}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: str) -> None:
    assert [key for key, text in texts(lang).items() if not text.strip()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_forbidden_word_appears(lang: str) -> None:
    found = [
        (key, match.group())
        for key, text in texts(lang).items()
        if not key.startswith(QUOTED) and (match := re.search(FORBIDDEN[lang], text, re.IGNORECASE))
    ]
    assert found == []


def test_the_search_for_forbidden_words_would_find_one() -> None:
    assert re.search(FORBIDDEN["sv"], "Kedjan är Certifierad", re.IGNORECASE)
    assert all(re.search(FORBIDDEN["sv"], texts("sv")[key], re.IGNORECASE) for key in QUOTED[:2])


def test_the_grades_are_named_as_agreed() -> None:
    assert say("sv", "because.all_pass") == "kontrollerna uppfyllda"
    assert say("sv", "because.with_reservations") == "uppfyllda med förbehåll"
    assert say("sv", "because.violated") == "inte uppfyllda"
    assert say("sv", "because.not_demonstrated") == "inte visade"
    assert say("sv", "because.not_covered") == "inte prövade"
    assert say("sv", "because.not_applicable", who="NN") == "gäller inte (enligt NN)"
    assert [say("sv", f"strength.{strength}") for strength in Strength] == [
        "prövat",
        "avläst ur fil",
        "åberopad handling",
        "uppgift",
    ]
    assert say("sv", "confidence.partial") == "ej verifierat kriterium"


def test_the_lines_that_every_report_owes_its_reader_stand_as_agreed() -> None:
    assert say("sv", "legal.secrecy") == ("Kan innehålla uppgifter som omfattas av sekretess; sekretessprövning krävs")
    disclaimer = say("sv", "legal.disclaimer")
    assert all(name in disclaimer for name in ("ISAE 3000", "ISAE 3402", "ISO 19011", "egenförsäkran", "Digg"))
    assert say("sv", "legal.not_approved") == "Verktyget är inte godkänt av Digg."


def test_swedish_is_written_with_its_own_letters() -> None:
    swedish = " ".join(texts("sv").values())
    assert all(letter in swedish for letter in "åäö")
    assert not re.search(r"[\u0400-\u04ff]", swedish), "a Cyrillic letter that looks Latin"


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert say("en", "predicate.at_least", operand="{operand} %s {0}") == "at least {operand} %s {0}"


def test_a_missing_placeholder_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("en", "predicate.at_least", other=1)
