"""How does the example's profile tell of what the public meets: its pages and its names?"""

from __future__ import annotations

from collections.abc import Iterable

from readiness.demo import profile_toml as toml
from readiness.demo.pages import CONFIRMED, LOG
from readiness.demo.plan import Plan
from readiness.page_purposes import CONFIRMATION


def page_tables(plan: Plan, address: str) -> Iterable[str]:
    """The [[page]] tables. `address` (host:port) is where the pages are asked for on this machine."""
    for id_, page in plan.pages.items():
        log = {"log_file": f"webb/{LOG}", "log_words": CONFIRMED} if page.purpose == CONFIRMATION else {}
        url = f"https://{page.host}{page.path}"
        yield toml.table("page", id=id_, purpose=page.purpose, url=url, address=address, **log)


def name_tables(plan: Plan, resolver: str, anchor: str) -> Iterable[str]:
    """The [[name]] tables. `resolver` (host:port) is asked, and `anchor` the DS record that signatures start from."""
    for id_, (name, use) in plan.dns.names.items():
        table = toml.table("name", id=id_, name=name, use=use, resolver=resolver, look_up_owners=True)
        yield table + toml.pairs(dnssec_anchors=[anchor])
