"""Commands that show what is asked, and of what: explain, rules, risks, facts."""

from __future__ import annotations

from pathlib import Path

import click

from readiness.options import CHECKLISTS, LANG, options


@click.command()
@click.argument("rule_or_risk")
@options(LANG, CHECKLISTS)
def explain(rule_or_risk: str, lang: str, checklists: Path | None) -> None:
    """All about a rule (MM-TLS-01), check (12-7) or risk (M6)."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.explain(lang, shipped_or(checklists), rule_or_risk))


@click.command()
@options(LANG)
def rules(lang: str) -> None:
    """List the rules: id, check, risks (* = must), state, title."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.list_rules(lang, shipped_or(None)))


@click.command()
@options(LANG)
def risks(lang: str) -> None:
    """List the 22 risks with their level of 2014."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.list_risks(lang, shipped_or(None)))


@click.command()
@options(LANG)
def facts(lang: str) -> None:
    """List the facts that rules can ask for."""
    import probes
    from readiness import explain as words

    click.echo(words.list_facts(lang, probes.facts()))
