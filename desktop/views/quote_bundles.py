"""Choosing the parts of a bundle in the menu of the quote page: each press takes one in or out."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from desktop.models.records import QuoteLine
from desktop.services import bundles
from desktop.services.bundles import Offered
from desktop.services.drafts import QuoteDraft
from desktop.views.desk import Desk
from desktop.words import Message, msg, verbatim

Act = tuple[Message, Callable[[], object]]
CHOSEN: Final = msg("Parts chosen")


def acts(desk: Desk, draft: QuoteDraft, line: QuoteLine | None, do: Callable[..., Any]) -> list[Act]:
    """What can be taken into the bundle of this line, or out of it."""
    whole = line
    if line is not None and line.bundle_id is not None:
        whole = next((one for one in draft.lines if one.id == line.bundle_id), None)
    if whole is None:
        return []
    found = bundles.offered(desk.store, whole)
    return [
        (_words(each), partial(_press, do, whole, found, each))
        for each in found
        if each.part.inclusion != "required" or not each.chosen
    ]


def _words(each: Offered) -> Message:
    said = msg("Without “{part}”") if each.chosen else msg("With “{part}”")
    words = said.of(part=each.part.name)
    if not each.part.group:
        return words
    return msg("{group}: {what}").of(group=verbatim(each.part.group), what=words)


def _press(do: Callable[..., Any], whole: QuoteLine, found: Sequence[Offered], pressed: Offered) -> None:
    """The part in or out; where one of a group is chosen, it takes the other one's place."""
    wanted = {one.part.product for one in found if one.chosen} ^ {pressed.part.product}
    if not pressed.chosen and pressed.part.group and pressed.part.choose == 1:
        others = {one.part.product for one in found if one.part.group == pressed.part.group}
        wanted -= others - {pressed.part.product}
    do("quote.choose_parts", CHOSEN, line_id=whole.id, product_ids=sorted(wanted))
