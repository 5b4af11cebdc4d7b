"""Files of a record: attach, remove, open. The record is there at once; the bytes follow when they can.

Nothing is ever written to disk in the clear but by "save a copy", where a person chose the place.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from desktop.documents import photos
from desktop.documents.preview import Picture, fitted
from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models.blobs import QUOTA_KEY, Blobs, BlobState, attachments_of
from desktop.models.record import RECORDS
from desktop.models.records import Attachment
from desktop.models.store import Actor, Changed, Store, Work
from desktop.rules import attachments as rules
from desktop.services import commands
from desktop.services import records as _records  # registers the plain commands of files
from desktop.services.commands import Asking, command, every, only_deletes
from desktop.words import Message, msg

FETCH: Final = "attachment.fetch"
assert _records.LED
_MEGABYTES: Final = rules.LARGEST // rules.MEGABYTE

EMPTY: Final = msg("“{name}” is empty; there is nothing to attach.")
TOO_LARGE: Final = msg(
    "“{name}” has {size} MB; at most {most} MB fit. Make it smaller, or attach it in parts."
)
PROGRAM: Final = msg("“{name}” is a program, and programs are not attached. Put it into a ZIP if it must be.")
SIGNED: Final = msg("What was signed is kept with its record.")
SEALED: Final = msg("What was sealed is kept with its record.")
_STAYS: Final = {rules.SIGNATURE: SIGNED, rules.SIGNED: SIGNED, rules.SEALED: SEALED}
NO_PLACE: Final = msg("This vault was opened without its files, so none can be attached.")
UNREADABLE: Final = msg("“{name}” cannot be read: {why}.")
NO_PAGES: Final = msg("This PDF is damaged and cannot be shown.")
MOST_PAGES: Final = 30
"""Pages of a PDF that are shown; a longer one is read in a copy."""
CLEAR_COPY: Final = msg(
    "The copy is not encrypted: whoever can read this folder can read the file. "
    "Delete it when you no longer need it."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An attachment as it is shown: its record, and how far its bytes are here and at the office."""

    record: Attachment
    state: BlobState | None

    @property
    def here(self) -> bool:
        """Whether it can be opened now."""
        return self.state is not None and self.state.here

    @property
    def waits(self) -> bool:
        """Whether it has not reached the office yet."""
        return self.state is not None and self.state.here and not self.state.on_server

    @property
    def done(self) -> int:
        """Per cent of what is on its way: to the office if the file is here, else to this laptop."""
        if self.state is None:
            return 0
        part = self.state.sent if self.state.here else self.state.got
        return 100 * part // self.state.pieces

    @property
    def is_picture(self) -> bool:
        """Whether the window can show it as a picture."""
        return (self.record.media_type or "") in rules.IMAGES


def can_detach(record: Attachment, _asking: Asking) -> Message | None:
    """What a customer signed stays, and what was sealed."""
    return _STAYS.get(record.purpose)


@command(
    "attachment.attach",
    label=msg("Attach file"),
    on=Attachment,
    creates=True,
    writes=every(Attachment),
    icon="upload",
)
def attach_file(
    work: Work,
    *,
    of: str,
    of_id: UUID,
    file_name: str,
    media_type: str,
    size: int,
    sha256: str,
    purpose: str = "",
) -> Attachment:
    """Name a file on a record. It lives where its record lives."""
    cls = RECORDS.get(of)
    parent = work.session.get(cls, of_id) if cls is not None else None
    if cls is None or parent is None or parent.deleted_at is not None or cls is Attachment:
        raise NotFound(msg("The record this file belongs to is no longer on this laptop."))
    if not work.actor.rights.may(f"{of}.edit"):
        raise NotAllowed(
            msg("Your role may not add files here, because it may not edit this {what}.").of(
                what=cls.__label__
            )
        )
    made = Attachment(
        name=rules.safe_name(file_name), of=of, of_id=of_id, media_type=media_type, size=size, sha256=sha256
    )
    made.purpose = purpose
    if not cls.__shared__:
        made.owner_id, made.team_id = parent.owner_id, parent.team_id
    return work.add(made)


@command(
    "attachment.detach",
    label=msg("Remove file"),
    on=Attachment,
    when=can_detach,
    writes=only_deletes(Attachment),
    icon="trash-2",
)
def detach_file(work: Work, attachment: Attachment) -> None:
    """Take a file off its record; undo brings it back for 30 days."""
    work.delete(attachment)


for _name in ("attachment.edit", "attachment.delete"):
    commands.COMMANDS[_name] = replace(commands.COMMANDS[_name], when=can_detach)


# ---------------------------------------------------------------- what a person does


def attach(
    store: Store,
    actor: Actor,
    of: str,
    of_id: UUID,
    name: str,
    data: bytes,
    *,
    purpose: str = "",
    shrink: bool = True,
    keep_place: bool = False,
) -> commands.Outcome:
    """Attach a file: bytes first, durably, then the record that names them.

    A photo is turned upright, loses the place where it was taken and, with `shrink`, is made smaller; what
    was signed is kept to the last bit. Raises Refused for what is empty, too large or a program.
    """
    kept = keep(store, name, data, purpose=purpose, shrink=shrink, keep_place=keep_place)
    return commands.run(store, actor, "attachment.attach", of=of, of_id=of_id, **kept)


def keep(
    store: Store,
    name: str,
    data: bytes,
    *,
    purpose: str = "",
    shrink: bool = True,
    keep_place: bool = False,
) -> dict[str, Any]:
    """Keep the bytes of a file, and what `attachment.attach` is told of them.

    May take a second: it needs neither the records nor their turn, so it runs beside them.
    """
    media_type = checked(name, data)
    if purpose not in rules.FIRST:
        data = photos.prepared(data, media_type, shrink=shrink, keep_place=keep_place)
    _refuse_size(name, data)
    sha256 = files_of(store).put(data)
    return {
        "file_name": name,
        "media_type": media_type,
        "size": len(data),
        "sha256": sha256,
        "purpose": purpose,
    }


def checked(name: str, data: bytes) -> str:
    """The media type of a file that may be attached. Raises Refused and says why."""
    if not data:
        raise Refused(EMPTY.of(name=rules.safe_name(name)))
    if rules.runs(name, data):
        raise Refused(PROGRAM.of(name=rules.safe_name(name)))
    media_type = rules.media_type(name, data)
    if media_type not in photos.FORMATS:
        _refuse_size(name, data)
    return media_type


def _refuse_size(name: str, data: bytes) -> None:
    if len(data) > rules.LARGEST:
        size = f"{len(data) / rules.MEGABYTE:.1f}"
        raise Refused(TOO_LARGE.of(name=rules.safe_name(name), size=size, most=_MEGABYTES))


def read_file(path: Path) -> bytes:
    """A file that a person chose. Raises Refused before a hopelessly large one is read."""
    try:
        size = path.stat().st_size
        if size > 4 * rules.LARGEST:
            shown = f"{size / rules.MEGABYTE:.1f}"
            raise Refused(TOO_LARGE.of(name=rules.safe_name(path.name), size=shown, most=_MEGABYTES))
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(msg("There is no file {path}.").of(path=path)) from None
    except OSError as error:
        raise Refused(UNREADABLE.of(name=rules.safe_name(path.name), why=error.strerror)) from error


def contents(store: Store, attachment: Attachment) -> bytes:
    """The bytes of a file, into memory and nowhere else.

    Raises NotFound while they are not here (and asks for them), Damaged where they do not verify.
    """
    blobs = files_of(store)
    try:
        return blobs.read(attachment.sha256)
    except NotFound:
        fetch_now(store, attachment)
        raise


def pages(data: bytes, width: int, most: int = MOST_PAGES) -> list[Picture]:
    """The first pages of a PDF as pictures. Raises Refused for a file that is none."""
    try:
        return fitted(data, width, most)
    except (ValueError, RuntimeError):
        raise Refused(NO_PAGES) from None


def fetch_now(store: Store, attachment: Attachment) -> None:
    """A person waits for this file: it comes first with the next sync, over any link, and that begins now."""
    if not rules.is_hash(attachment.sha256) or not rules.fits(attachment.size):
        raise NotFound(msg("This file was announced, but never came."))
    files_of(store).want(attachment.sha256, attachment.size or 0)
    store.announce(Changed(frozenset({("attachment", attachment.id)}), FETCH))


def save_copy(store: Store, attachment: Attachment, target: Path) -> Path:
    """Write a copy in the clear where a person chose; into a folder under the file's own name."""
    data = contents(store, attachment)
    path = target / rules.safe_name(attachment.name) if target.is_dir() else target
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from error
    return path


def find(store: Store, record_id: UUID) -> Attachment:
    """A living attachment. Raises NotFound."""
    with store.reading() as session:
        found = session.get(Attachment, record_id)
    if found is None or found.deleted_at is not None:
        raise NotFound(msg("There is no such {what} on this laptop.").of(what=Attachment.__label__))
    return found


def listed(store: Store, of: str, of_id: UUID) -> list[Shown]:
    """The files of a record, oldest first, with how far each is."""
    with store.reading() as session:
        parent = session.get(RECORDS[of], of_id)
        found = attachments_of(session, parent) if parent is not None else []
    states = store.blobs.states(one.sha256 for one in found) if store.blobs is not None else {}
    return [Shown(one, states.get(one.sha256)) for one in found]


def room(store: Store) -> tuple[int, int]:
    """The bytes of the files here, and how many there may be of what the office has too."""
    return (store.blobs.total(), store.blobs.quota) if store.blobs is not None else (0, 0)


def keep_at_most(store: Store, quota: int) -> None:
    """How many bytes of files stay on this laptop; what only this laptop has stays whatever this says."""
    files_of(store).quota = quota
    store.set_local(QUOTA_KEY, quota)


def files_of(store: Store) -> Blobs:
    """Where the bytes of files lie. Raises Refused in a store that was opened without them."""
    if store.blobs is None:
        raise Refused(NO_PLACE)
    return store.blobs
