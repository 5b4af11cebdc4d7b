"""Which published edition of a template a quote is printed by, and what a template may not be saved with."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import QuoteRevision, Template, TemplateVersion
from desktop.rules import templates


def worn(session: Session, revision: QuoteRevision) -> TemplateVersion | None:
    """The newest edition of the template that was chosen, else of the usual one; None: the built-in paper."""
    if revision.content_hash:
        return None  # it has its snapshot
    chosen = revision.template_id or usual(session)
    return newest(session, chosen) if chosen is not None else None


def usual(session: Session) -> UUID | None:
    """The firm's template for every quote without another one; the first made, where two are marked."""
    query = select(Template.id).where(
        Template.usual.is_(True), Template.active.is_(True), Template.deleted_at.is_(None)
    )
    return session.scalars(query.order_by(Template.id).limit(1)).first()


def newest(session: Session, template_id: UUID) -> TemplateVersion | None:
    """What was published last of a template; None where nothing was, or it was put away."""
    template = session.get(Template, template_id)
    if template is None or template.deleted_at is not None:
        return None
    query = select(TemplateVersion).where(
        TemplateVersion.template_id == template_id, TemplateVersion.deleted_at.is_(None)
    )
    order = (TemplateVersion.edition.desc(), TemplateVersion.published_at.desc(), TemplateVersion.id.desc())
    return session.scalars(query.order_by(*order).limit(1)).first()


def body_of(template: Template) -> dict[str, Any]:
    """A template's content as it would be published."""
    return templates.body({name: getattr(template, name) for name in Template.fields()})


def check(record: Record) -> None:
    """Refuse a template with what no paper could be made from, under the field that is wrong."""
    if not isinstance(record, Template):
        return
    record.accent = (record.accent or "").strip().upper()
    for finding in templates.findings(body_of(record)):
        if finding.grave:
            raise Refused(finding.words, field=finding.field)
