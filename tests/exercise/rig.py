"""A whole exercise on this machine, quick: a real stage, a sender in processes of its own, an account in a file."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.contract.schemas import load_contract
from readiness.exercise.account import Reading
from readiness.exercise.conductor import Conductor, Terms
from readiness.exercise.ledger import Ledger
from readiness.exercise.plan import Limits, make_plan
from readiness.exercise.sight import Sight
from readiness.exercise.sources import Source
from readiness.exercise.starters import CommandStarter
from readiness.exercise.waiting import System
from readiness.exercise.web import Web
from readiness.recording import CHANNELS, OUTCOMES
from readiness.stage.clock import now
from readiness.stage.memory import Memory
from readiness.stage.scenario import chosen
from readiness.stage.settings import StageSettings, default_persons
from readiness.stage.stage import running_stage
from tests.stage.standing import CLIENT_PEM, deliver_secure

DAY = date(2026, 12, 1)
SENDER = Path(__file__).with_name("sender.py")
HEADER = "mottagare;id;utfall;kanal;larm\n"
QUICK = Limits(start=6.0, quiet=1.0, retry=0.0, recovery=15.0, answer=1.0, silent=10.0)
"""Quick, and still slow enough for a machine that does much else at the same time."""


class Rig:
    """What is told lies in `told`; `command` may be replaced before `perform`."""

    def __init__(self, folder, *scenarios, limits=QUICK, **sender):
        self.folder = folder
        self.limits = limits
        self.plan = make_plan(chosen(scenarios), DAY, 7)
        self.account = folder / "konto.csv"
        self.account.write_text(HEADER, "utf-8")
        self.command = (sys.executable, str(SENDER), str(folder / "sender.json"), "{persons}")
        self.terms = Terms()
        self.settings = {}
        self.said = []
        self.seen = {}
        self.told = []
        self.complete = None
        self.changed = asyncio.Event()
        self._sender = {"timeout": 1.0, "attempts": 3, "pause": 0.1, **sender}

    def tell_recorded(self, entry):
        """The journal behind the memory."""
        self.told.append(entry)

    def met(self, order, met, of):
        self.seen[order] = (set(met), set(of))
        self.changed.set()

    async def until(self, seen):
        """Wait until something is so; asked whenever the exercise shows how far it is."""
        while not seen():
            self.changed.clear()
            await self.changed.wait()

    @property
    def watch(self):
        rig = self

        class Watch:
            met = staticmethod(rig.met)

            def said(self, key, **values):
                rig.said.append((key, values))

        return Watch()

    def reading(self):
        columns = tuple(
            zip(("person", "message", "outcome", "channel", "told"), HEADER.strip().split(";"), strict=True)
        )
        words, channels = (tuple((word, word) for word in known) for known in (OUTCOMES, CHANNELS))
        said = AccountSource(
            file=str(self.account), delimiter=";", columns=columns, words=words, channels=channels, told=("ja",)
        )
        return Reading(said, "konto", tuple(person.number for person in test_persons()))

    @asynccontextmanager
    async def standing(self):
        scenarios = tuple(casting.scenario for round_ in self.plan.rounds for casting in round_.castings)
        settings = StageSettings(default_persons(DAY), scenarios=scenarios, **self.settings)
        self.memory = Memory(self)
        async with running_stage(settings, self.memory, load_contract(), self.folder) as stage:
            files = {name: self.folder / name for name in ("ca.pem", "client.pem", "delivery.xml")}
            files["ca.pem"].write_bytes(stage.authority or self.settings["certificate"].chain)
            files["client.pem"].write_bytes(CLIENT_PEM)
            files["delivery.xml"].write_bytes(deliver_secure("RECIPIENT"))
            told = {
                "far": stage.url("Recipient"),
                "authority": str(files["ca.pem"]),
                "client": str(files["client.pem"]),
                "delivery": str(files["delivery.xml"]),
                "account": str(self.account),
                **self._sender,
            }
            if "avoid" in told:
                told["avoid"] = int(stage.bases[told["avoid"]].rpartition(":")[2])
            (self.folder / "sender.json").write_text(json.dumps(told), "utf-8")
            yield stage

    async def conduct(self):
        async with self.standing() as stage:
            reading = self.reading()
            ledger = Ledger(Source(reading.source, self.folder, Web()), reading, now)
            starter = CommandStarter(self.command, self.folder, self.folder)
            system = System(stage, starter, ledger, Sight(self.memory), self.limits, self.watch, "beslut")
            self.conductor = Conductor(self.plan, system, self.memory, self.terms)
            self.complete = await self.conductor.conduct()
        return self.conductor.told

    def perform(self):
        """Each scenario as it was told last."""
        return asyncio.run(self.conduct())
