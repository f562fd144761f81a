"""How does a profile say that the sending system is exercised: the stage, how it is started, and its account?

Left out: whether files, commands and addresses are there, and doing any of it (`exercise`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from readiness.chain import AccountSource, Sending, StagePlan, Start
from readiness.profile.patterns import line_pattern
from readiness.profile.shapes import (
    host_name,
    listening_address,
    network,
    on_this_machine,
    operator,
    shown,
    web_address,
)
from readiness.profile.targets import Known
from readiness.profile.values import Section
from readiness.recording import CHANNELS, OUTCOMES

CLIENT_CERTIFICATE = ("required", "requested", "none")
PLACEHOLDERS = ("{persons}", "{round}")
FORMATS = ("csv", "json", "log")
KEYS = {"delimiter": "csv", "rows": "json", "columns": "csv, json", "patterns": "log"}
"""Keys of an account that belong to some of its formats."""
MOST_PATTERNS = 20
ENCODINGS = ("utf-8", "latin-1", "windows-1252", "utf-16")
COLUMNS = ("person", "message", "outcome", "channel", "told")
NEEDED = ("person", "outcome")
YES = ("true", "yes", "ja", "1")
DAY = 86400
LAST_PORT = 65000
"""Room for the ports that follow the first."""


def read_stage(root: Section, known: Known) -> StagePlan:
    """The table [stage]; without it a stage stands on loopback, on any free ports."""
    if (section := root.table("stage")) is None:
        return StagePlan()
    otherwise = StagePlan()
    plan = StagePlan(
        address=section.shaped("address", listening_address) or otherwise.address,
        public_name=section.shaped("public_name", host_name) or otherwise.public_name,
        first_port=section.number("first_port", 0, LAST_PORT) or 0,
        client_certificate=section.word("client_certificate", CLIENT_CERTIFICATE) or otherwise.client_certificate,
        client_issuers=tuple(map(known.path, section.texts("client_issuers"))),
        peers=section.texts("peers", network),
        certificate=known.path(section.text("certificate")),
        key=known.path(section.text("key")),
        operators=_operators(section),
    )
    if bool(plan.certificate) != bool(plan.key):
        section.wrong("certificate" if plan.certificate else "key", "certificate_and_key")
    if not on_this_machine(plan.address):
        missing = [key for key in ("peers", "client_issuers") if not getattr(plan, key)]
        missing += ["client_certificate"] if plan.client_certificate != "required" else []
        if missing:
            section.wrong("address", "stage_outside", missing=", ".join(missing))
    section.done()
    return plan


def read_sendings(root: Section, known: Known) -> tuple[Sending, ...]:
    """How each [[sending_system]] is exercised, in the file's order."""
    found = []
    for section in root.tables("sending_system"):
        otherwise = Sending(str(section.data.get("id") or ""))
        seconds = {
            key: otherwise_seconds if said is None else said
            for key, least, otherwise_seconds in (
                ("start_seconds", 1, otherwise.start_seconds),
                ("retry_seconds", 0, otherwise.retry_seconds),
                ("quiet_seconds", 1, otherwise.quiet_seconds),
                ("recovery_seconds", 1, otherwise.recovery_seconds),
            )
            for said in (section.number(key, least, DAY),)
        }
        start, account = section.table("start"), section.table("account")
        found.append(
            Sending(
                otherwise.target,
                _start(start) if start else None,
                _account(account, known.path, root.ids("log_source")) if account else None,
                **seconds,
            )
        )
    return tuple(found)


def _operators(section: Section) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for table in section.tables("operator"):
        id_, name = table.shaped("id", operator, required=True), table.text("name", required=True)
        if id_ in found:
            table.wrong("id", "operator_twice", id=id_)
        found[id_] = name
        table.done()
    return tuple(found.items())


def _start(section: Section) -> Start:
    _exactly_one(section, ("command", "url", "person"))
    start = Start(
        command=_command(section, PLACEHOLDERS),
        url=section.shaped("url", web_address),
        person=section.flag("person") or False,
    )
    if start.command and not any("{persons}" in argument for argument in start.command):
        section.wrong("command", "command_without_persons")
    section.done()
    return start


def _account(section: Section, path: Callable[[str], str], logs: Sequence[str]) -> AccountSource:
    _exactly_one(section, ("file", "command", "url", "log"))
    log = section.word("log", logs)
    format_ = section.word("format", FORMATS) or "csv"
    if "log" in section.data:
        if "format" in section.data and format_ != "log":
            section.wrong("format", "format_of_log", format=format_)
        format_ = "log"
    for key, belongs in KEYS.items():
        if key in section.data and format_ not in belongs.split(", "):
            section.wrong(key, "other_format", format=belongs.partition(",")[0])
    if "log" in section.data and "encoding" in section.data:
        section.wrong("encoding", "encoding_of_log")
    delimiter = section.text("delimiter", prose=True)
    if len(delimiter) > 1 or delimiter in {"\n", '"'}:
        section.wrong("delimiter", "delimiter")
    source = AccountSource(
        file=path(section.text("file")),
        command=_command(section, ()),
        url=section.shaped("url", web_address),
        log=log,
        format=format_,
        patterns=_patterns(section, required=format_ == "log"),
        delimiter=delimiter or ",",
        encoding=section.word("encoding", ENCODINGS) or "utf-8",
        rows=section.text("rows"),
        columns=_columns(section, required=format_ != "log"),
        words=_words(section, "words", OUTCOMES),
        channels=_words(section, "channels", CHANNELS),
        told=tuple(word.casefold() for word in section.texts("told")) or YES,
    )
    section.done()
    return source


def _exactly_one(section: Section, keys: Sequence[str]) -> None:
    given = [key for key in keys if section.data.get(key, False) is not False]
    if len(given) != 1:
        section.faults.add(section.path, "exactly_one", known=", ".join(keys), found=", ".join(given) or "-")


def _command(section: Section, placeholders: Sequence[str]) -> tuple[str, ...]:
    """A list of arguments; what looks like a placeholder is one."""
    if "command" not in section.data:
        section.raw("command")
        return ()
    arguments = section.texts("command", required=True)
    if arguments and not arguments[0].strip():
        section.wrong("command", "empty")
    for place, argument in enumerate(arguments):
        for word in re.findall(r"\{[a-z_]+\}", argument):
            if word not in placeholders:
                listed = ", ".join(placeholders) or "-"
                section.faults.add((*section.path, "command", place), "placeholder", word=word, known=listed)
    return arguments


def _patterns(section: Section, *, required: bool) -> tuple[str, ...]:
    patterns = section.texts("patterns", line_pattern, required=required)
    if len(patterns) > MOST_PATTERNS:
        section.wrong("patterns", "pattern_many", most=MOST_PATTERNS)
    elif patterns and all(patterns) and not any("(?P<outcome>" in pattern for pattern in patterns):
        section.wrong("patterns", "pattern_outcome")
    return patterns


def _columns(section: Section, *, required: bool) -> tuple[tuple[str, str], ...]:
    if (table := section.table("columns", required=required)) is None:
        return ()
    pairs = [(key, table.text(key, required=key in NEEDED)) for key in COLUMNS]
    table.done()
    return tuple((key, name) for key, name in pairs if name)


def _words(section: Section, key: str, known: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(ours, theirs) pairs, theirs in lower case; without the table the system says our own words."""
    if (table := section.table(key)) is None:
        return tuple((word, word) for word in known)
    pairs: list[tuple[str, str]] = []
    for ours in known:
        for place, theirs in enumerate(table.texts(ours)):
            word = theirs.strip().casefold()
            if word in {other for _, other in pairs}:
                table.faults.add((*table.path, ours, place), "word_twice", word=shown(theirs))
            pairs.append((ours, word))
    table.done()
    return tuple(pairs)
