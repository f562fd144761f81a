"""Ways to write a number, secrets, and lines of logs to put them into; for tests, and for benchmarks/logs.py."""

from __future__ import annotations

import base64
from collections.abc import Callable

Write = Callable[[str], bytes]


def _parted(digits: str, separator: str) -> str:
    return digits[:-4] + separator + digits[-4:]


def _base64(before: int, separator: str = "", *, century: bool = True) -> Write:
    text = ("pnr=xx=yyy="[: 3 + before] + "{}" + ";end of it").format
    skipped = 0 if century else 2
    return lambda digits: base64.b64encode(text(_parted(digits[skipped:], separator)).encode("ascii"))


def _utf16(encoding: str) -> Write:
    return lambda digits: f"<{digits}>".encode(encoding)


def _each(pattern: str, digits: str) -> bytes:
    return "".join(pattern.format(ord(digit)) for digit in digits).encode("ascii")


FORMS: dict[str, tuple[str, Write]] = {
    "twelve digits": ("plain", lambda d: d.encode()),
    "twelve with hyphen": ("plain", lambda d: _parted(d, "-").encode()),
    "ten digits": ("plain", lambda d: d[2:].encode()),
    "ten with hyphen": ("plain", lambda d: _parted(d[2:], "-").encode()),
    "ten with plus": ("plain", lambda d: _parted(d[2:], "+").encode()),
    "with space": ("plain", lambda d: _parted(d, " ").encode()),
    "with no-break space": ("plain", lambda d: _parted(d, "\u00a0").encode()),
    "with en dash": ("plain", lambda d: _parted(d, "\u2013").encode()),
    "with minus": ("plain", lambda d: _parted(d[2:], "\u2212").encode()),
    "hyphen in a URL": ("url", lambda d: _parted(d, "%2D").encode()),
    "space in a URL": ("url", lambda d: _parted(d[2:], "%20").encode()),
    "after an escaped space": ("plain", lambda d: b"q=nr%20" + d.encode()),
    "after an escaped letter": ("plain", lambda d: b"f\\u00f6r\\u00e5" + d.encode()),
    "every digit in a URL": ("url", lambda d: _each("%{:02X}", d)),
    "every digit in a URL, with hyphen": ("url", lambda d: _each("%{:02X}", _parted(d, "-"))),
    "hyphen in JSON": ("json", lambda d: _parted(d, "\\u002d").encode()),
    "dash in JSON": ("json", lambda d: _parted(d[2:], "\\u2013").encode()),
    "every digit in JSON": ("json", lambda d: _each("\\u{:04x}", d)),
    "every digit in JSON, with hyphen": ("json", lambda d: _each("\\u{:04x}", _parted(d[2:], "-"))),
    "hyphen in XML": ("xml", lambda d: _parted(d, "&#45;").encode()),
    "hyphen in XML, hex": ("xml", lambda d: _parted(d[2:], "&#x2D;").encode()),
    "every digit in XML": ("xml", lambda d: _each("&#{};", d)),
    "every digit in XML, hex": ("xml", lambda d: _each("&#x{:x};", _parted(d, "-"))),
    **{f"base64 at {place}": ("base64", _base64(place)) for place in range(3)},
    **{f"base64 at {place}, ten with hyphen": ("base64", _base64(place, "-", century=False)) for place in range(3)},
    **{f"base64 at {place}, twelve with plus": ("base64", _base64(place, "+")) for place in range(3)},
    "base64 alone": ("base64", lambda d: base64.b64encode(d.encode())),
    "base64 alone, padded": ("base64", lambda d: base64.b64encode(_parted(d, "-").encode())),
    "base64 alone, ten, no padding": ("base64", lambda d: base64.b64encode(d[2:].encode()).rstrip(b"=")),
    "hex": ("hex", lambda d: d.encode().hex().encode()),
    "hex in capitals, with hyphen": ("hex", lambda d: _parted(d[2:], "-").encode().hex().upper().encode()),
    "hex among other text": ("hex", lambda d: f"id 12 {d};".encode().hex().encode()),
    "UTF-16, little end first": ("utf-16", _utf16("utf-16-le")),
    "UTF-16, big end first": ("utf-16", _utf16("utf-16-be")),
}
"""Name -> (what the probe calls it, how twelve digits are written so)."""

LINES: dict[str, bytes] = {
    "syslog 3164": b"<13>Nov 30 12:00:01 app1 formedlare[4711]: lookup for %b done\n",
    "syslog 5424": b'<165>1 2026-11-30T12:00:01.003Z app1 formedlare 4711 ID47 [x@32473 a="1"] asked %b ok\n',
    "json lines": b'{"timestamp":"2026-11-30T12:00:01.003Z","level":"INFO","message":"asked","about":"%b","ms":12}\n',
    "log4j": b"2026-11-30 12:00:01,003 ERROR [exec-7] s.e.Sender - refused %b\n"
    b"java.io.IOException: no\n\tat s.e.A.b(A.java:7)\n",
    "w3c": b"2026-11-30 12:00:01 10.0.0.1 GET /api/person id=%b 443 - 10.0.0.2 Mozilla/5.0 - 200 0 0 15\n",
    "nginx": b'10.0.0.2 - - [30/Nov/2026:12:00:01 +0100] "GET /person?id=%b&x=1 HTTP/1.1" 200 151 "-" "curl/8"\n',
    "csv": b'"Information","2026-11-30 12:00:01","Service","7036","None","asked about %b","SRV1"\n',
    "key=value": b"time=2026-11-30T12:00:01Z level=info op=isReachable value=%b dur=0.003127 status=200\n",
    "xml": b'<ns2:recipientId xmlns:ns2="http://minameddelanden.gov.se/schema/Recipient/v3">%b</ns2:recipientId>\n',
    "journal export": b"__REALTIME_TIMESTAMP=1796036401003127\n_HOSTNAME=app1\nMESSAGE=asked about %b\n\n",
}
"""Source format -> one record, with a place for a value."""

KEY_LINES = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" + letter * 12 for letter in "abcdef")
PDF = base64.b64encode(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\n<< /Type /Catalog >>\nendobj\n" * 3)
ENVELOPE = (
    b'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    b'<deliverSecure xmlns="http://minameddelanden.gov.se/schema/Service/v3"></deliverSecure></S:Body></S:Envelope>'
)
TEXT = base64.b64encode("Hej! Du har beviljats en plats på förskolan Ängen från den 1 mars.".encode())
SECRETS: dict[str, tuple[str, bytes]] = {
    "key": ("private_keys", f"-----BEGIN PRIVATE KEY-----\n{KEY_LINES}\n-----END PRIVATE KEY-----".encode()),
    "key in JSON": (
        "private_keys",
        f"-----BEGIN RSA PRIVATE KEY-----\\n{KEY_LINES.replace(chr(10), chr(92) + 'n')}".encode(),
    ),
    "bearer": ("bearer_tokens", b"Authorization: Bearer 7f3kQz81LmNo55pqRsTuVwXy"),
    "bearer in JSON": ("bearer_tokens", b'"authorization":"bearer 7f3kQz81LmNo55pqRsTuVwXy-_."'),
    "web token": ("bearer_tokens", b"token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"),
    "password for a database": ("passwords_in_urls", b"postgresql://app:hunter2secret@db.example:5432/post"),
    "password as a parameter": ("passwords_in_urls", b"https://post.example/login?user=app&password=hunter2secret&x=1"),
    "password in Swedish": ("passwords_in_urls", b"https://post.example/in?l%C3%B6senord=hunter2secret"),
    "password for JDBC": ("passwords_in_urls", b"jdbc:sqlserver://db.example;user=app;password=hunter2secret;"),
    "PDF": ("message_bodies", b"attachment=" + PDF),
    "PDF in JSON": ("message_bodies", b'"data":"' + PDF.replace(b"/", b"\\/").replace(b"+", b"\\u002B") + b'"'),
    "our XML": ("message_bodies", b"payload=" + base64.b64encode(ENVELOPE)),
    "body": ("message_bodies", b"<ns3:Body>" + TEXT + b"</ns3:Body>"),
    "body in escaped XML": ("message_bodies", b"&lt;Body&gt;" + TEXT + b"&lt;/Body&gt;"),
}
"""Name -> (the fact that counts it, what stands in the log)."""
