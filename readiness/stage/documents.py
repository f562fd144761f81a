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
from readiness.stage.settings import Dispatcher, Operator, Sender


def reachable(statuses: Iterable[tuple[str, bool]]) -> str:
    """isReachableResponse of (account status, sender accepted) pairs."""
    rows = "".join(
        f"<return><r:AccountStatus>{status}</r:AccountStatus><r:SenderAccepted>{flag(accepted)}</r:SenderAccepted></return>"
        for status, accepted in statuses
    )
    return _look_up("isReachableResponse", rows)


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


def receipt(trans_id: str, recipient: str, *, delivered: bool, statuses: int) -> str:
    """deliverSecureResponse with that many Status rows, all alike."""
    status = f"<Status><RecipientId>{escape(recipient)}</RecipientId><Delivered>{flag(delivered)}</Delivered></Status>"
    return (
        f'<r:deliverSecureResponse xmlns:r="{SERVICE_V3}" xmlns="{SERVICE}"><r:return><TransId>{trans_id}</TransId>'
        f"{status * statuses}</r:return></r:deliverSecureResponse>"
    )


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
