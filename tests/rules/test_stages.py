"""Stages: which step may follow which, and how each is called."""

import pytest

from desktop.rules.stages import OPPORTUNITY, QUOTE, StageSet


def test_an_opportunity_may_move_anywhere_but_not_stay() -> None:
    assert OPPORTUNITY.may_step("lead", "won")
    assert OPPORTUNITY.may_step("lost", "negotiation")
    assert not OPPORTUNITY.may_step("lead", "lead")


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("draft", "issued", True),
        ("draft", "accepted", False),
        ("issued", "accepted", True),
        ("issued", "superseded", True),
        ("expired", "accepted", False),
        ("superseded", "draft", False),
        ("accepted", "draft", True),
        ("unknown", "draft", False),
    ],
)
def test_a_quote_is_accepted_only_once_it_was_issued(old: str, new: str, allowed: bool) -> None:
    assert QUOTE.may_step(old, new) == allowed


@pytest.mark.parametrize("stages", [OPPORTUNITY, QUOTE])
def test_every_step_leads_from_a_stage_to_a_stage(stages: StageSet) -> None:
    codes = {stage.code for stage in stages.stages}

    assert set(stages.steps) == codes
    assert {target for targets in stages.steps.values() for target in targets} <= codes


def test_the_chance_to_win_grows_along_the_way() -> None:
    chances = [stage.percent for stage in OPPORTUNITY.stages if stage.open]

    assert chances == sorted(set(chances))
    assert (OPPORTUNITY.find("won").percent, OPPORTUNITY.find("lost").percent) == (100, 0)
    with pytest.raises(KeyError):
        OPPORTUNITY.find("parked")


def test_a_stage_knows_how_far_along_it_is() -> None:
    places = [OPPORTUNITY.place(code) for code, _ in OPPORTUNITY.choices]

    assert places == sorted(places)
    assert 0 < places[0] < 0.5
    assert places[-2:] == [1, 1]


@pytest.mark.parametrize("stages", [OPPORTUNITY, QUOTE])
def test_every_stage_is_said_in_chinese(stages: StageSet) -> None:
    for _, label in stages.choices:
        assert any("\u4e00" <= character <= "\u9fff" for character in label.in_language("zh")), label.text
