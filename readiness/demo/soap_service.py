"""How does the example förmedlare answer over HTTP? A SOAP 1.1 service that shows its WSDL, and its built-in quirks.

Pure: a request in, an answer out; but the quirks that fetch do fetch, from loopback only.
It delivers nothing: whatever its schema allows is answered as not yet processed. Left out: TLS (`servers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener
from xml.sax.saxutils import escape

from lxml import etree

from readiness.contract.names import COMMON_V3, OPERATIONS, SOAP_11, WSDL_11
from readiness.contract.schemas import load_contract

MESSAGE_LIMIT = 2 * 1024 * 1024
READ_LIMIT = 3 * 1024 * 1024
HEAD_LIMIT = 16 * 1024
CALL_ID = "exempel-0000000000000001"
TRACE = (
    "java.lang.IllegalStateException: unexpected\n"
    "\tat se.exempel.formedling.Dispatcher.dispatch(Dispatcher.java:118)\n"
    "\tat org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:167)\n"
)
XML = "text/xml; charset=utf-8"
PRODUCT = "Apache Tomcat/9.0.65"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: header names in lower case. `client`: the organisation number (ten digits) in the certificate
    of whoever asks, "" where there is none."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    client: str = ""


@dataclass(frozen=True, slots=True)
class SoapService:
    """A service at `path` that shows `wsdl` at `path`?wsdl and its schemas at `path`/<file>.

    Quirks: no-wsdl, wsdl-elsewhere (a redirect), wsdl-lacks-operation, wsdl-other-action, wsdl-other-type,
    takes-anything, no-faults, stack-trace, product-version, expands-entities, fetches-dtds.
    """

    path: str
    wsdl: bytes
    schemas: Mapping[str, bytes] = field(default_factory=dict)
    operations: tuple[str, ...] = ()
    quirks: frozenset[str] = frozenset()

    @staticmethod
    def of(service: str, path: str, quirks: frozenset[str] = frozenset()) -> SoapService:
        """One of the services of the contract: Message, Recipient, Service, Authority."""
        contract = load_contract()
        wsdl = contract.wsdl(service, schemas=f"{path}/")
        schemas = dict(contract.schema_files())
        if "wsdl-lacks-operation" in quirks:
            wsdl = _without(wsdl, next(each.name for each in reversed(OPERATIONS) if each.service == service))
        if "wsdl-other-action" in quirks:
            wsdl = wsdl.replace(b'soapAction=""', b'soapAction="urn:exempel"')
        if "wsdl-other-type" in quirks:
            schemas = {
                name: data.replace(b'maxLength value="50"', b'maxLength value="36"') for name, data in schemas.items()
            }
        operations = tuple(each.request for each in OPERATIONS if each.service == service)
        return SoapService(path, wsdl, schemas, operations, quirks)

    def answer(self, request: Request) -> bytes:
        """The whole HTTP answer."""
        if request.method == "GET":
            return self._get(request.target)
        if request.method != "POST" or request.target != self.path:
            return self._http(404)
        if "takes-anything" in self.quirks:
            return self._http(200, envelope(""))
        if len(request.body) > MESSAGE_LIMIT:
            return self._fault("Client", 5005, "the message is larger than 2 MB")
        if not request.headers.get("content-type", "").startswith(("text/xml", "application/soap+xml")):
            return self._http(415)
        return self._soap(request.body)

    def _get(self, target: str) -> bytes:
        if target == f"{self.path}?wsdl" and "no-wsdl" not in self.quirks:
            if "wsdl-elsewhere" in self.quirks:
                return self._http(302, location="https://wsdl.exempel.example/tjanst?wsdl")
            return self._http(200, self.wsdl)
        file = self.schemas.get(target.removeprefix(f"{self.path}/"))
        return self._http(404) if file is None else self._http(200, file)

    def _soap(self, body: bytes) -> bytes:
        try:
            envelope = self._parse(body)
        except etree.XMLSyntaxError:
            return self._fault("Client", 5001, "the message is not well-formed XML")
        if envelope.getroottree().docinfo.doctype and "expands-entities" not in self.quirks:
            return self._fault("Client", 5001, "a SOAP message has no document type declaration")
        if envelope.tag != f"{{{SOAP_11}}}Envelope":
            return self._fault("VersionMismatch", 5001, "the message is not SOAP 1.1")
        asked = envelope.find(f"{{{SOAP_11}}}Body/*")
        if asked is None or asked.tag not in self.operations:
            return self._fault("Client", 5021, "there is no such operation")
        if load_contract().validate(asked):
            said = "".join(asked.itertext())[:200] if "expands-entities" in self.quirks else ""
            return self._fault("Client", 5001, f"the request does not follow the schema {said}".strip())
        return self._fault("Server", 5004, "the processing is not finished")

    def _parse(self, body: bytes) -> etree._Element:
        expands, fetches = "expands-entities" in self.quirks, "fetches-dtds" in self.quirks
        parser = etree.XMLParser(resolve_entities=expands, load_dtd=fetches, no_network=not fetches)
        if fetches:
            parser.resolvers.add(_Fetch())
        return etree.fromstring(body, parser)

    def _fault(self, code: str, number: int, said: str) -> bytes:
        if "no-faults" in self.quirks:
            return self._http(500, f"<html><body><h1>500</h1><p>{escape(said)}</p></body></html>".encode(), "text/html")
        trace = escape(TRACE) if "stack-trace" in self.quirks else ""
        detail = (
            f'<c:applicationFault xmlns:c="{COMMON_V3}"><c:ErrorCode>{number}</c:ErrorCode>'
            f"<c:Description>{escape(said)}</c:Description><c:CallId>{CALL_ID}</c:CallId></c:applicationFault>"
        )
        fault = (
            f"<e:Fault><faultcode>e:{code}</faultcode><faultstring>{escape(said)} {trace}</faultstring>"
            f"<detail>{detail}</detail></e:Fault>"
        )
        return self._http(500, envelope(fault))

    def _http(self, status: int, body: bytes = b"", media_type: str = XML, location: str = "") -> bytes:
        fields = [f"Location: {location}"] if location else []
        fields += [f"Server: {PRODUCT}"] if "product-version" in self.quirks else []
        return http(status, body, media_type, fields)


def http(status: int, body: bytes = b"", media_type: str = XML, fields: Sequence[str] = ()) -> bytes:
    """An HTTP answer."""
    head = [f"HTTP/1.1 {status} {PHRASES[status]}", "Connection: close", f"Content-Length: {len(body)}"]
    head += [f"Content-Type: {media_type}"] if body else []
    return "\r\n".join([*head, *fields, "", ""]).encode("ascii") + body


PHRASES = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    404: "Not Found",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}


def read_request(read: Callable[[], bytes]) -> Request | None:
    """One request, bounded; `read` gives some bytes, or b"" at the end. None where nothing whole came."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = read()
        if not more or len(data) > HEAD_LIMIT:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = fields.get("content-length", "0")
    wanted = int(length) if length.isdecimal() else 0
    if wanted > READ_LIMIT or len(first.split(" ")) != 3:
        return None
    parts = [body]
    left = wanted - len(body)
    while left > 0:
        if not (more := read()):
            return None
        parts.append(more)
        left -= len(more)
    method, target, _ = first.split(" ")
    return Request(method, target, fields, b"".join(parts))


def _without(wsdl: bytes, operation: str) -> bytes:
    """The WSDL without one of its operations."""
    root = etree.fromstring(wsdl)
    for node in root.findall(f".//{{{WSDL_11}}}operation[@name='{operation}']"):
        if (parent := node.getparent()) is not None:
            parent.remove(node)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def envelope(body: str) -> bytes:
    """A SOAP 1.1 message."""
    return f'<e:Envelope xmlns:e="{SOAP_11}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


class _Fetch(etree.Resolver):
    """The built-in defect itself: fetches what a request names, here from loopback alone."""

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        url = urlsplit(system_url or "")
        if url.scheme != "http" or url.hostname != "127.0.0.1":
            return self.resolve_empty(context)
        with build_opener(ProxyHandler({})).open(str(system_url), timeout=2) as found:
            return self.resolve_string(found.read(1024), context)
