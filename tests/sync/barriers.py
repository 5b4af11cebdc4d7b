"""Promises about order and durability that no schedule can see, each with the bug that it must notice."""

from pathlib import Path
from typing import Any

from desktop.models.records import Customer, User
from sync.client.driver import enrol, sync_once
from sync.server import batch, feed
from sync.server import store as office_store
from sync.server.server import Server
from tests.stores import opened
from tests.sync.guards import Guard, need
from tests.sync.mutations import NO_BARRIER, one
from tests.sync.simulator.world import Direct

FULL = 2


def commits_wait_for_the_disk(folder: Path) -> None:
    """What a person typed is on the disk when the program says so, also after ops were noted as sent."""
    office = Server(office_store.open_folder(folder / "office"))
    office.add_user("Ann", "South", "rep")
    with opened(folder / "ann") as ann:
        enrol(ann, Direct(office), office.new_code("Ann"))
        for name in ("A", "B"):
            with ann.work(ann.me(), "customer.new") as work:
                work.add(Customer(name=name))
                level = work.connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
                need(level == FULL, "a power cut may take what was acknowledged")
            sync_once(ann, Direct(office))
    office.store.close()


def heads_are_taken_in_order(folder: Path) -> None:
    """Head rows are locked in ascending order of stream: two writers never wait for each other."""
    office = Server(office_store.open_folder(folder / "office"))
    module: Any = feed
    taken: list[str] = []
    real: Any = module._advance  # noqa: SLF001

    def told(conn: Any, stream: str, count: int) -> int:
        taken.append(stream)
        return int(real(conn, stream, count))

    with opened(folder / "root") as root:
        for name, role in (("Root", "admin"), ("Ann", "rep"), ("Bob", "rep")):
            office.add_user(name, "South", role)
        enrol(root, Direct(office), office.new_code("Root"))
        sync_once(root, Direct(office))
        with root.reading() as session:
            people = [user.id for user in session.query(User)]
        with root.work(root.me(), "customer.import") as work:
            for person in (*people, *reversed(people)):
                work.add(Customer(name="A", owner_id=person))
        module._advance = told  # noqa: SLF001
        try:
            sync_once(root, Direct(office))
        finally:
            module._advance = real  # noqa: SLF001
    office.store.close()
    need(len(taken) >= len(people) > 1, "one push did not touch several streams")
    need(taken == sorted(taken), "heads are not taken in one order")


BARRIERS = (
    Guard(commits_wait_for_the_disk, (NO_BARRIER,)),
    Guard(
        heads_are_taken_in_order,
        (
            one(
                "wrong lock order",
                *(batch, "publish"),
                *("for stream in sorted(by_stream):", "for stream in sorted(by_stream, reverse=True):"),
            ),
        ),
    ),
)
