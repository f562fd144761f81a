"""Personal identity numbers: found in every form, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.personal import in_bytes, luhn, mask, shaped, spans


def with_check_digit(nine):
    return next(nine + digit for digit in "0123456789" if luhn(nine + digit))


REAL = with_check_digit("300101123")  # with 18 before it: a century before anybody had such a number
COORDINATION = with_check_digit("300161123")


@pytest.mark.parametrize(
    "text",
    [
        f"18{REAL}",
        f"18{REAL[:6]}-{REAL[6:]}",
        f"18{REAL[:6]}+{REAL[6:]}",
        f"18{COORDINATION}",
        f"18{REAL[:6]} {REAL[6:]}",
        f"18{REAL[:6]}\u2013{REAL[6:]}",
        f"id=18{REAL};",
        f"a18{REAL}b",
    ],
)
def test_every_form_is_found_and_masked(text):
    assert len(spans(text)) == 1
    assert REAL[-4:] not in mask(text)
    assert "******-****" in mask(text)
    assert in_bytes(text.encode())


@pytest.mark.parametrize(
    "around", [(b"\x13\x0c", b"0\x0b"), (b"\x13\x0c", b"1\x0b"), (b"\x0c\x000", b"0"), (b"\x130", b"\x00")]
)
@pytest.mark.parametrize("number", [f"18{REAL}", REAL, f"18{REAL[:6]}-{REAL[6:]}"])
def test_a_neighbouring_byte_of_der_that_looks_like_a_digit_hides_nothing(around, number):
    if number == REAL:  # without a century the year must be of one in which people have numbers
        number = with_check_digit("500101123")
    assert in_bytes(around[0] + number.encode() + around[1])


@pytest.mark.parametrize(
    "text",
    [
        f"18{REAL[:-1]}{(int(REAL[-1]) + 1) % 10}",  # check digit
        "18" + with_check_digit("301301123"),  # month 13
        "18" + with_check_digit("300230123"),  # 30 February
        "18" + with_check_digit("300192123"),  # day 92
        with_check_digit("300101238"),  # the test series
        with_check_digit("300101239"),
        with_check_digit("300101980"),
        with_check_digit("300101999"),
        f"118{REAL}",  # digits run on
        f"18{REAL}1",
        "165560000167",  # an organisation number
        f"deadbeefdeadbeef18{REAL}",  # inside a digest
        "",
    ],
)
def test_what_is_none_is_left_alone(text):
    assert spans(text) == ()
    assert mask(text) == text


def test_the_series_for_tests_have_the_shape_all_the_same():
    assert len(shaped(f"{with_check_digit('300101238')} {REAL} 165560000167")) == 2


def test_the_leap_day_belongs_to_leap_years():
    assert spans("18" + with_check_digit("320229123"))
    assert not spans("18" + with_check_digit("310229123"))


def test_several_are_all_masked():
    assert mask(f"18{REAL} and 18{REAL}").count("******-****") == 2


@given(st.text())
def test_masking_is_done_after_one_pass(text):
    assert spans(mask(text)) == ()
