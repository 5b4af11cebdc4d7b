"""A small firm for pictures and window tests: twenty customers, deals, one quote with sections."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw, ImageOps
from sqlalchemy import select

from desktop.models import decisions
from desktop.models.record import new_id
from desktop.models.records import Attachment, QuoteLine
from desktop.models.store import Actor, Store
from desktop.services import attachments, commands
from desktop.services import quotes as _quotes

assert _quotes.PRICED
DATA: dict[str, Any] = json.loads(Path(__file__).with_name("firm.json").read_text(encoding="utf-8"))


class Firm:
    """Makes the firm through commands, as a person would."""

    def __init__(self, store: Store) -> None:
        store.become(Actor(store.me().id, "林一鸣", "admin"))
        self.store, self.actor = store, store.me()
        self.customers: list[UUID] = []
        self.products: dict[str, UUID] = {}
        self.quote = UUID(int=0)

    def do(self, name: str, target: UUID | None = None, **arguments: Any) -> Any:
        """Run a command."""
        return commands.run(self.store, self.actor, name, target, **arguments).value

    def new(self, kind: str, **values: Any) -> UUID:
        """A new record's id."""
        record_id: UUID = self.do(f"{kind}.new", values=values).id
        return record_id

    def found(self) -> "Firm":
        """Everything."""
        today = date.today()  # noqa: DTZ011
        now = datetime.now(UTC)
        self.new("organisation", **DATA["organisation"])
        for sku, name, name_en, detail, unit, unit_en, price, tax in DATA["products"]:
            self.products[sku] = self.new(
                "product",
                sku=sku,
                name=name,
                name_en=name_en,
                detail=detail,
                unit=unit,
                unit_en=unit_en,
                price=Decimal(price),
                tax_percent=Decimal(tax),
                category="压缩空气",
            )
        for number, row in enumerate(reversed(DATA["customers"])):
            self._customer(row, number, today, now)
        self.customers.reverse()
        self._around(self.customers[0], today, now)
        return self

    def _customer(self, row: tuple[Any, ...], number: int, today: date, now: datetime) -> None:
        name, name_en, city, grade, stage, step, due, phone, industry = row
        record_id = self.new(
            "customer",
            name=name,
            name_en=name_en,
            city=city,
            grade=grade,
            stage=stage,
            next_step=step,
            phone=phone,
            industry=industry,
            next_on=None if due is None else today + timedelta(days=due),
            terms="3-6-1，货到 30 天",
            credit=50_000_000,
            address=f"{city}工业园区",
        )
        self.customers.append(record_id)
        if number % 4:
            amount = 3_690_000 * (number + 1)
            self.new(
                "opportunity",
                name=f"{industry}空压站改造",
                customer_id=record_id,
                amount=amount,
                stage=("lead", "qualify", "proposal", "negotiation", "signing")[number % 5],
                probability=Decimal(50),
                close_on=today + timedelta(days=number * 3),
                next_step=step,
            )
        self.new(
            "interaction",
            name="电话沟通用气需求",
            customer_id=record_id,
            channel="call",
            happened_at=now - timedelta(days=(len(DATA["customers"]) - number) * 2),
            outcome="希望节电 20 % 以上",
        )

    def _around(self, customer: UUID, today: date, now: datetime) -> None:
        for name, job, mobile in (
            ("张建国", "总经理", "138 1290 8866"),
            ("许菁", "采购经理", "139 0613 4402"),
        ):
            self.new("contact", name=name, job=job, mobile=mobile, customer_id=customer)
        deal = self.new(
            "opportunity",
            name="二期空压站扩建",
            customer_id=customer,
            amount=36_900_000,
            stage="negotiation",
            probability=Decimal(70),
            close_on=today + timedelta(days=4),
        )
        self.new(
            "task",
            name="寄两级压缩能效对比",
            customer_id=customer,
            due_on=today + timedelta(days=1),
            priority="high",
        )
        self.new("task", name="约用印时间", customer_id=customer, due_on=today - timedelta(days=1))
        self.new(
            "interaction",
            name="现场拜访：气量实测",
            customer_id=customer,
            channel="visit",
            happened_at=now - timedelta(days=5),
            outcome="峰值 19.6 m³/min，泄漏约 11 %；附照片 4 张。",
        )
        self.new(
            "interaction",
            name="与张建国通话 6 分钟",
            customer_id=customer,
            channel="call",
            happened_at=now,
            outcome="主机价格认可，希望余热回收单列为可选；下午带 R2 当面谈。",
        )
        quote = self.do(
            "quote.new", values={"customer_id": customer, "opportunity_id": deal, "name": "二期空压站扩建"}
        )
        self.quote = quote.id
        for sku, count in DATA["lines"]:
            if sku == "#":
                self.do("quote.add_line", quote.id, values={"kind": "section", "name": count})
                continue
            kind = {"?": "option", "-": "option"}.get(sku[0], "item")
            values = {"kind": kind, "chosen": sku[0] != "-"}
            product = self.products[sku.lstrip("?-")]
            line = self.do(
                "quote.add_line", quote.id, product_id=product, quantity=Decimal(count), values=values
            )
            if sku.startswith("SAT"):
                self.do("quote.discount", quote.id, kind="percent", value=Decimal(-5), line_id=line.id)
        self.do("quote.discount", quote.id, kind="percent", value=Decimal(-1))
        self.do("customer.edit", customer, values={"grade": "a"})
        self.do("customer.edit", customer, values={"grade": "vip"})


def some_files(store: Store, firm: Firm) -> UUID:
    """A customer with a photo, a paper, a table and a file that is not here yet; the photo's id."""
    customer = firm.customers[1]
    with store.reading() as session:
        there = list(session.scalars(select(Attachment).where(Attachment.of_id == customer)))
    if there:
        return there[0].id
    grey = Image.radial_gradient("L").resize((1600, 1200))
    photo = ImageOps.colorize(grey, (214, 222, 230), (38, 52, 72))
    ImageDraw.Draw(photo).rectangle((500, 300, 1100, 900), fill=(76, 110, 160))
    out = io.BytesIO()
    photo.save(out, "JPEG")
    paper = _quotes.paper(store, firm.quote)
    made: list[UUID] = [
        attachments.attach(store, firm.actor, "customer", customer, name, data).value.id
        for name, data in (
            ("空压站现场 1.jpg", out.getvalue()),
            ("报价 Q2611-0187 R2.pdf", paper),
            ("气量实测.xlsx", b"PK\x03\x04 a table"),
        )
    ]
    far = {"name": "铭牌.jpg", "of": "customer", "of_id": customer, "media_type": "image/jpeg"}
    firm.new("attachment", **far, size=2_400_000, sha256="ab" * 32)
    return made[0]


def conflict(store: Store, firm: Firm) -> None:
    """Two open decisions: the price of a line of the quote, and the phone of the first customer."""
    with store.reading() as session:
        line = next(iter(session.scalars(select(QuoteLine).where(QuoteLine.sku == "DRY-15A"))))
    entries = (
        ("customer", firm.customers[0], "phone", "138 0000 0001", "138 1290 8866", "138 1290 8860"),
        ("quote_line", line.id, "unit_price", "13800", "13600", "14200"),
    )
    with store.engine.begin() as connection:
        for number, (kind, record, field, mine, theirs, was) in enumerate(entries):
            values = (new_id().bytes, store.device.bytes, 1, "conflict", kind, record.bytes, field)
            rest = (json.dumps(mine), json.dumps(theirs), "", "", "", 1_795_000_000_000 - number, "open")
            connection.exec_driver_sql(f"INSERT INTO inbox VALUES ({', '.join('?' * 14)})", (*values, *rest))  # noqa: S608
            filed = (decisions.entry_id(store.device.bytes, 1, field).bytes, store.me().id.bytes)
            named = (store.device.hex, kind, record.bytes, field, json.dumps({"value": mine, "was": was}))
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO decision (id, version, owner_id, device, op, of, of_id, of_field,"
                " mine, state) VALUES (?, 1, ?, ?, 1, ?, ?, ?, ?, 'open')",
                (*filed, *named),
            )
