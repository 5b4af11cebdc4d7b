"""The payment schedule of a quote from the command line: quote schedule."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.models.records import Quote
from desktop.rules import schedule
from desktop.services import commands, drafts, quote_schedule, records


def of_quote(kinds: Any) -> None:
    """Add `quote schedule` to the subcommands of quotes."""
    area = kinds.add_parser("schedule", help="when how much is paid: 3-6-1, or each step in words")
    area.add_argument("id", metavar="ID")
    area.add_argument(
        "steps", nargs="*", metavar="STEP", help="3-6-1, or “Deposit 30%% on signing”; shown without"
    )
    area.set_defaults(run=pay)


def pay(console: Console, chosen: argparse.Namespace) -> None:
    """Set the schedule where one is given; prints each step with what it comes to."""
    quote = records.find(console.store, Quote, chosen.id)
    if chosen.steps:
        text = "\n".join(chosen.steps)
        commands.run(console.store, console.actor, "quote.schedule", quote.id, text=text)
    draft = drafts.load(console.store, quote.id)
    steps = list(draft.revision.milestones or ())
    amounts = schedule.amounts(steps, *quote_schedule.money_of(draft)) if steps else []
    lines = [
        f"{amount:>14}  {line}"
        for amount, line in zip(amounts, schedule.written(steps).splitlines(), strict=True)
    ]
    told = [{**step, "amount": amount} for step, amount in zip(steps, amounts, strict=True)]
    console.result({"id": quote.id.hex, "steps": told}, "\n".join(lines) or "—")
