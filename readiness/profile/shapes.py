"""What must a text of a profile look like: an id, an organisation number, an address, a digest?

A shape takes a text and gives it in the one form the rest of the program uses, or raises `Wrong` with the code of the
words that say what is wrong and what to write. Left out: which key has which shape.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from readiness import personal


class Wrong(Exception):
    """A text does not have its shape: the code of the words that say so, and what they need."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def identifier(text: str) -> str:
    """An id: a to z, digits, hyphen and underscore, starting with a letter or a digit; at most 64 characters."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", text):
        raise Wrong("bad_id", found=shown(text), example=_as_id(text))
    return text


def organisation_number(text: str) -> str:
    """Ten digits, out of 412000-0007, 4120000007 or with 16 before. The last is a check digit (SKV 709)."""
    digits = re.sub(r"[- ]", "", text)
    if re.fullmatch(r"16[0-9]{10}", digits):
        digits = digits[2:]
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise Wrong("organisation_number_length")
    if not personal.luhn(digits):
        raise Wrong("organisation_number_check")
    return digits


def host_port(text: str) -> str:
    """host:port, or [::1]:port for IPv6."""
    if "://" in text:
        rest = text.partition("://")[2].split("/")[0]
        raise Wrong("address_url", example=shown(rest if re.search(r":[0-9]+$", rest) else f"{rest}:443"))
    host, colon, port = text.rpartition(":")
    if colon and ":" in host and not host.startswith("["):
        raise Wrong("address_ipv6", example=shown(f"[{host}]:{port}"))
    if not colon or not host or text.endswith("]"):
        raise Wrong("address_port_missing", example=shown(f"{text.rstrip(':')}:443"))
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Wrong("address_port", found=shown(port))
    if host.startswith("["):
        _ipv6(host)
    else:
        host_name(host)
    return text


def host_name(text: str) -> str:
    """A DNS name in ASCII (RFC 1123, underscores let pass) or an IP address, without port."""
    if not text.isascii():
        raise Wrong("host_not_ascii", found=shown(text), example=_idna(text))
    if re.fullmatch(r"[0-9.]+", text):
        try:
            IPv4Address(text)
        except ValueError:
            raise Wrong("host", found=shown(text)) from None
    elif ":" in text:
        _ipv6(f"[{text}]")
    elif len(text) > 253 or not all(re.fullmatch(LABEL, label) for label in text.split(".")):
        raise Wrong("host", found=shown(text))
    return text


def domain(text: str) -> str:
    """A domain name of two labels or more, as exempelby.example, with a last point or without; no IP address."""
    name = host_name(text.removesuffix("."))
    if re.fullmatch(r"[0-9.]+", name) or ":" in name or "." not in name:
        raise Wrong("domain", found=shown(text))
    return name


def resolver(text: str) -> str:
    """The address of a DNS resolver as host:port, out of an IP address with or without port (53)."""
    host, _, port = text.rpartition(":") if re.fullmatch(r"[0-9.]+:[0-9]+|\[.*\]:[0-9]+", text) else (text, "", "53")
    try:
        ip = ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except ValueError:
        raise Wrong("resolver", found=shown(text)) from None
    return host_port(f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}")


def dnssec_anchor(text: str) -> str:
    """A DS record as text: "zone DS tag algorithm digest-type digest"."""
    if not re.fullmatch(r"\S+\s+[Dd][Ss]\s+[0-9]{1,5}\s+[0-9]{1,3}\s+[0-9]{1,3}\s+[0-9A-Fa-f]{40,128}", text):
        raise Wrong("dnssec_anchor", found=shown(text))
    return text


def page_address(text: str) -> str:
    """The https address of a web page: as `web_address`, and never without TLS."""
    if web_address(text).startswith("http:"):
        raise Wrong("page_address_http")
    return text


def phrase(text: str) -> str:
    """Words that a page can be searched for: 3 to 200 characters."""
    if not 3 <= len(text.strip()) <= 200:
        raise Wrong("phrase", found=shown(text))
    return text


def web_path(text: str) -> str:
    """The path of a web address, with or without a query: "/Service/v3", "/Service/v3?wsdl"; at most 512 characters."""
    if not re.fullmatch(r"/[A-Za-z0-9._~!$&'()*+,;=:@/%?-]{0,511}", text):
        raise Wrong("web_path", found=shown(text))
    return text


def web_address(text: str) -> str:
    """A URL of a web service: https, or http on this machine; without user and password, at most 2048 characters."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise Wrong("web_address", found=shown(text)) from None
    if "@" in url.netloc:
        raise Wrong("web_address_password")
    if not re.fullmatch(r"https?://[!-~]{1,2040}", text) or "#" in text or not host:
        raise Wrong("web_address", found=shown(text))
    host_name(host)
    if url.scheme == "http" and not on_this_machine(host):
        raise Wrong("web_address_http")
    return text


def on_this_machine(host: str) -> bool:
    """Whether a host name or address means this machine whatever DNS says (RFC 6761 6.3 for localhost)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listening_address(text: str) -> str:
    """An IP address to listen on."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise Wrong("listening_address", found=shown(text)) from None


def network(text: str) -> str:
    """A network in CIDR form, or one address."""
    try:
        ip_network(text)
    except ValueError:
        raise Wrong("network", found=shown(text), example=_network(text)) from None
    return text


def operator(text: str) -> str:
    """The id of a mailbox operator as FaR writes it: 16 and an organisation number."""
    return f"16{organisation_number(text)}"


def permit_address(text: str) -> str:
    """host, host:port, or a network in CIDR form."""
    if "/" in text and "://" not in text:
        return network(text)
    if text.startswith("[") or text.count(":") == 1 or "://" in text:
        return host_port(text)
    return host_name(text)


def sha256(text: str) -> str:
    """64 hexadecimal digits, given in lower case."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise Wrong("sha256")
    return text.lower()


def serial(text: str) -> str:
    """A certificate's serial number: hexadecimal, given in lower case without colons, spaces and leading zeros."""
    digits = re.sub(r"[: ]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{1,64}", digits):
        raise Wrong("serial")
    return digits.lstrip("0") or "0"


def country(text: str) -> str:
    """Two capital letters, ISO 3166-1."""
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise Wrong("country", found=shown(text))
    return text


def language(text: str) -> str:
    """The primary tag of a language in lower case, RFC 5646."""
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise Wrong("language", found=shown(text))
    return text


def check(text: str) -> str:
    """The number of a check, as 10-4 or M6-3."""
    if not re.fullmatch(r"M?[0-9]{1,3}-[0-9]{1,3}", text):
        raise Wrong("check", found=shown(text))
    return text


def risk(text: str) -> str:
    """The id of a risk, as 23 or M6."""
    if not re.fullmatch(r"M?[0-9]{1,3}", text):
        raise Wrong("risk", found=shown(text))
    return text


def time_zone(text: str) -> str:
    """A zone by its name, as Europe/Stockholm or UTC, or its offset, as +01:00. Whether it exists is not looked up: not
    every platform knows the names."""
    if not re.fullmatch(
        r"[A-Za-z][A-Za-z_]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}|[+-](0\d|1[0-4]):[0-5]\d", text, re.ASCII
    ):
        raise Wrong("time_zone", found=shown(text))
    return text


def field_name(text: str) -> str:
    """The name of a field of a log: letters, digits, point, hyphen and underscore, perhaps after "@"; at most 64."""
    if not re.fullmatch(r"[A-Za-z_@][A-Za-z0-9_.-]{0,63}", text):
        raise Wrong("field_name", found=shown(text))
    return text


def trace_id(text: str) -> str:
    """The id of a message as it stands in a log: 6 to 128 characters without spaces."""
    if not re.fullmatch(r"[^\s\"']{6,128}", text):
        raise Wrong("trace_id", found=shown(text))
    return text


def distribution_id(text: str) -> str:
    """The id that a förmedlare gave for a consignment: 1 to 50 characters without spaces (Message/v3)."""
    if not re.fullmatch(r"[!-~]{1,50}", text):
        raise Wrong("distribution_id", found=shown(text))
    return text


def variable(text: str) -> str:
    """The name of an environment variable. What is wrong is not shown: it may be the password itself."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", text):
        raise Wrong("password_env")
    return text


LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"


def shown(text: str, limit: int = 80) -> str:
    """A text as an error may show it: no personal identity number, no control character, not too long."""
    masked = personal.mask(tight(text))[: limit + 1]
    plain = "".join(c if not forbidden(c) else f"\\u{ord(c):04x}" for c in masked)
    return plain if len(masked) <= limit else plain[:limit] + "..."


def forbidden(text: str, allowed: str = "") -> str:
    """The first character, as U+XXXX, that is not seen but changes what is: control, direction, line, half a pair."""
    if text.isascii() and text.isprintable():
        return ""
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    found = (c for c in text if c not in allowed and unicodedata.category(c) in categories)
    return next((f"U+{ord(c):04X}" for c in found), "")


def tight(text: str) -> str:
    """The text with a space or a dash between six or eight digits and four written as a hyphen."""
    return re.sub(r"(?<=\d{6})[ \u00a0\u2010-\u2015\u2212](?=\d{4}(?!\d))", "-", text)


def _as_id(text: str) -> str:
    """The nearest thing to that text that is an id."""
    plain = unicodedata.normalize("NFKD", personal.mask(tight(text)).lower()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:64] or "nod-1"


def _idna(text: str) -> str:
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--..."


def _ipv6(text: str) -> None:
    try:
        IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise Wrong("host", found=shown(text)) from None


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return "192.0.2.0/24"
