"""Every address of the office, for who programs against it: OpenAPI 3.1 from the structs that travel."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from sync.protocol import messages
from sync.protocol.messages import Struct
from sync.protocol.wiping import FAREWELL, Farewell, Farewelled

VERSION: Final = "3.1.0"
REFERENCE: Final = "#/components/schemas/{name}"
OPENAPI: Final = "/v1/openapi.json"
HEALTH: Final = "/health"
METRICS: Final = "/metrics"
HOME: Final = "/"
FILE: Final = messages.BLOBS + "{sha256}"
PIECE: Final = messages.BLOBS + "{sha256}/{n}"
COPY: Final = messages.SNAPSHOT_FILE + "/{key}"
CUSTOMER: Final = "/q/{token}"

PROBLEMS: Final = {
    400: "The request makes no sense.",
    401: "Not signed by a laptop that the office knows.",
    403: "Revoked, or the code is wrong.",
    404: "No such stream or file.",
    409: "Answered before: go on above data.sequence.",
    410: "This snapshot begins again.",
    405: "Not asked like this.",
    413: "Too large.",
    422: "The pieces do not make the file.",
    426: "No version of the protocol in common.",
    503: "Busy: wait Retry-After seconds.",
}
"""What an answer other than 2xx means; its body is a Problem."""

WHOLE: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}
WORD: Final = {"type": "string"}
BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the protocol; `answer` is a struct, or the name of a media type."""

    method: str
    path: str
    name: str
    about: str
    body: type[msgspec.Struct] | str | None
    answer: type[msgspec.Struct] | str
    query: tuple[str, ...] = ()
    signed: bool = True
    statuses: tuple[int, ...] = (200,)


class Health(Struct, frozen=True):
    """How the office is; what only its keepers should know is left out without a token."""

    ok: bool
    name: str
    version: str
    time: int
    laptops: int
    last_sync_at: int | None = None
    backup_at: int | None = None
    people: int | None = None
    store_bytes: int | None = None
    certificate_days: int | None = None
    audit_rows: int | None = None
    workers: int | None = None
    """Workers that answer on this port; `workers_wanted` is how many there should be."""
    workers_wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is known of the values in a query or a path."""

    schemas: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: {
            "limit": WHOLE,
            "at": WHOLE,
            "n": {**WHOLE, "maximum": 999_999},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "size": WHOLE,
            "start": WHOLE,
            "wait": {**WHOLE, "maximum": 25},
        }
    )

    def of(self, name: str) -> Mapping[str, Any]:
        """The schema of a value."""
        return self.schemas.get(name, WORD)


QUERY: Final = Query()

PAGES: Final = (
    Page(
        "GET",
        messages.HELLO,
        "hello",
        "Who answers; not signed.",
        None,
        messages.Hello,
        ("nonce",),
        signed=False,
    ),
    Page(
        "GET",
        messages.AUTHORITY,
        "authority",
        "The certificate that vouches for this office; not signed.",
        None,
        messages.Authority,
        signed=False,
    ),
    Page("POST", messages.DEVICES, "enrol", "A laptop joins.", messages.Enrol, messages.Enrolled),
    Page(
        "POST",
        messages.SYNC,
        "sync",
        "Push, verdicts, first page.",
        messages.SyncRequest,
        messages.SyncResponse,
    ),
    Page(
        "POST",
        FAREWELL,
        "farewell",
        "The last words of a laptop that is wiped.",
        Farewell,
        Farewelled,
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
        messages.SNAPSHOT_FILE,
        "askSnapshotFile",
        "A first copy as one encrypted file.",
        messages.FileRequest,
        messages.FileOffer,
    ),
    Page("GET", COPY, "getSnapshotFile", "At most 4 MiB of it.", None, BYTES, ("start",)),
    Page("DELETE", COPY, "dropSnapshotFile", "It is not wanted any more.", None, BYTES),
    Page(
        "POST",
        messages.DIGEST,
        "digest",
        "Digests of a stream.",
        messages.DigestRequest,
        messages.DigestResponse,
    ),
    Page("POST", messages.ROWS, "rows", "Rows by name.", messages.RowsRequest, messages.RowsResponse),
    Page(
        "GET",
        messages.EVENTS,
        "events",
        "Which streams have moved: text/event-stream where accepted, else once, after `wait` seconds.",
        None,
        messages.News,
        ("wait", "after"),
    ),
    Page("HEAD", FILE, "fileState", "What there is of a file.", None, BYTES, ("size",)),
    Page("PUT", PIECE, "putPiece", "The office takes a piece of a file.", BYTES, BYTES, ("size",)),
    Page("GET", PIECE, "getPiece", "A piece of a whole file.", None, BYTES, ("size",)),
)
"""What laptops ask. A new address of the protocol is one line here and one in `server.py`."""

LINKS: Final[Mapping[str, Mapping[str, tuple[str, Mapping[str, str]]]]] = {
    "sync": {
        "firstCopy": ("snapshot", {"stream": "$response.body#/heads/0/0"}),
        "lastCopy": ("snapshot", {"stream": "$response.body#/heads/1/0"}),
    },
    "pull": {"firstCopy": ("snapshot", {"stream": "$response.body#/heads/0/0"})},
    "snapshot": {
        "goOn": (
            "snapshot",
            {
                "stream": "$request.path.stream",
                "at": "$response.body#/at",
                "after": "$response.body#/next",
            },
        ),
    },
    "fileState": {"piece": ("getPiece", {"sha256": "$request.path.sha256"})},
}
"""Operation → what may follow: name → (operation, where its values come from)."""

KEPT: Final = (
    Page("GET", HOME, "home", "How the office is, for a person.", None, "text/html", signed=False),
    Page(
        "GET", HEALTH, "health", "How the office is, for a program.", None, Health, ("token",), signed=False
    ),
    Page(
        "GET",
        METRICS,
        "metrics",
        "Counters for Prometheus: from this computer, or with a token.",
        None,
        "text/plain",
        ("token",),
        signed=False,
        statuses=(200, 401),
    ),
    Page("GET", OPENAPI, "openapi", "This page.", None, "application/json", signed=False),
)
"""What those who keep the office ask."""

HTML: Final = "text/html"
FORM: Final = "application/x-www-form-urlencoded"
SEEN: Final = 303
"""After an answer: look at the page again."""
FIELDS: Final = ("name", "job", "why", "reason", "ink", "agree", "seen", "lang")
"""What those forms carry."""
OPEN: Final = (
    Page(
        "GET",
        CUSTOMER,
        "customerPage",
        "One quote for its customer, who has the address.",
        None,
        HTML,
        ("lang",),
        signed=False,
    ),
    Page(
        "GET",
        CUSTOMER + "/paper.pdf",
        "customerPaper",
        "Its sealed PDF, where the office has it.",
        None,
        "application/pdf",
        signed=False,
    ),
    Page(
        "POST",
        CUSTOMER + "/accept",
        "customerAccepts",
        "The customer accepts: name, job, agree, ink, seen, lang.",
        FORM,
        HTML,
        signed=False,
        statuses=(SEEN,),
    ),
    Page(
        "POST",
        CUSTOMER + "/decline",
        "customerDeclines",
        "The customer declines: name, why, reason, seen, lang.",
        FORM,
        HTML,
        signed=False,
        statuses=(SEEN,),
    ),
)
"""What a customer's browser asks, and nobody's laptop; every answer but the paper is a page to read."""


def draw(version: str) -> dict[str, Any]:
    """The whole description."""
    structs: set[type[msgspec.Struct]] = {
        kind
        for page in (*PAGES, *KEPT, *OPEN)
        for kind in (page.body, page.answer)
        if kind is not None and not isinstance(kind, str)
    }
    kinds: list[type[msgspec.Struct]] = [*sorted(structs, key=_name), messages.Problem]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    named = {kind.__name__: schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for page in (*PAGES, *KEPT, *OPEN):
        paths.setdefault(page.path, {})[page.method.lower()] = _operation(page, named)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Satchel office",
            "version": version,
            "description": "Between laptops and their office; docs/protocol.md fixes what it means.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": copy.deepcopy(SIGNED)},
    }


SIGNED: Final[dict[str, Any]] = {
    name: {"type": "apiKey", "in": "header", "name": header, "description": about}
    for name, header, about in (
        ("device", "Satchel-Device", "Id of the laptop."),
        ("nonce", "Satchel-Nonce", "32 random hexadecimal characters."),
        ("sequence", "Satchel-Sequence", "A number greater than in any request before."),
        ("signature", "Satchel-Signature", "Ed25519 over the seven lines of docs/protocol.md, base64."),
    )
}


def _name(kind: type[msgspec.Struct]) -> str:
    return kind.__name__


def _operation(page: Page, named: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": dict(QUERY.of(name))}
        for name in page.query
    ]
    parameters += [
        {"name": part[1:-1], "in": "path", "required": True, "schema": dict(QUERY.of(part[1:-1]))}
        for part in page.path.split("/")
        if part.startswith("{")
    ]
    problem = _content(HTML if page in OPEN else messages.Problem, named)
    problems = {**PROBLEMS, 429: "Too often: wait Retry-After seconds."} if page in OPEN else PROBLEMS
    good: dict[str, Any] = {str(status): {"description": page.about} for status in page.statuses}
    for name, (operation, values) in LINKS.get(page.name, {}).items():
        link = {"operationId": operation, "parameters": dict(values)}
        good["200"].setdefault("links", {})[name] = link
    if page.method != "HEAD":
        for status in set(good) - {str(SEEN)}:
            good[status]["content"] = _content(page.answer, named)
    described: dict[str, Any] = {
        "operationId": page.name,
        "summary": page.about,
        "parameters": parameters,
        "security": [{name: [] for name in SIGNED}] if page.signed else [],
        "responses": {
            **good,
            **{
                str(status): {"description": about} | ({} if page.method == "HEAD" else {"content": problem})
                for status, about in problems.items()
                if str(status) not in good
            },
        },
    }
    if page.body is not None:
        described["requestBody"] = {"required": True, "content": _content(page.body, named)}
    return described


def _content(kind: type[msgspec.Struct] | str, named: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(kind, str):
        return {"application/json": {"schema": named[kind.__name__]}}
    if kind == "application/json":
        return {kind: {"schema": {"type": "object"}}}
    if kind == FORM:
        properties = {name: dict(WORD) for name in FIELDS}
        return {kind: {"schema": {"type": "object", "properties": properties}}}
    return {kind: {} if kind == BYTES else {"schema": dict(WORD)}}
