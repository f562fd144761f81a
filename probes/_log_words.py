"""What does a record tell: who, what, when, which object, with what result, from where, and under which correlation id?

By the names of its fields, in English and Swedish, however they are written (correlationId, correlation_id,
X-Correlation-Id); in a text without pairs by where things stand. Also: its level, the fault codes in it, and whether it
gives a cause. Left out: which message it is about (`_log_ids`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from probes._log_records import Record


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ERROR, WARNING, OTHER = "error", "warning", "other"
NAMES: Mapping[str, frozenset[str]] = {
    "who": _words(
        "who user userid username usr actor actorid principal client clientid caller account sender csusername uid "
        "serviceaccount vem anvandare anvandarid aktor handlaggare avsandare"
    ),
    "what": _words(
        "what event eventname eventtype eventid action operation message msg method csmethod activity vad handelse "
        "atgard meddelande"
    ),
    "object": _words(
        "object objectid resource messageid msgid recordid caseid case documentid recipient recipientid uri url path "
        "csuristem target arende arendeid arendenummer objekt meddelandeid mottagare"
    ),
    "result": _words("result outcome status statuscode scstatus success httpstatus responsecode resultat utfall svar"),
    "source": _words(
        "source node host hostname service servicename app application logger loggername component process system "
        "ssitename scomputername syslogidentifier systemdunit comm kalla nod tjanst komponent"
    ),
    "correlation": _words(
        "correlationid correlation xcorrelationid traceid trace traceparent requestid xrequestid transactionid transid "
        "conversationid activityid opid korrelationsid sparid"
    ),
}
"""What a record has to have (check 12-2), but for when, by the names that fields have for it."""
WHEN = "when"
ALL = (*NAMES, WHEN)
_LEVEL_NAMES = _words("level severity loglevel lvl severitytext niva priority entrytype")
_LEVELS = {
    ERROR: _words("error err e fatal f crit critical alert emerg emergency severe fel 0 1 2 3"),
    WARNING: _words("warning warn w varning 4"),
}
_LEVEL_IN_TEXT = re.compile(
    r"(?:\b(?P<error>ERROR|ERR|FATAL|CRIT|CRITICAL|ALERT|EMERG|SEVERE|FEL)\b|\b(?P<warning>WARN|WARNING|VARNING)\b)"
    r"|\[(?:(?P<low_error>error|err|fatal|crit|alert|emerg|fel)|(?P<low_warning>warn|warning|varning))\]"
)
_PRIORITY = re.compile(r"^<(\d{1,3})>")
_SOURCE_IN_TEXT = re.compile(r"\b[\w-]{2,48}\[\d{1,10}\]:|\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){1,12}\b")
_CODE = re.compile(
    r"(?:fault|error|fel|code|kod)[_ ]?(?:code|kod)?[\"'>:=\s#()\[\]-]{0,6}0*(\d{1,4})(?![\d.:])", re.IGNORECASE
)
_CAUSE = re.compile(
    r"(?-i:\b[A-Z]\w*(?:Error|Exception|Fault|Timeout)\b)"
    r"|\bHTTP(?:/\d\.\d)?[ =:]{1,2}\d{3}\b|\bstatus\W{1,3}\d{3}\b|\bCaused by\b"
    r"|\berrno\W{1,3}\d+|\btime(?:d[ -])?-?out\b|\brefused\b|\breset\b|\bunreachable\b|\bavvisad|\bon[åa]bar"
    r"|\b(?:because|reason|cause|orsak|eftersom)\b\W{1,3}\w",
    re.IGNORECASE,
)
_CAUSE_NAMES = _words("why cause reason orsak anledning exception exceptionmessage errormessage stack stacktrace")
_TLS = re.compile(r"ssl|tls|handshake|certificate|certifikat|\balert\b|unknown_ca", re.IGNORECASE)


def fields_told(record: Record) -> frozenset[str]:
    """Which of ALL the record tells."""
    names = plain_names(record.fields)
    told = {what for what, known in NAMES.items() if names & known}
    if record.when is not None:
        told.add(WHEN)
    if record.text and not record.fields:
        told.add("what")
    if "source" not in told and _SOURCE_IN_TEXT.search(record.text[:400]):
        told.add("source")
    return frozenset(told)


def plain_names(fields: Mapping[str, str]) -> frozenset[str]:
    """The names of fields that say something, each in letters and digits only: as a whole, and its last part."""
    found = set()
    for name, value in fields.items():
        if value and value != "-":
            found.add(_plain(name))
            found.add(_plain(name.rpartition(".")[2]))
    return frozenset(found)


def level_of(record: Record) -> str:
    """ERROR, WARNING or OTHER."""
    for name, value in record.fields.items():
        if {_plain(name), _plain(name.rpartition(".")[2])} & _LEVEL_NAMES:
            return next((level for level, words in _LEVELS.items() if value.strip().lower() in words), OTHER)
    if found := _PRIORITY.match(record.text):
        severity = int(found[1]) % 8
        return ERROR if severity <= 3 else WARNING if severity == 4 else OTHER
    if found := _LEVEL_IN_TEXT.search(record.text[:240]):
        return ERROR if found["error"] or found["low_error"] else WARNING
    return OTHER


def codes_in(record: Record) -> frozenset[int]:
    """The numbers that stand behind a word for fault, error or code."""
    return frozenset(int(code) for code in _CODE.findall(record.text))


def tells_cause(record: Record) -> bool:
    """Whether it says why: an exception by name, a status, a code, a stack trace, or a field for it."""
    named = any(_plain(name.rpartition(".")[2]) in _CAUSE_NAMES and value for name, value in record.fields.items())
    return named or bool(codes_in(record)) or bool(_CAUSE.search(record.text))


def tells_tls(record: Record) -> bool:
    """Whether it speaks of TLS or certificates."""
    return bool(_TLS.search(record.text))


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of these words, whole, in a text in lower case; a word may stand beside digits and marks."""
    either = "|".join(re.escape(word.lower()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{either})(?![^\W\d_])")


@lru_cache(4096)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9åäö]", "", name.lower()).translate(_FLAT)


_FLAT = str.maketrans("åäö", "aao")
