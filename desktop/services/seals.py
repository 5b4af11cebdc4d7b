"""Seals of the firm: kept by the office, released to people, printed on a contract and noted with it."""

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.documents import stamp
from desktop.errors import Refused
from desktop.models import delegations, seal_releases
from desktop.models.changes import now_ms, read_local
from desktop.models.records import CompanySeal, Contract, Organisation, SealRelease, SealUse
from desktop.models.store import Actor, Store, Work
from desktop.rules import seal_releases as rules
from desktop.rules.attachments import hash_of
from desktop.rules.seal_releases import Case
from desktop.services import contract_sense
from desktop.services.commands import command
from desktop.services.quote_prices import today
from desktop.words import Message, msg

PNG: Final = "png"
"""The name under which a picture is kept: its bytes in base64."""
LARGEST: Final = 400_000
"""Bytes of a picture."""
NO_RELEASE: Final = msg("This release of a seal is not on this laptop, or was withdrawn.")
NO_PICTURE: Final = msg("Choose the picture of this seal before it is released.")
TOO_LARGE: Final = msg("This picture is too large for a seal; choose one with fewer details.")


@command(
    "company_seal.picture",
    label=msg("Choose the picture of the seal"),
    on=CompanySeal,
    writes=("company_seal.picture", "company_seal.sha256"),
    icon="upload",
)
def picture(work: Work, seal: CompanySeal, *, data: bytes) -> None:
    """Keep another picture of this seal; what was released before keeps the one it was released with."""
    png = stamp.prepared(data)
    if len(png) > LARGEST:
        raise Refused(TOO_LARGE)
    seal.picture, seal.sha256 = {PNG: base64.b64encode(png).decode()}, hash_of(png)


@command(
    "contract.put_seal",
    label=msg("Print with a seal"),
    on=Contract,
    when=contract_sense.can_change,
    writes=("contract.release_id",),
    icon="shield-check",
)
def put_seal(work: Work, contract: Contract, *, release_id: UUID | None = None) -> None:
    """Choose the released seal that this contract is printed with; None: without one."""
    if release_id is not None:
        _covering(work, release_id)
    contract.release_id = release_id


def _covering(work: Work, release_id: UUID) -> SealRelease:
    """The release, where it covers a contract that this person issues now. Raises Refused."""
    release = work.session.get(SealRelease, release_id)
    if release is None or release.deleted_at is not None:
        raise Refused(NO_RELEASE)
    case = Case(work.actor.id.hex, rules.CONTRACT, today(work), now_ms(work.now))
    why = refusal(work.session, release, case)
    if why is not None:
        raise Refused(why)
    return release


def refusal(session: Session, release: SealRelease, case: Case) -> Message | None:
    """Why this release does not count for that paper, or None."""
    row = {"id": release.id.hex, **release.wire()}
    name = release.name or "?"
    if not release.signature:
        return rules.UNSIGNED.of(name=name)
    public = (read_local(session.connection(), delegations.KEYS) or {}).get("sign", "")
    given = seal_releases.read(row)
    if given is None or not seal_releases.is_signed(public, row) or not _png(release):
        return rules.CHANGED.of(name=name)
    newest = delegations.newest(session.connection())
    known = Case(case.person, case.subject, case.on, case.at, newest)
    return rules.refusal(given, known, seal_releases.used(session.connection(), release.id))


def offered(store: Store) -> list[tuple[SealRelease, Message | None]]:
    """The releases that are here for this person, each with the reason why it does not count now."""
    actor = store.me()
    with store.reading() as session:
        query = select(SealRelease).where(SealRelease.owner_id == actor.id, SealRelease.deleted_at.is_(None))
        found = session.scalars(query.order_by(SealRelease.valid_until.desc(), SealRelease.id)).all()
        return [(one, refusal(session, one, _case(session, store, actor))) for one in found]


def _case(session: Session, store: Store, actor: Actor) -> Case:
    now = store.clock()
    return Case(actor.id.hex, rules.CONTRACT, now.astimezone(_zone(session)).date(), now_ms(now))


def _zone(session: Session) -> ZoneInfo:
    query = select(Organisation.time_zone).where(Organisation.deleted_at.is_(None)).limit(1)
    return ZoneInfo(session.scalar(query) or "Asia/Shanghai")


def today_of(store: Store) -> date:
    """The firm's day."""
    with store.reading() as session:
        return store.clock().astimezone(_zone(session)).date()


def used(store: Store, release_id: UUID) -> int:
    """How often the log here says that it was printed."""
    with store.looking() as connection:
        return seal_releases.used(connection, release_id)


def printed(work: Work, contract: Contract) -> bytes:
    """The picture that this contract is printed with; empty: without a seal. Raises Refused."""
    if contract.release_id is None:
        return b""
    return _png(_covering(work, contract.release_id))


def note(work: Work, contract: Contract) -> None:
    """Note in the log that the seal stands on the issued contract."""
    said = (contract.snapshot or {}).get("seal")
    if not said:
        return
    work.add(
        SealUse(
            quote_id=contract.quote_id,
            contract_id=contract.id,
            release_id=contract.release_id,
            content_hash=contract.content_hash,
            name=said["name"],
            used_at=work.now,
            owner_id=contract.owner_id,
            team_id=contract.team_id,
        )
    )


def facts(session: Session, contract: Contract) -> dict[str, str] | None:
    """What the content of a contract says of its seal; None without one."""
    release = session.get(SealRelease, contract.release_id) if contract.release_id else None
    if release is None or release.deleted_at is not None:
        return None
    said = {"release": release.id.hex, "name": release.name or "", "kind": release.kind or ""}
    return {**said, "picture": release.sha256 or ""}


def picture_of(store: Store, snapshot: Mapping[str, Any]) -> bytes:
    """The picture that stands on this paper, where it is here."""
    said = snapshot.get("seal") or {}
    if not said:
        return b""
    with store.reading() as session:
        release = session.get(SealRelease, UUID(hex=said["release"]))
    png = _png(release) if release is not None else b""
    return png if hash_of(png) == said["picture"] else b""


def seal_picture(seal: CompanySeal | SealRelease) -> bytes:
    """The bytes of the kept picture, PNG; empty where there is none, or it is not what its hash says."""
    return _png(seal)


def _png(kept: CompanySeal | SealRelease) -> bytes:
    try:
        png = base64.b64decode((kept.picture or {}).get(PNG, ""), validate=True)
    except ValueError:
        return b""
    return png if png and hash_of(png) == kept.sha256 else b""
