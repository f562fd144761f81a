"""Which WSDL and XSD files does a folder hold, and what do they name?

Reads the WSDL files at the top of the folder and every schema that they lead to, and nothing else: no network, no DTD,
no entity, no place outside the folder. All that is wrong is told at once. Left out: what they allow (schemas.py).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from readiness.contract.names import WSDL_11, XML_SCHEMA
from readiness.errors import ContractError, Fault

FILES_AT_MOST: Final = 200
BYTES_AT_MOST: Final = 2_000_000
"""Of one file. The largest in public use (a list of currencies) is 41 kB."""

LOCATION = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*", re.ASCII)
LEADS: Final = tuple(f"{{{XML_SCHEMA}}}{name}" for name in ("import", "include", "redefine"))
EXPORT: Final = "Give the folder as Digg publishes it, with Recipient.wsdl and Service.wsdl at the top"


@dataclass(slots=True)
class Reading:
    """What a folder held. Paths have forward slashes and start at the folder."""

    wsdl: dict[str, str] = field(default_factory=dict)
    """Service name -> path."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Path -> bytes: every WSDL and every schema that they lead to."""
    schemas: dict[str, str] = field(default_factory=dict)
    """Namespace -> path, as imported; a schema inside a WSDL is `<path>#types`."""
    inline: dict[str, bytes] = field(default_factory=dict)
    """`<path>#types` -> the schema inside that WSDL, standing alone."""
    faults: list[Fault] = field(default_factory=list)


def read_folder(folder: Path) -> Reading:
    """Read it. Raises ContractError with everything that is wrong."""
    reading = Reading()
    try:
        tops = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".wsdl")
    except OSError as error:
        raise ContractError(
            [Fault(str(folder), 0, "", f"the folder cannot be read ({error.strerror})", EXPORT)]
        ) from None
    if not tops:
        reading.faults.append(Fault(str(folder), 0, "", "no .wsdl file at the top of the folder", EXPORT))
    queue = [(name, str(folder), 0) for name in tops]
    for path, asker, line in queue:
        if len(reading.files) == FILES_AT_MOST:
            reading.faults.append(Fault(str(folder), 0, "", f"more than {FILES_AT_MOST} files", EXPORT))
            break
        if path not in reading.files and (root := _open(folder, path, (asker, line), reading)) is not None:
            queue.extend(_leads(root, path, reading))
    if reading.faults:
        raise ContractError(reading.faults)
    return reading


def parse(data: bytes, base_url: str | None = None) -> etree._Element:
    """The root of a small trusted-by-nobody document. Raises etree.XMLSyntaxError; entities stay unread."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(data, parser, base_url=base_url)


def _open(folder: Path, path: str, asker: tuple[str, int], reading: Reading) -> etree._Element | None:
    """The file's root, its bytes kept; None where a fault was told instead."""
    data = _bytes(folder, path, asker, reading)
    if data is None:
        return None
    try:
        root = parse(data)
    except etree.XMLSyntaxError as error:
        reading.faults.append(Fault(path, error.lineno or 0, "", f"not XML: {error.msg}", "Fetch the file again"))
        return None
    if root.getroottree().docinfo.doctype:
        cure = "Take the DOCTYPE out; WSDL and schema files need none"
        reading.faults.append(Fault(path, 1, "", "has a document type declaration, which is never read", cure))
        return None
    reading.files[path] = data
    return root


def _bytes(folder: Path, path: str, asker: tuple[str, int], reading: Reading) -> bytes | None:
    """What the file holds; None where it lies outside, is missing, cannot be read or is too large, and that is told."""
    place = folder / path
    data = None
    try:
        if not place.resolve().is_relative_to(folder.resolve()):
            fault = Fault(*asker, path, "leads out of the folder", "Keep all files of the contract in one folder")
        elif not place.is_file():
            fault = Fault(*asker, path, "there is no such file", "Add the missing file")
        else:
            with place.open("rb") as file:
                data = file.read(BYTES_AT_MOST + 1)
            fault = Fault(path, 0, "", f"larger than {BYTES_AT_MOST} bytes", EXPORT)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        fault = Fault(*asker, path, f"the file cannot be read ({error})", "Mend the file or its rights")
    if data is None or len(data) > BYTES_AT_MOST:
        reading.faults.append(fault)
        return None
    return data


def _leads(root: etree._Element, path: str, reading: Reading) -> list[tuple[str, str, int]]:
    """Where a WSDL or a schema leads to: (path, by whom, line). What it names is noted in the reading."""
    if root.tag == f"{{{WSDL_11}}}definitions":
        _note_wsdl(root, path, reading)
    elif root.tag != f"{{{XML_SCHEMA}}}schema":
        name = etree.QName(root).localname
        reading.faults.append(
            Fault(path, root.sourceline or 0, "", f"neither WSDL 1.1 nor XML Schema, but {name}", EXPORT)
        )
        return []
    found = []
    for lead in root.iter(*LEADS):
        location = lead.get("schemaLocation")
        if location is None:
            continue
        target = _inside(path, location)
        line = lead.sourceline or 0
        if target is None:
            cure = "Put the file into the folder and name it by a relative path"
            reading.faults.append(
                Fault(path, line, "schemaLocation", f"leads out of the folder: {location[:200]}", cure)
            )
            continue
        found.append((target, path, line))
        if lead.tag == LEADS[0]:
            _note_schema(lead.get("namespace", ""), target, (path, line), reading)
    return found


def _inside(path: str, location: str) -> str | None:
    """The location, seen from the file at `path`, as a path from the folder; None where it is no place inside."""
    if not LOCATION.fullmatch(location):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), location))
    return None if target.startswith("..") else target


def _note_wsdl(root: etree._Element, path: str, reading: Reading) -> None:
    for imported in root.iterchildren(f"{{{WSDL_11}}}import"):
        cure = "Give one WSDL file for each service"
        reading.faults.append(Fault(path, imported.sourceline or 0, "import", "wsdl:import is not read", cure))
    for service in root.iterchildren(f"{{{WSDL_11}}}service"):
        reading.wsdl.setdefault(service.get("name", ""), path)
    for schema in root.iterfind(f"{{{WSDL_11}}}types/{{{XML_SCHEMA}}}schema"):
        namespace = schema.get("targetNamespace")
        if namespace:
            name = f"{path}#types"
            reading.inline[name] = etree.tostring(schema, encoding="UTF-8", xml_declaration=True)
            _note_schema(namespace, name, (path, schema.sourceline or 0), reading)


def _note_schema(namespace: str, path: str, place: tuple[str, int], reading: Reading) -> None:
    known = reading.schemas.setdefault(namespace, path)
    if known != path:
        wrong = f"{namespace} is in {known} and in {path}"
        reading.faults.append(Fault(*place, "namespace", wrong, "Keep one version of the contract in the folder"))
