"""Templates of paper: tried, published as editions that stay, chosen by quotes, pinned by what was issued."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DatabaseError

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.documents.template_sample import sample, stress
from desktop.documents.template_try import tried
from desktop.errors import NotAllowed, Refused
from desktop.models.records import Template
from desktop.models.store import Store
from desktop.rules.canonical import content_hash
from desktop.rules.templates import STANDARD, body
from desktop.services import commands, drafts, quotes, templates
from tests.stores import customer, firm, product, quote

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def template(store: Store, **values: Any) -> Template:
    made = run(store, "template.new", values={"name": "蓝色", "accent": "#1F5FA8", **values})
    assert isinstance(made, Template)
    return made


@pytest.fixture(autouse=True)
def quick_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial itself has a test of its own; here a few lines do."""
    monkeypatch.setattr(templates, "stress", lambda _count: sample())


@pytest.fixture
def offer(store: Store) -> UUID:
    firm(store)
    return quote(store, (product(store).id, "2"), to=customer(store)).id


def pinned(store: Store, offer: UUID) -> Any:
    return drafts.load(store, offer).snapshot()["template"]


def test_without_a_published_template_the_built_in_one_is_pinned_as_ever(store: Store, offer: UUID) -> None:
    made = template(store, usual=True)
    assert pinned(store, offer) == STANDARD  # a draft of a template prints nothing
    run(store, "template.publish", made.id)
    assert pinned(store, offer)["name"] == "蓝色"
    run(store, "template.edit", made.id, values={"active": False})
    assert pinned(store, offer) == STANDARD


def test_a_quote_pins_its_edition_and_prints_the_same_bytes_whatever_is_published_later(
    store: Store, offer: UUID
) -> None:
    made = template(store, closing="致 {{customer.name}}", closing_en="To {{customer.name}}", show_tax=False)
    first = run(store, "template.publish", made.id)
    revision = drafts.load(store, offer).revision
    run(store, "quote_revision.edit", revision.id, values={"template_id": made.id})
    issued = run(store, "quote.issue", offer)
    shot = drafts.load(store, offer).snapshot()
    held = shot["template"]
    assert (held["version"], held["hash"]) == (1, first.content_hash)
    assert held["look"]["closing"]["zh"].startswith("致 苏州")
    before = quote_pdf(shot)
    run(store, "template.edit", made.id, values={"accent": "#B42325", "closing": ""})
    assert run(store, "template.publish", made.id).edition == 2
    assert drafts.load(store, offer).snapshot() == shot
    assert quote_pdf(shot) == before
    assert quotes.paper(store, offer) == issued
    calculator_test(issued, shot)
    run(store, "quote.revise", offer)
    assert pinned(store, offer)["version"] == 2  # the next revision is printed by what holds now
    with pytest.raises(Refused):
        run(store, "quote_revision.edit", revision.id, values={"template_id": None})


def test_an_edition_never_changes_and_nothing_is_published_twice(store: Store) -> None:
    made = template(store)
    edition = run(store, "template.publish", made.id)
    assert edition.content_hash == content_hash(edition.body)
    with pytest.raises(Refused, match="Nothing has changed"):
        run(store, "template.publish", made.id)
    with pytest.raises(Refused):
        run(store, "template_version.edit", edition.id, values={"name": "x"})
    with pytest.raises(Refused):
        run(store, "template.edit", made.id, values={"edition": 7})
    with pytest.raises(DatabaseError, match="never changes"), store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE template_version SET body = '{}'")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"accent": "#FFE066"}, "accent"),  # illegible on white
        ({"accent": "blue"}, "accent"),
        ({"closing": "{{customer.secret}}"}, "closing"),
        ({"closing_en": "{{customer.name"}, "closing_en"),
        ({"opening": "{% for x in y %}{{ 7*7 }}"}, "opening"),
    ],
)
def test_what_no_paper_could_be_made_from_is_refused_under_its_field(
    store: Store, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        template(store, **values)
    assert caught.value.field == field


def test_a_character_that_no_face_has_keeps_a_template_from_being_published(store: Store) -> None:
    made = template(store, foot="\U0001f600")
    with pytest.raises(Refused, match="cannot be published yet"):
        run(store, "template.publish", made.id)


def test_a_rep_chooses_among_templates_and_changes_none(store: Store, offer: UUID) -> None:
    made = template(store)
    run(store, "template.publish", made.id)
    me = store.me()
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})
    for name, values in (("template.edit", {"values": {"name": "x"}}), ("template.publish", {})):
        with pytest.raises(NotAllowed):
            run(store, name, made.id, **values)
    revision = drafts.load(store, offer).revision
    run(store, "quote_revision.edit", revision.id, values={"template_id": made.id})
    assert pinned(store, offer)["name"] == "蓝色"


def test_a_template_goes_out_and_comes_in_as_it_was_and_nothing_else_comes_in(store: Store) -> None:
    made = template(store, closing="谢谢", closing_en="Thanks", show_sku=False, margins="wide")
    file = templates.written(made)
    again = run(store, "template.new", values=templates.read(file))
    assert templates.written(again) == file
    held = json.loads(file)
    for wrong in (
        b"%PDF-1.7",
        b"[" * 100_000,
        json.dumps({**held, "format": "other"}).encode(),
        json.dumps({**held, "template": {**held["template"], "script": "x"}}).encode(),
        json.dumps({**held, "template": {**held["template"], "accent": "url(x)"}}).encode(),
        json.dumps({**held, "template": {**held["template"], "show": {"totals": False}}}).encode(),
    ):
        with pytest.raises(Refused):
            templates.read(wrong)


def test_the_stress_sample_stands_every_margin_and_every_column_left_off() -> None:
    whole = body({"margins": "narrow", "opening": "甲\n乙", "opening_en": "a\nb", "sequence": "terms"})
    bare = {f"show_{name}": False for name in ("logo", "sku", "detail", "unit", "tax")}
    for made in (whole, body({"margins": "wide", **bare})):
        shot = templates.worn_by(stress(9), made)
        for language in ("zh", "en", "both"):
            assert tried(shot, language) is None
