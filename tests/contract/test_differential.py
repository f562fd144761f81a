"""Our schemas against the published ones: over thousands of documents, all accept and reject the same."""

import os
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from readiness.contract.names import XML_SCHEMA
from readiness.contract.schemas import OWN, load_contract
from tests.contract.documents import stream

PUBLISHED = (Path(__file__).parents[2] / "../shared/contract").resolve()
LAYOUTS = ("v3-sundsvall-2026", "v3-sunet-2022")
SEED = 20260315
AMOUNT = int(os.environ.get("MM_DIFFERENTIAL_DOCUMENTS", "9000"))


def layout(name):
    folder = PUBLISHED / name
    if not folder.is_dir():
        pytest.skip(f"NOT COMPARED: the published files are not at {folder}")
    return load_contract(folder)


@cache
def documents():
    return tuple(stream(SEED, AMOUNT))


def places(faults):
    """Where things are wrong. Words differ by the order in which a schema lists its values."""
    return sorted({(fault.line, fault.path) for fault in faults})


@pytest.mark.parametrize("name", LAYOUTS)
def test_our_schemas_accept_and_reject_what_the_published_ones_do(name, capsys):
    ours, theirs = load_contract(), layout(name)
    verdicts = Counter()
    for index, (kind, data) in enumerate(documents()):
        if kind.startswith("get") and "Authority" not in theirs.services:
            continue
        our, their = ours.validate(data), theirs.validate(data)
        assert places(our) == places(their), f"document {index} of seed {SEED} ({kind}): {our[:2]} but {their[:2]}"
        verdicts[kind, not our] += 1
    kinds = sorted({kind for kind, _ in verdicts})
    with capsys.disabled():
        accepted = sum(count for (_, verdict), count in verdicts.items() if verdict)
        print(f"\n{name}: {accepted} accepted and {verdicts.total() - accepted} rejected by both")
        print("  " + ", ".join(f"{kind} {verdicts[kind, True]}+{verdicts[kind, False]}" for kind in kinds))
    assert len(kinds) >= 13
    assert verdicts.total() > 0.7 * AMOUNT
    for kind in kinds:
        assert verdicts[kind, True] > AMOUNT / 100
        assert verdicts[kind, False] > AMOUNT / 200


BREAKS = {
    ("recipient.xsd", "RecipientId", "pattern"): r"16\d{10}|\d{12}",
    ("recipient.xsd", "EMailAdress", "minLength"): "6",
    ("recipient.xsd", "EMailAdress", "maxLength"): "257",
    ("recipient.xsd", "AccountTypes", "enumeration"): "None",
    ("sender.xsd", "OrganizationNumber", "pattern"): r"1[56]\d{10}",
    ("sender.xsd", "Name", "minLength"): "1",
    ("sender.xsd", "Name", "maxLength"): "255",
    ("dispatcher.xsd", "Name", "maxLength"): "257",
    ("common-v3.xsd", "ErrorCode", "minExclusive"): "-1",
    ("common-v3.xsd", "ErrorCode", "maxExclusive"): "10000",
    ("common-v3.xsd", "CallId", "minLength"): "19",
    ("common.xsd", "ErrorCode", "minExclusive"): "0",
    ("message-v3.xsd", "Subject", "maxLength"): "256",
    ("message-v3.xsd", "Text", "maxLength"): "1025",
    ("message-v3.xsd", "URL", "maxLength"): "256",
    ("message-v3.xsd", "distributionId", "minLength"): "0",
    ("message-v3.xsd", "distributionId", "maxLength"): "51",
    ("official-matter-v3.xsd", "idStringRestriction", "maxLength"): "256",
    ("official-matter-v3.xsd", "MatterSubject", "maxLength"): "1999",
    ("official-matter-v3.xsd", "MatterStatus", "enumeration"): "Closed",
}
"""File, named type or element, facet: what to write there instead."""


@pytest.mark.parametrize(("place", "value"), BREAKS.items(), ids=lambda x: ".".join(x) if isinstance(x, tuple) else "")
def test_one_broken_facet_is_noticed(place, value, tmp_path):
    file, owner, facet = place
    copy = shutil.copytree(OWN, tmp_path / "copy")
    tree = etree.parse(copy / "xsd" / file)
    [found] = tree.xpath(f"(//*[@name='{owner}']//xs:{facet})[1]", namespaces={"xs": XML_SCHEMA})
    assert found.get("value") != value
    found.set("value", value)
    tree.write(copy / "xsd" / file, encoding="UTF-8", xml_declaration=True)
    assert differs_from_ours(load_contract(copy))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("recipient-v3.xsd", 'minOccurs="0" maxOccurs="1000"', 'maxOccurs="1000"'),
        ("recipient-v3.xsd", 'maxOccurs="1000"', 'maxOccurs="unbounded"'),
        ("service.xsd", 'type="tns:DeliveryStatus" maxOccurs="unbounded"', 'type="tns:DeliveryStatus"'),
        ("message.xsd", 'name="ReceivedTime" type="xs:date"', 'name="ReceivedTime" type="xs:dateTime"'),
        ("message-v3.xsd", 'name="Language" type="xs:language"', 'name="Language" type="xs:string"'),
        ("message-v3.xsd", 'processContents="lax"', 'processContents="skip"'),
        ("message-v2.xsd", 'type="recipient:RecipientId"', 'type="recipient:RecipientId" maxOccurs="1000"'),
        ("authority-elements.xsd", 'elementFormDefault="unqualified"', 'elementFormDefault="qualified"'),
        ("xml-signature.xsd", 'name="Algorithm" type="xs:anyURI" use="required"', 'name="Algorithm" type="xs:anyURI"'),
    ],
)
def test_one_broken_particle_or_type_is_noticed(file, old, new, tmp_path):
    copy = shutil.copytree(OWN, tmp_path / "copy")
    path = copy / "xsd" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert differs_from_ours(load_contract(copy))


@cache
def our_places():
    ours = load_contract()
    return tuple(places(ours.validate(data)) for _, data in documents())


def differs_from_ours(broken):
    return any(our != places(broken.validate(data)) for our, (_, data) in zip(our_places(), documents(), strict=True))


def test_an_unbroken_copy_does_not_differ(tmp_path):
    assert not differs_from_ours(load_contract(shutil.copytree(OWN, tmp_path / "copy")))
