"""What can the stage do to one connection? The closed set of actions, of which scenarios are composed.

Each action belongs to a moment: when the connection is accepted, in the handshake, while the request comes, or after it
was accepted. Data only; `perform` carries them out. RFC 9112 for framing, RFC 8446 for alerts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Measure = Literal["late", "slow"]
"""Waits that follow from how long the sending system itself waits, which is known once the silent scenario is over.
late: five seconds longer than it waited; slow: as long as that twice over, after which the stage cuts."""


# -- When a connection comes


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing listens on the port."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """It is accepted, and nobody ever reads or answers."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many connections at a time are served; any further one is reset."""

    connections: int


# -- In the handshake


@dataclass(frozen=True, slots=True)
class Show:
    """Another certificate is shown: one of `certificates.VARIANTS`."""

    certificate: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Only these versions of TLS, in OpenSSL's words: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3."""

    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class RefuseClient:
    """The client's certificate is refused, by the alert unknown_ca (RFC 8446 section 6.2)."""


# -- While the request comes


@dataclass(frozen=True, slots=True)
class ResetRequest:
    """The connection is reset once so many bytes of a request have come, head included, before it is whole."""

    after: int


# -- After the request was accepted, in the order of the scenario


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happens for so many seconds, or for as long as the measure says."""

    seconds: float = 0.0
    measure: Measure | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Part of the response is sent: up to that share (0 to 1) of its bytes, or all with so many bytes a second.

    What trickles is cut, by reset, when the measure `slow` is over.
    """

    share: float = 1.0
    pace: float = 0.0


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset (RST); what was not sent is not sent."""


@dataclass(frozen=True, slots=True)
class Leave:
    """TCP ends in order (FIN), without TLS's close_notify."""


Step = Refuse | Ignore | Crowd | Show | Speak | RefuseClient | ResetRequest | Wait | Send | Reset | Leave
ACTIONS: Mapping[str, type[Step]] = {
    "refuse": Refuse,
    "ignore": Ignore,
    "crowd": Crowd,
    "show": Show,
    "speak": Speak,
    "refuse-client": RefuseClient,
    "reset-request": ResetRequest,
    "wait": Wait,
    "send": Send,
    "reset": Reset,
    "leave": Leave,
}
AFTER_ACCEPTANCE = (Wait, Send, Reset, Leave)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent in place of the answer that belongs there.

    `status` 0: the answer's own. `content`: one of `damage.CONTENTS`; "as-is" leaves the body alone. `content_type` "":
    as it was. `headers` are added; the value "canary" stands for the canary's address. `framing`: length, chunked; long
    (announces more than comes), short (less), or broken-chunk.
    """

    status: int = 0
    content: str = "as-is"
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    framing: str = "length"

    @property
    def header_values(self) -> frozenset[str]:
        """The values of the added header fields."""
        return frozenset(value for _, value in self.headers)
