"""Is the log whole? Walk the chain of this device's operations and say where it breaks."""

import json
from dataclasses import dataclass, field

from desktop.models.changes import read_local
from desktop.models.store import Store
from desktop.rules.chain import START, Entry, entry_hash


@dataclass(slots=True)
class Chain:
    """What was walked; `problems` name the operation where the chain breaks."""

    operations: int = 0
    head: str = START.hex()
    problems: list[str] = field(default_factory=list)


def verify_chain(store: Store) -> Chain:
    """Recompute every hash of this vault's own operations, in order."""
    chain = Chain()
    with store.reader.connect() as connection:
        head = read_local(connection, "head", {"n": 0, "hash": START.hex()})
        seeds = connection.exec_driver_sql("SELECT from_n, seed FROM chain_seed ORDER BY from_n").all()
        rows = connection.exec_driver_sql(
            "SELECT device, n, tx, command, coalesce(was, kind), type, record, base, at, actor, body, hash"
            " FROM change WHERE origin = 0 AND n IS NOT NULL ORDER BY n"
        )
        gone: dict[int, dict[str, str]] = {}
        for n, name, leaf in connection.exec_driver_sql("SELECT n, field, leaf FROM erased"):
            gone.setdefault(n, {})[name] = leaf
        previous, place = START, 0
        for device, n, tx, command, kind, record_type, record, base, at, actor, body, stored in rows:
            while place + 1 < len(seeds) and seeds[place + 1][0] <= n:
                place += 1
            entry = Entry(
                bytes(device).hex(),
                n,
                bytes(tx).hex(),
                command,
                kind,
                record_type,
                bytes(record).hex(),
                base,
                at,
                bytes(actor).hex(),
                json.loads(body),
            )
            previous = entry_hash(previous, entry, bytes(seeds[place][1]), gone.get(n, {}))
            chain.operations += 1
            if n != chain.operations:
                chain.problems.append(f"operation {chain.operations} is missing")
                return chain
            if previous != bytes(stored):
                chain.problems.append(f"operation {n} ({command}) was altered")
                return chain
    chain.head = previous.hex()
    if (chain.operations, chain.head) != (int(head["n"]), head["hash"]):
        chain.problems.append(f"the log ends at operation {chain.operations}, its head says {head['n']}")
    return chain
