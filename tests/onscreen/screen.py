"""A screen of its own (Xvfb), a program on it, and hands (xdotool) that press keys as a person does."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final

KEY: Final = 0.28
"""Seconds of a key: a typist of 40 words a minute, who is new to the program."""
REACH: Final = 1.4
"""Seconds to find something with the mouse and to press it."""
READ: Final = 2.5
"""Seconds to read a page that has just come up."""
PATIENCE: Final = 90.0
PROGRAMS: Final = ("Xvfb", "xdotool")
MISSING: Final = tuple(name for name in PROGRAMS if shutil.which(name) is None)


class Screen:
    """1440 × 900 pixels with one program on them.

    `pace` 1 waits as long as a person takes, 0 does not wait; either way `human` counts what a person needs,
    with what the program itself made them wait for.
    """

    def __init__(self, folder: Path, *, pace: float = 0.0, size: str = "1440x900") -> None:
        self.folder, self.pace, self.size = folder, pace, size
        self.human = 0.0
        self.keys = self.clicks = 0

    def __enter__(self) -> "Screen":
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self._display = f":{told.readline().strip()}"
        self._program: subprocess.Popen[str] | None = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.communicate()
        self._server.terminate()
        self._server.wait()

    def start(self, profile: Path, language: str = "en") -> None:
        """The program on a profile; the settings of the machine are a folder of the test."""
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.onscreen.eyes", str(profile)],
            env=self.surroundings(language),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def surroundings(self, language: str) -> dict[str, str]:
        """What a program on this screen finds in its environment."""
        return {
            **os.environ,
            "DISPLAY": self._display,
            "QT_QPA_PLATFORM": "xcb",
            "SATCHEL_SETTINGS": str(self.folder / "settings"),
            "HOME": str(self.folder),
            "LANG": {"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}[language],
        }

    def hands(self, asked: list[str]) -> subprocess.Popen[bytes]:
        """Hands that press these keys by themselves until they are stopped."""
        return subprocess.Popen(["xdotool", *asked], env={**os.environ, "DISPLAY": self._display})

    def kill(self) -> None:
        """SIGKILL, as a flat battery."""
        assert self._program is not None
        self._program.kill()
        self._program.communicate()
        self._program = None

    # Eyes

    def ask(self, kind: str, about: str = "") -> Any:
        """What is to be seen right now."""
        assert self._program is not None
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps([kind, about]) + "\n")
        self._program.stdin.flush()
        line = self._program.stdout.readline()
        if not line:
            raise AssertionError(f"the program ended with {self._program.wait()}")
        return json.loads(line)

    def see(self, kind: str, about: str, *, among: bool = False) -> Any:
        """Look until it is there; waiting for the program counts as a person's time."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            found = self.ask(kind, "" if among else about)
            if (about in found) if among else found is not None:
                self.human += time.monotonic() - began
                return found
            time.sleep(0.02)
        raise AssertionError(f"{about!r} never came up; to be seen: {self.ask('texts')}")

    def read(self, words: str) -> None:
        """Wait for these words, and read the page they are on."""
        while True:
            texts = self.see("texts", words, among=True)
            if words in texts:
                return self._spend(READ)

    def wait_focus(self, name: str) -> None:
        """Wait until keys go to the widget of this name."""
        began = time.monotonic()
        while (found := self.ask("focus")) != name:
            self._focus()
            if time.monotonic() - began > PATIENCE:
                raise AssertionError(f"keys go to {found!r}, never to {name!r}")
            time.sleep(0.02)
        self.human += time.monotonic() - began

    # Hands

    def press(self, *keys: str) -> None:
        """Press keys by their X names, one after the other: `Return`, `ctrl+k`, `F9`."""
        for key in keys:
            self._focus()
            self._xdotool("key", "--clearmodifiers", key)
            self.keys += 1
            self._spend(KEY)

    def type(self, text: str) -> None:
        """Type text where the focus is."""
        self._focus()
        if self.pace:
            for letter in text:
                self._xdotool("type", "--delay", "0", letter)
                self._spend(KEY)
        else:
            self._xdotool("type", "--delay", "4", text)
            self.human += KEY * len(text)
        self.keys += len(text)

    def tab_to(self, name: str) -> None:
        """Tab until keys go to the widget of this name."""
        for _ in range(60):
            if self.ask("focus") == name:
                return
            self.press("Tab")
            self.ask("focus")  # until the program has taken the key
        raise AssertionError(f"Tab never reaches {name!r}")

    def click(self, kind: str, about: str) -> None:
        """Find it, wait until it stands still, move there, press."""
        place = self.see(kind, about)
        while (again := self.ask(kind, about)) != place:
            place = again or self.see(kind, about)
            time.sleep(0.05)
        x, y = place
        self._xdotool("mousemove", str(x), str(y), "click", "1")
        self.clicks += 1
        self._spend(REACH)

    def _focus(self) -> None:
        """Without a window manager the newest window gets the keys only when it is told so."""
        found = self._xdotool("search", "--onlyvisible", "--name", ".", quiet=True).split()
        if found and self._xdotool("getwindowfocus", quiet=True).strip() not in found:
            self._xdotool("windowfocus", "--sync", found[-1])

    def _spend(self, seconds: float) -> None:
        self.human += seconds
        if self.pace:
            time.sleep(seconds * self.pace)

    def _xdotool(self, *arguments: str, quiet: bool = False) -> str:
        ended = subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, "DISPLAY": self._display},
            capture_output=True,
            text=True,
            check=not quiet,
        )
        return ended.stdout
