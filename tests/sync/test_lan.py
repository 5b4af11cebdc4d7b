"""Two laptops on one network: a typed code finds and proves, sealed bundles pass, nothing else does."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import NotAllowed, Offline, Refused, SatchelError, Usage
from desktop.models.store import Store
from desktop.models.vault import open_vault
from desktop.services.profiles import open_store
from sync.client import bundle, lan, lan_channel
from sync.client.carried import Carried
from sync.client.driver import enrol
from sync.client.lan_channel import Channel, WrongCode, agree
from sync.server import bundle as office_bundle
from sync.server import store as office_store
from sync.server.server import Server
from tests.ports import free_port
from tests.stores import customer, opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct

CODE = "42317905"
PASSPHRASE = "correct horse battery staple"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Firm:
    """An office with two laptops, and what they carry."""

    office: Server
    ann: Store
    bob: Store
    folder: Path
    bags: dict[str, Carried] = field(default_factory=dict)

    def trader(self, name: str) -> lan.Trader:
        bag = self.bags.setdefault(name, Carried(self.folder / f"carried {name}"))
        return lan.Trader(getattr(self, name), bag)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    office = Server(postgres.office(tmp_path / "office"))
    with opened(tmp_path / "ann") as ann, opened(tmp_path / "bob") as bob:
        for name, store in (("Ann", ann), ("Bob", bob)):
            office.add_user(name, "South", "rep")
            enrol(store, Direct(office), office.new_code(name))
        yield Firm(office, ann, bob, tmp_path)
    office.store.close()


class Aside:
    """Something that runs in a thread of its own; `end` waits for it and gives what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._found: Any = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._work()
        except (SatchelError, WrongCode) as error:
            self._found = error

    def end(self) -> Any:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self._found


def meet(firm: Firm, typed: str = CODE) -> tuple[Any, Any]:
    """Ann shows the code, Bob types one: what each got."""
    port = free_port()
    sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=15, port=port))
    try:
        joined = lan.join(firm.trader("bob"), typed, port=port)
    finally:
        shared = sharing.end()
    return shared, joined


# ---------------------------------------------------------------- what passes


def test_each_takes_the_other_s_letter_along_and_the_office_answers_both(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    customer(firm.bob, "Bridge")
    shared, joined = meet(firm)
    assert (shared.given, shared.carried, shared.ignored) == (1, 1, 0)
    assert (joined.given, joined.carried, joined.ignored) == (1, 1, 0)
    [letter] = firm.bags["bob"].letters(firm.office.store.office)[:1]
    took = office_bundle.take_in(firm.office, letter)
    assert took.device == firm.ann.device.hex
    firm.bags["bob"].add(took.reply)
    shared, _ = meet(firm)
    assert (shared.replies, shared.answered) == (1, 1)


def test_no_row_passes_between_laptops(firm: Firm) -> None:
    customer(firm.ann, "Anchor Precision")
    meet(firm)
    with firm.bob.reading() as session:
        from desktop.models.records import Customer

        assert session.query(Customer).all() == []
    for path in firm.folder.joinpath("carried bob").iterdir():
        assert b"Anchor" not in path.read_bytes()


def test_a_letter_is_carried_once_however_often_it_is_met(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    letter = bundle.write(firm.ann).data
    bag = Carried(firm.folder / "bag")
    for _ in range(3):
        bag.add(letter)
    office = firm.office.store.office
    assert bag.letters(office) == [letter]
    assert (bag.letters("0" * 32), bag.replies(firm.ann.device.hex)) == ([], [])
    for junk in (b"", b"a zip", letter[:30]):
        with pytest.raises(Refused):
            bag.add(junk)
    (firm.folder / "stick").mkdir()
    assert bag.hand_over(firm.folder / "stick", office) == 1
    [handed] = (firm.folder / "stick").iterdir()
    assert handed.read_bytes() == letter
    [kept] = (firm.folder / "bag").iterdir()
    os.utime(kept, (0, 0))
    assert bag.letters(office) == []
    assert not kept.exists()


def test_a_bag_holds_so_many_bundles_and_no_more(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.client.carried.MOST_FILES", 2)
    bag = Carried(firm.folder / "bag")
    for _ in range(2):
        bag.add(bundle.write(firm.ann).data)
    with pytest.raises(Refused, match="hand them over"):
        bag.add(bundle.write(firm.ann).data)


def test_laptops_of_two_offices_hand_nothing_over(firm: Firm, tmp_path: Path) -> None:
    other = Server(office_store.open_folder(tmp_path / "other"))
    other.add_user("Eve", "North", "rep")
    with opened(tmp_path / "eve") as eve:
        enrol(eve, Direct(other), other.new_code("Eve"))
        firm.bob = eve
        port = free_port()
        sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=15, port=port))
        with pytest.raises(Refused, match="another office"):
            lan.join(firm.trader("bob"), CODE, port=port)
        assert isinstance(sharing.end(), SatchelError)
    other.store.close()
    assert not (firm.folder / "carried ann").exists()


# ---------------------------------------------------------------- the code


def test_after_three_wrong_codes_even_the_right_one_is_refused(firm: Firm) -> None:
    port = free_port()
    sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=30, port=port))
    for wrong in ("42317906", "42000000", "42999999"):
        with pytest.raises(NotAllowed, match="another code"):
            lan.join(firm.trader("bob"), wrong, port=port)
    dead = sharing.end()
    assert isinstance(dead, NotAllowed)
    assert dead.message == lan.DEAD
    with pytest.raises(Offline, match="No laptop"):
        lan.join(firm.trader("bob"), CODE, seconds=1, port=port)
    assert not (firm.folder / "carried ann").exists()


def test_two_wrong_codes_leave_the_right_one_good(firm: Firm) -> None:
    port = free_port()
    sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=30, port=port))
    for wrong in ("42317906", "42000000"):
        with pytest.raises(NotAllowed):
            lan.join(firm.trader("bob"), wrong, port=port)
    assert lan.join(firm.trader("bob"), CODE, port=port).carried == 1
    assert sharing.end().carried == 1


def test_only_the_laptop_that_shows_these_two_digits_answers(firm: Firm) -> None:
    port = free_port()
    sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=2, port=port))
    with pytest.raises(Offline, match="No laptop"):
        lan.join(firm.trader("bob"), "43317905", seconds=1, port=port)
    nobody = sharing.end()
    assert isinstance(nobody, Offline)
    assert nobody.message == lan.NOBODY


def test_a_code_is_read_as_people_type_it() -> None:
    assert lan.shown(CODE) == "42 317 905"
    assert lan.read_code(" 42 317-905 ") == CODE
    for wrong in ("", "42317", "4231790x", "4231790５"):
        with pytest.raises(Usage):
            lan.read_code(wrong)
    assert {len(lan.new_code()) for _ in range(200)} == {8}
    assert lan.new_code(lambda most: most - 1) == "9" * 8


# ---------------------------------------------------------------- the line


def line(mine: str, theirs: str) -> tuple[Any, Any]:
    """What two sides of a line agree on: a channel each, or why there is none."""
    one, other = socket.socketpair()
    for end in (one, other):
        end.settimeout(30)

    def joining() -> Channel:
        return agree(one, mine, "join")

    aside = Aside(joining)
    try:
        found: Any = agree(other, theirs, "share")
    except (SatchelError, WrongCode) as error:
        found = error
        other.close()
    joined = aside.end()
    if not isinstance(joined, Channel):
        one.close()
    return joined, found


def test_both_must_know_the_code_and_the_one_who_joins_proves_first() -> None:
    one, other = line("123456", "123456")
    sending = Aside(lambda: one.send(b"x" * 600_000))
    assert other.receive(600_000) == b"x" * 600_000
    assert sending.end() is None
    other.send(b"")
    assert one.receive(0) == b""
    for channel in (one, other):
        channel._line.close()  # noqa: SLF001
    assert [type(found) for found in line("123456", "123457")] == [WrongCode, WrongCode]


class Tap:
    """A line on which somebody in the middle changes what passes."""

    def __init__(self, real: socket.socket, change: Callable[[bytes], bytes]) -> None:
        self._real, self._change = real, change

    def recv(self, count: int) -> bytes:
        return self._change(self._real.recv(count))

    def sendall(self, data: bytes) -> None:
        self._real.sendall(data)


@pytest.mark.parametrize("wrong", ["changed", "cut", "twice", "too long"])
def test_what_is_changed_on_the_line_ends_it(wrong: str) -> None:
    one, other = line("123456", "123456")
    if wrong == "twice":
        one.send(b"pay")
        one._sent -= 1  # noqa: SLF001
        one.send(b"pay")
        assert other.receive(10) == b"pay"
    elif wrong == "cut":
        one._line.sendall(b"\0\0\0\x40half")  # noqa: SLF001
        one._line.close()  # noqa: SLF001
    elif wrong == "changed":
        other._line = Tap(other._line, lambda data: bytes([*data[:-1], data[-1] ^ 1]))  # noqa: SLF001
        one.send(b"pay")
    else:
        one.send(b"pay" * 100)
    with pytest.raises(Offline):
        other.receive(10)
    one._line.close()  # noqa: SLF001
    getattr(other._line, "_real", other._line).close()  # noqa: SLF001


def test_a_stranger_who_connects_and_hangs_up_costs_no_try(firm: Firm) -> None:
    port = free_port()
    sharing = Aside(lambda: lan.share(firm.trader("ann"), CODE, seconds=30, port=port))
    with closing(lan._found("42", lan._Search(time.monotonic() + 60, lambda: False), port)) as places:  # noqa: SLF001
        place = next(places)[:2]
    for said in (b"", b"GET / HTTP/1.1\r\n\r\n" * 5, lan_channel.HELLO + b"A" + bytes(32)):
        with closing(socket.create_connection(place, 5)) as stranger:
            stranger.sendall(said)
    for _ in range(4):
        socket.create_connection(place, 5).close()
    assert lan.join(firm.trader("bob"), CODE, port=port).carried == 1
    assert sharing.end().carried == 1


def test_answers_that_make_no_sense_are_no_places() -> None:
    ear, voice = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    with closing(ear), closing(voice):
        ear.bind(("localhost", 0))
        for said in (b"", b"x", lan.HERE, lan.HERE + b"42 ", lan.HERE + b"42 99999", lan.HERE + b"43 80"):
            voice.sendto(said, ear.getsockname())
            assert lan._heard(ear, "42") is None  # noqa: SLF001
        voice.sendto(lan.HERE + b"42 80", ear.getsockname())
        assert lan._heard(ear, "42") == ("127.0.0.1", 80, "")  # noqa: SLF001


def test_a_laptop_that_has_not_joined_an_office_has_nothing_to_trade(tmp_path: Path) -> None:
    with opened(tmp_path / "new") as fresh, pytest.raises(Refused, match="not joined"):
        lan.Trader(fresh, Carried(tmp_path / "bag"))


# ---------------------------------------------------------------- two machines

NETWORKS = ("satchel-ann", "satchel-bob")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def cable() -> Iterator[None]:
    """Two network namespaces with nothing between them but one cable, and no route to anywhere."""
    for name in NETWORKS:
        ip("netns", "add", name)
    try:
        ip("link", "add", "va", "netns", NETWORKS[0], "type", "veth", "peer", "vb", "netns", NETWORKS[1])
        for name, end, place in zip(NETWORKS, ("va", "vb"), ("10.77.0.1/24", "10.77.0.2/24"), strict=True):
            ip("-n", name, "addr", "add", place, "dev", end)
            ip("-n", name, "link", "set", end, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for name in NETWORKS:
            ip("netns", "del", name)


def may_divide_networks() -> bool:
    """Whether this machine lets us make network namespaces."""
    if not hasattr(os, "geteuid") or os.geteuid() or not shutil.which("ip"):
        return False
    name = f"satchel-try-{os.getpid()}"  # test processes ask side by side
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if tried.returncode == 0:
        ip("netns", "del", name)
    return tried.returncode == 0


class Machine:
    """A laptop in a network of its own, driven by its command line."""

    def __init__(self, name: str, network: str, folder: Path) -> None:
        self.folder = folder / name
        self._call = ["ip", "netns", "exec", network, sys.executable, "-m", "desktop", "--profile"]
        self._environment = {**os.environ, "SATCHEL_PASSPHRASE": PASSPHRASE, "LC_ALL": "C.UTF-8"}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self._call, str(self.folder), "--json", *words],
            cwd=ROOT,
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, code: int = 0) -> Any:
        with self.start(*words) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == code, err
        return json.loads(out.splitlines()[-1])


@pytest.mark.skipif(not may_divide_networks(), reason="only root may make network namespaces (ip netns add)")
def test_two_machines_on_one_cable(cable: None, tmp_path: Path) -> None:
    """The command line in two network namespaces: a wrong code is refused, the right one relays a letter."""
    office = Server(postgres.office(tmp_path / "office"))
    machines = [
        Machine(name, network, tmp_path) for name, network in zip(("ann", "bob"), NETWORKS, strict=True)
    ]
    for machine, name in zip(machines, ("Ann", "Bob"), strict=True):
        office.add_user(name, "South", "rep")
        machine.run("init", "--name", name)
        with open_vault(machine.folder, PASSPHRASE) as vault:
            store = open_store(vault)
            enrol(store, Direct(office), office.new_code(name))
            customer(store, name)
            device = store.device.hex
    ann, bob = machines
    with ann.start("lan", "share", "--seconds", "60") as sharing:
        assert sharing.stdout is not None
        code = json.loads(sharing.stdout.readline())["code"]
        wrong = f"{code[:2]}{(int(code[2:]) + 1) % 1_000_000:06}"
        assert bob.run("lan", "join", wrong, code=1)["error"] == "NotAllowed"
        assert bob.run("lan", "join", code)["carried"] == 1
        out, err = sharing.communicate(timeout=60)
        assert json.loads(out.splitlines()[-1])["carried"] == 1, err
    stick = tmp_path / "stick"
    stick.mkdir()
    assert ann.run("bundle", "hand", str(stick))["count"] == 1
    [letter] = stick.iterdir()
    took = office_bundle.take_in(office, letter.read_bytes())
    assert (took.device, took.verdicts["applied"]) == (device, 1)
    office.store.close()
