"""A time-stamp is asked of a real authority, and used only where it is one, over this signature."""

from __future__ import annotations

import pytest

from readiness.dossier.faults import DossierError
from readiness.dossier.time_stamp import ask_for, read_time_stamp, why_not_confirmed
from readiness.errors import UsageError
from tests.stands.pki import authority

SIGNATURE = b"a signature"


@pytest.fixture
def well(tsa):
    """The authority, behaving well before and afterwards."""
    yield tsa
    tsa.behave = "well"


def test_what_is_asked_is_a_digest_and_nothing_else(tsa):
    ask_for(tsa.url, SIGNATURE, "en")
    assert SIGNATURE not in tsa.asked[-1]
    assert len(tsa.asked[-1]) < 100


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        ("garbage", "cannot be read"),
        ("long", "> 1048576 B"),
        ("other", "something else"),
        ("error", "HTTP 503"),
        ("redirect", "HTTP 302"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_no_redirect_is_followed(well, behave, why):
    well.behave, before = behave, len(well.asked)
    with pytest.raises(UsageError, match=why):
        ask_for(well.url, SIGNATURE, "en")
    assert len(well.asked) == before + 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "not an address", "ftp://127.0.0.1/"])
def test_nobody_there_is_told_with_the_address(url):
    with pytest.raises(UsageError, match=url):
        ask_for(url, SIGNATURE, "en")


def test_no_dossier_is_left_where_the_time_stamp_fails(sealing, well):
    well.behave = "error"
    with pytest.raises(UsageError):
        sealing.sealed("unstampable.zip", None, time_stamping=well.url)
    assert not [path for path in sealing.folder.iterdir() if "unstampable" in path.name]


def test_every_byte_of_a_stamp_that_is_changed_is_told(sealing, tsa):
    data = ask_for(tsa.url, SIGNATURE, "en")
    anchors = [sealing.root.cert]
    assert why_not_confirmed(read_time_stamp(data, SIGNATURE), SIGNATURE, anchors) == ""
    unnoticed = []
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            if not why_not_confirmed(read_time_stamp(altered, SIGNATURE), SIGNATURE, anchors):
                unnoticed.append(at)
        except DossierError:
            continue
    assert unnoticed == []


def test_a_stamp_for_another_signature_is_told_and_one_by_a_stranger_is_not_confirmed(tsa):
    data = ask_for(tsa.url, SIGNATURE, "en")
    with pytest.raises(DossierError, match="something else"):
        read_time_stamp(data, b"another signature")
    stamp = read_time_stamp(data, SIGNATURE)
    assert why_not_confirmed(stamp, SIGNATURE, [authority("Annan").cert]) != ""
    assert why_not_confirmed(stamp, SIGNATURE, []) != ""
