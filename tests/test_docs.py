"""Do the documents say what is so? Commands, options, exit codes, links, examples, the run shown: held to the code."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import shlex
import textwrap
import tomllib
import types
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import probes
from readiness.checklist import parse_checklist, shipped
from readiness.cli import main
from readiness.errors import ChecklistError
from readiness.model import Target, TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.template import template
from readiness.texts import say
from tests.conftest import look
from tests.test_texts import FORBIDDEN

ROOT = Path(__file__).parents[1]
NAMES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/kom-igang.md", "docs/coverage.md")
DOCS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
README, SWEDISH, CONTRIBUTING = DOCS["README.md"], DOCS["docs/kom-igang.md"], DOCS["CONTRIBUTING.md"]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
CALL = re.compile(r"(?:mm-readiness|start\.py|-m readiness)(?= |$)(.*)")
BEING_BUILT = {"attest"}
"""Rooms whose row of ARCHITECTURE is written when they stand."""


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a language, without the indentation of a list they stand in."""
    return [textwrap.dedent(code) for _, said, code in FENCE.findall(text) if said == language]


def code(text: str) -> list[str]:
    """Every line of code: those of blocks, and spans in the prose."""
    lines = [line.strip() for _, said, body in FENCE.findall(text) if said != "python" for line in body.splitlines()]
    return lines + SPAN.findall(FENCE.sub("", text))


def calls(text: str) -> list[list[str]]:
    """What stands after the program's name wherever it is called; placeholders and all."""
    said = (CALL.search(line) for line in code(text))
    return [shlex.split(match.group(1), comments=True) for match in said if match and match.group(1).strip()]


def options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")} | {
        "--help"
    }


ALL_OPTIONS = set().union(*map(options, main.commands.values())) | options(main)
CALLS = [(name, call) for name, text in DOCS.items() for call in calls(text)]


# -- Commands


@pytest.mark.parametrize(("name", "call"), CALLS, ids=lambda x: x if isinstance(x, str) else " ".join(x))
def test_every_command_and_option_that_a_document_calls_exists(name, call):
    if call[0] == "test":
        return
    known = ALL_OPTIONS if call[0].startswith("--") else None
    if known is None:
        assert call[0] in main.commands, f"{name} calls {call}"
        known = options(main.commands[call[0]])
    assert {word for word in call if word.startswith("--")} <= known


def test_the_documents_call_the_program_often():
    assert len(CALLS) > 30
    assert len([name for name, _ in CALLS if name == "docs/kom-igang.md"]) > 5


@pytest.mark.parametrize("name", ["README.md", "docs/kom-igang.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_every_option_that_a_document_names_alone_exists(name):
    named = {span.split()[0] for span in code(DOCS[name]) if re.match(r"--[a-z]", span)}
    assert named <= ALL_OPTIONS
    assert named or name == "CHANGELOG.md"


def test_readme_names_every_command():
    called = {call[0] for call in calls(README)} | set(SPAN.findall(README))
    assert set(main.commands) <= called
    assert set(main.commands) <= set(SPAN.findall(DOCS["CHANGELOG.md"]))


def test_every_probe_that_a_document_runs_exists_and_asks_for_leave_where_it_must():
    run = [call for _, call in CALLS if call[0] == "probe" and call[1] != "NAME"]
    known = {probe.id: probe for probe in probes.discover()}
    assert {call[1] for call in run} >= {"server_certificate", "client_certificate", "tls_versions"}
    assert all(("--i-may" in call) == (known[call[1]].effect != "reads") for call in run)


def test_what_a_document_explains_and_builds_in_is_there():
    runner = CliRunner()
    explained = [call for _, call in CALLS if call[0] == "explain"]
    assert explained
    assert [runner.invoke(main, call).exit_code for call in explained] == [0] * len(explained)
    listed = runner.invoke(main, ["demo", "--list-defects"]).output
    named = [call[call.index("--defect") + 1] for _, call in CALLS if "--defect" in call]
    named += re.findall(r"--defect ([\w.:-]+)", README)
    assert named
    assert all(f"{name} " in listed for name in named)


def test_the_two_commands_stand_alone_in_readme_and_ci_runs_the_second():
    two = ["python3 start.py demo", "python3 start.py test"]
    assert blocks(README, "sh")[0].splitlines() == two
    assert blocks(README, "bat")[0].splitlines() == ["py start.py demo", "py start.py test"]
    ci = ROOT / ".ci" / "run"
    if not ci.exists():
        pytest.skip("there is no .ci/run here: this is not a checkout")
    assert two[1] in ci.read_text(encoding="utf-8").splitlines()


# -- Exit codes


def documented(text: str, head: str) -> dict[int, str]:
    """The rows of the table of exit codes that begins with this heading."""
    table = text.partition(f"\n| {head} |")[2].partition("\n\n")[0]
    return {int(number): meaning for number, meaning in re.findall(r"^\| (\d+) \| (.+) \|$", table, re.MULTILINE)}


def numbers(node: ast.AST, names: dict[str, int]) -> set[int]:
    """The whole numbers an expression may give, by its constants and the names of constants."""
    found = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and type(one.value) is int}
    return found | {names[one.id] for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in names}


def codes_in_the_program() -> set[int]:
    """What the command line exits with, and what a report says its code is; 1 is Python's own, of a crash."""
    paths = [*ROOT.glob("readiness/commands/*.py"), *(ROOT / "readiness" / name for name in ("cli.py", "options.py"))]
    rooms = [path.read_text(encoding="utf-8") for path in paths]
    cli = ast.parse("\n".join(room.replace("from __future__ import annotations", "") for room in rooms))
    constants = {
        one.targets[0].id: one.value.value
        for one in cli.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and isinstance(one.targets[0], ast.Name)
    }
    report = ast.parse((ROOT / "readiness" / "report.py").read_text(encoding="utf-8"))
    exits = [
        argument
        for one in ast.walk(cli)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "exit"
        for argument in one.args
    ]
    judged = [one for one in ast.walk(report) if isinstance(one, ast.FunctionDef) and one.name == "exit_code"]
    returned = [one.value for function in judged for one in ast.walk(function) if isinstance(one, ast.Return)]
    return {1}.union(*(numbers(node, constants) for node in [*exits, *filter(None, returned)]))


@pytest.mark.parametrize(("text", "head"), [(README, "code"), (SWEDISH, "slutkod")], ids=["README", "kom-igang"])
def test_the_table_of_exit_codes_is_that_of_the_program(text, head):
    assert set(documented(text, head)) == codes_in_the_program() == {0, 1, 2, 10, 11, 12, 13, 130}


def test_the_program_documents_the_same_codes():
    module = ast.get_docstring(ast.parse((ROOT / "readiness" / "cli.py").read_text(encoding="utf-8"))) or ""
    said = re.findall(r"\b(\d+) [a-z]", module.partition("Exit codes:")[2])
    assert set(map(int, said)) == set(documented(README, "code"))


# -- The run shown, and what it writes

VARYING = (
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r"\d\d:\d\d:\d\d", "TIME"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\s+", " "),
)


def settled(text: str) -> str:
    """A text without what differs from run to run: times, ports, and where lines break because of them."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return text.strip()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The output of the run that README shows, and its folder."""
    out = tmp_path_factory.mktemp("docs") / "out"
    result = CliRunner(env={"COLUMNS": "100"}).invoke(main, ["demo", "--lang", "en", "--out", str(out)])
    return result, out


def test_the_run_in_readme_is_what_the_program_prints(demo):
    result, _ = demo
    (shown,) = blocks(README, "console")
    first, _, rest = shown.partition("\n")
    assert first == "$ python3 start.py demo --lang en"
    printed, at = settled(result.stderr + result.stdout), 0
    pieces = [piece for piece in map(settled, rest.split("[…]")) if piece]
    assert len(pieces) > 5
    for piece in pieces:
        found = printed.find(piece, at)
        assert found >= 0, f"not in the output, or not in this order: {piece}"
        at = found + len(piece)


def test_the_run_in_readme_ends_with_the_code_it_says(demo):
    result, _ = demo
    assert f"Exit code {result.exit_code}:" in README


def test_the_files_that_the_documents_name_are_written(demo):
    _, out = demo
    for text, head in ((README, "in the folder"), (SWEDISH, "i mappen")):
        table = text.partition(f"| {head} |")[2].partition("\n\n")[0]
        named = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
        assert len(named) >= 3
        assert all((out / name).exists() for name in named)
    assert {path.name for path in (out / "record").iterdir()} == {"journal.jsonl", "evidence", "run.json"}
    assert {path.name for path in out.iterdir()} == {"report.html", "data.json", "record", "chain"}


def test_the_counts_in_readme_are_those_of_the_coverage_page():
    totals = re.search(r"^\| all \|(.+)\|$", DOCS["docs/coverage.md"], re.MULTILINE)
    _, partly, _, pending, _, checks, _ = (int(cell) for cell in totals.group(1).split("|"))
    said = f"Of the {checks} proposed checks, {pending} cannot be looked at yet, and {partly} more only in part"
    assert said in " ".join(README.split())


# -- Links and names


def slug(heading: str) -> str:
    """The anchor of a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


LINKS = [(name, link) for name in NAMES for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", DOCS[name]))]


@pytest.mark.parametrize(("name", "link"), LINKS)
def test_every_local_link_leads_somewhere(name, link):
    if link.startswith("https://"):
        return
    path, _, anchor = link.partition("#")
    target = (ROOT / name).parent / path if path else ROOT / name
    assert target.is_file()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in map(slug, headings)


def test_there_are_links_and_readme_has_them_all():
    linked = {link for name, link in LINKS if name == "README.md"}
    assert linked >= {name for name in NAMES if name != "README.md"} | {"LICENSE"}


def test_architecture_names_every_room_and_no_other():
    text = DOCS["ARCHITECTURE.md"].partition("## Rooms")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(?:readiness/|probes/)?([a-z_]+\.py)`", text))
    there = {path.name for path in (ROOT / "readiness").glob("*.py")} - {"__init__.py"}
    assert there - BEING_BUILT <= named
    elsewhere = {path.name for folder in ("tests", "probes") for path in (ROOT / folder).glob("*.py")}
    assert named <= there | elsewhere
    folders = {path.parent.name for path in (ROOT / "readiness").glob("*/__init__.py")}
    assert folders - BEING_BUILT <= set(re.findall(r"`([a-z]+)/`", text))


def test_no_document_names_a_place_on_somebodys_machine():
    absolute = re.compile(r"(?<![\w.:/~<>-])/[a-z]+/\w|[A-Z]:\\|~/")
    assert absolute.search("see /home/somebody") is not None
    assert [(name, found.group()) for name, text in DOCS.items() for found in absolute.finditer(text)] == []


# -- Words


def test_no_forbidden_word_stands_in_the_swedish_text():
    prose = " ".join(SWEDISH.split())
    assert say("sv", "legal.not_approved") in prose
    assert say("sv", "legal.secrecy") in prose
    rest = prose.replace(say("sv", "legal.not_approved"), "")
    assert re.findall(FORBIDDEN["sv"] + "|underkän", rest, re.IGNORECASE) == []
    assert re.findall(FORBIDDEN["sv"], prose, re.IGNORECASE) != []


def test_the_swedish_page_uses_the_words_of_the_report():
    table = SWEDISH.partition("| i rapporten |")[2].partition("\n\n")[0]
    grades = ["all_pass", "with_reservations", "violated", "not_demonstrated", "not_covered"]
    said = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    wanted = [say("sv", f"because.{grade}") for grade in grades]
    assert [row.strip() for row in said if "---" not in row] == [*wanted, say("sv", "because.not_applicable", who="NN")]
    assert all(f"*{say('sv', f'strength.{name}')}*" in SWEDISH for name in ("live", "file", "document", "word"))
    hindrances = SWEDISH.partition("| det står |")[2].partition("\n\n")[0]
    reasons = ("not_permitted", "name_not_resolved", "timed_out", "connection_refused", "not_configured", "expired")
    assert all(say("sv", f"reason.{reason}") in hindrances for reason in (*reasons, "not_supported", "not_built"))


# -- Examples

TOML = [(name, block) for name, text in DOCS.items() for block in blocks(text, "toml")]


@pytest.mark.parametrize(("name", "block"), TOML, ids=lambda x: x.splitlines()[0][:30])
def test_every_example_in_toml_can_be_read(name, block):
    assert tomllib.loads(block)


def test_the_profile_examples_belong_in_a_profile():
    assert len(TOML) > 4
    profile = template("sv")
    for name, block in TOML:
        if name != "CONTRIBUTING.md":
            own = profile.replace('[trust]\nanchors = ["certifikat/rot.pem"]\n', "") if "[trust]" in block else profile
            parsed = parse_profile(profile_data(f"{own}\n{block}"), "kedja.toml")
            started = any(sending.start and sending.account for sending in parsed.sendings)
            said = parsed.permits or parsed.trust_anchors or started
            assert said or parsed.targets[-1].kind is TargetKind.STATEMENT


@pytest.fixture(scope="module")
def example_probe():
    """The module that CONTRIBUTING writes."""
    (source,) = blocks(CONTRIBUTING, "python")
    module = types.ModuleType("message_types")
    exec(compile(source, "probes/message_types.py", "exec"), module.__dict__)
    return module


def test_the_example_probe_looks(example_probe):
    probe = example_probe.PROBE
    target = Target("beslut", TargetKind.MESSAGE_TYPE, declared=(("klassa_k", 3), ("klassa_r", 0)))
    seen = look(probe, target)
    assert list(seen) == [fact.name for fact in probe.facts]
    assert [one.value for one in seen.values()] == [4, 2]


def facts_with(example_probe):
    return {**probes.facts(), **example_probe.PROBE.promises()}


def test_the_example_rule_loads_beside_the_shipped_ones(example_probe):
    (rule,) = blocks(CONTRIBUTING, "toml")
    checklist = parse_checklist({**dict(shipped()), "types.toml": rule}, facts_with(example_probe))
    assert [one.id for one in checklist.rules if one.fact == "message_type.levels_stated"] == ["MM-TYPE-01"]


def test_the_example_rule_is_held_to_its_own_examples(example_probe):
    (rule,) = blocks(CONTRIBUTING, "toml")
    broken = rule.replace("passes = [4]", "passes = [3]")
    assert broken != rule
    with pytest.raises(ChecklistError, match="MM-TYPE-01"):
        parse_checklist({**dict(shipped()), "types.toml": broken}, facts_with(example_probe))


# -- Dependencies


def licence(name: str) -> str:
    """All that a package's metadata says of its licence."""
    said = importlib.metadata.metadata(name)
    kinds = [kind for kind in said.get_all("Classifier", []) if kind.startswith("License")]
    return " ".join([said.get("License-Expression") or said.get("License") or "", *kinds])


def run_time() -> set[str]:
    """The packages that the program needs, and those that they need, as installed here."""
    wanted = list(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"])
    found: set[str] = set()
    while wanted:
        name = re.match(r"[\w.-]+", wanted.pop()).group()
        if name not in found:
            found.add(name)
            wanted += [need for need in importlib.metadata.requires(name) or [] if ";" not in need]
    return found


def rows(heading: str) -> dict[str, str]:
    """Package and licence, from the table that follows a sentence of ARCHITECTURE."""
    table = DOCS["ARCHITECTURE.md"].partition(heading)[2].partition("\n\n")[2].partition("\n\n")[0]
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE)[2:]
    return {name.split(" ")[0]: said.strip() for names, said in found for name in names.split(", ")}


def from_npm() -> set[str]:
    """What the tests ask npm for."""
    asked = [json.loads(path.read_text(encoding="utf-8")) for path in ROOT.glob("tests/*/package.json")]
    assert len(asked) == 3
    return {name for one in asked for name in one["devDependencies"]}


def apart() -> set[str]:
    """What tests have an environment of its own for."""
    asked = [path.read_text(encoding="utf-8").split() for path in ROOT.glob("tests/*/requirements.in")]
    assert len(asked) == 1
    return {need.partition("==")[0] for needs in asked for need in needs}


def test_architecture_lists_the_dependencies_with_their_licences():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shown = rows("At run time")
    assert set(shown) == {re.match(r"[\w.-]+", need).group() for need in project["project"]["dependencies"]}
    for name, said in shown.items():
        assert said.split("-")[0] in licence(name)
    for extra, needs in project["project"]["optional-dependencies"].items():
        assert set(rows(f"With the extra `{extra}`")) == {re.match(r"[\w.-]+", need).group() for need in needs}
    groups = project["dependency-groups"]
    needed = {re.match(r"[\w.-]+", need).group() for group in groups.values() for need in group if type(need) is str}
    assert set(rows("For development")) == needed | from_npm() | apart()


def test_nothing_that_the_program_needs_is_copyleft_but_the_list_of_roots_that_zeep_brings():
    needed = run_time()
    assert {"click", "cryptography", "rich", "pygments"} <= needed
    copyleft = re.compile(r"\b(?:[AL]?GPL\w*|MPL|EUPL|CDDL|EPL)\b|Mozilla|Affero", re.IGNORECASE)
    assert copyleft.search(licence("tlslite-ng"))
    # Mozilla's licence binds single files; certifi is one list of roots, unmodified, and comes with zeep's requests.
    found = {name: licence(name) for name in sorted(needed) if copyleft.search(licence(name))}
    assert set(found) <= {"certifi"}, found


def test_the_changelog_has_the_section_of_verdicts():
    unreleased = DOCS["CHANGELOG.md"].partition("## Unreleased")[2].partition("\n## ")[0]
    assert {"### Added", "### Verdicts"} <= set(unreleased.splitlines())
