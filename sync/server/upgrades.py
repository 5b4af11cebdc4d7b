"""The shape of an office's database before and after: what a newer program changes, and whether it may."""

from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, select

from desktop.errors import NotFound, Refused
from desktop.models.engines import open_keyed
from desktop.words import msg
from sync.server.store import DATABASE, KEY, SCHEMA, driver_url, read_key
from sync.server.tables import META

Shape = dict[str, set[str]]
"""Table → its columns."""


def look(folder: Path, url: str | None) -> tuple[str, Shape]:
    """The office's id and shape; nothing is changed. Raises NotFound, and Refused for newer data."""
    engine = create_engine(driver_url(url)) if url else _keyed(folder)
    try:
        return _seen(engine)
    finally:
        engine.dispose()


def _keyed(folder: Path) -> Engine:
    if not (folder / DATABASE).exists():
        raise NotFound(msg("There is no office in {folder}.").of(folder=folder))
    return open_keyed(folder / DATABASE, read_key(folder / KEY), read_only=True)


def _seen(engine: Engine) -> tuple[str, Shape]:
    with engine.connect() as conn:
        found = inspect(conn)
        tables = found.get_table_names()
        if META.name not in tables:
            raise NotFound(msg("There is no office in this database."))
        facts = {row.name: row.value for row in conn.execute(select(META.c.name, META.c.value))}
        if int(facts["schema"]) > SCHEMA:
            raise Refused(
                msg("This office was last run by a newer Satchel. Update the server; nothing was changed.")
            )
        shape = {name: {column["name"] for column in found.get_columns(name)} for name in tables}
        return str(facts["office"]), shape


def differences(before: Shape, after: Shape) -> list[str]:
    """What was added, as `table` or `table.column`."""
    added = [name for name in after if name not in before]
    added += [f"{name}.{column}" for name in after if name in before for column in after[name] - before[name]]
    return sorted(added)
