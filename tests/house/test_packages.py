"""What the project says it needs is what it imports, and every licence is on record."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house import licences
from tests.house.sources import ROOT, imported, modules

LOADED_BY_NAME = {
    "psycopg": "SQLAlchemy loads its drivers by the address of the database",
    "keyring": "kept for the passphrase in the system's key ring",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
PROGRAMS = {  # started, not imported
    *("pytest-cov", "pytest-qt", "pytest-randomly", "pytest-xdist", "setuptools"),
    *("import-linter", "mypy", "poethepoet", "ruff"),
}


def declared(*extras: str) -> set[str]:
    """Normalised names of what pyproject.toml asks for; `program` is what everybody gets."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"program": project["dependencies"], **project["optional-dependencies"]}
    lists = [groups[extra] for extra in extras]
    return {normal(re.split(r"[<>=!~;\[ ]", item)[0]) for items in lists for item in items}


def needed(*folders: str) -> set[str]:
    """Normalised names of the packages that the code imports."""
    names = {name.split(".")[0] for path in modules(*folders) for name in imported(path)}
    owners = packages_distributions()
    outside = names - sys.stdlib_module_names - {"desktop", "sync", "tests", "dev"}
    return {
        normal(owner)
        for name in outside
        for owner in pick(name, owners.get(name, [f"{name} (not installed)"]))
    }


def pick(name: str, owners: list[str]) -> list[str]:
    """PySide6 is shared by two of our packages; both are meant where it is imported."""
    return owners if name != "PySide6" else [owner for owner in owners if owner != "PySide6_Addons"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_program_imports_nothing_that_it_does_not_declare() -> None:
    assert needed("desktop", "sync") - declared("program", "server", "postgres") - {"shiboken6"} == set()


def test_the_program_declares_nothing_that_it_does_not_import() -> None:
    unused = declared("program", "server", "postgres") - needed("desktop", "sync") - set(LOADED_BY_NAME)
    assert unused == set()


def test_the_tests_import_nothing_that_is_not_declared() -> None:
    everything = declared("program", "server", "postgres", "dev") | {"shiboken6"}
    assert needed("tests") - everything == set()


def test_the_extra_for_developers_holds_nothing_idle() -> None:
    typed = {name for name in declared("dev") if name.startswith("types-")}
    assert declared("dev") - needed("tests") - PROGRAMS - typed == set()


def test_every_package_of_the_lock_has_its_licence_on_record() -> None:
    locked, known = licences.locked(), licences.recorded()
    assert {name: version for name, (version, _) in known.items()} == locked
    assert [name for name, (_, licence) in known.items() if not licence] == []


def test_no_licence_forbids_what_we_do() -> None:
    """A part under the GPL alone cannot be carried under Apache-2.0; LGPL and MPL parts stay replaceable."""
    forbidding = [name for name, (_, licence) in licences.recorded().items() if only_gpl(licence)]
    assert forbidding == []


def test_a_licence_that_forbids_it_would_be_seen() -> None:
    assert only_gpl("GPL-2.0-or-later")
    assert only_gpl("GNU General Public License v3 (GPLv3)")
    assert not only_gpl("LGPL-3.0-only OR GPL-2.0-only")
    assert not only_gpl("LGPL")


def only_gpl(licence: str) -> bool:
    """Whether every choice that the licence offers is a GPL or AGPL."""
    choices = re.split(r" OR |; ", licence)
    return all(re.search(r"(?<!L)GPL", choice) for choice in choices)


def test_the_lock_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links", lock) == []
