"""A firm in which one of each kind of matter waits: for pictures of the cards and for clicks on them."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from desktop.models import decisions
from desktop.models.changes import read_local, write_local
from desktop.models.record import new_id
from desktop.models.records import ApprovalRequest, Opportunity, Quote, QuoteLine, User
from desktop.models.store import Store
from desktop.rules.threeway import END, FIRST, SECOND
from desktop.services import approvals, commands, drafts, matters
from desktop.views.inbox import InboxPage
from desktop.views.window import Window
from tests.screens.sample import Firm

AT = 1_795_000_000_000
REMARK = ("空压站在 3 号楼", "许菁周三在厂里", "先打电话给门卫")


def entry(
    store: Store,
    kind: str,
    record: UUID,
    field: str,
    mine: Any,
    theirs: Any,
    *,
    code: str = "",
    n: int = 1,
    said: tuple[str, str] = ("", ""),
) -> UUID:
    """An open entry, as an answer of the office makes it."""
    made = decisions.entry_id(store.device.bytes, n, f"{kind}.{field}.{code}")
    how = "rejected" if said[0] else "conflict"
    values = (made.bytes, store.device.bytes, n, how, kind, record.bytes, field)
    rest = (json.dumps(mine), json.dumps(theirs), code, *said, AT - n * 60_000, "open")
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT OR IGNORE INTO inbox VALUES ({', '.join('?' * 14)})",  # noqa: S608 - only question marks
            (*values, *rest),
        )
    return made


def line_of(store: Store) -> UUID:
    """The line that is argued about."""
    with store.reading() as session:
        return next(iter(session.scalars(select(QuoteLine.id).where(QuoteLine.sku == "DRY-15A"))))


def conflict(store: Store, firm: Firm) -> None:
    """Two prices of a line."""
    entry(store, "quote_line", line_of(store), "unit_price", "13800", "13600")


def text(store: Store, firm: Firm) -> None:
    """Two people wrote over one line of a remark."""
    marked = [REMARK[0], FIRST, "许菁周三在厂里，带样本", SECOND, "许菁改到周五，先发邮件", END, REMARK[2]]
    mine = "\n".join((REMARK[0], "许菁改到周五，先发邮件", REMARK[2]))
    values = {"remark": "\n".join(marked)}
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values=values)
    entry(store, "customer", firm.customers[1], "remark", mine, "\n".join(marked), n=2)


def delete(store: Store, firm: Firm) -> None:
    """A line that one deleted and somebody else changed."""
    entry(store, "quote_line", line_of(store), "deleted_at", True, None, n=3)


def deleted(store: Store, firm: Firm) -> None:
    """A customer that somebody deleted while one typed."""
    entry(store, "customer", firm.customers[3], "next_step", "下周二送样机", None, code="deleted", n=4)


def stage(store: Store, firm: Firm) -> None:
    """A quote that was declined before it was accepted."""
    entry(store, "quote", firm.quote, "stage", "accepted", "declined", n=5)


def refused(store: Store, firm: Firm) -> None:
    """A change of somebody else's customer."""
    said = (
        "This record belongs to people whose records you may not change.",
        "这条记录属于别人，您不能修改。",
    )
    entry(store, "customer", firm.customers[4], "grade", "a", "b", code="not_allowed", n=6, said=said)


def proposed(store: Store, firm: Firm) -> None:
    """A change that was put before the present owner, who said no."""
    said = (
        "This record is no longer yours; the office asks.",
        "这条记录已不归您，公司转交给现在的负责人。",
    )
    made = entry(
        store, "customer", firm.customers[5], "phone", "0512 6688 1200", "0512 6688 1000",
        code="proposed", n=7, said=said,
    )  # fmt: skip
    with store.engine.begin() as connection:
        boss = User.table().insert().values(id=BOSS, name="高洁", version=1, owner_id=None, team_id=None)
        connection.execute(boss.prefix_with("OR IGNORE"))
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO decision (id, version, owner_id, device, op, of, of_id, of_field, outcome,"
            " state, by_id) SELECT ?, 1, ?, lower(hex(device)), n, type, record, field, 'refused', 'open', ?"
            " FROM inbox WHERE id = ?",
            (
                decisions.entry_id(store.device.bytes, 7, "phone").bytes,
                store.me().id.bytes, BOSS.bytes, made.bytes,
            ),
        )  # fmt: skip


BOSS = UUID(int=7)


def review(store: Store, firm: Firm) -> None:
    """A quote whose total nobody has seen."""
    with store.work(store.me(), "quote.set_line") as work:
        work.get(QuoteLine, line_of(store)).quantity = Decimal(3)
        work.get(Quote, firm.quote).needs_review = True


def proposal(store: Store, firm: Firm) -> None:
    """Somebody proposes other values for a deal."""
    with store.reading() as session:
        deal = next(iter(session.scalars(select(Opportunity).where(Opportunity.name == "二期空压站扩建"))))
    changes = [
        {
            "kind": "set",
            "type": "opportunity",
            "record": deal.id.hex,
            "body": {"amount": [deal.amount, 38_500_000], "next_step": [deal.next_step, "周五带热回收方案"]},
        }
    ]
    with store.engine.begin() as connection:
        boss = User.table().insert().values(id=BOSS, name="高洁", version=1, owner_id=None, team_id=None)
        connection.execute(boss.prefix_with("OR IGNORE"))
        connection.exec_driver_sql(
            "INSERT INTO proposal (id, version, owner_id, name, of, of_id, author_id, command, changes,"
            " made_at, state)"
            " VALUES (?, 1, ?, ?, 'opportunity', ?, ?, ?, ?, '2026-11-22T08:00:00.000Z', 'open')",
            (
                new_id().bytes, store.me().id.bytes, deal.name, deal.id.bytes, BOSS.bytes,
                "opportunity.edit", json.dumps(changes),
            ),
        )  # fmt: skip


def approval(store: Store, firm: Firm) -> None:
    """A rep asks for more than they may give."""
    asked = {"zh": "整单折扣 4.5 %；不审批最多 3 %。", "en": "The discount on the whole is 4.5 %."}
    with store.engine.begin() as connection:
        boss = User.table().insert().values(id=BOSS, name="高洁", version=1, owner_id=None, team_id=None)
        connection.execute(boss.prefix_with("OR IGNORE"))
    with store.work(store.me(), "quote.ask_approval") as work:
        draft = drafts.draft_of(work.session, work.get(Quote, firm.quote))
        request = ApprovalRequest(
            quote_id=firm.quote,
            content_hash=approvals.bound_hash(draft),
            asked=[{"rule": "", "kind": "document_discount", "found": "4.5", **asked}],
            remark="首单，客户答应三年框架",
            exposure=Decimal("355900.00"),
            currency="CNY",
            requested_by_id=BOSS,
            requested_at=work.now,
        )
        work.add(request)


def held(store: Store, firm: Firm) -> None:
    """Others deleted many customers."""
    with store.engine.begin() as connection:  # as if the office had all of it
        write_local(connection, "acked", read_local(connection, "head")["n"])
        connection.exec_driver_sql("UPDATE customer SET version = 1")
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO sync_held (record, stream, type, version, flag, at)"
            " SELECT id, 'org', 'customer', 2, 'tombstone', '2026-11-22T08:00:00.000Z'"
            " FROM customer WHERE deleted_at IS NULL"
        )


ONE_OF_EACH: dict[str, Callable[[Store, Firm], None]] = {
    "conflict": conflict,
    "text": text,
    "delete": delete,
    "deleted": deleted,
    "stage": stage,
    "refused": refused,
    "proposed": proposed,
    "review": review,
    "proposal": proposal,
    "approval": approval,
    "held": held,
}


def look_at(window: Window, kind: str) -> InboxPage:
    """The inbox with the card of a kind."""
    window.go("inbox")
    window.refresh_counts()  # some are written past every command
    page = window.page()
    assert isinstance(page, InboxPage)
    kinds = [one.kind for one in matters.matters(window.desk.store)]
    page.look_at(kinds.index(kind))
    return page


def shown(kind: str) -> Callable[[Window, Firm], None]:
    """The screen of a card."""

    def show(window: Window, firm: Firm) -> None:
        store = window.desk.store
        if kind not in [one.kind for one in matters.matters(store)]:
            ONE_OF_EACH[kind](store, firm)
        look_at(window, kind)

    show.__doc__ = f"A card: {kind}."
    return show
