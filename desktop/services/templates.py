"""Templates of paper: looked at, tried with a stress sample, published, taken over from a file and given on.

What is published stays: a template that is worked on further is published as the next edition.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.documents.preview import Picture, page_pictures
from desktop.documents.quote import quote_pdf
from desktop.documents.template_sample import sample, stress
from desktop.documents.template_try import tried
from desktop.errors import Refused
from desktop.models.records import Quote, Template, TemplateVersion
from desktop.models.store import Store, Work
from desktop.rules import merge_fields, templates
from desktop.rules.canonical import content_hash
from desktop.rules.templates import Finding
from desktop.services import drafts
from desktop.services.commands import Asking, command
from desktop.services.records import find
from desktop.services.template_editions import body_of, newest
from desktop.words import LANGUAGES, Message, msg

A4_POINTS: Final = 595.28
FORMAT: Final = "satchel-template"
LARGEST: Final = 200_000
"""Characters of a file that a template is read from."""
SAME: Final = msg("Nothing has changed since this template was published last.")
AWAY: Final = msg("This template is not active; make it active first.")
NO_FILE: Final = msg("This file holds no template of Satchel.")
PUT_RIGHT: Final = msg("This template cannot be published yet: {why}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A template beside what of it was published last."""

    template: Template
    edition: TemplateVersion | None

    @property
    def changed(self) -> bool:
        """Whether it says something that was not published."""
        return self.edition is None or self.edition.content_hash != content_hash(body_of(self.template))


def named(store: Store, name_or_id: str) -> Template:
    """A template by its id or its name. Raises NotFound."""
    found = find(store, Template, name_or_id)
    assert isinstance(found, Template)
    return found


def standing(store: Store, template_id: UUID) -> Standing:
    """How a template stands. Raises NotFound."""
    template = named(store, template_id.hex)
    with store.reading() as session:
        return Standing(template, newest(session, template.id))


def every(store: Store) -> list[Standing]:
    """All templates by name."""
    with store.reading() as session:
        rows = select(Template).where(Template.deleted_at.is_(None)).order_by(Template.name, Template.id)
        return [Standing(one, newest(session, one.id)) for one in session.scalars(rows)]


def offered(store: Store) -> list[Template]:
    """What a quote may choose: what is active and was published."""
    return [one.template for one in every(store) if one.edition is not None and one.template.active]


def can_publish(template: Template, _asking: Asking) -> Message | None:
    """What was put away is not published."""
    return None if template.active else AWAY


@command(
    "template.publish",
    label=msg("Publish template"),
    on=Template,
    when=can_publish,
    icon="circle-check",
    offered=True,
    undoable=False,
    writes=(
        "template.edition",
        *(f"template_version.{name}" for name in TemplateVersion.fields()),
    ),
)
def publish(work: Work, template: Template) -> TemplateVersion:
    """Publish what the template says now as its next edition, once it has stood its trial."""
    body = body_of(template)
    last = newest(work.session, template.id)
    if last is not None and last.content_hash == content_hash(body):
        raise Refused(SAME)
    wrong = next((one for one in lint(body) if one.grave), None)
    if wrong is not None:
        raise Refused(PUT_RIGHT.of(why=wrong.words), field=wrong.field or None)
    edition = (last.edition or 0 if last is not None else 0) + 1
    made = TemplateVersion(
        template_id=template.id,
        edition=edition,
        name=template.name,
        body=body,
        content_hash=content_hash(body),
        published_at=work.now,
    )
    work.add(made)
    template.edition = edition
    return made


def lint(body: dict[str, Any]) -> list[Finding]:
    """Everything that can be said against a template: of itself, and of its paper under a stress sample."""
    found = templates.findings(body)
    if any(one.grave for one in found):
        return found
    for language in (*LANGUAGES, "both"):
        lines = 200 if language == "both" else 12
        wrong = tried(worn_by(stress(lines), body), language)
        if wrong is not None:
            return [*found, wrong]
    return found


def worn_by(
    snapshot: dict[str, Any], body: dict[str, Any], name: str = "", edition: int = 0
) -> dict[str, Any]:
    """A snapshot as it is printed by a template. Raises Refused where a text cannot be filled in."""
    return {**snapshot, "template": templates.pin(name, edition, body, snapshot)}


def shown(store: Store, template_id: UUID, quote_id: UUID | None = None) -> dict[str, Any]:
    """What the preview is made of: a quote, else a made-up one, by the template as it stands now."""
    template = named(store, template_id.hex)
    return worn_by(beneath(store, quote_id), body_of(template), template.name, template.edition or 0)


def beneath(store: Store, quote_id: UUID | None = None) -> dict[str, Any]:
    """The quote under the preview: this one, else the newest that has lines, else a made-up one."""
    if quote_id is None:
        with store.reading() as session:
            rows = select(Quote.id).where(Quote.deleted_at.is_(None), Quote.payable > 0)
            quote_id = session.scalars(rows.order_by(Quote.id.desc()).limit(1)).first()
    if quote_id is None:
        return sample()
    return {**drafts.load(store, quote_id).snapshot(), "template": templates.STANDARD}


def pictures(store: Store, template_id: UUID, language: str, width: int) -> list[Picture]:
    """The pages of the preview, `width` pixels wide. Raises Refused where it cannot be printed."""
    paper = quote_pdf(shown(store, template_id), language=language)
    return page_pictures(paper, width / A4_POINTS)


def palette(store: Store, language: str) -> list[tuple[str, Message, str]]:
    """The fields that a text may have, what each is called, and what it says in the quote that is shown."""
    snapshot = beneath(store)
    return [
        (name, words, merge_fields.value(name, snapshot, language))
        for name, words in merge_fields.PALETTE.items()
    ]


def written(template: Template) -> bytes:
    """A template as a file that another firm's Satchel can take over."""
    held = {"format": FORMAT, "name": template.name, "template": body_of(template)}
    return (json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read(data: bytes) -> dict[str, Any]:
    """The fields of a template out of such a file. Raises Refused."""
    try:
        text = data.decode("utf-8-sig")
        held = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError):
        raise Refused(NO_FILE) from None
    if not isinstance(held, dict) or held.get("format") != FORMAT or not isinstance(held.get("name"), str):
        raise Refused(NO_FILE)
    return {"name": held["name"][:120], **templates.fields(templates.checked(held.get("template")))}
