"""The papers of an order from the command line: printed or sealed, and the order as data."""

import argparse
from pathlib import Path

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.models.records import Order
from desktop.services import commands, order_chain, order_files, order_papers, records
from desktop.words import msg


def pdf(console: Console, chosen: argparse.Namespace) -> None:
    """Write one of its papers."""
    order = order_chain.load(console.store, records.find(console.store, Order, chosen.id).id).order
    kind = chosen.paper or "order"
    if kind not in order_papers.KINDS:
        known = ", ".join(order_papers.KINDS)
        raise Refused(msg("There is no paper “{name}”: {known}.").of(name=kind, known=known))
    batch = int(chosen.batch) if chosen.batch.isdecimal() else None
    if chosen.seal:
        commands.run(console.store, console.actor, "order.seal", order.id, kind=kind, of_batch=batch)
    language = chosen.paper_language or None
    if language not in (None, "zh", "en", "both"):
        raise Refused(msg("A paper speaks zh, en or both."))
    made = order_papers.paper(console.store, order.id, kind, batch=batch, language=language)
    target = write(chosen.to or f"{order.number or order.id.hex} {kind}.pdf", made)
    console.result({"id": order.id.hex, "paper": kind, "file": str(target)}, str(target))


def orderx(console: Console, chosen: argparse.Namespace) -> None:
    """Write the order as Order-X data."""
    order = order_chain.load(console.store, records.find(console.store, Order, chosen.id).id).order
    made = order_files.order_data(console.store, order.id, country=chosen.country or order_files.CHINA)
    target = write(chosen.to or f"{order.number} order-x.xml", made)
    console.result({"id": order.id.hex, "file": str(target)}, str(target))


def write(name: str, made: bytes) -> Path:
    """Write a file. Raises Refused where that cannot be."""
    target = Path(name)
    try:
        target.write_bytes(made)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=target, why=error.strerror)) from None
    return target
