"""What does a delivery to a mailbox operator hold, and does the contract's schema accept it?

One deliverSecure request, out of the stage's recording or a file. No content, id, subject or number of it is told: only
counts, types, sizes and the host names of links. Left out: signatures (`message_signature`), and the answer.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence

from probes import _message_content as content
from probes import _recorded_deliveries as deliveries
from probes import _recorded_lookups as lookups
from probes._delivery import Content, Delivery, carried_size, checksum, decoded_size, read_delivery
from probes._exchange import Opened, all_unseen, open_exchange, read_opened
from probes._link_domains import link_domains, within
from probes._request_tree import Request, contract_version, read_schema
from readiness import personal
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import Effect, Probe, Seen, Session

PREFIX = "delivery."
# In one of some ten thousand a personal number could be read by chance.
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Far over what the schema allows; what comes beyond is looked at no further, so that no input takes long.
MAXIMAL_LABEL, MAXIMAL_WORD, MAXIMAL_HOSTS = 4096, 128, 1000
Values = dict[str, Value | Unseen]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the request that the target names."""
    opened = open_exchange(target, session)
    request = read_opened(opened)
    values = read_transport(opened)
    details: dict[str, str] = {}
    delivery = request if isinstance(request, Unseen) else read_delivery(request.payload)
    if isinstance(delivery, Delivery):
        values |= read_contents(delivery) | read_messages(delivery)
        values |= read_beside(target.id, delivery, opened, session)
        values["hosts_elsewhere"] = read_elsewhere(delivery, link_domains(session))
    if isinstance(request, Request):
        values["contract_version"] = contract_version(request.payload)
        values["xml_encoding"] = request.encoding
        schema = read_schema(request.payload, session.contract())
        values |= {"schema": schema.verdict, "schema_faults": schema.faults}
        details["schema"] = schema.first
    values["documents_read"] = int(isinstance(delivery, Delivery))
    named = {PREFIX + name: value for name, value in values.items()}
    if isinstance(delivery, Unseen):
        named |= all_unseen(FACTS, delivery, named)
    for seen in opened.told((name, value, details.get(name.removeprefix(PREFIX), "")) for name, value in named.items()):
        yield seen


def read_transport(opened: Opened) -> Values:
    """How many bytes came, and which charset the HTTP header names."""
    charset: Value | Unseen = Unseen(Reason.NOT_EXERCISED, "a file has no HTTP header")
    if opened.exchange:
        parameters = opened.exchange.content_type.lower().partition(";")[2].split(";")
        given = [name.partition("=")[2].strip(' "') for name in parameters if name.strip().startswith("charset=")]
        charset = given[0][:40] if given else "none"
    data = opened.data
    size = len(data) if isinstance(data, bytes) else opened.exchange.request_size if opened.exchange else 0
    return {"request_bytes": size, "transport_charset": charset}


def read_messages(delivery: Delivery) -> Values:
    """What stands around the contents: recipients, ids, subjects, languages, sizes."""
    messages = delivery.messages
    labels = [text for m in messages for text in (m.subject, *(part.file_name for part in m.attachments))]
    return {
        "recipients": len(delivery.recipients),
        "messages_read": len(messages),
        "message_ids_personal": sum(_numbered(UUID.sub("", message.id[:MAXIMAL_LABEL])) for message in messages),
        "longest_subject": max((len(message.subject) for message in messages), default=0),
        "subjects_empty": sum(not message.subject for message in messages),
        "labels_read": len(labels),
        "labels_personal": sum(map(_numbered, labels)),
        "languages": _set(message.language[:MAXIMAL_WORD] for message in messages if message.language),
        "largest_message": _all([decoded_size(message) for message in messages], lambda sizes: max(sizes, default=0)),
        "largest_message_in_base64": max((carried_size(message) for message in messages), default=0),
    }


def read_contents(delivery: Delivery) -> Values:
    """What the bodies and attachments are, and what is in them."""
    bodies = [message.body for message in delivery.messages if message.body]
    attachments = [part for message in delivery.messages for part in message.attachments]
    markup = content.read_bodies(bodies)
    links = content.read_links(bodies)
    facts: Values = {
        "bodies_read": len(bodies),
        "body_types": _set(content.base_type(body.type)[:MAXIMAL_WORD] for body in bodies),
        "empty_bodies": _counted(bodies, lambda data: not data.strip()),
        "body_encodings": _all([body.data for body in bodies], lambda read: _set(map(content.text_encoding, read))),
        "attachments_read": len(attachments),
        "attachment_types": _set(content.base_type(part.type)[:MAXIMAL_WORD] for part in attachments),
        "contents_read": len(delivery.contents),
        "encoded_twice": _counted(delivery.contents, content.encoded_twice),
        "html_bodies_read": len(markup),
        "external_images": _all(markup, lambda read: sum(one.external_images for one in read)),
        "script_elements": _all(markup, lambda read: sum(one.script_elements for one in read)),
    }
    return facts | _checksums(attachments) | _links(links)


def read_elsewhere(delivery: Delivery, domains: tuple[str, ...] | None) -> Value | Unseen:
    """How many hosts that bodies link to are in none of the domains."""
    links = content.read_links([message.body for message in delivery.messages if message.body])
    if isinstance(links, Unseen):
        return links
    if domains is None:
        return Unseen(Reason.NOT_CONFIGURED, "the sending system of the profile has no link_domains")
    return sum(not within(host, domains) for host in links.hosts)


def read_beside(id_: str, delivery: Delivery, opened: Opened, session: Session) -> Values:
    """What shows only beside the other exchanges of the record; of a file, beside nothing."""
    types = deliveries.message_types(session)
    index = deliveries.recorded(session) if opened.exchange else deliveries.Index()
    found = deliveries.compare(id_, deliveries.remember(delivery, types), index)
    unread = found.unread
    facts: Values = {
        "deliveries_compared": found.deliveries,
        "message_ids_reused": found.ids_reused if found.ids_reused or not unread else unread,
        "sender_names": found.sender_names if found.sender_names > 1 or not unread else unread,
        "message_types": found.types if types else Unseen(Reason.NOT_CONFIGURED, "the profile names no message type"),
        "same_type_compared": found.same_type,
        "subject_forms": found.subject_forms if found.subject_forms > 1 or not unread else unread,
    }
    if opened.exchange is None:
        alone = Unseen(Reason.NOT_EXERCISED, "a file does not say what was asked of FaR before it was sent")
        return facts | {"lookups_recorded": 0, "lookup": alone, "lookup_age": alone}
    asked = lookups.looked_up(delivery.recipients, opened.exchange.first_byte.ns, lookups.recorded(session))
    before = asked.before if isinstance(asked.before, Unseen) else "before" if asked.before else "not_before"
    return facts | {"lookups_recorded": asked.lookups, "lookup": before, "lookup_age": asked.age}


def _checksums(attachments: Sequence[Content]) -> Values:
    """How many checksums are the MD5 of the decoded content, in hex of either case, and how many are not."""
    pairs = [(part.checksum.lower(), checksum(part)) for part in attachments]
    unread = [computed for _, computed in pairs if isinstance(computed, Unseen)]
    equal = sum(given == computed for given, computed in pairs)
    different = len(pairs) - len(unread) - equal
    return {"checksums_equal": equal, "checksums_different": different if different or not unread else unread[0]}


def _links(links: content.Links | Unseen) -> Values:
    if isinstance(links, Unseen):
        return {"links_read": links, "link_hosts": links, "links_without_https": links}
    hosts: Value | Unseen = links.hosts
    if len(links.hosts) > MAXIMAL_HOSTS:
        hosts = Unseen(Reason.LIMIT_REACHED, f"links to more than {MAXIMAL_HOSTS} hosts")
    return {"links_read": links.count, "link_hosts": hosts, "links_without_https": links.without_https}


def _numbered(label: str) -> bool:
    """Whether a number shaped as a personal one stands in it."""
    return bool(personal.shaped(label[:MAXIMAL_LABEL]))


def _counted(contents: Sequence[Content], wanted: Callable[[bytes], bool]) -> int | Unseen:
    """How many are so; unseen only where none is and some could not be read."""
    unread = [part.data for part in contents if isinstance(part.data, Unseen)]
    count = sum(wanted(part.data) for part in contents if isinstance(part.data, bytes))
    return count if count or not unread else unread[0]


def _all(read: Sequence[object], join: Callable[..., Value]) -> Value | Unseen:
    """What they make together, or why one of them could not be read."""
    unread = [one for one in read if isinstance(one, Unseen)]
    return unread[0] if unread else join(read)


def _set(members: object) -> tuple[str, ...]:
    return tuple(sorted(set(members)))  # type: ignore[call-overload]


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


TEXT, NUMBER, SET = FactType.TEXT, FactType.NUMBER, FactType.SET
MESSAGES, BODIES, ATTACHED, COMPARED = "messages_read", "bodies_read", "attachments_read", "deliveries_compared"
FACTS = (
    _fact("documents_read", NUMBER, "1 where a delivery stands where the contract has one, else 0."),
    _fact("schema", TEXT, "accepted or refused by the contract's schema; the detail says where first."),
    _fact("schema_faults", FactType.TABLE, "What the schema refuses: line, path, and why, without any value."),
    _fact("contract_version", TEXT, "1, 2 or 3 by the namespace of the request; other for a stranger's."),
    _fact("xml_encoding", TEXT, "What the XML is written in: UTF-8, ISO-8859-1 ..."),
    _fact("transport_charset", TEXT, "The charset that Content-Type names, lower case; none where it names none."),
    _fact("request_bytes", NUMBER, "Bytes of the whole request, envelope included."),
    _fact("largest_message", NUMBER, "Bytes of the contents of the largest message, before base64.", MESSAGES),
    _fact("largest_message_in_base64", NUMBER, "Characters that the largest message's contents take.", MESSAGES),
    _fact("recipients", NUMBER, "How many recipients the header names.", "documents_read"),
    _fact(MESSAGES, NUMBER, "How many messages the delivery holds."),
    _fact("message_ids_personal", NUMBER, "Message ids that hold a number shaped as a personal one.", MESSAGES),
    _fact("longest_subject", NUMBER, "Characters of the longest subject.", MESSAGES),
    _fact("subjects_empty", NUMBER, "Messages whose subject is empty.", MESSAGES),
    _fact("labels_read", NUMBER, "Subjects and file names, which show before a message is opened."),
    _fact("labels_personal", NUMBER, "Those that hold a number shaped as a personal one.", "labels_read"),
    _fact("languages", SET, "Language, as written.", MESSAGES),
    _fact(BODIES, NUMBER, "How many bodies the messages hold."),
    _fact("body_types", SET, "Content types of bodies, lower case, without parameters.", BODIES),
    _fact("empty_bodies", NUMBER, "Bodies that hold nothing but white space, if anything.", BODIES),
    _fact("body_encodings", SET, "UTF-8, UTF-16 or other, by the bodies' own bytes.", BODIES),
    _fact(ATTACHED, NUMBER, "How many attachments the messages hold."),
    _fact("attachment_types", SET, "Content types of attachments, lower case, without parameters.", ATTACHED),
    _fact("checksums_equal", NUMBER, "Checksums that are the MD5 of the decoded content in hex.", ATTACHED),
    _fact("checksums_different", NUMBER, "Checksums that are not.", ATTACHED),
    _fact("contents_read", NUMBER, "Bodies and attachments together."),
    _fact("encoded_twice", NUMBER, "Contents that are base64 still when decoded.", "contents_read"),
    _fact("html_bodies_read", NUMBER, "How many bodies are HTML by their content type."),
    _fact("external_images", NUMBER, "Addresses that the HTML makes a reader load from.", "html_bodies_read"),
    _fact("script_elements", NUMBER, "Elements that are script or carry some.", "html_bodies_read"),
    _fact("links_read", NUMBER, "Web addresses that bodies link to."),
    _fact("link_hosts", SET, "The hosts of those addresses, lower case.", "links_read"),
    _fact(
        "hosts_elsewhere",
        NUMBER,
        "How many of the hosts are in none of the link_domains.",
        "links_read",
    ),
    _fact("links_without_https", NUMBER, "Those addresses that do not begin with https.", "links_read"),
    _fact(COMPARED, NUMBER, "How many other recorded deliveries it was compared with."),
    _fact("message_ids_reused", NUMBER, "Its message ids that another message there has too.", COMPARED),
    _fact("sender_names", NUMBER, "How many sender names there are for its sender's number.", COMPARED),
    _fact("message_types", SET, "Declared message types that its subjects name.", MESSAGES),
    _fact("same_type_compared", NUMBER, "How many other deliveries of its sender name the same type."),
    _fact("subject_forms", NUMBER, "Forms of subject within one type, digits apart.", "same_type_compared"),
    _fact("lookups_recorded", NUMBER, "How many look-ups at FaR the record holds."),
    _fact("lookup", TEXT, "before or not_before: FaR had answered about the recipient when it began.", ""),
    _fact("lookup_age", FactType.DURATION, "From the last such answer to the delivery's first byte."),
)

PROBE = Probe(
    TargetKind.EXCHANGE,
    FACTS,
    observe,
    Effect.READS,
    Strength.LIVE,
    select=(("part", ("Service",)), ("operation", ("deliverSecure", "other"))),
)
