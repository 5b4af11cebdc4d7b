"""The office's list of numbers: issued, void and still lent are all that were lent."""

import argparse
import json

import pytest
from sqlalchemy import select

from desktop.rules.numbering import DocumentNumber
from sync.server import numbers as office_numbers
from sync.server.cli import numbering
from sync.server.cli.console import Console
from sync.server.leases import FIRST_SERIES
from sync.server.tables import NUMBER
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop


class Numbered:
    """Laptops at the office that use numbers."""

    def __init__(self, join: Join) -> None:
        self.join = join

    def use(self, laptop: Laptop, count: int, code: str = "") -> str:
        number = str(DocumentNumber("SQ", 2026, count, code))
        laptop.create("quote", number=number)
        return laptop.sync().verdicts[0].code


def test_the_office_says_what_became_of_every_number(join: Join, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = join("Li", role="manager"), join("Wang", role="manager")
    office, use = first.server, Numbered(join).use
    code = next(one["code"] for one in office.devices() if one["id"] == first.device)
    for count in (1, 2, 5):
        assert use(first, count) == ""
    for count in (1, 3):
        assert use(first, count, code) == ""
    office.revoke(second.device)
    with office.store.read() as conn:
        report = office_numbers.report(conn)
    of = {(one.series, one.code): one for one in report.lent}
    mine = of["SQ", code]
    assert (mine.lent, mine.issued, mine.void, mine.still_lent) == (50, 3, ((3, 4),), ((6, 50),))
    [gone] = [one for one in report.lent if one.series == "SQ" and one.code != code]
    assert (gone.shut_out, gone.void, gone.still_lent) == (True, ((51, 100),), ())
    [own] = report.own
    assert (own.code, own.year, own.issued, own.void) == (code, 2026, 2, ((2, 2),))
    assert report.wire()["sums"]["SQ"] == {"lent": 100, "issued": 3, "void": 52, "still_lent": 45}
    assert json.dumps(report.wire())
    console = Console(database_url="here", json=True, _server=office)
    numbering.show(console, argparse.Namespace())
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(report.wire()))
    numbering.show(Console(database_url="here", _server=office), argparse.Namespace())
    lines = capsys.readouterr().out.splitlines()
    assert any("51–100" in line for line in lines)
    assert len(lines) == 2 * len(FIRST_SERIES) + 1


def test_one_number_is_borne_by_one_document(join: Join) -> None:
    laptop = join("Li", role="manager")
    use = Numbered(join).use
    assert use(laptop, 1) == ""
    assert use(laptop, 1) == "invalid"
    record = laptop.ops[-2].record
    number = laptop.ops[-2].body["number"]
    laptop.tx(("set", "quote", record, {"number": [number, number]}, 1), command="quote.issue")
    assert laptop.sync().verdicts[0].code == ""
    with laptop.server.store.read() as conn:
        assert [row.hex for row in conn.execute(select(NUMBER.c.record)).scalars()] == [record]
        assert office_numbers.bearer(conn, "SQ-26-000002-X") is None
