"""Mails that wait in the vault with their attachments, and the account that sends them.

They belong to this laptop, are no record and are never synced: no other laptop can send them a second time.
"""

import base64
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local
from desktop.models.store import Store

WAITING, SENDING, SENT, FAILED, UNSURE = "waiting", "sending", "sent", "failed", "unsure"
OPEN: Final = frozenset({WAITING, FAILED, UNSURE})
"""What a person may still send, or take back."""
KEPT: Final = 500
"""Mails that were sent and are still listed."""
_MAILS: Final = "mail"
_ACCOUNT: Final = "mail account"


@dataclass(frozen=True, slots=True)
class Account:
    """By which server mails go out. `tls`: starttls, tls (from the first byte), none (this machine only)."""

    server: str = ""
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    authority: str = ""
    """The certificate (PEM) of a firm's own authority; empty: those of the system."""
    refused: Mapping[str, str] | None = None
    """Why the server did not take user and password, by language: until a person tries again, nobody does."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. Its Message-ID is given when it is written, and never changes."""

    id: str
    message_id: str
    to: tuple[str, ...]
    subject: str
    file: str
    size: int
    of: str
    """The record type of what is attached."""
    of_id: str
    customer: str
    content: str
    """The content check of what is attached, when it was attached."""
    made_at: int
    device: str
    state: str = WAITING
    attempts: int = 0
    next_at: int = 0
    """Not before this moment, in milliseconds since 1970."""
    at: int = 0
    """When it came to this state."""
    why: Mapping[str, str] = field(default_factory=dict)
    """By language; empty where nothing went wrong."""
    noted: bool = False
    """Whether it stands on the customer's timeline."""

    @property
    def key(self) -> UUID:
        """Its id, and that of the entry on the timeline."""
        return UUID(hex=self.id)


class Mailbox:
    """See the module. Any thread may call; each change is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def account(self) -> Account:
        """The account as it was set; one without a server where it was not."""
        return Account(**(self._store.local(_ACCOUNT) or {}))

    def set_account(self, account: Account) -> None:
        """Keep it, password and all, in the vault."""
        self._store.set_local(_ACCOUNT, asdict(account))

    def all(self) -> list[Mail]:
        """Every mail that is kept, the newest first."""
        return sorted(map(_read, self._store.local(_MAILS) or []), key=lambda one: one.id, reverse=True)

    def find(self, mail_id: str) -> Mail | None:
        """The mail with this id, or the one whose id ends so."""
        found = [one for one in self.all() if one.id.endswith(mail_id)] if mail_id else []
        return found[0] if len(found) == 1 else None

    def add(self, mail: Mail, data: bytes) -> None:
        """Keep a mail with its bytes as they will be sent."""
        with self._store.turns.note(), self._store.engine.begin() as connection:
            write_local(connection, _body(mail.id), base64.b64encode(data).decode())
            _write(connection, [*_mails(connection), mail])

    def data(self, mail_id: str) -> bytes:
        """The bytes of a mail that was not sent yet; nothing for one that was."""
        return base64.b64decode(self._store.local(_body(mail_id)) or "")

    def change(self, mail_id: str, states: Collection[str], **to: Any) -> Mail | None:
        """Change a mail that is in one of these states; None where it is not, and nothing is changed."""
        with self._store.turns.note(), self._store.engine.begin() as connection:
            mails = _mails(connection)
            known = next((one for one in mails if one.id == mail_id and one.state in states), None)
            if known is None:
                return None
            changed = replace(known, **to)
            if changed.state == SENT:
                _forget(connection, mail_id)
            _write(connection, [changed if one.id == mail_id else one for one in mails])
            return changed

    def take_back(self, mail_id: str) -> bool:
        """Remove a mail that was not sent and is not on its way."""
        with self._store.turns.note(), self._store.engine.begin() as connection:
            mails = _mails(connection)
            left = [one for one in mails if one.id != mail_id or one.state not in OPEN]
            if len(left) == len(mails):
                return False
            _forget(connection, mail_id)
            _write(connection, left)
            return True


def _body(mail_id: str) -> str:
    return f"mail {mail_id}"


def _mails(connection: Connection) -> list[Mail]:
    return list(map(_read, read_local(connection, _MAILS) or []))


def _read(stored: Mapping[str, Any]) -> Mail:
    return Mail(**{**stored, "to": tuple(stored["to"])})


def _write(connection: Connection, mails: list[Mail]) -> None:
    done = sorted((one.id for one in mails if one.state == SENT and one.noted), reverse=True)[KEPT:]
    write_local(connection, _MAILS, [asdict(one) for one in mails if one.id not in set(done)])


def _forget(connection: Connection, mail_id: str) -> None:
    connection.exec_driver_sql("DELETE FROM local WHERE key = ?", (_body(mail_id),))
