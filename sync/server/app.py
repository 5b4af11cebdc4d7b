"""The office on the network: one FastAPI route per request of the protocol, bytes in and bytes out.

The routes read the raw body and leave everything else to `Server.handle`, in a thread of the pool. Which
there are, and what travels, stands in `openapi.py`; what those who keep the office are told, in `health.py`.
"""

import ipaddress
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from desktop.errors import Refused
from desktop.words import msg
from sync.protocol import codec, messages
from sync.protocol.messages import MAX_BODY
from sync.server import events, health, link_visits, metrics, openapi
from sync.server.openapi import PAGES
from sync.server.problems import told
from sync.server.server import Request, Server

BACKLOG: Final = 512
GRACE: Final = 20
"""Seconds that requests in flight have to end once the office is told to stop."""
DEFECT: Final = msg("Something went wrong at the office; the next try follows by itself.")
Endpoint = Callable[[HttpRequest], Awaitable[HttpResponse]]


def make_app(server: Server, *, behind_proxy: bool = False, certificate: str | None = None) -> FastAPI:
    """The office as an ASGI application. `behind_proxy`: that it comes from this computer proves nothing."""
    app = FastAPI(title="Satchel office", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    for page in PAGES:
        listens = page.path == messages.EVENTS
        _route(app, page, _listening(server) if listens else _answerer(server, page.path))
    keeper = _Keeper(server, behind_proxy=behind_proxy, certificate=certificate)
    for page in openapi.KEPT:
        _route(app, page, getattr(keeper, page.name))
    visits = link_visits.Visits(server, behind_proxy=behind_proxy)
    for page in openapi.OPEN:
        _route(app, page, getattr(visits, page.name))
    app.add_exception_handler(Exception, _defect)
    app.add_api_route(
        "/{rest:path}", _answerer(server, "other"), methods=list(_METHODS), include_in_schema=False
    )
    return app


_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _route(app: FastAPI, page: openapi.Page, answer: Endpoint) -> None:
    app.add_api_route(page.path, answer, methods=[page.method], name=page.name, response_class=HttpResponse)


def _answerer(server: Server, route: str) -> Endpoint:
    async def answer(http: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        body = bytearray()
        with server.metrics.working():
            try:
                async for chunk in http.stream():
                    body += chunk
                    if len(body) > MAX_BODY:
                        break
            except ClientDisconnect:
                return HttpResponse(status_code=400)  # nobody hears it
            request = Request(http.method, _target(http), _headers(http), bytes(body))
            try:
                answered = await run_in_threadpool(server.handle, request)
            except Exception:
                server.metrics.answered(route, 500, time.perf_counter() - started, len(body), 0)
                raise
        took = time.perf_counter() - started
        server.metrics.answered(route, answered.status, took, len(body), len(answered.body))
        return HttpResponse(answered.body, answered.status, dict(answered.headers))

    return answer


def _listening(server: Server) -> Endpoint:
    """Who listens holds no thread: see `events.py`."""

    async def answer(http: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request = Request(http.method, _target(http), _headers(http))
        found: events.Stream | messages.News | Exception
        try:
            found = await events.answer(server.events, request, http)
        except Exception as error:  # noqa: BLE001 - the server says what each means
            found = error
        status, sent = 200, 0
        response: HttpResponse
        if isinstance(found, events.Stream):
            response = found
        else:
            try:
                answered = await run_in_threadpool(server.answer, request, _teller(found))
            except Exception:
                server.metrics.answered(messages.EVENTS, 500, time.perf_counter() - started, 0, 0)
                raise
            status, sent = answered.status, len(answered.body)
            response = HttpResponse(answered.body, status, dict(answered.headers))
        server.metrics.answered(messages.EVENTS, status, time.perf_counter() - started, 0, sent)
        return response

    return answer


def _teller(found: messages.News | Exception) -> Callable[[], messages.News]:
    def tell() -> messages.News:
        if isinstance(found, Exception):
            raise found
        return found

    return tell


def _target(http: HttpRequest) -> str:
    """The path with its query, as it was signed."""
    query = http.scope["query_string"].decode("latin-1")
    path = http.scope["raw_path"].decode("latin-1").partition("?")[0]
    return f"{path}?{query}" if query else str(path)


def _headers(http: HttpRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in http.headers.items()}


class _Keeper:
    """What those who keep the office ask; each method is named as its page in `openapi.KEPT`."""

    def __init__(self, server: Server, *, behind_proxy: bool, certificate: str | None) -> None:
        self._server = server
        self._behind_proxy = behind_proxy
        self._certificate = Path(certificate) if certificate else None
        self._drawn = json.dumps(openapi.draw(health.program_version()), ensure_ascii=False)

    async def home(self, _http: HttpRequest) -> HttpResponse:
        """For a browser."""
        said = await run_in_threadpool(health.health, self._server, trusted=False)
        return HttpResponse(
            health.page(said),
            media_type="text/html",
            headers={"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'", **_KEPT},
        )

    async def health(self, http: HttpRequest) -> HttpResponse:
        """For a program; 503 where the store does not answer."""
        trusted = await run_in_threadpool(self._trusts, http)
        try:
            said = await run_in_threadpool(
                health.health, self._server, trusted=trusted, certificate=self._certificate
            )
        except Exception as error:  # noqa: BLE001 - whatever keeps the store from answering
            told("health", error)
            return HttpResponse(b'{"ok":false}', 503, _KEPT, "application/json")
        return HttpResponse(codec.encode(said), 200, _KEPT, "application/json")

    async def metrics(self, http: HttpRequest) -> HttpResponse:
        """For Prometheus."""
        if not await run_in_threadpool(self._trusts, http):
            problem = messages.Problem(
                code="token", en=NO_TOKEN.in_language("en"), zh=NO_TOKEN.in_language("zh")
            )
            return HttpResponse(codec.encode(problem), 401, _KEPT, "application/json")
        gauges = await run_in_threadpool(health.gauges, self._server)
        return HttpResponse(
            self._server.metrics.text(gauges), 200, {**_KEPT, "content-type": metrics.CONTENT_TYPE}
        )

    async def openapi(self, _http: HttpRequest) -> HttpResponse:
        """The description of everything."""
        return HttpResponse(self._drawn, 200, _KEPT, "application/json")

    def _trusts(self, http: HttpRequest) -> bool:
        """Whether this comes from the office's own computer, or shows the token."""
        if not self._behind_proxy and http.client is not None and _is_loopback(http.client.host):
            return True
        bearer = http.headers.get("authorization", "").removeprefix("Bearer ")
        return health.is_token(self._server, bearer or http.query_params.get("token", ""))


NO_TOKEN: Final = msg("Ask from the office's own computer, or show the token: satchel-server token.")
_KEPT: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _defect(_http: HttpRequest, _error: Exception) -> HttpResponse:
    """A mistake of ours: the laptop waits and tries again; what went wrong is in the server's own output."""
    body = messages.Problem(code="defect", en=DEFECT.in_language("en"), zh=DEFECT.in_language("zh"))
    return HttpResponse(codec.encode(body), 500, {"content-type": "application/json"})


class Running:
    """A server on a socket of its own, in a thread; `url` is where it answers."""

    def __init__(
        self,
        server: Server,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        certificate: str | None = None,
        key: str | None = None,
        behind_proxy: bool = False,
        listening: socket.socket | None = None,
    ) -> None:
        self._server = server
        self._socket = listening or _bind(host, port)
        bound = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if certificate else 'http'}://{shown}:{bound}"
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                make_app(server, behind_proxy=behind_proxy, certificate=certificate),
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE,
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        self._thread = threading.Thread(target=self._run, name="office")

    def start(self) -> "Running":
        """Begin to answer; the socket has accepted connections since it was bound."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the open lines, finish what is being answered, then close the store. May be called twice."""
        self._server.events.close()
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self._server.store.close()

    @property
    def listening(self) -> socket.socket:
        """Where it listens, for workers beside it."""
        return self._socket

    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: asyncio then sets TCP_NODELAY; without it each answer waits 40 ms for an ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise Refused(msg("The address {host}:{port} cannot be used.").of(host=host, port=port)) from error
    listening.listen(BACKLOG)
    return listening
