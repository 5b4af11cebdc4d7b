"""A short run of what `dev.py prove` does for as long as wanted; and that it would see what may not be."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.rules.roles import ALL, ROLES
from sync.server import metrics, openapi
from tests.sync.server import fuzz_api


def test_whatever_the_description_allows_the_office_answers(tmp_path: Path) -> None:
    world = fuzz_api.fuzz(tmp_path / "office", seed=7, examples=10)
    assert world.violations == []
    operations = {page.name for page in (*openapi.PAGES, *openapi.KEPT)}
    customers = {page.name for page in openapi.OPEN}  # no address that is made up opens anything
    assert {name for name, _ in world.answers} == operations | customers
    assert not customers & world.reached()
    assert len(world.reached()) >= 0.8 * len(operations), operations - world.reached()
    refused = {status for _, status in world.answers if status >= 400}
    assert refused >= {400, 401, 404}


def test_a_row_outside_the_role_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROLES, "rep", replace(ROLES["rep"], scope=ALL))
    world = fuzz_api.fuzz(tmp_path / "office", seed=1, examples=6)
    assert any("was shown" in violation for violation in world.violations)


def test_a_failure_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("of our own making")

    monkeypatch.setattr(metrics.Metrics, "text", broken)
    world = fuzz_api.fuzz(tmp_path / "office", seed=1, examples=1)
    assert any("500" in violation for violation in world.violations)
    assert "of our own making" in capfd.readouterr().err
