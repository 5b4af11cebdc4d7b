"""A quote rebuilt from its PDF and its schedule pass the office, and a colleague holds what was built."""

from pathlib import Path

from desktop.models.records import Quote
from desktop.services import commands, drafts, quote_schedule, rebuilding
from tests.sync.pair import pairs

assert quote_schedule.TITLE  # their commands are registered
assert rebuilding.OFFER


def test_the_office_takes_what_was_rebuilt_and_hands_it_on(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        ann = pair.ann
        content = pair.draft(ann).snapshot(number="Q1")
        content["customer"] |= {"id": "", "name": {"zh": "别家客户", "en": ""}, "tax_id": ""}
        made = commands.run(ann, ann.me(), "quote.rebuild", content=content).value
        commands.run(ann, ann.me(), "quote.schedule", made.id, text="3-6-1")
        pair.meet()
        assert made.id in {each.id for each in pair.all(pair.bob, Quote)}
        there, here = (drafts.load(store, made.id).snapshot() for store in (pair.bob, ann))
        assert [step["percent"] for step in there["milestones"]] == ["30", "60", "10"]
        assert there["lines"] == here["lines"]
        assert there["totals"] == content["totals"]
