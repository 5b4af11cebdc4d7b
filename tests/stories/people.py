"""Those who act in the stories: laptops and an office, each command a process of its own.

laptop = Laptop(starter, folder, "林一鸣")
laptop.json("new", "customer", "name=星河")["id"]      what a command prints as JSON, having succeeded
laptop.run("undo").code                                 how any command ended, with its two streams
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self, cast

from sync.server.cli import DATABASE_URL
from tests.sync import postgres
from tests.vaults import PASSPHRASE

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended and what it said."""

    code: int | None
    out: str
    err: str
    worked: float = 0.0
    """Seconds that it had the processor: on a busy machine fewer than it took."""

    @property
    def value(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)


class Starter:
    """The process that starts the others (`tests.stories.starter`)."""

    def __init__(self, *, plain: bool = False) -> None:
        """`plain` starts builds that forget to encrypt, which the tests must catch."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.starter", *(["--plain"] if plain else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def order(self, **order: Any) -> dict[str, Any]:
        """Give an order and hear the answer."""
        told = cast("IO[str]", self._process.stdin)
        told.write(json.dumps(order) + "\n")
        told.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = cast("IO[str]", self._process.stdout).readline()
        if not line:
            raise RuntimeError("the starter ended")
        said: dict[str, Any] = json.loads(line)
        return said

    def close(self) -> None:
        """Let it go."""
        self._process.communicate()


class Running:
    """One started process."""

    def __init__(
        self,
        starter: Starter,
        scratch: Path,
        program: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        stdin: str | None = None,
        folder: Path | None = None,
    ) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._starter = starter
        name = f"{time.monotonic_ns():x}"
        self.out, self.err, given = (scratch / f"{name}.{end}" for end in ("out", "err", "in"))
        for stream in (self.out, self.err):
            stream.touch()
        if stdin is not None:
            given.write_text(stdin, encoding="utf-8")
        self.pid: int = starter.order(
            program=program,
            arguments=list(arguments),
            environment={"PATH": os.environ.get("PATH", ""), **environment},
            folder=str(folder or scratch),
            stdin=str(given) if stdin is not None else os.devnull,
            stdout=str(self.out),
            stderr=str(self.err),
        )["pid"]
        self._code: int | None = None
        self._worked = 0.0

    def wait(self, seconds: float = PATIENCE) -> Ended:
        """Its end."""
        if self._code is None:
            said = self._starter.order(wait=self.pid, seconds=seconds)
            self._code, self._worked = said["code"], said.get("worked", 0.0)
        out, err = (stream.read_text(encoding="utf-8") for stream in (self.out, self.err))
        return Ended(self._code, out, err, self._worked)

    def kill(self, how: int = signal.SIGKILL) -> Ended:
        """Send it a signal and see it end."""
        if self._code is None:
            os.kill(self.pid, how)
        return self.wait()

    def first_line(self) -> str:
        """What it says first; empty if it ended without a word."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            text = self.out.read_text(encoding="utf-8")
            if "\n" in text:
                return text.partition("\n")[0]
            if self.wait(0).code is not None:
                return ""
            time.sleep(0.005)
        raise TimeoutError(self.out)


class Laptop:
    """One profile and the places that its processes may write to."""

    def __init__(self, starter: Starter, folder: Path, passphrase: str = PASSPHRASE) -> None:
        self.starter = starter
        self.folder = folder
        self.profile = folder / "profile"
        self.said = folder.with_name(f"{folder.name}.said")
        self.environment = {"SATCHEL_PASSPHRASE": passphrase, "LANG": "en_US.UTF-8", "TZ": "Asia/Shanghai"}
        for name, place in (
            ("HOME", "home"),
            ("TMPDIR", "temp"),
            ("SQLITE_TMPDIR", "temp"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
        ):
            (folder / place).mkdir(parents=True, exist_ok=True)
            self.environment[name] = str(folder / place)

    @classmethod
    def new(cls, starter: Starter, folder: Path) -> Self:
        """A laptop with an empty vault whose guesses are cheap."""
        laptop = cls(starter, folder)
        made = Running(starter, laptop.said, "vault", [str(laptop.profile)], laptop.environment).wait()
        assert made.code == 0, made
        return laptop

    def start(
        self, *arguments: str, stdin: str | None = None, profile: bool = True, **environment: str
    ) -> Running:
        """Start a command."""
        chosen = ["--profile", str(self.profile)] if profile else []
        return Running(
            self.starter,
            self.said,
            "desktop",
            [*chosen, *arguments],
            {**self.environment, **environment},
            stdin,
        )

    def run(
        self, *arguments: str, stdin: str | None = None, profile: bool = True, **environment: str
    ) -> Ended:
        """A command from its start to its end."""
        return self.start(*arguments, stdin=stdin, profile=profile, **environment).wait()

    def json(self, *arguments: str, stdin: str | None = None) -> Any:
        """What a command that succeeds prints with --json."""
        ended = self.run("--json", *arguments, stdin=stdin)
        assert ended.code == 0, f"{arguments}: {ended}"
        return ended.value

    def fails(self, code: int, *arguments: str, **options: Any) -> str:
        """What a command says that fails with `code`: one clear text, the same on both streams."""
        ended = self.run("--json", *arguments, **options)
        assert ended.code == code, f"{arguments}: {ended}"
        assert ended.value["error"] != "SatchelError", ended
        said = ended.value["message"]
        assert isinstance(said, str)
        assert ended.err.strip() == said.strip()
        assert "Traceback" not in said
        return said

    def new_id(self, record: str, *values: str) -> str:
        """The id of a record made here."""
        made: str = self.json("new", record, *values)["id"]
        return made

    def cold(self, *arguments: str, **environment: str) -> Ended:
        """The same as `python -m desktop`, from nothing."""
        done = subprocess.run(
            [sys.executable, "-m", "desktop", "--profile", str(self.profile), *arguments],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def catalogue(self) -> None:
        """A firm with terms and four products with tax."""
        self.json("new", "organisation", "name=苏州衡岳工业装备有限公司", "name_en=Suzhou Hengyue Ltd.")
        for sku, name, price in (
            ("SAT-75V", "喷油螺杆压缩机", "98600"),
            ("DRY-13", "冷冻式干燥机", "13200"),
            ("TNK-1", "储气罐", "6800"),
            ("FLT-3", "精密过滤器", "1850.5"),
            ("CTL-8", "联动控制柜", "9900"),
        ):
            self.json("new", "product", f"sku={sku}", f"name={name}", f"price={price}", "tax_percent=13",
                      "unit=台", f"name_en=Product {sku}")  # fmt: skip


class Office:
    """A server process on loopback and what its administrator types."""

    def __init__(self, starter: Starter, folder: Path) -> None:
        self.starter = starter
        self.folder = folder
        self.data = folder / "data"
        self.environment = {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "en_US.UTF-8", "TZ": "UTC"}
        if postgres.ELSEWHERE:
            self.environment[DATABASE_URL] = postgres.here("story")
            postgres.emptied(postgres.here("story")).close()
        folder.mkdir(parents=True)
        self.port = 0
        self.server: Running | None = None

    def admin(self, *arguments: str) -> Any:
        """An administrator's command beside the running server."""
        started = Running(
            self.starter,
            self.folder / "said",
            "office",
            [*arguments, "--data", str(self.data), "--json"],
            self.environment,
        )
        ended = started.wait()
        assert ended.code == 0, ended
        return ended.value

    def open(self) -> str:
        """Start serving; the address. A second opening answers at the same one."""
        arguments = ["serve", "--data", str(self.data), "--port", str(self.port)]
        self.server = Running(self.starter, self.folder / "said", "office", arguments, self.environment)
        self.url = str(json.loads(self.server.first_line())["url"])
        self.port = int(self.url.rpartition(":")[2])
        return self.url

    def close(self, how: int = signal.SIGTERM) -> None:
        """Stop serving."""
        if self.server is not None:
            self.server.kill(how)
            self.server = None

    def enrol(self, laptop: Laptop, person: str) -> Any:
        """Let a laptop in with a fresh code."""
        code = self.admin("code", person)["code"]
        return laptop.json("enrol", self.url, code)
