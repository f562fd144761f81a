"""Which other deliveries did the stage record, and what does one have in common with them: ids, names, subjects?

Each original is opened once in a session, and what is remembered of it is digests and short texts. Left out: what the
one delivery itself says (`secure_delivery`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from weakref import WeakKeyDictionary

from probes._delivery import Delivery, Message, read_delivery
from probes._request_tree import read_request
from readiness.model import Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Session

OPERATION = "deliverSecure"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A delivery in short. `messages`: (digest of the id, digest of recipient and contents, message type, form of the
    subject); the message type is the declared one that the subject names, "" where it names none."""

    sender_id: str
    sender_name: str
    messages: tuple[tuple[str, str, str, str], ...]


@dataclass(slots=True)
class Index:
    """The deliveries of a record, by what they can have in common. `unread`: why some could not be read, if so."""

    read: set[str] = field(default_factory=set)
    contents: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    forms: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    typed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    unread: Unseen | None = None

    def add(self, id_: str, delivery: Remembered) -> None:
        """One more delivery."""
        self.read.add(id_)
        self.names.setdefault(delivery.sender_id, set()).add(delivery.sender_name)
        for number, content, type_, form in delivery.messages:
            self.contents.setdefault(number, set()).add(content)
            self.forms.setdefault((delivery.sender_id, type_), set()).add(form)
            self.typed.setdefault((delivery.sender_id, type_), set()).add(id_)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A delivery beside the others of the record.

    `deliveries`: how many others were read. `ids_reused`: how many of its message ids stand on another message, too.
    `sender_names`: how many names its Sender/Id has. `types`: the declared message types that its subjects name;
    `same_type`: how many other deliveries of its sender name one of them; `subject_forms`: how many forms the subjects
    have then, for the type that has most.
    """

    deliveries: int
    ids_reused: int
    sender_names: int
    types: tuple[str, ...]
    same_type: int
    subject_forms: int
    unread: Unseen | None


def remember(delivery: Delivery, types: Sequence[str]) -> Remembered:
    """A delivery in short. `types` are the names of the declared message types."""
    return Remembered(
        delivery.sender_id,
        delivery.sender_name,
        tuple(
            (_digest(m.id), _content_digest(delivery, m), _named(m.subject, types), _form(m.subject))
            for m in delivery.messages
        ),
    )


def compare(id_: str, own: Remembered, index: Index) -> Comparison:
    """One delivery, which is added to the index, against the others there.

    The same message sent again under the same id is no second use of it.
    """
    index.add(id_, own)
    types = {type_ for _, _, type_, _ in own.messages if type_}
    keys = [(own.sender_id, type_) for type_ in sorted(types)]
    return Comparison(
        deliveries=len(index.read - {id_}),
        ids_reused=sum(len(index.contents[number]) > 1 for number in {number for number, *_ in own.messages}),
        sender_names=len(index.names[own.sender_id]),
        types=tuple(sorted(types)),
        same_type=len(set[str]().union(*(index.typed[key] for key in keys)) - {id_}),
        subject_forms=max((len(index.forms[key]) for key in keys), default=0),
        unread=index.unread,
    )


def recorded(session: Session) -> Index:
    """Every delivery that the session's record holds; read once."""
    if session not in _INDEXES:
        _INDEXES[session] = _index(session, message_types(session))
    return _INDEXES[session]


def message_types(session: Session) -> tuple[str, ...]:
    """The names of the declared message types."""
    return tuple(str(target.says("name") or "") for target in session.profile_targets(TargetKind.MESSAGE_TYPE))


# By session, and gone with it.
_INDEXES: WeakKeyDictionary[Session, Index] = WeakKeyDictionary()


def _index(session: Session, types: Sequence[str]) -> Index:
    index = Index()
    for id_ in (id_ for id_, exchange in session.exchanges().items() if exchange.operation == OPERATION):
        try:
            request = read_request(session.original(Target(id_, TargetKind.EXCHANGE)))
        except CannotObserve as error:
            request = error.unseen
        delivery = request if isinstance(request, Unseen) else read_delivery(request.payload)
        if isinstance(delivery, Unseen):
            index.unread = index.unread or delivery
        else:
            index.add(id_, remember(delivery, types))
    return index


def _named(subject: str, types: Iterable[str]) -> str:
    """The longest declared name that stands in the subject."""
    folded = " ".join(subject.casefold().split())
    return max((name for name in types if name and name.casefold() in folded), key=len, default="")


def _form(subject: str) -> str:
    """The subject without what differs from one message to the next: digits, spaces, capitals."""
    return re.sub(r"[0-9]+", "#", " ".join(subject.split()).casefold())


def _content_digest(delivery: Delivery, message: Message) -> str:
    parts = [
        *(recipient.encode() for recipient in delivery.recipients),
        message.subject.encode(),
        *(content.data if isinstance(content.data, bytes) else b"?" for content in message.contents),
    ]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
