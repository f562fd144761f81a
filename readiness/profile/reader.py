"""What does a profile say? TOML, or its form in a record, to `Profile`, with every fault in it told at once.

A fault has file, line, key, what is wrong and what to write instead, in the language asked for. Left out: whether
files, hosts and rules that it names exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from readiness.chain import Assignment, Party, Profile, Revocation, Subject, Terms
from readiness.errors import ProfileError
from readiness.profile.baselines import hold_to_baselines
from readiness.profile.declarations import read_absences, read_deviations, read_permits, read_records, read_risk_levels
from readiness.profile.faults import Elsewhere, Faults, personal_numbers
from readiness.profile.file import check_size, read_text
from readiness.profile.inclusion import KEY, whole_profile
from readiness.profile.lines import Lines
from readiness.profile.names import read_names
from readiness.profile.pages import read_pages
from readiness.profile.refusal_certificates import read_refusal_certificates
from readiness.profile.registers import read_registers
from readiness.profile.second_systems import read_second_systems
from readiness.profile.sending import read_sendings, read_stage
from readiness.profile.sent_documents import read_sent_documents
from readiness.profile.shapes import domain, host_port, organisation_number
from readiness.profile.statements import read_statements
from readiness.profile.targets import Ids, Known, read_nodes, read_targets
from readiness.profile.tenants import read_tenants
from readiness.profile.values import Section

FORMAT = 1
ENVIRONMENTS = ("test", "production")
SUBJECTS = ("kommun", "vendor")
PARTIES = ("kommun", "vendor", "operator", "authority", "other")


def load_profile(path: Path, lang: str = "sv") -> Profile:
    """The profile in a file, with the statements in the file that it names. ProfileError with every fault: of a file,
    of TOML, or of what it says."""
    text = read_text(path, lang)
    whole = whole_profile(text, str(path), lang)
    return parse_profile(whole.data, str(path), Lines(text), lang, whole.elsewhere)


def parse_profile(
    data: Any, source: str, lines: Lines | None = None, lang: str = "sv", elsewhere: Elsewhere | None = None
) -> Profile:
    """The profile in plain TOML data. `source` is its file, whose folder relative paths start from.

    Without `lines` (data out of a record) faults name the place in the data and no line. The data holds what other
    files say already, and `elsewhere` which of it that is; nothing is read here. ProfileError with every fault.
    """
    faults = Faults(source, lines or Lines(), lang, elsewhere)
    if not isinstance(data, Mapping):
        faults.add((), "not_a_profile")
        raise ProfileError(faults.found)
    check_size(data, source, lang)
    personal_numbers(data, faults)
    profile = _profile(Section(data, (), faults), source, faults)
    if faults.found:
        raise ProfileError(faults.found)
    return profile


def _absolute(source: str) -> PurePath:
    """The profile's file, as paths are written on the machine where it was read: records are judged on others too."""
    for flavour in (PurePosixPath, PureWindowsPath):
        if flavour(source).is_absolute():
            return flavour(source)
    return Path(source).absolute()


def _profile(root: Section, source: str, faults: Faults) -> Profile:
    _format(root)
    environment = root.word("environment", ENVIRONMENTS, required=True)
    parties = _parties(root, faults)
    party_ids = root.ids("party")
    subject = _subject(root, party_ids, parties)
    known = Known(
        folder=_absolute(source).parent,
        environment=environment,
        subject=subject,
        parties={party.id: party for party in parties},
        party_ids=party_ids,
        certificate_ids=root.ids("certificate"),
    )
    ids = Ids(faults, targets=True)
    root.text(KEY)  # what it names is in the data
    nodes = read_nodes(root, known, ids)
    targets = read_targets(root, known, nodes, ids)
    targets += read_refusal_certificates(root, known, targets, ids)
    targets += read_registers(root, known, ids)
    targets += read_sent_documents(root, known, ids)
    targets += read_pages(root, known, ids)
    targets += read_names(root, known, ids)
    targets += read_second_systems(root, known, nodes, ids)
    targets += read_tenants(root, known, targets, ids)
    targets = hold_to_baselines(root, targets)
    targets += read_statements(root, known, nodes, targets)
    included, excluded = _scope(root)
    profile = Profile(
        subject=subject,
        environment=environment,
        terms=_terms(root),
        assignment=_assignment(root),
        parties=parties,
        nodes=nodes,
        targets=targets,
        trust_anchors=_anchors(root, known),
        revocation=_revocation(root, known),
        permits=read_permits(root, known),
        absences=read_absences(root, targets, faults),
        deviations=read_deviations(root),
        records=read_records(root, known, targets),
        risk_levels=read_risk_levels(root, faults),
        stage=read_stage(root, known),
        sendings=read_sendings(root, known),
        included=included,
        excluded=excluded,
        source=str(_absolute(source)),
    )
    root.done()
    return profile


def _format(root: Section) -> None:
    if (number := root.number("format", 1, 999, required=True)) not in {None, FORMAT}:
        root.wrong("format", "format", known=FORMAT, found=number)


def _parties(root: Section, faults: Faults) -> tuple[Party, ...]:
    ids = Ids(faults)
    found = []
    for section in root.tables("party"):
        found.append(
            Party(
                id=ids.take(section),
                name=section.text("name", required=True),
                organisation_number=section.shaped("organisation_number", organisation_number, required=True),
                kind=section.word("kind", PARTIES, required=True),
                essential_operator=section.flag("essential_operator") or False,
            )
        )
        section.done()
    return tuple(found)


def _subject(root: Section, party_ids: tuple[str, ...], parties: tuple[Party, ...]) -> Subject:
    if (section := root.table("subject", required=True)) is None:
        return Subject("", "", "")
    kind = section.word("kind", SUBJECTS, required=True)
    vendor = kind == "vendor"
    subject = Subject(
        kind=kind,
        name=section.text("name", required=True),
        organisation_number=section.shaped("organisation_number", organisation_number, required=True),
        board=section.text("board"),
        reference=section.text("reference"),
        product=section.text("product", required=vendor),
        version=section.text("version", required=vendor),
        party=section.word("party", party_ids, required=True, code="unknown_party"),
        domains=tuple(name.casefold() for name in section.texts("domains", domain)),
    )
    own = next((party for party in parties if party.id == subject.party), None)
    numbers = {own.organisation_number, subject.organisation_number} - {""} if own else set()
    if len(numbers) > 1:
        section.wrong("organisation_number", "subject_differs", party=subject.party)
    section.done()
    return subject


def _terms(root: Section) -> Terms:
    section = root.table("terms", required=True)
    if section is None:
        return Terms("", "", None, "", None)
    terms = Terms(
        infrastructure_owner=section.text("infrastructure_owner", required=True),
        terms_version=section.text("terms_version", required=True),
        terms_checked=section.day("terms_checked"),
        contract_version=section.text("contract_version", required=True),
        contract_checked=section.day("contract_checked"),
        specification_version=section.text("specification_version"),
        specification_checked=section.day("specification_checked"),
    )
    section.done()
    return terms


def _assignment(root: Section) -> Assignment:
    if (section := root.table("assignment")) is None:
        return Assignment()
    assignment = Assignment(
        ordered_by=section.text("ordered_by"),
        purpose=section.text("purpose", prose=True),
        start=section.day("start"),
        end=section.day("end"),
    )
    if assignment.start and assignment.end and assignment.end < assignment.start:
        section.wrong("end", "end_before_start", start="start")
    section.done()
    return assignment


def _scope(root: Section) -> tuple[str, str]:
    if (section := root.table("scope")) is None:
        return "", ""
    texts = section.text("included", prose=True), section.text("excluded", prose=True)
    section.done()
    return texts


def _anchors(root: Section, known: Known) -> tuple[str, ...]:
    if (section := root.table("trust")) is None:
        return ()
    anchors = tuple(map(known.path, section.texts("anchors")))
    section.done()
    return anchors


def _revocation(root: Section, known: Known) -> Revocation:
    if (section := root.table("revocation")) is None:
        return Revocation()
    found = Revocation(section.texts("addresses", host_port), tuple(map(known.path, section.texts("files"))))
    section.done()
    return found
