"""A laptop, an office with two laptops, for the stories that ask; one starter starts all processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.people import Laptop, Office, Starter


@pytest.fixture
def laptop(starter: Starter, tmp_path: Path) -> Laptop:
    """A laptop with an empty vault."""
    return Laptop.new(starter, tmp_path / "laptop")


@pytest.fixture
def selling(laptop: Laptop) -> Laptop:
    """A laptop with a firm, products and one customer."""
    laptop.catalogue()
    laptop.json("new", "customer", "name=苏州星河精密机械有限公司", "phone=0512-6288 8899")
    return laptop


@pytest.fixture
def office(starter: Starter, tmp_path: Path) -> Iterator[Office]:
    """An office that answers, with two people of one team."""
    office = Office(starter, tmp_path / "office")
    office.open()
    office.admin("user", "add", "林一鸣", "--team", "华东", "--role", "rep")
    office.admin("user", "add", "沈清", "--team", "华东", "--role", "office")
    yield office
    office.close()


@pytest.fixture
def pair(starter: Starter, office: Office, tmp_path: Path) -> tuple[Laptop, Laptop]:
    """A rep's laptop and the office's, both enrolled and in step."""
    rep, desk = (Laptop.new(starter, tmp_path / name) for name in ("rep", "desk"))
    office.enrol(rep, "林一鸣")
    office.enrol(desk, "沈清")
    for laptop in (rep, desk):
        laptop.json("sync")
    return rep, desk
