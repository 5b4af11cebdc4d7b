"""Random sharing by five people: at rest each laptop holds what a query over the office's records says."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import SatchelError
from desktop.models.record import RECORDS
from desktop.services import sharing
from tests.sync.server.laptop import Laptop
from tests.sync.sharing import PEOPLE, Circle, Held, circles

STEPS = 60
SEEDS = range(4)


@pytest.fixture
def circle(tmp_path: Path) -> Iterator[Circle]:
    with circles(tmp_path) as made:
        made.server.add_user("Root", "", "admin")
        yield made


def rows(circle: Circle) -> dict[tuple[str, UUID], dict[str, Any]]:
    """Every record at the office that does not belong to the whole firm."""
    found = {}
    with circle.server.store.read() as conn:
        for kind, cls in RECORDS.items():
            if not cls.__shared__:
                for row in conn.execute(cls.table().select()).mappings():
                    found[kind, row["id"]] = dict(row)
    return found


def oracle(circle: Circle, name: str) -> Held:
    """What this person may hold, worked out without streams, scopes or feeds."""
    every = rows(circle)
    me = circle[name].me()
    mates = {store.me().id for one, store in circle.stores.items() if PEOPLE[one] == PEOPLE[name]}
    shares = [row for (kind, _), row in every.items() if kind == "share" and row["deleted_at"] is None]
    mine = {
        (row["of"], row["of_id"])
        for row in shares
        if row["person_id"] == me.id or (row["group_id"] is not None and row["group_id"] == me.team_id)
    }
    found: Held = set()
    for key, row in every.items():
        if RECORDS[key[0]].__private__:
            continue
        if row["deleted_at"] is None and (
            row["owner_id"] in mates or any(along(every, key, one) for one in mine)
        ):
            found.add(key)
    return found


def along(
    every: dict[tuple[str, UUID], dict[str, Any]], key: tuple[str, UUID], target: tuple[str, UUID]
) -> bool:
    """Whether a record goes along with a shared one: itself, a part of it, or something of the same owner."""
    row = every[key]
    if key == target:
        return True
    if key[0] == "share":
        return (row["of"], row["of_id"]) == target
    root = RECORDS[key[0]].__root__
    if root:
        kind: Any = RECORDS[key[0]].fields()[root].kind
        above = (kind.to, row[root])
        return above in every and along(every, above, target)
    hangs = key[0] in ("interaction", "opportunity", "quote") and target[0] == "customer"
    return hangs and row["customer_id"] == target[1] and row["owner_id"] == every[target]["owner_id"]


class Play:
    """One random play: people make, hang, share, end, delete, bring back; somebody hands records over."""

    def __init__(self, circle: Circle, seed: int) -> None:
        self.circle, self.chance = circle, random.Random(seed)
        self.boss = Laptop(circle.server)
        self.boss.enrol(circle.server.new_code("Root"))
        self.seen: dict[str, dict[str, int]] = {}
        self.did = 0

    def step(self) -> None:
        name = self.chance.choice(list(PEOPLE))
        act = self.chance.choice(
            (self.make, self.hang, self.share, self.share, self.end, self.give, self.drop)
        )
        try:
            act(name)
            self.did += 1
        except (SatchelError, IndexError):
            pass
        if self.chance.random() < 0.4:
            one = self.chance.choice(list(PEOPLE))
            self.circle.meet(one)
            self.watch(one)

    def some(self, name: str, *kinds: str) -> tuple[str, UUID]:
        return self.chance.choice(sorted(key for key in self.circle.held(name) if key[0] in kinds))

    def make(self, name: str) -> None:
        self.circle.customer(name, f"{name} {self.did}")

    def hang(self, name: str) -> None:
        kind = self.chance.choice(("contact", "opportunity", "interaction"))
        _, customer = self.some(name, "customer")
        self.circle.do(name, f"{kind}.new", values={"name": kind, "customer_id": customer})

    def share(self, name: str) -> None:
        of, of_id = self.some(name, "customer", "opportunity")
        whom = self.chance.choice([*PEOPLE, "North", "South", "East"])
        access = self.chance.choice(("read", "edit"))
        receiver = sharing.find_receiver(self.circle[name], whom)
        self.circle.do(name, "share.give", of=of, of_id=of_id, access=access, **receiver)

    def end(self, name: str) -> None:
        self.circle.do(name, "share.delete", self.some(name, "share")[1])

    def drop(self, name: str) -> None:
        kind, record = self.some(name, "opportunity", "contact")
        self.circle.do(name, f"{kind}.delete", record)

    def give(self, name: str) -> None:
        self.boss.sync()
        kind, record = self.some(name, "customer", "opportunity")
        whom = self.circle[self.chance.choice(list(PEOPLE))].me()
        if (kind, record.hex) in self.boss.rows:
            team = whom.team_id.hex if whom.team_id else None
            home: dict[str, Any] = {"owner_id": whom.id.hex, "team_id": team}
            self.boss.set(kind, record.hex, **home)
            self.boss.sync()

    def watch(self, name: str) -> None:
        """Cursors only grow, as long as the stream is held."""
        with self.circle[name].reader.connect() as conn:
            now = {row[0]: row[1] for row in conn.exec_driver_sql("SELECT stream, seq FROM sync_cursor")}
        for stream, seq in self.seen.get(name, {}).items():
            assert now.get(stream, seq) >= seq
        self.seen[name] = now


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rest_each_laptop_holds_what_the_query_says(circle: Circle, seed: int) -> None:
    play = Play(circle, seed)
    lent = 0
    for _ in range(3):
        for _ in range(STEPS // 3):
            play.step()
        circle.meet()
        circle.meet()
        for name in PEOPLE:
            play.watch(name)
            assert circle.held(name) == oracle(circle, name), name
            with circle[name].reader.connect() as conn:
                lent += conn.exec_driver_sql("SELECT count(*) FROM sync_lent").scalar_one()
    assert play.did > STEPS // 4
    assert lent
