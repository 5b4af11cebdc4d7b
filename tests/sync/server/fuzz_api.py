"""Schemathesis against the office: what its own description allows, asked with the keys of three roles and
of one that the office made its own.

Half of what is made up stays as it is; the other half is brought so far into order that the office listens:
its laptop, its counters, streams that exist, a push that holds together. Whatever the office answers, it may
not fail, and no laptop may be shown what its role does not reach.
"""

import argparse
import hashlib
import json
import random
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import hypothesis
import msgspec
import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.models import migrations
from desktop.models.record import new_id
from desktop.services.commands import COMMANDS
from sync.protocol import codec, messages
from sync.protocol.signing import sign_request
from sync.protocol.versions import SCHEMA
from sync.server import openapi, roles
from sync.server.app import Running
from sync.server.server import Server
from sync.server.store import open_folder
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_office_process import Remote

ROLES: Final = ("rep", "office", "auditor")
OWN: Final = "assistant"
"""A role of the office's own, copied from the one that sees all, and narrowed."""
SECRET: Final = "canary-of-the-other-team"
CONTENT: Final = b"a photo of a signed paper" * 40
HASH: Final = hashlib.sha256(CONTENT).hexdigest()
STEPS: Final = 12


class World:
    """One office with two teams, and a laptop of each role in the first."""

    def __init__(self, url: str, server: Server, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.remote = Remote(url)
        server.store.write(lambda conn: roles.copy(conn, "office", OWN, "", server.clock()))
        narrowed = roles.Changes(scope="team", may_not=("task.*",), hides=("identity",))
        server.store.write(lambda conn: roles.change(conn, OWN, narrowed, COMMANDS, server.clock()))
        self.laptops = {role: self._join(role, "North", role) for role in (*ROLES, OWN)}
        rep = self.laptops["rep"]
        customer = rep.create("customer", name="ours", owner_id=rep.user)
        file = {"name": "a.jpg", "size": len(CONTENT), "sha256": HASH, "of": "customer", "of_id": customer}
        rep.create("attachment", "attachment.attach", owner_id=rep.user, **file)
        verdicts = rep.sync().verdicts
        assert {one.kind for one in verdicts} <= {"applied", "merged"}, verdicts
        stranger = self._join("stranger", "South", "rep")
        for kind in ("customer", "opportunity", "task"):
            stranger.create(kind, name=SECRET, owner_id=stranger.user)
        stranger.sync()
        self.foreign = f"user:{stranger.user}"
        self.answers: Counter[tuple[str, int]] = Counter()
        self.violations: list[str] = []
        self.role = "rep"

    def _join(self, name: str, team: str, role: str) -> Laptop:
        self.server.add_user(name, team, role)
        laptop = Laptop(self.remote)  # type: ignore[arg-type]
        laptop.enrol(self.server.new_code(name))
        laptop.sync()
        return laptop

    def close(self) -> None:
        self.remote.session.close()

    # ------------------------------------------------------------ before

    def prepare(self, case: Any) -> None:
        """Choose who asks, and bring half of the questions into order."""
        self.role = self.random.choice((*ROLES, OWN))
        self.newcomer: tuple[str, Ed25519PrivateKey] | None = None
        if case.query and "wait" in case.query:
            case.query["wait"] = 0  # nothing is learned from waiting
        if self.random.random() < 0.5:
            mend = getattr(self, f"_mend_{case.operation.definition.raw['operationId']}", None)
            if mend is not None:
                mend(case, self.laptops[self.role])

    def _mend_enrol(self, case: Any, _laptop: Laptop) -> None:
        key = Ed25519PrivateKey.generate()
        self.newcomer = (new_id().hex, key)
        case.body = {
            "device": self.newcomer[0],
            "key": key.public_key().public_bytes_raw().hex(),
            "name": "another",
            "code": self.server.new_code(self.role),
        }

    def _mend_sync(self, case: Any, laptop: Laptop) -> None:
        if self.random.random() < 0.7:
            self._work(laptop)
        push = laptop.push() if laptop.ops[laptop.sent :] else None
        made = json.loads(codec.encode(laptop.request(push)))
        sent = case.body if isinstance(case.body, dict) else {}
        kept = {name: sent[name] for name in ("limit", "wants") if name in sent}
        case.body = {**made, **kept, "cursors": made["cursors"][: self.random.randrange(4)]}

    def _work(self, laptop: Laptop) -> None:
        """Something that a person of this role may or may not do."""
        kind = self.random.choice(("customer", "task", "product", "user", "nonsense"))
        name = self.random.choice(("a", "金", "\u202e", "x" * 500))
        laptop.create(kind, name=name, owner_id=laptop.user)

    def _mend_pull(self, case: Any, _laptop: Laptop) -> None:
        case.body = {
            "protocol": 1,
            "schema": 1,
            "cursors": [[self._stream(), self.random.randrange(5), 1, ""]],
        }

    def _mend_digest(self, case: Any, _laptop: Laptop) -> None:
        case.body = {**(case.body if isinstance(case.body, dict) else {}), "stream": self._stream()}

    _mend_rows = _mend_digest

    def _mend_askSnapshotFile(self, case: Any, _laptop: Laptop) -> None:  # noqa: N802 - as it is called
        case.body = {"key": secrets.token_hex(32), "shape": migrations.NEWEST, "schema": SCHEMA}

    def _mend_snapshot(self, case: Any, _laptop: Laptop) -> None:
        case.path_parameters = {"stream": self._stream()}
        case.query = {"limit": 50}

    def _mend_fileState(self, case: Any, _laptop: Laptop) -> None:  # noqa: N802 - as the operation is called
        case.path_parameters = {**(case.path_parameters or {}), "sha256": HASH}
        case.query = {}

    def _mend_putPiece(self, case: Any, laptop: Laptop) -> None:  # noqa: N802
        self._mend_getPiece(case, laptop)
        case.body = CONTENT if self.random.random() < 0.8 else b"else"

    def _mend_getPiece(self, case: Any, laptop: Laptop) -> None:  # noqa: N802
        self._mend_fileState(case, laptop)
        case.path_parameters = {"sha256": HASH, "n": 0}

    def _stream(self) -> str:
        own = f"user:{self.laptops[self.role].user}"
        return self.random.choice((own, own, "org", self.foreign, "team:" + "0" * 32))

    def sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The signature over what really travels."""
        laptop = self.laptops[self.role]
        laptop.sequence += 1
        device, key = self.newcomer or (laptop.device, laptop.key)
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        if not isinstance(raw, bytes):
            raw = b"".join(raw)
            request.body = raw
        path = request.path_url
        nonce = f"{self.random.getrandbits(128):032x}"
        signed = sign_request(key, str(request.method), path, raw, device, nonce, laptop.sequence)
        request.headers.update(signed)
        return request

    # ------------------------------------------------------------ after

    def judge(self, case: Any, response: Any) -> None:
        """Count the answer; note what may never be."""
        name = case.operation.definition.raw["operationId"]
        self.answers[name, response.status_code] += 1
        if response.status_code >= 500:
            self.violations.append(
                f"{response.status_code} {case.method} {case.formatted_path} {case.body!r}"
            )
        encoding = (response.headers.get("content-encoding") or [""])[0]
        content = response.content
        if encoding == "zstd":
            content = msgspec.json.encode(codec.unpack(content, encoding, object))
        if self.role in ("rep", OWN) and SECRET.encode() in content:
            self.violations.append(f"{self.role} was shown {SECRET} by {case.method} {case.formatted_path}")
        if name == "sync" and response.status_code == 200:
            self._follow(content)

    def _follow(self, content: bytes) -> None:
        """The laptop goes on from what the office has taken."""
        laptop = self.laptops[self.role]
        response = codec.unpack(content, "", messages.SyncResponse)
        if response.status == "ok":
            laptop.sent = laptop.acked = response.last
        allowed = {"applied", "merged"}
        if self.role == "auditor" and allowed & {one.kind for one in response.verdicts}:
            self.violations.append("an auditor has changed something")

    def reached(self) -> set[str]:
        """Operations that were answered with 2xx."""
        return {name for name, status in self.answers if 200 <= status < 300}


@contextmanager
def office(folder: Path, seed: int) -> Iterator[tuple[World, str]]:
    """An office on a socket, with its world."""
    server = Server(open_folder(folder))
    server.authority = "-----BEGIN CERTIFICATE-----"
    running = Running(server).start()
    try:
        world = World(running.url, server, seed)
        try:
            yield world, running.url
        finally:
            world.close()
    finally:
        running.stop()


def fuzz(folder: Path, seed: int, examples: int) -> World:
    """Ask `examples` chains of questions; what came of it is in the world."""
    with office(folder, seed) as (world, url):
        schema = schemathesis.openapi.from_dict(openapi.draw("1"))
        schema.config.base_url = url

        class Machine(schema.as_state_machine()):  # type: ignore[misc]
            def before_call(self, case: Any) -> None:
                world.prepare(case)

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"auth": world.sign, "session": world.remote.session}

            def validate_response(self, response: Any, case: Any, **_more: Any) -> None:
                world.judge(case, response)

        chosen = hypothesis.settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        for found in schema.get_all_operations():
            operation: Any = found
            _each(world, operation.ok(), hypothesis.settings(chosen, max_examples=2 * examples))
        for chain in range(examples):  # one by one: an office does not go back to where it was between two
            random.seed(seed + chain)
            Machine.run(settings=hypothesis.settings(chosen, max_examples=1))
        return world


def _each(world: World, operation: Any, chosen: hypothesis.settings) -> None:
    """One address by itself, as its description allows."""

    @chosen
    @hypothesis.seed(world.random.randrange(1 << 30))
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        world.prepare(case)
        world.judge(case, case.call(auth=world.sign, session=world.remote.session))

    ask()


def main() -> int:
    """Ask for as long as wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.sync.server.fuzz_api", description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = fuzz(Path(folder) / "office", chosen.seed, chosen.examples)
    for (name, status), count in sorted(world.answers.items()):
        sys.stdout.write(f"{name:12} {status}  {count}\n")
    sys.stderr.writelines(f"{one}\n" for one in world.violations)
    return 1 if world.violations else 0


if __name__ == "__main__":
    sys.exit(main())
