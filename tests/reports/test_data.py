"""Does the data report hold everything, after its published schema, the same each time, and safe to show?"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from readiness.chain import PROPERTIES, Assignment, Deviation, Node, Permit, PermitUsed, Subject, Terms
from readiness.model import (
    Basis,
    Because,
    Cause,
    Finding,
    Grade,
    Mark,
    Observation,
    Reason,
    Rule,
    Sealed,
    Strength,
    Target,
    TargetKind,
    Unseen,
    Verdict,
    Weight,
)
from readiness.register import Check, Matrix, Risk
from readiness.report import DeviationState, RecordUsed, ScenarioWords
from readiness.reports.data import SCHEMA_ID, data_report, schema
from readiness.values import from_plain
from tests.reports.sample import HOSTILE, sample_report

ENUMS: tuple[type[StrEnum], ...] = (
    Basis,
    Because,
    Cause,
    DeviationState,
    Mark,
    Reason,
    Strength,
    TargetKind,
    Verdict,
    Weight,
)
NOUNS: dict[type, set[str]] = {
    Assignment: set(),
    Check: set(),
    Deviation: {"state"},
    Finding: set(),
    Grade: set(),
    Matrix: set(),
    Node: set(),
    Observation: {"number"},
    Permit: set(),
    PermitUsed: set(),
    RecordUsed: set(),
    Risk: set(),
    Rule: set(),
    ScenarioWords: set(),
    Sealed: set(),
    Subject: set(),
    Target: set(),
    Terms: set(),
}
"""The nouns of the schema, and what it has beside their fields."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(data_report(sample_report()))
    return loaded


def test_the_report_satisfies_the_schema(validator: Draft202012Validator, document: dict[str, Any]) -> None:
    assert [error.message[:200] for error in validator.iter_errors(document)] == []


def test_a_report_with_next_to_nothing_in_it_satisfies_the_schema(validator: Draft202012Validator) -> None:
    report = sample_report()
    bare = replace(
        report,
        profile=replace(report.profile, assignment=Assignment(), nodes=(), permits=(), absences=(), risk_levels=()),
        observations=(),
        findings=(),
        grades=(),
        deviations=(),
        part="seen",
    )
    validator.validate(json.loads(data_report(bare)))


def _alterations() -> Iterator[tuple[str, list[Any], Any]]:
    yield "an unknown verdict", ["findings", 0, "verdict"], "certified"
    yield "a field of ours that we never had", ["grades", 0, "score"], 97
    yield "a number for a moment", ["judged_at"], 5
    yield "a moment without a zone", ["judged_at"], "2026-11-30T12:00:00"
    yield "an unknown reason", ["observations", 3, "value"], {"unseen": "tired", "detail": ""}
    yield "a fraction as a value", ["observations", 0, "value"], 1.5
    yield "a level out of bounds", ["risks", 0, "level"], 6
    yield "another exit code", ["exit_code"], 3
    yield "another version of the schema", ["schema"], "urn:mm-readiness:schema:data:2"
    yield "a field at the top", ["signature"], "x"
    yield "a digest cut short", ["profile_digest"], "abc"


@pytest.mark.parametrize(("where", "value"), [pytest.param(w, v, id=name) for name, w, v in _alterations()])
def test_an_altered_document_fails(
    validator: Draft202012Validator, document: dict[str, Any], where: list[Any], value: object
) -> None:
    place: Any = document
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    assert not validator.is_valid(document)


@pytest.mark.parametrize("name", sorted(schema()["required"]))
def test_a_document_without_a_part_fails(validator: Draft202012Validator, document: dict[str, Any], name: str) -> None:
    del document[name]
    assert not validator.is_valid(document)


@pytest.mark.parametrize("enum", ENUMS)
def test_the_enums_of_the_schema_are_ours(enum: type[StrEnum]) -> None:
    assert schema()["$defs"][enum.__name__]["enum"] == [member.value for member in enum]


def test_the_properties_of_the_schema_are_ours() -> None:
    assert schema()["$defs"]["property"]["enum"] == list(PROPERTIES)


@pytest.mark.parametrize("noun", NOUNS)
def test_the_schema_has_every_field_of_a_noun(noun: type) -> None:
    described = set(schema()["$defs"][noun.__name__]["properties"])
    assert described == {field.name for field in fields(noun)} | NOUNS[noun]


def test_every_object_of_the_schema_is_closed() -> None:
    objects = [part for part in _parts(schema()) if part.get("type") == "object"]
    assert len(objects) > 20
    assert all("additionalProperties" in part for part in objects)
    assert all(part["additionalProperties"] is False for part in objects if "properties" in part)
    assert all(set(part["required"]) <= set(part["properties"]) for part in objects if "properties" in part)


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for member in node.values():
            yield from _parts(member)
    elif isinstance(node, list):
        for member in node:
            yield from _parts(member)


def test_the_version_of_the_schema_stands_in_its_name_and_in_the_document(document: dict[str, Any]) -> None:
    assert schema()["$id"] == SCHEMA_ID == document["schema"]
    assert SCHEMA_ID.endswith(":1")


def test_the_same_report_gives_the_same_bytes() -> None:
    assert data_report(sample_report()) == data_report(sample_report())


def test_every_observation_can_be_read_back(document: dict[str, Any]) -> None:
    report = sample_report()
    values = [from_plain(observation["value"]) for observation in document["observations"]]
    assert values == [observation.value for observation in report.observations]


def test_a_finding_names_the_observations_it_rests_on(document: dict[str, Any]) -> None:
    report = sample_report()
    by_number = {observation["number"]: observation for observation in document["observations"]}
    for finding, written in zip(report.findings, document["findings"], strict=True):
        rested = [(by_number[n]["target"], by_number[n]["fact"]) for n in written["rests_on"]]
        assert rested == [(observation.target, observation.fact) for observation in finding.rests_on]


def test_an_observation_that_only_a_finding_has_is_not_lost(validator: Draft202012Validator) -> None:
    report = sample_report()
    document = json.loads(data_report(replace(report, observations=report.observations[1:])))
    validator.validate(document)
    assert len(document["observations"]) == len(report.observations)


def test_hostile_names_come_through_as_they_are_and_act_on_nothing(document: dict[str, Any]) -> None:
    text = data_report(sample_report())
    acting = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert acting == {"\n"}
    names = json.dumps(document, ensure_ascii=False)
    assert all(json.dumps(name, ensure_ascii=False)[1:-1] in names for name in HOSTILE.values())


def test_a_lone_surrogate_and_a_tag_character_survive_as_utf_8() -> None:
    report = sample_report()
    odd = "a\ud800b\U000e0001c\x7f"
    changed = replace(report, profile=replace(report.profile, included=odd))
    text = data_report(changed).encode("utf-8").decode("utf-8")
    assert json.loads(text)["profile"]["included"] == odd


def test_days_and_moments_are_iso_text(document: dict[str, Any]) -> None:
    assert document["judged_at"] == "2026-11-30T12:00:00Z"
    assert date.fromisoformat(document["profile"]["terms"]["terms_checked"]) == date(2026, 11, 2)


def test_an_unseen_finding_carries_its_reason(document: dict[str, Any]) -> None:
    reasons = [from_plain(finding["unseen"]) for finding in document["findings"] if finding["unseen"]]
    assert any(isinstance(why, Unseen) and why.reason is Reason.CONNECTION_REFUSED for why in reasons)
