"""The project as its own tests read it: which files there are, and their syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PROGRAM: Final = ("desktop", "sync")
OWN: Final = (*PROGRAM, "tests", "docs", "installer", ".ci", "resources")
TEXT: Final = {
    ".py",
    ".md",
    ".toml",
    ".po",
    ".txt",
    ".json",
    ".csv",
    ".css",
    ".html",
    ".js",
    ".nsi",
    ".spec",
    "",
}

THEIRS: Final = ("resources/licences/", "resources/fonts/", "tests/data/")  # kept as they came


def named(path: Path) -> str:
    """The path as the project calls it."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file below the folders, or of the program."""
    found = (path for folder in folders or PROGRAM for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def texts() -> Iterator[Path]:
    """Every text file of the project; what the environment, caches and other people made is left out."""
    top = (
        path for path in ROOT.iterdir() if path.is_file() and path.name[0] != "." and path.suffix != ".lock"
    )
    below = (path for folder in OWN for path in (ROOT / folder).rglob("*") if path.is_file())
    for path in sorted((*top, *below)):
        theirs = path.name == "LICENSE" or named(path).startswith(THEIRS)
        if path.suffix in TEXT and "__pycache__" not in path.parts and not theirs:
            yield path


def imported(path: Path, *, at_start: bool = False) -> set[str]:
    """The modules that a file imports by their full names; `at_start` leaves out those inside functions."""
    nodes = top_level(tree(path)) if at_start else ast.walk(tree(path))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module}
    return found


def top_level(module: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run on import."""
    for node in ast.iter_child_nodes(module):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from top_level(node)
