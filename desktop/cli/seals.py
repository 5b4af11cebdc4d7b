"""Seals of the firm from the command line: kept, released, chosen for a contract."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.models.kinds import Day
from desktop.models.records import CompanySeal, Contract, SealRelease, User
from desktop.models.records.seals import SEALS
from desktop.services import attachments, commands, records, seals
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("seal", help="keep, release, releases: seals of the firm and who may print them")
    kinds = area.add_subparsers(metavar="ACTION", required=True)
    kept = kinds.add_parser("keep", help="a seal with its picture; of one that there is another picture")
    kept.add_argument("name", metavar="NAME")
    kept.add_argument("picture", metavar="FILE", help="PNG or JPEG; a white ground becomes transparent")
    kept.add_argument("--kind", choices=[code for code, _ in SEALS], default="contract")
    kept.set_defaults(run=keep)
    given = kinds.add_parser("release", help="somebody may print with it: so often, until a day")
    given.add_argument("seal", metavar="SEAL")
    given.add_argument("person", metavar="PERSON")
    given.add_argument("--times", type=int, required=True, metavar="N")
    given.add_argument("--from", dest="begins", metavar="DAY", help="today if left out")
    given.add_argument("--until", required=True, metavar="DAY")
    given.set_defaults(run=release)
    listed = kinds.add_parser("releases", help="what was released to you, and why it does not count now")
    listed.set_defaults(run=releases)


def of_contract(kinds: Any) -> None:
    """Add `contract seal` to the subcommands of contracts."""
    chosen = kinds.add_parser("seal", help="print a draft with a released seal; without RELEASE with none")
    chosen.add_argument("id", metavar="ID")
    chosen.add_argument("release", nargs="?", metavar="RELEASE")
    chosen.set_defaults(run=put)


def keep(console: Console, chosen: argparse.Namespace) -> None:
    """Keep a seal and its picture."""
    data = attachments.read_file(Path(chosen.picture))
    with console.store.reading() as session:
        known = session.query(CompanySeal).filter_by(name=chosen.name, deleted_at=None).first()
    if known is None:
        values = {"name": chosen.name, "kind": chosen.kind}
        known = commands.run(console.store, console.actor, "company_seal.new", values=values).value
    commands.run(console.store, console.actor, "company_seal.picture", known.id, data=data)
    console.result({"id": known.id.hex, "name": chosen.name}, msg("Seal {name}").of(name=chosen.name))


def release(console: Console, chosen: argparse.Namespace) -> None:
    """Release a seal to a person; it counts once the office has signed it."""
    store = console.store
    seal: Any = records.find(store, CompanySeal, chosen.seal)
    person: Any = records.find(store, User, chosen.person)
    if not seals.seal_picture(seal):
        raise Refused(seals.NO_PICTURE)
    values = {
        "seal_id": seal.id,
        "owner_id": person.id,
        "most": chosen.times,
        "valid_from": Day().parse(chosen.begins or "") or seals.today_of(store),
        "valid_until": Day().parse(chosen.until),
    }
    made = commands.run(store, console.actor, "seal_release.new", values=values).value
    console.result(
        {"id": made.id.hex, "seal": seal.id.hex, "person": person.id.hex},
        msg("“{name}” is released to {who}; sync, so that the office signs it.").of(
            name=seal.name, who=person.name
        ),
    )


def releases(console: Console, _chosen: argparse.Namespace) -> None:
    """What this person may print with."""
    found = seals.offered(console.store)
    facts = [
        {
            "id": one.id.hex,
            "name": one.name,
            "until": one.valid_until.isoformat() if one.valid_until else "",
            "most": one.most,
            "used": seals.used(console.store, one.id),
            "refused": console.say(why) if why is not None else "",
        }
        for one, why in found
    ]
    console.result(
        facts,
        "\n".join(
            f"{one['name']}  {one['used']}/{one['most']}  {one['until']}  {one['refused']}".rstrip()
            for one in facts
        ),
    )


def put(console: Console, chosen: argparse.Namespace) -> None:
    """Choose the seal that a draft is printed with."""
    contract = records.find(console.store, Contract, chosen.id)
    given: Any = records.find(console.store, SealRelease, chosen.release) if chosen.release else None
    commands.run(
        *(console.store, console.actor, "contract.put_seal", contract.id),
        release_id=given.id if given is not None else None,
    )
    name = given.name if given is not None else ""
    words = msg("Printed with the seal “{name}”").of(name=name) if name else msg("Printed without a seal")
    console.result({"id": contract.id.hex, "seal": name}, words)
