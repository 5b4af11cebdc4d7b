"""A laptop that is to be wiped: is the order the office's, what may still go, and what is lost with it.

Erasing itself is the vault's (`desktop/models/wiping.py`); whoever drives the sync asks for it then.
"""

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from desktop.errors import Offline, SatchelError
from desktop.models import outbox
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client import keyring
from sync.client.driver import Session, Transport, drive
from sync.engine import farewell as engine
from sync.engine.actions import Action, Event, Report
from sync.engine.asking import Revoked, WipeOrdered
from sync.protocol import wiping
from sync.protocol.versions import SCHEMA
from sync.protocol.wiping import WipeOrder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parting:
    """What became of what waited: changes that the office has answered, and what goes unsent, by type."""

    order: WipeOrder
    sent: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    files: int = 0

    def note(self) -> dict[str, Any]:
        """What is kept of it where the vault was, to be told to whoever opens the program."""
        order = self.order
        return {
            "office": order.office,
            "at": order.at,
            "sent": self.sent,
            "lost": self.lost,
            "files": self.files,
        }


class _Parting(Session[T]):
    """One run of it; what the office answers is stored as any verdict is."""

    def _perform(self, action: Any) -> Any:
        if isinstance(action, engine.Taken):
            self.remote.apply(schema=SCHEMA, verdicts=action.said.verdicts)
            return None
        return super()._perform(action)


def order_of(store: Store, error: WipeOrdered) -> WipeOrder:
    """The order, held against the office's key. Raises Revoked for one that the office has not signed."""
    keys, identity = keyring.keys(store), Remote(store).identity()
    found = wiping.read(error.data, keys.sign, identity.server, identity.device.hex) if keys else None
    if found is None:
        raise Revoked(error.message)
    return found


def part(
    store: Store,
    transport: Transport,
    error: WipeOrdered,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    remote: Remote | None = None,
) -> Parting:
    """Send what may be sent and say what is lost. After this the vault is to be erased.

    Raises Revoked for an order that the office has not signed, and Offline where what may go first could not
    be sent: then nothing is erased yet, and the next contact goes on.
    """
    order, report = order_of(store, error), Report()
    remote = remote or Remote(store)
    sent = 0
    if order.send:
        try:
            sent = _run(engine.send_waiting(report), remote, transport, cancelled)
        except Offline:
            raise
        except SatchelError:
            sent = 0  # the office takes nothing more of this laptop: what waits is lost, and counted
    lost, files = unsent(store), files_unsent(store)
    with suppress(SatchelError):  # no reply holds up the erasing; the office sees that none was given
        _run(engine.last_word(order.device, lost, files, report), remote, transport, cancelled)
    return Parting(order, sent, lost, files)


def _run(
    steps: Generator[Action, Event, T], remote: Remote, transport: Transport, cancelled: Callable[[], bool]
) -> T:
    session: Session[T] = _Parting(steps, remote, url=transport.url)
    return drive(session, transport, cancelled)


def unsent(store: Store) -> dict[str, int]:
    """The changes that the office has not answered, by type of record."""
    with store.reader.connect() as connection:
        waiting = outbox.pending(connection)
    counts: dict[str, int] = {}
    for one in waiting:
        if one.state != "void":
            for op in one.changes:
                counts[op.type] = counts.get(op.type, 0) + 1
    return dict(sorted(counts.items()))


def files_unsent(store: Store) -> int:
    """The files whose bytes are here and not at the office."""
    if store.blobs is None:
        return 0
    with store.blobs.reader.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM blob WHERE here = 1 AND on_server = 0")
        return int(found.scalar_one())
