"""Documents of the contract, made at random: allowed ones, and ones that were damaged.

Knows the contract from C§3 to C§5 and from no schema, so that schemas can be held to each other by what it makes. Every
identity number is of the test series.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from copy import deepcopy

from lxml import etree

from readiness.contract import names

AUTHORITY = names.AUTHORITY_WSDL
ANYWHERE = "urn:example:anything"
LENGTHS = (0, 1, 2, 4, 5, 11, 12, 19, 20, 21, 49, 50, 51, 255, 256, 257, 1023, 1024, 1025, 1999, 2000, 2001)
LETTERS = "abcåäö ÅÄÖ 0123456789<&>\"'-.@/%\t\n"


def node(namespace: str, name: str, *inside: etree._Element | str | None) -> etree._Element:
    element = etree.Element(f"{{{namespace}}}{name}" if namespace else name)
    for each in inside:
        if isinstance(each, str):
            element.text = each
        elif each is not None:
            element.append(each)
    return element


class Documents:
    """Allowed documents. Each method makes one part; `kinds` are the roots."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.kinds: dict[str, Callable[[], etree._Element]] = {
            "isReachable": self.is_reachable,
            "isReachableResponse": self.is_reachable_response,
            "isRegistered": self.is_registered,
            "isRegisteredResponse": self.is_registered_response,
            "deliverSecure": self.deliver_secure,
            "deliverSecureResponse": self.deliver_secure_response,
            "SignedDelivery": lambda: self.signed_delivery(names.MESSAGE_V3, "SignedDelivery"),
            "SealedDelivery": lambda: self.sealed_delivery(names.MESSAGE_V3, "SealedDelivery"),
            "applicationFault": lambda: self.fault(names.COMMON_V3, "applicationFault", names.COMMON_V3, 1),
            "distributeSecure": self.distribute_secure,
            "distributeSecureResponse": lambda: node(
                names.MESSAGE_V3, "distributeSecureResponse", node(names.MESSAGE_V3, "return", self.words())
            ),
            "checkDistributionStatus": self.check_distribution_status,
            "checkDistributionStatusResponse": self.check_distribution_status_response,
            "getSenders": lambda: node(AUTHORITY, "getSenders"),
            "getSendersResponse": lambda: node(
                AUTHORITY, "getSendersResponse", *(self.sender("", "return") for _ in range(self.some()))
            ),
            "getSendersFault": lambda: self.fault(AUTHORITY, "getSendersFault", names.COMMON, 2),
            "getDispatchers": lambda: node(AUTHORITY, "getDispatchers"),
            "getDispatchersResponse": self.get_dispatchers_response,
        }

    def any(self) -> tuple[str, etree._Element]:
        kind = self.random.choice(list(self.kinds))
        return kind, self.kinds[kind]()

    # -- Values

    def some(self, least: int = 0) -> int:
        return self.random.choice((least, least, least + 1, least + 1, least + 2, least + 5))

    def maybe(self, part: Callable[[], etree._Element]) -> etree._Element | None:
        return part() if self.random.random() < 0.5 else None

    def length(self, least: int, most: int) -> str:
        allowed = [length for length in LENGTHS if least <= length <= most]
        return "".join(self.random.choices("abcåäö 0123456789-./", k=self.random.choice(allowed)))

    def words(self) -> str:
        return "".join(self.random.choices(LETTERS, k=self.random.randrange(30)))

    def organisation(self) -> str:
        return "16" + "".join(self.random.choices("0123456789", k=10))

    def recipient_id(self) -> str:
        if self.random.random() < 0.3:
            return self.organisation()
        year = f"{self.random.choice((18, 19, 19, 20))}{self.random.randrange(100):02}"
        day = self.random.choice((1, 9, 10, 19, 20, 30, 31, 32, 61, 91, 0, 99))
        birth = self.random.choice((238, 239))
        return f"{year}{self.random.randrange(1, 13):02}{day:02}{birth}{self.random.randrange(10)}"

    def flag(self) -> str:
        return self.random.choice(("true", "false", "1", "0", " true\n"))

    def day(self) -> str:
        day = self.random.choice(("2026-02-28", "2024-02-29", "1999-12-31", "-0044-03-15", "12026-01-01"))
        return day + self.random.choice(("", "Z", "+02:00", "-14:00"))

    def moment(self) -> str:
        time = self.random.choice(("T00:00:00", "T23:59:59.999", "T24:00:00", "T12:30:00.1"))
        return f"2026-03-15{time}{self.random.choice(('', 'Z', '+01:00'))}"

    def base64(self) -> str:
        plain = base64.b64encode(self.random.randbytes(self.random.choice((0, 1, 2, 3, 57, 200)))).decode()
        return self.random.choice(
            (plain, plain, "\n".join(plain[i : i + 64] for i in range(0, len(plain), 64)), f" {plain} ")
        )

    def address(self) -> str:
        return self.random.choice(
            ("", "https://mm.example.se/service/v3", "http://[::1]/", "relative/path?x=y#z", "urn:a:b")
        )

    def email(self) -> str:
        return self.random.choice(("a@b.c", "x@example.se", "å@ä.ö", "a" * 250 + "@b.se", "a b@c.d e"))

    # -- Recipient

    def is_reachable(self) -> etree._Element:
        ns = names.RECIPIENT_V3
        count = self.random.choice((0, 1, 1, 2, 3, 40) if self.random.random() < 0.96 else (999, 1000))
        ids = [node(ns, "recipientId", self.recipient_id()) for _ in range(count)]
        return node(ns, "isReachable", node(ns, "senderOrgNr", self.organisation()), *ids)

    def is_reachable_response(self) -> etree._Element:
        ns = names.RECIPIENT_V3
        answers = []
        for _ in range(self.some()):
            r = names.RECIPIENT
            answers.append(
                node(
                    ns,
                    "return",
                    self.account_status(r, "AccountStatus"),
                    node(r, "SenderAccepted", self.flag()),
                    self.maybe(lambda: node(names.RECIPIENT, "LastSenderAcceptChange", self.moment())),
                )
            )
        return node(ns, "isReachableResponse", *answers)

    def is_registered(self) -> etree._Element:
        ns = names.RECIPIENT_V3
        return node(ns, "isRegistered", *(node(ns, "recipientId", self.recipient_id()) for _ in range(self.some(1))))

    def is_registered_response(self) -> etree._Element:
        ns = names.RECIPIENT_V3
        return node(ns, "isRegisteredResponse", *(self.account_status(ns, "return") for _ in range(self.some(1))))

    def account_status(self, namespace: str, name: str) -> etree._Element:
        r = names.RECIPIENT
        return node(
            namespace,
            name,
            node(r, "RecipientId", self.recipient_id()),
            node(r, "Type", self.random.choice(("Secure", "Anonymous", "Not"))),
            node(r, "Pending", self.flag()),
            self.maybe(self.service_supplier),
            self.maybe(lambda: node(r, "LastRegistration", self.moment())),
        )

    def service_supplier(self) -> etree._Element:
        r = names.RECIPIENT
        return node(
            r,
            "ServiceSupplier",
            node(r, "Id", self.organisation()),
            node(r, "Name", self.words()),
            self.maybe(lambda: node(r, "Logo", self.address())),
            node(r, "ServiceAdress", self.address()),
            self.maybe(lambda: node(r, "UIAdress", self.address())),
            node(r, "InternalServiceAdress", self.address()),
        )

    # -- Service and Message

    def deliver_secure(self) -> etree._Element:
        ns = names.SERVICE_V3
        return node(ns, "deliverSecure", self.sealed_delivery(ns, "deliverSecure"))

    def deliver_secure_response(self) -> etree._Element:
        s = names.SERVICE
        status = [
            node(s, "Status", node(s, "RecipientId", self.recipient_id()), node(s, "Delivered", self.flag()))
            for _ in range(self.some(1))
        ]
        answer = node(names.SERVICE_V3, "return", node(s, "TransId", self.words()), *status)
        return node(names.SERVICE_V3, "deliverSecureResponse", answer)

    def sealed_delivery(self, namespace: str, name: str) -> etree._Element:
        m3, m = names.MESSAGE_V3, names.MESSAGE
        seal = node(m3, "Seal", node(m, "ReceivedTime", self.day()), node(m, "SignaturesOK", self.flag()))
        sealed = node(namespace, name, self.signed_delivery(m3, "SignedDelivery"), seal, self.signature())
        if self.random.random() < 0.2:
            sealed.set("Id", "sealed-1")
        return sealed

    def signed_delivery(self, namespace: str, name: str) -> etree._Element:
        m3, m2 = names.MESSAGE_V3, names.MESSAGE_V2
        header = node(
            m3,
            "Header",
            self.sender(m2, "Sender"),
            node(m2, "Recipient", self.recipient_id()),
            self.maybe(lambda: node(m2, "Reference", self.words())),
            self.maybe(lambda: node(m2, "CorrelationId", self.words())),
            self.maybe(lambda: node(m2, "Attention", self.words())),
        )
        delivery = node(m3, "Delivery", header, *(self.message() for _ in range(self.random.choice((1, 1, 1, 2)))))
        signed = node(namespace, name, delivery, self.signature())
        if self.random.random() < 0.2:
            signed.set("Id", "signed-1")
        return signed

    def sender(self, namespace: str, name: str) -> etree._Element:
        s = names.SENDER
        return node(
            namespace,
            name,
            node(s, "Id", self.recipient_id()),
            node(s, "Name", self.length(2, 256)),
            self.maybe(lambda: node(s, "Attention", self.words())),
        )

    def message(self) -> etree._Element:
        m3, m = names.MESSAGE_V3, names.MESSAGE
        header = node(
            m3,
            "Header",
            node(m3, "Id", self.words()),
            node(m3, "Subject", self.length(0, 255)),
            node(
                m3,
                "Supportinfo",
                node(m3, "Text", self.length(0, 1024)),
                self.maybe(lambda: node(m3, "URL", self.address())),
                self.maybe(lambda: node(m3, "PhoneNumber", self.length(0, 255))),
                self.maybe(lambda: node(m3, "EmailAdress", self.email())),
            ),
            self.maybe(self.official_matter),
            *(
                node(m3, "Metadata", node(m, "Tag", self.words()), node(m, "Value", self.words()))
                for _ in range(self.some())
            ),
            node(m3, "Language", self.random.choice(("svSE", "sv", "sv-SE", "en", "abcdefgh-12345678", " sv "))),
            self.maybe(lambda: node(m3, "Reply", self.random.choice(("REQUESTED", "ACCEPTED", "NOT_ALLOWED")))),
            self.maybe(lambda: node(m3, "ReceiptRequest", self.random.choice(("NOT", "SIMPLE", "SIGNED")))),
        )
        body = node(m3, "Body", node(m, "ContentType", "text/plain"), node(m, "Body", self.base64()))
        return node(m3, "Message", header, body, *(self.attachment() for _ in range(self.random.choice((0, 0, 1, 2)))))

    def attachment(self) -> etree._Element:
        m = names.MESSAGE
        return node(
            names.MESSAGE_V3,
            "Attachment",
            node(m, "ContentType", self.random.choice(("application/pdf", "", "text/calendar"))),
            node(m, "Body", self.base64()),
            node(m, "Checksum", self.words()),
            node(m, "Filename", self.words()),
        )

    def official_matter(self) -> etree._Element:
        m3, o = names.MESSAGE_V3, names.OFFICIAL_MATTER_V3
        if self.random.random() < 0.3:
            return node(m3, "OfficialMatter", *(node(ANYWHERE, "x", self.words()) for _ in range(self.some())))
        status = ("senderinitiative", "recipientinitiative", "closed")
        inside = (
            node(o, "Timestamp", self.day()),
            *(node(ANYWHERE, "y") for _ in range(self.random.choice((0, 0, 1)))),
            self.maybe(
                lambda: node(
                    o,
                    "Identity",
                    self.maybe(lambda: node(o, "EventId", self.length(0, 255))),
                    self.maybe(lambda: node(o, "OfficialMatterId", self.length(0, 255))),
                    self.maybe(lambda: node(o, "PrecedingEventId", self.length(0, 255))),
                )
            ),
            self.maybe(lambda: node(o, "MatterSubject", self.length(0, 2000))),
            self.maybe(lambda: node(o, "EventType", self.length(0, 2000))),
            self.maybe(lambda: node(o, "MatterStatus", self.random.choice(status))),
        )
        # Inside, or as the global element of its own namespace, which the wildcard judges laxly.
        namespace = self.random.choice((m3, m3, o))
        return node(m3, "OfficialMatter", node(namespace, "OfficialMatterExtension", *inside))

    def signature(self) -> etree._Element:
        d = names.XML_SIGNATURE

        def method(name: str, algorithm: str) -> etree._Element:
            made = node(d, name)
            made.set("Algorithm", algorithm)
            return made

        reference = node(d, "Reference", method("DigestMethod", names.SHA256), node(d, "DigestValue", self.base64()))
        reference.set("URI", "")
        if self.random.random() < 0.8:
            reference.insert(0, node(d, "Transforms", method("Transform", names.ENVELOPED_SIGNATURE)))
        info = node(
            d,
            "SignedInfo",
            method("CanonicalizationMethod", names.EXCLUSIVE_C14N),
            method("SignatureMethod", names.RSA_SHA256),
            reference,
        )
        return node(d, "Signature", info, node(d, "SignatureValue", self.base64()), self.maybe(self.key_info))

    def key_info(self) -> etree._Element:
        d = names.XML_SIGNATURE
        serial = node(
            d,
            "X509IssuerSerial",
            node(d, "X509IssuerName", "CN=x"),
            node(d, "X509SerialNumber", "12345678901234567890"),
        )
        data = self.random.choice((node(d, "X509SubjectName", self.words()), serial, node(d, "X509SKI", self.base64())))
        rsa = node(d, "RSAKeyValue", node(d, "Modulus", self.base64()), node(d, "Exponent", "AQAB"))
        first = self.random.choice((node(d, "KeyName", self.words()), node(d, "KeyValue", rsa), None))
        return node(d, "KeyInfo", first, node(d, "X509Data", data, node(d, "X509Certificate", self.base64())))

    def distribute_secure(self) -> etree._Element:
        return node(names.MESSAGE_V3, "distributeSecure", self.signed_delivery(names.MESSAGE_V3, "signedDelivery"))

    def check_distribution_status(self) -> etree._Element:
        m3 = names.MESSAGE_V3
        inside = (node(m3, "senderId", self.recipient_id()), node(m3, "distributionId", self.length(1, 50)))
        return node(m3, "checkDistributionStatus", *inside)

    def check_distribution_status_response(self) -> etree._Element:
        m3, m = names.MESSAGE_V3, names.MESSAGE
        answers = []
        for _ in range(self.some()):
            status = self.random.choice(("Delivered", "Pending", "DeliveryFailed"))
            answers.append(
                node(
                    m3,
                    "return",
                    node(m, "RecipientId", self.recipient_id()),
                    node(m, "Type", self.random.choice(("Digital", "Paper", "Not"))),
                    node(m, "DeliveryStatus", status) if self.random.random() < 0.5 else None,
                )
            )
        return node(m3, "checkDistributionStatusResponse", *answers)

    # -- Faults and Authority

    def fault(self, namespace: str, name: str, types: str, lowest: int) -> etree._Element:
        code = self.random.choice((lowest, 2, 4999, 5000, 5004, 9998))
        return node(
            namespace,
            name,
            node(types, "ErrorCode", str(code)),
            node(types, "Description", self.words()),
            node(types, "CallId", self.length(20, 50)),
        )

    def get_dispatchers_response(self) -> etree._Element:
        d = names.DISPATCHER
        answers = []
        for _ in range(self.some()):
            senders = (node(d, "Senders", self.organisation()) for _ in range(self.some()))
            answers.append(
                node("", "return", node(d, "Id", self.organisation()), node(d, "Name", self.length(2, 256)), *senders)
            )
        return node(AUTHORITY, "getDispatchersResponse", *answers)


# -- Damage

NAMESPACES = tuple(
    sorted(value for key, value in vars(names).items() if isinstance(value, str) and value.startswith(names.SCHEMA))
)
TEXTS = (
    "", " ", "0", "1", "-1", "9998", "9999", "10000", "99999999999", "true", "TRUE", "yes", "sv_SE", "svSE", "-",
    "not base64!", "QQ==", "QQ=", "Q", "2026-02-29", "2026-02-28", "2026-03-15T00:00:00", "2026-13-01", "a@b",
    "a@b.c", "@b.c", "a@.c", "Secure", "secure", "Digital", "Paper", "Delivered", "closed", "SIMPLE", "REQUESTED",
    "160000000000", "16000000000", "1600000000000", "150000000000", "19900132238", "199001322381", "199013012381",
    "199000012381", "210001012381", "http://[", "%", "a b", "\u00a0",
)  # fmt: skip

EDGES = {
    **dict.fromkeys(("Subject", "URL", "PhoneNumber", "EventId", "OfficialMatterId", "PrecedingEventId"), (255, 256)),
    **dict.fromkeys(("MatterSubject", "EventType"), (2000, 2001)),
    "Text": (1024, 1025),
    "Name": (1, 2, 256, 257),
    "CallId": (19, 20, 50, 51),
    "distributionId": (0, 1, 50, 51),
    "EmailAdress": (4, 5, 256, 257),
    "ErrorCode": ("0", "1", "2", "9998", "9999"),
    "senderOrgNr": ("162021004748", "152021004748", "2021004748", "16202100474", "1620210047488"),
}
"""Around the limits of C§4.2 and C§5: lengths, or the values themselves."""


class Damage:
    """One change to a document. Some leave it allowed: what counts is that all schemas agree."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ways = (
            self.edge, self.edge, self.edge, self.edge, self.drop, self.double, self.swap, self.rename,
            self.move_namespace, self.new_text, self.new_text, self.new_length, self.new_length, self.longer,
            self.shorter, self.attribute, self.no_attribute, self.stranger, self.acquaintance, self.stray_text,
            self.hollow, self.told_type, self.told_nil, self.comment, self.many,
        )  # fmt: skip

    def once(self, root: etree._Element) -> None:
        self.random.choice(self.ways)(self.random.choice(list(root.iter("*"))))

    def leaf(self, at: etree._Element) -> etree._Element:
        return self.random.choice([inside for inside in at.iter("*") if next(inside.iterchildren("*"), None) is None])

    def drop(self, at: etree._Element) -> None:
        if (parent := at.getparent()) is not None:
            parent.remove(at)

    def double(self, at: etree._Element) -> None:
        if at.getparent() is not None:
            at.addnext(deepcopy(at))

    def swap(self, at: etree._Element) -> None:
        if (following := at.getnext()) is not None:
            following.addnext(at)

    def rename(self, at: etree._Element) -> None:
        name = etree.QName(at)
        other = self.random.choice((name.localname.lower(), name.localname + "s", "Id", "Body", "Header", "return"))
        at.tag = f"{{{name.namespace}}}{other}" if name.namespace else other

    def move_namespace(self, at: etree._Element) -> None:
        namespace = self.random.choice((*NAMESPACES, names.XML_SIGNATURE, ANYWHERE, AUTHORITY, ""))
        name = etree.QName(at).localname
        at.tag = f"{{{namespace}}}{name}" if namespace else name

    def new_text(self, at: etree._Element) -> None:
        self.leaf(at).text = self.random.choice(TEXTS)

    def new_length(self, at: etree._Element) -> None:
        self.leaf(at).text = "a" * self.random.choice(LENGTHS)

    def edge(self, at: etree._Element) -> None:
        near = [leaf for leaf in at.getroottree().iter("*") if etree.QName(leaf).localname in EDGES and not len(leaf)]
        if near:
            leaf = self.random.choice(near)
            name = etree.QName(leaf).localname
            value = self.random.choice(EDGES[name])
            at_sign = "@b.c" if name == "EmailAdress" else ""
            leaf.text = value if isinstance(value, str) else "a" * (value - len(at_sign)) + at_sign

    def longer(self, at: etree._Element) -> None:
        at.text = (at.text or "") + self.random.choice(("0", "a", " ", "å"))

    def shorter(self, at: etree._Element) -> None:
        at.text = (at.text or "")[:-1]

    def attribute(self, at: etree._Element) -> None:
        name = self.random.choice(
            ("Id", "Algorithm", "URI", "Type", "x", f"{{{ANYWHERE}}}y", "Encoding", "MimeType", "Target")
        )
        at.set(name, self.random.choice(("a", "1a", "", "a b", "signed-1", "http://[")))

    def no_attribute(self, at: etree._Element) -> None:
        held = [each for each in at.iter("*") if each.attrib]
        if held:
            self.random.choice(held).attrib.clear()

    def stranger(self, at: etree._Element) -> None:
        at.insert(self.random.randrange(len(at) + 1), node(self.random.choice((ANYWHERE, "")), "stranger"))

    def acquaintance(self, at: etree._Element) -> None:
        """An element that the contract knows, where a wildcard may stand or nothing at all."""
        documents = Documents(self.random.randrange(1_000_000))
        part = self.random.choice(
            (documents.signature, documents.official_matter, documents.is_registered, documents.attachment)
        )
        at.insert(self.random.randrange(len(at) + 1), part())

    def stray_text(self, at: etree._Element) -> None:
        at.tail = self.random.choice(("x", " ", "\n")) if at.getparent() is not None else at.tail

    def hollow(self, at: etree._Element) -> None:
        for inside in list(at):
            at.remove(inside)
        at.text = None

    def told_type(self, at: etree._Element) -> None:
        words = ("m:SealedDelivery", "m:SignedDelivery", "m:SecureMessage", "m:nothing", "xs:string", "xs:int")
        root = at.getroottree().getroot()
        if "m" not in root.nsmap:
            fresh = etree.Element(at.tag, nsmap={"m": names.MESSAGE_V3, "xs": names.XML_SCHEMA})
            if at is root:
                return
            fresh.extend(list(at))
            fresh.text, fresh.tail = at.text, at.tail
            at.getparent().replace(at, fresh)
            fresh.set(f"{{{names.XML_SCHEMA_INSTANCE}}}type", self.random.choice(words))

    def told_nil(self, at: etree._Element) -> None:
        at.set(f"{{{names.XML_SCHEMA_INSTANCE}}}nil", self.random.choice(("true", "false")))

    def comment(self, at: etree._Element) -> None:
        at.insert(0, self.random.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y"))))

    def many(self, at: etree._Element) -> None:
        """As many recipients as a question may have, or one more."""
        asked = at.getroottree().getroot().findall(f"{{{names.RECIPIENT_V3}}}recipientId")
        for _ in range(self.random.choice((1000, 1001)) - len(asked)) if asked else ():
            asked[0].addnext(deepcopy(asked[0]))


def stream(seed: int, amount: int) -> Iterator[tuple[str, bytes]]:
    """Kind and bytes of that many documents, the same for a seed: a third whole, a third damaged, a third twice."""
    documents, damage = Documents(seed), Damage(seed + 1)
    for index in range(amount):
        kind, root = documents.any()
        for _ in range(index % 3):
            damage.once(root)
        yield kind, etree.tostring(root, pretty_print=index % 5 == 0)
