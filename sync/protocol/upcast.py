"""Ops of an older record schema, read as they were meant: a laptop that was away for a year still uploads.

A step takes an op of one schema to the next and touches nothing else: no number, no base, no unknown field.
The chain of hashes is of what was written, so it is checked before.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sync.protocol.ops import Op
from sync.protocol.versions import SCHEMA

Step = Callable[[Op], Op]

STEPS: Final[Mapping[int, Step]] = {}
"""What takes an op of schema N to N + 1, by N."""


def upcast(op: Op, schema: int, *, to: int = SCHEMA, steps: Mapping[int, Step] = STEPS) -> Op:
    """The op as schema `to` writes it; one of a newer schema stays as it is, what is unknown is kept."""
    for number in sorted(steps):
        if schema <= number < to:
            op = steps[number](op)
    return op
