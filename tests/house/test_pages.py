"""The pages that people read first are true: every path in them exists, every command is there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, named

PAGES = sorted(
    (ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"))
)
TOP = ("desktop/", "sync/", "docs/", "resources/", "installer/", "tests/")
PROMISED = (
    *(
        "add-a-record-type",
        "add-a-command",
        "add-a-field",
        "add-a-field-kind",
        "add-a-screen",
        "add-a-report",
    ),
    *("change-the-protocol", "change-a-price-rule"),
)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_path_on_the_page_exists(page: Path) -> None:
    assert [path for path in paths(page.read_text(encoding="utf-8")) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_on_the_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_task_on_the_page_can_be_run(page: Path) -> None:
    tasks = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    asked = set(re.findall(r"dev\.py ([a-z]+)", page.read_text(encoding="utf-8")))
    assert asked - set(tasks) - {"setup"} == set()


def test_a_page_that_lies_would_be_found() -> None:
    assert list(
        paths("see `desktop/rules/nowhere.py` and `desktop/words.py`, not `work.op(...)` or `a/b`")
    ) == [
        "desktop/rules/nowhere.py",
        "desktop/words.py",
    ]


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 dev.py run" in readme
    assert "python3 dev.py test" in readme
    assert "python3 dev.py test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_promised_how_to_is_there() -> None:
    assert {path.stem for path in (ROOT / "docs/how-to").glob("*.md")} >= set(PROMISED)


def test_decisions_are_numbered_without_gaps_and_give_reasons() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert [named(page) for page in pages if len(page.read_text(encoding="utf-8")) < 500] == []


def test_every_floor_is_in_the_picture() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    floors = [
        path for top in ("desktop", "sync") for path in (ROOT / top).iterdir() if path.suffix in {"", ".py"}
    ]
    names = {path.stem for path in floors} - {"__init__", "__pycache__"}
    assert {name for name in names if name not in picture} == set()


def paths(text: str) -> Iterator[str]:
    """What a page writes as a path of this project."""
    for word in re.findall(r"`([^`\s]+)`", text):
        if word.startswith(TOP) and not re.search(r"[*{<(]", word):
            yield word.split(":")[0]
