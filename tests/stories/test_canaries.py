"""A day with 1,000 canaries in every text field of every record type: none can be read on any disk."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.kinds import Email, Json, Kind, Long, Short, Tags
from desktop.models.record import RECORDS
from desktop.services import records
from tests.canaries import hits, plant
from tests.stories.people import Laptop, Office, Starter
from tests.sync import postgres

CANARIES = plant(1000)
ROOM = 24
"""Characters that a canary needs; a currency has no room for one."""
CHOSEN = {("organisation", name) for name in ("time_zone", "currency", "terms", "milestones", "logo")}
CHOSEN |= {("quote_line", name) for name in ("tax_rates", "tax_category")}
CHOSEN |= {("signature", "custom"), ("share", "name"), ("share", "custom")}
CHOSEN |= {(name, "custom") for name in ("approval", "approval_grant", "approval_request", "phone_approval")}
CHOSEN |= {(name, "custom") for name in ("template_version", "coupon_use", "customer_link", "receipt")}
CHOSEN |= {("seal_use", "custom")}
FOLLOWS = {"order_line", "delivery", "acceptance", "invoice_request", "payment"}
"""What follows from an order, once the office has taken it on."""
CHOSEN |= {(name, word) for name in FOLLOWS for word in ("custom", "carrier", "tracking")}
"""What has a shape of its own."""
MADE = {"signature", "share", "approval", "approval_grant", "approval_request", "phone_approval"} | FOLLOWS
MADE |= {"template_version", "coupon_use", "customer_link", "receipt"}
MADE |= {"seal_use"}
"""What only commands of its own make; the day signs a quote with canaries for name and job."""
FILED = {"decision"}
"""What nobody types: the office files it, with words that other records hold as well."""


def text_fields() -> Iterator[tuple[str, str, Kind]]:
    """Every field that a person fills with words of their own."""
    assert records.ISSUED
    for name, cls in RECORDS.items():
        if name in FILED:
            continue
        for field in cls.fields().values():
            roomy = not isinstance(field.kind, Short) or field.kind.longest >= ROOM
            if isinstance(field.kind, Short | Long | Tags | Json) and roomy and not led(name, field.name):
                yield name, field.name, field.kind


def led(record: str, field: str) -> bool:
    """Whether no person types into this field: commands lead it, or it has a shape of its own."""
    return field in records.LED.get(record, ()) or (record, field) in CHOSEN


def typed(kind: Kind, canary: str) -> str:
    """A canary as this field takes it."""
    if isinstance(kind, Json) and not isinstance(kind, Tags):
        return json.dumps({"note": canary}, ensure_ascii=False)
    return f"{canary}@firm.example" if isinstance(kind, Email) else canary


def a_day(starter: Starter, place: Path) -> tuple[Laptop, Office, list[Path]]:
    """All the work of a day; the laptop, the office, and every folder that either may write to."""
    office = Office(starter, place / "office")
    office.open()
    laptop = Laptop.new(starter, place / "laptop")
    canaries = list(CANARIES)
    office.admin("user", "add", canaries.pop(), "--team", canaries.pop(), "--role", "admin")
    values: dict[str, list[str]] = {}
    for record, field, kind in text_fields():
        values.setdefault(record, []).append(f"{field}={typed(kind, canaries.pop())}")
    laptop.catalogue()
    customer = laptop.new_id("customer", *values["customer"])
    quote = laptop.json("quote", "new", "--customer", customer, "--line", "SAT-75V*2")["id"]
    links = {
        "quote": [f"customer_id={customer}"],
        "quote_line": [f"quote_id={quote}", "unit_price=1", "tax_rates=13"],
    }
    links |= {"adjustment": [f"quote_id={quote}", "value=-1"], "tax_rate": ["percent=13"]}
    links |= {"price_entry": ["price=1"], "opportunity": [f"customer_id={customer}"]}
    links["approval_rule"] = ["threshold=1"]
    links["bundle_part"] = [f"product_id={customer}", f"part_id={quote}", "choose=1"]
    links["promotion"] = links["coupon"] = ["percent=5"]
    links["exchange_rate"] = ["base_currency=USD", "quote_currency=CNY", "rate=7", "rated_on=2026-11-01"]
    until = ("valid_from=2026-11-01", "valid_until=2027-11-01")
    links["seal_release"] = [f"seal_id={customer}", *until, "most=1"]
    links["delegation"] = [f"device_id={customer}", *until, "most=1", "exposure=1", "floor=1"]
    ordered = values.pop("order")
    links["clause_version"] = [f"clause_id={customer}"]
    agreed = ("contract", "contract_clause", "milestone")
    for record, words in values.items():
        if record not in ("customer", *agreed):
            laptop.new_id(record, *words, *links.get(record, []))
    signer, job = canaries.pop(), canaries.pop()
    many = place / "downloads.csv"
    rows = [f"{one},{one},{one}" for one in canaries]
    many.write_text("\n".join(["客户名称,备注,从未见过的一列", *rows]), encoding="gb18030")
    laptop.json("import", str(many), "--as", "customers")
    assert laptop.json("search", CANARIES[0])[0]["title"] == CANARIES[0]
    laptop.json("search", "鹮檞")
    laptop.json("list", "customer", f"name={CANARIES[1]}")
    laptop.json("export", "customer", "--to", str(place / "out.xlsx"))
    laptop.json("quote", "issue", quote, "--to", str(place / "quote.pdf"))
    laptop.new_id("order", f"quote_id={quote}", *ordered)
    contract = laptop.new_id("contract", f"quote_id={quote}", *values["contract"])
    for part in agreed[1:]:
        laptop.new_id(part, f"contract_id={contract}", *values[part])
    laptop.json("quote", "sign", quote, "--by", signer, "--job", job)
    laptop.json("quote", "contract", quote, "--to", str(place / "contract.pdf"))
    office.enrol(laptop, CANARIES[-1])
    laptop.json("sync")
    laptop.json("edit", "customer", customer, f"remark={CANARIES[2]} {CANARIES[3]}")
    laptop.json("history", "customer", customer)
    laptop.json("undo")
    laptop.json("backup", str(laptop.profile / "backups"))
    laptop.fails(3, "show", "customer", "f" * 32)
    places = ("profile", "home", "temp", "cache", "config", "data")
    return laptop, office, [*(laptop.folder / name for name in places), office.data]


def size(file: Path) -> int:
    """Bytes of a file that may go at any moment."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def killed(laptop: Laptop, office: Office, place: Path) -> None:
    """An import and the office, each killed in the middle of its writing."""
    many = place / "again.csv"
    rows = [f"{one} again,{one},{one}" for one in CANARIES * 3]
    many.write_text("\n".join(["客户名称,备注,又一列", *rows]), encoding="utf-16")
    journal = laptop.profile / "vault.db-wal"
    importing = laptop.start("import", str(many), "--as", "customers")
    until = time.monotonic() + 30
    while time.monotonic() < until and size(journal) < 1_000_000:
        time.sleep(0.002)
    assert importing.kill().code == -9
    assert size(journal) >= 1_000_000
    office.close(9)


def test_no_canary_can_be_read_on_any_disk_not_even_after_a_kill(starter: Starter, tmp_path: Path) -> None:
    assert len({record for record, _, _ in text_fields()}) > 18
    laptop, office, folders = a_day(starter, tmp_path)
    assert hits(folders, CANARIES) == []
    killed(laptop, office, tmp_path)
    assert hits(folders, CANARIES) == []
    assert laptop.json("verify")["ok"]


def test_a_build_that_does_not_encrypt_is_caught(tmp_path: Path) -> None:
    starter = Starter(plain=True)
    try:
        laptop, office, folders = a_day(starter, tmp_path)
        killed(laptop, office, tmp_path)
        found = hits(folders, CANARIES)
    finally:
        starter.close()
    assert {hit.canary for hit in found} >= set(CANARIES)
    assert {"vault.db", "vault.db-wal"} <= {hit.path.name for hit in found}
    assert postgres.ELSEWHERE or any(hit.path.is_relative_to(office.data) for hit in found)
    assert any(hit.path.suffix == ".satchel" for hit in found)


@pytest.mark.parametrize("name", sorted(RECORDS.keys() - MADE - FILED))
def test_every_record_type_has_a_field_for_a_canary(name: str) -> None:
    assert name in {record for record, _, _ in text_fields()}
