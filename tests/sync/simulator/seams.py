"""What stands in for a part of the product while a schedule runs: chance, clocks, programs of another day."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from desktop.models import changes, engines, fuse, record, sending
from desktop.services import quotes
from sync.client import driver
from sync.engine import repair
from sync.engine import round as rounds
from sync.protocol import upcast
from sync.protocol.ops import Op
from sync.protocol.versions import SCHEMA
from sync.server import intake, permission
from tests.sync.simulator import points

OLD = SCHEMA - 1
"""The record schema of a program before this one."""


@contextmanager
def virtual_ids(moment: Callable[[], datetime], rng: random.Random) -> Iterator[None]:
    """Ids that chance of our own decides, in the order of virtual time."""
    module: Any = record
    real = module.time, module.secrets, module._last  # noqa: SLF001

    class Clock:
        @staticmethod
        def time_ns() -> int:
            return int(moment().timestamp() * 1e9)

    class Chance:
        @staticmethod
        def randbits(bits: int) -> int:
            return rng.getrandbits(bits)

    module.time, module.secrets, module._last = Clock, Chance, 0  # noqa: SLF001
    try:
        with by_hand(), points.known(), older(), plain_paper(), prepared():
            yield
    finally:
        module.time, module.secrets, module._last = real  # noqa: SLF001


@contextmanager
def by_hand() -> Iterator[None]:
    """Commands may write what they do not declare: here people type into any field under any name.

    What each command may write is held by `tests/sync/server/test_permission*.py`.
    """
    asked: Any = permission
    covers = asked._covers  # noqa: SLF001
    asked._covers = lambda *_: True  # noqa: SLF001
    asked._field_rights.cache_clear()  # noqa: SLF001
    try:
        yield
    finally:
        asked._covers = covers  # noqa: SLF001
        asked._field_rights.cache_clear()  # noqa: SLF001


@contextmanager
def short_fuse(here: bool, share: int = fuse.SHARE) -> Iterator[None]:
    """In some worlds a few deletions of others are many: two, if they are one in `share` of all."""
    module: Any = fuse
    real = module.MANY, module.SHARE
    if here:
        module.MANY, module.SHARE = 1, share
    try:
        yield
    finally:
        module.MANY, module.SHARE = real


@contextmanager
def older() -> Iterator[None]:
    """An office that reads what the schema before this one wrote."""
    module: Any = intake
    real = module.upcast

    def up(op: Op, schema: int) -> Op:
        return upcast.upcast(op, schema, steps={OLD: _as_it_was})

    module.upcast = up
    try:
        yield
    finally:
        module.upcast = real


def _as_it_was(op: Op) -> Op:
    """The schemas differ in number alone; what a step may do is held by `test_upcast.py`."""
    return replace(op)


@contextmanager
def program(schema: int) -> Iterator[None]:
    """The laptop's side of sync as a program of this record schema."""
    modules: tuple[Any, ...] = (driver, rounds, repair, sending, changes)
    for module in modules:
        module.SCHEMA = schema
    try:
        yield
    finally:
        for module in modules:
            module.SCHEMA = SCHEMA


@contextmanager
def plain_paper() -> Iterator[None]:
    """Quotes are issued without drawing them: what is on paper is held elsewhere."""
    module: Any = quotes
    real = module.quote_pdf, module.calculator_test, module.sealed
    module.quote_pdf, module.calculator_test = (lambda *_, **__: b""), (lambda *_: None)
    module.sealed = SimpleNamespace(holder=lambda _: "", keep=lambda *_: b"")
    try:
        yield
    finally:
        module.quote_pdf, module.calculator_test, module.sealed = real


@contextmanager
def prepared() -> Iterator[None]:
    """Connections keep their statements: here no memory is wiped, for which the product keeps few.

    Nor are they asked at each name in a statement whether it attaches something: nothing here does.
    """
    module: Any = engines
    real = module.STATEMENTS, module._refuse_attach  # noqa: SLF001
    module.STATEMENTS, module._refuse_attach = 600, None  # noqa: SLF001
    try:
        yield
    finally:
        module.STATEMENTS, module._refuse_attach = real  # noqa: SLF001
