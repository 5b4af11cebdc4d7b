"""Files from the command line: import tables and vCards, export records."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli import price_files
from desktop.cli.console import Console
from desktop.services import bulk, card_exports, exports, import_updates, imports, records
from desktop.words import msg

MOST_SHOWN = 20
NOTHING = "\N{EM DASH}"


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    bring = areas.add_parser("import", help="bring records in from CSV, XLSX or vCard")
    bring.add_argument("file", metavar="FILE", nargs="+", help="or: prices FILE --book NAME, or: rates FILE")
    bring.add_argument("--as", dest="kind", choices=imports.KINDS)
    price_files.of_import(bring)
    bring.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    bring.add_argument(
        "--update",
        metavar="BY",
        nargs="?",
        const="",
        help="rows that are here get newer values; known again by this column, or the surest one",
    )
    bring.add_argument("--only-known", action="store_true", help="with --update: add nothing")
    bring.set_defaults(run=bring_in)
    take = areas.add_parser("export", help="write all records of a type to .csv, .xlsx, .json or .vcf")
    take.add_argument("record", metavar="RECORD")
    take.add_argument("--to", required=True, metavar="FILE")
    take.add_argument("--vcard", choices=card_exports.VERSIONS, default="3.0", help="of a .vcf: its version")
    take.set_defaults(run=take_out)


def bring_in(console: Console, chosen: argparse.Namespace) -> None:
    """Import a file; prints what came in, what was refused and why."""
    if price_files.bring_in(console, chosen):
        return
    chosen.file = price_files.only(chosen)
    plan = imports.plan(imports.read(Path(chosen.file)), chosen.kind)
    if chosen.update is not None:
        _update(console, chosen, plan)
        return
    said: dict[str, Any] = {
        "file": chosen.file,
        "encoding": plan.source,
        "rows": len(plan.rows) + len(plan.rejects),
        "columns": {title: name for title, name in plan.columns if name},
        "kept": plan.kept,
        "rejects": [
            {"row": one.number, "reason": console.say(one.reason), "cells": list(one.cells)}
            for one in plan.rejects
        ],
    }
    said["warnings"] = [{"row": one.number, "reason": console.say(one.reason)} for one in plan.warnings]
    if chosen.dry_run:
        imports.meet(console.store, plan)
        counts: dict[str, int] = {}
        for row in plan.rows:
            for record in row.records:
                counts[record.__tablename__] = counts.get(record.__tablename__, 0) + 1
        said |= {"dry_run": True, "records": counts}
    else:
        report = imports.carry_out(console.store, console.actor, plan)
        said |= {"records": report.records, "batch": report.batch.hex}
    said["imported"] = len(plan.rows)
    said["duplicates"] = [
        {"row": one.number, "title": one.title, "by": one.by, "reason": console.say(one.reason)}
        for one in plan.doubles
    ]
    notes = [(one.number, one.reason) for one in plan.rejects]
    notes += [(one.number, one.reason) for one in plan.warnings]
    notes += [(one.number, one.reason) for one in plan.doubles]
    for number, reason in notes:
        console.line(console.say(msg("Row {number}: {reason}").of(number=number, reason=reason)))
    console.result(
        said,
        msg("{rows} rows in, {rejects} refused; “satchel undo” takes all back.").of(
            rows=len(plan.rows), rejects=len(plan.rejects)
        ),
    )


def _update(console: Console, chosen: argparse.Namespace, made: imports.Plan) -> None:
    """Newer values into what is here; with --dry-run they are only shown."""
    store, actor = console.store, console.actor
    key = (
        chosen.update or import_updates.best_key(store, made) or next(iter(import_updates.keys_of(made)), "")
    )
    plan = import_updates.plan(store, actor, made, key, add=not chosen.only_known)
    said: dict[str, Any] = {
        "by": key,
        "known": plan.known,
        "same": plan.same(),
        "changes": [
            {
                "id": line.record.hex,
                "title": console.say(line.title),
                "field": line.field,
                "old": plan.shown(line, line.old, console.language),
                "new": plan.shown(line, line.new, console.language),
            }
            for line in plan.changing()
            if isinstance(line, import_updates.Change)
        ],
    }
    refused = [(line.record, line.refused) for line in plan.refused() if line.refused]
    facts = {"count": len(plan.records()), "added": len(plan.added), "same": plan.same()}
    text = msg("{count} would change, {added} would be added, {same} are so already, {refused} refused.")
    if not chosen.dry_run:
        report = import_updates.carry_out(store, actor, plan)
        refused += list(report.refused)
        said["clashes"] = [one.facts for one in report.clashes]
        facts |= {"count": report.saved, "added": report.added}
        text = msg("{count} changed, {added} added, {same} were so already, {refused} refused.")
    said |= {"changed": facts["count"], "added": facts["added"]}
    said["refused"] = [{"id": one.hex, "why": console.say(why)} for one, why in refused]
    for change in said["changes"][:MOST_SHOWN] if chosen.dry_run else ():
        console.line(f"{change['title']}: {change['old'] or NOTHING} → {change['new'] or NOTHING}")
    for _one, why in refused:
        console.line(console.say(why))
    console.result(said, text.of(**facts, refused=len(refused)))


def take_out(console: Console, chosen: argparse.Namespace) -> None:
    """Export all records of a type."""
    cls = records.record_type(chosen.record)
    if Path(chosen.to).suffix.lower() == ".vcf" and cls.__tablename__ in card_exports.KINDS:
        ids = bulk.ids_of(console.store, cls.__tablename__)
        count = card_exports.write(console.store, ids, Path(chosen.to), chosen.vcard)
        console.result({"file": chosen.to, "records": count}, msg("{count} written.").of(count=count))
        return
    count = exports.export(console.store, cls, Path(chosen.to), console.language)
    console.result({"file": chosen.to, "records": count}, msg("{count} written.").of(count=count))
