"""What a role may not see never reaches its laptops, and leaves those that had it, down to the index."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import NotAllowed
from desktop.models import indexing
from desktop.models.record import RECORDS
from desktop.models.records import Contact, Customer, Opportunity, PriceEntry, Product
from desktop.models.store import Store
from desktop.rules import roles
from desktop.services import commands, integrity
from sync.client.driver import enrol, sync_once
from sync.protocol import messages
from sync.server.masks import mask_of
from sync.server.server import Server
from tests.stores import opened
from tests.sync import raw_pages
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop
from tests.sync.simulator.world import Direct

COST, NUMBER = "7654.32", "11010519491231002X"
Vault = Callable[[str], AbstractContextManager[Store]]


@pytest.fixture
def vault(tmp_path: Path, server: Server) -> Vault:
    """vault("Ann"): a real laptop of that person, after its first sync."""

    @contextmanager
    def make(name: str) -> Iterator[Store]:
        with opened(tmp_path / name) as store:
            enrol(store, Direct(server), server.new_code(name))
            sync(store, server)
            yield store

    return make


def sync(store: Store, server: Server) -> None:
    sync_once(store, Direct(server))


def become(admin: Laptop, user: str, **values: Any) -> None:
    admin.sync()
    admin.set("user", user, **values)
    assert [one.code for one in admin.sync().verdicts] == [""]


def found(store: Store, *needles: str) -> set[str]:
    """Which of these, as text or as an amount, stand on any page of the vault's file or of its log."""
    with store.reader.connect() as connection:
        place = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'")
        path = Path(place.scalar_one())
    costs = [one for one in needles if one.replace(".", "").isdigit() and "." in one]
    asked = raw_pages.texts(*needles) | raw_pages.amounts(costs, digits=6)
    return {name.partition(" ")[0] for name in raw_pages.holding(path, asked)}


def set_up(admin: Laptop, user: str) -> tuple[str, str]:
    product = admin.create("product", name="Motor", sku="M-1", kind="good", cost=COST)
    customer = admin.create("customer", name="A", owner_id=user)
    contact = admin.create("contact", name="B", customer_id=customer, id_number=NUMBER)
    assert [one.code for one in admin.sync().verdicts] == ["", "", ""]
    return product, contact


def test_pages_snapshots_and_rows_come_without_hidden_columns(join: Join) -> None:
    admin, rep, chief = join("Root", "", "admin"), join("Li"), join("Chief", "North", "manager")
    product, contact = set_up(admin, rep.user)
    for laptop, costs, numbers in ((rep, False, False), (chief, True, False), (admin, True, True)):
        laptop.sync()
        fresh = Laptop(laptop.server)
        fresh.enrol(laptop.server.new_code(laptop.user))
        fresh.sync()
        wish = messages.RowsRequest(stream="org", records={"product": [product]})
        rows = fresh.call("POST", messages.ROWS, wish, messages.RowsResponse)
        for held in (laptop.row("product", product), fresh.row("product", product)):
            assert held.get("cost") == (COST if costs else None)
        assert ("cost" in rows.tables["product"].columns) == costs
        assert ("id_number" in laptop.row("contact", contact)) == numbers
        assert ("id_number" in fresh.row("contact", contact)) == numbers


def test_the_mask_is_named_by_what_it_hides() -> None:
    names = {role: mask_of(role).name for role in (*roles.ROLES, "wizard")}
    assert names["admin"] == names["office"] == ""
    assert names["manager"] == names["auditor"] != names["rep"] == names["wizard"]
    assert mask_of("rep").of("product") == {"cost"}
    assert mask_of("rep").of("customer") == frozenset()


def test_nobody_writes_what_they_may_not_see(join: Join, tmp_path: Path) -> None:
    admin, rep = join("Root", "", "admin"), join("Li")
    _, contact = set_up(admin, rep.user)
    rep.sync()
    rep.set("contact", contact, id_number="1")
    rep.set("contact", contact, command="contact.beautify", id_number="1")
    rep.create("product", name="P", sku="2", cost="1")
    rep.create("product", name="P", sku="3")
    answers = rep.sync().verdicts
    assert [one.code for one in answers] == ["not_allowed", "not_allowed", "not_allowed", ""]
    assert NUMBER not in str(answers)
    admin.sync()
    assert admin.row("contact", contact)["id_number"] == NUMBER
    with opened(tmp_path / "own") as store:
        rep_of = store.me().__class__(store.me().id, "Li", "rep")
        with pytest.raises(NotAllowed):
            commands.run(store, rep_of, "product.new", values={"name": "P", "sku": "1", "cost": Decimal(1)})


def test_a_demotion_takes_what_is_hidden_from_the_whole_vault(
    server: Server, join: Join, vault: Vault
) -> None:
    admin = join("Root", "", "admin")
    ann = server.add_user("Ann", "North", "office")
    product, contact = set_up(admin, ann)
    with vault("Ann") as store:
        with store.reading() as session:
            held = session.query(Product).one(), session.query(Contact).one()
        commands.run(store, store.me(), "product.edit", held[0].id, values={"cost": Decimal("8765.43")})
        commands.run(store, store.me(), "product.edit", held[0].id, values={"cost": Decimal(COST)})
        sync(store, server)
        admin.sync()
        admin.set("product", product, cost="6543.21")
        admin.sync()
        sync(store, server)
        assert found(store, COST, NUMBER, "8765.43", "6543.21") == {COST, NUMBER, "8765.43", "6543.21"}
        become(admin, ann, role="manager")
        sync(store, server)
        assert found(store, COST, NUMBER, "6543.21") == {COST, "6543.21"}
        become(admin, ann, role="rep")
        sync(store, server)
        assert found(store, COST, NUMBER, "8765.43", "6543.21") == set()
        with store.reading() as session:
            assert session.query(Product).one().name == "Motor"
            assert session.query(Contact).one().id.hex == contact
        assert integrity.verify_chain(store).problems == []
        become(admin, ann, role="office")
        sync(store, server)
        with store.reading() as session:
            assert session.query(Product).one().cost == Decimal("6543.21")
            assert session.query(Contact).one().id_number == NUMBER


def test_what_is_lost_with_a_stream_leaves_rows_log_and_index(
    server: Server, join: Join, vault: Vault
) -> None:
    """Sales reps are narrowed to their own: a team-mate's customers go, a name that is led to stays."""
    admin, bob = join("Root", "", "admin"), join("Bob", "South")
    server.add_user("Ann", "South", "rep")
    led = bob.create("customer", name="Umbrellafirm", remark="quixotic", phone="13900000077")
    other = bob.create("customer", name="Zanzibarfirm", remark="quixotic")
    bob.sync()
    firm = admin.create("organisation", name="Firm")
    admin.sync()
    with vault("Ann") as store:
        with store.reading() as session:
            held = {one.id.hex: one for one in session.query(Customer)}
        assert set(held) == {led, other}
        commands.run(store, store.me(), "customer.edit", held[other].id, values={"city": "Atlantiscity"})
        commands.run(
            store, store.me(), "opportunity.new", values={"name": "Deal", "customer_id": held[led].id}
        )
        sync(store, server)
        words = ("Umbrellafirm", "Zanzibarfirm", "quixotic", "13900000077", "Atlantiscity")
        assert found(store, *words, "zanzibarfirm") == {*words, "zanzibarfirm"}
        admin.sync()
        admin.set("organisation", firm, rep_scope="own")
        admin.sync()
        sync(store, server)
        assert found(store, *words, "zanzibarfirm", "umbrellafirm") == {"Umbrellafirm"}
        with store.reading() as session:
            assert [one.name for one in session.query(Opportunity)] == ["Deal"]
            assert session.query(Customer).all() == []
        assert integrity.verify_chain(store).problems == []
        admin.set("organisation", firm, rep_scope="team")
        admin.sync()
        sync(store, server)
        with store.reading() as session:
            assert {one.id.hex for one in session.query(Customer)} == {led, other}


def test_an_office_put_back_from_a_copy_gets_what_is_left_under_another_identity(
    server: Server, join: Join, vault: Vault
) -> None:
    """Erased values no longer fit the hashes that the office lost; the laptop goes on all the same."""
    admin, bob = join("Root", "", "admin"), join("Bob", "South")
    server.add_user("Ann", "South", "rep")
    firm = admin.create("organisation", name="Firm")
    admin.sync()
    customer = bob.create("customer", name="Umbrellafirm")
    bob.sync()
    with vault("Ann") as store:
        with store.reading() as session:
            [held] = session.query(Customer).all()
        assert held.id.hex == customer
        commands.run(store, store.me(), "customer.edit", held.id, values={"city": "X"})
        sync(store, server)
        admin.sync()
        admin.set("organisation", firm, rep_scope="own")
        admin.sync()
        sync(store, server)
        before = store.device
        with server.store.read() as conn:
            assert conn.exec_driver_sql("SELECT max(last_op) FROM office_device").scalar_one()
        server.store.write(
            lambda conn: (
                conn.exec_driver_sql("UPDATE office_device SET last_op = 0, head = zeroblob(32)")
                if conn.dialect.name == "sqlite"
                else conn.exec_driver_sql(
                    "UPDATE office_device SET last_op = 0, head = decode(repeat('00', 32), 'hex')"
                )
            )
        )
        server.store.write(lambda conn: conn.exec_driver_sql("DELETE FROM office_verdict"))
        commands.run(store, store.me(), "customer.new", values={"name": "Mine"})
        sync(store, server)
        assert store.device != before
        with store.reading() as session:
            assert [one.name for one in session.query(Customer)] == ["Mine"]
        assert integrity.verify_chain(store).problems == []


def test_floor_prices_follow_costs_and_come_in_their_place(join: Join) -> None:
    admin, rep = join("Root", "", "admin"), join("Li")
    firm = admin.create("organisation", name="Firm", least_margin="20", currency="CNY")
    book = admin.create("price_book", name="List", currency="CNY", tax_mode="included")
    product = admin.create("product", name="Motor", sku="M-1", cost="80", tax_percent="13")
    entry = admin.create("price_entry", book_id=book, product_id=product, price="150")
    foreign = admin.create("price_book", name="Export", currency="USD")
    other = admin.create("price_entry", book_id=foreign, product_id=product, price="20")
    admin.sync()

    def floor(record: str = entry) -> Any:
        rep.sync()
        return rep.row("price_entry", record)["floor_price"]

    assert (floor(), floor(other)) == ("113", None)
    admin.set("product", product, cost="90")
    admin.sync()
    assert floor() == "127.13"
    admin.set("organisation", firm, least_margin="50")
    admin.sync()
    assert floor() == "203.4"
    admin.set("price_book", book, tax_mode="excluded")
    admin.sync()
    assert floor() == "180"
    admin.set("price_entry", entry, floor_price="1")
    admin.set("product", product, cost=None)
    admin.sync()
    assert floor() is None
    assert "cost" not in rep.row("product", product)


def test_no_hidden_field_is_searched_titled_or_printed() -> None:
    hidden = [(cls, name) for cls in RECORDS.values() for name, one in cls.fields().items() if one.masked]
    assert {name for _, name in hidden} == {"cost", "id_number", "least_margin"}
    assert {one.masked for cls, name in hidden for one in [cls.fields()[name]]} <= roles.GROUPS
    for cls, name in hidden:
        asked: list[str] = []
        cls.title_of(lambda one, asked=asked: asked.append(one) or "")  # type: ignore[misc]
        assert name not in {*asked, *(one for one, _ in indexing.searched(cls))}
    assert PriceEntry.fields()["floor_price"].merge == "derived"
