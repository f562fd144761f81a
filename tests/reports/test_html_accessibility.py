"""Can everybody read the HTML report? axe-core looks at it in a real browser, light and dark, wide and narrow.

Needs Chromium on the path and `npm ci --prefix tests/browser`. Without them it skips; with MM_REQUIRE_BROWSER=1 it
fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from readiness.model import Table
from readiness.reports.html import html_report
from tests.reports.sample import report_with_logs_and_certificates, sample_report

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
RESULT = re.compile(r'<pre id="axe-result">([A-Za-z0-9+/=]+)</pre>')

# Everything is opened first: what is folded away is not looked at.
RUNNER = """
for (const folded of document.querySelectorAll("details")) folded.open = true;
const clipped = one => one.parentElement.closest(".scroll") || one.closest(".skip, .unseen-by-eye") ||
  (one.closest("thead") && getComputedStyle(one.closest("thead")).position === "absolute");
const out = box => box.width && (box.left < 0 || box.right > document.documentElement.clientWidth + 1);
const wide = [...document.body.querySelectorAll("*")].filter(one => out(one.getBoundingClientRect()) && !clipped(one));
const slim = list => list.map(rule =>
  [rule.id, rule.nodes.map(node => node.target.join(" ") + ": " + node.failureSummary)]);
const full = [...document.querySelectorAll("td, th")].filter(one =>
  one.clientWidth && one.scrollWidth > one.clientWidth + 1 && !clipped(one));
axe.run(document, {runOnly: {type: "tag", values: TAGS}}).then(found => parent.postMessage(JSON.stringify({
  violations: slim(found.violations), passes: found.passes.map(rule => rule.id), width: innerWidth,
  sticks_out: [...wide, ...full].map(one => one.outerHTML.slice(0, 200)),
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
}), "*"));
"""

# A headless window is never narrower than 500 pixels; a frame is as narrow as it is told to be.
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>frame</title><script>
addEventListener("message", event => {
  const out = document.createElement("pre");
  out.id = "axe-result";
  out.textContent = btoa(unescape(encodeURIComponent(event.data)));
  document.body.append(out);
});
</script><iframe src="page.html" title="report" width="WIDTH" height="4000" style="border: 0"></iframe></html>"""


@dataclass(frozen=True)
class Looked:
    """What the browser said of a page: violated rules (with the places), rules tried and passed, what is too wide."""

    violations: list[tuple[str, list[str]]]
    passes: list[str]
    sticks_out: list[str]
    width: int
    dark: bool


@pytest.fixture
def look(tmp_path):
    """look(page, scheme="light" or "dark", width in CSS pixels) -> Looked."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None or not AXE.is_file():
        missing = "no Chromium on the path" if browser is None else f"{AXE} is missing: npm ci --prefix tests/browser"
        (pytest.fail if os.environ.get("MM_REQUIRE_BROWSER") else pytest.skip)(f"accessibility not tested: {missing}")

    def looked(page: str, scheme: str = "light", width: int = 1280) -> Looked:
        # The report's own policy forbids scripts, so the copy that is examined goes without it.
        page, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        assert removed <= 1
        script = AXE.read_text(encoding="utf-8") + f"\nconst TAGS = {json.dumps(TAGS)};{RUNNER}"
        (tmp_path / "page.html").write_text(
            page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8"
        )
        (frame := tmp_path / "frame.html").write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
        found = _dump(browser, frame, tmp_path / "browser", scheme)
        assert found.width == width
        return found

    return looked


def full_report():
    """The sample, and a table with more columns and longer names than a narrow cell can hold side by side."""
    report = report_with_logs_and_certificates()
    names = ("position", "subject", "issuer", "serial", "not_before", "not_after", "key", "signature")
    chain = Table(names, tuple(tuple(f"{name}={'x' * 90}" for name in names) for _ in range(3)))
    told = (seen for seen in report.observations if not seen.fact.startswith("trace."))
    tables = tuple(replace(seen, value=chain) for seen in told if isinstance(seen.value, Table))
    return replace(report, observations=(*report.observations, *tables))


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
def test_the_report_has_no_violation_of_wcag_2_1_aa(look, lang, scheme, width):
    found = look(html_report(full_report(), lang), scheme, width)

    assert found.violations == []
    assert found.sticks_out == []
    assert {"color-contrast", "html-has-lang", "list", "svg-img-alt", "td-headers-attr"} <= set(found.passes)
    assert found.dark is (scheme == "dark")


@pytest.mark.parametrize("width", [375, 768, 900])
def test_nothing_sticks_out_at_any_width(look, width):
    assert look(html_report(full_report(), "sv"), width=width).sticks_out == []


def test_a_broken_page_is_found_out(look):
    broken = html_report(sample_report(), "sv").replace('lang="sv"', "", 1).replace("--ink: #1c2227", "--ink: #e8e8e8")

    found = look(broken)

    assert {"html-has-lang", "color-contrast"} <= {rule for rule, _ in found.violations}


def test_a_table_that_sticks_out_is_found_out(look):
    broken = html_report(sample_report(), "sv").replace("</main>", '<p style="width: 900px">wide</p></main>')

    assert len(look(broken, width=320).sticks_out) == 1


def _dump(browser: str, page: Path, profile: Path, scheme: str) -> Looked:
    quiet = ["background-networking", "component-update", "sync", "gpu", "extensions"]
    arguments = [
        browser,
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        *(f"--disable-{name}" for name in quiet),
        f"--user-data-dir={profile}",
        "--window-size=1400,1000",
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
        "--virtual-time-budget=20000",
        "--timeout=60000",
        "--dump-dom",
        page.as_uri(),
    ]
    dumped = subprocess.run(arguments, capture_output=True, timeout=100, check=True).stdout.decode("utf-8")
    result = RESULT.search(dumped)
    assert result, "the browser did not finish looking"
    return Looked(**json.loads(b64decode(result[1])))
