"""What does one probe see at one target, without a profile? For a quick look, and for other programs (JSON).

An effect beyond `reads` needs somebody's leave, in words that are kept. Left out: any judgement.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import probes
from readiness.chain import Permit, Profile, Subject, Terms
from readiness.errors import UsageError
from readiness.model import Evidence, Observation, Target, TargetKind, Unseen
from readiness.observe import observe
from readiness.permits import split_address
from readiness.probe import Effect, Probe
from readiness.run import Looking
from readiness.session import LiveSession
from readiness.texts import say
from readiness.values import moment_text, to_plain

ASKER = "asker"
KINDS = {TargetKind.ENDPOINT, TargetKind.CERTIFICATE, TargetKind.EXCHANGE}


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at: an address or a file, and what a profile would have declared of it."""

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


def look(name: str, question: Question, looking: Looking) -> tuple[Observation, ...]:
    """Every fact that the probe promises. UsageError for an unknown probe, target or effect without leave."""
    probe = _probe(name)
    if probe.effect is not Effect.READS and not question.i_may:
        raise UsageError(
            f'{name} {probe.effect}: it does more than an ordinary client does. Add --i-may "who allowed it, and when".'
        )
    target = _target(probe, question)
    profile = _profile(probe, target, question, looking)
    session = LiveSession(
        profile, _digest_only, looking.limits, looking.clock, looking.prompt, contract=looking.contract
    )
    observations, complete = asyncio.run(observe([probe], session, looking.limits, profile, lambda _: None))
    if not complete:
        raise KeyboardInterrupt
    return observations


def as_json(name: str, question: Question, observations: tuple[Observation, ...]) -> str:
    """The observations as JSON, with the words of whoever allowed it."""
    content = {
        "format": "mm-readiness-observations/1",
        "probe": name,
        "target": question.target,
        "allowed_by": question.i_may,
        "observations": [
            {
                "fact": o.fact,
                "at": moment_text(o.at),
                "value": to_plain(o.value),
                "undecided": {member: to_plain(why) for member, why in o.undecided},
                "detail": o.detail,
                "evidence": [{"sha256": e.sha256, "media_type": e.media_type, "origin": e.origin} for e in o.evidence],
            }
            for o in observations
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def all_seen(observations: tuple[Observation, ...]) -> bool:
    """Whether every fact has a value, and no member of a set stayed open."""
    return all(not isinstance(o.value, Unseen) and not o.undecided for o in observations)


def _probe(name: str) -> Probe:
    known = {probe.id: probe for probe in probes.discover()}
    if name not in known:
        raise UsageError(f"there is no probe {name!r}. Known: {', '.join(known)}.")
    if known[name].kind not in KINDS:
        raise UsageError(f"{name} looks at what a profile declares. Use mm-readiness run PROFILE.")
    return known[name]


def _target(probe: Probe, question: Question) -> Target:
    if probe.kind is TargetKind.EXCHANGE:
        return _request(probe, question)
    if probe.kind is TargetKind.CERTIFICATE:
        if not Path(question.target).is_file():
            raise UsageError(f"there is no file {question.target}. Give the path of a certificate file.")
        key_file = str(Path(question.key_file).absolute()) if question.key_file else ""
        declared = {"use": question.use, "key_file": key_file, "password_env": question.password_env}
        prompt = () if question.password_env else (("password_prompt", True),)
        pairs = (*declared.items(), *prompt)
        return Target(
            "target", probe.kind, address=str(Path(question.target).absolute()), declared=tuple(sorted(pairs))
        )
    try:
        host, port = split_address(question.target)
    except ValueError as error:
        raise UsageError(f"{error}. Write host:port, for instance www.example.se:443 or [::1]:443.") from error
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    # As a file is taken for what the probe looks at, an endpoint is taken for one that serves SOAP: it is asked anyhow.
    declared = {"server_name": question.server_name or host, "interface": "soap"}
    declared |= {"path": question.path, "soap": question.soap, "wsdl_path": question.wsdl_path}
    says = tuple(sorted((name, value) for name, value in declared.items() if value))
    return Target("target", probe.kind, address=address, party=ASKER, declared=says)


def _request(probe: Probe, question: Question) -> Target:
    """A file with a request in place of a recorded one; it is taken for what the probe looks at."""
    if not Path(question.target).is_file():
        raise UsageError(f"there is no file {question.target}. Give the path of a file with the request's XML.")
    declared = tuple(sorted((name, wanted[0]) for name, wanted in probe.select))
    return Target("target", probe.kind, address=str(Path(question.target).absolute()), declared=declared)


def _profile(probe: Probe, target: Target, question: Question, looking: Looking) -> Profile:
    now = looking.clock()
    permits: tuple[Permit, ...] = ()
    if question.i_may and target.kind is TargetKind.ENDPOINT:
        hours = timedelta(hours=12)
        permits = (Permit(ASKER, (target.address,), (str(probe.effect),), now - hours, now + hours, question.i_may),)
    return Profile(
        Subject("kommun", "", "", party=ASKER),
        "test",
        Terms("", "", None, "", None),
        targets=(Target("chain", TargetKind.CHAIN), target),
        trust_anchors=tuple(str(Path(anchor).absolute()) for anchor in question.anchors),
        permits=permits,
    )


def _digest_only(data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
    return Evidence(sha256(data).hexdigest(), media_type, origin, masked)


def as_text(lang: str, observations: tuple[Observation, ...]) -> str:
    """The observations for a person, one fact a line."""
    from readiness.reports._words import escape_control, unseen_text, value_text

    width = max(len(o.fact) for o in observations)
    lines = []
    for o in observations:
        detail = f"   ({escape_control(o.detail)})" if o.detail else ""
        lines.append(f"{o.fact:{width}}  {value_text(lang, o.value)}{detail}")
        lines += [f"{'':{width}}  {escape_control(m)}: {unseen_text(lang, why)}" for m, why in o.undecided]
    seen = sum(not isinstance(o.value, Unseen) for o in observations)
    return "\n".join([*lines, "", say(lang, "command.facts_seen", seen=seen, all=len(observations))])
