"""Pages: what a reader meets is told, and what a reader may meet all the same is never taken for missing."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes._page_elements import named_elements
from probes._page_reading import LARGEST, read_page
from probes.public_page import PROBE, read_linked, read_missing, read_own, read_status, read_told
from readiness.demo.pages import conforming_pages, page_html
from readiness.demo.soap_service import Request
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.page_purposes import PURPOSES, WORDS
from readiness.probe import CannotObserve, HttpAnswer, Limits
from tests.conftest import NOON, look, session_for
from tests.stands.pki import Issued, authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import closes, scripted, silent
from tests.stands.soap_server import raw_answer, soap_server

HOST = "www.exempelby.example"
UTF_8 = "text/html; charset=utf-8"
HELP = page_html("sv", conforming_pages()["hjalpsida"].body)
LONG = "<p>" + "Kommunen skriver om annat här. " * 20 + "</p>"


def page(purpose: str = "help", address: str = f"{HOST}:443", **declared: str | tuple[str, ...]) -> Target:
    says = {"purpose": purpose, "url": f"https://{HOST}/digital-post", "server_name": HOST, "path": "/digital-post"}
    whole = says | {"own_domains": ("exempelby.example",)} | declared
    return Target("sida", TargetKind.PAGE, address=address, declared=tuple(sorted(whole.items())))


def answer(html: str | bytes, content_type: str = UTF_8, status: int = 200, **fields: str) -> HttpAnswer:
    body = html.encode("utf-8") if isinstance(html, str) else html
    named = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in fields.items()}}
    return HttpAnswer(status, tuple(named.items()), body, "192.0.2.1:443")


def missing(html: str | bytes, purpose: str = "help", **fields: str) -> tuple[object, dict[str, Reason]]:
    told = read_missing(read_page(answer(html, **fields)), page(purpose))
    return told.value, {subject: why.reason for subject, why in told.undecided}


def linked(html: str) -> object:
    found = read_linked(read_page(answer(html)))
    return found.reason if isinstance(found, Unseen) else found


# -- Words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", conforming_pages().values(), ids=lambda plan: plan.purpose)
def test_the_example_s_pages_speak_of_everything_that_is_asked_of_them(plan) -> None:
    assert missing(page_html("sv", plan.body), plan.purpose) == ((), {})


@pytest.mark.parametrize("purpose", [purpose for purpose, subjects in PURPOSES.items() if subjects])
def test_a_page_about_something_else_lacks_every_subject(purpose: str) -> None:
    assert missing(f"<html><body><main>{LONG}</main></body></html>", purpose) == (tuple(sorted(PURPOSES[purpose])), {})


def test_every_subject_has_words_and_they_are_as_text_is_compared() -> None:
    assert {subject for subjects in PURPOSES.values() for subject in subjects} == set(WORDS)
    assert all(word == word.casefold() and len(word) > 3 for words in WORDS.values() for word in words)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Brev på PAPPER", True),
        ("Pappersbrev kommer hem", True),
        ("brev på pap\u00adper", True),
        ("brev på\n  <b>pap</b>per", False),
        ("vanlig\n\t  post", True),
        ("toalettpapper", False),
        ("r\u00e5d", False),
        ("Fa\u0308rg och papper", True),
    ],
)
def test_words_are_found_from_the_beginning_of_a_word_however_they_are_written(text: str, found: bool) -> None:
    value, undecided = missing(f"<body><main>{LONG}<p>{text}</p></main></body>", "paper")
    assert undecided == {}
    assert isinstance(value, tuple)
    assert ("paper" not in value) is found


def test_a_profile_s_own_words_count_beside_the_usual_ones() -> None:
    read = read_page(answer(f"<body><main>{LONG}<p>Vi bistår dig. Brevet skickas hem på papper.</p></main></body>"))
    assert read_missing(read, page("paper")).value == ("help",)
    assert read_missing(read, page("paper", words=("help=vi bistår dig",))).value == ()
    assert read_missing(read, page("paper", words=("paper=vi bistår dig",))).value == ("help",)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (f"<nav>Papper</nav><main>{LONG}</main>", Reason.NOT_UNDERSTOOD),
        (f"<main>{LONG}<p hidden>papper</p></main>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}<p style='display : none'>papper</p></main>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}</main><script>draw('papper')</script>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}</main><noscript>papper</noscript>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}</main><template><p>papper</p></template>", Reason.NOT_SUPPORTED),
        ('<div id="app"></div><script src="/app.js"></script>', Reason.NOT_SUPPORTED),
        (f"<nav>{LONG}</nav><main></main><script src='/app.js'></script>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}<iframe src='/text' title='Text'></iframe></main>", Reason.NOT_SUPPORTED),
        (f"<main>{LONG}{'<div>' * 400}papper", Reason.LIMIT_REACHED),
    ],
)
def test_what_may_stand_there_for_a_reader_is_undecided_and_not_missing(html: str, reason: Reason) -> None:
    value, undecided = missing(f"<html><body>{html}</body></html>", "paper")
    assert isinstance(value, tuple)
    assert "paper" not in value
    assert undecided["paper"] is reason


@pytest.mark.parametrize(
    "html",
    [
        f"<main>{LONG}</main><script src='/statistik.js'></script>",
        f"<main>{LONG}<!-- papper --></main>",
        f"<head><title>Papper</title></head><body><main>{LONG}</main></body>",
        f"<main>{LONG}<img src='x' alt='papper'></main>",
        f"<main>{LONG}</main><noscript><iframe src='https://matning.example'></iframe></noscript>",
        "<main><p>Kort sida utan skript.</p></main>",
    ],
)
def test_a_page_that_is_there_to_be_read_lacks_what_it_does_not_say(html: str) -> None:
    value, undecided = missing(f"<html>{html}</html>", "paper")
    assert (value, undecided) == (("help", "paper"), {})


def test_a_way_of_contact_counts_wherever_it_stands() -> None:
    start = f"<html><body><main>{LONG}<p>Digital post eller papper.</p></main>"
    assert missing(start)[0] == ("contact",)
    assert missing(f"{start}<footer>Kontakta oss</footer>") == ((), {})
    assert missing(f"{start}<footer><a href='tel:+46100'>Växeln</a></footer>") == ((), {})


# -- Bytes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>Hjälp med papper".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='windows-1252'><p>Hjälp med papper".encode("cp1252"), "text/html"),
        ("\ufeff<p>Hjälp med papper".encode("utf-16"), "text/html"),
        ("\ufeff<p>Hjälp med papper".encode(), "text/html; charset=iso-8859-1"),
        ("<meta charset='utf-16'><p>Hjälp med papper".encode(), "text/html"),
        ("<p>Hjälp med papper".encode(), ""),
        ("<?xml version='1.0' encoding='utf-8'?><p>Hjälp med papper</p>".encode(), "application/xhtml+xml"),
    ],
)
def test_the_encoding_is_the_one_that_a_browser_takes(body: bytes, content_type: str) -> None:
    assert missing(body, "paper", content_type=content_type) == ((), {})


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (f"<p>{LONG} hj\xe4lp".encode("cp1252"), "text/html; charset=utf-8", Reason.NOT_UNDERSTOOD),
        (f"<p>{LONG} hjälp".encode(), "text/html; charset=shift_jis", Reason.NOT_SUPPORTED),
        (f"<p>{LONG} hjälp".encode("utf-7"), "text/html; charset=utf-7", Reason.NOT_SUPPORTED),
    ],
)
def test_bytes_that_are_not_what_they_are_said_to_be_leave_words_undecided(
    body: bytes, content_type: str, reason: Reason
) -> None:
    value, undecided = missing(body, "paper", content_type=content_type)
    assert value == ()
    assert undecided["paper"] is reason


def test_a_page_that_says_the_wrong_encoding_is_garbled_for_its_readers_too() -> None:
    value, undecided = missing(f"<p>{LONG} papper, hjälp".encode(), "paper", content_type="text/html; charset=latin1")
    assert (value, undecided) == (("help",), {})


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", Reason.NOT_UNDERSTOOD),
        (b"", "text/html", Reason.NOT_UNDERSTOOD),
        (b" \r\n ", "text/html", Reason.NOT_UNDERSTOOD),
        (b"\0\0\0", "text/html", Reason.NOT_UNDERSTOOD),
        (b"GIF89a", "", Reason.NOT_UNDERSTOOD),
        (b'{"ok": true}', "text/html", Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_is_no_page_is_not_understood(body: bytes, content_type: str, reason: Reason) -> None:
    with pytest.raises(CannotObserve) as caught:
        read_page(answer(body, content_type))
    assert caught.value.unseen.reason is reason


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_page_is_unpacked_though_nobody_asked(pack: Callable[[bytes], bytes]) -> None:
    coding = "gzip" if pack is gzip.compress else "deflate"
    assert missing(pack(HELP.encode("utf-8")), content_encoding=coding) == ((), {})


def test_a_bomb_is_read_up_to_the_limit_and_its_end_is_undecided() -> None:
    bomb = gzip.compress(b"<p>" + b" " * (50 * LARGEST) + b"papper")
    value, undecided = missing(bomb, "paper", content_encoding="gzip")
    assert (value, undecided) == ((), {"paper": Reason.LIMIT_REACHED, "help": Reason.LIMIT_REACHED})


def test_of_a_bomb_no_more_than_the_limit_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes._page_reading.LARGEST", 1000)
    bomb = gzip.compress(b"<p>" + b"x " * 1000 + b"papper")
    assert missing(bomb, "paper", content_encoding="gzip")[1]["paper"] is Reason.LIMIT_REACHED


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [(b"x" * 40, "gzip", Reason.NOT_UNDERSTOOD), (b"x", "br", Reason.NOT_SUPPORTED)],
)
def test_a_packing_that_cannot_be_undone_is_told(body: bytes, coding: str, reason: Reason) -> None:
    with pytest.raises(CannotObserve) as caught:
        read_page(answer(body, content_encoding=coding))
    assert caught.value.unseen.reason is reason


def test_an_entity_or_dtd_of_a_page_fetches_nothing_and_stands_for_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "papper.txt"
    secret.write_text("papper och hjälp", encoding="utf-8")
    start = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert missing(f"{start}<html><body><main>{LONG}<p>&x;</p></main></body></html>", "paper") == (
        ("help", "paper"),
        {},
    )


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "text/html", "text/html; charset=utf-16", "text/html; charset=x"]))
def test_no_bytes_stop_the_reader(body: bytes, content_type: str) -> None:
    try:
        told = read_told(read_page(answer(b"<p>" + body, content_type)), page())
    except CannotObserve:
        return
    assert set(told) < {fact.name for fact in PROBE.facts}


# -- Language, statement, names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="sv"><p>x', "sv"),
        ('<html lang="sv-SE"><p>x', "sv"),
        ('<html lang=" SV "><p>x', "sv"),
        ('<html xml:lang="fi"><p>x', "fi"),
        ('<html lang="en"><p lang="sv">x', "en"),
        ('<p lang="sv">x', ""),
    ],
)
def test_the_language_is_the_one_that_the_whole_page_is_said_to_be_in(html: str, language: str) -> None:
    assert read_told(read_page(answer(html)), page())["page.language"].value == language


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p><a href='/t'>Tillgänglighetsredogörelse för exempelby.example</a>", True),
        ("<p><a href='/om/Tillganglighetsredogorelse.html'>Om webben</a>", True),
        ("<p><a href='/t' aria-label='Till vår tillgänglighetsredogörelse'><svg/></a>", True),
        ("<p><a href='/t'>Tillgänglighet</a>", Reason.NOT_UNDERSTOOD),
        ("<p><a href='/t'>Accessibility statement</a>", Reason.NOT_UNDERSTOOD),
        (f"{LONG}<a>Tillgänglighetsredogörelse</a>", False),
        (f"{LONG}<p>Se vår tillgänglighetsredogörelse", False),
        (f"{LONG}<a href='/om'>Om webbplatsen</a>", False),
        (f"{LONG}<script>foot('Tillgänglighetsredogörelse')</script>", Reason.NOT_SUPPORTED),
        ("<div id='app'></div><script src='/app.js'></script>", Reason.NOT_SUPPORTED),
    ],
)
def test_a_statement_is_linked_only_where_a_link_says_so(html: str, found: object) -> None:
    assert linked(f"<html><body>{html}</body></html>") == found


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<img src=x alt='En bild'>", True),
        ("<img src=x alt=''>", True),
        ("<img src=x>", False),
        ("<img src=x title='En bild'>", True),
        ("<a href=/>Start</a>", True),
        ("<a href=/><img src=x alt='Start'></a>", True),
        ("<a href=/> </a>", False),
        ("<a href=/ aria-label='Start'></a>", True),
        ("<button><svg><title>Sök</title></svg></button>", True),
        ("<button></button>", False),
        ("<input id=a><label for=a>Namn</label>", True),
        ("<label>Namn <input></label>", True),
        ("<label> <input></label>", False),
        ("<input>", False),
        ("<input type=button value=Sök>", True),
        ("<input type=button>", False),
        ("<input type=image alt=Sök>", True),
        ("<input type=image>", False),
        ("<select aria-labelledby=h></select>", True),
        ("<textarea></textarea>", False),
        ("<iframe src=x title='Karta'></iframe>", True),
        ("<iframe src=x></iframe>", False),
    ],
)
def test_an_element_has_a_name_where_a_screen_reader_has_something_to_say(html: str, named: bool) -> None:
    root = read_page(answer(f"<html><head><title>Sida</title></head><body>{html}</body></html>")).root
    found = dict(named_elements(root))
    assert found.pop("title")
    assert set(found.values()) >= {named}
    assert all(found.values()) is named


@pytest.mark.parametrize(
    "html",
    [
        "<a name=x></a>",
        "<input type=hidden>",
        "<input type=submit>",
        "<img src=x role=presentation>",
        "<div hidden><img src=x></div>",
        "<span aria-hidden=true><img src=x></span>",
        "<noscript><img src=x></noscript>",
    ],
)
def test_what_needs_no_name_is_not_counted(html: str) -> None:
    root = read_page(answer(f"<html><head><title>Sida</title></head><body><p>x</p>{html}</body></html>")).root
    assert [kind for kind, _ in named_elements(root)] == ["title"]


def test_a_page_without_title_is_counted_among_what_has_no_name() -> None:
    told = read_told(read_page(answer("<p>x<img src=y><img src=z>")), page())
    assert (told["page.elements"].value, told["page.elements_without_name"].value) == (3, 3)
    assert told["page.elements_without_name"].detail == "2 img, 1 title"


def test_of_a_page_that_scripts_may_draw_no_elements_are_counted() -> None:
    told = read_told(read_page(answer("<div id='app'></div><script src='/app.js'></script>")), page())
    assert isinstance(told["page.elements"].value, Unseen)


# -- Status and domain -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 404, 410, 500, 502])
def test_a_status_that_a_reader_meets_is_told(status: int) -> None:
    assert read_status(answer("", status=status)) == status


@pytest.mark.parametrize("status", [401, 403, 407, 408, 425, 429, 503])
def test_a_status_that_may_be_meant_for_programs_leaves_open_what_a_reader_meets(status: int) -> None:
    found = read_status(answer("", status=status))
    assert isinstance(found, Unseen)
    assert found.reason is Reason.ACCESS_DENIED


@pytest.mark.parametrize(
    ("host", "domains", "own"),
    [
        ("www.exempelby.example", ("exempelby.example",), True),
        ("EXEMPELBY.example.", ("exempelby.example",), True),
        ("exempelby.example", ("annan.example", "exempelby.example"), True),
        ("notexempelby.example", ("exempelby.example",), False),
        ("exempelby.example.annan.example", ("exempelby.example",), False),
        ("example", ("exempelby.example",), False),
    ],
)
def test_a_host_is_within_a_domain_or_not(host: str, domains: tuple[str, ...], own: bool) -> None:
    assert read_own(page(server_name=host, own_domains=domains)) is own


def test_without_domains_it_is_not_known_whose_a_host_is() -> None:
    found = read_own(page(own_domains=()))
    assert isinstance(found, Unseen)
    assert found.reason is Reason.NOT_CONFIGURED


# -- Over the network --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def root() -> Issued:
    return authority("Rot")


@pytest.fixture(scope="module")
def server(root: Issued) -> Issued:
    return leaf(root, [HOST])


def anchors(folder: Path, *issued: Issued) -> tuple[str, ...]:
    path = folder / "ankare.pem"
    path.write_bytes(b"".join(each.cert_pem for each in issued))
    return (str(path),)


def html(body: str = HELP, status: str = "200 OK", **fields: str) -> bytes:
    return raw_answer(status, body.encode("utf-8"), UTF_8, **fields)


def seen(target: Target, folder: Path, root: Issued, *others: Target, wait: float = 1.0) -> dict[str, object]:
    session = session_for(target, *others, limits=Limits(wait=wait), trust_anchors=anchors(folder, root))
    return {name: one.value for name, one in look(PROBE, target, session).items()}


def why(target: Target, folder: Path, root: Issued, *others: Target, wait: float = 1.0) -> Reason:
    with pytest.raises(CannotObserve) as caught:
        seen(target, folder, root, *others, wait=wait)
    return caught.value.unseen.reason


def test_a_page_is_asked_for_once_and_every_fact_is_seen(root: Issued, server: Issued, tmp_path: Path) -> None:
    with soap_server(lambda _: html(), server, tmp_path) as stand:
        facts = seen(page(address=stand.address), tmp_path, root)
    assert [(asked.method, asked.target) for asked in stand.asked] == [("GET", "/digital-post")]
    assert "cookie" not in stand.asked[0].headers
    logged = facts.pop("page.log_entries_added")
    assert isinstance(logged, Unseen)
    assert facts == {
        "page.status": 200,
        "page.host_in_own_domains": True,
        "page.subjects": 3,
        "page.subjects_missing": (),
        "page.language": "sv",
        "page.accessibility_statement_linked": True,
        "page.elements": 3,
        "page.elements_without_name": 0,
    }
    assert set(facts) | {"page.log_entries_added"} == {fact.name for fact in PROBE.facts}


def test_a_page_that_is_gone_is_told_by_its_status_alone(root: Issued, server: Issued, tmp_path: Path) -> None:
    said: dict[str, object] = {}

    async def gather(target: Target) -> None:
        session = session_for(target, trust_anchors=anchors(tmp_path, root))
        async for one in PROBE.observe(target, session):
            said[one.fact] = one.value

    with soap_server(lambda _: html("<p>borta", "404 Not Found"), server, tmp_path) as stand:
        target = page(address=stand.address)
        with pytest.raises(CannotObserve):
            asyncio.run(gather(target))
    assert said["page.status"] == 404
    assert "page.subjects_missing" not in said


@pytest.mark.parametrize("case", ["other root", "expired", "other name"])
def test_a_page_of_a_server_that_nobody_vouches_for_is_not_read(root: Issued, tmp_path: Path, case: str) -> None:
    shown = {
        "other root": leaf(authority("Annan"), [HOST]),
        "expired": leaf(root, [HOST], not_after=NOON - timedelta(days=1)),
        "other name": leaf(root, ["annan.exempelby.example"]),
    }[case]
    with soap_server(lambda _: html(), shown, tmp_path) as stand:
        assert why(page(address=stand.address), tmp_path, root) is Reason.ACCESS_DENIED
    assert stand.asked == []


@pytest.mark.parametrize(("part", "reason"), [(silent, Reason.TIMED_OUT), (closes, Reason.CLOSED_EARLY)])
def test_a_server_that_says_nothing_leaves_the_page_unseen(root: Issued, tmp_path: Path, part, reason: Reason) -> None:
    with scripted(part) as stand:
        assert why(page(address=stand.address), tmp_path, root, wait=0.3) is reason


def test_nobody_home_leaves_the_page_unseen(root: Issued, tmp_path: Path) -> None:
    assert why(page(address=f"127.0.0.1:{free_port()}"), tmp_path, root) is Reason.CONNECTION_REFUSED


def test_a_large_page_is_read_up_to_the_limit(root: Issued, server: Issued, tmp_path: Path) -> None:
    with soap_server(lambda _: html("<p>" + "x " * LARGEST), server, tmp_path) as stand:
        target = page(address=stand.address)
        session = session_for(target, limits=Limits(wait=3.0), trust_anchors=anchors(tmp_path, root))
        told = look(PROBE, target, session)["page.subjects_missing"]
    assert told.value == ()
    assert {why.reason for _, why in told.undecided} == {Reason.LIMIT_REACHED}


def leads(path: str) -> Callable[[Request], bytes]:
    """A server that leads from the page to another place, where the page stands."""

    def said(request: Request) -> bytes:
        return html(status="302 Found", Location=path) if request.target == "/digital-post" else html()

    return said


@pytest.mark.parametrize("location", ["/sv/digital-post", f"https://{HOST}/sv/digital-post?a=b", "sv/digital-post#del"])
def test_a_page_that_leads_on_within_its_host_is_followed(
    root: Issued, server: Issued, tmp_path: Path, location: str
) -> None:
    with soap_server(leads(location), server, tmp_path) as stand:
        assert seen(page(address=stand.address), tmp_path, root)["page.status"] == 200
    assert len(stand.asked) == 2
    assert "#" not in stand.asked[1].target


def test_a_page_that_leads_on_to_another_page_of_the_profile_is_followed(root: Issued, tmp_path: Path) -> None:
    other = "digital.exempelby.example"
    both = leaf(root, [HOST, other])
    with soap_server(leads(f"https://{other}/post"), both, tmp_path) as stand:
        says = {"purpose": "paper", "url": f"https://{other}/x", "server_name": other, "path": "/x"}
        second = Target("annan", TargetKind.PAGE, address=stand.address, declared=tuple(sorted(says.items())))
        assert seen(page(address=stand.address), tmp_path, root, second)["page.status"] == 200
    assert [asked.headers["host"].partition(":")[0] for asked in stand.asked] == [HOST, other]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://annan.example/", Reason.NOT_CONFIGURED),
        (f"http://{HOST}/sv", Reason.NOT_CONFIGURED),
        (f"https://{HOST}:8443/sv", Reason.NOT_CONFIGURED),
        ("https://127.0.0.1/", Reason.NOT_CONFIGURED),
        ("file:///etc/passwd", Reason.NOT_CONFIGURED),
        ("https://[::1/", Reason.NOT_UNDERSTOOD),
        ("/digital-post", Reason.NOT_SUPPORTED),
    ],
)
def test_a_page_that_leads_elsewhere_is_told_and_not_followed(
    root: Issued, server: Issued, tmp_path: Path, location: str, reason: Reason
) -> None:
    with soap_server(leads(location), server, tmp_path) as stand:
        assert why(page(address=stand.address), tmp_path, root) is reason
    assert len(stand.asked) == 1


def test_a_page_that_leads_on_for_ever_is_given_up(root: Issued, server: Issued, tmp_path: Path) -> None:
    def further(request: Request) -> bytes:
        return html(status="302 Found", Location=f"{request.target}x")

    with soap_server(further, server, tmp_path) as stand:
        assert why(page(address=stand.address), tmp_path, root) is Reason.LIMIT_REACHED
    assert len(stand.asked) == 6


# -- The log of a confirmation -----------------------------------------------------------------------------------------


def confirmed(folder: Path, server: Issued, root: Issued, act: Callable[[Path], object], start: str = "") -> object:
    log = folder / "bekraftelser.log"
    log.write_text(start, encoding="utf-8")

    def said(_: Request) -> bytes:
        act(log)
        return html()

    with soap_server(said, server, folder) as stand:
        target = page("confirmation", stand.address, log_file=str(log), log_words="PROV-0001")
        found = seen(target, folder, root)["page.log_entries_added"]
    return found.reason if isinstance(found, Unseen) else found


def adds(line: str) -> Callable[[Path], object]:
    return lambda log: log.write_text(log.read_text("utf-8") + line, encoding="utf-8")


def test_an_entry_that_the_look_gives_is_counted_and_earlier_ones_are_not(
    root: Issued, server: Issued, tmp_path: Path
) -> None:
    assert confirmed(tmp_path, server, root, adds("PROV-0001 ja\n"), "PROV-0001 förr\n") == 1


def test_a_confirmation_that_leaves_no_entry_is_told(root: Issued, server: Issued, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("probes.public_page.LOG_WAITS", (0.0, 0.05))
    assert confirmed(tmp_path, server, root, adds("PROV-0002\n"), "PROV-0001 förr\n") == 0


def test_a_log_that_is_emptied_meanwhile_says_nothing(root: Issued, server: Issued, tmp_path: Path) -> None:
    emptied = confirmed(tmp_path, server, root, lambda log: log.write_text("", encoding="utf-8"), "PROV-0001\n")
    assert emptied is Reason.ANSWERS_DIFFER


def test_a_log_that_is_gone_says_nothing(root: Issued, server: Issued, tmp_path: Path) -> None:
    assert confirmed(tmp_path, server, root, lambda log: log.unlink()) is Reason.NOT_CONFIGURED
