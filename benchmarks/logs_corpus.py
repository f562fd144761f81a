"""A labelled corpus that looks like the logs of a chain: eight kinds of lines, and what was planted where.

Seeded, so that two runs read the same. Numbers of test persons are canaries; the other numbers are made up with a right
check digit, as ids of other things are by chance. Left out: anything of a real log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from readiness.contract.persons import test_persons
from readiness.personal import luhn, of_tests
from tests.log_forms import FORMS, SECRETS

WORDS = [
    "message", "delivered", "operator", "after", "retry", "while", "waiting", "for", "response", "from", "service",
    "recipient", "to", "lookup", "finished", "queue", "depth", "normal", "connection", "pool", "statistics", "total",
    "active", "idle", "order", "invoice", "receipt", "letter", "batch", "started", "ended",
]  # fmt: skip
CLASSES = (
    "se.exempel.post.sender.DeliveryService", "se.exempel.post.far.RecipientClient",
    "com.zaxxer.hikari.pool.HikariPool", "org.apache.cxf.interceptor.LoggingOutInterceptor",
    "org.springframework.web.servlet.DispatcherServlet",
)  # fmt: skip
PATHS = ("/api/messages/letter", "/Recipient/v3", "/Service/v3", "/actuator/health", "/api/v2/status")
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
NAMED = (
    "personnummer: {}",
    '"personalNumber":"{}"',
    "pnr={}",
    "recipientId={}",
    "mottagare {}",
    "legalId={}",
    "Född {}",
)
BARE = ("id={}", "ref {}", "key:{}", "[{}]", "{}")


@dataclass(slots=True)
class Planted:
    """What stands where: (line from 1) -> what is to be found there."""

    canaries: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line -> (the writing's name, the person's ten digits)."""
    named: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    """Lines with a stranger's number beside a word that says so, and beside none."""
    secrets: dict[int, str] = field(default_factory=dict)
    """Line -> the fact that counts it."""


class Writer:
    """Lines of eight kinds from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ips = [f"10.{self._n(256)}.{self._n(256)}.{self._n(256)}" for _ in range(500)]
        self.kinds: tuple[Callable[[int], str], ...] = (
            self.syslog, self.json, self.log4j, self.w3c, self.nginx, self.windows_csv, self.key_value, self.xml,
        )  # fmt: skip

    def stranger(self) -> str:
        """Twelve digits that may be anybody's."""
        while True:
            nine = f"{self._n(100):02}{1 + self._n(12):02}{1 + self._n(28):02}{self._n(980):03}"
            ten = next(nine + digit for digit in "0123456789" if luhn(nine + digit))
            if not of_tests(ten):
                return f"19{ten}"

    def syslog(self, i: int) -> str:
        """RFC 3164."""
        head = f"Nov {1 + i // 86400 % 28:2d} {self._clock(i)} app{i % 7} formedlare[{self._n(32768)}]:"
        return f"{head} {self._words(8)} id={self._uuid()} took {self._n(9999)} ms"

    def json(self, i: int) -> str:
        """One object a line, with an epoch in milliseconds and 128 bits of trace id."""
        when = f"{self._date(i)}T{self._clock(i)}.{self._n(1000):03d}Z"
        return (
            f'{{"timestamp":"{when}","level":"INFO","logger":"{self._of(CLASSES)}",'
            f'"thread":"http-nio-8080-exec-{self._n(200)}","traceId":"{self._hex(32)}","spanId":"{self._hex(16)}",'
            f'"message":"{self._words(9)}","durationMs":{self._n(5000)},"epoch":{1790000000000 + i * 1000}}}'
        )

    def log4j(self, i: int) -> str:
        """One line in fifty with a stack trace; numbers of orders have ten digits."""
        head = f"{self._date(i)} {self._clock(i)},{self._n(1000):03d} INFO  [pool-{self._n(9)}-thread-{self._n(20)}]"
        line = f"{head} {self._of(CLASSES)} - {self._words(7)} orderId={10**9 + self._n(9 * 10**9)}"
        if self._n(50):
            return line
        trace = (
            f"\tat {self._of(CLASSES)}.invoke(Source.java:{self._n(900)}) ~[app-{self._n(9)}.jar:?]" for _ in range(20)
        )
        return "\n".join([line, "java.net.SocketTimeoutException: Read timed out", *trace])

    def w3c(self, i: int) -> str:
        """IIS."""
        asked = f"POST {self._of(PATHS)} q={self._words(1)}&p={self._n(100)} 443 -"
        agent = AGENT.replace(" ", "+")
        return f"{self._date(i)} {self._clock(i)} {self._ip()} {asked} {self._ip()} {agent} - 200 0 0 {self._n(2000)}"

    def nginx(self, i: int) -> str:
        """Combined."""
        when = f"{1 + i // 86400 % 28:02d}/Nov/2026:{self._clock(i)} +0100"
        asked = f"GET {self._of(PATHS)}?id={self._hex(12)}&sort=date HTTP/1.1"
        referrer = "https://portal.exempel.example/start"
        return f'{self._ip()} - - [{when}] "{asked}" 200 {self._n(99999)} "{referrer}" "{AGENT}"'

    def windows_csv(self, i: int) -> str:
        """An event log as exported, with security identifiers."""
        sid = f"S-1-5-21-{self._n(4 * 10**9)}-{self._n(4 * 10**9)}-{self._n(4 * 10**9)}-1001"
        text = f"The {self._words(3)} service entered the running state."
        when = f"{self._date(i)} {self._clock(i)}"
        return (
            f'"Information","{when}","Service Control Manager","{self._n(9999)}","None","{text}","SRV{i % 20}","{sid}"'
        )

    def key_value(self, i: int) -> str:
        """logfmt, with batches of twelve digits."""
        head = f"time={self._date(i)}T{self._clock(i)}Z level=info service=far-client op=isReachable status=200"
        batch = 10**11 + self._n(9 * 10**11)
        return f'{head} dur={self.chance.random():.6f} req_id={self._hex(16)} batch={batch} msg="{self._words(6)}"'

    def xml(self, i: int) -> str:
        """A receipt of Mina meddelanden as logged on the wire."""
        value = self.chance.randbytes(90).hex()
        return (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ns2:deliverSecureResponse'
            ' xmlns:ns2="http://minameddelanden.gov.se/schema/Service/v3"><return><TransId>'
            f"{self._uuid()}</TransId><Sequence>{i}</Sequence><Delivered>true</Delivered><ds:DigestValue>{value}</ds:DigestValue></return>"
            "</ns2:deliverSecureResponse></soap:Body></soap:Envelope>"
        )

    def noise(self) -> str:
        """A line of forty runs of digits, a third of them ten long."""
        lengths = self.chance.choices((1, 2, 3, 4, 6, 8, 10, 12), (4, 5, 5, 5, 3, 2, 13, 3), k=40)
        return " ".join(str(self.chance.randrange(10 ** (length - 1), 10**length)) for length in lengths)

    def _n(self, below: int) -> int:
        return int(self.chance.random() * below)

    def _of(self, some: tuple[str, ...]) -> str:
        return some[self._n(len(some))]

    def _ip(self) -> str:
        return self.ips[self._n(len(self.ips))]

    def _words(self, count: int) -> str:
        return " ".join(self.chance.choices(WORDS, k=count))

    def _hex(self, count: int) -> str:
        return f"{self.chance.getrandbits(count * 4):0{count}x}"

    def _uuid(self) -> str:
        return f"{self._hex(8)}-{self._hex(4)}-4{self._hex(3)}-a{self._hex(3)}-{self._hex(12)}"

    @staticmethod
    def _date(i: int) -> str:
        return f"2026-11-{1 + i // 86400 % 28:02d}"

    @staticmethod
    def _clock(i: int) -> str:
        return f"{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}"


def write_corpus(path: Path, size: int, seed: int = 1) -> Planted:
    """A corpus of at least `size` bytes; every writing and secret is planted in every kind of line, several times."""
    writer, planted, line = Writer(seed), Planted(), 1
    with path.open("wb") as file:
        for kind in writer.kinds:
            plants = _plants(writer)
            written, number, gap = 0, 0, max(1, size // 8 // 250 // 700)
            while written < size // 8:
                text = kind(number).encode()
                number += 1
                if number % gap == 0 and (plant := next(plants, None)):
                    what, label, value = plant
                    _note(planted, line + text.count(b"\n"), what, label)
                    text += b" " + value
                line += text.count(b"\n") + 1
                written += file.write(text + b"\n")
    return planted


def write_noise(path: Path, size: int, seed: int = 2) -> None:
    """Lines of digits."""
    writer, written = Writer(seed), 0
    with path.open("wb") as file:
        while written < size:
            written += file.write("".join(writer.noise() + "\n" for _ in range(1000)).encode())


def _plants(writer: Writer) -> Iterator[tuple[str, tuple[str, str], bytes]]:
    """What to plant in one kind of line: (what, label, bytes), in a random order."""
    persons = [person.number for person in test_persons()]
    found = []
    for _ in range(4):
        for name, (_form, write) in FORMS.items():
            number = persons[writer.chance.randrange(len(persons))]
            found.append(("canary", (name, number[2:]), write(number)))
        found += [("secret", (fact, name), value) for name, (fact, value) in SECRETS.items() if b"\n" not in value]
    plain = [write for form, write in FORMS.values() if form == "plain"]
    for where, shapes in (("named", NAMED), ("bare", BARE)):
        for place in range(200):
            value = plain[place % len(plain)](writer.stranger()).decode()
            found.append((where, ("", ""), shapes[place % len(shapes)].format(value).encode()))
    writer.chance.shuffle(found)
    return iter(found)


def _note(planted: Planted, line: int, what: str, label: tuple[str, str]) -> None:
    if what == "canary":
        planted.canaries[line] = label
    elif what == "secret":
        planted.secrets[line] = label[0]
    else:
        (planted.named if what == "named" else planted.bare).add(line)
