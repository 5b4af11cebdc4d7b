"""Customers' links over HTTP: pages for a browser, and the forms that come back from them.

What opens a link stands in the address, so no address is written to a log, passed on to another site, or kept
by a browser. A worker remembers nothing but how fast somebody knocks.
"""

import json
import re
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from desktop.documents.voice import short_hash
from desktop.errors import SatchelError
from desktop.models.records import Attachment
from desktop.models.records.quotes import DECLINES
from desktop.rules import attachments as files
from desktop.rules.ink import Ink, read
from desktop.words import Message, msg
from sync.server import link_page, links
from sync.server.blobs import OFFICE
from sync.server.links import ACCEPTED, DECLINED, SHOWN, Closed, Found, Full, Said, plain
from sync.server.problems import told
from sync.server.server import Server
from sync.server.tables import BLOB, PIECE, PROOF

LONGEST_BODY: Final = 400_000
"""Bytes of a form: ink of 8,000 points has its room."""
KNOCKS: Final = 60
"""Addresses that open nothing, a minute, from one place."""
VISITS: Final = 240
"""Pages a minute for one place."""
REMEMBERED: Final = 5000
MINUTE: Final = 60.0
NAME: Final = msg("Type your name first.", "link")
AGREE: Final = msg("Tick that you accept it first.", "link")
INK_AGAIN: Final = msg(
    "What you drew is not a signature yet; clear it, and draw it again or leave it.", "link"
)
CHANGED: Final = msg("This page is not the newest any more. Look at it again, please.", "link")
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?")
_KEPT: Final = {
    "cache-control": "no-store, max-age=0",
    "pragma": "no-cache",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class Pace:
    """How often somebody came within the minute; it forgets everything rather than grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since, self._seen = 0.0, dict[tuple[str, str], int]()
        self._lock = threading.Lock()

    def over(self, what: str, who: str, most: int) -> bool:
        """Count once more; whether that is too often."""
        now = self._clock()
        with self._lock:
            if now - self._since >= MINUTE or len(self._seen) >= REMEMBERED:
                self._since, self._seen = now, {}
            times = self._seen[what, who] = self._seen.get((what, who), 0) + 1
        return times > most


class Visits:
    """The addresses of customers' links; each method is named as its page in `openapi.OPEN`."""

    def __init__(self, server: Server, *, behind_proxy: bool) -> None:
        self._server = server
        self._behind_proxy = behind_proxy
        self.pace = Pace()

    async def customerPage(self, http: HttpRequest) -> HttpResponse:  # noqa: N802 - as the operation is called
        """The page of a link."""
        return await self._counted(http, b"", self._show)

    async def customerPaper(self, http: HttpRequest) -> HttpResponse:  # noqa: N802
        """The sealed PDF of what the page shows."""
        return await self._counted(http, b"", self._paper)

    async def customerAccepts(self, http: HttpRequest) -> HttpResponse:  # noqa: N802
        """The form at the foot of the page."""
        return await self._taken(http, ACCEPTED)

    async def customerDeclines(self, http: HttpRequest) -> HttpResponse:  # noqa: N802
        """The other form."""
        return await self._taken(http, DECLINED)

    async def _taken(self, http: HttpRequest, answer: str) -> HttpResponse:
        body = bytearray()
        try:
            async for chunk in http.stream():
                body += chunk
                if len(body) > LONGEST_BODY:
                    return _notice(413, link_page.NOTHING, "zh")
        except ClientDisconnect:
            return HttpResponse(status_code=400)  # nobody hears it

        def act(http: HttpRequest, token: str, form: bytes) -> HttpResponse:
            return self._answer(http, token, _form(form), answer)

        return await self._counted(http, bytes(body), act)

    async def _counted(
        self, http: HttpRequest, body: bytes, act: Callable[[HttpRequest, str, bytes], HttpResponse]
    ) -> HttpResponse:
        started = time.perf_counter()
        with self._server.metrics.working():
            answered = await run_in_threadpool(self._guarded, http, body, act)
        took = time.perf_counter() - started
        self._server.metrics.answered("customer", answered.status_code, took, len(body), len(answered.body))
        return answered

    def _guarded(
        self, http: HttpRequest, body: bytes, act: Callable[[HttpRequest, str, bytes], HttpResponse]
    ) -> HttpResponse:
        language, who = _preferred(http.headers.get("accept-language", "")) or "zh", self._who(http)
        if self.pace.over("visit", who, VISITS):
            return _notice(429, link_page.BUSY, language)
        try:
            return act(http, http.path_params["token"], body)
        except Full:
            return _notice(429, link_page.BUSY, language)
        except (OperationalError, PoolTimeout, SatchelError) as error:
            told("a customer's link", error)  # never its address
            return _notice(503, link_page.BUSY, language)

    def _show(self, http: HttpRequest, token: str, _body: bytes) -> HttpResponse:
        with self._server.store.read() as conn:
            found = links.find(conn, token, self._server.clock())
            paper = found is not None and found.state in SHOWN and _paper_of(conn, found) is not None
        if found is None:
            return self._nothing(http)
        return _page(found, _language(http, found), http.scope["path"], paper=paper)

    def _paper(self, http: HttpRequest, token: str, _body: bytes) -> HttpResponse:
        with self._server.store.read() as conn:
            found = links.find(conn, token, self._server.clock())
            sha256 = _paper_of(conn, found) if found is not None and found.state in SHOWN else None
            pdf = _bytes_of(conn, sha256) if sha256 is not None else b""
        if found is None or not pdf:
            return self._nothing(http)
        name = re.sub(r"[^A-Za-z0-9-]", "", str(found.snapshot.get("number", ""))) or "quote"
        headers = {
            **_KEPT,
            "content-security-policy": "default-src 'none'; sandbox",
            "content-disposition": f'attachment; filename="{name}.pdf"',
        }
        return HttpResponse(pdf, 200, headers, "application/pdf")

    def _answer(self, http: HttpRequest, token: str, form: Mapping[str, str], answer: str) -> HttpResponse:
        now, server = self._server.clock(), self._server
        with server.store.read() as conn:
            found = links.find(conn, token, now)
        if found is None:
            return self._nothing(http)
        server.store.write(lambda conn: links.count(conn, token, now))
        language = form["lang"] if form.get("lang") in ("zh", "en") else _language(http, found)
        base = http.scope["path"].rpartition("/")[0]
        said = self._said(http, form, answer, language)
        if isinstance(said, Message):
            return _page(found, language, base, paper=False, why=said, status=422)
        try:
            server.store.write(lambda conn: links.take(conn, token, said, now))
        except Closed:
            with server.store.read() as conn:
                now_found = links.find(conn, token, now)
            if now_found is None:
                return self._nothing(http)
            return _page(now_found, language, base, paper=False, why=CHANGED, status=409)
        return HttpResponse(b"", 303, {**_KEPT, "location": f"{base}?lang={language}"})

    def _said(self, http: HttpRequest, form: Mapping[str, str], answer: str, language: str) -> Said | Message:
        """What a form says, or what is wrong with it."""
        name, ink = plain(form.get("name", ""), 100), _ink(form.get("ink", ""))
        if not name:
            return NAME
        if answer == ACCEPTED and form.get("agree") != "yes":
            return AGREE
        if ink is None and form.get("ink", "").strip() and answer == ACCEPTED:
            return INK_AGAIN
        browser = {"agent": plain(http.headers.get("user-agent", ""), 300), "address": self._who(http)[:64]}
        return Said(
            answer,
            name,
            job=plain(form.get("job", ""), 100),
            why=form.get("why", "") if form.get("why", "") in dict(DECLINES) else "",
            reason=plain(form.get("reason", ""), 500, lines=True) if answer == DECLINED else "",
            seen=form.get("seen", "")[:64],
            language=language,
            ink=ink if answer == ACCEPTED else None,
            browser=browser,
        )

    def _nothing(self, http: HttpRequest) -> HttpResponse:
        language = _preferred(http.headers.get("accept-language", "")) or "zh"
        if self.pace.over("knock", self._who(http), KNOCKS):
            return _notice(429, link_page.BUSY, language)
        return _notice(404, link_page.NOTHING, language)

    def _who(self, http: HttpRequest) -> str:
        """Where it comes from: behind a proxy, as the proxy says."""
        passed = ",".join(http.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
        if self._behind_proxy and passed:
            return plain(passed, 64)
        return http.client.host if http.client is not None else ""


Endpoint = Callable[[HttpRequest], Awaitable[HttpResponse]]


def _form(body: bytes) -> dict[str, str]:
    """The first value of each field; nothing where it is no form."""
    try:
        found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _ink(text: str) -> Ink | None:
    try:
        facts = json.loads(text) if text else None
        found = read(facts) if isinstance(facts, dict) else None
    except (ValueError, RecursionError):
        return None
    return found if found is not None and found.enough else None


def _language(http: HttpRequest, found: Found) -> str:
    """The one that was chosen, else that of the paper; of paper in both, the browser's."""
    chosen, paper = http.query_params.get("lang", ""), found.snapshot.get("language", "zh")
    if chosen in ("zh", "en"):
        return chosen
    return (
        str(paper) if paper in ("zh", "en") else _preferred(http.headers.get("accept-language", "")) or "zh"
    )


def _preferred(header: str) -> str:
    """Of Chinese and English the one that a browser likes better; empty where it names neither."""
    best, most = "", 0.0
    for part in header[:400].split(","):
        match = _LANGUAGE.fullmatch(part.strip())
        if match is None or match[1].lower() not in ("zh", "en"):
            continue
        weight = float(match[2] or 1)
        if weight > most:
            best, most = match[1].lower(), weight
    return best


def _page(
    found: Found, language: str, base: str, *, paper: bool, why: Message | None = None, status: int = 200
) -> HttpResponse:
    nonce = secrets.token_urlsafe(18)
    return _html(link_page.page(found, language, base, nonce, paper=paper, why=why), nonce, status)


def _notice(status: int, words: Message, language: str) -> HttpResponse:
    nonce = secrets.token_urlsafe(18)
    made = _html(link_page.notice(words, language, nonce), nonce, status)
    if status in (429, 503):
        made.headers["retry-after"] = "60"
    return made


def _html(text: str, nonce: str, status: int) -> HttpResponse:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**_KEPT, "content-security-policy": policy}
    return HttpResponse(text.encode(), status, headers, "text/html; charset=utf-8")


# ---------------------------------------------------------------- the paper


def _paper_of(conn: Connection, found: Found) -> str | None:
    """The hash of the sealed paper with this content, where its bytes are whole at the office."""
    table, check = Attachment.table(), str(found.link["content_hash"] or "")
    query = (
        select(table.c.sha256, table.c.name)
        .join(BLOB, BLOB.c.sha256 == table.c.sha256)
        .join(PROOF, (PROOF.c.sha256 == table.c.sha256) & (PROOF.c.attachment == table.c.id))
        .where(
            table.c.of == "quote",
            table.c.of_id == UUID(hex=found.quote["id"]),
            table.c.purpose == files.SEALED,
            table.c.media_type == files.PDF,
            table.c.deleted_at.is_(None),
        )
    )
    ending = f" {short_hash(check).replace(' ', '')}.pdf"
    named = [
        row.sha256 for row in conn.execute(query.order_by(table.c.id.desc())) if row.name.endswith(ending)
    ]
    return named[0] if named else None


def _bytes_of(conn: Connection, sha256: str) -> bytes:
    query = select(PIECE.c.data).where(PIECE.c.sha256 == sha256, PIECE.c.device == OFFICE)
    return b"".join(bytes(row.data) for row in conn.execute(query.order_by(PIECE.c.n)))
