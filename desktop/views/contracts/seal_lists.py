"""The lists of the firm's seals and of their releases; the settings and the palette lead there."""

from typing import Final

from desktop.views import cells
from desktop.views.lists import LISTS, Column, ListSpec, View
from desktop.words import msg

SPECS: Final = (
    ListSpec(
        "company_seal",
        "shield-check",
        (
            Column("name", cells.title, 240, 3, 9),
            Column("kind", cells.choice, 150, 0, 8),
            Column("active", cells.text, 80, 0, 5),
        ),
        (View("all", msg("All")),),
        order="name",
        descending=False,
        why_empty=msg("The firm's seals as pictures, which are printed on contracts under a release."),
    ),
    ListSpec(
        "seal_release",
        "shield-check",
        (
            Column("name", cells.title, 190, 2, 9),
            Column("owner_id", cells.link, 150, 1, 8),
            Column("subject", cells.choice, 110, 0, 5),
            Column("most", cells.number, 100, 0, 7, right=True),
            Column("valid_from", cells.text, 110, 0, 5),
            Column("valid_until", cells.text, 110, 0, 7),
            Column("granted_by_id", cells.link, 140, 1, 4),
        ),
        (View("all", msg("All")),),
        order="valid_until",
        why_empty=msg("Who may print with which seal, how often and until when."),
    ),
)
LISTS.update({spec.kind: spec for spec in SPECS})
