"""Whom the laptop takes for its office: a public authority, or the one whose pin the address ends with."""

import http.client
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from requests.adapters import HTTPAdapter

from sync.protocol.messages import AUTHORITY, Authority
from sync.protocol.pins import fits

LARGEST: Final = 64 * 1024


class Stranger(Exception):
    """Whoever answered there is not the office that the pin means."""


def fetch(url: str, pin: str, timeout: float) -> str:
    """The office's authority as PEM. Raises Stranger unless it fits the pin, OSError where nobody answers.

    What vouches for the answer is the pin, so it may come over a connection that nothing vouches for.
    """
    parts = urlsplit(url)
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    asking = http.client.HTTPSConnection(
        parts.hostname or "", parts.port or 443, timeout=timeout, context=unchecked
    )
    try:
        asking.request("GET", parts.path.rstrip("/") + AUTHORITY, headers={"Accept-Encoding": "identity"})
        body = asking.getresponse().read(LARGEST)
        pem = msgspec.json.decode(body, type=Authority).pem
        if not fits(ssl.PEM_cert_to_DER_cert(pem), pin):
            raise Stranger
    except (http.client.HTTPException, msgspec.DecodeError, ValueError) as error:
        raise Stranger from error
    finally:
        asking.close()
    return pem


class Pinned(HTTPAdapter):
    """Connections that trust one authority and nobody else; names and days are checked as ever."""

    def __init__(self, pem: str) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_verify_locations(cadata=pem)
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Every connection of the pool speaks under this context."""
        super().init_poolmanager(*arguments, ssl_context=self._context, **named)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Also through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **named)

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
        """No other authority is added."""
        conn.cert_reqs = "CERT_REQUIRED"
