"""What a vault keeps for itself is written from two threads: neither forgets what the other one kept."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.models.leaving import ASIDE
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import asides, exports
from desktop.services.clashes import Clash, Clashed


def typed(city: str) -> Clashed:
    clash = Clash("city", "", "常州", city)
    return Clashed("customer", new_id(), (clash,), ())


def together(store: Store, monkeypatch: pytest.MonkeyPatch, key: str, act: Callable[[int], object]) -> None:
    """Two threads, of which the second begins when the first has read what is kept."""
    read, second = store.local, threading.Thread(target=act, args=(1,))

    def local(asked: str, default: Any = None) -> Any:
        found = read(asked, default)
        if asked == key and not second.ident:
            second.start()
            second.join(0.1)
        return found

    monkeypatch.setattr(store, "local", local)
    act(0)
    second.join()
    monkeypatch.undo()


def test_what_clashed_in_two_threads_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(place: int) -> None:
        asides.keep(store, [typed(f"{place}")], "customer.edit")

    together(store, monkeypatch, ASIDE, keep)
    kept = asides.find(store)
    assert sorted(one.mine for one in kept) == ["0", "1"]
    ids = [one.id for one in kept]
    together(store, monkeypatch, ASIDE, lambda place: asides.let_go(store, ids[place]))
    assert asides.find(store) == []


def test_two_exports_at_once_are_both_known(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    days = [store.clock().replace(day=1 + place) for place in range(2)]
    first = threading.get_ident()
    monkeypatch.setattr(store, "clock", lambda: days[threading.get_ident() == first])
    with monkeypatch.context() as within:
        together(
            store,
            within,
            exports.EXPORTED,
            lambda place: exports.export(store, Customer, tmp_path / f"{place}.csv", "en"),
        )
    assert len(store.local(exports.EXPORTED)) == 2
