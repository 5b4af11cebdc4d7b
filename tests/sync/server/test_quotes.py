"""The quote as one thing of many rows: lines merge, totals nobody saw are asked about, what was issued
stays.
"""

from typing import Any

import pytest

from desktop.models.record import new_id
from desktop.rules.canonical import content_hash
from desktop.rules.numbering import DocumentNumber
from sync.protocol.messages import Loss
from sync.server.values import BadValue, check
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop


class Draft:
    """A quote with two lines that two laptops of one team hold."""

    def __init__(self, first: Laptop, second: Laptop) -> None:
        self.first, self.second = first, second
        self.customer = first.create("customer", name="A", owner_id=first.user)
        self.quote, self.revision = new_id().hex, new_id().hex
        self.lines = [new_id().hex, new_id().hex]
        part = {"quote_id": self.quote, "revision_id": self.revision, "kind": "item", "quantity": "2"}
        first.tx(
            (
                "create",
                "quote",
                self.quote,
                {
                    "customer_id": self.customer,
                    "revision_id": self.revision,
                    "stage": "draft",
                    "currency": "CNY",
                },
                0,
            ),
            (
                "create",
                "quote_revision",
                self.revision,
                {
                    "quote_id": self.quote,
                    "tax_mode": "included",
                    "tax_scope": "group",
                    "discount_rounding": "amount",
                },
                0,
            ),
            *(
                ("create", "quote_line", line, {**part, "unit_price": "100", "rank": rank}, 0)
                for line, rank in zip(self.lines, "ab", strict=True)
            ),
            command="quote.compose",
        )
        first.sync()
        second.sync()

    def price(self, laptop: Laptop, line: int, price: str) -> None:
        laptop.set("quote_line", self.lines[line], unit_price=price)

    def issue(self, laptop: Laptop, total: str = "400") -> dict[str, Any]:
        snapshot = {"schema": 1, "kind": "quote", "total": total}
        sealed = content_hash(snapshot)
        fields = {"snapshot": [None, snapshot], "content_hash": ["", sealed]}
        laptop.tx(
            ("issue", "quote_revision", self.revision, {"fields": fields, "hash": sealed}, 1),
            ("transition", "quote", self.quote, {"field": "stage", "from": "draft", "to": "issued"}, 1),
            ("set", "quote", self.quote, {"number": ["", f"SQ-{total}"]}, 1),
            command="quote.issue",
        )
        return snapshot

    def needs_review(self, laptop: Laptop) -> bool:
        return bool(laptop.row("quote", self.quote)["needs_review"])


@pytest.fixture
def draft(join: Join) -> Draft:
    return Draft(join("Li"), join("Wang"))


def test_edits_of_different_lines_merge_and_the_new_total_is_asked_about(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    assert [one.kind for one in draft.first.sync().verdicts] == ["applied"]
    assert not draft.needs_review(draft.first)
    assert [one.kind for one in draft.second.sync().verdicts] == ["applied"]
    draft.first.sync()
    for laptop in (draft.first, draft.second):
        assert [laptop.row("quote_line", line)["unit_price"] for line in draft.lines] == ["90", "80"]
        assert draft.needs_review(laptop)
        assert laptop.row("quote", draft.quote)["payable"] == 34000


def test_a_person_confirms_the_total_and_the_mark_goes(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    draft.first.sync()
    draft.second.sync()
    draft.second.set("quote", draft.quote, command="quote.confirm", needs_review=False)
    draft.second.sync()
    assert not draft.needs_review(draft.second)
    draft.price(draft.second, 1, "70")
    draft.second.sync()
    assert not draft.needs_review(draft.second)


def test_a_confirmation_of_a_total_that_changed_meanwhile_does_not_count(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    draft.first.sync()
    draft.second.sync()
    draft.first.sync()
    draft.price(draft.first, 0, "60")
    draft.second.set("quote", draft.quote, command="quote.confirm", needs_review=False)
    draft.first.sync()
    draft.second.sync()
    assert draft.needs_review(draft.second)


def test_words_of_a_line_change_no_total(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.second.set("quote_line", draft.lines[1], rank="c")
    draft.second.set("quote", draft.quote, next_step="call")
    draft.first.sync()
    draft.second.sync()
    assert not draft.needs_review(draft.second)


def test_the_same_price_on_both_is_a_conflict_and_asked_about(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 0, "80")
    draft.first.sync()
    verdict = draft.second.sync().verdicts[0]
    assert verdict.losses == [Loss("unit_price", "80", "90", "critical", True)]
    assert draft.needs_review(draft.second)


def test_a_line_edited_here_and_deleted_there_comes_back(draft: Draft) -> None:
    draft.first.tx(("delete", "quote_line", draft.lines[0], {}, 1), command="quote.remove_line")
    draft.price(draft.second, 0, "80")
    draft.first.sync()
    assert ("quote_line", draft.lines[0]) not in draft.first.rows
    assert draft.second.sync().verdicts[0].kind == "merged"
    draft.first.sync()
    for laptop in (draft.first, draft.second):
        assert laptop.row("quote_line", draft.lines[0])["unit_price"] == "80"


def test_a_line_of_a_deleted_quote_does_not_come_back(draft: Draft) -> None:
    draft.first.tx(
        ("delete", "quote_line", draft.lines[0], {}, 1),
        ("delete", "quote", draft.quote, {}, 1),
        command="quote.delete",
    )
    draft.price(draft.second, 0, "80")
    draft.first.sync()
    verdict = draft.second.sync().verdicts[0]
    assert (verdict.kind, verdict.code) == ("conflict", "deleted")


def test_what_is_issued_is_exactly_what_was_sent_and_never_changes(draft: Draft) -> None:
    snapshot = draft.issue(draft.first)
    assert [one.kind for one in draft.first.sync().verdicts] == ["applied"] * 3
    draft.second.sync()
    row = draft.second.row("quote_revision", draft.revision)
    assert (row["snapshot"], row["content_hash"]) == (snapshot, content_hash(snapshot))
    line = {"quote_id": draft.quote, "revision_id": draft.revision, "kind": "item"}
    draft.price(draft.second, 0, "1")
    draft.second.tx(("delete", "quote_line", draft.lines[0], {}, 1), command="quote.remove_line")
    draft.second.tx(("create", "quote_line", new_id().hex, line, 0), command="quote.add_line")
    draft.second.set("quote_revision", draft.revision, intro="other")
    draft.second.set("quote", draft.quote, next_step="call")
    answer = draft.second.sync()
    assert [one.code for one in answer.verdicts] == ["frozen"] * 4 + [""]
    assert all(one.zh and one.en for one in answer.verdicts[:4])


def test_an_edit_that_met_the_issue_waits_for_a_person_and_the_issue_stands(draft: Draft) -> None:
    draft.price(draft.second, 0, "80")
    draft.issue(draft.first)
    draft.first.sync()
    assert [one.code for one in draft.second.sync().verdicts] == ["frozen"]
    assert draft.second.row("quote", draft.quote)["stage"] == "issued"


def test_issuing_over_an_unseen_price_freezes_the_sent_content_and_says_so(draft: Draft) -> None:
    draft.price(draft.second, 0, "80")
    draft.second.sync()
    snapshot = draft.issue(draft.first)
    assert [one.kind for one in draft.first.sync().verdicts] == ["applied"] * 3
    assert draft.first.row("quote_revision", draft.revision)["snapshot"] == snapshot
    assert draft.needs_review(draft.first)


def test_two_who_issue_the_same_edition_do_not_overwrite_each_other(draft: Draft) -> None:
    snapshot = draft.issue(draft.first, "400")
    draft.issue(draft.second, "300")
    draft.first.sync()
    verdicts = draft.second.sync().verdicts
    assert [one.kind for one in verdicts] == ["merged", "applied", "conflict"]
    assert verdicts[2].losses == [Loss("number", "SQ-300", "SQ-400", "server", True)]
    assert draft.second.row("quote_revision", draft.revision)["snapshot"] == snapshot
    assert draft.second.row("quote", draft.quote)["number"] == "SQ-400"
    editions = [row for (kind, _), row in draft.second.rows.items() if kind == "quote_revision"]
    assert sorted(row["snapshot"]["total"] for row in editions) == ["300", "400"]
    assert all(content_hash(row["snapshot"]) == row["content_hash"] for row in editions)
    assert draft.needs_review(draft.second)


def test_a_snapshot_that_does_not_fit_its_check_is_refused(draft: Draft) -> None:
    body = {"fields": {"snapshot": [None, {"total": "1"}]}, "hash": "0" * 64}
    draft.first.tx(("issue", "quote_revision", draft.revision, body, 1), command="quote.issue")
    draft.first.tx(("issue", "customer", draft.customer, body, 1), command="quote.issue")
    draft.first.tx(
        ("issue", "quote_revision", draft.revision, {"fields": [], "hash": ""}, 1), command="quote.issue"
    )
    assert [one.code for one in draft.first.sync().verdicts] == ["invalid"] * 3


def test_issuing_twice_the_same_is_one_issue(draft: Draft) -> None:
    draft.issue(draft.first)
    draft.issue(draft.first)
    assert [one.kind for one in draft.first.sync().verdicts] == ["applied"] * 6


def test_a_number_that_was_lent_to_somebody_else_is_not_taken(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A")
    first.sync()
    second.sync()
    lent = {laptop.device: laptop.sync(wants=["SQ"]).leases[0] for laptop in (first, second)}
    codes = {key: row["code"] for (kind, key), row in second.rows.items() if kind == "device"}

    def used(laptop: Laptop, count: int, device: str = "") -> str:
        number = str(DocumentNumber("SQ", 2026, count, device))
        laptop.create("quote", customer_id=customer, number=number)
        laptop.tx(("set", "quote", laptop.ops[-1].record, {"number": ["", number]}, 1), command="quote.issue")
        answer = laptop.sync()
        assert answer.verdicts[0].code == answer.verdicts[1].code or answer.verdicts[1].code == "depends"
        return answer.verdicts[0].code

    assert used(first, lent[first.device].first) == ""
    assert used(second, lent[first.device].first + 1) == "invalid"
    assert used(second, lent[second.device].last) == ""
    assert used(second, 999_999) == ""
    assert used(first, 1, codes[first.device]) == ""
    assert used(second, 2, codes[first.device]) == "invalid"
    assert used(second, 1, "ABCDEF01") == ""


def test_a_line_of_an_edition_that_is_not_there_is_refused(draft: Draft) -> None:
    """Its edition was refused before it: it would lead nowhere."""
    part = {"quote_id": draft.quote, "kind": "item", "quantity": "1", "unit_price": "1", "rank": "c"}
    draft.first.create("quote_line", command="quote.add_line", revision_id=new_id().hex, **part)
    draft.first.create("quote_line", command="quote.add_line", revision_id=draft.revision, **part)
    first, second = draft.first.sync().verdicts
    assert (first.kind, first.code) == ("rejected", "not_found")
    assert second.kind == "applied"


def test_a_quote_leads_to_an_edition_of_its_own_that_there_is(draft: Draft) -> None:
    """Else everybody's copy of it would show nothing, or somebody else's prices."""
    other = Draft(draft.first, draft.second)
    for to in (new_id().hex, other.revision, draft.revision):
        draft.first.set("quote", draft.quote, command="quote.revise", revision_id=to)
    verdicts = draft.first.sync().verdicts
    assert [verdict.code for verdict in verdicts] == ["not_found", "invalid", ""]


@pytest.mark.parametrize("forged", [{"content_hash": "0" * 64}, {"snapshot": {"total": "1"}}])
def test_no_edition_is_born_issued(draft: Draft, forged: dict[str, Any]) -> None:
    born = new_id().hex
    values = {"quote_id": draft.quote, "tax_mode": "included", **forged}
    draft.first.tx(("create", "quote_revision", born, values, 0), command="quote.unheard_of")
    draft.first.sync()
    draft.second.sync()
    assert born not in {one for kind, one in draft.second.rows if kind == "quote_revision"}


@pytest.mark.parametrize(
    "slabs",
    [
        [{"quantity": "9" * 40, "unit_price": "1"}],
        [{"quantity": "1", "unit_price": "1e999999"}],
        [{"quantity": "1"}],
        [{"quantity": "1", "unit_price": "1", "more": "1"}],
        [{"quantity": "1", "unit_price": "1"}] * 101,
        "1",
    ],
)
def test_parts_at_tier_prices_are_as_long_as_a_lines_own_numbers(slabs: object) -> None:
    with pytest.raises(BadValue):
        check("quote_line", "slabs", slabs)
    check("quote_line", "slabs", [{"quantity": "1", "unit_price": "2.5"}])
