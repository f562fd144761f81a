"""The organisation number out of a subject, in every form that C section 8 lists. Numbers: 556559-4230 is public."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes._organisation_number import ORGANISATION_IDENTIFIER, SERIAL_NUMBER, Read, read_organisation_numbers

CN = "2.5.4.3"


@pytest.mark.parametrize(
    ("oid", "text", "number", "form"),
    [
        (SERIAL_NUMBER, "165565594230", "5565594230", "expisoft"),
        (SERIAL_NUMBER, "162021004748", "2021004748", "expisoft"),
        (SERIAL_NUMBER, "SE5565594230-AAAA", "5565594230", "siths"),
        (SERIAL_NUMBER, "SE5565594230-1001", "5565594230", "siths"),
        (SERIAL_NUMBER, "EFOS165565594230-012345", "5565594230", "efos"),
        (SERIAL_NUMBER, "5565594230", "5565594230", "plain"),
        (SERIAL_NUMBER, "556559-4230", "5565594230", "plain"),
        (SERIAL_NUMBER, " 5565594230 ", "5565594230", "plain"),
        (ORGANISATION_IDENTIFIER, "NTRSE-5565594230", "5565594230", "other"),
        (ORGANISATION_IDENTIFIER, "NTRSE-556559-4230", "5565594230", "other"),
    ],
)
def test_each_form_gives_its_ten_digits(oid: str, text: str, number: str, form: str) -> None:
    assert read_organisation_numbers([(CN, "Exempel AB"), (oid, text)]) == (Read(number, form),)


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (SERIAL_NUMBER, "165565594231"),  # the check digit is 0
        (SERIAL_NUMBER, "SE5565594239-AAAA"),
        (SERIAL_NUMBER, "EFOS165565594231-012345"),
        (SERIAL_NUMBER, "5565594231"),
        (ORGANISATION_IDENTIFIER, "NTRSE-5565594231"),
        (ORGANISATION_IDENTIFIER, "NTRNO-5565594230"),  # another country's register
        (ORGANISATION_IDENTIFIER, "VATSE-556559423001"),
        (SERIAL_NUMBER, "NTRSE-5565594230"),  # a form in the wrong attribute
        (ORGANISATION_IDENTIFIER, "5565594230"),
        (CN, "5565594230"),
        (SERIAL_NUMBER, "195565594230"),
        (SERIAL_NUMBER, "16556559423"),
        (SERIAL_NUMBER, "1655655942300"),
        (SERIAL_NUMBER, "5565594230\x00"),
        (SERIAL_NUMBER, "٥٥٦٥٥٩٤٢٣٠"),  # digits, but not ASCII ones
        (SERIAL_NUMBER, ""),
    ],
)
def test_anything_else_is_none(oid: str, text: str) -> None:
    assert read_organisation_numbers([(oid, text)]) == ()


def test_a_number_of_a_sole_trader_is_never_read_out() -> None:
    # 19900101-2385 is a number of the test series; its third digit makes it no organisation's.
    for text in ("9001012385", "169001012385", "SE9001012385-AAAA"):
        assert read_organisation_numbers([(SERIAL_NUMBER, text)]) == ()


def test_two_attributes_give_two_numbers() -> None:
    subject = [(SERIAL_NUMBER, "165565594230"), (ORGANISATION_IDENTIFIER, "NTRSE-2120000142")]
    assert [read.number for read in read_organisation_numbers(subject)] == ["5565594230", "2120000142"]


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_exactly_one_check_digit_fits(start: int) -> None:
    first = f"{start:09}"
    first = first[:2] + "2" + first[3:]
    found = [digit for digit in range(10) if read_organisation_numbers([(SERIAL_NUMBER, f"16{first}{digit}")])]
    assert len(found) == 1
