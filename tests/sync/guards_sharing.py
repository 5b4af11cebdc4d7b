"""What each rule of sharing promises, and bugs that it must notice; of the form of `guards.py`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from desktop.errors import NotAllowed
from desktop.models import arrival, lending
from desktop.models.fuse import Deletion
from desktop.models.remote import Remote
from desktop.rules.streams import lent
from desktop.services import access
from sync.server import batch, guards, judge, proposals, scope, shares
from tests.sync.guards import Guard, need
from tests.sync.mutations import one
from tests.sync.server.laptop import Laptop
from tests.sync.sharing import Circle, circles


def _refused(circle: Circle, name: str, command: str, target: object, **arguments: object) -> bool:
    try:
        circle.do(name, command, target, **arguments)  # type: ignore[arg-type]
    except NotAllowed:
        return True
    return False


def what_is_lent_comes_and_goes(folder: Path) -> None:
    """A loan brings the record and what goes along, later additions too, and takes all of it with its end."""
    with circles(folder, "Ann", "Cai", "Dai") as circle:
        customer = circle.customer("Ann")
        deal = circle.do("Ann", "opportunity.new", values={"name": "D", "customer_id": customer.id})
        first = circle.share("Ann", customer, "Cai")
        circle.meet()
        part = circle.do("Ann", "contact.new", values={"name": "P", "customer_id": customer.id})
        other = circle.do("Dai", "opportunity.new", values={"name": "X", "customer_id": customer.id})
        second = circle.share("Ann", deal, "Cai")
        circle.meet()
        held = circle.held("Cai")
        need({("customer", customer.id), ("opportunity", deal.id), ("contact", part.id)} <= held, "missing")
        need(("opportunity", other.id) not in held, "what belongs to others was lent")
        need(circle.held("Dai") == {("opportunity", other.id)}, "somebody else was lent it")
        circle.do("Ann", "contact.edit", part.id, values={"customer_id": circle.customer("Ann", "B").id})
        circle.meet()
        need(("contact", part.id) not in circle.held("Cai"), "what went elsewhere stayed")
        circle.do("Ann", "share.delete", first.id)
        circle.meet()
        need(circle.held("Cai") == {("opportunity", deal.id), ("share", second.id)}, "not counted")
        circle.do("Ann", "share.delete", second.id)
        circle.meet()
        need(circle.held("Cai") == set(), "it stayed")
        circle.share("Ann", customer, "Cai")
        circle.meet()
        need(("customer", customer.id) in circle.held("Cai"), "it did not come again")


def rights_are_asked_on_both_sides(folder: Path) -> None:
    """A reader changes nothing; an editor neither deletes, nor gives away, nor shares on."""
    with circles(folder, "Ann", "Cai", "Dai") as circle:
        read, edit = circle.customer("Ann", "R"), circle.customer("Ann", "E")
        circle.share("Ann", read, "Cai")
        circle.share("Ann", edit, "Cai", "edit")
        circle.meet()
        me = circle["Cai"].me().id
        need(
            _refused(circle, "Cai", "customer.edit", read.id, values={"city": "X"}), "the laptop let a reader"
        )
        need(_refused(circle, "Cai", "customer.edit", edit.id, values={"owner_id": me}), "given away")
        need(_refused(circle, "Cai", "customer.delete", edit.id), "the laptop let it be deleted")
        need(not _refused(circle, "Cai", "customer.edit", edit.id, values={"city": "Y"}), "an editor may not")
        cai = Laptop(circle.server)
        cai.enrol(circle.server.new_code("Cai"))
        cai.sync()
        cai.set("customer", read.id.hex, city="X")
        cai.set("customer", edit.id.hex, owner_id=me.hex)
        cai.tx(("delete", "customer", edit.id.hex, {}, 1))
        for record in (read, edit):
            values = {"of": "customer", "of_id": record.id.hex, "person_id": circle["Dai"].me().id.hex}
            cai.create("share", "share.give", **values)
        need([one.code for one in cai.sync().verdicts] == ["not_allowed"] * 5, "the office let it through")
        circle.meet()
        need(circle.value("Ann", edit).city == "Y", "an edit is gone")


def a_loan_has_an_end(folder: Path) -> None:
    """After its last day nothing of a loan is here, and an edit made too late waits for the owner."""
    with circles(folder, "Ann", "Cai") as circle:
        customer = circle.customer("Ann")
        circle.share("Ann", customer, "Cai", "edit", until=date(2026, 12, 31))
        circle.meet()
        need(("customer", customer.id) in circle.held("Cai"), "it did not come")
        circle.do("Cai", "customer.edit", customer.id, values={"city": "X"})
        real = circle.server.clock
        circle.server.clock = lambda: int(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000)
        try:
            circle.meet()
        finally:
            circle.server.clock = real
        need(circle.held("Cai") == set(), "it stayed")
        need(circle.value("Ann", customer).city == "", "an edit without a right counted")
        need([one for one in circle.held("Ann") if one[0] == "proposal"], "nobody was asked")


def what_left_home_and_loan_is_gone(folder: Path) -> None:
    """A record that left its home stays for the sake of its loan, and leaves with that."""
    with circles(folder, "Dai", "Eve") as circle:
        customer = circle.customer("Dai")
        circle.share("Dai", customer, "Eve")
        circle.meet()
        moved = [Deletion("move", "customer", customer.id.hex, 2)]
        for stream, stays in ((f"user:{circle['Dai'].me().id.hex}", True), (lent(customer.id.hex), False)):
            with Remote(circle["Eve"]).arriving() as (_, news):
                news.removals(stream, moved)
            need((("customer", customer.id) in circle.held("Eve")) is stays, stream)


SHARING: Final = (
    Guard(
        what_is_lent_comes_and_goes,
        (
            one("no feed of loans", batch.Batch, "flush", "shares.events(self.conn, touched)", "[]"),
            one(
                "later parts are not lent",
                batch.Batch,
                "flush",
                "(held.type, held.id), *held.hung",
                "*held.hung,",
            ),
            one(
                "others' records are lent",
                shares,
                "_lent_with",
                "hung if now.home == where)\n    layer",
                "hung)\n    layer",
            ),
            one(
                "no move when a loan ends",
                shares,
                "_differing",
                "yield Event(stream, *key, version, MOVE)",
                "pass",
            ),
            one(
                "everybody is lent it",
                scope,
                "_loans",
                "_LENT_TO_TEAM if team else _LENT_TO",
                "_LOANS",
            ),
            one(
                "a lost loan purges nothing",
                arrival.Arrival,
                "lost",
                "lending.drop_all(self.driver, stream).items()",
                "()",
            ),
            one("holdings are not counted", lending, "is_lent_here", "is not None", "is None"),
        ),
    ),
    Guard(
        rights_are_asked_on_both_sides,
        (
            one(
                "the laptop does not ask",
                access,
                "refuse_lent",
                "if how and (how != EDIT",
                "if False and (how != EDIT",
            ),
            one("the laptop lets it be deleted", access, "_beyond", "whole.first() is not None", "False"),
            one(
                "the laptop lets it be given away", access, "_beyond", "if record.version and", "if False and"
            ),
            one("readers write at the office", guards.Guards, "write", "access == EDIT and", "access and"),
            one("an editor deletes at the office", judge.Judge, "_delete", "self.guards.whole(held)", "pass"),
            one(
                "an editor gives away",
                judge.Judge,
                "_new_home",
                "self.scope.may_write(held.type, held.row) and",
                "",
            ),
            one(
                "an editor shares on",
                judge.Judge,
                "_shared_by",
                "if not self.scope.may_write(target.type, target.row):",
                "if False:",
            ),
        ),
    ),
    Guard(
        a_loan_has_an_end,
        (
            one("loans never end", scope, "_loans", 'sharing.lends(row.until, moment, zone or "")', "True"),
            one(
                "late edits are lost",
                proposals,
                "_had",
                "moved or shares.was_lent_to_edit",
                "moved and shares.was_lent_to_edit",
            ),
        ),
    ),
    Guard(
        what_left_home_and_loan_is_gone,
        (
            one(
                "a move ignores the loan",
                *(arrival.Arrival, "_removed"),
                *("and lending.is_lent_here(self.driver, record)", "and False"),
            ),
            one(
                "a move under a loan is forgotten",
                *(lending, "left_home"),
                *("(record, _MOVED, record_type, version),", "(record, _MOVED, record_type, 0),"),
            ),
        ),
    ),
)
