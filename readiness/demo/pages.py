"""Which pages does the example kommun show the public, and how do they answer? Plans that the built-in defects change.

Left out: TLS (`servers`), and what a page of a purpose must speak of (`readiness.page_purposes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.demo.soap_service import Request

DOMAIN = "exempelby.example"
HOST = f"www.{DOMAIN}"
HOSTS = (HOST, "digitalpost.exempelsystem.example")
"""What the certificate of the web server covers: its own host, and the one of a built-in defect."""
WEB, CERTIFICATE = "webb", "webb-server"
LOG = "bekraftelser.log"
CONFIRMED = "bekraftelse-PROV-0001"
LINK = f"/bekrafta/{CONFIRMED}"


@dataclass(slots=True)
class PagePlan:
    """A page: its purpose, its path, what stands on it. `host` is the one of its URL; `logs`: a look is logged."""

    purpose: str
    path: str
    body: str
    language: str = "sv"
    status: int = 200
    host: str = HOST
    logs: bool = False


def conforming_pages() -> dict[str, PagePlan]:
    """The pages of the conforming kommun, by id."""
    return {
        "hjalpsida": PagePlan("help", "/digital-post", HELP),
        "papperssida": PagePlan("paper", "/digital-post/papper", PAPER),
        "kanalsida": PagePlan("channels", "/digital-post/kanaler", CHANNELS),
        "bekraftelse": PagePlan("confirmation", LINK, "<h1>Tack</h1><p>Bekräftelsen är mottagen.</p>", logs=True),
    }


@dataclass(frozen=True, slots=True)
class PageService:
    """The web server behind TLS; where a page `logs`, each look adds a line to the file."""

    pages: Mapping[str, PagePlan]
    log: Path

    def answer(self, request: Request) -> bytes:
        """The whole HTTP answer."""
        page = next((one for one in self.pages.values() if one.path == request.target), None)
        if page is None or request.method != "GET":
            return _http(404, page_html("sv", "<h1>Sidan finns inte</h1>"))
        if page.logs:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{page.path.rpartition('/')[2]} mottagen\n")
        return _http(page.status, page_html(page.language, page.body))


def page_html(language: str, body: str) -> str:
    """A whole page around what stands in its main part."""
    lang = f' lang="{language}"' if language else ""
    return (
        f'<!DOCTYPE html>\n<html{lang}>\n<head><meta charset="utf-8"><title>Exempelby kommun</title></head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _http(status: int, html: str) -> bytes:
    body = html.encode("utf-8")
    head = f"HTTP/1.1 {status} {PHRASES[status]}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body


PHRASES = {200: "OK", 404: "Not Found", 500: "Internal Server Error"}
STATEMENT = '<a href="/om/tillganglighet">Tillgänglighetsredogörelse</a>'
HELP = f"""<h1>Digital post från kommunen</h1>
<img src="/bild.png" alt="En mobil med ett brev">
<p>Med digital post får du brev från kommunen i din digitala brevlåda i stället för på papper.</p>
<p>Har du ingen digital brevlåda skickar vi brevet på papper. Kontakta kontaktcenter om du har frågor.</p>
<p>{STATEMENT}</p>"""
PAPER = """<h1>Brev på papper</h1>
<p>Du kan få all post på papper. Säg till kontaktcenter, så ändrar vi det.</p>
<p>På biblioteket får du hjälp att läsa och skriva ut digital post.</p>"""
CHANNELS = """<h1>Post från andra än kommunen</h1>
<p>Beslut från privata utförare, till exempel friskolor, kommer på papper och inte som digital post.</p>"""
