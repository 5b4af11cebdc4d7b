"""Which parts of a bundle a customer takes: what is offered for a line, and what is chosen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from desktop.errors import NotFound, Refused
from desktop.models.records import Adjustment, Product, Quote, QuoteLine
from desktop.models.store import Store, Work
from desktop.rules import bundles as rule
from desktop.services import bundle_lines
from desktop.services import quote_sense as of
from desktop.services.commands import command
from desktop.words import msg

NO_BUNDLE = msg("This line is no bundle with parts.")
TOO_MANY = msg("Of the group “{group}” no more than {wanted} can be chosen.")


@dataclass(frozen=True, slots=True)
class Offered:
    """A part that a bundle has or offers, and whether it is in the quote."""

    part: rule.Part
    product: Product
    chosen: bool


def offered(store: Store, line: QuoteLine) -> list[Offered]:
    """The parts of a bundle's line in their order; nothing for another line."""
    if line.product_id is None or line.bundle_id is not None:
        return []
    with store.reading() as session:
        found = bundle_lines.parts_of(session, line.product_id)
        query = select(QuoteLine.product_id).where(
            QuoteLine.bundle_id == line.id, QuoteLine.deleted_at.is_(None)
        )
        there = set(session.scalars(query))
        parts = zip(bundle_lines.as_rule(found), found, strict=True)
        return [Offered(part, product, product.id in there) for part, (_, product) in parts]


@command(
    "quote.choose_parts",
    label=msg("Choose parts"),
    on=Quote,
    when=of.can_change,
    icon="package",
    writes=of.LINES,
)
def choose_parts(work: Work, quote: Quote, *, line_id: UUID, product_ids: Sequence[UUID]) -> list[QuoteLine]:
    """Have exactly these parts below a bundle, and what always belongs to it; returns their lines."""
    line = work.get(QuoteLine, line_id)
    if line.revision_id != quote.revision_id:
        raise NotFound(msg("This line is not one of this quote."))
    found = bundle_lines.parts_of(work.session, line.product_id)
    if not found or line.bundle_id is not None:
        raise Refused(NO_BUNDLE)
    parts = bundle_lines.as_rule(found)
    wanted = {part.product for part in parts if part.inclusion == "required"} | set(product_ids)
    if wanted - {part.product for part in parts}:
        raise NotFound(NO_BUNDLE)
    for group, most in rule.groups(parts).items():
        if sum(part.product in wanted for part in parts if part.group == group) > most:
            raise Refused(TOO_MANY.of(group=group, wanted=most))
    there: set[UUID] = set()
    for one in bundle_lines.below(work, quote, line):
        if one.product_id in wanted and one.product_id not in there:
            there.add(one.product_id)
        else:
            _take_out(work, one)
    work.flush()
    bundle_lines.add(work, quote, line, [one for one in found if one[1].id in wanted - there])
    bundle_lines.settle(work, quote)
    return bundle_lines.below(work, quote, line)


def _take_out(work: Work, line: QuoteLine) -> None:
    query = select(Adjustment).where(Adjustment.line_id == line.id, Adjustment.deleted_at.is_(None))
    for adjustment in work.session.scalars(query):
        work.delete(adjustment)
    work.delete(line)
