"""How does the example's profile tell of its trials: of a second system, and of the förmedlare's customers?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from readiness.demo import profile_toml as toml
from readiness.demo.plan import SOAP_PATH, Plan
from readiness.demo.second_run import FOLDER

MEDIATOR_NODE = "formedlare"


def trial_tables(plan: Plan, files: Mapping[str, str]) -> Iterable[str]:
    """The [[second_system]] and [[tenant]] tables. `files` gives the path of a certificate, and of its key, by name."""
    yield "# Ett fristående provsystem har skickat genom samma förmedlare; så här gick det.\n"
    yield toml.table("second_system", id="provsystem", mediator=MEDIATOR_NODE, record=FOLDER)
    yield "# Förmedlarens kunder i testmiljön: med deras certifikat prövas det om de är åtskilda.\n"
    for id_, tenant in plan.tenants.items():
        yield toml.table(
            "tenant",
            id=id_,
            party=tenant.party,
            endpoint=f"{MEDIATOR_NODE}-adress",
            file=files[tenant.certificate],
            key_file=files[f"{tenant.certificate}.key"],
            path=SOAP_PATH,
            distribution_id=tenant.distribution_id,
        )
