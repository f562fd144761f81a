"""What does a delivery hold: who sends, to whom, which messages, which contents? A tree in, plain values out.

Elements are found by their place and local name, so that a delivery of another contract version is read too; whether
the names are right is the schema's business. Left out: the seal and the signatures (`message_signature`), and what the
contents themselves hold (`_message_content`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from lxml import etree

from probes._request_tree import child, children, local_name, text_of
from readiness.model import Reason, Unseen

WRAPPERS = {"deliverSecure", "arg0"}
MAXIMAL_MESSAGES = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """A body or an attachment: its declared type, the decoded bytes, and how many characters it took as base64."""

    type: str
    data: bytes | Unseen
    carried: int
    checksum: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One SecureMessage. `body` is None where it has none."""

    id: str
    subject: str
    language: str
    body: Content | None
    attachments: tuple[Content, ...]

    @property
    def contents(self) -> tuple[Content, ...]:
        """The body and the attachments."""
        return ((self.body,) if self.body else ()) + self.attachments


@dataclass(frozen=True, slots=True)
class Delivery:
    """One SecureDelivery, with the texts as they stand there."""

    sender_id: str
    sender_name: str
    recipients: tuple[str, ...]
    messages: tuple[Message, ...]

    @property
    def contents(self) -> tuple[Content, ...]:
        """The contents of all messages."""
        return tuple(content for message in self.messages for content in message.contents)


def read_delivery(payload: etree._Element) -> Delivery | Unseen:
    """The delivery in a deliverSecure element, a bare SealedDelivery or SignedDelivery; unseen where there is none."""
    delivery = child(signed_in(payload), "Delivery")
    if delivery is None:
        return Unseen(Reason.NOT_UNDERSTOOD, f"no delivery where one belongs, but {local_name(payload)[:40]}")
    header = child(delivery, "Header")
    messages = children(delivery, "Message")
    if len(messages) > MAXIMAL_MESSAGES:
        return Unseen(Reason.LIMIT_REACHED, f"more than {MAXIMAL_MESSAGES} messages in one delivery")
    return Delivery(
        sender_id=text_of(child(header, "Sender", "Id")),
        sender_name=text_of(child(header, "Sender", "Name")),
        recipients=tuple(text_of(recipient) for recipient in children(header, "Recipient")),
        messages=tuple(_message(message) for message in messages),
    )


def signed_in(payload: etree._Element) -> etree._Element | None:
    """The SignedDelivery of a payload, at the places where the contract has one."""
    if local_name(payload) == "SignedDelivery":
        return payload
    if local_name(payload) == "SealedDelivery":
        return child(payload, "SignedDelivery")
    inner = next((found for found in payload if local_name(found) in WRAPPERS), None)
    return child(inner, "SignedDelivery")


def checksum(content: Content) -> str | Unseen:
    """MD5 over the decoded content, hex, lower case (C section 4.2: the contract's own; nothing is protected by it)."""
    if isinstance(content.data, Unseen):
        return content.data
    return hashlib.md5(content.data, usedforsecurity=False).hexdigest()


def decoded_size(message: Message) -> int | Unseen:
    """Bytes of a message's contents once decoded."""
    sizes = [content.data if isinstance(content.data, Unseen) else len(content.data) for content in message.contents]
    unseen = [size for size in sizes if isinstance(size, Unseen)]
    return unseen[0] if unseen else sum(size for size in sizes if isinstance(size, int))


def carried_size(message: Message) -> int:
    """Characters that the same contents take as base64, as they were sent."""
    return sum(content.carried for content in message.contents)


def _message(message: etree._Element) -> Message:
    header, body = child(message, "Header"), child(message, "Body")
    return Message(
        id=text_of(child(header, "Id")),
        subject=text_of(child(header, "Subject")),
        language=text_of(child(header, "Language")),
        body=_content(body) if body is not None else None,
        attachments=tuple(_content(attachment) for attachment in children(message, "Attachment")),
    )


def _content(part: etree._Element) -> Content:
    inner = child(part, "Body")
    carried = "".join(inner.itertext()) if inner is not None else ""
    return Content(
        type=text_of(child(part, "ContentType")),
        data=decoded(carried),
        carried=len(carried),
        checksum=text_of(child(part, "Checksum")),
        file_name=text_of(child(part, "Filename")),
    )


def decoded(carried: str) -> bytes | Unseen:
    """What base64 text stands for, white space apart."""
    try:
        return base64.b64decode(re.sub(r"[ \t\r\n]+", "", carried).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return Unseen(Reason.NOT_UNDERSTOOD, "a content is not base64")
