"""Templates of paper: how quotes look, as the firm sets it, and the editions that were published.

What is published never changes again; a quote that is issued pins the edition that it was printed by.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Flag, Json, Link, Long, Moment, Short, Whole
from desktop.models.record import Record, field
from desktop.rules.templates import MARGINS, ORDERS, TEXTS, WHEN
from desktop.words import Message, msg


class Template(Record):
    """How paper looks, as it is being worked on; only what was published is printed."""

    __tablename__ = "template"
    __label__: ClassVar[Message] = msg("Template")
    __plural__: ClassVar[Message] = msg("Templates")
    __shared__ = True
    name: Mapped[str] = field(Short(120), msg("Name"), required=True, listed=True, search="name")
    usual: Mapped[bool] = field(Flag(), msg("Usual template"), default=False, listed=True)
    accent: Mapped[str] = field(Short(7), msg("Accent colour"), listed=True)
    margins: Mapped[str] = field(Choice(MARGINS), msg("Margins"), default="normal")
    show_logo: Mapped[bool] = field(Flag(), msg("Logo"), default=True)
    show_sku: Mapped[bool] = field(Flag(), msg("Article numbers"), default=True)
    show_detail: Mapped[bool] = field(Flag(), msg("Specifications"), default=True)
    show_unit: Mapped[bool] = field(Flag(), msg("Units"), default=True)
    show_tax: Mapped[bool] = field(Flag(), msg("Tax rates"), default=True)
    opening: Mapped[str] = field(Long(TEXTS["opening"]), msg("Text above"))
    opening_en: Mapped[str] = field(Long(TEXTS["opening"]), msg("Above, English"))
    opening_when: Mapped[str] = field(Choice(WHEN), msg("Above, when"), default="always")
    sequence: Mapped[str] = field(Choice(ORDERS), msg("Below the totals"), default="schedule")
    closing: Mapped[str] = field(Long(TEXTS["closing"]), msg("Text below"))
    closing_en: Mapped[str] = field(Long(TEXTS["closing"]), msg("Below, English"))
    closing_when: Mapped[str] = field(Choice(WHEN), msg("Below, when"), default="always")
    foot: Mapped[str] = field(Short(TEXTS["foot"]), msg("Page foot"))
    foot_en: Mapped[str] = field(Short(TEXTS["foot"]), msg("Foot, English"))
    foot_when: Mapped[str] = field(Choice(WHEN), msg("Foot, when"), default="always")
    edition: Mapped[int | None] = field(Whole(), msg("Published edition"), listed=True)
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True, listed=True)


class TemplateVersion(Record):
    """An edition of a template as it was published: its content and the hash of it, for good."""

    __tablename__ = "template_version"
    __label__: ClassVar[Message] = msg("Edition of a template")
    __plural__: ClassVar[Message] = msg("Editions of templates")
    __shared__ = True
    __fact__ = "append"
    template_id: Mapped[UUID | None] = field(
        Link("template"), msg("Template"), index=True, frozen=True, listed=True
    )
    edition: Mapped[int | None] = field(Whole(), msg("Edition", "template"), frozen=True, listed=True)
    name: Mapped[str] = field(Short(120), msg("Name"), frozen=True, listed=True)
    body: Mapped[dict[str, Any] | None] = field(Json(), msg("Content", "template"), frozen=True, hidden=True)
    content_hash: Mapped[str] = field(Short(64), msg("Content check"), frozen=True, hidden=True)
    published_at: Mapped[datetime | None] = field(Moment(), msg("Published at"), frozen=True, listed=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The template's name and which edition it is."""
        return f"{get('name') or ''} {get('edition') or ''}".strip()
