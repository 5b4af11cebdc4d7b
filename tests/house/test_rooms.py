"""Every line has its room: names, sizes and docstrings of the files."""

import ast
from pathlib import Path

from tests.house.sources import ROOT, modules, named, tree

TOP = {
    *(
        "pyproject.toml",
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "LICENSE",
        "dev.py",
        "requirements.lock",
    ),
    *(".ci", ".gitignore", ".gitattributes", "desktop", "sync", "docs", "resources", "installer", "tests"),
}
LEFT_BY_TOOLS = {
    *(".git", ".venv", ".coverage", ".hypothesis", "build", "demo", "dist", "shots", "__pycache__"),
    *("satchel_crm.egg-info", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache"),
}
HOMELESS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "managers",
    "common",
    "base",
    "misc",
    "shared",
    "lib",
}
LONGEST_FILE = 500
LONGEST_FUNCTION = 60


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".coverage")}
    assert there - LEFT_BY_TOOLS - TOP == set()
    assert there >= TOP - {".gitattributes", "installer"}  # there is nothing to install yet


def test_every_module_says_its_place_in_the_house() -> None:
    silent = [named(path) for path in modules() if not spoken(path)]
    silent += [named(path) for path in modules("tests") if tree(path).body and not spoken(path)]
    assert silent == []


def test_no_file_or_folder_has_a_name_that_means_nothing() -> None:
    homeless = [named(path) for path in modules() if {path.stem, *path.parent.parts[-3:]} & HOMELESS]
    assert homeless == []


def test_files_stay_short_enough_to_read() -> None:
    long = [f"{named(path)}: {lines(path)} lines" for path in modules() if lines(path) > LONGEST_FILE]
    assert long == []


def test_functions_stay_short_enough_to_see_at_once() -> None:
    long = [
        f"{named(path)}: {node.name} has {length(node)} lines"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def spoken(path: Path) -> bool:
    return bool(ast.get_docstring(tree(path)))


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
