"""Files from the command line: import tables and vCards, export records."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.console import Console
from desktop.services import exports, imports, records
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    bring = areas.add_parser("import", help="bring records in from CSV, XLSX or vCard")
    bring.add_argument("file", metavar="FILE")
    bring.add_argument("--as", dest="kind", choices=imports.KINDS, required=True)
    bring.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    bring.set_defaults(run=bring_in)
    take = areas.add_parser("export", help="write all records of a type to .csv, .xlsx or .json")
    take.add_argument("record", metavar="RECORD")
    take.add_argument("--to", required=True, metavar="FILE")
    take.set_defaults(run=take_out)


def bring_in(console: Console, chosen: argparse.Namespace) -> None:
    """Import a file; prints what came in, what was refused and why."""
    plan = imports.plan(imports.read(Path(chosen.file)), chosen.kind)
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


def take_out(console: Console, chosen: argparse.Namespace) -> None:
    """Export all records of a type."""
    cls = records.record_type(chosen.record)
    count = exports.export(console.store, cls, Path(chosen.to), console.language)
    console.result({"file": chosen.to, "records": count}, msg("{count} written.").of(count=count))
