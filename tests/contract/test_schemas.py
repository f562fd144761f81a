"""Loading a contract and judging documents by it: what is allowed, what is told, what a hostile folder cannot do."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from readiness import personal
from readiness.contract.names import (
    MESSAGE,
    MESSAGE_V3,
    RECIPIENT_V3,
    SEALED_DELIVERY,
    WSDL_11_SOAP,
    XML_SCHEMA,
    XML_SCHEMA_INSTANCE,
    XML_SIGNATURE,
)
from readiness.contract.schemas import OWN, load_contract
from readiness.errors import ContractError, ReadinessError
from tests.contract.documents import Damage, Documents, stream
from tests.contract.test_differential import LAYOUTS, PUBLISHED

SERVICES = ("Authority", "Message", "Notification", "Recipient", "Service")


@pytest.fixture
def folder(tmp_path):
    """A copy of our own files, to be spoilt."""
    for path in sorted(OWN.rglob("*.[wx]s*")):
        place = tmp_path / "given" / path.relative_to(OWN)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return tmp_path / "given"


@pytest.fixture
def canary():
    """A listener on loopback that nobody must call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        with pytest.raises(BlockingIOError):
            listener.accept()


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder):
    with pytest.raises(ContractError) as caught:
        load_contract(folder)
    assert isinstance(caught.value, ReadinessError)
    return caught.value


# -- What is loaded


def test_our_own_contract_has_all_services_and_one_hash():
    contract = load_contract()
    assert contract is load_contract()
    assert contract.services == SERVICES
    assert len(contract.sha256) == 64
    assert len(contract.schema_files()) == 23


def test_a_copy_has_the_same_hash_and_the_name_of_its_folder(folder):
    copy = load_contract(folder)
    assert copy.sha256 == load_contract().sha256
    assert (copy.name, load_contract().name) == ("given", "mm-readiness v3")


def test_line_ends_do_not_change_the_hash(folder):
    path = folder / "xsd" / "sender.xsd"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_contract(folder).sha256 == load_contract().sha256


def test_another_word_changes_the_hash_and_a_file_beside_does_not(folder):
    (folder / "README.txt").write_text("x", encoding="utf-8")
    assert load_contract(folder).sha256 == load_contract().sha256
    change(folder / "xsd" / "sender.xsd", "Ten digits", "10 digits")
    assert load_contract(folder).sha256 != load_contract().sha256


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_published_layouts_load(name):
    if not (PUBLISHED / name).is_dir():
        pytest.skip(f"NOT COMPARED: the published files are not at {PUBLISHED / name}")
    contract = load_contract(PUBLISHED / name)
    assert set(contract.services) >= {"Recipient", "Service"}
    assert contract.name == name
    assert contract.sha256 != load_contract().sha256
    assert "schema/v3/Message.xsd" in contract.schema_files()


def test_version_1_is_told_from_version_3(folder):
    for path in folder.glob("*.wsdl"):
        if path.stem != "authority":
            path.unlink()
    assert "not version 3" in str(refusal(folder))
    assert "Message/v3" in str(refusal(folder))


def test_the_wsdl_stands_as_in_the_file_or_with_an_address_and_a_place_for_the_schemas():
    contract = load_contract()
    assert contract.wsdl("Service") == (OWN / "service.wsdl").read_bytes()
    root = etree.fromstring(contract.wsdl("Service", address="https://127.0.0.1:9/mm/v3", schemas="/contract/"))
    [address] = root.iter(f"{{{WSDL_11_SOAP}}}address")
    assert address.get("location") == "https://127.0.0.1:9/mm/v3"
    locations = [lead.get("schemaLocation") for lead in root.iter(f"{{{XML_SCHEMA}}}import")]
    assert {location.removeprefix("/contract/") for location in locations} <= set(contract.schema_files())
    assert len(locations) == 3


def test_an_unknown_service_is_a_key_error():
    with pytest.raises(KeyError):
        load_contract().wsdl("Consent")


def test_every_schema_leads_only_to_schemas_that_are_handed_out():
    files = load_contract().schema_files()
    for data in files.values():
        for lead in etree.fromstring(data).iter(f"{{{XML_SCHEMA}}}import"):
            assert f"xsd/{lead.get('schemaLocation')}" in files


# -- Hostile and broken folders


def test_a_folder_that_is_not_there_is_told(tmp_path):
    assert "cannot be read" in str(refusal(tmp_path / "nowhere"))


def test_a_folder_without_wsdl_is_told(tmp_path):
    assert "no .wsdl file" in str(refusal(tmp_path))
    assert "Recipient.wsdl" in str(refusal(tmp_path))


def test_a_missing_schema_is_told_with_the_file_and_line_that_ask_for_it(folder):
    (folder / "xsd" / "dispatcher.xsd").unlink()
    [fault] = refusal(folder).faults
    assert (fault.file, fault.line, fault.key) == ("xsd/authority-elements.xsd", 11, "xsd/dispatcher.xsd")
    assert fault.wrong == "there is no such file"


@pytest.mark.parametrize(
    "location",
    [
        "../../secret.xsd",
        "../xsd/../../secret.xsd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/x.xsd",
        "..\\..\\secret.xsd",
        "%2e%2e/%2e%2e/secret.xsd",
        "C:/secret.xsd",
        "//host/share.xsd",
        "",
    ],
)
def test_a_location_out_of_the_folder_is_never_opened(folder, location):
    (folder.parent / "secret.xsd").write_text("<secret/>", encoding="utf-8")
    change(folder / "xsd" / "dispatcher.xsd", 'schemaLocation="sender.xsd"', f'schemaLocation="{location}"')
    error = refusal(folder)
    assert [fault.file for fault in error.faults] == ["xsd/dispatcher.xsd"]
    assert "leads out of the folder" in str(error)


def test_nobody_is_called_while_a_folder_is_loaded(folder, canary):
    change(folder / "xsd" / "dispatcher.xsd", 'schemaLocation="sender.xsd"', f'schemaLocation="{canary}"')
    change(folder / "recipient.wsdl", '<?xml version="1.0" encoding="UTF-8"?>', f'<!DOCTYPE x SYSTEM "{canary}">')
    assert "leads out of the folder" in str(refusal(folder))
    assert "document type declaration" in str(refusal(folder))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_out_of_the_folder_is_not_followed(folder):
    secret = folder.parent / "secret.xsd"
    secret.write_bytes((folder / "xsd" / "sender.xsd").read_bytes())
    (folder / "xsd" / "sender.xsd").unlink()
    (folder / "xsd" / "sender.xsd").symlink_to(secret)
    assert "leads out of the folder" in str(refusal(folder))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links and pipes need rights on Windows")
@pytest.mark.parametrize("kind", ["loop", "pipe", "folder"])
def test_what_is_no_file_is_told_and_not_waited_for(folder, kind):
    path = folder / "xsd" / "sender.xsd"
    path.unlink()
    {"loop": lambda: path.symlink_to(path), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    assert "sender.xsd" in str(refusal(folder))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE schema>",
        '<!DOCTYPE schema [<!ENTITY a "x">]>',
        '<!DOCTYPE schema [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE schema [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]>',
    ],
)
def test_a_document_type_declaration_is_refused(folder, doctype):
    change(folder / "xsd" / "sender.xsd", '<?xml version="1.0" encoding="UTF-8"?>', doctype)
    [fault] = refusal(folder).faults
    assert fault.file == "xsd/sender.xsd"
    assert "document type declaration" in fault.wrong


def test_entities_that_multiply_are_refused_at_once(folder):
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    change(
        folder / "xsd" / "sender.xsd",
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<!DOCTYPE s [<!ENTITY e0 "xx">{bomb}]>',
    )
    change(
        folder / "xsd" / "sender.xsd",
        "</xs:schema>",
        "<xs:annotation><xs:documentation>&e11;</xs:documentation></xs:annotation></xs:schema>",
    )
    begun = time.monotonic()
    assert refusal(folder).faults
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("content", [b"", b"not xml", b"<xs:schema", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_is_not_xml_is_told_with_its_file(folder, content):
    (folder / "xsd" / "sender.xsd").write_bytes(content)
    [fault] = refusal(folder).faults
    assert fault.file == "xsd/sender.xsd"
    assert fault.wrong.startswith("not XML")


def test_a_page_in_place_of_a_schema_is_told(folder):
    (folder / "xsd" / "sender.xsd").write_text("<html><body>Logga in</body></html>", encoding="utf-8")
    assert "neither WSDL 1.1 nor XML Schema, but html" in str(refusal(folder))


def test_a_schema_that_does_not_hold_together_is_told_with_its_line(folder):
    change(folder / "xsd" / "sender.xsd", 'type="recipient:RecipientId"', 'type="recipient:Nobody"')
    assert any(fault.file == "xsd/sender.xsd" and fault.line == 9 for fault in refusal(folder).faults)


def test_two_files_of_one_namespace_are_told(folder):
    (folder / "xsd" / "other.xsd").write_bytes((folder / "xsd" / "sender.xsd").read_bytes())
    change(folder / "xsd" / "dispatcher.xsd", 'schemaLocation="sender.xsd"', 'schemaLocation="other.xsd"')
    assert "Keep one version of the contract" in str(refusal(folder))


def test_a_wsdl_that_imports_another_is_told(folder):
    change(
        folder / "service.wsdl", "<types>", '<import namespace="urn:x" location="http://127.0.0.1:9/x.wsdl"/><types>'
    )
    assert "wsdl:import is not read" in str(refusal(folder))


def test_too_large_and_too_many_files_are_told(folder):
    (folder / "xsd" / "sender.xsd").write_bytes(b" " * 2_000_001)
    assert "larger than 2000000 bytes" in str(refusal(folder))
    for index in range(200):
        (folder / f"more{index}.wsdl").write_bytes((folder / "service.wsdl").read_bytes())
    assert "more than 200 files" in str(refusal(folder))


def test_all_faults_are_told_at_once(folder):
    (folder / "xsd" / "dispatcher.xsd").unlink()
    (folder / "xsd" / "notification.xsd").write_text("<html/>", encoding="utf-8")
    assert len({fault.key or fault.file for fault in refusal(folder).faults}) == 2


# -- Judging documents

QUESTION = f"""<isReachable xmlns="{RECIPIENT_V3}">
  <senderOrgNr>162021004748</senderOrgNr>
  <recipientId>194601262381</recipientId>
  <recipientId>{{}}</recipientId>
</isReachable>"""


def test_a_document_that_the_schemas_allow_has_no_fault():
    question = QUESTION.format("195603292383").encode()
    assert load_contract().validate(question) == ()
    assert load_contract().validate(etree.fromstring(question)) == ()


def test_a_fault_names_line_path_and_rule():
    [fault] = load_contract().validate(QUESTION.format("5603292383").encode())
    assert (fault.line, fault.path) == (4, "/isReachable/recipientId[2]")
    assert fault.message.startswith(
        "Element '{Recipient/v3}recipientId': [facet 'pattern'] the value is not accepted by"
    )


def test_an_element_inside_an_envelope_is_judged_by_itself():
    envelope = etree.fromstring(f"<e>\n\n<b>{QUESTION.format('x')}</b></e>")
    [fault] = load_contract().validate(envelope[0][0])
    assert (fault.line, fault.path) == (6, "/isReachable/recipientId[2]")
    assert load_contract().validate(envelope)[0].message.endswith("for the validation root.")


def test_a_sealed_delivery_standing_alone_is_judged_as_its_type():
    sealed = Documents(1).sealed_delivery(MESSAGE_V3, "SealedDelivery")
    data = etree.tostring(sealed)
    assert sealed.tag == SEALED_DELIVERY
    assert load_contract().validate(sealed) == ()
    assert etree.tostring(sealed) == data
    [seal] = sealed.iter(f"{{{MESSAGE_V3}}}Seal")
    sealed.remove(seal)
    [fault] = load_contract().validate(sealed)
    assert fault.path == "/SealedDelivery/Signature"
    sealed.append(seal)
    sealed.set("x", "y")
    paths = [fault.path for fault in load_contract().validate(sealed)]
    assert paths == ["/SealedDelivery", "/SealedDelivery/Signature"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not well-formed"),
        (b"<a>", "not well-formed"),
        (b"\x00\x01", "not well-formed"),
        ("<a>å</a>".encode("latin-1"), "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type declaration"),
        (b"<a/>", "No matching global declaration"),
    ],
)
def test_what_cannot_be_judged_is_a_fault_and_not_a_crash(data, word):
    [fault] = load_contract().validate(data)
    assert word in fault.message


def test_nobody_is_called_while_a_document_is_judged(canary):
    for doctype in (f'<!DOCTYPE a SYSTEM "{canary}">', f'<!DOCTYPE a [<!ENTITY b SYSTEM "{canary}">]>'):
        assert load_contract().validate(f"{doctype}<a>&b;</a>".encode())
    told = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x {canary}"'
    load_contract().validate(f'<x xmlns="urn:x" {told}/>'.encode())
    load_contract().validate(f'<isReachable xmlns="{RECIPIENT_V3}" {told}><x xmlns="urn:x"/></isReachable>'.encode())


def test_words_never_quote_what_a_document_says():
    """Every value of a damaged document is a secret word; none comes back."""
    documents, damage, told = Documents(7), Damage(8), 0
    for index in range(1500):
        _, root = documents.any()
        damage.once(root)
        for leaf in root.iter("*"):
            if not len(leaf) and index % 2:
                leaf.text = "hemligt '19460126' is not 'x' must be"
            for name in leaf.attrib:
                leaf.set(name, "hemligt' is not '")
        for fault in load_contract().validate(root):
            told += 1
            assert "hemligt" not in fault.message + fault.path
            assert "1946" not in fault.message + fault.path
    assert told > 2000


def test_names_from_outside_are_masked_shortened_and_printable():
    name = "p19121212" + "1212"
    assert personal.spans(name)
    [fault] = load_contract().validate(f'<a xmlns="urn:{"x" * 5000}&#10;&#x202e;{name}"/>'.encode())
    assert len(fault.message) < 500
    [fault] = load_contract().validate(f'<{name} xmlns="urn:y"/>'.encode())
    assert (fault.path, name in fault.message) == ("/p******-****", False)
    [fault] = load_contract().validate(b'<a xmlns="urn:&#x202e;y"/>')
    assert "\u202e" not in fault.message


def test_a_complaint_of_a_kind_that_is_not_known_is_told_by_its_name_only():
    told = f'xmlns:i="{XML_SCHEMA_INSTANCE}" i:type="hemligt"'
    faults = load_contract().validate(f'<isReachable xmlns="{RECIPIENT_V3}" {told}/>'.encode())
    assert faults[0].message == "against XML Schema's rule cvc-elt-4-2"
    assert "hemligt" not in str(faults)


def test_no_more_than_a_hundred_faults_are_told_and_soon():
    ids = "<recipientId>x</recipientId>" * 15_000
    data = f'<isRegistered xmlns="{RECIPIENT_V3}">{ids}</isRegistered>'.encode()
    begun = time.monotonic()
    assert len(load_contract().validate(data)) == 100
    assert time.monotonic() - begun < 10


def test_a_delivery_of_two_megabytes_is_judged_fast():
    root = Documents(3).deliver_secure()
    [body, *_] = root.iter(f"{{{MESSAGE}}}Body")
    body.text = "QUJD" * 500_000
    data = etree.tostring(root)
    load_contract()
    begun = time.monotonic()
    assert load_contract().validate(data) == ()
    assert time.monotonic() - begun < 2
    body.text += "!"
    [fault] = load_contract().validate(etree.tostring(root))
    assert len(fault.message) < 300


def test_threads_do_not_mix_up_their_faults():
    contract = load_contract()
    work = [data for _, data in stream(5, 600)]
    expected = [contract.validate(data) for data in work]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(contract.validate, work)) == expected


def test_our_files_need_no_network_and_no_declaration():
    for path in Path(OWN).rglob("*.[wx]s*"):
        text = path.read_text(encoding="utf-8")
        assert "DOCTYPE" not in text
        assert 'schemaLocation="http' not in text


@pytest.mark.parametrize("value", ["QUJD!", "-_8=", "å", "QU\u00a0JD", "data:text/plain;base64,QUJD"])
def test_a_stray_character_in_base64_is_a_fault(value):
    root = Documents(3).deliver_secure()
    [body, *_] = root.iter(f"{{{MESSAGE}}}Body")
    body.text = value
    [fault] = load_contract().validate(root)
    assert fault.path.endswith("/Message/Body/Body")
    assert value not in fault.message


@pytest.mark.parametrize("name", ["DigestValue", "SignatureValue"])
def test_a_stray_character_in_a_signature_is_a_fault_too(name):
    root = Documents(3).deliver_secure()
    [place, *_] = root.iter(f"{{{XML_SIGNATURE}}}{name}")
    place.text = "QUJD*"
    [fault] = load_contract().validate(root)
    assert fault.path.endswith(name)


@pytest.mark.parametrize("value", ["", " QUJD\r\n QQ== ", "Q U J D"])
def test_blanks_in_base64_are_none(value):
    root = Documents(3).deliver_secure()
    [body, *_] = root.iter(f"{{{MESSAGE}}}Body")
    body.text = value
    assert load_contract().validate(root) == ()


def test_a_name_that_is_base64_in_one_place_only_is_left_to_the_schemas():
    """Authority's arg2 is base64 in one operation and an identity in another."""
    ask = (
        '<a:testNewSigner xmlns:a="http://minameddelanden.gov.se/Authority"><arg0>162021004748</arg0><arg2>se-x!</arg2>'
    )
    assert load_contract().validate(f"{ask}<arg3>Ownership</arg3></a:testNewSigner>".encode()) == ()
