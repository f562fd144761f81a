"""What does one probe see at one target, without a profile? For a quick look, and for other programs (JSON).

An effect beyond `reads` needs somebody's leave, in words that are kept. Left out: what it is pointed at
(`one_off_targets`), and any judgement.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import probes
from readiness.chain import Permit, Profile, Subject, Terms
from readiness.errors import UsageError
from readiness.model import Evidence, Observation, Table, Target, TargetKind, Unseen
from readiness.observe import observe
from readiness.one_off_targets import ASKER, READERS, Question, target_of
from readiness.probe import Effect, Probe
from readiness.run import Looking
from readiness.session import LiveSession
from readiness.texts import say
from readiness.values import moment_text, to_plain


def look(name: str, question: Question, looking: Looking) -> tuple[Observation, ...]:
    """Every fact that the probe promises. UsageError for an unknown probe, target or effect without leave."""
    probe = _probe(name)
    if probe.effect is not Effect.READS and not question.i_may:
        raise UsageError(
            f'{name} {probe.effect}: it does more than an ordinary client does. Add --i-may "who allowed it, and when".'
        )
    target = target_of(probe, question)
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
    if known[name].kind not in READERS:
        raise UsageError(f"{name} looks at what a profile declares. Use mm-readiness run PROFILE.")
    return known[name]


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
        if isinstance(o.value, Table) and o.value.rows:
            lines += [f"{'':{width}}  {escape_control(' | '.join(row))}" for row in (o.value.columns, *o.value.rows)]
    seen = sum(not isinstance(o.value, Unseen) for o in observations)
    return "\n".join([*lines, "", say(lang, "command.facts_seen", seen=seen, all=len(observations))])
