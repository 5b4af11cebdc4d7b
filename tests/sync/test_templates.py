"""A template is published by the office, and printed by on every laptop."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.template_sample import sample
from desktop.models.records import TemplateVersion
from desktop.models.store import Store
from desktop.services import commands, drafts, templates
from tests.sync.pair import pairs


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def test_what_one_publishes_the_other_prints_by_and_issues_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "stress", lambda _count: sample())
    with pairs(tmp_path) as pair:
        made = run(pair.ann, "template.new", values={"name": "蓝", "accent": "#1F5FA8", "foot": "{{number}}"})
        edition = run(pair.ann, "template.publish", made.id)
        pair.meet()
        assert [one.content_hash for one in pair.all(pair.bob, TemplateVersion)] == [edition.content_hash]
        quote = pair.draft(pair.bob)
        run(pair.bob, "quote_revision.edit", quote.revision.id, values={"template_id": made.id})
        run(pair.bob, "quote.issue", quote.quote.id)
        pair.meet()
        for store in (pair.ann, pair.bob):
            held = drafts.load(store, quote.quote.id).snapshot()["template"]
            assert (held["version"], held["hash"]) == (1, edition.content_hash)
