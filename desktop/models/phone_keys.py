"""The keys of approvals by telephone: a laptop's own, for an approver those of others.

They lie in the encrypted database like the device's other keys.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from uuid import UUID

from desktop.models.changes import now_ms, read_local, write_local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.models.store import Store

KEYS: Final = "phone_keys"
"""By device."""
ASKED: Final = "phone_asked"
"""For what the keys that are kept were asked; something else and the office is asked again."""
DAY: Final = 24 * 60 * 60 * 1000
"""Milliseconds after which an approver asks anew: keys of a laptop that was shut out are not kept longer."""
APPROVE: Final = "phone_approval.answer"
"""Whoever may do this has the keys of others' laptops."""
_LAPTOPS: Final = "SELECT hex(id) FROM device WHERE deleted_at IS NULL ORDER BY id"


def wanted(store: "Store", server: str) -> str:
    """For what keys are wanted: this laptop in this office, and for an approver the laptops known here."""
    me = store.me()
    about = [store.device.hex, server, me.id.hex]
    if me.rights.may(APPROVE):
        with store.looking() as connection:
            about += [
                me.role,
                str(now_ms(store.clock()) // DAY),
                *(row[0] for row in connection.exec_driver_sql(_LAPTOPS)),
            ]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()


def keep(store: "Store", about: str, keys: Mapping[str, str]) -> None:
    """These are the keys now; what was there before is gone."""
    with store.engine.begin() as connection:
        write_local(connection, KEYS, dict(keys))
        write_local(connection, ASKED, about)


def key_of(connection: "Connection", device: UUID) -> bytes | None:
    """The key of a laptop, where it is here."""
    found = read_local(connection, KEYS, {}).get(device.hex)
    return bytes.fromhex(found) if found else None


def laptops(connection: "Connection") -> list[UUID]:
    """The laptops whose keys are here."""
    return [UUID(hex=device) for device in read_local(connection, KEYS, {})]
