"""Profiles: every mistake is told with line, key and cure, all at once; a sound one gives the targets it names."""

import copy
import json
import math
import re
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.errors import ProfileError
from readiness.model import TargetKind
from readiness.profile import from_json, load_profile, parse_profile, profile_data, to_json
from readiness.profile.lines import Lines
from readiness.profile.template import template
from readiness.texts import texts
from tests.profiles import ABSENT, CERTIFICATE, DEVIATION, ENDPOINT, LOG, PERMIT, RISK_LEVEL, SOUND, STATEMENT
from tests.test_personal import COORDINATION, REAL

EVERYTHING = SOUND + ENDPOINT + CERTIFICATE + STATEMENT + PERMIT + DEVIATION + RISK_LEVEL


def read(text, lang="sv", source="p.toml"):
    return parse_profile(profile_data(text, source, lang), source, Lines(text), lang)


def faults(text, lang="sv"):
    with pytest.raises(ProfileError) as error:
        read(text, lang)
    return error.value.faults


def the_fault(text, lang="sv"):
    (fault,) = faults(text, lang)
    return fault


def line_of(text, piece):
    """The last line that holds a piece of text."""
    return max(number for number, line in enumerate(text.split("\n"), 1) if piece in line)


# -- A sound profile ---------------------------------------------------------------------------------------------------


def test_a_sound_profile_gives_its_targets_in_order():
    profile = read(EVERYTHING)
    assert [(t.id, str(t.kind), t.node, t.party) for t in profile.targets] == [
        ("chain", "chain", "", "kommunen"),
        ("arende", "node", "arende", "kommunen"),
        ("formedlare", "node", "formedlare", "leverantoren"),
        ("tjanst", "endpoint", "formedlare", "leverantoren"),
        ("klient", "certificate", "arende", "kommunen"),
        ("statement-10-4", "statement", "", "kommunen"),
    ]
    assert dict(profile.chain.declared) == {"environment": "test", "subject_kind": "kommun"}
    assert profile.party("leverantoren").organisation_number == "4550000006"
    assert (profile.subject.organisation_number, profile.subject.party) == ("4120000007", "kommunen")


def test_what_a_profile_does_not_say_is_not_declared():
    node = read(SOUND).targets[1]
    assert dict(node.declared) == {
        "name": "Ärendesystemet",
        "version": "5.2",
        **dict.fromkeys(("riktighet", "konfidentialitet", "tillganglighet", "sparbarhet"), ()),
    }


def test_one_party_or_several_can_answer_for_a_property():
    text = SOUND + '[node.responsible]\nriktighet = "kommunen"\nsparbarhet = ["kommunen", "leverantoren"]\n'
    profile = read(text)
    node = profile.targets[2]
    assert (node.says("riktighet"), node.says("sparbarhet")) == (("kommunen",), ("kommunen", "leverantoren"))
    assert (node.says("tillganglighet"), node.says("konfidentialitet")) == ((), ())
    assert profile.nodes[1].responsible == (
        ("riktighet", "kommunen"),
        ("sparbarhet", "kommunen"),
        ("sparbarhet", "leverantoren"),
    )


def test_an_endpoint_without_server_name_has_the_host_of_its_address():
    assert read(SOUND + ENDPOINT).targets[-1].says("server_name") == "tjanst.exempel.example"
    bracketed = ENDPOINT.replace("tjanst.exempel.example:443", "[::1]:443")
    assert read(SOUND + bracketed).targets[-1].says("server_name") == "::1"


def test_paths_are_absolute_from_the_folder_of_the_profile(tmp_path):
    file = tmp_path / "profil.toml"
    text = SOUND + CERTIFICATE + 'key_file = "nycklar/klient.key"\n[trust]\nanchors = ["rot.pem"]\n'
    file.write_text(text, encoding="utf-8")
    profile = load_profile(file)
    certificate = profile.targets[-1]
    assert certificate.address == str(tmp_path / "klient.pem")
    assert certificate.says("key_file") == str(tmp_path / "nycklar" / "klient.key")
    assert profile.trust_anchors == (str(tmp_path / "rot.pem"),)
    assert profile.source == str(file)
    assert (certificate.says("password_prompt"), certificate.says("party_organisation_number")) == (False, "4120000007")


@pytest.mark.parametrize(
    ("source", "address"),
    [("/kedja/p.toml", "/kedja/klient.pem"), (r"C:\kedja\p.toml", r"C:\kedja\klient.pem")],
)
def test_paths_are_those_of_the_machine_that_read_the_profile_wherever_it_is_judged(source, address):
    profile = read(EVERYTHING, source=source)
    assert profile.source == source
    assert address in {target.address for target in profile.targets}


def test_a_thing_that_somebody_else_holds_needs_no_file_or_address():
    text = (SOUND + CERTIFICATE).replace('file = "klient.pem"', 'held_by = "leverantoren"')
    assert (read(text).targets[-1].address, read(text).targets[-1].held_by) == ("", "leverantoren")


def test_a_certificate_may_be_of_another_party_than_its_node():
    target = read(SOUND + CERTIFICATE + 'party = "leverantoren"\n').targets[-1]
    assert (target.party, target.says("party_organisation_number")) == ("leverantoren", "4550000006")


def test_a_statement_carries_its_document_and_what_makes_it_void():
    text = SOUND + CERTIFICATE + STATEMENT
    text += f'document = {{ title = "Anvisning", date = 2026-10-01, sha256 = "{"AB" * 32}", file = "a.pdf" }}\n'
    text += 'void_if = { versions = { arende = "5.1" }, serials = { klient = "00:0A:1B" } }\n'
    statement = read(text).targets[-1]
    assert Path(statement.address).name == "a.pdf"
    assert Path(statement.address).is_absolute()
    assert statement.says("document_sha256") == "ab" * 32
    assert statement.says("document_date") == datetime(2026, 10, 1, tzinfo=UTC)
    assert statement.says("on") == datetime(2026, 11, 20, tzinfo=UTC)
    assert statement.says("valid_until") == datetime(2027, 11, 20, 23, 59, 59, tzinfo=UTC)
    assert statement.says("void_if_versions") == ("arende=5.1",)
    assert statement.says("versions_now") == ("arende=5.2",)
    assert statement.says("void_if_serials") == ("klient=a1b",)
    assert (statement.says("party_kind"), statement.says("party_name")) == ("kommun", "Exempelby kommun")


def test_further_statements_about_a_check_are_numbered():
    assert [t.id for t in read(SOUND + STATEMENT * 3).targets[-3:]] == [
        "statement-10-4",
        "statement-10-4-2",
        "statement-10-4-3",
    ]


def test_times_become_utc_and_a_last_day_lasts_to_its_end():
    text = SOUND + PERMIT.replace("start = 2026-11-01", "start = 2026-11-01T08:00:00+02:00")
    (permit,) = read(text).permits
    assert permit.start == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert permit.start.utcoffset().total_seconds() == 0
    assert permit.end == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_an_absence_a_record_and_a_risk_level_are_read():
    text = SOUND + ABSENT + ABSENT.replace("[[absent]]", '[[absent]]\nid = "inget-far"\nwhere = { role = "far" }')
    text += '[[record]]\npath = "in"\nparty = "leverantoren"\ncovers = ["formedlare", "endpoint"]\n' + RISK_LEVEL
    profile = read(text)
    assert [(a.id, a.what, a.where) for a in profile.absences] == [
        ("absent-1", TargetKind.ENDPOINT, ()),
        ("inget-far", TargetKind.ENDPOINT, (("role", "far"),)),
    ]
    assert profile.records[0].covers == ("formedlare", "endpoint")
    assert (profile.risk_levels[0].level, profile.risk_levels[0].set_on) == (3, date(2026, 11, 20))


def test_the_personal_numbers_of_test_persons_are_allowed():
    assert read(SOUND + STATEMENT + 'text = "Provad med 189001019802 och 189112299816."\n')


# -- One mistake: where, what, and what to write -----------------------------------------------------------------------

MISTAKES = {
    # name: (after which text, line to replace or "", what is written, line that is named, key, words that are said)
    "a missing key": (SOUND, 'environment = "test"\n', "", 1, "environment", "environment = "),
    "a missing table": (SOUND, SOUND[SOUND.index("[terms]") : SOUND.index("[[party]]")], "", 1, "terms", "[terms]"),
    "an empty value": (SOUND, 'name = "Förmedlingen"', 'name = ""', "", "node.name", "tomt"),
    "a number for a text": (SOUND, 'version = "5.2"', "version = 5", "", "node.version", "heltal"),
    "a text for a date": (STATEMENT, "on = 2026-11-20", 'on = "2026-11-20"', "", "statement.on", "utan citattecken"),
    "a time for a date": (STATEMENT, "on = 2026-11-20", "on = 2026-11-20T10:00:00Z", "", "statement.on", "2026-11-23"),
    "a flag for a number": (RISK_LEVEL, "level = 3", "level = true", "", "risk_level.level", "heltal"),
    "a text for a flag": (
        SOUND,
        'version = "5.2"',
        'personal_data = "ja"',
        "",
        "node.personal_data",
        "true eller false",
    ),
    "a text for a list": (PERMIT, 'effects = ["reads", "scans"]', 'effects = "reads"', "", "permit.effects", "lista"),
    "a number in a list": (PERMIT, '["reads", "scans"]', "[1]", "", "permit.effects", "text"),
    "one table for several": (SOUND, "[terms]", "[[terms]]", "", "terms", "[terms]"),
    "an unknown key": (SOUND, 'version = "5.2"', 'verison = "5.2"', "", "node.verison", "Menades version?"),
    "an unknown table": (ENDPOINT, "[[endpoint]]", "[[endpoints]]", "", "endpoints", "Menades endpoint?"),
    "an unknown environment": (SOUND, '"test"', '"tets"', "", "environment", "test. Menades test?"),
    "an unknown role": (
        ENDPOINT,
        'role = "formedlare"',
        'role = "förmedlare"',
        "",
        "endpoint.role",
        "Menades formedlare?",
    ),
    "an unknown use": (CERTIFICATE, "tls-client", "client", "", "certificate.use", "sealing, signing, tls-client"),
    "an unknown kind": (SOUND, 'kind = "vendor"', 'kind = "leverantör"', "", "party.kind", "authority, kommun"),
    "an unknown signer": (STATEMENT, '"forvaltningschef"', '"chef"', "", "statement.role", "forvaltningschef"),
    "an unknown answer": (STATEMENT, '"yes"', '"ja"', "", "statement.answer", "no, partly, text, yes"),
    "an unknown effect": (PERMIT, '"scans"', '"disturbs"', "", "permit.effects", "reads, scans, sends"),
    "an unknown likelihood": (RISK_LEVEL, '"lag"', '"låg"', "", "risk_level.likelihood", "Menades lag?"),
    "an unknown party": (
        SOUND,
        'party = "leverantoren"',
        'party = "leverantorn"',
        "",
        "node.party",
        "Menades leverantoren?",
    ),
    "an unknown node": (ENDPOINT, 'node = "formedlare"', 'node = "x"', "", "endpoint.node", "arende, formedlare"),
    "an unknown owner": (PERMIT, 'owner = "kommunen"', 'owner = "x"', "", "permit.owner", "kommunen, leverantoren"),
    "an id taken": (ENDPOINT, 'id = "tjanst"', 'id = "arende"', "", "endpoint.id", "p.toml:29"),
    "an id with å": (ENDPOINT, 'id = "tjanst"', 'id = "tjänst"', "", "endpoint.id", "till exempel tjanst. Å, ä och ö"),
    "an id in capitals": (ENDPOINT, 'id = "tjanst"', 'id = "Tjanst"', "", "endpoint.id", "små bokstäver"),
    "an id of ours": (ENDPOINT, 'id = "tjanst"', 'id = "chain"', "", "endpoint.id", "annat id"),
    "a statement's id": (ENDPOINT, 'id = "tjanst"', 'id = "statement-10-4"', "", "endpoint.id", "statement-"),
    "a short number": (SOUND, "16455000-0006", "455000-006", "", "party.organisation_number", "tio siffror"),
    "a wrong digit": (SOUND, "16455000-0006", "455000-0007", "", "party.organisation_number", "kontrollsiffra"),
    "a URL": (
        ENDPOINT,
        "tjanst.exempel.example:443",
        "https://t.example/far",
        "",
        "endpoint.address",
        "Skriv t.example:443",
    ),
    "no port": (ENDPOINT, ":443", "", "address", "endpoint.address", "tjanst.exempel.example:443"),
    "port 0": (ENDPOINT, ":443", ":0", "", "endpoint.address", "1 till 65535"),
    "port 65536": (ENDPOINT, ":443", ":65536", "", "endpoint.address", "1 till 65535"),
    "bare IPv6": (ENDPOINT, "tjanst.exempel.example:443", "::1:443", "", "endpoint.address", "[::1]:443"),
    "no IPv6": (ENDPOINT, "tjanst.exempel.example:443", "[::g]:443", "", "endpoint.address", "192.0.2.10"),
    "no IPv4": (ENDPOINT, "tjanst.exempel.example:443", "10.0.0.300:443", "", "endpoint.address", "192.0.2.10"),
    "an IDN": (ENDPOINT, "tjanst.exempel", "tjänst.exempel", "", "endpoint.address", "xn--tjnst-hra.exempel.example"),
    "a space in a host": (ENDPOINT, "tjanst.exempel.example", "tjanst exempel", "", "endpoint.address", "värdnamn"),
    "a network off its edge": (
        PERMIT,
        "tjanst.exempel.example:443",
        "192.0.2.7/24",
        "",
        "permit.addresses",
        "192.0.2.0/24",
    ),
    "KLASSA 5": (
        '\n[[message_type]]\nid = "m"\nname = "M"\nnode = "arende"\nin_production = true\nklassa_k = 4\n',
        "klassa_k = 4",
        "klassa_k = 5",
        "",
        "message_type.klassa_k",
        "0 till 4",
    ),
    "a country in words": (SOUND, 'version = "5.2"', 'country = "Sverige"', "", "node.country", "till exempel SE"),
    "a short digest": (
        PERMIT,
        "end = 2026-12-31",
        'end = 2026-12-31\nsha256 = "ab"',
        'sha256 = "ab"',
        "permit.sha256",
        "64",
    ),
    "a check in words": (STATEMENT, '"10-4"', '"10.4"', "", "statement.check", "10-4 eller M6-3"),
    "a risk in words": (RISK_LEVEL, '"23"', '"R23"', "", "risk_level.risk", "citattecken"),
    "a naive time": (
        PERMIT,
        "start = 2026-11-01",
        "start = 2026-11-01T08:00:00",
        "",
        "permit.start",
        "2026-11-01T08:00:00Z",
    ),
    "a permit back to front": (PERMIT, "end = 2026-12-31", "end = 2026-10-31", "", "permit.end", "start"),
    "a statement that ended": (
        STATEMENT,
        "valid_until = 2027-11-20",
        "valid_until = 2026-11-19",
        "",
        "statement.valid_until",
        "före början",
    ),
    "an assignment back to front": (
        "[assignment]\nstart = 2026-11-02\nend = 2026-11-03\n",
        "end = 2026-11-03",
        "end = 2026-11-01",
        "",
        "assignment.end",
        "start",
    ),
    "year 1": (STATEMENT, "on = 2026-11-20", "on = 0001-01-01", "", "statement.on", "1900 till 2199"),
    "a bidi mark": (SOUND, "Förmedlingen", "Förm\u202eedlingen", "", "node.name", "U+202E"),
    "an escape": (SOUND, "Förmedlingen", "Förm\\u001b[2Jedlingen", "", "node.name", "U+001B"),
    "a path with \\n": (CERTIFICATE, "klient.pem", "mapp\\nyckel.pem", "", "certificate.file", "skrivs / i stället"),
    "a password": (
        CERTIFICATE,
        'file = "klient.pem"',
        'file = "k"\npassword = "xyzzy"',
        "xyzzy",
        "certificate.password",
        "password_env",
    ),
    "a password for a variable": (
        CERTIFICATE,
        'file = "klient.pem"',
        'file = "k"\npassword_env = "xyzzy 17!"',
        "xyzzy",
        "certificate.password_env",
        "ta bort det",
    ),
    "an unknown log format": (LOG, '"text"', '"xml"', 'format = "xml"', "log_source.format", "json-lines"),
    "an unknown encoding": (LOG, '"latin-1"', '"cp1252"', "cp1252", "log_source.encoding", "utf-16"),
    "an unknown purpose": (LOG, '"processing"', '"debug"', "debug", "log_source.purpose", "technical"),
    "an id with a space": (
        LOG,
        'purpose = "processing"',
        'trace_ids = ["a b c d"]',
        "a b c d",
        "log_source.trace_ids",
        "meddelande-id",
    ),
    "a field with a space": (
        LOG,
        'purpose = "processing"',
        'hash_field = "den förra"',
        "hash_field",
        "log_source.hash_field",
        "previous_hash",
    ),
    "an unknown event": (
        LOG,
        'purpose = "processing"',
        "events = { read = [] }",
        "events",
        "log_source.events.read",
        "created",
    ),
    "a zone that is none": (LOG, '"Europe/Stockholm"', '"CET +1"', "CET +1", "log_source.time_zone", "+01:00"),
    "an absent node": (ABSENT, '"endpoint"', '"node"', "", "absent.what", "held_by"),
    "an absent log": (ABSENT, '"endpoint"', '"log_source"', "", "absent.what", "[[log_source]] med held_by"),
    "an absent chain": (
        ABSENT,
        '"endpoint"',
        '"chain"',
        "",
        "absent.what",
        "endpoint, page, register, sent_document, statement",
    ),
    "an absence of every statement": (ABSENT, '"endpoint"', '"statement"', "[[absent]]", "absent.where", "check"),
    "an absence that is there": (ENDPOINT + ABSENT, "", "", 'what = "endpoint"', "absent.what", "tjanst"),
    "a permit of another": (
        PERMIT,
        'owner = "kommunen"',
        'owner = "leverantoren"',
        "[[permit]]",
        "permit.document",
        "sha256",
    ),
    "held by oneself": (
        CERTIFICATE,
        'file = "klient.pem"',
        'held_by = "kommunen"',
        "",
        "certificate.held_by",
        "annan part",
    ),
    "two numbers of oneself": (
        SOUND,
        '"412000-0007"\nboard',
        '"455000-0006"\nboard',
        7,
        "subject.organisation_number",
        "kommunen",
    ),
    "a text that is not there": (STATEMENT, '"yes"', '"text"', "[[statement]]", "statement.text", "text = "),
    "a void node": (
        STATEMENT + "void_if = { versions = { x = '1' } }\n",
        "",
        "",
        "void_if",
        "statement.void_if.versions.x",
        "arende",
    ),
    "a void serial": (
        CERTIFICATE + STATEMENT + "void_if = { serials = { klient = 'xyz' } }\n",
        "",
        "",
        "void_if",
        "statement.void_if.serials.klient",
        "hexadecimala",
    ),
    "two levels": (RISK_LEVEL * 2, "", "", 'risk = "23"', "risk_level.risk", "Behåll"),
    "an unknown format": (SOUND, "format = 1", "format = 2", "", "format", "format = 1"),
    "nothing covered": (
        '[[record]]\npath = "x"\nparty = "leverantoren"\ncovers = []\n',
        "",
        "",
        "covers",
        "record.covers",
        "tomt",
    ),
    "an unknown cover": (
        '[[record]]\npath = "x"\nparty = "leverantoren"\ncovers = ["endpont"]\n',
        "",
        "",
        "covers",
        "record.covers",
        "Menades endpoint?",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_line_key_and_cure(name):
    base, old, new, named, key, said = MISTAKES[name]
    whole = base if base.startswith("format") else SOUND + base
    start = 0 if base is whole else len(SOUND)
    assert old in whole[start:]
    text = whole[:start] + whole[start:].replace(old, new, 1)
    fault = the_fault(text)
    line = named if isinstance(named, int) else line_of(text, named or new.split("\n", maxsplit=1)[0])
    assert (fault.file, fault.key, fault.line) == ("p.toml", key, line), str(fault)
    assert said in str(fault)
    assert fault.cure.endswith((".", "?")), "a cure is a whole sentence"
    assert "xyzzy" not in str(fault), "what may be a password is not repeated"
    assert the_fault(text, "en").key == key
    assert str(the_fault(text, "en")) != str(fault)


SIX, FOUR = REAL[:6], REAL[6:]


@pytest.mark.parametrize(
    "number",
    [f"18{REAL}", f"18{COORDINATION}", REAL, f"18{SIX}-{FOUR}", f"{SIX}+{FOUR}", f"{SIX} {FOUR}", f"18{SIX}–{FOUR}"],
    ids=["twelve digits", "coordination", "ten digits", "hyphen", "plus", "space", "dash"],
)
def test_a_personal_number_is_refused_where_it_stands_and_not_repeated(number):
    text = SOUND.replace('name = "Ärendesystemet"', f'name = "Ansvarig: {number}."')
    fault = the_fault(text)
    assert (fault.line, fault.key) == (line_of(text, number), "node.name")
    assert number[-4:] not in str(fault)


def test_a_personal_number_is_found_also_as_a_number_a_key_and_in_a_deviation():
    text = SOUND.replace('version = "5.2"', f"version = 18{REAL}").replace("board", f'"18{REAL}"')
    text += DEVIATION.replace("IT-chefen", f"18{SIX}-{FOUR}")
    found = faults(text)
    personal = [fault for fault in found if "personnummer" in fault.wrong]
    assert {fault.line for fault in personal} == {8, line_of(text, "version = 18"), line_of(text, "owner =")}
    assert not any(FOUR in str(fault) for fault in found)


def test_a_digest_is_no_personal_number():
    digest = f"18{REAL}" + "0" * 52
    assert read(SOUND + PERMIT + f'sha256 = "{digest}"\n')


# -- Many mistakes, and the file itself --------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_in_the_order_of_lines():
    text = EVERYTHING.replace("format = 1", "format = 0").replace('"vendor"', '"x"').replace(":443", ":x")
    text = text.replace("level = 3", "level = 9").replace('node = "arende"', 'nod = "arende"')
    found = faults(text)
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
    assert {fault.key for fault in found} == {
        "format",
        "party.kind",
        "endpoint.address",
        "certificate.node",
        "certificate.nod",
        "permit.addresses",
        "risk_level.level",
    }


def test_one_mistake_in_an_id_is_told_once_not_again_by_all_who_refer_to_it():
    text = (
        (SOUND + ENDPOINT)
        .replace('"formedlare"\nname', '"Förmedlare"\nname')
        .replace('= "formedlare"\nadd', '= "Förmedlare"\nadd')
    )
    assert the_fault(text).key == "node.id"
    twice = SOUND.replace("leverantoren", "Leverantören")
    assert the_fault(twice).key == "party.id"


def test_mistakes_in_data_out_of_a_record_name_the_place_instead_of_the_line():
    data = profile_data(SOUND.replace('party = "leverantoren"', 'party = "x"'))
    with pytest.raises(ProfileError) as error:
        parse_profile(data, "record")
    (fault,) = error.value.faults
    assert (fault.line, fault.key) == (0, "node[2].party")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('a = 1\nb = "C:\\Users\\x"\n', 2, "Skriv / i stället för"),
        ("a = 1\na = 2\nb = 3\n", 2, "två gånger"),
        ("[a]\nb = 1\n[a]\n", 3, "två gånger"),
        ("a = 1\n\nb = ja\n", 3, "true och false"),
        ("a = 1\nnämnd = 2\n", 2, "Nycklar skrivs med a till z"),
        ('a = 1\nb = "x\nc = 2\n', 2, "citattecken"),
        ("a = 2026-02-30\n", 1, "dagen måste finnas"),
        ("a = 2026-02-20T08:00\n", 1, "sekunder"),
        ("a = 1\nb = [1, 2\n\n\n", 2, "mallen"),
        ("a = " + "[" * 5000, 1, "led"),
        ("a = " + "9" * 5000, 1, "mallen"),
        ("deviation = " + "[" * 40 + "]" * 40, 0, "led"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(text, line, said):
    with pytest.raises(ProfileError) as error:
        read(text)
    (fault,) = error.value.faults
    assert fault.line in {line, 0} if "led" in said else fault.line == line
    assert said in str(fault)


def written(tmp_path, data):
    file = tmp_path / "p.toml"
    file.write_bytes(data)
    return file


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    data = b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode()
    assert load_profile(written(tmp_path, data)).subject.name == "Exempelby kommun"
    wrong = data.replace(b'"vendor"', b'"x"')
    with pytest.raises(ProfileError) as error:
        load_profile(written(tmp_path, wrong))
    assert error.value.faults[0].line == line_of(SOUND, '"vendor"')


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (SOUND.encode("utf-16"), 0, "UTF-16"),
        (SOUND.encode("utf-16-le"), 0, "UTF-16"),
        (SOUND.encode("latin-1"), 8, "UTF-8"),
        (b"x = 1\n" * 2_000_000, 0, "8 MB"),
    ],
    ids=["utf-16 with mark", "utf-16 without", "latin-1", "too large"],
)
def test_a_file_that_is_no_utf8_text_says_how_to_save_it(tmp_path, data, line, said):
    with pytest.raises(ProfileError) as error:
        load_profile(written(tmp_path, data))
    (fault,) = error.value.faults
    assert fault.line == line
    assert said in str(fault)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    for path, said in ((tmp_path / "x.toml", "finns inte"), (tmp_path, "mapp"), (Path("a\0b"), "läsa")):
        with pytest.raises(ProfileError, match=said):
            load_profile(path)
    with pytest.raises(ProfileError, match="no such file"):
        load_profile(tmp_path / "x.toml", lang="en")


@pytest.mark.parametrize("count", [5001, 100_000])
def test_too_many_targets_are_one_mistake_and_told_quickly(tmp_path, count):
    rows = "".join(ENDPOINT.replace('"tjanst"', f'"e{number}"') for number in range(count))
    file = written(tmp_path, (SOUND + rows).encode())
    started = time.monotonic()
    with pytest.raises(ProfileError) as error:
        load_profile(file)
    assert len(error.value.faults) == 1
    assert "5000" in str(error.value)
    assert time.monotonic() - started < 30  # it takes a second; the bound only catches what grows with the square


def test_the_largest_profile_loads_and_all_its_mistakes_are_told_quickly():
    rows = "".join(ENDPOINT.replace('"tjanst"', f'"e{number}"') for number in range(4998))
    assert len(read(SOUND + rows).targets) == 5001
    started = time.monotonic()
    found = faults(SOUND + rows.replace('node = "formedlare"', 'node = "formedlar"').replace(":443", ":x"))
    assert len(found) == 2 * 4998
    assert time.monotonic() - started < 30


# -- Log sources -------------------------------------------------------------------------------------------------------


def log_of(text):
    return next(target for target in read(text).targets if target.kind is TargetKind.LOG_SOURCE)


def test_a_log_source_says_where_it_lies_how_it_is_written_and_what_it_is_for():
    log = log_of(SOUND + LOG)
    assert log.address.endswith("arende.log*")
    assert dict(log.declared) == {
        "encoding": "latin-1",
        "format": "text",
        "kept_by": "own",
        "purpose": "processing",
        "time_format": "%d.%m.%Y %H:%M",
        "time_zone": "Europe/Stockholm",
    }
    bare = log_of(SOUND + "\n".join(LOG.splitlines()[:4]))
    assert dict(bare.declared) == {"kept_by": "own", "purpose": "technical"}, (
        "a log is a technical one unless it is said to be another"
    )


DELIVERY = """
shared_id = "correlation_id"
[log_source.delivery]
ordered = 2026-11-02
delivered = 2026-11-06
start = 2026-10-01
end = 2026-10-31
hashes = "SHA256SUMS"
"""


def test_a_log_source_says_how_it_was_delivered():
    says = dict(log_of(SOUND + LOG + DELIVERY).declared)
    assert says["shared_id"] == "correlation_id"
    assert (says["ordered_on"], says["delivered_on"]) == (
        datetime(2026, 11, 2, tzinfo=UTC),
        datetime(2026, 11, 6, tzinfo=UTC),
    )
    assert says["period_start"] == datetime(2026, 10, 1, tzinfo=UTC)
    assert datetime(2026, 10, 31, 23, 59, tzinfo=UTC) < says["period_end"] < datetime(2026, 11, 1, tzinfo=UTC)
    assert says["hash_list"].endswith("/SHA256SUMS")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("2026-11-06", "2026-11-01", "delivered"),
        ("2026-10-31", "2026-09-30", "end"),
        ('hashes = "SHA256SUMS"\n', "", "hashes"),
        ("ordered = 2026-11-02\n", "", "ordered"),
    ],
)
def test_a_delivery_that_cannot_be_is_told(old, new, key):
    assert DELIVERY.count(old) == 1
    with pytest.raises(ProfileError) as caught:
        log_of(SOUND + LOG + DELIVERY.replace(old, new))
    assert f"log_source.delivery.{key}" in {fault.key for fault in caught.value.faults}


def test_a_log_source_says_what_it_tells_of_a_message_and_in_which_words():
    log = log_of(SOUND + LOG + 'trace_ids = ["2026-0001-A"]\n[log_source.events]\nsent = ["skickat"]\nerror = []\n')
    assert {name: value for name, value in log.declared if name.startswith(("tells", "words", "trace"))} == {
        "tells_error": True,
        "tells_events": True,
        "tells_sent": True,
        "trace_ids": ("2026-0001-A",),
        "words_sent": ("skickat",),
    }


def test_a_log_source_says_how_long_it_is_kept_and_under_which_name_its_hashes_stand():
    kept = 'kept_days_min = 30\nkept_days_max = 60\nhash_field = "previous"\n'
    log = log_of(SOUND.replace('version = "5.2"', 'version = "5.2"\nsince = 2026-01-31') + LOG + kept)
    assert (log.says("kept_days_min"), log.says("kept_days_max")) == (30, 60)
    assert (log.says("hash_field"), log.says("since")) == ("previous", datetime(2026, 1, 31, tzinfo=UTC))
    (fault,) = faults(SOUND + LOG + kept.replace("60", "29"))
    assert fault.key == "log_source.kept_days_max"


def test_a_log_on_another_party_s_node_is_told_apart():
    assert log_of(SOUND + LOG).says("kept_by") == "own"
    assert log_of(SOUND + LOG.replace('node = "arende"', 'node = "formedlare"')).says("kept_by") == "other"
    held = log_of(SOUND + LOG.replace('format = "text"', 'held_by = "leverantoren"\nformat = "text"'))
    assert held.says("kept_by") == "other"


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "+01:00", "-09:30"]
)
def test_a_zone_is_a_name_or_an_offset(zone):
    assert log_of(SOUND + LOG.replace("Europe/Stockholm", zone)).says("time_zone") == zone


@pytest.mark.parametrize(
    ("written", "format_"), [("json", "json-lines"), ("json-lines", "json-lines"), ("evtx", "evtx")]
)
def test_a_format_has_one_name(written, format_):
    assert log_of(SOUND + LOG.replace('"text"', f'"{written}"')).says("format") == format_


# -- Deviations: kept, whatever is wrong with them ---------------------------------------------------------------------


def test_a_sound_deviation_lasts_to_the_end_of_its_day():
    (deviation,) = read(SOUND + DEVIATION).deviations
    assert deviation.malformed == ""
    assert deviation.expires == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires = 2026-12-31", "", "expires"),
        ("expires = 2026-12-31", "expires = 2026-12-31T10:00:00", "tidszon"),
        ("expires = 2026-12-31", 'expires = "2026"', "expires"),
        ('reason = "Beställt."', "", "reason"),
        ('owner = "IT-chefen"', "owner = [1, 2]", "owner"),
        ('owner = "IT-chefen"', 'owner = "IT\\u202echefen"', "U+202E"),
        ("[[deviation]]", '[[deviation]]\ntargets = "x"', "targets"),
        ("[[deviation]]", "[deviation]", "hakparenteser"),
        (DEVIATION, "\n[deviation.x.y]\n", "hakparenteser"),
    ],
)
def test_a_malformed_deviation_is_kept_and_says_why(old, new, said):
    text = SOUND + DEVIATION
    assert old in text
    (deviation,) = read(text.replace(old, new)).deviations
    assert said in deviation.malformed
    assert deviation.expires is None
    assert "\u202e" not in deviation.owner


def test_deviations_that_are_no_table_are_kept_too():
    (deviation,) = read("deviation = 5\n" + SOUND).deviations
    assert deviation.malformed
    assert [d.malformed != "" for d in read("deviation = [1, {}]\n" + SOUND).deviations] == [True, True]


# -- JSON, garbage, words ----------------------------------------------------------------------------------------------


def test_a_profile_comes_back_the_same_through_json():
    odd = [
        '"$date" = [inf, 07:32:00.5, 1979-05-27T07:32:00+02:00, 1979-05-27T07:32:00]',
        f"huge = 0x{'f' * 5000}",  # json would write this number and never read it again
        'like_a_tag = { "$date" = "2026-11-23" }',
    ]
    text = EVERYTHING + DEVIATION + "\n".join(odd)
    data = profile_data(text)
    again = from_json(json.loads(json.dumps(to_json(data), allow_nan=False)))
    assert again == data
    assert math.isinf(again["deviation"][1]["$date"][0])
    assert again["deviation"][1]["like_a_tag"] == {"$date": "2026-11-23"}
    assert list(again) == list(data)
    assert parse_profile(again, "p.toml") == read(text)


@pytest.mark.parametrize(
    "data", [None, [], 5, {}, {"node": [None, 3]}, {"format": {"$date": "x"}}, {"party": {"a": None}}]
)
def test_json_that_is_no_profile_is_a_profile_error(data):
    with pytest.raises(ProfileError):
        parse_profile(from_json(data), "record")


PIECES = sorted(set((EVERYTHING + ABSENT).split("\n")))
garbage = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text("[]{}=,.\"'\\\n#a1å-:T_$ ", max_size=12)), max_size=40).map(
        "\n".join
    ),
    st.tuples(st.integers(0, len(EVERYTHING)), st.integers(0, 40), st.text(max_size=5)).map(
        lambda cut: EVERYTHING[: cut[0]] + cut[2] + EVERYTHING[cut[0] + cut[1] :]
    ),
)


@settings(max_examples=300, deadline=None)
@given(garbage)
def test_garbage_is_a_profile_or_a_profile_error(text):
    with suppress(ProfileError):
        read(text)


ODD = (None, True, 0, -1, 1.5, "", "x", [], {}, [1], [[]], [{}], {"a": {"b": []}}, date.max, datetime.min, "å" * 300)  # noqa: DTZ901


def places(value, path=()):
    """Every place in nested data."""
    yield path
    for key, member in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(member, (*path, key))


def test_whatever_stands_in_any_place_is_a_profile_or_a_profile_error():
    whole = profile_data(re.sub(r"(?m)^#(?! )", "", template("sv")))
    tried = 0
    for path in [path for path in places(whole) if path]:
        for odd in ODD:
            data = copy.deepcopy(whole)
            inner = data
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = odd
            with suppress(ProfileError):
                assert parse_profile(data, "record").subject
            tried += 1
    assert tried > 1500


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.datetimes().map(lambda t: t.replace(fold=0)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=6), json_values.filter(lambda v: v == v)))
def test_any_data_comes_back_the_same_through_json(data):
    assert repr(from_json(json.loads(json.dumps(to_json(data))))) == repr(data)


def test_every_fault_has_words_and_a_cure_in_both_languages():
    for lang in ("sv", "en"):
        wrong = {key.partition(".")[2] for key in texts(lang) if key.startswith("profile_wrong.")}
        cure = {key.partition(".")[2] for key in texts(lang) if key.startswith("profile_cure.")}
        assert wrong - cure == {"syntax"}
        assert {code for code in cure - wrong if not code.startswith("syntax_")} == {"meant"}


# -- Lines -------------------------------------------------------------------------------------------------------------


def test_lines_are_found_past_strings_comments_and_lists_of_several_lines():
    text = '''# [a]
"key one" = """
[a]
x = 1
"""  # end
b = [ # list
  "[c]", 'd = 1',
  { e = "]" },
]
[a . "b.c"]
d.e = 5
[[t]]
k = 1
[[t]]
[t.u]
k = """a"""""
[[t.v]]
[[t.v]]
w = 2
'''
    profile_data(text)
    lines = Lines(text)
    expected = {
        ("key one",): 2,
        ("b",): 6,
        ("b", 0): 7,
        ("b", 1): 7,
        ("b", 2): 8,
        ("b", 2, "e"): 8,
        ("a", "b.c"): 10,
        ("a", "b.c", "d"): 11,
        ("a", "b.c", "d", "e"): 11,
        ("a", "b.c", "missing"): 10,
        ("t", 0, "k"): 13,
        ("t", 1): 14,
        ("t", 1, "u", "k"): 16,
        ("t", 1, "v", 0): 17,
        ("t", 1, "v", 1, "w"): 19,
        ("nowhere",): 1,
    }
    assert {path: lines.line(path) for path in expected} == expected
    assert Lines().line(("t",)) == 0


# -- SOAP services -----------------------------------------------------------------------------------------------------


def soap(*lines):
    """The sound profile with these keys on its endpoint."""
    return SOUND + ENDPOINT + "\n".join(lines) + "\n" + CERTIFICATE


def test_an_endpoint_that_says_nothing_of_soap_serves_none():
    endpoint = next(t for t in read(soap('path = "/start"')).targets if t.id == "tjanst")
    assert endpoint.says("path") == "/start"
    assert not {"interface", "soap", "wsdl_file", "wsdl_path"} & dict(endpoint.declared).keys()


@pytest.mark.parametrize(
    ("lines", "declared"),
    [
        (['soap = "message"', 'path = "/Message/v3"'], {"soap": "message", "wsdl_path": "/Message/v3?wsdl"}),
        (['soap = "recipient"'], {"soap": "recipient", "wsdl_path": "/?wsdl"}),
        (['wsdl_path = "/a/b.wsdl"', 'path = "/a"'], {"wsdl_path": "/a/b.wsdl"}),
        (['wsdl_file = "k/t.wsdl"'], {"wsdl_path": "/?wsdl"}),
        (['soap = "service"', 'client_certificate = "klient"'], {"soap": "service", "client_certificate": "klient"}),
    ],
)
def test_what_an_endpoint_says_of_its_soap_service_is_declared(lines, declared):
    endpoint = next(t for t in read(soap(*lines)).targets if t.id == "tjanst")
    assert endpoint.says("interface") == "soap"
    assert dict(endpoint.declared).items() >= declared.items()
    file = str(endpoint.says("wsdl_file") or "")
    assert Path(file).is_absolute() if "wsdl_file" in lines[0] else file == ""


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(
    ("line", "key", "word"),
    [
        ('soap = "massage"', "soap", "message"),
        ('path = "Message/v3"', "path", "/Service/v3"),
        ('path = "/a b"', "path", "/Service/v3"),
        ('wsdl_path = "https://x/y"', "wsdl_path", "/Service/v3"),
        ('client_certificate = "klint"', "client_certificate", "klient"),
        ('soap = "message"\nwsdl_file = "t.wsdl"', "wsdl_file", "soap"),
    ],
)
def test_a_mistake_about_soap_is_told_with_its_cure(line, key, word, lang):
    text = soap(line)
    fault = the_fault(text, lang)
    assert (fault.key.rpartition(".")[2], fault.line) == (key, line_of(text, f"{key} ="))
    assert word in fault.cure


def test_that_there_is_no_soap_service_can_be_declared_unless_there_is_one():
    absent = ABSENT.replace('what = "endpoint"\n', 'what = "endpoint"\nwhere = { interface = "soap" }\n')
    assert read(SOUND + ENDPOINT + absent).absences[0].where == (("interface", "soap"),)
    assert the_fault(soap('soap = "message"') + absent).key.endswith("what")


def test_where_revocation_may_be_asked_is_read(tmp_path: Path) -> None:
    (tmp_path / "kedja.toml").write_text(
        SOUND + '[revocation]\naddresses = ["crl.exempelby.example:80"]\nfiles = ["lista.crl"]\n', encoding="utf-8"
    )
    revocation = load_profile(tmp_path / "kedja.toml").revocation
    assert revocation.addresses == ("crl.exempelby.example:80",)
    assert revocation.files == (str(tmp_path / "lista.crl"),)
