"""Observe a Mina meddelanden chain, judge it against checklists, report to whoever reviews it."""

__version__ = "0.1.0"
