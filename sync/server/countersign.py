"""The office signs what it received: each content that a push froze gets a receipt with the moment."""

from typing import Final

from sqlalchemy import select

from desktop.models import certificates, receipts
from desktop.models.overlay import moment
from sync.server.batch import OFFICE, Batch, Held
from sync.server.permission import new_row
from sync.server.tables import META

BEARS: Final = {"quote_revision": "revision_id", "contract": "contract_id"}
"""What is issued with its content, and how a receipt names it."""


def follow(batch: Batch) -> None:
    """Write a receipt for each content that a push which was judged has frozen."""
    for record_type, link in BEARS.items():
        for held in batch.held(record_type):
            if "content_hash" in held.changed and held.row["content_hash"] and held.row["quote_id"]:
                _write(batch, held, link)


def _write(batch: Batch, held: Held, link: str) -> None:
    from sync.server.bundle import secret

    office = str(batch.conn.execute(select(META.c.value).where(META.c.name == "office")).scalar_one())
    key = certificates.key_of(bytes.fromhex(secret(batch.conn)))
    content, at = held.row["content_hash"], moment(batch.now)
    row = {
        "quote_id": held.row["quote_id"],
        link: held.id,
        "content_hash": content,
        "received_at": at,
        "office": office,
        "key": certificates.public_of(key),
        "signature": receipts.sign(key, office, content, at),
        "owner_id": held.row["owner_id"],
        "team_id": held.row["team_id"],
    }
    made = batch.add("receipt", new_row("receipt", row))
    made.devices = {OFFICE: made.version}
