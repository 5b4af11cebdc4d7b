"""The door for whoever works on Satchel: sets the environment up, then runs a task. Needs Python 3.11 alone.

    python3 dev.py            this page and the tasks
    python3 dev.py setup      the environment alone
    python3 dev.py TASK ...   the environment if it is missing or out of date, then the task of pyproject.toml

The environment is `.venv`, filled from `requirements.lock` by uv where there is one, else by venv and pip;
every file is checked against its hash. On Debian and its kin root gets the system packages that Qt needs, and
anybody else the one line that installs them. Once all stands, nothing here needs the network.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

if sys.version_info < (3, 11):  # noqa: UP036  (this very file is what an older Python is started with)
    sys.exit(f"Satchel needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

ROOT: Final = Path(__file__).resolve().parent
VENV: Final = ROOT / ".venv"
LOCK: Final = ROOT / "requirements.lock"
STAMP: Final = VENV / "satchel-environment.json"
WINDOWS: Final = os.name == "nt"
PYTHON: Final = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

# Debian's names: what Qt needs without a display, what a real window needs, what the tests need.
PACKAGES: Final = (
    *("libgl1", "libegl1", "libopengl0", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "libfreetype6"),
    *(
        "libxkbcommon0",
        "libxkbcommon-x11-0",
        "libx11-xcb1",
        "libxcb-cursor0",
        "libxcb-icccm4",
        "libxcb-image0",
    ),
    *(
        "libxcb-keysyms1",
        "libxcb-randr0",
        "libxcb-render-util0",
        "libxcb-shape0",
        "libxcb-shm0",
        "libxcb-sync1",
    ),
    *("libxcb-util1", "libxcb-xfixes0", "libxcb-xkb1"),
    *("xvfb", "xdotool", "poppler-utils", "qpdf"),
)


def main(arguments: Sequence[str]) -> int:
    """Set up, then hand over to the task."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(f"{(__doc__ or '').strip()}\n\n{tasks()}\n")
        return 0
    set_up()
    return 0 if arguments[0] == "setup" else hand_over(arguments)


def set_up() -> None:
    """Bring system packages, `.venv` and the project up to date; nothing to do is the usual case."""
    wanted = fingerprints()
    found = stamp()
    if found == wanted:
        return
    if found.get("system") != wanted["system"]:
        install_system_packages()
    if found.get("lock") != wanted["lock"] or found.get("place") != wanted["place"]:
        STAMP.unlink(missing_ok=True)
        make_environment()
        install_locked_packages()
    install_project()
    STAMP.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


# --- what stands already ------------------------------------------------------------------------------------


def fingerprints() -> dict[str, str]:
    """What the environment must have been made from to need no work now."""
    import tomllib

    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = json.dumps([about["build-system"], about["project"]], sort_keys=True)
    return {
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "project": hashlib.sha256(project.encode()).hexdigest(),
        "system": " ".join(PACKAGES),
        "place": str(VENV),
    }


def stamp() -> dict[str, str]:
    """What the environment was made from, or nothing where there is none."""
    if not PYTHON.exists() or not STAMP.exists():
        return {}
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- the system ---------------------------------------------------------------------------------------------


def install_system_packages() -> None:
    """Install what Debian still lacks, or say how; other systems bring Qt's libraries themselves."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        return
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0:
        stop(
            f"Some system packages are missing. Run this once, then the same command again:\n\n"
            f"    sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}\n"
        )
    say(f"installing {len(missing)} system packages: {names}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    call(["apt-get", "update", "-qq"], quiet)
    call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], quiet)


def missing_packages() -> list[str]:
    """What Debian has not installed, neither under this name nor as another package that provides it."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}|${Package}|${Provides}\n"]
    answer = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    there = set()
    for line in answer.splitlines():
        status, package, provides = line.split("|", 2)
        if status == "installed":
            there |= {package, *(item.split()[0] for item in provides.split(",") if item.strip())}
    missing = [name for name in PACKAGES if name not in there]
    if not uv() and not importlib.util.find_spec("ensurepip"):
        missing.insert(0, f"python3.{sys.version_info.minor}-venv")
    return missing


# --- the environment ----------------------------------------------------------------------------------------


def uv() -> str | None:
    """The path of uv, where this machine has it; it is to trust whom the system trusts, as pip does."""
    os.environ.setdefault("UV_SYSTEM_CERTS", "true")
    return shutil.which("uv")


def make_environment() -> None:
    """An empty `.venv`, unless a usable one is there."""
    if usable():
        return
    say(f"making {VENV.name} ({'uv' if uv() else 'venv and pip'})")
    shutil.rmtree(VENV, ignore_errors=True)
    if tool := uv():
        call([tool, "venv", "--quiet", "--python", sys.executable, str(VENV)])
    else:
        call([sys.executable, "-m", "venv", str(VENV)])


def usable() -> bool:
    """Whether `.venv` has a Python that starts, is new enough, and can install."""
    if not PYTHON.exists():
        return False
    installer = "sys" if uv() else "pip"
    question = f"import sys, {installer}; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(PYTHON), "-c", question], capture_output=True).returncode == 0


def install_locked_packages() -> None:
    """Everything in `requirements.lock`, by hash, with bytecode: a start without it costs thrice as much."""
    say("installing the packages of requirements.lock")
    if tool := uv():
        call(
            [
                tool,
                "pip",
                "install",
                "--quiet",
                "--python",
                str(PYTHON),
                "--compile-bytecode",
                "--require-hashes",
                "--requirement",
                str(LOCK),
            ]
        )
    else:
        call([*pip(), "install", "--quiet", "--compile", "--require-hashes", "--requirement", str(LOCK)])


def install_project() -> None:
    """The project itself, editable, so that `satchel` and `satchel-server` exist; needs no network."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    if tool := uv():
        call([tool, "pip", "install", "--offline", "--python", str(PYTHON), *options])
    else:
        call([*pip(), "install", "--no-index", *options])
    call([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "desktop"), str(ROOT / "sync")])
    call([str(PYTHON), "-m", "tests.house.words", "--compile"])


def pip() -> list[str]:
    """The environment's own pip, which is not to look for a newer self."""
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]


# --- the task -----------------------------------------------------------------------------------------------


def hand_over(arguments: Sequence[str]) -> int:
    """Run the task with the environment's programs first on the path."""
    path = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", "")])
    surroundings = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1"}
    surroundings["PYTHONDONTWRITEBYTECODE"] = ""  # each test process would compile everything again
    command = [str(PYTHON), "-m", "poethepoet", "--directory", str(ROOT), *arguments]
    if not WINDOWS:
        os.execve(command[0], command, surroundings)
    return subprocess.run(command, env=surroundings, check=False).returncode


def tasks() -> str:
    """The tasks of pyproject.toml, one a line."""
    import tomllib

    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = about["tool"]["poe"]["tasks"]
    return "\n".join(
        f"  {name:<8} {task['help']}" for name, task in known.items() if not name.startswith("_")
    )


def call(command: Sequence[str], surroundings: dict[str, str] | None = None) -> None:
    """Run a step; what it prints is shown only if it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        stop(f"This step failed ({done.returncode}): {' '.join(command)}", done.returncode)


def say(text: str) -> None:
    """One line about what is being done."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def stop(text: str, code: int = 1) -> NoReturn:
    """End with a sentence instead of a traceback."""
    print(text, file=sys.stderr, flush=True)
    raise SystemExit(code)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
