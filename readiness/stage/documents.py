"""What do the contract's answers look like as XML? Strings in, the content of a SOAP body out; C 3.

Namespaces as the schemas have them: Authority's `return` is in none. Left out: who gets which answer (answers).
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from readiness.contract.names import (
    AUTHORITY_WSDL,
    DISPATCHER,
    MESSAGE,
    MESSAGE_V3,
    RECIPIENT,
    RECIPIENT_V3,
    SENDER,
    SERVICE,
    SERVICE_V3,
)
from readiness.stage.behaviour import Behaviour
from readiness.stage.settings import Dispatcher, Operator, Sender, nobody

SOMEBODY_ELSE = nobody(8)
"""An organisation number that belongs to nobody: whom a receipt names that is not about the recipient."""


def reachable(statuses: Iterable[tuple[str, bool]], padding: int = 0) -> str:
    """isReachableResponse of (account status, sender accepted) pairs; `padding`: bytes of white space before them."""
    rows = "".join(
        f"<return><r:AccountStatus>{status}</r:AccountStatus><r:SenderAccepted>{flag(accepted)}</r:SenderAccepted></return>"
        for status, accepted in statuses
    )
    return _look_up("isReachableResponse", " " * padding + rows)


def registered(statuses: Iterable[str]) -> str:
    """isRegisteredResponse of account statuses."""
    return _look_up("isRegisteredResponse", "".join(f"<return>{status}</return>" for status in statuses))


def account_status(recipient: str, behaviour: Behaviour, supplier: Operator | None, address: str) -> str:
    """The inside of an AccountStatus. InternalServiceAdress is mandatory, not used, and sent empty (C 3.1)."""
    given = ""
    if supplier is not None:
        given = (
            f"<r:ServiceSupplier><r:Id>{escape(supplier.id)}</r:Id><r:Name>{escape(supplier.name)}</r:Name>"
            f"<r:ServiceAdress>{escape(address)}</r:ServiceAdress><r:InternalServiceAdress/></r:ServiceSupplier>"
        )
    return (
        f"<r:RecipientId>{escape(recipient)}</r:RecipientId><r:Type>{behaviour.account}</r:Type>"
        f"<r:Pending>{flag(behaviour.pending)}</r:Pending>{given}"
    )


def senders(registered_ones: Iterable[Sender]) -> str:
    """getSendersResponse."""
    rows = "".join(
        f'<return xmlns="" xmlns:s="{SENDER}"><s:Id>{escape(one.id)}</s:Id><s:Name>{escape(one.name)}</s:Name></return>'
        for one in registered_ones
    )
    return f'<a:getSendersResponse xmlns:a="{AUTHORITY_WSDL}">{rows}</a:getSendersResponse>'


def dispatchers(registered_ones: Iterable[Dispatcher]) -> str:
    """getDispatchersResponse."""
    rows = "".join(
        f'<return xmlns="" xmlns:d="{DISPATCHER}"><d:Id>{escape(one.id)}</d:Id><d:Name>{escape(one.name)}</d:Name>'
        + "".join(f"<d:Senders>{escape(sender)}</d:Senders>" for sender in one.senders)
        + "</return>"
        for one in registered_ones
    )
    return f'<a:getDispatchersResponse xmlns:a="{AUTHORITY_WSDL}">{rows}</a:getDispatchersResponse>'


def receipt(trans_id: str, recipient: str, behaviour: Behaviour, *, delivered: bool) -> str:
    """deliverSecureResponse with as many Status rows as the behaviour says, and before them one of somebody else."""
    status = _status(recipient, delivered=delivered) * behaviour.statuses
    if behaviour.other_status_first:
        status = _status(SOMEBODY_ELSE, delivered=True) + status
    return (
        f'<r:deliverSecureResponse xmlns:r="{SERVICE_V3}" xmlns="{SERVICE}"><r:return><TransId>{trans_id}</TransId>'
        f"{status}</r:return></r:deliverSecureResponse>"
    )


def _status(recipient: str, *, delivered: bool) -> str:
    return f"<Status><RecipientId>{escape(recipient)}</RecipientId><Delivered>{flag(delivered)}</Delivered></Status>"


def distributed(id_: str) -> str:
    """distributeSecureResponse."""
    return f'<distributeSecureResponse xmlns="{MESSAGE_V3}"><return>{id_}</return></distributeSecureResponse>'


def distribution_status(recipient: str, type_: str, status: str) -> str:
    """checkDistributionStatusResponse. `type_`: Digital, Paper, Not; `status`: "", Delivered, DeliveryFailed."""
    inner = f"<DeliveryStatus>{status}</DeliveryStatus>" if status else ""
    return (
        f'<m:checkDistributionStatusResponse xmlns:m="{MESSAGE_V3}" xmlns="{MESSAGE}"><m:return>'
        f"<RecipientId>{escape(recipient)}</RecipientId><Type>{type_}</Type>{inner}</m:return>"
        f"</m:checkDistributionStatusResponse>"
    )


def flag(value: bool) -> str:
    """xs:boolean."""
    return "true" if value else "false"


def _look_up(name: str, rows: str) -> str:
    return f'<{name} xmlns="{RECIPIENT_V3}" xmlns:r="{RECIPIENT}">{rows}</{name}>'
