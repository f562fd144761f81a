"""What is one probe pointed at, when no profile says so: an address, a page, a name, a file, or the files of a log?

It is taken for what the probe looks at, with what the asker says of it. Left out: looking (`one_off`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.errors import UsageError
from readiness.log_files import list_log_files
from readiness.model import Declared, Reason, Target, TargetKind
from readiness.permits import split_address
from readiness.probe import CannotObserve, Probe
from readiness.profile.pages import page_parts
from readiness.profile.shapes import Wrong, domain, page_address, resolver, shown

ASKER = "asker"


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at: an address or a file, and what a profile would have declared of it.

    `format` and what follows is said of a log, in the words of a target.
    """

    target: str
    server_name: str = ""
    use: str = "tls-client"
    key_file: str = ""
    anchors: tuple[str, ...] = ()
    password_env: str = ""
    i_may: str = ""
    path: str = ""
    soap: str = ""
    wsdl_path: str = ""
    format: str = ""
    encoding: str = ""
    time_format: str = ""
    time_zone: str = ""
    trace_ids: tuple[str, ...] = ()
    hash_field: str = ""


def target_of(probe: Probe, question: Question) -> Target:
    """The target that a question is about. UsageError where it cannot be one of the probe's."""
    return READERS[probe.kind](probe, question)


def _endpoint(probe: Probe, question: Question) -> Target:
    try:
        host, port = split_address(question.target)
    except ValueError as error:
        raise UsageError(f"{error}. Write host:port, for instance www.example.se:443 or [::1]:443.") from error
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    # As a file is taken for what the probe looks at, an endpoint is taken for one that serves SOAP: it is asked anyhow.
    declared = {"server_name": question.server_name or host, "interface": "soap"}
    declared |= {"path": question.path, "soap": question.soap, "wsdl_path": question.wsdl_path}
    return Target("target", probe.kind, address=address, party=ASKER, declared=_said(declared))


def _certificate(probe: Probe, question: Question) -> Target:
    path = _file(question.target, "a certificate file")
    key_file = str(Path(question.key_file).absolute()) if question.key_file else ""
    declared = {"use": question.use, "key_file": key_file, "password_env": question.password_env}
    prompt = () if question.password_env else (("password_prompt", True),)
    return Target("target", probe.kind, address=path, declared=tuple(sorted((*declared.items(), *prompt))))


def _request(probe: Probe, question: Question) -> Target:
    """A file with a request in place of a recorded one."""
    path = _file(question.target, "a file with the request's XML")
    return Target(
        "target", probe.kind, address=path, declared=_said({name: wanted[0] for name, wanted in probe.select})
    )


def _log(probe: Probe, question: Question) -> Target:
    """The files of a log, by a path or a pattern."""
    path = Path(question.target).absolute()
    if path.is_dir():
        raise UsageError(
            f'{question.target} is a folder. Name its files, for instance "{Path(question.target) / "*.log"}".'
        )
    try:
        list_log_files(str(path))
    except CannotObserve as problem:
        if problem.unseen.reason is Reason.NOT_CONFIGURED:
            wanted = 'Give the path of a log file, or a pattern in quotes, as "logs/app.log*"; ** is any folder below.'
            raise UsageError(f"{question.target} names no file. {wanted}") from problem
    names = ("format", "encoding", "time_format", "time_zone", "trace_ids", "hash_field")
    return Target("target", probe.kind, address=str(path), declared=_said({n: getattr(question, n) for n in names}))


def _document(probe: Probe, question: Question) -> Target:
    """A PDF file. What it has to be, nobody says; the trust anchors are taken for those of its signatures."""
    anchors = tuple(str(Path(anchor).absolute()) for anchor in question.anchors)
    path = _file(question.target, "a PDF file")
    return Target("target", probe.kind, address=path, declared=_said({"signature_anchors": anchors}))


def _page(probe: Probe, question: Question) -> Target:
    """A page by its URL; of no purpose, so that no word is asked for."""
    try:
        address, host, path = page_parts(page_address(question.target))
    except Wrong as error:
        wanted = "Write https:// and the address of a page, for instance https://www.example.se/digital-post."
        raise UsageError(f"{shown(question.target)} is no https address of a page. {wanted}") from error
    declared = {"url": question.target, "server_name": question.server_name or host, "path": path}
    return Target("target", probe.kind, address=address, declared=_said(declared))


def _name(probe: Probe, question: Question) -> Target:
    """A name and the resolver to ask, as name@resolver; nobody is asked whose its networks are."""
    host, _, address = question.target.partition("@")
    try:
        declared = {"name": domain(host).casefold()}
        asked = resolver(address)
    except Wrong as error:
        wanted = "Write name@resolver, for instance www.example.se@192.0.2.53."
        raise UsageError(f"{shown(question.target)} is no name with a resolver. {wanted}") from error
    return Target("target", probe.kind, address=asked, declared=_said(declared))


READERS = {
    TargetKind.ENDPOINT: _endpoint,
    TargetKind.CERTIFICATE: _certificate,
    TargetKind.EXCHANGE: _request,
    TargetKind.LOG_SOURCE: _log,
    TargetKind.SENT_DOCUMENT: _document,
    TargetKind.PAGE: _page,
    TargetKind.NAME: _name,
}


def _file(path: str, wanted: str) -> str:
    if not Path(path).is_file():
        raise UsageError(f"there is no file {path}. Give the path of {wanted}.")
    return str(Path(path).absolute())


def _said(declared: Mapping[str, str | tuple[str, ...]]) -> Declared:
    return tuple(sorted((name, value) for name, value in declared.items() if value))
