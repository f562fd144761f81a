"""What do verksamhetssystem get wrong in a letter? The known faults that show in what is sent, by name (C section 12).

Each takes a letter and its place in the run (from 0), and gives the letter as the faulty system would write it.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from readiness.demo.sending.letter import Letter, base64, md5

Quirk = Callable[[int, Letter], Letter]
TWO_MB = 2 * 1024 * 1024


def apply(letters: Sequence[Letter], quirks: Iterable[str], first: int = 0) -> list[Letter]:
    """The letters with those of the quirks that concern letters; `first` is the place of the first of them."""
    wanted = [QUIRKS[name] for name in quirks if name in QUIRKS]
    changed = list(letters)
    for quirk in wanted:
        changed = [quirk(place, letter) for place, letter in enumerate(changed, first)]
    return changed


def _of_all(**values: str) -> Quirk:
    return lambda _, letter: replace(letter, **values)  # type: ignore[arg-type]


def _of_first(change: Callable[[Letter], Letter]) -> Quirk:
    return lambda place, letter: letter if place else change(letter)


def _encoded_twice(_: int, letter: Letter) -> Letter:
    once = letter.attachment.encode("ascii")
    body = base64(letter.body.encode("ascii"))
    return replace(letter, body=body, attachment=base64(once), checksum=md5(once))


def _with_sha1(_: int, letter: Letter) -> Letter:
    data = b64decode(letter.attachment)
    return replace(letter, checksum=hashlib.sha1(data, usedforsecurity=False).hexdigest())


def _with_markup(markup: str) -> Quirk:
    """That markup before the end of every HTML body."""

    def change(_: int, letter: Letter) -> Letter:
        if letter.body_type != "text/html":
            return letter
        return _rewritten(letter, lambda text: text.replace("</body>", f"{markup}</body>"))

    return change


def _rewritten(letter: Letter, change: Callable[[str], str], encoding: str = "utf-8") -> Letter:
    return replace(letter, body=base64(change(b64decode(letter.body).decode("utf-8")).encode(encoding)))


def _padded(octets: int) -> Quirk:
    """The first letter's attachment with so many bytes more, which a reader of PDF passes over."""

    def change(letter: Letter) -> Letter:
        data = b64decode(letter.attachment) + b"\n" * octets
        return replace(letter, attachment=base64(data), checksum=md5(data))

    return _of_first(change)


def _with_the_number(_: int, letter: Letter) -> Letter:
    return replace(letter, subject=f"{letter.subject}, {letter.recipients[0]}")


def _also_to_another(letter: Letter) -> Letter:
    """To the same person under a second mention: what counts is that the header names two."""
    return replace(letter, recipients=letter.recipients * 2)


QUIRKS: Mapping[str, Quirk] = {
    "encoded-twice": _encoded_twice,
    "checksum-sha-1": _with_sha1,
    "attachment-type": _of_all(attachment_type="application/octet-stream", file_name="beslut.dat"),
    "body-type": lambda _, letter: (
        replace(letter, body_type="text/xml") if letter.body_type == "text/plain" else letter
    ),
    "body-empty": _of_first(lambda letter: replace(letter, body_type="text/plain", body="")),
    "body-latin-1": lambda _, letter: _rewritten(letter, lambda text: text, "latin-1"),
    "external-image": _with_markup('<img src="https://bilder.exempelby.example/vapen.png" alt="">'),
    "script": _with_markup("<script>document.title = document.title</script>"),
    "link-elsewhere": lambda _, letter: _rewritten(
        letter, lambda text: text.replace("www.exempelby", "www.nagonannan")
    ),
    "link-without-https": lambda _, letter: _rewritten(letter, lambda text: text.replace("https://", "http://")),
    "message-id-repeated": _of_all(id="6b1f9c0e-70a8-4f5b-9a53-1d7f4f0c2a10"),
    "message-id-personal": lambda _, letter: replace(letter, id=letter.recipients[0]),
    "language": _of_all(language="sv_SE"),
    "subject-empty": _of_first(lambda letter: replace(letter, subject="")),
    "subject-personal": _with_the_number,
    "subject-varies": _of_first(lambda letter: replace(letter, subject=f"VIKTIGT! {letter.subject}")),
    "sender-name-varies": _of_first(lambda letter: replace(letter, sender_name=f"{letter.sender_name}, förskolan")),
    "support-email-empty": _of_all(support_email="-"),
    "two-recipients": _of_first(_also_to_another),
    "over-2-mb": _padded(TWO_MB),
    "over-2-mb-in-base64": _padded(TWO_MB * 7 // 8),
}
