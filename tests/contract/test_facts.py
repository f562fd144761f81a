"""The contract as data: fault codes, limits, content types, endpoints, test persons, each with source and year."""

import csv
import hashlib
import re
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from readiness import personal
from readiness.contract import facts, issuer_environment, names, production_hosts
from readiness.contract.endpoints import known_paths, operators, organisations_for_tests, stale_path
from readiness.contract.faults import fault, listed_codes
from readiness.contract.limits import base64_length, content_types, limit, limits
from readiness.contract.persons import test_persons as persons
from readiness.contract.schemas import load_contract
from tests.contract.documents import Documents

VECTORS = Path(__file__).parents[2] / "../shared/vectors/test-persons.csv"


# -- Fault codes


@pytest.mark.parametrize(
    ("code", "range_", "group", "retry"),
    [
        (-1, "outside", "", "unstated"),
        (0, "technical", "", "repeat"),
        (3, "technical", "", "repeat"),
        (4999, "technical", "", "repeat"),
        (5000, "application", "", "correct"),
        (5004, "application", "", "ask_again"),
        (6999, "application", "", "correct"),
        (7000, "application", "web", "correct"),
        (8001, "application", "web", "correct"),
        (8002, "application", "api", "correct"),
        (8999, "application", "api", "correct"),
        (9000, "application", "", "correct"),
        (9999, "application", "", "correct"),
        (10000, "outside", "", "unstated"),
    ],
)
def test_a_code_speaks_by_its_range(code, range_, group, retry):
    known = fault(code)
    assert (known.code, known.range, known.group, known.retry) == (code, range_, group, retry)


def test_only_5004_says_ask_again():
    assert {code for code in range(10_000) if fault(code).retry == "ask_again"} == {5004}


def test_four_codes_are_ambiguous_and_show_both_meanings():
    ambiguous = [fault(code) for code in range(10_000) if fault(code).ambiguous]
    assert [known.code for known in ambiguous] == [5006, 5014, 6005, 6006]
    for known in ambiguous:
        first, second = known.meanings
        assert first.known == 2019 != second.known
        assert first.sv != second.sv
        assert first.en != second.en
        assert first.source != second.source


def test_the_two_meanings_of_5006_stand_as_their_sources_have_them():
    assert [meaning.en for meaning in fault(5006).meanings] == ["the signature is wrong", "the account is referred to"]


def test_an_unlisted_code_has_no_meaning_and_is_not_ambiguous():
    assert fault(5999).meanings == ()
    assert not fault(5999).ambiguous


def test_every_listed_code_has_meanings_in_both_languages():
    assert len(listed_codes()) > 40
    assert len(set(listed_codes())) == len(listed_codes())
    for code in listed_codes():
        assert fault(code).meanings
        for meaning in fault(code).meanings:
            assert meaning.sv
            assert meaning.en
            assert not re.search(r"godkän|intyg|certifierad|bevis|anmärkning", meaning.sv)


def test_the_schema_reads_the_codes_that_are_said_to_be_in_it():
    """Code 0 is documented and not allowed: a validating client cannot read it."""
    element = names.APPLICATION_FAULT.partition("}")[2]
    for code in (-1, 0, 1, 4999, 5004, 9998, 9999, 10000):
        document = (
            f'<{element} xmlns="{names.COMMON_V3}"><ErrorCode>{code}</ErrorCode><Description/>'
            f"<CallId>{'x' * 20}</CallId></{element}>"
        )
        assert (load_contract().validate(document.encode()) == ()) == fault(code).in_schema


# -- Limits and content types

PLACES = {
    "sender_name": ("signed_delivery", names.SENDER, "Name"),
    "subject": ("signed_delivery", names.MESSAGE_V3, "Subject"),
    "support_text": ("signed_delivery", names.MESSAGE_V3, "Text"),
    "distribution_id": ("check_distribution_status", names.MESSAGE_V3, "distributionId"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_limit_that_is_said_to_be_in_the_schema_is_there(name):
    maker, namespace, element = PLACES[name]
    root = Documents(1).distribute_secure() if maker == "signed_delivery" else Documents(1).check_distribution_status()
    [place, *_] = root.iter(f"{{{namespace}}}{element}")
    known = limit(name)
    assert known.in_schema
    for length in {0, known.least - 1, known.least, known.most, known.most + 1} - {-1}:
        place.text = "x" * length
        assert (load_contract().validate(root) == ()) == known.allows(length), length


def test_a_limit_that_only_the_document_sets_is_not_in_the_schema():
    root = Documents(1).distribute_secure()
    [header] = root.iter(f"{{{names.MESSAGE_V2}}}Recipient")
    reference = header.makeelement(f"{{{names.MESSAGE_V2}}}Reference")
    reference.text = "x" * (limit("reference").most + 1)
    for old in header.itersiblings(f"{{{names.MESSAGE_V2}}}Reference"):
        old.getparent().remove(old)
    header.addnext(reference)
    assert load_contract().validate(root) == ()
    assert not limit("reference").in_schema


def test_limits_have_names_of_their_own_and_bounds_in_order():
    assert len({known.name for known in limits()}) == len(limits()) > 15
    assert all(0 <= known.least <= known.most for known in limits())
    assert limit("message_bytes").most == 2 * 1024 * 1024
    assert limit("recipients_per_look_up").allows(1000)
    assert not limit("recipients_per_look_up").allows(1001)
    with pytest.raises(KeyError):
        limit("nothing")


def test_content_types_are_those_of_the_document_and_one_more_spelling():
    assert {known.name for known in content_types("body")} == {"text/plain", "text/html"}
    attachments = {known.name: known.spelt for known in content_types("attachment")}
    assert len(attachments) == 6
    assert [name for name, spelt in attachments.items() if not spelt] == [
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
    ]


@pytest.mark.parametrize(("octets", "length"), [(0, 0), (1, 4), (2, 4), (3, 4), (4, 8), (1_572_864, 2_097_152)])
def test_base64_adds_a_third(octets, length):
    assert base64_length(octets) == length


# -- Endpoints


def test_hosts_and_issuers_are_what_they_were():
    assert production_hosts() == {"www5.skatteverket.se", "mm.kivra.com"}
    assert issuer_environment("expitrust TEST ca v8") == "test"
    assert issuer_environment("Steria AB EID CA v2") == "production"
    assert issuer_environment("Somebody") == "unlisted"


def test_paths_of_old_clients_are_told_from_those_in_use():
    assert stale_path("/webservice/accao/Recipient/v3")
    assert stale_path("/webservice/acc/Recipient")
    assert not stale_path("/webservice/acc1accao/Recipient/v3")
    assert not stale_path("/webservice/ec/Recipient/v3")
    in_use = {(known.service, known.environment) for known in known_paths() if not known.stale}
    assert ("Recipient", "production") in in_use
    assert ("Message", "test") in in_use
    assert ("Message", "production") not in in_use


def test_operators_and_organisations_have_numbers_of_the_contract_s_form():
    assert {operator.name for operator in operators() if not operator.left} == {
        "Kivra",
        "minmyndighetspost.se",
        "Billo",
        "Fortnox",
    }
    numbers = [known.number for known in (*operators(), *organisations_for_tests()) if known.number]
    assert len(numbers) == 3
    for number in numbers:
        assert re.fullmatch(r"16\d{10}", number)
        assert personal.luhn(number[2:])


def test_every_value_says_where_it_comes_from_and_when():
    data = files("readiness.contract")
    limits_ = tomllib.loads(data.joinpath("limits.toml").read_text(encoding="utf-8"))
    codes = tomllib.loads(data.joinpath("fault_codes.toml").read_text(encoding="utf-8"))
    rows = [row for table in (facts(), limits_) for rows in table.values() for row in rows] + list(
        codes["source"].values()
    )
    assert len(rows) > 45
    for row in rows:
        assert len(row.get("source") or row["title"]) > 4
        assert 2014 <= row["known"] <= 2026


# -- Test persons


def test_there_are_300_adults_and_10_minors():
    assert [person.adult for person in persons()].count(True) == 300
    assert [person.adult for person in persons()].count(False) == 10
    assert len({person.number for person in persons()}) == 310


def test_every_person_is_of_the_test_series_with_a_right_check_digit():
    for person in persons():
        assert re.fullmatch(r"(19|20)\d{10}", person.number)
        assert person.number[8:11] in {"238", "239"}
        assert personal.luhn(person.number[2:])
        assert person.born == date.fromisoformat(f"{person.number[:4]}-{person.number[4:6]}-{person.number[6:8]}")


@pytest.mark.parametrize("written", ["{0}", "{1}", "{2}-{3}", "{4}-{3}", "{2}+{3}", "x={0};"])
def test_masking_treats_them_all_as_test_persons(written):
    for person in persons():
        number = person.number
        text = written.format(number, number[2:], number[2:8], number[8:], number[:8])
        assert personal.spans(text) == ()
        assert not personal.in_bytes(text.encode())


def test_masking_does_not_treat_everybody_so():
    assert personal.spans("19900101" + "1239") or personal.spans("19121212" + "1212")


def test_adults_are_adults_today_and_minors_grow_up():
    for person in persons():
        assert person.adult_on(date(2026, 11, 30)) == person.adult
        assert person.adult_on(date(2038, 1, 1))
    youngest = max(persons(), key=lambda person: person.born)
    birthday = youngest.born.replace(year=youngest.born.year + 18)
    assert youngest.adult_on(birthday)
    assert not youngest.adult_on(birthday.replace(day=birthday.day - 1))


def test_the_persons_are_those_of_the_published_facts():
    if not VECTORS.is_file():
        pytest.skip(f"NOT COMPARED: the facts are not at {VECTORS.resolve()}")
    rows = list(csv.DictReader(VECTORS.read_text(encoding="utf-8").splitlines()))
    theirs = {(row["personal_identity_number"], row["born"], row["kind"] == "adult") for row in rows}
    assert {(person.number, person.born.isoformat(), person.adult) for person in persons()} == theirs


def test_the_persons_are_the_same_in_every_release():
    """Sending systems remember, and scenarios are tied to persons: a change is a choice."""
    numbers = "\n".join(person.number for person in persons())
    assert hashlib.sha256(numbers.encode()).hexdigest()[:16] == "20d2c8bdc2fbf7ef"
