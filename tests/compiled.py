"""Statements are compiled once in a process of tests, not once for each of the many stores that it opens."""

from functools import lru_cache
from types import ModuleType
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.util import LRUCache

MOST: Final = 3_000
"""Statements that are kept; one store alone keeps 500."""


def compiled_once(module: ModuleType) -> None:
    """The engines that `module` makes share what they compiled, as those of one long-lived store do."""
    assert vars(module)["create_engine"] is create_engine
    vars(module)["create_engine"] = _sharing


def _sharing(*arguments: Any, **more: Any) -> Engine:
    engine = create_engine(*arguments, **more)
    dialect = engine.dialect
    kind: Any = type(dialect)
    dialect.__class__ = _alike(kind)
    dialect.__dict__["_type_memos"], engine._compiled_cache = _kept(kind)  # noqa: SLF001
    return engine


@lru_cache
def _alike(kind: type[Dialect]) -> type[Dialect]:
    """A dialect of that kind which finds what another one of it compiled."""

    def equal(one: object, other: object) -> bool:
        return type(one) is type(other)

    def hashed(one: object) -> int:
        return hash(type(one))

    means = {"supports_statement_cache": True, "__eq__": equal, "__hash__": hashed}
    return type(kind.__name__, (kind,), means)


@lru_cache
def _kept(_kind: type[Dialect]) -> tuple[Any, Any]:
    return WeakKeyDictionary(), LRUCache(MOST)
