"""The office on the network: one FastAPI route per request of the protocol, bytes in and bytes out.

The routes read the raw body and leave everything else to `Server.handle`, in a thread of the pool; what they
declare is for the OpenAPI page, which is drawn from the same structs that travel.
"""

import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
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
from sync.server.server import Request, Server

BACKLOG: Final = 512
DEFECT: Final = msg("Something went wrong at the office; the next try follows by itself.")
PROBLEMS: Final = {
    400: "The request makes no sense.",
    401: "Not signed by a laptop that the office knows.",
    403: "Revoked, or the code is wrong.",
    404: "No such stream.",
    409: "Answered before: go on above data.sequence.",
    410: "This snapshot begins again.",
    413: "Too large.",
    426: "No version of the protocol in common.",
    503: "Busy: wait Retry-After seconds.",
}
"""What an answer other than 200 means; its body is a Problem."""


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the protocol, as the OpenAPI page shows it."""

    method: str
    path: str
    name: str
    about: str
    body: type[msgspec.Struct] | None
    answer: type[msgspec.Struct]
    query: tuple[str, ...] = ()


PAGES: Final = (
    Page("GET", messages.HELLO, "hello", "Who answers; not signed.", None, messages.Hello, ("nonce",)),
    Page("POST", messages.DEVICES, "enrol", "A laptop joins.", messages.Enrol, messages.Enrolled),
    Page(
        "POST",
        messages.SYNC,
        "sync",
        "Push, verdicts, first page.",
        messages.SyncRequest,
        messages.SyncResponse,
    ),
    Page("POST", messages.PULL, "pull", "The next page.", messages.PullRequest, messages.PullResponse),
    Page(
        "GET",
        messages.SNAPSHOT + "{stream}",
        "snapshot",
        "The first copy of a stream, in key order.",
        None,
        messages.Snapshot,
        ("limit", "at", "after"),
    ),
    Page(
        "POST",
        messages.DIGEST,
        "digest",
        "Digests of a stream.",
        messages.DigestRequest,
        messages.DigestResponse,
    ),
    Page("POST", messages.ROWS, "rows", "Rows by name.", messages.RowsRequest, messages.RowsResponse),
)


def make_app(server: Server) -> FastAPI:
    """The office as an ASGI application."""
    app = FastAPI(
        title="Satchel office", version="1", description=__doc__ or "", docs_url=None, redoc_url=None
    )
    kinds: list[type[Any]] = [kind for page in PAGES for kind in (page.body, page.answer) if kind is not None]
    schemas, components = msgspec.json.schema_components(
        [*kinds, messages.Problem], ref_template="#/components/schemas/{name}"
    )
    named: dict[type[Any], Any] = dict(zip([*kinds, messages.Problem], schemas, strict=True))
    answer = _answerer(server)
    for page in PAGES:
        app.add_api_route(
            page.path,
            answer,
            methods=[page.method],
            name=page.name,
            summary=page.about,
            operation_id=page.name,
            response_class=HttpResponse,
            openapi_extra=_described(page, named),
        )
    app.add_exception_handler(Exception, _defect)
    app.add_api_route("/{rest:path}", answer, methods=list(_METHODS), include_in_schema=False)
    _complete(app, components)
    return app


_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _answerer(server: Server) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def answer(http: HttpRequest) -> HttpResponse:
        body = bytearray()
        try:
            async for chunk in http.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    break
        except ClientDisconnect:
            return HttpResponse(status_code=400)  # nobody hears it
        query = http.scope["query_string"].decode("latin-1")
        target = http.scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
        headers = {name.lower(): value for name, value in http.headers.items()}
        answered = await run_in_threadpool(server.handle, Request(http.method, target, headers, bytes(body)))
        return HttpResponse(answered.body, answered.status, dict(answered.headers))

    return answer


async def _defect(_http: HttpRequest, _error: Exception) -> HttpResponse:
    """A mistake of ours: the laptop waits and tries again; what went wrong is in the server's own output."""
    body = messages.Problem(code="defect", en=DEFECT.in_language("en"), zh=DEFECT.in_language("zh"))
    return HttpResponse(codec.encode(body), 500, {"content-type": "application/json"})


def _described(page: Page, named: dict[type[Any], Any]) -> dict[str, Any]:
    def content(kind: type[msgspec.Struct]) -> dict[str, Any]:
        return {"application/json": {"schema": named[kind]}}

    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in page.query]
    if "{stream}" in page.path:
        parameters.append({"name": "stream", "in": "path", "required": True, "schema": {"type": "string"}})  # type: ignore[dict-item]
    described: dict[str, Any] = {
        "parameters": parameters,
        "responses": {
            "200": {"description": page.about, "content": content(page.answer)},
            **{
                str(status): {"description": about, "content": content(messages.Problem)}
                for status, about in PROBLEMS.items()
            },
        },
    }
    if page.body is not None:
        described["requestBody"] = {"required": True, "content": content(page.body)}
    return described


def _complete(app: FastAPI, components: dict[str, Any]) -> None:
    """Add the shapes of the messages to what FastAPI knows by itself."""
    drawn = app.openapi

    def openapi() -> dict[str, Any]:
        schema = drawn()
        schema.setdefault("components", {}).setdefault("schemas", {}).update(components)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


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
    ) -> None:
        self._server = server
        self._socket = _bind(host, port)
        bound = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if certificate else 'http'}://{shown}:{bound}"
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                make_app(server),
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=20,
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
        """Finish what is being answered, then close the store. May be called twice."""
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self._server.store.close()

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
