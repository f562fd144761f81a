"""Who may see and answer the page? A browser on this machine that was given the address, and nobody else.

It listens on 127.0.0.1 alone, at a path that cannot be guessed; another Host (DNS rebinding) or Origin (a form on
somebody else's site) is refused; no script, frame or resource from elsewhere is let in. Left out: what stands on it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from readiness.attest.answers import FIELDS, Answer
from readiness.attest.desk import Desk, Looked
from readiness.attest.page import ended, form, fresh, overview, refused, style
from readiness.attest.questions import Question
from readiness.attest.terminal import REMEMBERED
from readiness.errors import ReadinessError

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
SECONDS = 20
"""How long one connection may keep a thread."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser says "Origin: null" of our own form too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def serve(desk: Desk, told: Callable[[str], None], role: str = "") -> None:
    """Serve until somebody ends it on the page or with Ctrl-C. `told` gets the address."""
    counter = Counter(desk, role)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Visit, counter)) as server:
        server.daemon_threads = True
        counter.host = f"127.0.0.1:{server.server_port}"
        counter.stop = server.shutdown
        told(f"http://{counter.host}/{counter.token}/")
        server.serve_forever(poll_interval=0.1)


class Counter:
    """What all visits share: the desk, one at a time, the secret of the address, and what was typed once."""

    def __init__(self, desk: Desk, role: str) -> None:
        self.desk, self.role = desk, role
        self.token = secrets.token_urlsafe(24)
        self.host = ""
        self.turn = threading.Lock()
        self.remembered: dict[str, str] = {}
        self.stop: Callable[[], None] = lambda: None


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.0"
    timeout = SECONDS

    def __init__(self, counter: Counter, *arguments: object) -> None:
        self.counter = counter
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """The style sheet, the overview, a question, or the next one."""
        if (name := self._name()) is None:
            return
        if name == "style.css":
            self._answer(200, style(), "text/css")
            return
        with self.counter.turn:
            self._told(partial(self._shown, name))

    def do_POST(self) -> None:
        """An answer, or the end."""
        if (name := self._name()) is None:
            return
        if self.headers.get_all("Origin") != [f"http://{self.counter.host}"]:
            self._refuse(403)
        elif (body := self._body()) is not None:
            with self.counter.turn:
                self._told(partial(self._done, name, body))

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the address is a secret, and what is typed belongs to who typed it."""

    def version_string(self) -> str:
        """What the server calls itself."""
        return "mm-readiness"

    def _name(self) -> str | None:
        """What is asked for, if it is ours to give; else the refusal is sent."""
        parts = urlsplit(self.path).path.split("/")
        if self.headers.get_all("Host") != [self.counter.host]:
            self._refuse(403)
        elif len(parts) != 3 or not secrets.compare_digest(parts[1].encode(), self.counter.token.encode()):
            self._refuse(404)
        else:
            return parts[2]
        return None

    def _body(self) -> Mapping[str, list[str]] | None:
        """The fields of a form; else the refusal is sent."""
        said = self.headers.get("Content-Length", "")
        if not said.isascii() or not said.isdigit() or self.headers.get("Transfer-Encoding"):
            self._refuse(411)
        elif len(said) > 9 or int(said) > MOST_BYTES:
            self._refuse(413)
        elif self.headers.get_content_type() != "application/x-www-form-urlencoded":
            self._refuse(415)
        else:
            try:
                text = self.rfile.read(int(said)).decode("utf-8")
                return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
            except (ValueError, OSError):  # no text, too many fields, or nobody sent it in time
                self._refuse(400)
        return None

    def _told(self, act: Callable[[Looked], None]) -> None:
        """Act on what stands on the desk now; a profile that somebody broke meanwhile is told on the terminal."""
        try:
            act(self.counter.desk.look())
        except ReadinessError as error:
            self.counter.desk.said(str(error))
            self._refuse(500)

    def _shown(self, name: str, looked: Looked) -> None:
        desk, query = self.counter.desk, parse_qs(urlsplit(self.path).query)
        if name == "":
            self._answer(200, overview(desk, looked, self.counter.role))
        elif name == "next":
            self._go(_after(looked, query.get("after", [""])[0], self.counter.role))
        elif (question := looked.question(name)) is None:
            self._refuse(404)
        else:
            saved = query.get("saved", [""])[0]
            answer = fresh(desk, looked, question, self.counter.remembered)
            self._answer(200, form(desk, looked, question, answer, {}, saved if looked.question(saved) else ""))

    def _done(self, name: str, body: Mapping[str, list[str]], looked: Looked) -> None:
        if name == "finish":
            self._answer(200, ended(self.counter.desk, len(looked.asked(role=self.counter.role))))
            threading.Thread(target=self.counter.stop, daemon=True).start()
        elif question := looked.question(name):
            self._take(question, body, looked)
        else:
            self._refuse(404)

    def _take(self, question: Question, body: Mapping[str, list[str]], looked: Looked) -> None:
        texts = {field: body.get(field, [""])[0] for field in FIELDS if field != "void_if"}
        answer = Answer(texts, tuple(body.get("void_if", ())))
        if wrongs := self.counter.desk.take(looked, question, answer):
            self._answer(422, form(self.counter.desk, looked, question, answer, wrongs))
            return
        self.counter.remembered |= {field: answer.said(field) for field in REMEMBERED}
        following = _after(self.counter.desk.look(), question.id, self.counter.role)
        self._go(f"{following}?saved={question.id}" if following else "")

    def _go(self, name: str) -> None:
        self._answer(303, "", location=f"/{self.counter.token}/{name}")

    def _refuse(self, code: int) -> None:
        self._answer(code, refused(self.counter.desk))

    def _answer(self, code: int, text: str, kind: str = "text/html", location: str = "") -> None:
        content = text.encode("utf-8")
        self.send_response(code)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content)


def _after(looked: Looked, check: str, role: str) -> str:
    """The open question that follows one in the order of the checklist, round again; "" where none is left."""
    order = [question.id for question in looked.questions]
    place = order.index(check) + 1 if check in order else 0
    still = {question.id for question in looked.asked(role=role)} - {check}
    return next((one for one in order[place:] + order[:place] if one in still), "")
