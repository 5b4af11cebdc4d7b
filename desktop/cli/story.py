"""The story of the demo: a firm with an office and two laptops, from an imported list to a settled conflict.

Everything is real: encrypted vaults, a server on a socket, papers, a merge. Only the firm is invented.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.cli.office import Office
from desktop.documents import samples
from desktop.models.records import Contact, Customer, Opportunity, Product, Quote, User
from desktop.models.store import Store
from desktop.models.vault import Vault, create_vault
from desktop.rules.money import plain
from desktop.services import catalog, commands, contracts, demo_past, drafts, imports, inbox, quotes, records
from desktop.services.profiles import open_store
from desktop.words import RESOURCES
from sync.client.driver import enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine.actions import Report
from sync.server.server import Server
from sync.server.store import open_folder

DEMO: Final = RESOURCES / "demo"
PASSPHRASE: Final = "satchel demo"
"""The demo's vaults are throw-away; their passphrase is printed in the summary."""


class Laptop:
    """One enrolled laptop of the firm."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder = folder
        self.vault: Vault = create_vault(folder, passphrase)[0]
        self.store: Store = open_store(self.vault)

    def join(self, url: str, code: str, name: str) -> None:
        """Enrol with a person's code."""
        with closing(HttpTransport(url)) as transport:
            enrol(self.store, transport, code, name=name)
        self.url = url

    def sync(self) -> Report:
        """One round."""
        with closing(HttpTransport(self.url)) as transport:
            return sync_once(self.store, transport)

    def run(self, name: str, target: UUID | None = None, **arguments: Any) -> Any:
        """A command in the name of this laptop's person."""
        return commands.run(self.store, self.store.me(), name, target, **arguments).value

    def close(self) -> None:
        """Lock the vault."""
        self.vault.close()


class Story:
    """The steps in order, each with its seconds; `summary` is what the demo prints."""

    def __init__(self, folder: Path, customers: int, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.customers = customers
        self.firm: dict[str, Any] = json.loads((DEMO / "company.json").read_text(encoding="utf-8"))
        self.steps: list[dict[str, Any]] = []
        self.paths: dict[str, str] = {}
        self._tell = tell
        self._began = time.monotonic()

    def play(self) -> None:
        """The whole story; afterwards `rep` and `desk` are the open laptops and `office` still answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.step("office") as told:
            self._open_office(told)
        with self.step("catalogue") as told:
            self._set_up_firm(told)
        with self.step("first sync") as told:
            self._first_sync(told)
        with self.step("import") as told:
            self._import(told)
        with self.step("quote") as told:
            self._quote(told)
        with self.step("pdf") as told:
            self._pdf(told)
        with self.step("contract") as told:
            self._contract(told)
        with self.step("sync") as told:
            self._sync_both(told)
        with self.step("merge") as told:
            self._merge(told)
        with self.step("conflict") as told:
            self._conflict(told)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Time one step and keep what it tells."""
        told: dict[str, Any] = {"step": name}
        began = time.monotonic()
        yield told
        told["seconds"] = round(time.monotonic() - began, 3)
        self.steps.append(told)
        self._tell(f"{name}: {told['seconds']:.2f} s")

    def summary(self) -> dict[str, Any]:
        """What happened, in numbers."""
        with self.rep.store.reading() as session:
            counts = {
                cls.__tablename__: records.count(session, cls)
                for cls in (Customer, Contact, Product, Opportunity, Quote)
            }
        return {
            "steps": self.steps,
            "counts": counts,
            "inbox": len(inbox.cards(self.rep.store)) + len(inbox.cards(self.desk.store)),
            "seconds": round(time.monotonic() - self._began, 2),
            "passphrase": PASSPHRASE,
            "paths": self.paths,
        }

    def close(self) -> None:
        """Lock both vaults and end the office."""
        self.rep.close()
        self.desk.close()
        self.office.stop()
        self.server.store.close()

    # ------------------------------------------------------------ the steps

    def _open_office(self, told: dict[str, Any]) -> None:
        """People and customers first: once a vault is open, this process wipes its memory and is slower."""
        folder = self.folder / "server"
        self.server = Server(open_folder(folder))
        for person in self.firm["people"]:
            self.server.add_user(person["name"], person["team"], person["role"])
        self.office = Office(self.server, folder)
        self.paths["server"] = str(folder)
        if self.customers:
            told["customers"] = self._seed(self.customers)
        told["url"] = self.office.url
        self.desk = self._laptop("office-laptop", "沈清")
        told["people"] = len(self.firm["people"])

    def _laptop(self, name: str, person: str) -> Laptop:
        laptop = Laptop(self.folder / name, PASSPHRASE)
        laptop.join(self.office.url, self.server.new_code(person), name)
        laptop.sync()
        self.paths[name] = str(laptop.folder)
        return laptop

    def _set_up_firm(self, told: dict[str, Any]) -> None:
        desk, firm = self.desk, self.firm
        desk.run("organisation.new", values=firm["organisation"])
        for person in firm["people"]:
            user = self._of_name(desk.store, User, person["name"])
            told_of = {name: person[name] for name in ("name_en", "job", "job_en", "phone", "email")}
            desk.run("user.edit", user.id, values=told_of)
        for rate in firm["tax_rates"]:
            desk.run("tax_rate.new", values={**rate, "percent": Decimal(rate["percent"])})
        plan = imports.plan((DEMO / "products.csv").read_bytes(), "products")
        report = imports.carry_out(desk.store, desk.store.me(), plan)
        for book in firm["books"]:
            self._price_book(book)
        desk.sync()
        told["products"] = report.records.get("product", 0)

    def _price_book(self, book: Mapping[str, Any]) -> None:
        tiers = book["tiers"]
        values = {name: value for name, value in book.items() if name != "tiers"}
        made = self.desk.run("price_book.new", values=values)
        for sku, steps in tiers.items():
            product = catalog.product_by_sku(self.desk.store, sku)
            for quantity, price in steps:
                entry = {"book_id": made.id, "product_id": product.id}
                entry |= {"min_quantity": Decimal(quantity), "price": Decimal(price)}
                self.desk.run("price_entry.new", values=entry)

    def _seed(self, count: int) -> int:
        with self.server.store.read() as conn:
            user = User.table().c
            rep = conn.execute(select(user.id, user.team_id).where(user.name == "林一鸣")).one()
        owner = {"owner_id": rep.id.hex, "team_id": rep.team_id.hex if rep.team_id else None}
        names = set(Customer.fields())
        rows: Iterable[Mapping[str, Any]] = (
            {**{name: value for name, value in row.items() if name in names}, **owner, "grade": _grade(row)}
            for row in samples.customers(count)
        )
        return self.server.seed("customer", rows)

    def _first_sync(self, told: dict[str, Any]) -> None:
        self.rep = Laptop(self.folder / "rep-laptop", PASSPHRASE)
        self.paths["rep-laptop"] = str(self.rep.folder)
        self.rep.join(self.office.url, self.server.new_code("林一鸣"), "rep-laptop")
        began = time.monotonic()
        report = self.rep.sync()
        told |= {"rows": report.pulled, "sync_seconds": round(time.monotonic() - began, 3)}

    def _import(self, told: dict[str, Any]) -> None:
        store, me = self.rep.store, self.rep.store.me()
        for name, kind in (("contacts.vcf", "contacts"), ("customers_zh.csv", "customers")):
            plan = imports.plan((DEMO / name).read_bytes(), kind)
            report = imports.carry_out(store, me, plan)
            told[name] = {
                "encoding": plan.source,
                "records": report.records,
                "rejects": [
                    {"row": one.number, "reason": one.reason.in_language("en")} for one in report.rejects
                ],
            }

    def _quote(self, told: dict[str, Any]) -> None:
        rep, firm = self.rep, self.firm
        buyer = self._buyer()
        demo_past.live(rep.store, firm)
        deal = self._of_name(rep.store, Opportunity, firm["quote"]["name"])
        quote = rep.run(
            "quote.new",
            values={
                "customer_id": buyer.id,
                "opportunity_id": deal.id,
                "name": firm["quote"]["name"],
                "language": "zh",
                "intro": firm["quote"]["intro"],
                "intro_en": firm["quote"]["intro_en"],
            },
        )
        self._lines(quote.id, firm["quote"]["lines"])
        rep.run("quote.discount", quote.id, kind="percent", value=Decimal(firm["quote"]["discount"]))
        rep.run("quote.discount", quote.id, kind="target", value=Decimal(firm["quote"]["target"]))
        rep.run("quote.issue", quote.id)
        second = rep.run("quote.new", values={"customer_id": buyer.id, "name": firm["second_quote"]["name"]})
        self._lines(second.id, firm["second_quote"]["lines"])
        self.quote_id, self.second_id, self.buyer_id = quote.id, second.id, buyer.id
        draft = drafts.load(rep.store, quote.id)
        result = draft.totals()
        told |= {
            "number": draft.quote.number,
            "lines": len(draft.lines),
            "payable": plain(result.payable, result.digits),
            "hash": draft.revision.content_hash[:8],
        }

    def _buyer(self) -> Customer:
        rep, firm = self.rep, self.firm
        with rep.store.reading() as session:
            buyer = session.scalars(
                select(Customer).where(Customer.name == firm["buyer"]["name"], Customer.deleted_at.is_(None))
            ).first()
        if buyer is None:
            buyer = rep.run("customer.new", values=firm["buyer"])
        else:
            rep.run("customer.edit", buyer.id, values=firm["buyer"])
        with rep.store.reading() as session:
            person = session.scalars(
                select(Contact).where(Contact.customer_id == buyer.id).order_by(Contact.id)
            ).first()
        if person is None:
            rep.run("contact.new", values={**firm["person"], "customer_id": buyer.id})
        else:
            rep.run("contact.edit", person.id, values=firm["person"])
        return buyer

    def _lines(self, quote_id: UUID, lines: Iterable[Mapping[str, Any]]) -> None:
        for line in lines:
            if "section" in line:
                section = {"kind": "section", "name": line["section"], "name_en": line["en"]}
                self.rep.run("quote.add_line", quote_id, values=section)
                continue
            product = catalog.product_by_sku(self.rep.store, line["sku"])
            values = {name: line[name] for name in ("kind", "chosen") if name in line}
            made = self.rep.run(
                "quote.add_line",
                quote_id,
                product_id=product.id,
                quantity=Decimal(line["quantity"]),
                values=values,
            )
            if "discount" in line:
                self.rep.run("quote.discount", quote_id, line_id=made.id, value=Decimal(line["discount"]))

    def _pdf(self, told: dict[str, Any]) -> None:
        for language, name in (("zh", "quote.pdf"), ("both", "quote_zh_en.pdf")):
            paper = quotes.paper(self.rep.store, self.quote_id, language=language)
            told[name] = self._write(name, paper)

    def _contract(self, told: dict[str, Any]) -> None:
        told["contract.pdf"] = self._write("contract.pdf", contracts.paper(self.rep.store, self.quote_id))

    def _write(self, name: str, data: bytes) -> int:
        path = self.folder / name
        path.write_bytes(data)
        self.paths[path.stem] = str(path)
        return len(data)

    def _sync_both(self, told: dict[str, Any]) -> None:
        up, down = self.rep.sync(), self.desk.sync()
        told |= {"sent": up.pushed, "received": down.pulled}

    def _merge(self, told: dict[str, Any]) -> None:
        """Both edit the same customer and the same quote without a network; then both sync."""
        rep, desk = self.rep, self.desk
        rep.run("customer.edit", self.buyer_id, values={"phone": "0512-6288 8899"})
        desk.run("customer.edit", self.buyer_id, values={"website": "www.xinghe.example"})
        mine, theirs = (drafts.load(one.store, self.second_id).lines for one in (rep, desk))
        rep.run("quote.set_line", self.second_id, line_id=mine[0].id, values={"quantity": Decimal(6)})
        rep.run("quote.remove_line", self.second_id, line_id=mine[1].id)
        desk.run("quote.set_line", self.second_id, line_id=theirs[2].id, values={"unit_price": Decimal(4200)})
        product = catalog.product_by_sku(desk.store, "CTL-8")
        desk.run("quote.add_line", self.second_id, product_id=product.id, quantity=Decimal(1))
        self._rounds()
        states = []
        for laptop in (rep, desk):
            customer = records.find(laptop.store, Customer, self.buyer_id.hex)
            assert isinstance(customer, Customer)
            draft = drafts.load(laptop.store, self.second_id)
            result = draft.totals()
            states.append(
                {
                    "phone": customer.phone,
                    "website": customer.website,
                    "lines": [f"{line.sku}*{line.quantity}" for line in draft.lines],
                    "payable": plain(result.payable, result.digits),
                }
            )
        told |= {"both": states[0], "same": states[0] == states[1]}

    def _conflict(self, told: dict[str, Any]) -> None:
        """Both change the same critical field; the later one finds both values in the inbox."""
        self.desk.run("customer.edit", self.buyer_id, values={"credit": 50000000})
        self.rep.run("customer.edit", self.buyer_id, values={"credit": 38000000})
        self.desk.sync()
        self.rep.sync()
        self.desk.sync()
        cards = inbox.cards(self.rep.store)
        told["inbox"] = [
            {
                "title": card.title,
                "field": card.field,
                "mine": card.shown(card.mine, "en"),
                "theirs": card.shown(card.theirs, "en"),
            }
            for card in cards
        ]

    def _rounds(self) -> None:
        self.rep.sync()
        self.desk.sync()
        self.rep.sync()

    def _of_name(self, store: Store, cls: type[Any], name: str) -> Any:
        return records.find(store, cls, name)


def _grade(row: Mapping[str, str]) -> str:
    grade = row.get("grade", "").lower()
    return grade if grade in ("vip", "a", "b", "c") else "c"
