"""With what does a scan shake hands where a server demands a certificate? The client's side alone, without I/O.

It shows the certificate that the endpoint declares, and only to a server that the profile's anchors vouch for, where it
names any. Left out: reading and writing, and what is seen over it (`probes/_tls_shown`); requests (`http_client`).
"""

from __future__ import annotations

from collections.abc import Callable

from OpenSSL import SSL

from readiness.model import Reason, Target, TargetKind
from readiness.permits import split_address
from readiness.presenting import held_identity
from readiness.probe import CannotObserve, Session
from readiness.tls_client import Trust, bare_client

VERSIONS = {"TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}
"""Before TLS 1.2 a certificate is shown to nobody."""


def client_side(session: Session, target: Target, version: str, keys: Callable[[bytes], None] | None) -> SSL.Connection:
    """See `probe.Session.client_side`."""
    if target.kind is not TargetKind.ENDPOINT or target not in session.profile_targets(TargetKind.ENDPOINT):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no endpoint {target.id}")
    declared = str(target.says("client_certificate") or "")
    if not declared:
        raise CannotObserve(
            Reason.CREDENTIALS_NEEDED,
            f"a client certificate is demanded, and {target.id} declares no client_certificate",
        )
    if version not in VERSIONS:
        raise CannotObserve(Reason.NOT_SUPPORTED, f"a client certificate is not shown in {version}")
    identity = held_identity(session, declared)
    name = str(target.says("server_name") or split_address(target.address)[0])
    anchors = session.trust_anchors()
    trust = Trust.read(anchors, session.now(), name) if anchors else None
    return bare_client(name, trust, identity, VERSIONS[version], keys)
