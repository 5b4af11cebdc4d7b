"""Files that belong to a record: what they are called and the hash by which their bytes are found."""

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from desktop.models.kinds import Choice, Link, Short, Whole
from desktop.models.record import Base, Record, field
from desktop.rules.attachments import SEALED, SIGNATURE, SIGNED
from desktop.words import Message, msg

PURPOSES: Final = (
    (SIGNATURE, msg("Signature")),
    (SIGNED, msg("Signed document")),
    (SEALED, msg("Sealed paper")),
)
"""What stays with its record; most files have none."""


class Attachment(Record):
    """A file on a record: what it is called and the hash of its bytes."""

    __tablename__ = "attachment"
    __label__: ClassVar[Message] = msg("Attachment")
    __plural__: ClassVar[Message] = msg("Attachments")
    name: Mapped[str] = field(Short(), msg("File name"), required=True, listed=True, search="name")
    of: Mapped[str] = field(Short(), msg("Record type"), hidden=True)
    of_id: Mapped[UUID | None] = field(Link(), msg("Record"), index=True, hidden=True)
    media_type: Mapped[str] = field(Short(), msg("File type"), listed=True)
    size: Mapped[int | None] = field(Whole(), msg("Bytes"), listed=True)
    sha256: Mapped[str] = field(Short(64), msg("Content check"), hidden=True)
    purpose: Mapped[str] = field(Choice(PURPOSES), msg("Purpose"), hidden=True)


class Blob(Base):
    """Where bytes lay before they had a database of their own (desktop/models/blobs.py takes them over)."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


def keep_blob(session: Session, sha256: str, data: bytes) -> None:
    """Keep the bytes of a file under their hash; the same bytes are kept once. Bytes are not in the log."""
    session.execute(insert(Blob).values(sha256=sha256, data=data).on_conflict_do_nothing())
