"""The nouns: the words that records and published data keep, and what a noun says when nothing is said."""

import datetime as dt
from dataclasses import MISSING, fields

import pytest

from readiness.model import (
    INDISPENSABLE,
    PYTHON_TYPE,
    RECORDED,
    Basis,
    Because,
    Cause,
    Evidence,
    Example,
    Expectation,
    Fact,
    FactType,
    Finding,
    Grade,
    Mark,
    Observation,
    PartGrade,
    Period,
    Reason,
    Rule,
    Strength,
    Table,
    Target,
    TargetKind,
    Unseen,
    Verdict,
    Weight,
    Words,
)
from readiness.report import DeviationState, Report
from tests.conftest import NOON

WORDS = {
    TargetKind: "chain node endpoint certificate message_type log_source sending_system statement connection exchange "
    "scenario refusal_certificate register sent_document page name second_system tenant",
    Reason: "name_not_resolved connection_refused connection_reset timed_out closed_early not_understood "
    "credentials_needed access_denied not_configured not_permitted not_exercised not_supported control_failed "
    "answers_differ limit_reached expired not_kept not_built interrupted probe_fault",
    FactType: "text number flag moment duration period set table",
    Strength: "live file document word",
    Weight: "must should",
    Basis: "law contract baseline practice proposal",
    Verdict: "pass fail inconclusive not_applicable",
    Cause: "holds broken unseen nothing_counted nothing_selected declared_absent condition_false outside_period "
    "pending",
    Mark: "pass fail none",
    Because: "violated not_demonstrated not_covered with_reservations all_pass not_applicable",
    DeviationState: "in_force expired unused",
}


@pytest.mark.parametrize("noun", WORDS, ids=lambda noun: noun.__name__)
def test_the_words_that_stand_in_records_and_their_order_never_change(noun):
    """The order of Strength and Because is what *weakest* and *worst* mean; a word read back must be the same word."""
    assert [member.value for member in noun] == WORDS[noun].split()
    assert [member.name for member in noun if member.name.lower() != member.value] == (
        ["RESERVATIONS"] if noun is Because else []
    )


def test_a_chain_cannot_be_without_its_five_kinds_of_parts():
    assert {"node", "certificate", "sending_system", "log_source", "message_type"} == INDISPENSABLE
    assert {"connection", "exchange", "scenario"} == RECORDED


def test_each_type_of_fact_has_its_shape_in_python():
    shapes = [str, int, bool, dt.datetime, dt.timedelta, Period, tuple, Table]
    assert [PYTHON_TYPE[type_] for type_ in FactType] == shapes
    assert len(PYTHON_TYPE) == len(shapes)


# What may be left out, and what is then said.
SILENT = {
    Unseen: {"detail": ""},
    Fact: {"of": ""},
    Target: {"node": "", "address": "", "party": "", "held_by": "", "declared": ()},
    Evidence: {"masked": ""},
    Observation: {
        "detail": "", "evidence": (), "undecided": (), "party": "", "environment": "", "version": "", "record": ""
    },
    Expectation: {"of": ""},
    Example: {"at": None, "given": ()},
    Rule: {
        "check": "", "target": TargetKind.CHAIN, "select": (), "fact": "", "when": (), "expect": (),
        "valid_from": None, "valid_until": None, "environment": "", "answers": "", "valid_days": None, "passes": (),
        "fails": (), "pending": None, "retired": "", "verified": None,
    },
    Finding: {"rests_on": (), "broken": (), "unseen": None, "absence": ""},
    PartGrade: {"strength": None},
    Grade: {"strength": None, "seen": None, "stated": None, "whole": True},
    Report: {"part": "", "scenarios": (), "excerpts": (), "audience": ""},
}  # fmt: skip


@pytest.mark.parametrize("noun", SILENT, ids=lambda noun: noun.__name__)
def test_what_is_left_out_of_a_noun_is_nothing(noun):
    assert {f.name: f.default for f in fields(noun) if f.default is not MISSING} == SILENT[noun]


def test_a_target_says_what_is_declared_of_it_and_nothing_else():
    target = Target("t", TargetKind.ENDPOINT, declared=(("mutual_tls", True), ("role", "web")))
    assert (target.says("role"), target.says("mutual_tls"), target.says("use")) == ("web", True, None)


@pytest.mark.parametrize("kind", list(TargetKind))
def test_only_a_rule_about_a_statement_belongs_to_the_stated_part(kind):
    w = Words("t", "t")
    rule = Rule("MM-X-01", w, (("8", Weight.MUST),), Basis.PRACTICE, "s", "read", w, target=kind)
    assert rule.stated is (kind == "statement")


def test_nouns_are_compared_by_what_they_say_and_never_change():
    observation = Observation("p", "t", "f", NOON, 1, Strength.LIVE)
    assert observation == Observation("p", "t", "f", NOON, 1, Strength.LIVE)
    with pytest.raises(AttributeError):
        observation.value = 2
