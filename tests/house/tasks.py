"""What `dev.py run`, `server`, `pair` and `demo` do: they only start the program with the right arguments."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
KEPT: Final = ROOT / "demo"
OFFICE: Final = [sys.executable, "-m", "sync.server"]
SATCHEL: Final = [sys.executable, "-m", "desktop"]


def run() -> int:
    """The main job on a throw-away profile: with its window where there is a display."""
    return satchel("demo", *without_display(), *sys.argv[1:])


def demo() -> int:
    """The demo company kept under `demo/`, small or with 100,000 customers."""
    sizes = {"small": [], "100k": ["--customers", "100000"]}
    size, *rest = sys.argv[1:] or ["small"]
    if size not in sizes:
        print(f"demo takes one of: {', '.join(sizes)}", file=sys.stderr)
        return 2
    return satchel("demo", *without_display(), "--out", str(KEPT / size), *sizes[size], *rest)


def server() -> int:
    """An office on loopback whose data is kept."""
    command = [*OFFICE, "serve", "--data", str(KEPT / "server"), *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def satchel(*arguments: str) -> int:
    """The program itself, in its own process."""
    return subprocess.run([*SATCHEL, *arguments], cwd=ROOT, check=False).returncode


def without_display() -> list[str]:
    """`--headless` where no window could be shown."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return []
    return ["--headless"]
