"""A small sound profile as text, for tests that put mistakes into it."""

from __future__ import annotations

SOUND = """\
format = 1
environment = "test"

[subject]
kind = "kommun"
name = "Exempelby kommun"
organisation_number = "412000-0007"
board = "Socialnämnden"
party = "kommunen"

[terms]
infrastructure_owner = "Digg"
terms_version = "2024-01-01"
contract_version = "3"

[[party]]
id = "kommunen"
name = "Exempelby kommun"
organisation_number = "412000-0007"
kind = "kommun"

[[party]]
id = "leverantoren"
name = "Exempelsystem AB"
organisation_number = "16455000-0006"
kind = "vendor"

[[node]]
id = "arende"
name = "Ärendesystemet"
party = "kommunen"
version = "5.2"

[[node]]
id = "formedlare"
name = "Förmedlingen"
party = "leverantoren"
"""

ENDPOINT = """
[[endpoint]]
id = "tjanst"
node = "formedlare"
address = "tjanst.exempel.example:443"
role = "formedlare"
mutual_tls = "required"
"""

CERTIFICATE = """
[[certificate]]
id = "klient"
node = "arende"
use = "tls-client"
file = "klient.pem"
"""

LOG = """
[[log_source]]
id = "logg"
node = "arende"
path = "loggar/arende.log*"
format = "text"
encoding = "latin-1"
time_format = "%d.%m.%Y %H:%M"
time_zone = "Europe/Stockholm"
purpose = "processing"
"""

STATEMENT = """
[[statement]]
check = "10-4"
answer = "yes"
party = "kommunen"
by = "Förvaltningschefen"
role = "forvaltningschef"
on = 2026-11-20
valid_until = 2027-11-20
"""

PERMIT = """
[[permit]]
owner = "kommunen"
addresses = ["tjanst.exempel.example:443"]
effects = ["reads", "scans"]
start = 2026-11-01
end = 2026-12-31
"""

ABSENT = """
[[absent]]
what = "endpoint"
why = "Det finns ingen."
decided_by = "Förvaltningschefen"
decided_on = 2026-11-20
"""

DEVIATION = """
[[deviation]]
rule = "MM-CERT-01"
reason = "Beställt."
owner = "IT-chefen"
approved_by = "Förvaltningschefen"
expires = 2026-12-31
"""

RISK_LEVEL = """
[[risk_level]]
risk = "23"
likelihood = "lag"
consequence = "forsumbar"
level = 3
set_by = "Riskägaren"
set_on = 2026-11-20
"""
