"""On a real screen: SIGKILL at random moments while real keys type into a real window.

`python -m tests.onscreen.kills --rounds 100 [--seed N]`: each life goes on where the last one was cut off; at
most a second of typing may be missing, and the cursor stands where it stood.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from tests.onscreen.screen import Screen
from tests.stores import customer, opened
from tests.views.typing_kills import LETTERS, PLACES, State, Tally, main

DELAY: Final = 45
"""Milliseconds between two keys: a quick typist."""
START: Final = 60.0


class Life:
    """One run of the program, until it is killed."""

    def __init__(self, screen: Screen, profile: Path, record: UUID, place: str) -> None:
        command = [sys.executable, "-m", "tests.onscreen.typing", str(profile), record.hex, place]
        self._screen = screen
        self._process = subprocess.Popen(
            command,
            env=screen.surroundings("en"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.states: list[State] = []
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, said: IO[str]) -> None:
        for line in said:
            if line.endswith("]\n"):
                self.states.append(State(*json.loads(line)))

    def begun(self) -> State:
        """What stood in the editor when the window was there."""
        end = time.monotonic() + START
        while not self.states:
            if time.monotonic() > end or self._process.poll() is not None:
                raise AssertionError("the window never came up")
            time.sleep(0.02)
        return self.states[0]

    def type(self, dice: random.Random, seconds: float) -> float:
        """Real keys, and SIGKILL so many seconds after the first one arrived; returns the moment."""
        hands = self._screen.hands(_keys(dice))
        end = time.monotonic() + START
        before = len(self.states)
        while len(self.states) == before:
            if time.monotonic() > end:
                raise AssertionError("no key ever arrived")
            time.sleep(0.005)
        time.sleep(seconds)
        killed = time.monotonic()
        self._process.kill()
        self._process.wait()
        self._reader.join()
        hands.kill()
        hands.wait()
        return killed


NAMES: Final = {" ": "space", ".": "period"}


def _keys(dice: random.Random) -> list[str]:
    """What xdotool presses: letters, now and then a step to the left."""
    keys = ["Left" if dice.random() < 0.1 else dice.choice(LETTERS) for _ in range(200)]
    return ["key", "--delay", str(DELAY), *(NAMES.get(key, key) for key in keys)]


def run(rounds: int, folder: Path, *, seed: int = 0) -> Tally:
    """Type and kill; four places take turns, each in a profile of its own."""
    dice, tally = random.Random(seed), Tally()
    with opened(folder / "first") as store:
        record = customer(store).id
    last: dict[str, tuple[list[State], float]] = {}
    with Screen(folder) as screen:
        for number in range(rounds + len(PLACES)):
            place = PLACES[number % len(PLACES)]
            profile = folder / place
            if place not in last:
                shutil.copytree(folder / "first", profile)
            life = Life(screen, profile, record, place)
            found = life.begun()
            if place in last:
                tally.judge(*last[place], found.said, f"{number} ({place})")
                sys.stderr.write(f"{tally.rounds} {place} {tally.worst:.2f}\n")
            killed = life.type(dice, dice.uniform(0.1, 2.0))
            tally.keys += len(life.states) - 1
            last[place] = (life.states, killed)
    return tally


if __name__ == "__main__":
    os.nice(10)
    raise SystemExit(main(run, __doc__))
