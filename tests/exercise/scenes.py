"""Scenarios for tests of rounds, made here so that the shipped ones may grow."""

from readiness.model import Words
from readiness.stage.behaviour import Behaviour
from readiness.stage.scenario import Scenario


def scene(id_, layer="answer", place="operator", nature="temporary", **more):
    words = Words(id_, id_)
    group = {"far": "far"}.get(place, "operator")
    return Scenario(id_, group, layer, place, nature, "here", words, words, Behaviour(id_), **more)
