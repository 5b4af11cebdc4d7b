"""The number of the record schema: what fields and operations mean. Laptop and office may differ in it."""

from typing import Final

SCHEMA: Final = 1
"""Counts up where an operation written before would no longer be read as it was meant; new fields alone do
not need it. Each count has its step in `sync/protocol/upcast.py`.
"""
