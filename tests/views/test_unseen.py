"""What a role is not shown is in no form, no list and no table that leaves; who sees it has it everywhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.records import Product
from desktop.models.store import Store
from desktop.services import exports
from desktop.views.cells import price
from desktop.views.lists import LISTS, Column
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_record


@pytest.mark.parametrize(("role", "shown"), [("rep", False), ("manager", True)])
def test_a_form_leaves_out_what_the_role_is_not_shown(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot, role: str, shown: bool
) -> None:
    store.become(replace(store.me(), role=role))
    window = window_on(store)
    window.open_record("product", next(iter(firm.products.values())))
    settle(window, qtbot)
    facts = the_record(window).facts.facts
    assert "price" in facts
    assert ("cost" in facts) is shown


@pytest.mark.parametrize(("role", "shown"), [("rep", False), ("manager", True)])
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_an_export_leaves_it_out(store: Store, tmp_path: Path, role: str, ending: str, shown: bool) -> None:
    store.become(replace(store.me(), role=role))
    path = tmp_path / f"products.{ending}"
    assert exports.export(store, Product, path, "en")
    text = path.read_text("utf-8-sig")
    heads = list(json.loads(text)[0]) if ending == "json" else text.splitlines()[0].split(",")
    assert any("price" in one.lower() for one in heads)
    assert any(one.lower() == "cost" for one in heads) is shown


def test_a_list_leaves_the_column_out() -> None:
    spec = LISTS["product"]
    wider = replace(spec, columns=(*spec.columns, Column("cost", price, 80)))
    assert wider.seen_by("rep").columns == spec.columns
    assert wider.seen_by("manager") == wider
    assert spec.seen_by("rep") == spec
