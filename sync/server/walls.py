"""The second wall: on PostgreSQL the database itself shows a reading request nothing outside its streams.

The first wall is the predicate of `scope.py`, which every statement carries. Behind it a request reads as the
role `satchel_reader`, for whom each record table, the feed and the heads have a policy that asks the settings
of the transaction. Whoever forgets the predicate gets no row too many; a table that is not named here cannot
be read at all. On SQLite the predicate stands alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from desktop.errors import Refused
from desktop.models.record import RECORDS
from desktop.rules.streams import INBOX, LENT, ORG
from desktop.words import msg
from sync.server.rows import POSTGRESQL
from sync.server.tables import AUDIT_ROOT, FEED, OFFICE, VERSIONS

READER: Final = "satchel_reader"
"""The role of whoever reads for a laptop: it may select, and what it sees the policies decide."""

POLICY: Final = "satchel_wall"

_EVERY: Final = "(SELECT current_setting('satchel.every', true) = 'on')"
_STREAMS: Final = "(SELECT NULLIF(current_setting('satchel.streams', true), '')::text[])"
_OWNERS: Final = "(SELECT NULLIF(current_setting('satchel.owners', true), '')::uuid[])"
_TEAMS: Final = "(SELECT NULLIF(current_setting('satchel.teams', true), '')::uuid[])"
# each is asked once a statement, not once a row

_PERSON: Final = "(SELECT NULLIF(current_setting('satchel.person', true), '')::uuid)"
_INBOX: Final = "(SELECT 'inbox:' || replace(current_setting('satchel.person', true), '-', ''))"
_BY_STREAM: Final = (
    f"CASE WHEN starts_with(stream, '{INBOX}') THEN stream = {_INBOX}"
    f" ELSE {_EVERY} OR stream = ANY ({_STREAMS}::text[]) END"
)
_OF_ONE: Final = f"owner_id = {_PERSON}"
_OF_THE_FIRM: Final = f"{_EVERY} OR (SELECT '{ORG}' = ANY ({_STREAMS}::text[]))"
_OF_SOMEBODY: Final = (
    f"{_EVERY} OR CASE WHEN owner_id IS NOT NULL THEN owner_id = ANY ({_OWNERS}::uuid[])"
    f" WHEN team_id IS NOT NULL THEN team_id = ANY ({_TEAMS}::uuid[])"
    f" ELSE (SELECT '{ORG}' = ANY ({_STREAMS}::text[])) END"
)

_LOANS: Final = "(SELECT NULLIF(current_setting('satchel.loans', true), '')::text[])"

_NOT_YET: Final = msg(
    "The office's database user may not use the role {role}. As administrator of the database run: "
    "CREATE ROLE {role} NOLOGIN; GRANT {role} TO {user};"
)


def policies() -> Mapping[str, str]:
    """Which rows of a table a reader sees, by table. Records live where `streams.home` says."""
    by_stream = {table.name: _BY_STREAM for table in OFFICE.sorted_tables if "stream" in table.c}
    return by_stream | {name: _visible(name) for name in RECORDS}


def _visible(name: str) -> str:
    if RECORDS[name].__private__:
        return _OF_ONE
    return _OF_THE_FIRM if RECORDS[name].__shared__ else f"{_OF_SOMEBODY} OR {_lent(name)}"


def _lent(name: str) -> str:
    """What is lent to the reader: the feed of the lending streams names it."""
    return (
        f"id IN (SELECT record FROM {FEED.name} WHERE stream = ANY ({_LOANS}::text[])"  # noqa: S608 - own names
        f" AND type = '{name}' AND flag <> 'move')"
    )


COLUMNS: Final[Mapping[str, str]] = {
    VERSIONS.name: '(record, "user", at)',
    AUDIT_ROOT.name: "(day, seq, hash)",
}
"""Further tables that a reader needs, and of those these columns: who changed a record when, and the daily
roots of the log. Whatever else a request reads behind the wall is named here first.
"""


# ---------------------------------------------------------------- building


def build(conn: Connection) -> None:
    """Put the wall up wherever it does not stand as it should. Raises Refused where this user may not."""
    if conn.dialect.name != POSTGRESQL:
        return
    _make_reader(conn)
    standing = {row[0]: row[1] for row in conn.exec_driver_sql(_STANDING)}
    for name, visible in policies().items():
        digest = hashlib.sha256(visible.encode()).hexdigest()[:16]
        if standing.get(name) != digest:
            _wall(conn, name, visible, digest)
    for name, columns in COLUMNS.items():
        if not conn.exec_driver_sql(
            "SELECT has_any_column_privilege(%s, %s, 'SELECT')", (READER, name)
        ).scalar_one():
            conn.exec_driver_sql(f'GRANT SELECT {columns} ON "{name}" TO {READER}')


_STANDING: Final = f"""
    SELECT c.relname, obj_description(p.oid, 'pg_policy')
    FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
    WHERE p.polname = '{POLICY}' AND c.relrowsecurity AND c.relnamespace = current_schema()::regnamespace
    AND has_table_privilege('{READER}', c.oid, 'SELECT')
"""  # noqa: S608 - own names

_ROLE: Final = f"""
    DO $$ BEGIN
        CREATE ROLE {READER} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- an office beside us was first
    END $$
"""


def _make_reader(conn: Connection) -> None:
    found = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    user = conn.exec_driver_sql("SELECT current_user").scalar_one()
    try:
        with conn.begin_nested():
            if conn.exec_driver_sql(found, (READER,)).first() is None:
                conn.exec_driver_sql(_ROLE)
            if not conn.exec_driver_sql("SELECT pg_has_role(%s, 'MEMBER')", (READER,)).scalar_one():
                conn.exec_driver_sql(f"GRANT {READER} TO CURRENT_USER")
            conn.exec_driver_sql(f"SET LOCAL ROLE {READER}")
            conn.exec_driver_sql("RESET ROLE")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise Refused(_NOT_YET.of(role=READER, user=user)) from error
    schema = conn.exec_driver_sql("SELECT current_schema()").scalar_one()
    usable = "SELECT has_schema_privilege(%s, %s, 'USAGE')"
    if not conn.exec_driver_sql(usable, (READER, schema)).scalar_one():
        conn.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{schema}" TO {READER}')


def _wall(conn: Connection, name: str, visible: str, digest: str) -> None:
    for statement in (
        f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS {POLICY} ON "{name}"',
        f'CREATE POLICY {POLICY} ON "{name}" FOR SELECT TO {READER} USING ({visible})',
        f"COMMENT ON POLICY {POLICY} ON \"{name}\" IS '{digest}'",
        f'GRANT SELECT ON "{name}" TO {READER}',
    ):
        conn.exec_driver_sql(statement)


# ---------------------------------------------------------------- standing behind it


def stand_behind(conn: Connection, streams: Iterable[str] | None, person: str = "") -> None:
    """From here to its end this transaction sees what lives in `streams` and nothing else; None is all.

    An inbox is seen by its `person` alone.
    """
    if conn.dialect.name != POSTGRESQL:
        return
    held = sorted(streams or ())
    values = {
        "satchel.every": "on" if streams is None else "off",
        "satchel.streams": _array(held),
        "satchel.person": person,
        "satchel.loans": _array(stream for stream in held if stream.startswith(LENT)),
        "satchel.owners": _array(_ids(held, "user:")),
        "satchel.teams": _array(_ids(held, "team:")),
        "role": READER,
    }
    _set(conn, values)


@contextmanager
def lifted(conn: Connection) -> Iterator[None]:
    """For the names that `stubs.py` gives out on purpose, in the middle of a walled transaction.

    Where the block raises, the transaction is over and with it the wall.
    """
    behind = conn.dialect.name == POSTGRESQL and (
        conn.exec_driver_sql("SELECT current_user").scalar_one() == READER
    )
    if behind:
        _set(conn, {"role": "none"})
    yield
    if behind:
        _set(conn, {"role": READER})


def _set(conn: Connection, values: Mapping[str, str]) -> None:
    asked = ", ".join(f"set_config('{name}', %s, true)" for name in values)
    conn.exec_driver_sql(f"SELECT {asked}", tuple(values.values()))


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join(values) + "}"


def _ids(streams: Iterable[str], prefix: str) -> Iterable[str]:
    return (stream.removeprefix(prefix) for stream in streams if stream.startswith(prefix))
