"""The vaults that screens are shown with: nothing in it, a small firm, and 100,000 customers."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from desktop.documents import samples
from desktop.models import indexing
from desktop.models.columns import moment_text
from desktop.models.record import new_id
from desktop.models.records import QuoteLine
from desktop.models.store import Store
from desktop.rules import ranks
from tests import stores
from tests.bench import lists
from tests.house.sources import ROOT
from tests.screens.sample import Firm
from tests.screens.staging import now

CROWD: Final = 100_000
KEPT: Final = ROOT / "demo" / "shots"
"""Where the full vault is kept for the day; it is made once and copied for each run."""
LONG: Final = 1_000
LONG_NAME: Final = (
    "中国（江苏）自由贸易试验区苏州片区新一代精密智能制造装备与核心零部件联合创新研究院股份有限公司"
)
STAGES: Final = {
    "quote": ("draft", "issued", "accepted"),
    "contract": ("draft", "sent", "signed", "running", "completed"),
    "order": ("draft", "submitted", "acknowledged", "delivering", "completed"),
}
MIXED: Final = "上海ABB工程 Robotics & Discrete Automation (China) 有限公司 – Plant 2 二厂"
EXTREMES: Final[tuple[dict[str, Any], ...]] = (
    {"name": LONG_NAME, "credit": 99_999_999_999, "grade": "vip", "stage": "negotiation"},
    {"name": MIXED, "credit": 0, "grade": "a", "stage": "trial"},
    {"name": "鑫", "credit": 1, "stage": "potential"},
)


@contextmanager
def vault(fill: str, folder: Path) -> Iterator[tuple[Store, Firm]]:
    """A vault that may be changed, and what is in it."""
    if fill == "full":
        shutil.copytree(kept(), folder, dirs_exist_ok=True)
    with stores.opened(folder, clock=now) as store:
        firm = Firm(store)
        if fill == "typical":
            firm.found()
        if fill == "full":
            told = store.local("firm")
            firm.customers = [UUID(each) for each in told["customers"]]
            firm.quote = UUID(told["quote"])
        yield store, firm


def kept() -> Path:
    """The full vault of today; made if it is not there."""
    place = KEPT / str(date.today())  # noqa: DTZ011
    if not (place / "done").is_file():
        shutil.rmtree(KEPT, ignore_errors=True)
        with stores.opened(place, clock=now) as store:
            crowd(Firm(store).found(), CROWD)
        (place / "done").touch()
    return place


def crowd(firm: Firm, count: int) -> None:
    """So many customers with what belongs to them; the first one has a history of years and a long quote."""
    store, chance = firm.store, random.Random(2)
    first = firm.customers[0].bytes
    for values in EXTREMES:
        firm.new("customer", **values)
    for amount, name in ((-3_690_000, "退货冲减"), (0, "样机试用"), (12_345_678_901_200, LONG_NAME)):
        values = {"name": name, "amount": amount, "stage": "negotiation"}
        firm.new("opportunity", customer_id=firm.customers[0], probability=Decimal(50), **values)
    lists.fill(store, count)
    with store.engine.begin() as connection:
        driver = indexing.driver_of(connection)
        ids = [row[0] for row in driver.execute("SELECT id FROM customer LIMIT ?", (count // 2,))]
    today = date.today()  # noqa: DTZ011
    people = (
        {"customer_id": each, "name": f"{one['name'][2]}经理", "job": "采购经理", "mobile": one["phone"]}
        for each, one in zip(ids, samples.customers(len(ids)), strict=True)
    )
    tasks = (
        {
            "customer_id": each,
            "name": chance.choice(lists.STEPS) or "回访",
            "due_on": str(today + timedelta(days=chance.randint(-20, 60))),
        }
        for each in ids[: count // 5]
    )
    calls = (
        {
            "customer_id": first,
            "name": f"第 {place} 次电话沟通",
            "channel": "call",
            "happened_at": moment_text(datetime.now(UTC) - timedelta(hours=9 * place)),
        }
        for place in range(count // 100)
    )
    products = (
        {
            "sku": f"PRT-{place:05}",
            "name": f"备件 {place}",
            "unit": "件",
            "price": chance.randint(1, 9_999) * 1_000_000,
        }
        for place in range(count // 20)
    )
    rows: dict[str, Iterator[dict[str, Any]]] = {
        "contact": people,
        "task": tasks,
        "quote": papers(chance, ids[: count // 5], "Q", STAGES["quote"], "valid_until"),
        "interaction": calls,
        "product": products,
        "contract": papers(chance, ids[: count // 10], "C", STAGES["contract"], "valid_until"),
        "order": papers(chance, ids[: count // 10], "SO", STAGES["order"], "promised_on"),
    }
    for kind, each_row in rows.items():
        lists.write(store, kind, ({"id": new_id().bytes, **row} for row in each_row))
    long_quote(firm, min(LONG, count))
    store.set_local("firm", {"customers": [each.hex for each in firm.customers], "quote": firm.quote.hex})


def papers(
    chance: random.Random, buyers: list[bytes], letters: str, stages: tuple[str, ...], day: str
) -> Iterator[dict[str, Any]]:
    """A paper of each of these customers, in one of the stages, with a day some weeks around this one."""
    today = date.today()  # noqa: DTZ011
    for place, buyer in enumerate(buyers):
        yield {
            "customer_id": buyer,
            "number": f"{letters}2611-{place:05}",
            "name": LONG_NAME if place % 50 == 49 else "空压站改造",
            "payable": chance.randint(1, 99_999_999_999 if letters == "SO" else 99_999_999),
            "stage": chance.choice(stages),
            day: str(today + timedelta(days=chance.randint(-20, 60))),
        }


def long_quote(firm: Firm, count: int) -> None:
    """A quote with so many lines under sections."""
    made = firm.do("quote.new", values={"customer_id": firm.customers[0], "name": "全厂压缩空气备件"})
    firm.quote = made.id
    rank = ""
    with firm.store.work(firm.actor, "quote.add_line") as work:
        for place in range(count):
            rank = ranks.following(rank)
            line = QuoteLine(quote_id=made.id, revision_id=made.revision_id, rank=rank)
            if place % 50 == 0:
                line.kind, line.name = "section", f"第 {place // 50 + 1} 车间"
            else:
                line.sku, line.name = f"PRT-{place:05}", f"螺杆主机备件 {place}"
                line.quantity, line.unit = Decimal(place % 9 + 1), "件"
                line.unit_price = line.list_price = Decimal(100 + place)
                line.tax_rates = ["13"]
            work.add(line)
