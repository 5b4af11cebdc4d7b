"""What `dev.py run`, `server`, `pair` and `demo` do: they only start the program with the right arguments."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
KEPT: Final = ROOT / "demo"
OFFICE: Final = [sys.executable, "-m", "sync.server"]
SATCHEL: Final = [sys.executable, "-m", "desktop"]
PORT: Final = 8441
"""The pair's own, always the same: the laptops keep the address of their office."""
LAPTOPS: Final = ("林一鸣", "周晓芸")


def run(*given: str) -> int:
    """The main job on a throw-away profile: with its window where there is a display."""
    return satchel("demo", *without_display(), *given)


def demo(size: str = "small", *given: str) -> int:
    """The demo company under `demo/`, small or with 100,000 customers; kept until it is made anew."""
    sizes = {"small": [], "100k": ["--customers", "100000"]}
    if size not in sizes:
        print(f"demo takes one of: {', '.join(sizes)}", file=sys.stderr)
        return 2
    shutil.rmtree(KEPT / size, ignore_errors=True)
    return satchel("demo", *without_display(), "--out", str(KEPT / size), *sizes[size], *given)


def server(*given: str) -> int:
    """An office on loopback whose data is kept."""
    command = [*OFFICE, "serve", "--data", str(KEPT / "server"), *given]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def satchel(*arguments: str) -> int:
    """The program itself, in its own process."""
    return subprocess.run([*SATCHEL, *arguments], cwd=ROOT, check=False).returncode


def without_display() -> list[str]:
    """`--headless` where no window could be shown."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return []
    return ["--headless"]


def pair() -> int:
    """An office and two laptops, kept under `demo/pair`; their windows where there is a display."""
    place = KEPT / "pair"
    os.environ.setdefault("SATCHEL_PASSPHRASE", "a pair of laptops")
    serve = [*OFFICE, "serve", "--data", str(place / "office"), "--port", str(PORT), "--json"]
    office = subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        address = json.loads(office.stdout.readline() if office.stdout else "")["url"]
        profiles = [laptop(place, name, address) for name in LAPTOPS]
        if without_display():
            print(
                "\n".join(f"satchel --profile {profile}" for profile in profiles), "\nCtrl+C ends the office."
            )
            return office.wait()
        windows = [subprocess.Popen([*SATCHEL, "--profile", str(profile)], cwd=ROOT) for profile in profiles]
        return max(window.wait() for window in windows)
    except KeyboardInterrupt:
        return 0
    finally:
        office.terminate()
        office.wait()


def laptop(place: Path, name: str, address: str) -> Path:
    """The profile of one of the pair: made and enrolled the first time."""
    profile = place / name
    if not (profile / "vault.json").exists():
        asked = ["--data", str(place / "office"), "--json"]
        answer(OFFICE, "user", "add", name, "--team", "华东", "--role", "rep", *asked)
        code = answer(OFFICE, "code", name, *asked)["code"]
        answer(SATCHEL, "init", "--profile", str(profile), "--json")
        answer(SATCHEL, "enrol", address, code, "--profile", str(profile), "--json")
    answer(SATCHEL, "sync", "--profile", str(profile), "--json")
    return profile


def answer(program: list[str], *arguments: str) -> Any:
    """What a command says as JSON."""
    done = subprocess.run([*program, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout or "null")


TASKS: Final = {"run": run, "demo": demo, "server": server, "pair": pair}

if __name__ == "__main__":
    try:
        sys.exit(TASKS[sys.argv[1]](*sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit(130)
