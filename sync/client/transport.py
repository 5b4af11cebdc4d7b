"""HTTP by requests: short connect, a stall limit instead of a total one, no redirects."""

import re
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from desktop.errors import Usage
from desktop.words import msg
from sync.client import trust
from sync.client.driver import Request
from sync.client.lines import Lines
from sync.engine.actions import Answer, Failure
from sync.protocol.events import KIND
from sync.protocol.messages import MAX_UNPACKED

CONNECT: Final = 5.0
STALL: Final = 30.0
STALLED: Final = "stalled"
PIECE: Final = 64 * 1024
KINDS: Final = frozenset({"application/json", "application/octet-stream"})
OURS: Final = re.compile("satchel-", re.IGNORECASE)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class HttpTransport:
    """One office at one address. Plain HTTP is spoken on this machine only.

    `https://host:8440#PIN` is an office with an authority of its own, which is asked for once and has to fit.
    """

    def __init__(self, url: str, *, certificate: str | None = None, stall: float = STALL) -> None:
        """`certificate` is a file with the office's own authority. Raises Usage for a wrong address."""
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Usage(msg("“{url}” is not the address of an office.").of(url=url))
        local = parts.hostname in LOOPBACK
        if parts.scheme == "http" and not local:
            raise Usage(msg("The office must be reached by https; http is for this machine only."))
        self._url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._pin = parts.fragment
        self._stall = stall
        self._trusted = False
        self._session = requests.Session()
        self._session.trust_env = not local
        self._lines = Lines()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._lines.plain())
        if certificate:
            self._session.verify = certificate

    @property
    def url(self) -> str:
        """The address of the office, with its pin."""
        return f"{self._url}#{self._pin}" if self._pin else self._url

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    def hang_up(self) -> None:
        """From another thread: end what is under way, and take nothing up any more."""
        self._lines.hang_up()

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        """One request and its answer, or why there is none."""
        started = time.monotonic()
        return self._ask(request, lambda response: self._read(response, started, cancelled))

    def listen(self, request: Request, hear: Callable[[bytes], None]) -> Answer | Failure:
        """One request whose answer may be a line that stays open: each piece is told as it comes."""
        started = time.monotonic()

        def take(response: requests.Response) -> Answer | Failure:
            if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != KIND:
                return self._read(response, started, lambda: False)
            raw = response.raw
            if raw.chunked:
                for piece in raw.stream(PIECE):
                    hear(piece)
            else:
                while piece := raw.read1(PIECE):
                    hear(piece)
            return Failure("over")

        return self._ask(request, take)

    def _ask(
        self, request: Request, take: Callable[[requests.Response], Answer | Failure]
    ) -> Answer | Failure:
        try:
            self._trust()
            with self._session.request(
                request.method,
                self._url + request.target,
                data=request.body or None,
                headers=request.headers,
                timeout=(CONNECT, self._stall),
                allow_redirects=False,
                stream=True,
            ) as response:
                return take(response)
        except (requests.exceptions.SSLError, ssl.SSLError, trust.Stranger):
            return Failure("certificate")
        except (requests.exceptions.Timeout, ReadTimeoutError):
            return Failure(STALLED)
        except (requests.exceptions.RequestException, HTTPError, OSError):
            return Failure("unreachable")

    def _trust(self) -> None:
        """Before the first request: get the authority that the pin means."""
        if self._pin and not self._trusted:
            pem = trust.fetch(self._url, self._pin, CONNECT)
            self._session.mount(self._url, self._lines.pinned(pem))
            self._trusted = True

    def _read(
        self, response: requests.Response, started: float, cancelled: Callable[[], bool]
    ) -> Answer | Failure:
        if 300 <= response.status_code < 400:
            return Failure("redirected", portal=True)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in KINDS:
            return Failure("not the office", portal=bool(kind) and response.status_code < 500)
        body = bytearray()
        while piece := response.raw.read(PIECE, decode_content=False):
            body += piece
            if cancelled() or len(body) > MAX_UNPACKED:
                return Failure("stopped")
        if _is_cut(response, len(body)):
            return Failure("cut short")
        return Answer(
            response.status_code,
            bytes(body),
            response.headers.get("Content-Encoding", ""),
            retry_after(response.headers.get("Retry-After"), datetime.now(UTC)),
            time.monotonic() - started,
            {name.lower(): said for name, said in response.headers.items() if OURS.match(name)},
        )


def _is_cut(response: requests.Response, came: int) -> bool:
    """Whether the line broke within the answer: within its headers, which then tell no length, or after."""
    expected = response.headers.get("Content-Length", "")
    if not expected.isdigit():
        return "Transfer-Encoding" not in response.headers
    return int(expected) != came and response.request.method != "HEAD"


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, which may be a number or a date."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
