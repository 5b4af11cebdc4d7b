"""What a person can do with any record: make, edit, delete, bring back, look up, page through."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused, Usage
from desktop.models.kinds import Choice, Link
from desktop.models.record import RECORDS, Record, children_of, hidden_from
from desktop.models.records import (
    Adjustment,
    Approval,
    ApprovalGrant,
    ApprovalRequest,
    Comment,
    CouponUse,
    Customer,
    CustomerLink,
    Delegation,
    Organisation,
    PhoneApproval,
    Quote,
    QuoteLine,
    QuoteRevision,
    Receipt,
    SealUse,
    Signature,
    TemplateVersion,
)
from desktop.models.remote_rows import id_list
from desktop.models.store import Store, Work
from desktop.rules import roles
from desktop.rules.money import check_currency
from desktop.rules.roles import Role
from desktop.services import (
    approval_sense,
    comments,
    contract_sense,
    order_sense,
    price_sense,
    template_editions,
)
from desktop.services.commands import DELETED, Asking, command, every, only_deletes
from desktop.words import Message, msg

_PLACE: Final = frozenset({"owner_id", "team_id", "custom"})
LED: Final[dict[str, frozenset[str]]] = {
    "quote": frozenset(
        {
            *("number", "stage", "revision_id", "payable", "needs_review"),
            *("declined_for", "declined_words", "declined_at"),
        }
    ),
    "quote_revision": frozenset(
        {
            *("quote_id", "revision", "issued_at", "content_hash", "snapshot"),
            *("tax_scope", "discount_rounding", "cash_step", "terms", "milestones"),
        }
    ),
    "quote_line": frozenset({"revision_id", "bundle_id", "rank", "slabs", "price_trace"}),
    "adjustment": frozenset({"revision_id", "rank", "promotion_id", "coupon_id"}),
    "comment": frozenset({"author_id"}),
    "contract": frozenset(
        {
            *("number", "quote_id", "revision_id", "quote_hash", "stage", "payable", "currency"),
            "release_id",
            *("variables", "signed_on", "issued_at", "content_hash", "snapshot"),
        }
    ),
    "contract_clause": frozenset(
        {"contract_id", "rank", "code", "version_id", "edition", "standard", "approval_class", "deviation"}
    ),
    "milestone": frozenset({"contract_id", "rank", "kind"}),
    "share": frozenset({"of", "of_id", "person_id", "group_id"}),
    "delegation": frozenset({"code", "granted_by_id", "granted_as", "granted_at", "signature"}),
    "approval": frozenset(Approval.fields()) - _PLACE,
    "approval_grant": frozenset(ApprovalGrant.fields()) - _PLACE,
    "approval_request": frozenset(ApprovalRequest.fields()) - _PLACE,
    "phone_approval": frozenset(PhoneApproval.fields()) - _PLACE,
    "company_seal": frozenset({"picture", "sha256"}),
    "seal_release": frozenset(
        {
            *("name", "kind", "picture", "sha256"),
            *("granted_by_id", "granted_as", "granted_at", "signature"),
        }
    ),
    "seal_use": frozenset(SealUse.fields()) - _PLACE,
    "coupon": frozenset({"used"}),
    "template": frozenset({"edition"}),
    "template_version": frozenset(TemplateVersion.fields()) - _PLACE,
    "coupon_use": frozenset(CouponUse.fields()) - _PLACE,
    "customer_link": frozenset(CustomerLink.fields()) - _PLACE,
    "receipt": frozenset(Receipt.fields()) - _PLACE,
    **order_sense.LED,
    "proposal": frozenset({"of", "of_id", "author_id", "made_at", "command", "changes", "state"}),
    "signature": frozenset(
        {
            *("quote_id", "revision_id", "contract_id", "signer", "job", "method", "signed_at"),
            *("content_hash", "image_id", "evidence"),
        }
    ),
}
"""Fields that commands of their own lead."""
HAPPENED: Final = frozenset({"interaction"})
"""What has happened when it is written down: a visit was made, whatever became of the customer since."""
_NUMBER: Final = re.compile(r"\d{1,3}(\.\d{1,4})?")
_LONGEST_VALIDITY: Final = 3650
_PRINTED: Final = frozenset({"customer_id", "currency", "valid_until"})
"""What stands on the paper of an issued quote."""
SIGNED = msg("A signature stays as it was given.")
PROMOTED = msg("What a promotion takes off follows the quote; set a discount of your own beside it.")
COUPON = msg("What a coupon takes off stays as the coupon says; take the coupon off, or discount beside it.")
NOTED = msg("What a quote was issued under stays as it was noted.")
ISSUED = msg("This revision was issued and never changes; make a new revision instead.")


def record_type(name: str) -> type[Record]:
    """The record class called `name`, in the singular or the plural. Raises Usage for an unknown one."""
    wanted = name.strip().lower().replace("-", "_")
    plurals = {cls.__plural__.text.lower().replace(" ", "_"): kind for kind, cls in RECORDS.items()}
    cls = RECORDS.get(plurals.get(wanted, wanted))
    if cls is None:
        raise Usage(
            msg("There is no record type “{name}”. There are: {names}.").of(
                name=name, names=", ".join(sorted(RECORDS))
            )
        )
    return cls


def read_values(cls: type[Record], typed: Mapping[str, str]) -> dict[str, Any]:
    """What a person typed, as values. Raises Usage for an unknown field, Refused for a bad value."""
    fields = cls.fields()
    values: dict[str, Any] = {}
    for name, text in typed.items():
        described = fields.get(name)
        if described is None:
            raise no_field(cls, name)
        try:
            values[name] = described.kind.parse(text)
        except Refused as refused:
            raise Refused(refused.message, field=name) from None
    if not isinstance(values.get("custom") or {}, dict):
        raise Refused(msg("Further details are a JSON object with names."), field="custom")
    return values


def seen_by(role: Role | str, cls: type[Record], names: Iterable[str]) -> list[str]:
    """Those of a type's fields that somebody of this role is shown; the others are empty here anyway."""
    hidden = hidden_from(roles.sees(role))
    return [name for name in names if f"{cls.__tablename__}.{name}" not in hidden]


def no_field(cls: type[Record], name: str) -> Usage:
    """What is said of a field that the type does not have."""
    said = msg("{what} has no field “{name}”. There are: {names}.")
    return Usage(said.of(what=cls.__label__, name=name, names=", ".join(cls.fields())))


def can_edit(record: Record, asking: Asking) -> Message | None:
    """Everything may be edited but the content of an issued revision, and what somebody else said."""
    if isinstance(record, QuoteRevision) and record.content_hash:
        return ISSUED
    if isinstance(record, Comment):
        return comments.can_change(record, asking.actor)
    return None


def _new(cls: type[Record]) -> Callable[..., Record]:
    def new(work: Work, *, values: Mapping[str, Any]) -> Record:
        refuse_led(cls, said(cls, values))
        record = approval_sense.numbered(values) if cls is Delegation else cls(**values)
        if isinstance(record, Comment):
            record.author_id = work.actor.id
        check(record)
        refuse_issued(work, record)
        return work.add(record)

    return new


def edit(work: Work, record: Record, *, values: Mapping[str, Any]) -> Record:
    """Set fields; what stays the same is no change."""
    refuse_issued(work, record)
    _refuse_led(record, values)
    for name, value in values.items():
        setattr(record, name, value)
    check(record)
    return record


def _refuse_led(record: Record, values: Mapping[str, Any]) -> None:
    changed = {name for name, value in values.items() if getattr(record, name) != value}
    refuse_led(type(record), changed)
    refuse_moved(record, changed)
    if isinstance(record, Quote) and record.stage != "draft" and not _PRINTED.isdisjoint(changed):
        raise Refused(ISSUED, field=min(_PRINTED & changed))
    contract_sense.refuse_printed(record, changed)
    if isinstance(record, Adjustment) and changed & {"kind", "value"}:
        _refuse_given(record)


def _refuse_given(discount: Adjustment) -> None:
    """Refuse to type over what a promotion or a coupon takes off."""
    if discount.promotion_id is not None:
        raise Refused(PROMOTED, field="value")
    if discount.coupon_id is not None:
        raise Refused(COUPON, field="value")


def said(cls: type[Record], values: Mapping[str, Any]) -> set[str]:
    """The fields of a new record that are not as they would be anyway."""
    fields = cls.fields()
    return {name for name, value in values.items() if value not in (None, "", fields[name].default_value())}


def refuse_led(cls: type[Record], names: Collection[str]) -> None:
    """Refuse what only its own command may change: a number is given by issuing, not typed."""
    for name in LED.get(cls.__tablename__, ()):
        if name in names:
            label = cls.fields()[name].label
            raise Refused(
                msg("“{field}” is not typed; it follows from what is done.").of(field=label), field=name
            )


def refuse_moved(record: Record, names: Collection[str]) -> None:
    """Refuse to carry a part of a quote over to another one: its edition would stay behind."""
    if isinstance(record, QuoteLine | Adjustment) and not {"quote_id", "line_id"}.isdisjoint(names):
        raise Refused(msg("A part of a quote stays where it is; add a new one there."), field="quote_id")


def delete(work: Work, record: Record) -> None:
    """Mark the record and its parts as deleted."""
    refuse_issued(work, record)
    contract_sense.refuse_gone(record)
    order_sense.refuse_gone(record)
    parts = parts_of(work.session, record)
    if any(isinstance(part, QuoteRevision) and part.content_hash for part in parts):
        raise Refused(msg("What was issued is kept. Decline the quote, or make a new revision."))
    for child in parts:
        work.delete(child)
    work.delete(record)


def _restore(cls: type[Record]) -> Callable[..., Record]:
    def restore(work: Work, *, id: UUID) -> Record:
        record = work.session.get(cls, id)
        if record is None:
            raise NotFound(msg("There is no such {what} on this laptop.").of(what=cls.__label__))
        refuse_issued(work, record)
        if isinstance(record, Adjustment):
            _refuse_given(record)
        refused = can_edit(record, Asking(work.actor, work.now)) if isinstance(record, Comment) else None
        if refused is not None:
            raise Refused(refused)
        record.deleted_at = None
        return record

    return restore


def parts_of(session: Session, record: Record) -> list[Record]:
    """The living parts of an aggregate: contacts of a customer, lines of a quote."""
    found: list[Record] = []
    for cls, link in children_of(record.__tablename__):
        column = cls.table().c[link]
        found += session.scalars(select(cls).where(column == record.id, cls.deleted_at.is_(None)))
    return found


def check(record: Record) -> None:
    """Refuse a record that lacks what it cannot do without, or that no paper could be made from."""
    if isinstance(record, Organisation):
        _check_firm(record)
    if currency := getattr(record, "currency", ""):
        check_currency(currency)
    price_sense.check(record)
    template_editions.check(record)
    approval_sense.check(record)
    contract_sense.check(record)
    if isinstance(record, Customer):
        if not record.name and not record.phone:
            raise Refused(msg("A customer needs a name or a phone number."), field="name")
        return
    for name, described in type(record).fields().items():
        needed = described.required or (isinstance(described.kind, Choice) and described.default_value())
        if needed and getattr(record, name) in (None, ""):
            raise Refused(msg("“{field}” is needed.").of(field=described.label), field=name)


def _check_firm(firm: Organisation) -> None:
    try:
        ZoneInfo(firm.time_zone or "UTC")
    except (ValueError, OSError, KeyError):
        raise Refused(msg("“{zone}” is no time zone.").of(zone=firm.time_zone), field="time_zone") from None
    if not _texts_only(firm.terms, frozenset()):
        raise Refused(msg("Terms are a list of texts by language."), field="terms")
    if not _texts_only(firm.milestones, frozenset({"percent"})):
        raise Refused(
            msg("A payment schedule is a list of names, each with its percent."), field="milestones"
        )
    if firm.milestones and sum(Decimal(part["percent"]) for part in firm.milestones) != 100:
        raise Refused(msg("The payment steps must add up to 100 %"), field="milestones")
    if firm.valid_days is not None and not 1 <= firm.valid_days <= _LONGEST_VALIDITY:
        raise Refused(
            msg("A quote is valid for 1 to {most} days.").of(most=_LONGEST_VALIDITY), field="valid_days"
        )


def _texts_only(parts: Any, needed: frozenset[str]) -> bool:
    """Whether these are a list of objects of texts, in which the needed ones are numbers."""
    return isinstance(parts or [], list) and all(
        isinstance(part, dict)
        and all(isinstance(text, str) for text in part.values())
        and all(_NUMBER.fullmatch(part.get(name, "")) for name in needed)
        for part in parts or []
    )


def refuse_issued(work: Work, record: Record) -> None:
    """Refuse to touch a part of a revision or contract that was issued, or a signature."""
    contract_sense.refuse_frozen(work, record)
    order_sense.refuse_frozen(record)
    if isinstance(record, Signature | Approval | ApprovalGrant | PhoneApproval):
        raise Refused(SIGNED if isinstance(record, Signature) else NOTED)
    if isinstance(record, QuoteLine | Adjustment) and record.revision_id is not None:
        revision = work.session.get(QuoteRevision, record.revision_id)
        if revision is not None and revision.content_hash:
            raise Refused(ISSUED)


def _register(cls: type[Record]) -> None:
    kind, noun = cls.__tablename__, cls.__label__
    new = msg("New {what}").of(what=noun)
    whole = only_deletes(cls, *(part for part, _ in children_of(kind)))
    led = {f"{kind}.{name}" for name in (DELETED, *LED.get(kind, ()))}
    when = can_edit if cls in (QuoteRevision, Comment) else None
    command(
        f"{kind}.new",
        label=new,
        on=cls,
        creates=True,
        writes=every(cls),
        icon="plus",
        fact=kind in HAPPENED,
    )(_new(cls))
    command(
        f"{kind}.edit",
        label=msg("Edit {what}").of(what=noun),
        on=cls,
        when=when,
        writes=every(cls, but=led),
        icon="pencil",
    )(edit)
    command(
        f"{kind}.delete",
        label=msg("Delete {what}").of(what=noun),
        on=cls,
        when=when,
        writes=whole,
        icon="trash-2",
        offered=True,
    )(delete)
    command(f"{kind}.restore", label=msg("Restore {what}").of(what=noun), on=cls, creates=True, writes=whole)(
        _restore(cls)
    )


for _cls in [cls for cls in RECORDS.values() if not cls.__private__]:
    _register(_cls)


def find(store: Store, cls: type[Record], name_or_id: str) -> Record:
    """A living record by its id, its name or its number. Raises NotFound."""
    with store.reading() as session:
        try:
            record = session.get(cls, UUID(name_or_id))
        except ValueError:
            record = _find_by_name(session, cls, name_or_id)
    if record is None or record.deleted_at is not None:
        raise NotFound(
            msg("There is no {what} “{name}” on this laptop.").of(what=cls.__label__, name=name_or_id)
        )
    return record


def _find_by_name(session: Session, cls: type[Record], name: str) -> Record | None:
    columns = [cls.table().c[key] for key in ("number", "sku", "name", "name_en") if key in cls.fields()]
    if not columns:
        return None
    query = select(cls).where(or_(*(column == name for column in columns)), cls.deleted_at.is_(None))
    return session.scalars(query.order_by(cls.id).limit(1)).first()


def titles(session: Session, links: Mapping[str, set[UUID]]) -> dict[UUID, str]:
    """What linked records are called: {record type: ids} → {id: title}."""
    found: dict[UUID, str] = {}
    for kind, ids in links.items():
        cls = RECORDS.get(kind)
        wanted = [one for one in ids if one is not None]
        if cls is None or not wanted:
            continue
        for start in range(0, len(wanted), 500):
            for record in session.scalars(select(cls).where(cls.id.in_(wanted[start : start + 500]))):
                found[record.id] = record.title
    return found


def link_titles(
    session: Session, records: Sequence[Record], known: Mapping[UUID, str] | None = None
) -> dict[UUID, str]:
    """The titles of everything that `records` link to; those that are `known` are not asked for again."""
    there = known or {}
    wanted: dict[str, set[UUID]] = {}
    for record in records:
        for name, described in type(record).fields().items():
            if isinstance(described.kind, Link) and described.kind.to:
                value = getattr(record, name)
                if value is not None and value not in there:
                    wanted.setdefault(described.kind.to, set()).add(value)
    return {**there, **titles(session, wanted)}


def page(
    session: Session,
    cls: type[Record],
    *,
    limit: int = 128,
    after: Record | None = None,
    order: str = "id",
    descending: bool = True,
    where: Sequence[ColumnElement[bool]] = (),
) -> list[Record]:
    """One keyset page of living records, newest first unless another field orders it."""
    column, key = cls.table().c[order], cls.table().c.id
    query = select(cls).where(cls.deleted_at.is_(None), *where)
    if after is not None:
        value = getattr(after, order)
        if order == "id":
            query = query.where(key < after.id if descending else key > after.id)
        elif value is None:
            query = query.where(column.is_(None), key < after.id)
        else:
            beyond = column < value if descending else column > value
            query = query.where(or_(beyond, (column == value) & (key < after.id), column.is_(None)))
    ordering = (column.desc() if descending else column.asc()).nulls_last()
    return list(session.scalars(query.order_by(ordering, key.desc()).limit(limit)))


def among(ids: Iterable[UUID]) -> Select[Any]:
    """These ids for an `in_`, as one value: a hundred bound ones cost more than the rows they find."""
    listed = func.json_each(id_list(each.bytes for each in ids)).table_valued("value")
    return select(func.unhex(listed.c.value))


def count(session: Session, cls: type[Record], where: Sequence[ColumnElement[bool]] = ()) -> int:
    """How many living records there are."""
    query = select(func.count()).select_from(cls.table()).where(cls.deleted_at.is_(None), *where)
    return int(session.scalar(query) or 0)
