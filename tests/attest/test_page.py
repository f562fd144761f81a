"""In a real browser, with the keyboard alone: a question is answered, corrected and saved, and everybody can read it.

Needs Chromium on the path and `npm ci --prefix tests/browser`.
"""

from __future__ import annotations

import time

import pytest

from readiness.texts import LANGUAGES, say
from tests.attest.chromium import chromium
from tests.attest.desks import desk
from tests.attest.serving import served

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One browser for the module."""
    with chromium(tmp_path_factory.mktemp("browser")) as page:
        yield page


def readable(browser, width, scheme):
    """Nothing broken of WCAG 2.1 AA, and nothing wider than the window."""
    browser.look(width, scheme=scheme)
    broken, kept = browser.axe()
    assert broken == []
    assert {"color-contrast", "html-has-lang", "document-title"} <= set(kept)
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def tab_to(browser, name):
    """Go on with Tab until something has the focus."""
    for _ in range(60):
        browser.press("Tab")
        if browser.focus() == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_question_is_answered_by_keyboard_alone(browser, tmp_path, lang):
    at = desk(tmp_path, lang=lang)
    with served(at, role="forvaltningschef") as (url, thread):
        browser.open(url)
        readable(browser, 1280, "light")
        readable(browser, 320, "dark")
        tab_to(
            browser,
            f"10-4: {at.look().question('10-4').title.sv if lang == 'sv' else at.look().question('10-4').title.en}",
        )
        browser.press("Enter", loads=True)
        readable(browser, 320, "light")
        readable(browser, 1280, "dark")

        # Too little, and a personal number: told in a summary that has the focus, and nothing is saved.
        tab_to(browser, "by")
        browser.type("Anna 121212-1212")
        tab_to(browser, say(lang, "attest_page.save"))
        browser.press("Enter", loads=True)
        eventually(lambda: browser.focus() == "errors")
        readable(browser, 320, "dark")
        readable(browser, 1280, "light")
        assert browser.run("document.querySelectorAll('[aria-invalid]').length") == 3  # answer, name and party
        assert "121212" not in browser.run("document.documentElement.outerHTML")
        assert not (tmp_path / "kedja-uppgifter.toml").exists()
        browser.press("Tab")
        browser.press("Enter")
        assert browser.focus() == "answer"

        browser.press(" ")
        tab_to(browser, "title")
        browser.type("Anvisning <b>&")
        browser.run("document.getElementById('date').value = '2026-11-01'")  # the field's own parts differ by locale
        tab_to(browser, "sha256")
        browser.type("ab" * 32)
        tab_to(browser, "by")
        browser.type('Anna "A" Alm')
        tab_to(browser, "party")
        browser.press("ArrowDown")
        tab_to(browser, say(lang, "attest_page.save"))
        browser.press("Enter", loads=True)

        assert browser.run("document.querySelector('.saved').textContent") == say(
            lang, "attest_page.saved", check="10-4"
        )
        assert browser.run("location.pathname").endswith("/10-5")
        readable(browser, 320, "light")
        [made] = at.look().question("10-4").earlier
        assert (made.says("answer"), made.says("by"), made.party) == ("yes", 'Anna "A" Alm', "kommunen")
        assert made.says("document_title") == "Anvisning <b>&"
        assert at.look().question("10-4").standing == "stands"

        browser.open(url)
        tab_to(browser, say(lang, "attest_page.finish"))
        browser.press("Enter", loads=True)
        assert browser.run("document.querySelector('h1').textContent") == say(lang, "attest_page.done_title")
        readable(browser, 320, "light")
        thread.join(10)
        assert not thread.is_alive()


def test_no_script_and_nothing_from_elsewhere_is_let_in(browser, tmp_path):
    with served(desk(tmp_path)) as (url, _):
        browser.open(f"{url}10-4")
        browser.run("document.body.insertAdjacentHTML('beforeend', '<img onerror=\"window.ran=1\" src=\"x:\">')")
        browser.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
        time.sleep(0.2)
        assert browser.run("window.ran || 0") == 0
        assert browser.run("document.scripts.length") == 1  # the one of this test


def test_a_page_that_is_broken_is_found_out(browser, tmp_path):
    with served(desk(tmp_path)) as (url, _):
        browser.open(f"{url}10-4")
        browser.run("document.querySelectorAll('label[for=by]').forEach(one => one.remove())")
        browser.run("document.documentElement.removeAttribute('lang')")
        assert {rule.split()[0] for rule in browser.axe()[0]} == {"html-has-lang", "label"}


def eventually(holds, seconds=5.0):
    """Wait for something that a browser does a moment later."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
