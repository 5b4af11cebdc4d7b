"""The office's database: transactions that met another one, a newer program's data, two who begin at once."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from desktop.errors import Refused
from desktop.words import msg
from sync.server.server import Server
from sync.server.store import TRIES, Store, open_folder


class Met(Exception):
    """What a driver says when two transactions met."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def fail_until(turn: int, sqlstate: str, turns: list[int]) -> int:
    turns.append(len(turns))
    if len(turns) < turn:
        raise DBAPIError("COMMIT", {}, Met(sqlstate))
    return len(turns)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "23505"])
def test_a_transaction_that_met_another_is_done_again(sqlstate: str, server: Server) -> None:
    turns: list[int] = []
    assert server.store.write(lambda _conn: fail_until(3, sqlstate, turns)) == 3


def test_it_is_not_done_again_for_ever_nor_for_another_reason(server: Server) -> None:
    turns: list[int] = []
    with pytest.raises(DBAPIError):
        server.store.write(lambda _conn: fail_until(99, "40001", turns))
    assert len(turns) == TRIES
    turns.clear()
    with pytest.raises(DBAPIError):
        server.store.write(lambda _conn: fail_until(99, "22003", turns))
    assert len(turns) == 1


def test_what_raises_leaves_nothing(server: Server) -> None:
    def half(conn: Connection) -> None:
        conn.exec_driver_sql("INSERT INTO office_meta (name, value) VALUES ('half', '1')")
        raise Refused(msg("The disk is full."))

    with pytest.raises(Refused):
        server.store.write(half)
    with server.store.read() as conn:
        assert not conn.exec_driver_sql("SELECT * FROM office_meta WHERE name = 'half'").all()


def test_the_data_of_a_newer_office_is_left_alone(tmp_path: Path) -> None:
    store = open_folder(tmp_path / "office")
    store.write(
        lambda conn: conn.exec_driver_sql("UPDATE office_meta SET value = '99' WHERE name = 'schema'")
    )
    store.close()
    with pytest.raises(Refused, match="newer"):
        open_folder(tmp_path / "office")


def test_two_who_begin_at_once_share_one_office(tmp_path: Path) -> None:
    stores: list[Store] = []

    def begin() -> None:
        stores.append(open_folder(tmp_path / "office"))

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({store.office for store in stores}) == 1
    assert len(stores) == 4
    for store in stores:
        store.close()
