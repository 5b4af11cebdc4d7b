"""Contacts go out as vCards that others read, and come in again as they were."""

import base64
import hashlib
from collections import defaultdict
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.cli import files
from desktop.errors import Refused
from desktop.models.blobs import keep_file
from desktop.models.record import new_id
from desktop.models.records import Attachment, Contact, Customer
from desktop.models.store import Store
from desktop.services import card_exports, imports
from desktop.services.card_exports import VERSIONS, Version
from tests.stores import customer

FIELDS = (
    *("name", "name_en", "job", "department", "mobile", "phone", "email", "wechat", "address", "website"),
    *("birthday", "tags", "remark"),
)
PHOTO = b"\x89PNG\r\n" + bytes(range(200))
SAID: dict[str, Any] = {
    "name": "欧阳建国", "job": "采购部经理; 代理厂长", "department": "采购部", "mobile": "13812908866",
    "phone": "0512-6288 8899 转 806", "email": "ouyang@xh.example", "wechat": "ouyang_66", "website": "https://xh.example/a?b=1,2",
    "address": "苏州工业园区星湖街 218 号, 3 幢", "birthday": date(1980, 2, 3), "tags": ["展会", "老客户"],
    "remark": "第一行\n第二行；喜欢喝茶，" + "很长的一句话" * 20,
}  # fmt: skip


def person(store: Store, **values: Any) -> Contact:
    with store.work(store.me(), "contact.new") as work:
        return work.add(Contact(**values))


def read_elsewhere(data: bytes) -> list[dict[str, list[tuple[str, str]]]]:
    """Cards as RFC 6350 unfolds them, by nothing of the program: name → parameters and raw value."""
    text = data.decode("utf-8").replace("\r\n ", "")
    found: list[dict[str, list[tuple[str, str]]]] = []
    for line in text.split("\r\n")[:-1]:
        head, value = line.split(":", 1)
        name, _, parameters = head.partition(";")
        if name == "BEGIN":
            found.append(defaultdict(list))
        found[-1][name].append((parameters, value))
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_another_reader_finds_a_chinese_name_in_its_two_parts_and_everything_else(
    store: Store, tmp_path: Path, version: Version
) -> None:
    firm = customer(store, "苏州星河精密机械有限公司")
    person(store, customer_id=firm.id, **SAID)
    path = tmp_path / "one.vcf"
    assert card_exports.write(store, [firm.id], path, version) == 1
    data = path.read_bytes()
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert all(line.decode("utf-8") is not None for line in data.split(b"\r\n")), "no sign is cut in two"
    (card,) = read_elsewhere(data)
    assert list(card)[:2] == ["BEGIN", "VERSION"]
    assert card["VERSION"] == [("", version)]
    assert card["N"] == [("", "欧阳;建国;;;")]
    assert card["FN"] == [("", "欧阳建国")]
    assert card["ORG"] == [("", "苏州星河精密机械有限公司;采购部")]
    assert card["TITLE"] == [("", r"采购部经理\; 代理厂长")]
    cell = "TYPE=CELL" if version == "3.0" else "TYPE=cell"
    assert card["TEL"] == [(cell, "13812908866"), ("", "0512-6288 8899 转 806")]
    assert card["BDAY"] == [("", "1980-02-03" if version == "3.0" else "19800203")]
    assert card["CATEGORIES"] == [("", "展会,老客户")]
    assert card["NOTE"][0][1].startswith(r"第一行\n第二行；喜欢喝茶，")
    assert card["URL"] == [("", "https://xh.example/a?b=1,2")]
    assert card["END"] == [("", "VCARD")]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_went_out_comes_in_as_it_was_with_its_picture(
    store: Store, tmp_path: Path, version: Version
) -> None:
    firm = customer(store, "苏州星河精密机械有限公司")
    made = person(store, customer_id=firm.id, **SAID)
    _photo(store, made)
    other = person(store, name="Anna Maria Weber", mobile="+49 170 1234567")
    path = tmp_path / "two.vcf"
    assert card_exports.write(store, [firm.id, made.id, other.id], path, version) == 2, "each once"
    plan = imports.plan(path.read_bytes(), "contacts")
    people = [one for row in plan.rows for one in row.records if isinstance(one, Contact)]
    assert plan.warnings == []
    back = people[0]
    assert {name: getattr(back, name) for name in FIELDS} == {name: getattr(made, name) for name in FIELDS}
    assert [one.name for row in plan.rows for one in row.records if isinstance(one, Customer)] == [firm.name]
    assert plan.rows[0].blobs[0][1] == PHOTO
    assert (people[1].name, people[1].mobile) == ("Anna Maria Weber", "+49 170 1234567")


def _photo(store: Store, made: Contact) -> None:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    with store.work(store.me(), "contact.import") as work:
        keep_file(store.blobs, work.session, PHOTO)
        work.add(Attachment(name="photo.png", of="contact", of_id=made.id, size=len(PHOTO), sha256=sha256))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_card_brought_besides_goes_out_with_it(store: Store, tmp_path: Path, version: Version) -> None:
    came = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;John;Q.;Dr.;\r\nFN:Dr. John Q. Doe\r\n"
        "TEL;TYPE=CELL:1380013800\r\n"
        "TEL;TYPE=WORK:051262888899\r\nTEL;TYPE=HOME:051262888800\r\nGEO:31.3;120.6\r\n"
        f"PHOTO;ENCODING=b;TYPE=PNG:{base64.b64encode(PHOTO).decode()}\r\nEND:VCARD\r\n"
    )
    first = imports.plan(came.encode(), "contacts")
    imports.carry_out(store, store.me(), first)
    (there,) = (one for one in first.rows[0].records if isinstance(one, Contact))
    path = tmp_path / "again.vcf"
    card_exports.write(store, [there.id], path, version)
    (card,) = read_elsewhere(path.read_bytes())
    assert card["N"] == [("", "Doe;John;Q.;Dr.;")]
    assert [value for _, value in card["TEL"]] == ["1380013800", "051262888899", "051262888800"]
    assert card["GEO"] == [("", "31.3;120.6")]
    assert base64.b64encode(PHOTO).decode() in card["PHOTO"][0][1]


def test_where_nobody_is_nothing_is_written(store: Store, tmp_path: Path) -> None:
    firm = customer(store, "没有联系人的公司")
    with pytest.raises(Refused):
        card_exports.write(store, [firm.id, new_id()], tmp_path / "none.vcf")
    person(store, name="甲", customer_id=firm.id)
    with pytest.raises(Refused):
        card_exports.write(store, [firm.id], tmp_path / "none.vcf", progress=lambda _done, _of: False)
    assert list(tmp_path.glob("*.vcf")) == []


def test_people_go_out_by_either_word_for_them(store: Store, tmp_path: Path) -> None:
    person(store, name="欧阳建国")
    told: list[Any] = []
    console: Any = SimpleNamespace(store=store, language="en", result=lambda said, _words: told.append(said))
    for record in ("contact", "contacts"):
        path = tmp_path / f"{record}.vcf"
        chosen: Any = SimpleNamespace(record=record, to=str(path), vcard="3.0")
        files.take_out(console, chosen)
        assert told.pop() == {"file": str(path), "records": 1}
