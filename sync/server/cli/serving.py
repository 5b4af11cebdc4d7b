"""`satchel-server serve`: the office on the network until it is told to stop."""

import argparse
import ipaddress
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from desktop.errors import NotFound, Usage
from desktop.models import profile
from desktop.words import msg
from sync.server import certificates, timestamps, workers
from sync.server.cli.console import Console, command

if TYPE_CHECKING:
    from sync.server.app import Running
    from sync.server.server import Server

PORT: Final = 8440

SETTLED: Final = 60.0
"""Seconds after the start before the office tidies for the first time, then once a DAY."""
DAY: Final = 24 * 60 * 60.0
LOOK: Final = 5.0
"""Seconds between looks whether somebody is about to join."""


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    added = command(commands, shared, "serve", "answer laptops until told to stop", serve)
    added.add_argument("--host", default="127.0.0.1")
    added.add_argument("--port", type=int, default=PORT, help="0 takes a free one; the first line says which")
    added.add_argument("--tls", action="store_true", help="with the certificate that “tls” has made")
    added.add_argument("--certificate", metavar="FILE", help="TLS certificate (PEM)")
    added.add_argument("--key", metavar="FILE", help="TLS private key (PEM)")
    added.add_argument(
        "--behind-proxy", action="store_true", help="plain HTTP although not on loopback: a proxy adds TLS"
    )
    added.add_argument(
        "--workers", type=int, default=1, help="processes that answer on the one port (needs --database-url)"
    )
    added.add_argument(
        "--replica-url",
        action="append",
        default=[],
        metavar="URL",
        help="a streaming replica that answers what only reads; may be given again",
    )
    added.add_argument("--attended", action="store_true", help="stop when standard input ends")


REPLICA_URLS: Final = "SATCHEL_REPLICA_URLS"
"""In place of --replica-url, whose passwords every list of processes would show; with spaces between."""

SWITCH: Final = 0.001
"""Seconds after which a thread that computes lets another one go on: who listens is told sooner."""


def serve(console: Console, chosen: argparse.Namespace) -> None:
    """Answer laptops. The first line of output says where."""
    workers.check(chosen.workers, console.database_url)
    if _replicas(chosen) and not console.database_url:
        raise Usage(msg("Replicas belong to an office on PostgreSQL: give --database-url as well."))
    certificate, _ = _certificate(console, chosen)
    if not _is_loopback(chosen.host) and not certificate and not chosen.behind_proxy:
        raise Usage(
            msg(
                "Without TLS the office answers this computer only: give --tls, --certificate and --key, "
                "or --behind-proxy if a proxy adds TLS."
            )
        )
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if chosen.attended:
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    with _alone(console):
        _answer(console, chosen, stop)


def _alone(console: Console) -> AbstractContextManager[object]:
    """One server on a folder; a restore or an upgrade waits until it has ended."""
    if console.database_url:
        return nullcontext()
    profile.prepare(console.folder)
    return profile.locked(console.folder)


def _answer(console: Console, chosen: argparse.Namespace, stop: threading.Event) -> None:
    from sync.server.app import Running

    server = console.server
    replicas = _replicas(chosen)
    server.store.follow_with(replicas, server.metrics.read_from)
    certificate, key = _certificate(console, chosen)
    if chosen.tls:
        server.authority = certificates.authority(certificates.folder_of(console.folder))
    running = Running(
        server,
        chosen.host,
        chosen.port,
        certificate=certificate,
        key=key,
        behind_proxy=chosen.behind_proxy,
    )
    sys.setswitchinterval(SWITCH)
    running.start()
    try:
        with _counting(server, chosen.workers) as counted:
            orders = workers.Orders(
                database_url=console.database_url or "",
                certificate=certificate,
                key=key,
                behind_proxy=chosen.behind_proxy,
                authority=server.authority,
                counted=counted,
                workers=chosen.workers,
                replica_urls=replicas,
            )
            with workers.Beside(chosen.workers - 1, running.listening, orders):
                sys.stdout.write(json.dumps({"url": running.url}) + "\n")
                sys.stdout.flush()
                _keep(server, running, stop)
    finally:  # whatever ended this, no thread goes on answering that nobody can tell to stop
        running.stop()


def _replicas(chosen: argparse.Namespace) -> tuple[str, ...]:
    """The replicas that the options or the environment name."""
    return tuple(chosen.replica_url or os.environ.get(REPLICA_URLS, "").split())


@contextmanager
def _counting(server: "Server", count: int) -> Iterator[str]:
    """The folder in which several workers keep what they have counted, while they run; "" for one."""
    if count == 1:
        yield ""
        return
    with TemporaryDirectory(prefix="satchel-workers-") as folder:
        server.metrics.share(Path(folder), count)
        try:
            yield folder
        finally:
            server.metrics.close()


def _keep(server: "Server", running: "Running", stop: threading.Event) -> None:
    """What the first worker does beside answering, until it is told to stop."""
    due, look = time.monotonic() + SETTLED, 0.0
    while running.is_alive() and not stop.wait(0.5):
        if time.monotonic() >= look:
            look = time.monotonic() + LOOK
            server.prepare()
            timestamps.catch_up(server.store, server.clock())
        if time.monotonic() >= due:
            due = time.monotonic() + DAY
            server.keep_house(stop.is_set)


def _certificate(console: Console, chosen: argparse.Namespace) -> tuple[str | None, str | None]:
    """The files that `serve` speaks TLS with, or two Nones."""
    if chosen.tls:
        if chosen.certificate or chosen.key:
            raise Usage(msg("Give either --tls or --certificate and --key."))
        certificate, key = certificates.ready(certificates.folder_of(console.folder))
        return str(certificate), str(key)
    if bool(chosen.certificate) != bool(chosen.key):
        raise Usage(msg("--certificate and --key belong together."))
    for name in (chosen.certificate, chosen.key):
        if name and not Path(name).is_file():
            raise NotFound(msg("There is no file {path}.").of(path=name))
    return chosen.certificate, chosen.key


def _wait_for_end(stop: threading.Event) -> None:
    """Whoever started this office holds its standard input; when that ends, so did they."""
    sys.stdin.read()
    stop.set()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
