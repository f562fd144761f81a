"""The built-in defects of TLS versions. All are those of the case system's server."""

from __future__ import annotations

from readiness.demo.defect import Defect, change_server
from readiness.demo.plan import CASE_SYSTEM
from readiness.model import Words

DEFECTS = (
    Defect(
        "sslv3",
        Words("Verksamhetssystemet svarar på SSL 3.0", "The case system answers SSL 3.0"),
        change_server(CASE_SYSTEM, answers_sslv3=True),
        ("MM-TLS-01", "MM-TLS-04"),
    ),
    Defect(
        "tls-1.0",
        Words("Verksamhetssystemet tar emot TLS 1.0 och 1.1", "The case system accepts TLS 1.0 and 1.1"),
        change_server(CASE_SYSTEM, oldest="TLSv1.0"),
        ("MM-TLS-02", "MM-TLS-03", "MM-TLS-04"),
    ),
    Defect(
        "tls-1.1",
        Words("Verksamhetssystemet tar emot TLS 1.1", "The case system accepts TLS 1.1"),
        change_server(CASE_SYSTEM, oldest="TLSv1.1"),
        ("MM-TLS-03", "MM-TLS-04"),
    ),
    Defect(
        "no-tls-1.3",
        Words("Verksamhetssystemet kan inte TLS 1.3", "The case system does not speak TLS 1.3"),
        change_server(CASE_SYSTEM, newest="TLSv1.2"),
        ("MM-TLS-05",),
    ),
    Defect(
        "only-tls-1.1",
        Words("Verksamhetssystemet kan inget nyare än TLS 1.1", "The case system speaks nothing newer than TLS 1.1"),
        change_server(CASE_SYSTEM, oldest="TLSv1.1", newest="TLSv1.1"),
        ("MM-TLS-03", "MM-TLS-04", "MM-TLS-05"),
    ),
)
