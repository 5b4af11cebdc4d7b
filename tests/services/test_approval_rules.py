"""Approval rules as sentences, what they may say, their order, and tried on what went out before."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import NotAllowed, Refused
from desktop.models.records import ApprovalRule
from desktop.models.store import Actor, Store
from desktop.rules import approvals as kinds
from desktop.services import approval_rules, approvals, commands, undo
from tests.stores import customer, firm, opened, product, quote


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("rules")) as made:
        firm(made)
        yield made


def run(store: Store, name: str, *about: Any, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, *about, **arguments).value


def made(store: Store, **values: Any) -> ApprovalRule:
    given = {"name": "R", "kind": "document_discount", "threshold": Decimal(10), "role": "manager", **values}
    found: ApprovalRule = run(store, "approval_rule.new", values=given)
    return found


def test_every_kind_of_every_document_is_a_sentence_in_both_languages() -> None:
    for subject, names in kinds.KINDS_OF.items():
        for kind in names:
            rule = ApprovalRule(
                subject=subject, kind=kind, threshold=Decimal(15), currency="CNY", role="admin"
            )
            said = approval_rules.sentence(rule)
            assert "15" in said.in_language("en")
            assert "Administrator" in said.in_language("en")
            assert "15" in said.in_language("zh")
            assert said.in_language("zh") != said.in_language("en")
    assert set(approval_rules.SENTENCES) == {
        (subject, kind) for subject, names in kinds.KINDS_OF.items() for kind in names
    }
    assert {kind for names in kinds.KINDS_OF.values() for kind in names} == {kind for kind, _ in kinds.KINDS}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject": "order", "kind": "line_discount"}, "kind"),
        ({"subject": "quote", "kind": "credit", "currency": "CNY"}, "kind"),
        ({"threshold": Decimal(-1)}, "threshold"),
        ({"threshold": Decimal(100)}, "threshold"),
        ({"kind": "payment_days", "threshold": Decimal("7.5")}, "threshold"),
        ({"kind": "total", "currency": ""}, "currency"),
        ({"conditional": 0}, "conditional"),
        ({"subject": "contract", "kind": "clause", "conditional": 3}, "conditional"),
    ],
)
def test_a_rule_that_nobody_could_keep_to_is_refused(
    store: Store, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        made(store, **values)
    assert caught.value.field == field


def test_rules_are_put_in_an_order_which_can_be_taken_back_by_administrators_alone(store: Store) -> None:
    def names() -> list[str]:
        return [one.name for one in approval_rules.all_rules(store) if one.name in "ABC"]

    _, _, last = made(store, name="A"), made(store, name="B"), made(store, name="C")
    run(store, "approval_rule.move", last.id)
    assert names() == ["A", "C", "B"]
    undo.undo(store, store.me())
    assert names() == ["A", "B", "C"]
    run(store, "approval_rule.move", last.id, down=True)
    assert names() == ["A", "B", "C"]
    manager = Actor(store.me().id, "M", "manager", None)
    with pytest.raises(NotAllowed):
        commands.run(store, manager, "approval_rule.move", last.id)


def test_a_rule_is_tried_on_what_was_issued_and_says_what_is_left(store: Store) -> None:
    goods, buyer = product(store, "A", "100"), customer(store)
    for percent in ("-5", "-12", "-20"):
        sold = quote(store, (goods.id, "10"), to=buyer)
        run(store, "quote.discount", sold.id, value=Decimal(percent))
        run(store, "quote.issue", sold.id)
    kept = made(store, name="kept", threshold=Decimal(15))
    rule = approval_rules.rule_of({"kind": "document_discount", "threshold": Decimal(10)}, kept)
    assert rule is not None
    found = approval_rules.trial(store, rule, approvals.as_rule(kept))
    assert (found.looked, len(found.asked), found.before) == (3, 2, 1)
    assert found.words.in_language("en") == "Of the last 3 issued quotes 2 would have asked."
    assert [one.words.in_language("en")[:32] for one in found.asked] == [
        "The discount on the whole is 20 ",
        "The discount on the whole is 12 ",
    ]
    assert found.room is not None
    assert "50.00 CNY" in found.room.in_language("en")
    assert len(approval_rules.trial(store, rule, most=1).asked) == 1
    order = approval_rules.rule_of(
        {"subject": "order", "kind": "total", "threshold": Decimal(900), "currency": "CNY"}
    )
    assert order is not None
    assert "nothing to try" in approval_rules.trial(store, order).words.in_language("en")
    for record in [found.asked[0].record, found.asked[1].record]:
        run(store, "order.submit", run(store, "quote.order", record).id)
    tried = approval_rules.trial(store, order)
    assert (tried.looked, len(tried.asked)) == (2, 0)
    lower = approval_rules.rule_of(
        {"subject": "order", "kind": "total", "threshold": Decimal(850), "currency": "CNY"}
    )
    assert lower is not None
    assert len(approval_rules.trial(store, lower).asked) == 1
