"""Which documents does a contract allow: our own v3 schemas, or a folder of Digg's?

One API for both. The schemas are compiled once, from bytes that were read before: compiling opens no file and no
socket. Left out: how a folder is read (folder.py); SOAP envelopes (a caller gives what is inside Body, or in detail).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from readiness.contract.folder import EXPORT, Reading, parse, read_folder
from readiness.contract.lexical import base64_elements, stray_base64
from readiness.contract.names import COMMON_V3, MESSAGE_V3, RECIPIENT_V3, SERVICE_V3, WSDL_11_SOAP, XML_SCHEMA
from readiness.contract.wording import Fault, faults_of, not_xml, standing_in, with_stray_base64
from readiness.errors import ContractError
from readiness.errors import Fault as FileFault

OWN: Final = Path(__file__).parent / "schemas"
NEEDED: Final = (COMMON_V3, MESSAGE_V3, RECIPIENT_V3, SERVICE_V3)
BASE: Final = "contract:///"

__all__ = ["Contract", "Fault", "load_contract"]


class Contract:
    """A set of WSDL and XSD files of version 3."""

    def __init__(self, name: str, reading: Reading, schema: etree.XMLSchema) -> None:
        self.name: Final = name
        self.sha256: Final = _digest(reading.files)
        self.services: Final = tuple(sorted(reading.wsdl))
        """Names of the services that have a WSDL: of Authority, Message, Notification, Recipient, Service."""
        self._wsdl = dict(reading.wsdl)
        self._files = dict(reading.files)
        self._schema = schema
        roots = (parse(data) for data in (*reading.files.values(), *reading.inline.values()))
        self._base64 = base64_elements(roots)
        self._lock = Lock()  # lxml keeps the errors of the last validation on the schema

    def wsdl(self, service: str, *, address: str = "", schemas: str = "") -> bytes:
        """The WSDL of one of `services`; KeyError for another name.

        With `address` every soap:address says that URL; with `schemas` the schema locations are what `schema_files`
        calls the files, with that in front. Empty: as it stands in the file.
        """
        path = self._wsdl[service]
        if not address and not schemas:
            return self._files[path]
        root = parse(self._files[path])
        for port in root.iter(f"{{{WSDL_11_SOAP}}}address") if address else ():
            port.set("location", address)
        for lead in root.iter(f"{{{XML_SCHEMA}}}import") if schemas else ():
            if location := lead.get("schemaLocation"):
                lead.set("schemaLocation", schemas + location)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def schema_files(self) -> Mapping[str, bytes]:
        """The XSD files by their path from the WSDLs' folder, forward slashes: what a server hands out beside them."""
        wsdl = set(self._wsdl.values())
        return MappingProxyType({path: data for path, data in sorted(self._files.items()) if path not in wsdl})

    def validate(self, document: etree._Element | bytes) -> tuple[Fault, ...]:
        """What is wrong with a document, in its order, 100 things at most; nothing where the schemas allow it.

        A root named SignedDelivery or SealedDelivery is read as that type, though no global element has the name: it is
        how deliveries stand when they are signed (C§6.2). Words never quote what the document says, only how things in
        it are called. Never raises on what a peer sent.
        """
        if isinstance(document, bytes):
            try:
                document = parse(document)
            except etree.XMLSyntaxError as error:
                return not_xml(error)
            if document.getroottree().docinfo.doctype:
                return (Fault(1, "", "a document type declaration is not allowed in SOAP 1.1"),)
        judged, shown = standing_in(document)
        with self._lock:
            told = () if self._schema.validate(judged) else faults_of(self._schema.error_log, judged, shown)
        return with_stray_base64(told, stray_base64(judged, self._base64), judged, shown)


def load_contract(folder: Path | None = None) -> Contract:
    """Our own contract, or the one in a folder (Digg's files as published). Raises ContractError."""
    return _own() if folder is None else _load(folder.resolve().name, folder)


@cache
def _own() -> Contract:
    return _load("mm-readiness v3", OWN)


def _load(name: str, folder: Path) -> Contract:
    reading = read_folder(folder)
    missing = [namespace for namespace in NEEDED if namespace not in reading.schemas]
    if missing:
        wrong = f"not version 3 of the contract: nothing defines {', '.join(missing)}"
        raise ContractError([FileFault(str(folder), 0, "", wrong, EXPORT)])
    return Contract(name, reading, _compile(folder, reading))


def _compile(folder: Path, reading: Reading) -> etree.XMLSchema:
    """One schema of all namespaces."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    parser.resolvers.add(_Read({**reading.files, **reading.inline}))
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{BASE}{path}"/>'
        for namespace, path in sorted(reading.schemas.items())
    )
    try:
        return etree.XMLSchema(etree.fromstring(f'<xs:schema xmlns:xs="{XML_SCHEMA}">{imports}</xs:schema>', parser))
    except etree.XMLSchemaParseError as error:
        faults = [FileFault(_path(e.filename), e.line, "", e.message.strip(), EXPORT) for e in error.error_log]
        raise ContractError(faults or [FileFault(str(folder), 0, "", str(error), EXPORT)]) from None


class _Read(etree.Resolver):
    """Hands libxml2 what was read, and nothing else."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def resolve(
        self,
        system_url: str | None,
        public_id: str | None,  # noqa: ARG002
        context: Any,
    ) -> etree._docloader._InputDocument | None:
        data = self._documents.get(_path(system_url or ""))
        if data is None:
            return self.resolve_empty(context)
        return self.resolve_string(data, context, base_url=system_url)


def _path(url: str) -> str:
    return url.removeprefix(BASE)


def _digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over paths and contents, line ends as LF: the same on a checkout that turned them."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(data.replace(b"\r\n", b"\n")).digest())
    return digest.hexdigest()
