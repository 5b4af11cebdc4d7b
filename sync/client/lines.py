"""Open lines that another thread can hang up: requests remembers no socket while it waits for an answer."""

import socket
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.client.trust import Pinned

Connection = HTTPConnection | HTTPSConnection


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
            def connect(self) -> None:
                if lines._over:
                    raise OSError("this line was ended")
                super().connect()
                lines._open.add(self)

            def close(self) -> None:
                super().close()
                lines._open.discard(self)

        return type(pool.__name__, (pool,), {"ConnectionCls": Remembered})
