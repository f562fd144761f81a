"""Where does a log live that is searched instead of read: which platform, which part of it, and who may ask?

The table [log_source.query], in place of the path of files. A secret stands in an environment variable or in a file of
its own, never in the profile. Left out: asking the platform (`readiness.log_platform`), and what its answers mean.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from readiness.profile.platform_shapes import index_pattern, search_address, stream_selector, tenant
from readiness.profile.shapes import field_name, variable
from readiness.profile.values import Section

LOKI, OPENSEARCH = "loki", "opensearch"
PLATFORMS = {"loki": LOKI, "opensearch": OPENSEARCH, "elasticsearch": OPENSEARCH}
"""What a profile may say, and the name that the targets have for it: both speak one protocol."""
OWN_KEYS = {LOKI: ("selector", "tenant"), OPENSEARCH: ("index", "time_field", "message_field")}
OF_FILES = {
    LOKI: ("encoding", "hash_field"),
    OPENSEARCH: ("encoding", "hash_field", "format", "time_format", "time_zone"),
}
"""What is said of a log in files and means nothing of one that is searched: an entry of Loki is a line of text, a
record of OpenSearch has fields, and its times are UTC."""
LOGINS = ("basic", "bearer", "apikey")
LONGEST_DAYS = 400
PORTS = {"https": 443, "http": 80}
Folder = Callable[[str], str]
"""Makes a path of the profile absolute; "" stays ""."""


def read_platform(section: Section, certificate_ids: tuple[str, ...], folder: Folder) -> tuple[str, dict[str, object]]:
    """host:port of the platform, and what a log source declares of it. Faults are noted."""
    platform = PLATFORMS.get(section.word("platform", PLATFORMS, required=True), "")
    url = section.shaped("address", search_address, required=True)
    secure = url.startswith("https:")
    given: dict[str, object] = {
        "platform": platform,
        "platform_url": url,
        "days": section.number("days", 1, LONGEST_DAYS) or 7,
        "ca_file": folder(section.text("ca_file", required=secure)),
        "client_certificate": section.word("client_certificate", certificate_ids, code="unknown_certificate"),
        **_login(section, folder),
    }
    if url and not secure:
        for key in ("ca_file", "client_certificate"):
            if section.data.get(key):
                section.wrong(key, "platform_unencrypted")
    given |= {
        "selector": section.shaped("selector", stream_selector, required=platform == LOKI),
        "tenant": section.shaped("tenant", tenant),
        "index": section.shaped("index", index_pattern, required=platform == OPENSEARCH),
        "time_field": section.shaped("time_field", field_name),
        "message_field": section.shaped("message_field", field_name),
    }
    for other, keys in OWN_KEYS.items():
        for key in keys:
            if platform and platform != other and key in section.data:
                section.wrong(key, "platform_key", platform=other)
    if platform == OPENSEARCH:
        given |= {
            "time_field": given["time_field"] or "@timestamp",
            "message_field": given["message_field"] or "message",
        }
    section.done()
    return host_and_port(url), given


def host_and_port(url: str) -> str:
    """host:port of a web address; "" for none."""
    parts = urlsplit(url)
    if not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{parts.port or PORTS[parts.scheme]}"


def _login(section: Section, folder: Folder) -> dict[str, object]:
    """How the platform is told who asks; the secret itself is named, not given."""
    user = section.text("user")
    login = section.word("login", LOGINS)
    variable_ = section.shaped("secret_env", variable)
    file = folder(section.text("secret_file"))
    named = [key for key in ("secret_env", "secret_file") if section.data.get(key)]
    if len(named) > 1:
        section.wrong("secret_file", "platform_secret_twice")
    if (user or login) and not named:
        section.wrong("login" if login else "user", "platform_secret_missing")
    if login == "basic" and not user:
        section.wrong("login", "platform_user_missing")
    if user and (":" in user or login in LOGINS[1:]):
        section.wrong("user", "platform_user")
    if not named:
        return {}
    return {
        "user": user,
        "login": login or ("basic" if user else "bearer"),
        "secret_env": variable_,
        "secret_file": file,
    }
