"""Does each probe that scans TLS say why it saw nothing, where there is no TLS server to be seen?"""

from __future__ import annotations

import pytest

import probes
from readiness.model import Reason
from readiness.probe import Probe
from tests.probes.tls_looks import why_nothing
from tests.stands.programs import free_port
from tests.stands.scripted import Part, plain_http, scripted, silent

NAMES = (
    "server_certificates",
    "tls_cipher_suites",
    "tls_client_auth",
    "tls_extensions",
    "tls_groups",
    "tls_signature_algorithms",
)
SCANS = [probe for probe in probes.discover() if probe.id in NAMES]
EACH = pytest.mark.parametrize("probe", SCANS, ids=lambda probe: probe.id)


@EACH
@pytest.mark.parametrize(("part", "reason"), [(silent, Reason.TIMED_OUT), (plain_http, Reason.NOT_UNDERSTOOD)])
def test_a_server_that_is_none_leaves_every_fact_unseen(probe: Probe, part: Part, reason: Reason) -> None:
    with scripted(part) as stand:
        assert why_nothing(probe, stand.address).reason is reason


@EACH
def test_nobody_home_leaves_every_fact_unseen(probe: Probe) -> None:
    assert why_nothing(probe, f"127.0.0.1:{free_port()}").reason is Reason.CONNECTION_REFUSED


def test_every_such_probe_was_asked() -> None:
    assert {probe.id for probe in SCANS} == set(NAMES)
