"""What must hold when everything is calm and every laptop has synced."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from desktop.models import derived, fuse, repairs
from desktop.models.kinds import Link
from desktop.models.record import RECORDS
from desktop.rules import totals
from desktop.rules.streams import inbox, is_inbox
from sync.protocol.messages import DigestRequest
from sync.server.digests import Digests
from sync.server.scope import home
from tests.sync.simulator import points
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.rows import Key, Row, asked, driven, ids
from tests.sync.simulator.watch import TYPES, Edit, Violation, Watch, elements
from tests.sync.simulator.world import CALM, World

ROUNDS = 3
LEFT = {
    "sync_base": "SELECT 1 FROM sync_base",
    "sync_await": "SELECT 1 FROM sync_await",
    "sync_mark": "SELECT 1 FROM sync_mark",
}
ROOTS: dict[str, Callable[[Row], Key]] = {
    "contact": lambda row: ("customer", row["customer_id"]),
    "quote_revision": lambda row: ("quote", row["quote_id"]),
    "quote_line": lambda row: ("quote", row["quote_id"]),
    "signature": lambda row: ("quote", row["quote_id"]),
    points.TYPE: lambda row: ("customer", row["customer_id"]),
}
LED = ("derived", "server", "stage", "soft", "ledger", "decision")
"""Classes of merging under which a value may give way, and stands in the history."""
HIDDEN: dict[str, tuple[str, ...]] = {"product": ("cost",)}
"""What this world's sales reps are not shown."""
EVERYTHING = (*TYPES, "user", "team", "device", "organisation", "proposal", "task")


def settle(world: World, watch: Watch, *, everybody: bool = True) -> int:
    """Calm the world and sync in rounds until it rests; returns how many it took.

    Unless `everybody` syncs in each round, those do who are not at rest yet: less that helps them.
    """
    world.faults = CALM
    world.network.cut_off.clear()
    for device in world.devices:
        device.cut_in = 0
    world.run()
    for device in world.devices:
        device.upgrade()
    devices = world.devices
    if not everybody:  # who has something to tell is the first to sync: the others hear of it at once
        devices = sorted(devices, key=lambda device: not device.remote.waiting())
    for number in range(1, ROUNDS + 1):
        for device in devices:
            if device.revoked or (number > 1 and not everybody and not problems(world, device)):
                continue
            if asked(device.engine, "SELECT 1 FROM sync_held LIMIT 1"):
                world.count("held deletions", bool(fuse.accept(device.remote)))
            device.begin_sync()
            world.run()
        if all(not problem for problem in (problems(world, device) for device in world.devices)):
            return number
    found = [problem for device in world.devices for problem in problems(world, device)]
    raise Violation(f"after {ROUNDS} rounds: {found[0]}")


def problems(world: World, device: Device) -> list[str]:
    """Why a laptop is not at rest and equal to what the office would give it."""
    if device.revoked:
        return []
    mine, theirs = _rows(device), _office(world)
    watch: Watch = world.watch
    known = watch.problems.get(device.name)
    if known is None or known[0] is not mine or known[1] is not theirs:  # somebody wrote since
        known = watch.problems[device.name] = mine, theirs, _problems(world, device)
    return known[2]


def _problems(world: World, device: Device) -> list[str]:
    found: list[str] = []
    for table, query in LEFT.items():
        if count := len(asked(device.engine, query)):
            found.append(f"{device.name}: {count} rows left in {table}")
    indexed = {row[0].hex() for row in asked(device.engine, "SELECT record FROM search_entry")}
    if waiting := device.remote.waiting():
        found.append(f"{device.name}: {waiting} ops are unsent")
    living = _all(device)
    if unseen := {key[1] for key in living if key[0] == "customer"} - indexed:
        found.append(f"{device.name}: {len(unseen)} customers are not in the index")
    if left := indexed - {key[1] for key in living}:
        found.append(f"{device.name}: {len(left)} records are in the index but not here")
    expected = oracle(world, device)
    for key in sorted(expected.keys() | living.keys()):
        mine, theirs = living.get(key), expected.get(key)
        if mine is None or theirs is None:
            found.append(f"{device.name}: {key} is {'missing' if mine is None else 'too many'}")
        elif differing := [
            name for name in theirs if name != "unknown" and not _same(mine[name], theirs[name])
        ]:
            name = differing[0]
            found.append(f"{device.name}: {key}.{name} is {mine[name]!r}, at the office {theirs[name]!r}")
    return found


def _same(one: Any, other: Any) -> bool:
    return (one or None) == (other or None)


def _rows(device: Device) -> dict[Key, Row]:
    watch: Watch = device.world.watch
    return watch.rows[device.name].laptop(device.engine, EVERYTHING)


def _office(world: World) -> dict[Key, Row]:
    watch: Watch = world.watch
    return watch.rows[""].office(world.office.server.store, world.office.engine, EVERYTHING)


def _all(device: Device) -> dict[Key, Row]:
    """Every living record of a laptop."""
    return {key: row for key, row in _rows(device).items() if not row["deleted_at"]}


def oracle(world: World, device: Device) -> dict[Key, Row]:
    """What this laptop's person may see, worked out from the office's rows alone."""
    rows: dict[str, dict[str, Row]] = {name: {} for name in EVERYTHING}
    for (name, record), row in _office(world).items():
        rows[name][record] = row
    me = rows["user"][device.store.me().id.hex]
    streams = _streams(rows, me)
    hidden = HIDDEN if me["role"] == "rep" else {}
    return {
        (name, record): {**row, **dict.fromkeys(hidden.get(name, ()))}
        for name, some in rows.items()
        for record, row in some.items()
        if not row["deleted_at"] and _may_see(home(name, row), streams, me["id"])
    }


def _may_see(stream: str, streams: set[str] | None, me: str) -> bool:
    """Somebody's inbox is theirs alone."""
    if is_inbox(stream):
        return stream == inbox(me)
    return streams is None or stream in streams


def _streams(rows: dict[str, dict[str, Row]], me: Row) -> set[str] | None:
    """None: all. Sales reps have their own, and their team's unless the firm has narrowed it."""
    if me["role"] != "rep":
        return None
    [firm] = rows["organisation"].values()
    mine = {"org", f"user:{me['id']}", f"team:{me['team_id']}"}
    team = [user["id"] for user in rows["user"].values() if user["team_id"] == me["team_id"]]
    return mine if firm["rep_scope"] == "own" else mine | {f"user:{user}" for user in team}


def check(world: World, watch: Watch) -> None:
    """Everything typed is accounted for; numbers are unique; totals are what the lines say."""
    office = watch.office_rows()
    kept = _inboxes(world, office)
    for edit in watch.edits:
        if not edit.lost and not _accounted(edit, watch, office, kept, set()):
            raise Violation(
                f"{edit.device}: {edit.field}={edit.new!r} (was {edit.old!r}) of {edit.type} {edit.record}"
                f" is neither at the office, nor overwritten by who saw it, nor in an inbox"
            )
    numbers = [row["number"] for (name, _), row in office.items() if name == "quote" and row["number"]]
    if len(numbers) != len(set(numbers)):
        raise Violation("two quotes have one number")
    for (name, record), row in office.items():
        root = office.get(ROOTS[name](row)) if name in ROOTS else None
        if root is not None and home(name, row) != home(ROOTS[name](row)[0], root):
            raise Violation(f"{name} {record} does not live where its root lives")
    _ledgers(watch, office)
    digests = Digests()
    for device in world.devices:
        _chain(device)
        if not device.revoked:
            _totals(device)
            _links(device, {key[1] for key, row in office.items() if row["deleted_at"]})
            _digests(world, device, digests)


def _ledgers(watch: Watch, office: dict[Key, Row]) -> None:
    """A balance is the sum of its entries, each as it was typed, and never less than nothing."""
    sums: Counter[str] = Counter()
    for (name, record), row in office.items():
        if name == points.TYPE and not row["deleted_at"]:
            sums[row["customer_id"]] += row["points"]
            typed = {edit.new for edit in watch.by_place[record, "points"]}
            if (typed or {watch.entries.get(record)}) != {row["points"]}:
                raise Violation(f"the entry {record} is not what was typed")
    for account, balance in sums.items():
        if balance < 0:
            raise Violation(f"the points of {account} are {balance}")


def _links(device: Device, deleted: set[str]) -> None:
    """Whatever living record a row leads to is here, or has its name here."""
    rows = _rows(device)
    with driven(device.engine) as driver:
        named = {row[0].hex() for row in driver.execute("SELECT record FROM sync_stub")}
        others = RECORDS.keys() - set(EVERYTHING)
        held = {key[1] for key in rows} | {record.hex() for name in others for record in ids(driver, name)}
    held |= deleted
    for (name, record), row in rows.items():
        if row["deleted_at"]:
            continue
        for field, described in RECORDS[name].fields().items():
            leads = isinstance(described.kind, Link) and described.kind.to in TYPES
            if leads and row[field] and row[field] not in held | named:
                raise Violation(f"{device.name}: {field} of {name} {record} leads nowhere")


def _digests(world: World, device: Device, digests: Digests) -> None:
    """The sums of each stream are the office's."""
    summed = repairs.summaries(device.store, list(device.remote.cursors()))
    with world.office.server.store.read() as connection:
        for stream, mine in summed.items():
            wish = DigestRequest(stream=stream, by="last")
            theirs = digests.answer(connection, wish)
            of = {(row.type, row.prefix): (row.count, int(row.digest, 16)) for row in theirs.rows}
            if of != dict(mine.sums):
                raise Violation(f"{device.name}: the digest of {stream} differs")


def _inboxes(world: World, office: dict[Key, Row]) -> dict[tuple[str, str], list[Any]]:
    """What lies in the inboxes, decided or not, by record and field.

    What the office has filed counts for a laptop that was shut out, whose disk may have been put back since.
    """
    found: dict[tuple[str, str], list[Any]] = {}
    for device in world.devices:
        rows = asked(device.engine, "SELECT record, field, mine, device, n FROM inbox")
        told = [(row[3], row[4], row[1]) for row in rows]
        if len(told) != len(set(told)):
            raise Violation(f"{device.name}: one conflict is in the inbox twice")
        for record, name, mine, _, _ in rows:
            found.setdefault((record.hex(), name), []).append(json.loads(mine))
    shut_out = {device.store.device.hex for device in world.devices if device.revoked}
    for (kind, _), row in office.items():
        if kind == "decision" and row["device"] in shut_out:
            found.setdefault((row["of_id"], row["of_field"]), []).append(row["mine"]["value"])
    return found


def _accounted(
    edit: Edit, watch: Watch, office: dict[Key, Row], kept: dict[tuple[str, str], list[Any]], passed: set[int]
) -> bool:
    row = office.get((edit.type, edit.record))
    described = RECORDS[edit.type].fields().get(edit.field)
    merge = described.merge if described else "critical"
    if (edit.record, "") in kept or edit.new in kept.get(edit.place, ()):
        return True
    if row is None:
        return False
    if merge in LED or edit.field in ("revision_id",):
        return True
    if _is_on_paper(edit, row, watch, office):
        return True
    if edit.field == "deleted_at":
        return _deletion_accounted(edit, watch, row, kept)
    if merge in ("set", "text"):
        return _elements_accounted(edit, watch, row)
    if row[edit.field] == edit.new or (not edit.new and not row[edit.field]):
        return True
    if edit.type == "quote_line" and _thrown_away(edit, watch):
        return True
    passed.add(id(edit))
    return any(
        _accounted(later, watch, office, kept, passed)
        for later in watch.by_place[edit.place]
        if later.old == edit.new and id(later) not in passed
    )


def _thrown_away(edit: Edit, watch: Watch) -> bool:
    """Whether the line was deleted by somebody who saw the value; another's paper may bring the line back."""
    return any(
        other.new is True and watch.saw(other.device, edit, other.order)
        for other in watch.by_place[edit.record, "deleted_at"]
    )


def _is_on_paper(edit: Edit, row: Row, watch: Watch, office: dict[Key, Row]) -> bool:
    """Whether it stands in another edition of the quote, or was overwritten there by who saw it.

    Another edition: one beside the frozen one, or one that was put aside.
    """
    if edit.type not in ("quote_revision", "quote_line") or edit.field == "deleted_at":
        return False
    others = [
        other
        for (name, _), other in office.items()
        if name == edit.type and other["quote_id"] == row["quote_id"]
    ]
    if edit.field == "issued_at":
        return bool(others)
    return any(
        _same(other[edit.field], edit.new)
        or any(later.old == edit.new for later in watch.by_place.get((other["id"], edit.field), ()))
        for other in others
        if other is not row
    )


def _elements_accounted(edit: Edit, watch: Watch, row: Row) -> bool:
    added = elements(edit.new) - elements(edit.old)
    taken = {
        element
        for other in watch.by_place[edit.place]
        for element in elements(other.old) - elements(other.new)
    }
    return added <= elements(row[edit.field]) | taken


def _deletion_accounted(edit: Edit, watch: Watch, row: Row, kept: dict[tuple[str, str], list[Any]]) -> bool:
    """Done, taken back later by somebody, or outlived by an edit of the line that it met."""
    others = any(other.new != edit.new for other in watch.by_place[edit.place])
    edited = edit.type == "quote_line" or (edit.record, "deleted_at") in kept
    return bool(row["deleted_at"]) == edit.new or others or edited


def _totals(device: Device) -> None:
    """The total on the screen is the pure function of the lines that are held."""
    with device.engine.connect() as connection:
        quotes = connection.exec_driver_sql(
            "SELECT id, revision_id, currency, payable FROM quote WHERE deleted_at IS NULL"
        ).all()
        for quote, revision, currency, payable in quotes:
            loaded = derived.load(connection, UUID(bytes=revision)) if revision else None
            if loaded is not None:
                pure = totals.totals(derived.document(*loaded, currency)).payable
                if pure != payable:
                    raise Violation(
                        f"{device.name}: quote {quote.hex()} shows {payable}, its lines say {pure}"
                    )


def _chain(device: Device) -> None:
    """The log of this laptop's own ops has no hole."""
    numbers = [row[0] for row in asked(device.engine, "SELECT n FROM change WHERE n IS NOT NULL ORDER BY n")]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Violation(f"{device.name}: the log has holes")
