"""Where a log is searched, as a profile says it; and each mistake with its line, its key and what to write instead."""

from __future__ import annotations

import pytest

from readiness.errors import Fault, ProfileError
from readiness.model import Target, TargetKind
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from tests.profiles import CERTIFICATE, SOUND

LOG = '\n[[log_source]]\nid = "logg"\nnode = "formedlare"\n'
LOKI = """[log_source.query]
platform = "loki"
address = "https://logg.kommun.example:3100/loki-bas/"
selector = '{app="formedlare", env=~"prod|test"}'
tenant = "kommunen"
days = 14
user = "granskare"
secret_env = "MM_LOGG_HEMLIGHET"
ca_file = "logg-ca.pem"
client_certificate = "klient"
"""
OPENSEARCH = """[log_source.query]
platform = "elasticsearch"
address = "https://[2001:db8::7]:9200"
index = "logg-formedlare-*,.ds-logg"
secret_file = "logg.hemlighet"
login = "apikey"
ca_file = "logg-ca.pem"
"""


def log_of(query: str, source: str = "p.toml") -> Target:
    text = SOUND + CERTIFICATE + LOG + query
    profile = parse_profile(profile_data(text, source, "sv"), source, Lines(text), "sv")
    return next(target for target in profile.targets if target.kind is TargetKind.LOG_SOURCE)


def test_loki_is_read_with_a_reference_to_its_secret(tmp_path):
    log = log_of(LOKI, str(tmp_path / "p.toml"))
    assert log.address == "logg.kommun.example:3100"
    said = dict(log.declared)
    assert (said["platform"], said["platform_url"]) == ("loki", "https://logg.kommun.example:3100/loki-bas")
    assert (said["selector"], said["tenant"]) == ('{app="formedlare", env=~"prod|test"}', "kommunen")
    assert (said["days"], said["user"], said["login"]) == (14, "granskare", "basic")
    assert (said["secret_env"], said["ca_file"]) == ("MM_LOGG_HEMLIGHET", str(tmp_path / "logg-ca.pem"))
    assert said["client_certificate"] == "klient"
    assert "index" not in said
    assert "time_field" not in said


def test_elasticsearch_is_read_as_opensearch_with_its_usual_fields(tmp_path):
    log = log_of(OPENSEARCH, str(tmp_path / "p.toml"))
    said = dict(log.declared)
    assert log.address == "[2001:db8::7]:9200"
    assert (said["platform"], said["index"]) == ("opensearch", "logg-formedlare-*,.ds-logg")
    assert (said["time_field"], said["message_field"], said["days"]) == ("@timestamp", "message", 7)
    assert (said["login"], said["secret_file"]) == ("apikey", str(tmp_path / "logg.hemlighet"))


def test_a_port_need_not_be_said_and_this_machine_need_not_encrypt():
    plain = "".join(line for line in LOKI.splitlines(True) if not line.startswith(("ca_file", "client_cert")))
    assert log_of(LOKI.replace(":3100/loki-bas/", "")).address == "logg.kommun.example:443"
    assert log_of(plain.replace("https://logg.kommun.example", "http://localhost")).address == "localhost:3100"


SECRET_FILE, LOGIN = 'secret_file = "logg.hemlighet"', 'login = "apikey"'
SELECTOR, PASSWORD = "selector = '{a=\"b\"}'", 'password = "hemligt-1"\nsecret_env = "X"'
MISTAKES = {
    "no platform": (LOKI, 'platform = "loki"\n', "", "platform", "platform"),
    "another platform": (LOKI, '"loki"', '"splunk"', "platform", "opensearch"),
    "no address": (LOKI, 'address = "https://logg.kommun.example:3100/loki-bas/"\n', "", "address", ""),
    "an address that is none": (LOKI, "https://logg", "logg", "address", "https://"),
    "an address with a query": (LOKI, "/loki-bas/", "/?x=1", "address", "frågetecken"),
    "a password in the address": (LOKI, "https://logg", "https://a:hemligt@logg", "address", "secret_env"),
    "an address without encryption": (LOKI, "https:", "http:", "address", "https://"),
    "no certificate to trust": (LOKI, 'ca_file = "logg-ca.pem"\n', "", "ca_file", ""),
    "no selector": (LOKI, "selector = '{app=\"formedlare\", env=~\"prod|test\"}'\n", "", "selector", ""),
    "a selector with a pipeline": (LOKI, 'test"}', 'test"} |= "x"', "selector", "selector"),
    "a selector of nothing": (LOKI, '{app="formedlare", env=~"prod|test"}', "{}", "selector", "selector"),
    "a tenant with a space": (LOKI, '"kommunen"\ndays', '"a b"\ndays', "tenant", "X-Scope-OrgID"),
    "no days": (LOKI, "days = 14", "days = 0", "days", ""),
    "an index for Loki": (LOKI, "days = 14", 'index = "x"', "index", "opensearch"),
    "a selector for OpenSearch": (OPENSEARCH, LOGIN, SELECTOR, "selector", "loki"),
    "no index": (OPENSEARCH, 'index = "logg-formedlare-*,.ds-logg"\n', "", "index", ""),
    "every index": (OPENSEARCH, '"logg-formedlare-*,.ds-logg"', '"*"', "index", "små bokstäver"),
    "another cluster's index": (OPENSEARCH, '"logg-formedlare-*', '"annan:logg-*', "index", "kluster"),
    "a path in an index": (OPENSEARCH, '"logg-formedlare-*', '"../_all', "index", "små bokstäver"),
    "two secrets": (OPENSEARCH, 'login = "apikey"', 'secret_env = "X"', "secret_file", "secret_env"),
    "no secret": (OPENSEARCH, 'secret_file = "logg.hemlighet"\n', "", "login", "secret_env"),
    "a secret itself": (OPENSEARCH, SECRET_FILE, PASSWORD, "password", ""),
    "basic without a user": (OPENSEARCH, '"apikey"', '"basic"', "login", "user"),
    "a user for a key": (OPENSEARCH, 'login = "apikey"', 'login = "apikey"\nuser = "a"', "user", "basic"),
    "a user with a colon": (LOKI, '"granskare"', '"a:b"', "user", "kolon"),
    "a field with a space": (OPENSEARCH, 'login = "apikey"', 'login = "apikey"\ntime_field = "a b"', "time_field", ""),
    "a certificate that is not there": (LOKI, '"klient"', '"klienten"', "client_certificate", "klient"),
    "an unknown key": (LOKI, "days = 14", "dagar = 14", "dagar", "days"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_a_cure(name):
    query, wrong, instead, key, cure = MISTAKES[name]
    assert wrong in query, "the mistake is not in the text"
    fault = _fault(query.replace(wrong, instead))
    assert fault.key == f"log_source.query.{key}"
    assert fault.line > 0
    assert cure in fault.cure
    assert "hemligt" not in str(fault)


def test_a_log_is_in_files_or_in_a_platform():
    fault = _fault(LOKI, LOG + 'path = "logg.txt"\n')
    assert (fault.key, "[log_source.query]" in fault.cure) == ("log_source.path", True)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        (LOKI, 'encoding = "utf-8"'),
        (LOKI, 'hash_field = "prev"'),
        (OPENSEARCH, 'time_zone = "UTC"'),
        (OPENSEARCH, 'format = "csv"'),
    ],
)
def test_what_is_about_files_is_told(query, line):
    fault = _fault(query, LOG + line + "\n")
    assert fault.key == f"log_source.{line.partition(' ')[0]}"
    assert fault.cure == "Ta bort raden."


def test_what_goes_without_encryption_has_no_certificates():
    plain = LOKI.replace("https://logg.kommun.example", "http://127.0.0.1")
    with pytest.raises(ProfileError) as error:
        log_of(plain)
    assert [fault.key.rpartition(".")[2] for fault in error.value.faults] == ["ca_file", "client_certificate"]


def _fault(query: str, log: str = LOG) -> Fault:
    text = SOUND + CERTIFICATE + log + query
    with pytest.raises(ProfileError) as error:
        parse_profile(profile_data(text, "p.toml", "sv"), "p.toml", Lines(text), "sv")
    (fault,) = error.value.faults
    return fault
