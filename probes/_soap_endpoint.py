"""Which SOAP service does an endpoint claim to have, and which contract was published for it?

The contract is that of the run, for the services of Mina meddelanden, or the supplier's files that the profile names.
Left out: what the endpoint serves (`soap_contract`), and how it answers (`soap_faults`).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from probes._soap_xml import parse
from probes._tls import endpoint_of
from probes._wsdl import looks_like_wsdl
from probes._wsdl_documents import Documents, gather
from readiness.contract.schemas import Contract
from readiness.model import Reason, Target
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Session

SERVICES = {"recipient": "Recipient", "service": "Service", "message": "Message", "authority": "Authority"}
PUBLISHED = "https://published.invalid/"
"""Stands in front of the names of published files; nothing is ever fetched there."""


def check_soap(target: Target) -> None:
    """CannotObserve(not_configured) where the profile says of no SOAP service at the endpoint."""
    if target.says("interface") != "soap":
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile does not say that {target.id} serves SOAP")


def path_of(target: Target) -> str:
    """The path of the service."""
    return str(target.says("path") or "/")


def wsdl_url(target: Target) -> str:
    """Where the endpoint should show its WSDL."""
    endpoint = endpoint_of(target)
    host = endpoint.server_name or endpoint.host
    host = f"[{host}]" if ":" in host else host
    return f"https://{host}:{endpoint.port}{target.says('wsdl_path') or path_of(target) + '?wsdl'}"


async def get(session: Session, target: Target, url: str) -> HttpAnswer:
    """What the endpoint answers to a GET of a URL of its own."""
    return await session.request(target, get_request(url))


def get_request(url: str) -> HttpRequest:
    """A GET of a URL. CannotObserve(not_understood) where it is none."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "a location that is no URL")
    return HttpRequest("GET", path)


def holds_wsdl(answer: HttpAnswer) -> bool:
    """Whether an answer is a WSDL 1.1."""
    try:
        return answer.status == 200 and looks_like_wsdl(parse(answer.body, "the answer"))
    except CannotObserve:
        return False


async def published(target: Target, session: Session) -> Documents:
    """The documents of the contract that the endpoint should follow. CannotObserve where none is named or readable."""
    if contract := str(target.says("soap") or ""):
        return _of_mina_meddelanden(SERVICES[contract], session.contract())
    if file := str(target.says("wsdl_file") or ""):
        folder = Path(file).parent

        async def read(url: str) -> bytes:
            return session.read_file(str(folder / unquote(urlsplit(url).path).lstrip("/")))

        documents = await gather(f"{PUBLISHED}{Path(file).name}", session.read_file(file), read)
        if documents.start not in documents.texts:
            raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{file} is no XML without DTD")
        return documents
    raise CannotObserve(Reason.NOT_CONFIGURED, f"no published contract is named for {target.id}")


def _of_mina_meddelanden(service: str, contract: Contract) -> Documents:
    if service not in contract.services:  # a folder of Digg's files need not hold them all
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the contract {contract.name} has no WSDL for {service}")
    start = f"{PUBLISHED}{service}.wsdl"
    files = {urljoin(PUBLISHED, path): data for path, data in contract.schema_files().items()}
    return Documents(start, {start: contract.wsdl(service), **files})
