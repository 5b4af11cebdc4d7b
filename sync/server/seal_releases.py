"""The office's side of released seals: it signs what is released, and checks what was printed.

Issued paper is never touched: a verdict is noted beside it, and a task tells who has to look.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desktop.models import seal_releases as signed
from desktop.models.records import Organisation, SealUse
from desktop.rules import roles
from desktop.rules import seal_releases as rules
from desktop.rules.seal_releases import Case
from desktop.words import LANGUAGES, Message, msg
from sync.protocol.bundle import sign_key
from sync.server import permission
from sync.server.batch import OFFICE, Batch, Held
from sync.server.scope import Scope

KEPT, BROKEN = "kept", "breach"
RELEASE: Final = "seal_release"
USE: Final = "seal_use"
GONE: Final = msg("The office does not know this release of a seal, or it was withdrawn.")
OTHER: Final = msg("The seal on the paper is not the one that was released.")
UNNOTED: Final = msg("A seal was printed on it without a release that the office knows of.")
_USE: Final = SealUse.table()


def follow(batch: Batch, scope: Scope) -> None:
    """Sign the releases of a push that was judged, and check what it says was printed."""
    _sign(batch, scope)
    fresh = [held for held in batch.held(USE) if held.home is None and not held.row["verdict"]]
    noted = {(use.row["contract_id"], use.row["content_hash"]) for use in fresh}
    for contract in batch.held("contract"):
        sealed = (contract.row["snapshot"] or {}).get("seal")
        issued = contract.home is None or "content_hash" in contract.changed
        if sealed and issued and (contract.id, contract.row["content_hash"]) not in noted:
            permission.tell(batch, scope, contract, UNNOTED)
    for use in fresh:
        _decide(batch, scope, use, _refusal(batch, scope, use))


def _sign(batch: Batch, scope: Scope) -> None:
    """A release counts under the office's signature, with the seal's picture as the office keeps it."""
    fresh = [held for held in batch.held(RELEASE) if held.home is None or held.changed]
    if not fresh:
        return
    from sync.server.bundle import secret

    key, role = sign_key(bytes.fromhex(secret(batch.conn))), scope.role or roles.named(scope.person.role)
    for held in fresh:
        seal = _loaded(batch, "company_seal", held.row["seal_id"])
        if seal is None or seal.deleted or not seal.row["active"] or not seal.row["sha256"]:
            batch.change(held, "signature", "", by=OFFICE)
            continue
        said: dict[str, Any] = {name: seal.row[name] for name in ("name", "kind", "picture", "sha256")}
        said |= {"granted_by_id": scope.person.user, "granted_as": role.base or role.name}
        said["granted_at"] = batch.now
        said["signature"] = signed.sign(key, {**held.row, **said}, batch.now)
        for name, value in said.items():
            batch.change(held, name, value, by=OFFICE)


def _loaded(batch: Batch, kind: str, record: str | None) -> Held | None:
    batch.load([(kind, record)] if record else [])
    return batch.get(kind, record)


def _refusal(batch: Batch, scope: Scope, use: Held) -> Message | None:
    """Why this use is not covered, by what the office knows itself."""
    release = _loaded(batch, RELEASE, use.row["release_id"])
    if release is None or release.deleted or not release.row["signature"]:
        return GONE
    given = signed.read({**release.row, "id": release.id})
    contract = _loaded(batch, "contract", use.row["contract_id"])
    snapshot = (contract.row["snapshot"] or {}) if contract is not None else {}
    said = snapshot.get("seal") or {}
    same = contract is not None and contract.row["content_hash"] == use.row["content_hash"]
    if given is None or not same:
        return GONE
    if (said.get("release"), said.get("picture")) != (release.id, release.row["sha256"]):
        return OTHER
    at = _milliseconds(use.row["used_at"], batch.now)
    on = datetime.fromtimestamp(at / 1000, _zone(batch)).date()
    return rules.refusal(given, Case(scope.person.user, rules.CONTRACT, on, at), _used(batch, use))


def _milliseconds(moment: str | None, now: int) -> int:
    """When it was used; not after now, whatever a laptop's clock says."""
    if not moment:
        return now
    return min(round(datetime.fromisoformat(moment).timestamp() * 1000), now)


def _zone(batch: Batch) -> ZoneInfo:
    table = Organisation.table()
    query = select(table.c.time_zone).where(table.c.deleted_at.is_(None)).limit(1)
    return ZoneInfo(batch.conn.execute(query).scalar() or "Asia/Shanghai")


def _used(batch: Batch, use: Held) -> int:
    """How often it was used before, as far as the office has heard, this push included."""
    release = use.row["release_id"]
    here = [one for one in batch.held(USE) if one.row["release_id"] == release and one.id != use.id]
    query = select(_USE.c.id).where(_USE.c.release_id == UUID(hex=release), _USE.c.deleted_at.is_(None))
    known = {one.id for one in here} | {use.id}
    before = [row.id for row in batch.conn.execute(query) if row.id.hex not in known]
    return len(before) + sum(bool(one.row["verdict"]) for one in here)


def _decide(batch: Batch, scope: Scope, use: Held, why: Message | None) -> None:
    """Write the verdict down, and tell whoever has to look."""
    batch.change(use, "verdict", BROKEN if why is not None else KEPT, by=OFFICE)
    if why is None:
        return
    batch.change(use, "reason", {one: why.in_language(one) for one in LANGUAGES}, by=OFFICE)
    about = batch.get("contract", use.row["contract_id"]) or batch.root_of(use)
    if about is not None:
        permission.tell(batch, scope, about, why)
