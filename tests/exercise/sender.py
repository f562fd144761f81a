"""A tiny sending system in a process of its own: python sender.py SETTINGS PERSONS. Standard library only.

Looks each test person up, delivers, tries again what is temporary, and writes what became of it into its account.
Settings (JSON): far, authority, client, delivery (XML with RECIPIENT in it), account, timeout, attempts, pause,
`breaks` (after a message that failed it never sends again), and `avoid`: a port that it cannot reach.
"""

import csv
import http.client
import json
import re
import ssl
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

LOOKUP = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    '<isReachable xmlns="http://minameddelanden.gov.se/schema/Recipient/v3"><senderOrgNr>162021004748</senderOrgNr>'
    "<recipientId>RECIPIENT</recipientId></isReachable></e:Body></e:Envelope>"
)
LOCK = threading.Lock()


class Later(Exception):
    """Nothing was taken; a repeat may do."""


class Uncertain(Exception):
    """It may have been taken."""


def main(settings, rows):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda row: account_for(settings, row["person"]), rows))


def account_for(settings, person):
    outcome, channel, told = "failed", "", "ja"
    marker = Path(settings["account"]).with_suffix(".broken")
    if settings.get("breaks") and marker.exists():
        return
    for attempt in range(settings["attempts"]):
        if attempt:
            time.sleep(settings["pause"])
        try:
            outcome, channel, told = send(settings, person)
            break
        except Later:
            continue
        except Uncertain:
            outcome, channel, told = "unknown", "", "ja"
            break
    if settings.get("breaks") and outcome == "failed":
        marker.touch()
    with LOCK, Path(settings["account"]).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerow((person, uuid.uuid4().hex[:8], outcome, channel, told))


def send(settings, person):
    found = post(settings, settings["far"], LOOKUP.replace("RECIPIENT", person), Later)
    address = re.search(r"<[\w:]*ServiceAdress>(.+?)</", found)
    if "SenderAccepted>true" not in found or "Type>Secure" not in found or not address:
        return "paper", "paper", ""
    delivery = Path(settings["delivery"]).read_text("utf-8").replace("RECIPIENT", person)
    receipt = post(settings, address[1], delivery, Uncertain)
    if re.search(r"Delivered>true<", receipt):
        return "delivered", "digital", ""
    return "failed", "", "ja"


def post(settings, url, body, lost):
    where = urlsplit(url)
    context = ssl.create_default_context(cafile=settings["authority"])
    context.load_cert_chain(settings["client"])
    connection = http.client.HTTPSConnection(where.hostname, where.port, context=context, timeout=settings["timeout"])
    if where.port == settings.get("avoid"):
        raise Later
    try:
        connection.connect()
    except OSError as error:
        raise Later from error
    try:
        connection.request("POST", where.path, body.encode(), {"Content-Type": "text/xml; charset=utf-8"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise lost from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Later
    return text


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with Path(sys.argv[2]).open(encoding="utf-8", newline="") as table:
        main(told, list(csv.DictReader(table)))
