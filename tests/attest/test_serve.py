"""Nobody but a browser with the address gets anything, and what is sent is bounded: on real sockets."""

from __future__ import annotations

import socket
from urllib.parse import urlencode, urlsplit

import pytest

from tests.attest.desks import desk
from tests.attest.serving import served

FORM = "application/x-www-form-urlencoded"
SAID = urlencode({"answer": "no", "by": "Anna Alm", "role": "forvaltningschef", "party": "kommunen"})
WHOLE = f"{SAID}&valid_until=2026-12-01&void_if=version%3Aarende"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """page(method, path after the secret, body, header=value, ...) -> (status, headers, text); None takes one away."""
    folder = tmp_path_factory.mktemp("page")
    with served(desk(folder)) as (url, _):
        where = urlsplit(url)

        def ask(method, name="", body="", *, path="", **changed):
            headers = {"Host": where.netloc}
            if method == "POST":
                headers |= {"Origin": f"http://{where.netloc}", "Content-Type": FORM, "Content-Length": str(len(body))}
            headers |= {key.replace("_", "-"): value for key, value in changed.items()}
            lines = [f"{method} {path or where.path + name} HTTP/1.1"]
            lines += [f"{key}: {value}" for key, value in headers.items() if value is not None]
            with socket.create_connection((where.hostname, where.port), 10) as peer:
                peer.sendall("\r\n".join([*lines, "", body]).encode("utf-8"))
                got = b"".join(iter(lambda: peer.recv(65536), b"")).decode("utf-8")
            head, _, text = got.partition("\r\n\r\n")
            status, *rows = head.split("\r\n")
            return int(status.split()[1]), dict(row.split(": ", 1) for row in rows), text

        ask.folder = folder
        ask.address = where
        yield ask


def kept(page):
    """How many statements are on the disk."""
    path = page.folder / "kedja-uppgifter.toml"
    return path.read_text(encoding="utf-8").count("[[statement]]") if path.exists() else 0


def test_it_listens_on_this_machine_alone_at_a_long_secret(page):
    assert page.address.hostname == "127.0.0.1"
    assert len(page.address.path.strip("/")) >= 32


def test_what_every_answer_forbids_a_browser(page):
    for name, status in (("", 200), ("style.css", 200), ("10-4", 200), ("10-1", 404), ("../x", 404)):
        code, headers, text = page("GET", name)
        assert code == status
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in text


@pytest.mark.parametrize("path", ["/", "/style.css", "/wrong/", "/wrong/10-4", "//", "/%2e/", "/\u00e5/"])
def test_without_the_secret_there_is_nothing(page, path):
    code, _, text = page("GET", path=path)
    assert code == 404
    assert page.address.path.strip("/") not in text


@pytest.mark.parametrize("host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "", None])
def test_another_host_is_refused(page, host):
    said = host.format(port=page.address.port) if host else host
    assert page("GET", Host=said)[0] == 403
    assert page("POST", "10-4", WHOLE, Host=said)[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "", None])
def test_a_form_of_another_site_is_refused(page, origin):
    before = kept(page)
    said = origin.format(port=page.address.port) if origin else origin
    assert page("POST", "10-4", WHOLE, Origin=said)[0] == 403
    assert page("POST", "finish", "", Origin=said)[0] == 403
    assert kept(page) == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Content_Length": None}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "١"}, 411),
        ({"Content_Length": "65537"}, 413),
        ({"Content_Length": "9" * 30}, 413),
        ({"Transfer_Encoding": "chunked"}, 411),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_a_body_that_is_no_small_form_is_refused(page, changed, code):
    before = kept(page)
    assert page("POST", "10-4", WHOLE, **changed)[0] == code
    assert kept(page) == before


def test_too_many_fields_and_bytes_that_are_no_text_are_refused(page):
    assert page("POST", "10-4", "&".join(f"a{n}=1" for n in range(300)))[0] == 400
    assert page("POST", "10-4", f"{WHOLE}&text=%ff")[0] == 400


def test_what_is_wrong_comes_back_with_what_was_typed_escaped(page):
    code, _, text = page("POST", "10-4", urlencode({"by": '"><script>x</script>', "answer": "no"}))
    assert code == 422
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert 'id="party-error"' in text


def test_an_answer_is_saved_and_leads_on(page):
    before = kept(page)
    code, headers, _ = page("POST", "10-4", WHOLE)
    assert (code, kept(page)) == (303, before + 1)
    assert headers["Location"].endswith("/10-5?saved=10-4")
    assert 'value="Anna Alm"' in page("GET", "10-5?saved=10-4")[2]
    assert page("GET", "next?after=10-5")[1]["Location"].endswith("/10-6")


def test_other_methods_are_refused(page):
    assert page("PUT", "10-4")[0] == 501
    assert page("DELETE", "10-4")[0] == 501
