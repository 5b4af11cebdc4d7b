"""How the office is: for a program, for a person with a browser, and as gauges; nothing confidential."""

import html
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, insert, or_, select

from desktop.models.records import User
from desktop.words import Message, msg
from sync.server import certificates
from sync.server.openapi import Health
from sync.server.rows import POSTGRESQL
from sync.server.server import Server
from sync.server.tables import AUDIT, DEVICE, HEAD, META

TOKEN: Final = "token"
"""The row of `office_meta` with what lets a monitor in from elsewhere."""
OLD: Final = timedelta(hours=36)
"""A backup older than this, or none, is said aloud."""

PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="60"><title>{title}</title>
<style>
body{{font:16px/1.6 "Noto Sans SC",system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem;
color:#1b2430;background:#f7f8fa}}
h1{{font-size:1.6rem;margin:0 0 .25rem}} p{{margin:0 0 1.5rem}} .good{{color:#17724a}} .bad{{color:#a8321f}}
dl{{display:grid;grid-template-columns:auto 1fr;gap:.5rem 1.5rem;margin:0}} dt{{color:#5a6675}} dd{{margin:0}}
small{{color:#5a6675}} @media(prefers-color-scheme:dark){{body{{background:#14181e;color:#e8ecf1}}
dt,small{{color:#9aa6b4}} .good{{color:#5fc796}} .bad{{color:#f08b78}}}}
</style></head><body>
<h1>{title}</h1><p class="{mood}">{state}</p>
<dl>{rows}</dl>
</body></html>
"""


def program_version() -> str:
    """The version of this program."""
    try:
        return version("satchel-crm")
    except PackageNotFoundError:
        return "0"


def health(server: Server, *, trusted: bool, certificate: Path | None = None) -> Health:
    """How the office is now; `trusted` has shown the token or asks from this computer."""
    with server.store.read() as conn:
        laptops, seen = conn.execute(
            select(func.count(), func.max(DEVICE.c.seen_at)).where(DEVICE.c.revoked_at.is_(None))
        ).one()
        said = Health(
            ok=True,
            name=server.office_name(),
            version=program_version(),
            time=server.clock(),
            laptops=laptops,
            last_sync_at=seen,
            backup_at=_backup_at(conn),
        )
        if not trusted:
            return said
        answering, wanted = server.metrics.workers()
        return Health(
            workers=answering,
            workers_wanted=wanted,
            **{
                name: getattr(said, name)
                for name in said.__struct_fields__
                if getattr(said, name) is not None
            },
            people=_people(conn),
            store_bytes=_size(conn),
            certificate_days=certificates.days_of(certificate) if certificate else None,
            audit_rows=_count(conn, AUDIT),
        )


def gauges(server: Server) -> Mapping[str, tuple[str, float]]:
    """What stands in the database, for the metrics."""
    now = server.clock()
    with server.store.read() as conn:
        live = select(func.count()).select_from(DEVICE).where(DEVICE.c.revoked_at.is_(None))
        seen = conn.execute(select(func.max(DEVICE.c.seen_at))).scalar()
        found: dict[str, tuple[str, float]] = {
            "up": ("Whether the store answers.", 1),
            "store_bytes": ("Size of the database.", _size(conn)),
            "streams": ("Streams that hold something.", _count(conn, HEAD)),
            "laptops": ("Laptops that may sync.", conn.execute(live).scalar_one()),
            "audit_rows": ("Rows of the office's own log.", _count(conn, AUDIT)),
        }
        for hours in (1, 24):
            since = now - hours * 3_600_000
            count = conn.execute(live.where(DEVICE.c.seen_at >= since)).scalar_one()
            found[f"laptops_seen_{hours}h"] = (f"Laptops that synced within {hours} h.", count)
        if seen is not None:
            found["last_sync_timestamp_seconds"] = ("When a laptop synced last.", seen / 1000)
        backup = _backup_at(conn)
        if backup is not None:
            found["backup_timestamp_seconds"] = ("When the last verified backup was made.", backup / 1000)
    return found


def _backup_at(conn: Connection) -> int | None:
    query = select(AUDIT.c.at).where(AUDIT.c.action == "backup").order_by(AUDIT.c.seq.desc()).limit(1)
    return conn.execute(query).scalar_one_or_none()


def _people(conn: Connection) -> int:
    query = select(func.count(User.id)).where(
        User.deleted_at.is_(None), or_(User.active.is_(True), User.active.is_(None))
    )
    return conn.execute(query).scalar_one()


def _count(conn: Connection, table: object) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def _size(conn: Connection) -> int:
    if conn.dialect.name == POSTGRESQL:
        return int(conn.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(conn.exec_driver_sql("PRAGMA page_size").scalar_one())


# ---------------------------------------------------------------- the token


def token(server: Server) -> str:
    """What lets a monitor in from elsewhere; made when first asked for."""

    def find(conn: Connection) -> str:
        known = conn.execute(select(META.c.value).where(META.c.name == TOKEN)).scalar_one_or_none()
        if known is None:
            known = secrets.token_urlsafe(24)
            conn.execute(insert(META), {"name": TOKEN, "value": known})
        return known

    return server.store.write(find)


def is_token(server: Server, shown: str) -> bool:
    """Whether this is the token."""
    if not shown:
        return False
    with server.store.read() as conn:
        known = conn.execute(select(META.c.value).where(META.c.name == TOKEN)).scalar_one_or_none()
    return known is not None and secrets.compare_digest(known.encode(), shown.encode())


# ---------------------------------------------------------------- for a person


def page(said: Health) -> str:
    """The health as a page in both languages."""
    now = datetime.fromtimestamp(said.time / 1000, UTC)
    backup = datetime.fromtimestamp(said.backup_at / 1000, UTC) if said.backup_at else None
    late = backup is None or now - backup > OLD
    state = msg("The office answers, but its last backup is old.") if late else msg("The office is well.")
    rows = [
        (msg("Laptops", "office"), verbatim_number(said.laptops)),
        (msg("Last sync", "office"), _ago(said.last_sync_at, now)),
        (msg("Last verified backup", "office"), _ago(said.backup_at, now)),
        (msg("Version", "office"), (said.version, said.version)),
    ]
    return PAGE.format(
        title=html.escape(said.name),
        mood="bad" if late else "good",
        state=_both((state.in_language("zh"), state.in_language("en"))),
        rows="".join(
            f"<dt>{_both((label.in_language('zh'), label.in_language('en')))}</dt><dd>{_both(value)}</dd>"
            for label, value in rows
        ),
    )


def verbatim_number(number: int) -> tuple[str, str]:
    """A number in both languages."""
    return f"{number}", f"{number}"


def _both(said: tuple[str, str]) -> str:
    zh, en = (html.escape(text) for text in said)
    return zh if zh == en else f'{zh} <small lang="en">{en}</small>'


def _ago(at: int | None, now: datetime) -> tuple[str, str]:
    """How long ago a moment was, in both languages."""
    said: Message = msg("never", "moment")
    if at is not None:
        minutes = max(0, int((now - datetime.fromtimestamp(at / 1000, UTC)).total_seconds()) // 60)
        if minutes < 60:
            said = msg("{count} min ago").of(count=minutes)
        elif minutes < 48 * 60:
            said = msg("{count} h ago").of(count=minutes // 60)
        else:
            said = msg("{count} days ago").of(count=minutes // 1440)
    return said.in_language("zh"), said.in_language("en")
