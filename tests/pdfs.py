"""Small PDF files out of their objects, for tests that want one to be just so."""

from __future__ import annotations

import zlib

PAGE = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R {} >>"
)
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(objects: dict[int, bytes], trailer: str = "") -> bytes:
    """A file with these objects (1 is the catalogue) and a sound cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f")
    return bytes(out) + f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def stream(data: bytes, entries: str = "") -> bytes:
    """A stream object."""
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def packed(data: bytes, entries: str = "") -> bytes:
    """The same, deflated."""
    return stream(zlib.compress(data, 9), f"/Filter /FlateDecode {entries}")


def letter(
    content: bytes | str = "Hej, detta är ett brev från kommunen.", *, page: str = "", root: str = "", **more: bytes
) -> bytes:
    """One page: a text, or a content stream as bytes. `page` and `root` are further entries of theirs; `more` are
    objects, as o6=b"..."."""
    if isinstance(content, str):
        lines = [line.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)") for line in content.split("\n")]
        content = b"BT /F 11 Tf 14 TL 50 750 Td " + b" ".join(b"(%s) Tj T*" % line for line in lines) + b" ET"
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: PAGE.format(page).encode(),
        4: stream(content),
        5: HELVETICA,
    }
    return pdf(objects | {int(name[1:]): body for name, body in more.items()})
