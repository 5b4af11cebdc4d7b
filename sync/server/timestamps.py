"""An authority's timestamp beside each receipt, where the office has named one: asked for beside the laptops.

No laptop waits for it: the first worker asks for what is missing, and where the authority is silent, later.
"""

import secrets
from collections.abc import Callable
from typing import Final

import requests
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from desktop.models import receipts, timestamps
from desktop.models.columns import moment_text
from desktop.models.records import Receipt
from desktop.models.timestamps import LARGEST, BadStamp, Stamp
from sync.server.batch import OFFICE, Batch
from sync.server.problems import told
from sync.server.rows import shape, upsert
from sync.server.store import Store
from sync.server.tables import META

URL: Final = "timestamp_url"
"""The row of `office_meta` with the authority's address."""
AT_ONCE: Final = 20
PATIENCE: Final = 10.0
"""Seconds to connect, and between two bytes."""
Post = Callable[[str, bytes], bytes]


def address(conn: Connection) -> str:
    """The authority's address; empty where there is none."""
    found = conn.execute(select(META.c.value).where(META.c.name == URL)).scalar_one_or_none()
    return str(found or "")


def set_address(conn: Connection, wanted: str) -> None:
    """From now on this authority; empty: none."""
    upsert(conn, META, [{"name": URL, "value": wanted}])


def post(url: str, question: bytes) -> bytes:
    """Ask an authority over HTTP, without redirects; at most so much is read. Raises OSError."""
    headers = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
    with requests.post(
        url, question, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
    ) as answered:
        if answered.status_code != 200:
            raise requests.HTTPError(f"the authority answers {answered.status_code}")
        data = b""
        for piece in answered.iter_content(4096):
            data += piece
            if len(data) > LARGEST:
                break
    if len(data) > LARGEST:
        raise requests.HTTPError("the authority says too much")
    return data


def catch_up(store: Store, now: int, ask: Post = post) -> int:
    """Have what has no timestamp yet stamped; returns how many. What fails is tried again later."""
    with store.read() as conn:
        url = address(conn)
        waiting = _waiting(conn) if url else []
    done = 0
    for record, about in waiting:
        nonce = secrets.randbits(63)
        try:
            stamp = timestamps.answer(ask(url, timestamps.question(about, nonce)), about, nonce)
        except (OSError, BadStamp) as error:
            told("a timestamp", error)
            break
        store.write(lambda conn, record=record, stamp=stamp: _keep(conn, record, stamp, now))  # type: ignore[misc]
        done += 1
    return done


def _waiting(conn: Connection) -> list[tuple[str, bytes]]:
    """Receipts without a timestamp, the oldest first, with what is to be stamped."""
    table = Receipt.table()
    query = select(table.c.id).where(_missing())
    ids = [row.id.hex for row in conn.execute(query.order_by(table.c.received_at, table.c.id).limit(AT_ONCE))]
    rows = shape("receipt", conn.dialect.name).read(conn, ids)
    return [
        (one, receipts.told(row["office"], row["content_hash"], row["received_at"]))
        for one in ids
        if (row := rows.get(one)) is not None
    ]


def count(conn: Connection) -> int:
    """How many receipts have no timestamp."""
    return int(conn.execute(select(func.count()).select_from(Receipt.table()).where(_missing())).scalar_one())


def _missing() -> ColumnElement[bool]:
    table = Receipt.table()
    bare = or_(table.c.stamp == "", table.c.stamp.is_(None))
    return and_(bare, table.c.signature != "", table.c.deleted_at.is_(None))


def _keep(conn: Connection, record: str, stamp: Stamp, now: int) -> None:
    batch = Batch(conn, OFFICE, OFFICE, now)
    batch.load([("receipt", record)])
    held = batch.get("receipt", record)
    if held is None or held.row["stamp"]:
        return  # another worker was faster
    batch.change(held, "stamp", stamp.token.hex())
    batch.change(held, "stamped_at", moment_text(stamp.at))
    batch.flush()
