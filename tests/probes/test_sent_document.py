"""Does the probe tell what a PDF is and says, doubt what it cannot read, and survive what it is given?"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import accumulate
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_string
from pyhanko.pdf_utils.generic import NameObject as Name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter
from pypdf.constants import UserAccessPermissions

from probes import sent_document
from probes._documents.child import answer
from probes._documents.copies import read_copies
from probes._documents.desk import Desk
from probes._documents.signing import read_signing
from probes._documents.structure import read_structure
from probes._documents.words import read_words
from probes._documents.work import PARTS, Answers, Asked, Document
from readiness.contract.persons import test_persons as persons
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve
from tests.conftest import NOON, look, session_for
from tests.demo.write_letters import LETTERS, SIGNED_AT, as_asn1, as_key, certified
from tests.pdfs import HELVETICA, PAGE, letter, packed, pdf, stream

ANCHOR = (LETTERS / "underskrift-ca.pem").read_bytes()
DECISION, DRAFT, SUMMONS = ((LETTERS / f"{name}.pdf").read_bytes() for name in ("beslut", "beslut-utkast", "kallelse"))
PERSONS = [one.number for one in persons()[:3]]
APPEAL = ("överklag", "tre veckor|3 veckor")
TEXT = "Hej, detta är ett brev från kommunen."


def structure(data: bytes, language: str = "sv") -> Answers:
    return read_structure(data, language)


def words(
    data: bytes, *phrases: str, needed: int | None = 1, domains: tuple[str, ...] | None = ("a.example",)
) -> Answers:
    return read_words(data, Asked("sv", phrases, needed, domains))


def signing(data: bytes, *anchors: bytes, now: datetime = NOON) -> Answers:
    return read_signing(data, anchors or (ANCHOR,), now)


def reason(value: object) -> Reason:
    assert isinstance(value, Unseen), value
    return value.reason


def refused(data: bytes) -> Reason:
    with pytest.raises(CannotObserve) as caught:
        structure(data)
    return caught.value.unseen.reason


# -- How it is built


@pytest.mark.parametrize(
    ("box", "others"),
    [
        ("0 0 595 842", 0),
        ("0 0 842 595", 0),
        ("10 10 605.276 851.89", 0),
        ("0 0 600.9 842", 0),
        ("0 0 601 842", 1),
        ("0 0 612 792", 1),
        ("0 0 297.5 421 ] /UserUnit 2 /Ignored [", 0),
        ("0 0 842 1191 ] /CropBox [0 0 595 842", 0),
        ("0 0 595 842 ] /CropBox [0 0 420 595", 1),
    ],
)
def test_a_page_is_a4_by_what_is_shown_of_it(box: str, others: int) -> None:
    found = structure(letter().replace(b"0 0 595 842", box.encode()))
    assert (found["pages"], found["pages_not_a4"]) == (1, others)


FONTS = {
    "standard": (HELVETICA, 1),
    "with a descriptor only": (b"<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor << /Flags 32 >> >>", 1),
    "in the file": (b"<< /Type /Font /Subtype /TrueType /FontDescriptor << /FontFile2 6 0 R >> >>", 0),
    "drawn": (b"<< /Type /Font /Subtype /Type3 >>", 0),
    "composite": (b"<< /Subtype /Type0 /DescendantFonts [<< /FontDescriptor << /FontFile3 6 0 R >> >>] >>", 0),
    "composite, left out": (b"<< /Subtype /Type0 /DescendantFonts [<< /FontDescriptor << >> >>] >>", 1),
}


@pytest.mark.parametrize("name", FONTS)
def test_a_font_is_in_the_file_or_not(name: str) -> None:
    font, missing = FONTS[name]
    found = structure(letter(o5=font, o6=stream(b"font")))
    assert (found["fonts"], found["fonts_not_embedded"]) == (1, missing)


def test_fonts_of_forms_count_and_the_same_font_counts_once() -> None:
    form = stream(
        b"", "/Type /XObject /Subtype /Form /Resources << /Font << /G 5 0 R /H 7 0 R >> /XObject << /X 6 0 R >> >>"
    )
    data = letter(o6=form, o7=HELVETICA).replace(
        b"/Font << /F 5 0 R >>", b"/Font << /F 5 0 R >> /XObject << /X 6 0 R >>"
    )
    found = structure(data)
    assert (found["fonts"], found["fonts_not_embedded"]) == (2, 2)


@pytest.mark.parametrize(
    ("stated", "declared", "same"),
    [("sv", "sv", True), ("sv-SE", "sv", True), ("SV", "sv", True), ("en-GB", "sv", False), ("", "sv", False),
     ("fi", "fi", True), ("svenska", "sv", False), ("sv SE", "sv", False)],
)  # fmt: skip
def test_a_language_is_held_against_the_declared_one_by_its_primary_tag(stated: str, declared: str, same: bool) -> None:
    assert structure(letter(root=f"/Lang ({stated})"), declared)["language_as_declared"] is same


def test_a_document_without_a_language_states_none() -> None:
    assert structure(letter())["language_as_declared"] is False


TREE = b"<< /Type /StructTreeRoot /K 7 0 R /RoleMap << /Rubrik /H2 /Bild /Figure >> >>"
ELEMENTS = (
    b"<< /S /Document /K [<< /S /Rubrik /P 7 0 R >> << /S /H1 >> << /S /P /K [0 << /Type /MCR /MCID 1 >>] >>"
    b" << /S /Bild /Alt (karta) >> << /S /Figure /ActualText (A) >> << /S /Figure >> 7 0 R] >>"
)


def test_tags_are_counted_through_the_roles_that_they_are_mapped_to() -> None:
    found = structure(letter(root="/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R", o6=TREE, o7=ELEMENTS))
    assert [found[name] for name in ("tagged", "elements", "headings", "figures_without_text")] == [True, 7, 2, 1]


@pytest.mark.parametrize(
    ("root", "tree"),
    [
        ("/MarkInfo << /Marked true >>", TREE),
        ("/StructTreeRoot 6 0 R", TREE),
        ("/MarkInfo << /Marked false >> /StructTreeRoot 6 0 R", TREE),
        ("/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R", b"<< /Type /StructTreeRoot >>"),
    ],
)
def test_a_document_is_tagged_where_it_says_so_and_has_tags(root: str, tree: bytes) -> None:
    assert structure(letter(root=root, o6=tree, o7=ELEMENTS))["tagged"] is False


EVERYTHING = UserAccessPermissions.all()


def encrypted(user: str, permissions: UserAccessPermissions = EVERYTHING) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(letter()))
    writer.encrypt(user, "owner", permissions_flag=permissions, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_encryption_that_asks_for_no_password_is_told_with_whether_it_lets_itself_be_printed() -> None:
    found = structure(encrypted(""))
    assert [found[name] for name in ("encryption", "printing", "pages")] == ["opens_without_password", True, 1]
    barred = structure(encrypted("", UserAccessPermissions.EXTRACT))
    assert [barred[name] for name in ("encryption", "printing", "pages")] == ["opens_without_password", False, 1]
    assert structure(letter())["encryption"] == "none"


def test_a_document_behind_a_password_says_so_and_nothing_else() -> None:
    data = encrypted("secret")
    found = structure(data)
    assert found.pop("encryption") == "password_needed"
    assert found.pop("bytes") == len(data)
    assert len(found) == 12
    assert {reason(value) for value in found.values()} == {Reason.CREDENTIALS_NEEDED}
    for part in ("words", "signing"):
        assert reason(answer(part, Document(data), NOON.isoformat())["*"]) is Reason.CREDENTIALS_NEEDED


ACTS = {
    "javascript": {"root": "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"},
    "launch": {"page": "/Annots [<< /Subtype /Link /A << /S /Launch /F (a.exe) >> >>]"},
    "open_action": {"root": "/OpenAction << /S /Named /N /Print >>"},
    "additional_actions": {"page": "/AA << /O << /S /Named /N /Print >> >>"},
    "attachment": {"root": "/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>", "o6": b"<< /Type /Filespec >>"},
    "submit_form": {"page": "/Annots [<< /Subtype /Widget /A << /S /SubmitForm /F (http://a) >> >>]"},
    "xfa": {"root": "/AcroForm << /Fields [] /XFA (x) >>"},
    "rich_media": {"page": "/Annots [<< /Subtype /RichMedia >>]"},
}


@pytest.mark.parametrize("name", ACTS)
def test_what_acts_in_a_document_is_named(name: str) -> None:
    assert structure(letter(**ACTS[name]))["active_content"] == (name,)  # type: ignore[arg-type]


def test_going_to_a_page_when_it_is_opened_is_no_act() -> None:
    for action in ("[3 0 R /Fit]", "<< /S /GoTo /D [3 0 R /Fit] >>"):
        assert structure(letter(root=f"/OpenAction {action}"))["active_content"] == ()


# -- What it says


@pytest.mark.parametrize(
    "text",
    ["Beslutet kan överklagas inom tre veckor.", "ÖVERKLAGANDE: 3 veckor", "Hur man över-\nklagar: inom tre\nveckor"],
)
def test_a_notice_of_appeal_is_found_however_it_is_broken(text: str) -> None:
    found = words(letter(text), *APPEAL)
    assert (found["appeal_phrases"], found["appeal_phrases_missing"]) == (2, ())


def test_phrases_that_stand_nowhere_are_named_by_the_words_that_were_asked_for() -> None:
    assert words(letter("Beslutet kan överklagas."), *APPEAL)["appeal_phrases_missing"] == ("tre veckor|3 veckor",)


IMAGE = stream(b"\x00", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray")
WITH_IMAGE = b"BT /F 11 Tf 50 750 Td (Detta brev har en bild med mer text) Tj ET q %d 0 0 %d 0 0 cm /I Do Q"
NO_LETTERS = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H"
    b" /DescendantFonts [<< /Subtype /CIDFontType2 /FontDescriptor << >> >>] >>"
)
ODD = b"<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+A /FontDescriptor << /Flags 4 >> >>"


def scanned(content: bytes, **more: bytes) -> bytes:
    with_image = letter(content, o6=IMAGE, **more)
    return with_image.replace(b"/Font << /F 5 0 R >>", b"/Font << /F 5 0 R >> /XObject << /I 6 0 R >>")


DOUBTFUL = {
    "a scanned page": scanned(b"q 595 0 0 842 0 0 cm /I Do Q"),
    "a scanned page with a text layer": scanned(WITH_IMAGE % (595, 842)),
    "a large picture": scanned(WITH_IMAGE % (400, 300)),
    "text in curves": letter(b"0 0 m 10 10 l 20 0 l f 30 0 m 40 10 l 50 0 l f"),
    "glyphs without letters": letter(b"BT /F 11 Tf <00010002000300040005> Tj ET" * 9, o5=NO_LETTERS),
    "a font with letters of its own": letter(o5=ODD),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_is_not_found_on_a_page_that_cannot_be_read_is_unseen(name: str) -> None:
    found = words(DOUBTFUL[name], *APPEAL)
    names = ("appeal_phrases_missing", "persons_beyond_needed", "links", "links_without_https", "links_elsewhere")
    assert {reason(found[name]) for name in names} == {Reason.NOT_UNDERSTOOD}


def test_what_is_found_on_a_page_that_cannot_be_read_is_found() -> None:
    text = b"BT /F 11 Tf 50 750 Td (Kan \xf6verklagas inom tre veckor, %s och %s, http://b.example/x) Tj ET"
    numbers = [number.encode() for number in PERSONS[:2]]
    found = words(scanned(text % (*numbers,) + b" q 595 0 0 842 0 0 cm /I Do Q"), *APPEAL)
    assert found["pages_read"] == 0
    assert found["appeal_phrases_missing"] == ()
    assert [found[name] for name in ("persons_beyond_needed", "links_without_https", "links_elsewhere")] == [1, 1, 1]


def test_a_coat_of_arms_and_a_blank_page_leave_no_doubt() -> None:
    assert words(scanned(WITH_IMAGE % (80, 80)))["pages_read"] == 1
    assert words(letter(b""))["pages_read"] == 1


def test_what_stands_in_a_form_is_read_too() -> None:
    field = "/Annots [<< /Subtype /Widget /FT /Tx /V (Det g\\345r att \\366verklaga inom tre veckor) >>]"
    assert words(letter(page=field), *APPEAL)["appeal_phrases_missing"] == ()


def number(place: int, form: str) -> str:
    whole = PERSONS[place]
    return {"12": whole, "12-": f"{whole[:8]}-{whole[8:]}", "10-": f"{whole[2:8]}-{whole[8:]}", "10": whole[2:]}[form]


@pytest.mark.parametrize(
    ("forms", "needed", "beyond"),
    [
        (("12", "12"), 1, 1),
        (("12-", "10-", "12"), 1, 2),
        (("12-", "10-"), 2, 0),
        (("12",), 0, 1),
        ((), 0, 0),
        (("10",), 1, 0),
    ],
)
def test_people_beyond_those_that_a_document_has_to_name_are_counted(
    forms: tuple[str, ...], needed: int, beyond: int
) -> None:
    text = "\n".join([TEXT, *(number(place, form) for place, form in enumerate(forms))])
    assert words(letter(text), needed=needed)["persons_beyond_needed"] == beyond


def test_one_number_written_in_several_ways_is_one_person() -> None:
    text = "\n".join([TEXT, *(number(0, form) for form in ("12", "12-", "10-", "10"))])
    assert words(letter(text))["persons_beyond_needed"] == 0


def test_ten_digits_alone_make_nobody_one_too_many() -> None:
    found = words(letter(f"{TEXT}\n{number(0, '12')}\n{number(1, '10')}"))
    assert reason(found["persons_beyond_needed"]) is Reason.NOT_UNDERSTOOD


def test_nobody_says_how_many_people_are_needed() -> None:
    assert reason(words(letter(), needed=None)["persons_beyond_needed"]) is Reason.NOT_CONFIGURED


def annotated(*uris: str) -> str:
    return "/Annots [" + " ".join(f"<< /Subtype /Link /A << /S /URI /URI ({uri}) >> >>" for uri in uris) + "]"


@pytest.mark.parametrize(
    ("uris", "text", "counts"),
    [
        ((), TEXT, (0, 0, 0)),
        (("https://a.example/x", "https://www.A.example"), TEXT, (2, 0, 0)),
        (("http://a.example/",), TEXT, (1, 1, 0)),
        (("https://a.example.b.example", "https://xa.example"), TEXT, (2, 0, 2)),
        (("https://a.example@b.example/",), TEXT, (1, 0, 1)),
        (("javascript:alert(1)", "file:///etc/passwd"), TEXT, (2, 2, 2)),
        (("mailto:kommunen@b.example", "tel:+46"), TEXT, (0, 0, 0)),
        (("https://[",), TEXT, (1, 0, 1)),
        ((), "Se https://a.example/moten, eller http://b.example/x.", (2, 1, 1)),
        (("https://a.example/moten",), "Se https://a.example/moten.", (1, 0, 0)),
        ((), "Se\nhttps://a.example\noch mer av detta brev från oss", (1, 0, 0)),
    ],
)
def test_links_are_counted_by_what_leads_and_what_is_written(
    uris: tuple[str, ...], text: str, counts: tuple[int, ...]
) -> None:
    found = words(letter(text, page=annotated(*uris)))
    assert tuple(found[name] for name in ("links", "links_without_https", "links_elsewhere")) == counts


def test_a_host_that_may_go_on_in_the_next_line_leads_nowhere_for_sure() -> None:
    found = words(letter("Se här: https://www.exempel\nby.example/moten"))
    assert reason(found["links_elsewhere"]) is Reason.NOT_UNDERSTOOD
    assert found["links_without_https"] == 0


def test_nobody_says_where_links_may_lead() -> None:
    found = words(letter(page=annotated("https://a.example")), domains=None)
    assert reason(found["links_elsewhere"]) is Reason.NOT_CONFIGURED
    assert found["links"] == 1


# -- Who signed it


def signed(*counts: int) -> Answers:
    names = ("signatures", "signatures_not_intact", "signatures_not_trusted", "signatures_without_time_stamp")
    return dict(zip(names, counts, strict=True))


def test_a_signature_that_holds_is_intact_trusted_and_stamped() -> None:
    assert signing(DECISION) == signed(1, 0, 0, 0)
    assert signing(SUMMONS) == signed(0, 0, 0, 0)


def test_a_changed_byte_of_what_was_signed_breaks_the_signature() -> None:
    place = DRAFT.index(b"stream") + 20
    assert DECISION[: len(DRAFT)] == DRAFT
    changed = DECISION[:place] + bytes([DECISION[place] ^ 1]) + DECISION[place + 1 :]
    assert signing(changed)["signatures_not_intact"] == 1


def test_a_page_that_is_changed_after_signing_breaks_the_signature() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(DECISION))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(writer.root["/Pages"])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    found = signing(out.getvalue())
    assert (found["signatures"], found["signatures_not_intact"]) == (1, 1)


def test_a_chain_to_another_anchor_is_not_trusted() -> None:
    other = pem.armor("CERTIFICATE", as_asn1(certified("Annan CA")[1]).dump())
    assert signing(DECISION, other) == signed(1, 0, 1, 1)
    assert signing(DECISION, other, ANCHOR) == signed(1, 0, 0, 0)


def test_without_anchors_only_whether_it_is_intact_is_told() -> None:
    found = read_signing(DECISION, (), NOON)
    assert [found[name] for name in ("signatures", "signatures_not_intact")] == [1, 0]
    names = ("signatures_not_trusted", "signatures_without_time_stamp")
    assert {reason(found[name]) for name in names} == {Reason.NOT_CONFIGURED}


def test_a_file_of_anchors_without_a_certificate_is_told() -> None:
    with pytest.raises(CannotObserve, match="signature_anchors"):
        signing(DECISION, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_signature_without_a_time_stamp_has_none() -> None:
    root = certified("Egen CA")
    key, own = certified("Undertecknare", root)
    store = SimpleCertificateStore()
    signer = signers.SimpleSigner(as_asn1(own), as_key(key), store)
    about = signers.PdfSignatureMetadata("A", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    out = BytesIO()
    signers.PdfSigner(about, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(DRAFT)), output=out)
    assert signing(out.getvalue(), as_asn1(root[1]).dump()) == signed(1, 0, 0, 1)


def stamped(end: datetime, stamp: bool) -> tuple[bytes, bytes]:
    """The draft signed with a certificate that ends then, time-stamped before or not; and the anchor."""
    root = certified("Egen CA")
    key, own = certified("Undertecknare", root, end=end)
    store = SimpleCertificateStore()
    stamp_key, stamper = certified("Tidsstämpel", root, ExtendedKeyUsageOID.TIME_STAMPING)
    clock = DummyTimeStamper(as_asn1(stamper), as_key(stamp_key), store, fixed_dt=SIGNED_AT)
    about = signers.PdfSignatureMetadata("A", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    out = BytesIO()
    signer = signers.PdfSigner(
        about, signers.SimpleSigner(as_asn1(own), as_key(key), store), timestamper=clock if stamp else None
    )
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(DRAFT)), output=out)
    return out.getvalue(), as_asn1(root[1]).dump()


def test_a_stamp_from_before_the_certificate_ended_keeps_the_chain() -> None:
    ended = NOON - timedelta(days=90)
    assert ended > SIGNED_AT
    assert signing(*stamped(ended, stamp=True)) == signed(1, 0, 0, 0)
    assert signing(*stamped(ended, stamp=False)) == signed(1, 0, 1, 1)


def test_the_chain_is_held_to_now_only_where_no_stamp_holds() -> None:
    assert signing(DECISION, now=datetime(2098, 1, 1, tzinfo=UTC)) == signed(1, 0, 0, 0)
    assert signing(DECISION, now=datetime(2101, 1, 1, tzinfo=UTC)) == signed(1, 0, 1, 1)


# -- What was archived


def updated(data: bytes, *, page: bool = False) -> bytes:
    """The PDF with an incremental update: a store of what validates signatures, or another title."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    if page:
        writer.root["/Lang"] = pdf_string("en")
    else:
        writer.root["/DSS"] = writer.add_object(DictionaryObject({Name("/Type"): Name("/DSS")}))
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_archived_copy_is_the_same_or_differs_in_a_named_way() -> None:
    def relation(sent: bytes, archived: bytes) -> object:
        return read_copies(sent, archived)["archived_copy"]

    assert relation(DECISION, DECISION) == "same"
    assert relation(DECISION, updated(DECISION)) == "validation_added"
    assert relation(DECISION, updated(DECISION, page=True)) == "changed_afterwards"
    assert relation(DECISION, DECISION + b"\n%junk") == "changed_afterwards"
    assert relation(DRAFT, DECISION) == "changed_afterwards", "a signature more is no validation of one"
    assert relation(DECISION, DRAFT) == "different"
    assert relation(DECISION, SUMMONS) == "different"
    assert relation(b"no PDF", b"no PDF at all") == "changed_afterwards"
    assert reason(relation(DECISION, b"")) is Reason.NOT_CONFIGURED


# -- What else may be handed over


def test_what_is_no_pdf_is_not_supported_and_a_broken_one_not_understood() -> None:
    assert refused(b"") is Reason.NOT_SUPPORTED
    assert refused(b"<html>not a PDF</html>" * 100) is Reason.NOT_SUPPORTED
    assert refused(b"%PDF-1.7\n" + b"\x00" * 500) is Reason.NOT_UNDERSTOOD


LOOP = {
    "pages that are their own parents": pdf(
        {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"}
    ),
    "a table that refers to itself": letter().replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"),
    "an object that is itself": pdf({1: b"1 0 R"}),
    "a catalogue that is none": pdf({1: b"42"}),
    "a form in itself": letter(
        b"/X Do " * 50, o6=stream(b"/X Do /X Do", "/Subtype /Form /Resources << /XObject << /X 6 0 R >> >>")
    ),
    "cut in the middle": SUMMONS[: len(SUMMONS) // 2],
    "cut at the end": SUMMONS[:-300],
    "no pages": pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}),
    "nested": letter(root="/Deep " + "[" * 3000 + "]" * 3000),
    "a bomb in the text": letter(o4=packed(b"0 0 m " * 30_000_000)),
    "boxes of words": letter().replace(b"0 0 595 842", b"/a /b /c /d"),
}
COUNTS = ("pages", "pages_read", "fonts", "objects", "signatures")


def test_hostile_documents_are_told_one_by_one_and_harm_no_other() -> None:
    """Through the other process: it gives up over some, and goes on with the next."""
    documents = [*LOOP.values(), SUMMONS]
    asked = Asked("sv", (), 1, ("exempelby.example",))
    began = time.monotonic()
    questions = [(part, Document(one, one, (), asked)) for one in documents for part in PARTS]
    answers = Desk(seconds=15).ask(questions, NOON)
    assert time.monotonic() - began < 90
    assert len(answers) == len(questions)
    *hostile, sane = (answers[at : at + len(PARTS)] for at in range(0, len(answers), len(PARTS)))
    assert not any(isinstance(value, Unseen) for part in sane for value in part.values())
    for name, found in zip(LOOP, hostile, strict=True):
        assert "*" in found[1] or found[1]["links_elsewhere"] == 0 or isinstance(found[1]["links"], Unseen), name
    assert sum("*" in found[1] for found in hostile) > 4


def test_a_reader_that_takes_too_long_is_stopped_and_the_next_question_answered() -> None:
    kids = " ".join(f"{number} 0 R" for number in range(10, 2010))
    page = PAGE.format("").encode()
    long = letter(
        b"BT /F 1 Tf " + b"(a) Tj " * 20_000 + b"ET",
        o2=f"<< /Type /Pages /Kids [{kids}] /Count 2000 >>".encode(),
        **{f"o{number}": page for number in range(10, 2010)},
    )
    slow, next_ = Desk(seconds=4).ask([("words", Document(long)), ("structure", Document(letter()))], NOON)
    assert reason(slow["*"]) is Reason.TIMED_OUT
    assert next_["pages"] == 1


def of_a_million_objects() -> bytes:
    """A page, and so many objects that nothing refers to, each with its line in the table."""
    pages = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE.format("").encode()
    objects = [
        b"%d 0 obj %s endobj\n" % (number, what) for number, what in enumerate((*pages, *[b"null"] * 999_997), 1)
    ]
    ends = list(accumulate((len(one) for one in objects), initial=len(b"%PDF-1.7\n")))
    rows = b"".join(b"%010d 00000 n \n" % start for start in ends[:-1])
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(ends), rows)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(ends), ends[-1])
    return b"%PDF-1.7\n" + b"".join(objects) + table + end


def test_a_million_objects_take_no_more_than_their_time_and_memory() -> None:
    large = Document(of_a_million_objects())
    began = time.monotonic()
    parts = [(part, large) for part in ("structure", "words", "signing")]
    *found, next_ = Desk(seconds=3, memory=800_000_000).ask([*parts, ("structure", Document(letter()))], NOON)
    assert {reason(answer["*"]) for answer in found} <= {Reason.TIMED_OUT, Reason.LIMIT_REACHED}
    assert next_["pages"] == 1
    assert time.monotonic() - began < 60


@pytest.mark.skipif(os.name == "nt", reason="Windows bounds no memory of a process so")
def test_a_reader_that_takes_too_much_memory_is_stopped() -> None:
    large = Document(letter(o6=b"(" + b"a" * 60_000_000 + b")"))
    first, next_ = Desk(memory=200_000_000).ask([("structure", large), ("structure", Document(letter()))], NOON)
    assert reason(first["*"]) is Reason.LIMIT_REACHED
    assert next_["pages"] == 1


def test_a_desk_that_is_closed_asks_nothing_more() -> None:
    desk = Desk()
    desk.close()
    assert desk.ask([("structure", Document(letter()))], NOON) == []


# -- The probe


def target(folder: Path, data: bytes | None = SUMMONS, id_: str = "brev", **says: object) -> Target:
    path = folder / f"{id_}.pdf"
    if data is not None:
        path.write_bytes(data)
    given = {"as_of": NOON, "language": "sv", "appeal": "possible", "signature": "not_required", "persons": 1} | says
    return Target(id_, TargetKind.SENT_DOCUMENT, address=str(path), declared=tuple(sorted(given.items())))  # type: ignore[arg-type]


def test_the_probe_tells_every_fact_of_every_document(tmp_path: Path) -> None:
    (tmp_path / "arkiv.pdf").write_bytes(DECISION)
    (tmp_path / "ca.pem").write_bytes(ANCHOR)
    decision = target(
        tmp_path, DECISION, archived=str(tmp_path / "arkiv.pdf"), signature_anchors=(str(tmp_path / "ca.pem"),)
    )
    summons = target(tmp_path, SUMMONS, "kallelse", appeal_words=("avboka",))
    system = Target("s", TargetKind.SENDING_SYSTEM, declared=(("link_domains", ("exempelby.example",)),))
    session = session_for(decision, summons, system)

    async def both() -> list[dict[str, object]]:
        found = []
        for one in (decision, summons):
            seen = [seen async for seen in sent_document.PROBE.observe(one, session)]
            assert {seen.at for seen in seen} == {NOON}
            found.append({one.fact.removeprefix("document."): one.value for one in seen})
        return found

    first, second = asyncio.run(both())
    assert set(first) == set(second) == {fact.name.removeprefix("document.") for fact in sent_document.FACTS}
    assert not [name for name, value in first.items() if isinstance(value, Unseen)]
    assert (first["archived_copy"], first["signatures"], first["appeal_phrases_missing"]) == ("same", 1, ())
    assert reason(second["archived_copy"]) is Reason.NOT_CONFIGURED
    assert (second["appeal_phrases"], second["appeal_phrases_missing"], second["links_elsewhere"]) == (1, (), 0)


@pytest.mark.parametrize(("data", "why"), [(None, Reason.NOT_CONFIGURED), (b"text", Reason.NOT_SUPPORTED)])
def test_a_file_that_is_missing_or_no_pdf_leaves_every_fact_unseen_but_of_its_bytes(
    tmp_path: Path, data: bytes | None, why: Reason
) -> None:
    seen = look(sent_document.PROBE, target(tmp_path, data))
    values = {name: one.value for name, one in seen.items() if name != "document.archived_copy"}
    assert {reason(value) for value in values.values()} == {why}
    assert len(seen) == len(sent_document.FACTS)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    one = target(tmp_path, None)
    with Path(one.address).open("wb") as file:
        file.truncate(500_000_000)
    assert {reason(seen.value) for seen in look(sent_document.PROBE, one).values()} == {Reason.LIMIT_REACHED}
