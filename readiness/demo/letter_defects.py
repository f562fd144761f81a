"""The built-in defects of what the sending system sends: the letters, their contents and their headers.

Left out: how they are signed and sent (`sending_defects`).
"""

from __future__ import annotations

from readiness.demo.sending_defects import sends

CONTENTS = (
    sends("encoded-twice", "Innehållet är base64-kodat två gånger", "The content is base64 twice", "MM-DELIV-32"),
    sends(
        "checksum-sha-1", "Kontrollsumman är SHA-1 i stället för MD5", "The checksum is SHA-1, not MD5", "MM-DELIV-31"
    ),
    sends(
        "attachment-type",
        "Bilagans typ finns inte i kontraktet",
        "The attachment's type is none of the contract's",
        "MM-DELIV-30",
    ),
    sends("body-type", "Meddelandetexten är av typen text/xml", "The body is of type text/xml", "MM-DELIV-29"),
    sends("body-empty", "En meddelandetext är tom", "A body is empty", "MM-DELIV-33"),
    sends("body-latin-1", "Meddelandetexten är kodad i Latin-1", "The body is encoded in Latin-1", "MM-DELIV-34"),
    sends(
        "external-image",
        "HTML-texten hämtar en bild utifrån",
        "The HTML body loads an image from outside",
        "MM-DELIV-40",
    ),
    sends("script", "HTML-texten innehåller skript", "The HTML body holds script", "MM-DELIV-41"),
    sends("link-elsewhere", "Länkarna går till någon annan", "The links lead to somebody else", "MM-DOC-11"),
    sends("link-without-https", "Länkarna saknar https", "The links do not use https", "MM-DOC-02"),
    sends(
        "over-2-mb", "Ett meddelande är större än 2 MB", "A message is larger than 2 MB", "MM-DELIV-27", "MM-DELIV-28"
    ),
    sends(
        "over-2-mb-in-base64",
        "Ett meddelande är större än 2 MB räknat i base64",
        "A message is larger than 2 MB counted in base64",
        "MM-DELIV-28",
    ),
)

HEADERS = (
    sends("message-id-repeated", "Alla meddelanden har samma id", "All messages have the same id", "MM-DELIV-36"),
    sends(
        "message-id-personal",
        "Mottagarens nummer är meddelandets id",
        "The recipient's number is the message's id",
        "MM-DELIV-35",
    ),
    sends("language", "Språket är skrivet sv_SE", "The language is written sv_SE", "MM-SOAP-01"),
    sends(
        "support-email-empty",
        "E-postadressen till stöd är ett tomt element",
        "The support e-mail is an empty element",
        "MM-SOAP-01",
    ),
    sends(
        "two-recipients",
        "En försändelse har två mottagare",
        "A consignment has two recipients",
        "MM-DELIV-13",
        "MM-SOAP-01",
    ),
    sends(
        "delivers-in-version-2",
        "En försändelse följer version 2 av kontraktet",
        "A consignment follows version 2 of the contract",
        "MM-DELIV-42",
        "MM-SOAP-01",
    ),
    sends("subject-empty", "En ärenderad är tom", "A subject line is empty", "MM-DELIV-37"),
    sends(
        "subject-personal",
        "Ärenderaden innehåller mottagarens nummer",
        "The subject line holds the recipient's number",
        "MM-DELIV-05",
    ),
    sends(
        "subject-varies",
        "Ärenderaden skiljer sig inom en meddelandetyp",
        "The subject line differs within one message type",
        "MM-DOC-09",
    ),
    sends(
        "sender-name-varies",
        "Avsändarnamnet skiljer sig mellan försändelser",
        "The sender name differs between consignments",
        "MM-DOC-01",
    ),
)

DEFECTS = (*CONTENTS, *HEADERS)
