"""Which customers of a supplier's shared service does a profile name, so that it can be tried whether they are apart?

Each has a client certificate of its own, and the id of a consignment of its own in the test environment. They are
targets of a kind of their own, so that no rule about certificates in use is ever asked of them. Left out: whether the
files are there, and asking the service (`tenant_isolation`).
"""

from __future__ import annotations

from collections.abc import Mapping

from readiness.model import Target, TargetKind
from readiness.profile.refusal_certificates import NOT_OURS
from readiness.profile.shapes import distribution_id, variable, web_path
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section


def read_tenants(root: Section, known: Known, targets: tuple[Target, ...], ids: Ids) -> tuple[Target, ...]:
    """The targets of [[tenant]], in the file's order."""
    shared = {t.id: t for t in targets if t.kind is TargetKind.ENDPOINT and t.says("role") not in NOT_OURS}
    taken: dict[tuple[str, str], str] = {}
    return tuple(_one(section, known, ids, shared, taken) for section in root.tables("tenant"))


def _one(
    section: Section, known: Known, ids: Ids, shared: Mapping[str, Target], taken: dict[tuple[str, str], str]
) -> Target:
    id_ = ids.take(section)
    held_by = known.holder(section)
    customer = known.parties.get(section.word("party", known.party_ids, required=True, code="unknown_party"))
    endpoint = section.word("endpoint", tuple(shared), required=True, code="unknown_shared")
    served = shared.get(endpoint)
    if customer and (first := taken.setdefault((endpoint, customer.id), id_)) != id_:
        section.wrong("party", "tenant_twice", first=first)
    given: dict[str, object] = {
        "organisation_number": customer.organisation_number if customer else "",
        "endpoint": endpoint,
        "path": section.shaped("path", web_path) or (served and served.says("path")) or "/",
        "distribution_id": section.shaped("distribution_id", distribution_id),
        "password_env": section.shaped("password_env", variable),
        "records": tuple(map(known.path, section.texts("records"))) or None,
    }
    file, key_file = (
        known.path(section.text(key, required=key == "file" and not held_by)) for key in ("file", "key_file")
    )
    prompt = section.flag("password_prompt") or False
    section.done()
    return Target(
        id_,
        TargetKind.TENANT,
        node=served.node if served else "",
        party=served.party if served else "",
        held_by=held_by,
        declared=declared(given, certificate_file=file, key_file=key_file, password_prompt=prompt),
    )
