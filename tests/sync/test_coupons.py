"""One coupon on two laptops without a network: the office settles it once, and tells the other one."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, Refused
from desktop.models.records import Coupon, CouponUse, Task
from desktop.models.store import Store
from desktop.services import approval_verdicts, approvals, commands, coupons, drafts, undo
from sync.client.driver import sync_once
from sync.server import people
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def coupon(pair: Pair, **of: Any) -> UUID:
    values = {"code": "XH-1", "name": "展会券", "amount": D(30), **of}
    made: UUID = run(pair.ann, "coupon.new", values=values).id
    pair.meet()
    return made


def sold(pair: Pair, store: Store, code: str = "xh1") -> UUID:
    """A quote of this laptop, issued with the coupon."""
    buyer = pair.draft(store).quote.customer_id
    made = run(store, "quote.compose", customer_id=buyer, lines=[(pair.products[0].id, D(1))])
    run(store, "quote.use_coupon", made.id, code=code)
    run(store, "quote.issue", made.id)
    return UUID(str(made.id))


def verdicts(pair: Pair, store: Store) -> dict[UUID, str]:
    return {each.quote_id: each.verdict for each in pair.all(store, CouponUse)}


def refusal(store: Store, quote: UUID, name: str, **arguments: Any) -> str:
    try:
        run(store, name, quote, **arguments)
    except Refused as refused:
        return str(refused.message.text)
    return ""


def told(pair: Pair, store: Store) -> list[Task]:
    return [each for each in pair.all(store, Task) if "XH-1" in f"{each.name} {each.remark}"]


def test_of_two_laptops_that_used_it_offline_the_first_is_settled_and_the_other_told(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        of = coupon(pair)
        anns, bobs = sold(pair, pair.ann), sold(pair, pair.bob)
        before = drafts.load(pair.ann, anns)
        for store in (pair.bob, pair.ann, pair.bob):
            sync_once(store, Direct(pair.server))
        for store in (pair.ann, pair.bob):
            assert verdicts(pair, store) == {bobs: "kept", anns: "breach"}
            assert [(each.id, each.used) for each in pair.all(store, Coupon)] == [(of, 1)]
            [task] = told(pair, store)
            assert "XH-1 已先在别处使用" in task.name
            assert before.quote.number in task.name
        after = drafts.load(pair.ann, anns)
        assert (after.revision.content_hash, after.totals()) == (
            before.revision.content_hash,
            before.totals(),
        )
        said = approval_verdicts.of_quote(pair.ann, after)
        assert said is not None
        assert said.words.in_language("en") == "Coupon XH-1 was used elsewhere first; it is used up."
        assert approval_verdicts.of_quote(pair.ann, drafts.load(pair.ann, bobs)) is None
        run(pair.ann, "quote.revise", anns)
        assert refusal(pair.ann, anns, "quote.issue") == "Coupon {code} is used up."
        run(pair.ann, "quote.drop_coupon", anns, code="XH1")
        assert refusal(pair.ann, anns, "quote.issue") == ""
        pair.meet()
        assert len(told(pair, pair.ann)) == 1


def test_the_others_see_it_used_after_a_sync(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        coupon(pair, uses=2)
        first = sold(pair, pair.bob)
        run(pair.bob, "quote.revise", first)
        run(pair.bob, "quote.issue", first)
        pair.meet()
        assert [each.used for each in pair.all(pair.ann, Coupon)] == [1]
        second = sold(pair, pair.ann)
        assert refusal(pair.ann, pair.quote, "quote.use_coupon", code="XH-1") == "Coupon {code} is used up."
        assert refusal(pair.bob, pair.quote, "quote.use_coupon", code="XH-1") == ""
        pair.meet()
        assert refusal(pair.bob, pair.quote, "quote.issue") == "Coupon {code} is used up."
        assert set(verdicts(pair, pair.bob).values()) == {"kept"}
        assert set(verdicts(pair, pair.bob)) == {first, second}
        assert told(pair, pair.ann) == []


def test_a_coupon_made_and_used_in_one_push_counts_and_what_is_unlimited_is_never_used_up(
    tmp_path: Path,
) -> None:
    with pairs(tmp_path) as pair:
        values = {"code": "XH-1", "name": "券", "percent": D(50), "uses": None}
        run(pair.ann, "coupon.new", values=values)
        sales = {sold(pair, pair.ann) for _ in range(3)}
        pair.meet()
        assert verdicts(pair, pair.bob) == dict.fromkeys(sales, "kept")
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [3]


def test_both_used_it_up_on_the_same_quote_and_that_is_one_use(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        coupon(pair)
        pair.do(pair.ann, "quote.use_coupon", code="XH-1")
        pair.meet()
        for store in (pair.ann, pair.bob):
            pair.do(store, "quote.issue")
        pair.meet()
        pair.meet()
        assert {each.verdict for each in pair.all(pair.ann, CouponUse)} == {"kept"}
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [1]


@contextmanager
def watched(folder: Path) -> Iterator[Pair]:
    """Bob is a rep, and more than 5 % off a whole quote needs a manager; there is a coupon for 20 %."""
    with pairs(folder) as pair:
        rule = {"name": "折扣", "kind": "document_discount", "threshold": D(5), "role": "manager"}
        clock = pair.server.clock()
        pair.server.store.write(lambda conn: people.set_role(conn, "Ann", "admin", clock))
        pair.meet()
        run(pair.ann, "approval_rule.new", values=rule)
        coupon(pair, amount=None, percent=D(20), uses=9)
        pair.server.store.write(lambda conn: people.set_role(conn, "Bob", "rep", clock))
        pair.meet()
        yield pair


def test_a_rep_makes_no_coupon_but_uses_one_and_what_it_takes_off_needs_nobody(tmp_path: Path) -> None:
    with watched(tmp_path) as pair:
        with pytest.raises(NotAllowed):
            run(pair.bob, "coupon.new", values={"code": "MY-1", "name": "券", "amount": D(90)})
        mine = sold(pair, pair.bob)
        pair.meet()
        assert verdicts(pair, pair.ann) == {mine: "kept"}
        assert pair.all(pair.ann, Task) == []


def test_what_is_taken_off_in_a_coupons_name_without_its_use_needs_approval(tmp_path: Path) -> None:
    with watched(tmp_path) as pair, pytest.MonkeyPatch.context() as patched:
        patched.setattr(coupons, "redeem", lambda *_: None)  # a laptop that notes nothing
        sold(pair, pair.bob)
        pair.meet()
        assert [each for each in pair.all(pair.ann, Task) if "折扣" in each.name or "审批" in each.name]
        assert [each.used or 0 for each in pair.all(pair.ann, Coupon)] == [0]


def test_a_discount_of_the_same_size_beside_a_coupon_is_not_the_coupons(tmp_path: Path) -> None:
    with watched(tmp_path) as pair, pytest.MonkeyPatch.context() as patched:
        buyer = pair.draft(pair.bob).quote.customer_id
        made = run(pair.bob, "quote.compose", customer_id=buyer, lines=[(pair.products[0].id, D(1))])
        run(pair.bob, "quote.use_coupon", made.id, code="XH1")
        run(pair.bob, "quote.discount", made.id, value=D(-20))
        assert refusal(pair.bob, made.id, "quote.issue") != ""
        patched.setattr(approvals, "agreed", lambda *_: None)  # a laptop that asks nobody
        run(pair.bob, "quote.issue", made.id)
        pair.meet()
        assert len(pair.all(pair.ann, Task)) == 1


def test_a_declined_quote_gives_it_back_and_takes_it_again(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        coupon(pair)
        anns = sold(pair, pair.ann)
        pair.meet()
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [1]
        run(pair.ann, "quote.decline", anns, reason="price")
        pair.meet()
        assert verdicts(pair, pair.bob) == {anns: "released"}
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [0]
        run(pair.ann, "quote.revise", anns)
        run(pair.ann, "quote.issue", anns)
        pair.meet()
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [1]
        assert refusal(pair.bob, pair.quote, "quote.use_coupon", code="XH-1") == "Coupon {code} is used up."


def test_given_back_and_used_elsewhere_whoever_takes_the_no_back_comes_second(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        coupon(pair)
        anns = sold(pair, pair.ann)
        pair.meet()
        run(pair.ann, "quote.decline", anns)
        pair.meet()
        bobs = sold(pair, pair.bob)
        sync_once(pair.bob, Direct(pair.server))
        undo.undo(pair.ann, pair.ann.me())
        pair.meet()
        assert verdicts(pair, pair.ann) == {bobs: "kept", anns: "breach"}
        assert [each.used for each in pair.all(pair.ann, Coupon)] == [1]
        assert len(told(pair, pair.ann)) == 1


def test_a_decline_that_is_pushed_with_the_use_itself_counts_nothing(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        coupon(pair)
        anns = sold(pair, pair.ann)
        run(pair.ann, "quote.decline", anns)
        other = sold(pair, pair.ann)
        pair.meet()
        assert verdicts(pair, pair.bob) == {anns: "released", other: "kept"}
        assert [each.used for each in pair.all(pair.bob, Coupon)] == [1]
