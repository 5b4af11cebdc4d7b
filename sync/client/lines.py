"""Open lines that another thread can hang up: requests remembers no socket while it waits for an answer."""

import socket
from contextlib import suppress
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.client.trust import Pinned

SMALL: Final = 64 * 1024
"""Up to this many bytes are put together before they leave."""


class Lines:
    """The connections of one transport, for whoever ends it from outside."""

    def __init__(self) -> None:
        self._open: set[Any] = set()
        self._over = False

    def hang_up(self) -> None:
        """End what is under way, and whatever begins from now on."""
        self._over = True
        for connection in list(self._open):
            sock = getattr(connection, "sock", None)
            if sock is not None:
                with suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # also below TLS, whose reader may wait

    def watch(self, adapter: HTTPAdapter) -> HTTPAdapter:
        """Have the adapter's connections remembered here."""
        pools = {"http": self._pool(HTTPConnectionPool), "https": self._pool(HTTPSConnectionPool)}
        direct = adapter.proxy_manager_for

        def proxied(proxy: str, **named: Any) -> Any:
            manager = direct(proxy, **named)
            manager.pool_classes_by_scheme = pools
            return manager

        adapter.poolmanager.pool_classes_by_scheme = pools
        adapter.proxy_manager_for = proxied  # type: ignore[method-assign]
        return adapter

    def plain(self) -> HTTPAdapter:
        """An adapter like any other."""
        return self.watch(HTTPAdapter())

    def pinned(self, pem: str) -> HTTPAdapter:
        """An adapter that trusts one authority."""
        return self.watch(Pinned(pem))

    def _pool(self, pool: type[Any]) -> type[Any]:
        lines = self

        class Remembered(pool.ConnectionCls):  # type: ignore[misc, name-defined]
            _held: list[bytes] | None = None

            def connect(self) -> None:
                if lines._over:
                    raise OSError("this line was ended")
                super().connect()
                lines._open.add(self)
                if lines._over:  # ended while it connected: nobody would hang this one up
                    self.close()
                    raise OSError("this line was ended")

            def close(self) -> None:
                super().close()
                lines._open.discard(self)

            def request(self, *arguments: Any, **named: Any) -> None:
                held: list[bytes] = []
                self._held = held
                try:
                    super().request(*arguments, **named)
                finally:
                    self._held = None
                if held:
                    super().send(b"".join(held))

            def send(self, data: Any) -> None:
                """Head and body leave in one packet: two cost the office a second look at the line."""
                if self._held is not None and isinstance(data, bytes) and len(data) < SMALL:
                    self._held.append(data)
                    return
                if self._held:
                    super().send(b"".join(self._held))
                    self._held.clear()
                super().send(data)

        return type(pool.__name__, (pool,), {"ConnectionCls": Remembered})
