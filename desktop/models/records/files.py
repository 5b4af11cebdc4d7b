"""Files that belong to a record; their bytes are content-addressed and encrypted with everything else."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from desktop.models.kinds import Link, Short, Whole
from desktop.models.record import Base, Record, field
from desktop.words import Message, msg


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


class Blob(Base):
    """The bytes of files by their hash; they stay on this laptop until attachments travel."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


def keep_blob(session: Session, sha256: str, data: bytes) -> None:
    """Keep the bytes of a file under their hash; the same bytes are kept once. Bytes are not in the log."""
    session.execute(insert(Blob).values(sha256=sha256, data=data).on_conflict_do_nothing())
