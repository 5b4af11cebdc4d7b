"""What no operation may do at the office, whoever sends it: one refusal a method.

Each method asks one thing and raises `Rejected` with the reason a person reads; none changes anything.
"""

from typing import Any, Final, Never

from desktop.models.kinds import Link
from desktop.models.numbers import BEARERS
from desktop.models.record import RECORDS
from desktop.rules.sharing import EDIT
from desktop.words import msg
from sync.server import contracts, leases, numbers, shares
from sync.server.batch import Batch, Held, links_of
from sync.server.permission import Rejected
from sync.server.rows import Row
from sync.server.scope import Scope, home

NOT_YOURS: Final = msg("This record belongs to people whose records you may not change.")
READ_ONLY: Final = msg("This record is shared with you to read, not to change.")
NOT_FOUND: Final = msg("The office does not have this record.")
DEPENDS: Final = msg("This needs a record that the office has refused.")
INVALID: Final = msg("The office cannot read this change.")
FROZEN: Final = msg("This edition was issued and its content stays as it is; make a new edition.")
OTHER_NUMBER: Final = msg(
    "This number was given to somebody else's laptop; issue again with a number of your own."
)
TWICE: Final = msg("Another document bears this number already; issue again with a number of your own.")
OVERDRAWN: Final = msg("There is not enough left on this account; somebody else was faster.")

SIGNATURE: Final = "signature"
FACTS: Final = frozenset(
    {
        *(SIGNATURE, "approval", "approval_grant", "phone_approval"),
        *("order_line", "acceptance", "payment", "clause_version", "coupon_use", "seal_use"),
        "template_version",
    }
)
"""What is written once and never changed."""
LINES: Final = frozenset({"quote_line", "adjustment"})
CONTENT: Final = LINES | {"quote_revision"}
DELETED: Final = "deleted_at"


class Guards:
    """The refusals of one push."""

    def __init__(self, batch: Batch, scope: Scope) -> None:
        self.batch = batch
        self.scope = scope
        self.rejected: set[str] = set()
        """Records that a refused transaction of this push would have created."""

    def absent(self, record: str) -> Never:
        """Refused: the office has no such record, perhaps because it refused it a moment ago."""
        if record in self.rejected:
            raise Rejected("depends", DEPENDS)
        raise Rejected("not_found", NOT_FOUND)

    def write(self, held: Held) -> None:
        """Refused unless this person may change the record, by role or because it is lent to them."""
        if self.scope.may_write(held.type, held.row):
            return
        access = self._lent(held)
        if access == EDIT and held.type != shares.SHARE:
            return
        if access:
            raise Rejected("not_allowed", READ_ONLY)
        known = self.scope.may_read(home(held.type, held.row))
        raise Rejected("not_allowed", NOT_YOURS) if known else Rejected("not_found", NOT_FOUND)

    def _lent(self, held: Held) -> str:
        """What may be done to a record because it is lent; a part that this push brings is like its root."""
        root = self._above(held.type, held.row) if held.home is None else None
        if root is not None:
            return self._lent(root)
        found = shares.access(self.batch.conn, self.scope, held.type, [held.id])
        return found.get(held.id, "")

    def _above(self, record_type: str, row: Row) -> Held | None:
        """What a part is a part of, or a file is attached to."""
        target = shares.target_of(record_type, row)
        links = [target] if target else list(links_of(record_type, row, roots_only=True))
        return self.batch.get(*links[0]) if links else None

    def new(self, record_type: str, row: Row) -> None:
        """A part may be added to what is lent to be changed; anything else lives where one may write."""
        root = self._above(record_type, row)
        if root is None:
            raise Rejected("not_allowed", NOT_YOURS)
        self.write(root)

    def whole(self, held: Held) -> None:
        """Who was lent a record does not delete it; its parts they may, where they may change it."""
        part = RECORDS[held.type].__root__ or held.type == shares.ATTACHMENT
        if not part and not self.scope.may_write(held.type, held.row):
            raise Rejected("not_allowed", NOT_YOURS)

    def witness(self, signed: Held) -> None:
        """Who wrote on a quote was there when it was signed, even where it was given to others since."""
        quote = self.batch.root_of(signed)
        there = self.batch.device in signed.devices or (quote and self.batch.device in quote.devices)
        if not there:
            self.write(signed)

    def frozen(self, held: Held, touched: list[str]) -> None:
        """Refused where `touched` is content of an issued edition, or part of what is only ever added to."""
        if touched and (held.type in FACTS or RECORDS[held.type].__ledger__ is not None):
            raise Rejected("frozen", FROZEN)
        if touched and contracts.is_issued(self.batch, held):
            raise Rejected("frozen", FROZEN)
        if held.type == contracts.CONTRACT and not contracts.FIGURES.isdisjoint(touched):
            raise Rejected("frozen", contracts.OTHER_FIGURES)
        edition = (
            held
            if "content_hash" in held.row
            else self.batch.get("quote_revision", held.row.get("revision_id"))
        )
        if touched and held.type in CONTENT and edition is not None and edition.row["content_hash"]:
            raise Rejected("frozen", FROZEN)

    def edition(self, held: Held) -> None:
        """A new line joins an edition that there is; neither it nor a clause joins what was issued."""
        if held.type in LINES:
            edition = held.row["revision_id"]
            if edition and self.batch.get("quote_revision", edition) is None:
                self.absent(edition)
            self.frozen(held, [DELETED])
        if contracts.is_issued(self.batch, held):
            raise Rejected("frozen", FROZEN)

    def lead(self, held: Held, name: str, to: Any) -> None:
        """A whole leads to a part of its own that there is, as a quote to the edition that counts."""
        described = RECORDS[held.type].fields().get(name)
        if described is None or not isinstance(described.kind, Link) or not described.kind.to or not to:
            return
        part = RECORDS[described.kind.to]
        root = part.fields().get(part.__root__)
        if root is None or not isinstance(root.kind, Link) or root.kind.to != held.type:
            return
        found = self.batch.get(part.__tablename__, to)
        if found is None:
            self.absent(to)
        if found.row[root.name] != held.id:
            raise Rejected("invalid", INVALID)

    def overdraft(self, record_type: str, row: Row) -> None:
        """Nobody spends what the account does not hold, whatever their laptop showed."""
        cls = RECORDS[record_type]
        if cls.__ledger__ is None:
            return
        amount, account = row[cls.__ledger__.amount], row[cls.__root__]
        if not isinstance(amount, int) or account is None:
            raise Rejected("invalid", INVALID)
        if cls.__ledger__.overdrawn(self.batch.balance(record_type, account), amount):
            raise Rejected("limit", OVERDRAWN)

    def number(self, record_type: str, record: str, name: str, value: Any) -> None:
        """A number that the office lent to one person is used by nobody else, and by one document only."""
        if record_type not in BEARERS or name != "number" or not value:
            return
        if leases.is_foreign(self.batch.conn, value, self.batch.user):
            raise Rejected("invalid", OTHER_NUMBER)
        if numbers.bearer(self.batch.conn, value) not in (None, record):
            raise Rejected("invalid", TWICE)
