"""There is one door for writing: a Core statement or SQL text elsewhere would slip past the change log."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import ROOT, modules, named, tree

INSIDE = ("desktop/models/", "sync/server/")  # the store and the office's own tables
STATEMENTS = {"insert", "update", "delete"}
SQL = re.compile(
    r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.IGNORECASE
)


def test_nothing_is_written_beside_the_change_log() -> None:
    outside = [path for path in modules() if not named(path).startswith(INSIDE)]
    assert [found for path in outside for found in writes(tree(path), named(path))] == []


def test_a_write_beside_the_log_would_be_seen() -> None:
    bad = """
from sqlalchemy import insert
from sqlalchemy.dialects.sqlite import insert as upsert
import sqlalchemy as sa
sa.update(quote)
table.insert()
Quote.__table__.delete()
connection.exec_driver_sql("DELETE FROM quote")
"""
    assert len(list(writes(ast.parse(bad), "bad.py"))) == 6


def test_reading_and_plain_python_are_left_alone() -> None:
    good = """
from sqlalchemy import select
names.insert(0, "a")
counts.update(other)
text = "please delete from the list"
"""
    assert list(writes(ast.parse(good), "good.py")) == []


def test_the_store_itself_is_what_the_rule_protects() -> None:
    assert all((ROOT / folder).is_dir() for folder in INSIDE)


def writes(module: ast.Module, name: str) -> Iterator[str]:
    """Each place that builds an INSERT, UPDATE or DELETE without the session."""
    for node in ast.walk(module):
        if found := imported_statement(node) or called_statement(node) or literal_statement(node):
            yield f"{name}:{getattr(node, 'lineno', 0)}: {found}"


def imported_statement(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
        return ", ".join(alias.name for alias in node.names if alias.name in STATEMENTS)
    return ""


def called_statement(node: ast.AST) -> str:
    """`sqlalchemy.update(…)`, `table.insert()`, `Quote.__table__.delete()`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    owner = ast.unparse(node.func.value)
    of_sqlalchemy = owner in {"sa", "sqlalchemy"} or owner.endswith("__table__") or owner == "table"
    return f"{owner}.{node.func.attr}" if node.func.attr in STATEMENTS and of_sqlalchemy else ""


def literal_statement(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
        return node.value.strip()[:40]
    return ""


def test_every_file_of_the_store_is_below_the_services() -> None:
    above = [named(path) for path in modules("desktop/services", "desktop/views") if opens_the_store(path)]
    assert above == []


def opens_the_store(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("sqlcipher3", "sqlite3"))
        for node in ast.walk(tree(path))
    )
