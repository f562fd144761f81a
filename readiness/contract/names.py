"""What is each thing called in the Mina meddelanden contract: namespaces, operations, the standards beneath it?

Constants only, from the v3 WSDL and XSD files in use (newest public copies 2022 and 2026) and from the W3C
recommendations they stand on. Left out: what the schemas say (schemas.py), limits (limits.py), fault codes (faults.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOME: Final = "http://minameddelanden.gov.se/"
SCHEMA: Final = HOME + "schema/"

COMMON: Final = SCHEMA + "Common"
COMMON_V2: Final = SCHEMA + "Common/v2"
COMMON_V3: Final = SCHEMA + "Common/v3"
SENDER: Final = SCHEMA + "Sender"
DISPATCHER: Final = SCHEMA + "Dispatcher"
RECIPIENT: Final = SCHEMA + "Recipient"
RECIPIENT_V2: Final = SCHEMA + "Recipient/v2"
RECIPIENT_V3: Final = SCHEMA + "Recipient/v3"
AUTHORITY: Final = SCHEMA + "Authority"
MESSAGE: Final = SCHEMA + "Message"
MESSAGE_V2: Final = SCHEMA + "Message/v2"
MESSAGE_V3: Final = SCHEMA + "Message/v3"
OFFICIAL_MATTER_V3: Final = SCHEMA + "OfficialMatter/v3"
RECEIPT: Final = SCHEMA + "Receipt"
REPLY: Final = SCHEMA + "Reply"
NOTIFICATION: Final = SCHEMA + "Notification"
NOTIFICATION_V2: Final = SCHEMA + "Notification/v2"
NOTIFICATION_V3: Final = SCHEMA + "Notification/v3"
SERVICE: Final = SCHEMA + "Service"
SERVICE_V2: Final = SCHEMA + "Service/v2"
SERVICE_V3: Final = SCHEMA + "Service/v3"

RECIPIENT_WSDL: Final = HOME + "Recipient"
SERVICE_WSDL: Final = HOME + "Service"
MESSAGE_WSDL: Final = HOME + "Message"
NOTIFICATION_WSDL: Final = HOME + "Notification"
AUTHORITY_WSDL: Final = HOME + "Authority"
"""Target namespaces of the WSDL documents. Authority's is the namespace of its elements too; the others' hold none."""

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
WSDL_11: Final = "http://schemas.xmlsoap.org/wsdl/"
WSDL_11_SOAP: Final = "http://schemas.xmlsoap.org/wsdl/soap/"
XML_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema"
XML_SCHEMA_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML_SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"

ENVELOPED_SIGNATURE: Final = XML_SIGNATURE + "enveloped-signature"
INCLUSIVE_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA1: Final = XML_SIGNATURE + "rsa-sha1"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA1: Final = XML_SIGNATURE + "sha1"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"

SOAP_ACTION: Final = ""
"""The SOAPAction of every operation in every binding: empty, sent as two quotation marks (SOAP 1.1, 6.1.1)."""

APPLICATION_FAULT: Final = f"{{{COMMON_V3}}}applicationFault"
"""The element in the detail of every fault of the v3 ports; Authority has one of its own for each operation."""

SIGNED_DELIVERY: Final = f"{{{MESSAGE_V3}}}SignedDelivery"
SEALED_DELIVERY: Final = f"{{{MESSAGE_V3}}}SealedDelivery"
"""The names that deliveries bear when they are signed, standing alone (C§6.2). No global element has either."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that avsändare or förmedlare calls. `request`, `response`, `fault`: element names, `{ns}local`."""

    service: str
    name: str
    request: str
    response: str
    fault: str = APPLICATION_FAULT


def _operation(service: str, name: str, namespace: str) -> Operation:
    return Operation(service, name, f"{{{namespace}}}{name}", f"{{{namespace}}}{name}Response")


def _of_authority(name: str) -> Operation:
    element = f"{{{AUTHORITY_WSDL}}}{name}"
    return Operation("Authority", name, element, f"{element}Response", f"{element}Fault")


OPERATIONS: Final = (
    _operation("Recipient", "isReachable", RECIPIENT_V3),
    _operation("Recipient", "isRegistered", RECIPIENT_V3),
    _operation("Service", "deliverSecure", SERVICE_V3),
    _operation("Message", "distributeSecure", MESSAGE_V3),
    _operation("Message", "checkDistributionStatus", MESSAGE_V3),
    _of_authority("getSenders"),
    _of_authority("getDispatchers"),
)
