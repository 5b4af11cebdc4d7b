"""On a real screen: somebody new from the first start to a first quote, then their day by keys alone.

`python -m tests.onscreen.newcomer` goes at the pace of a person and prints how long it took.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.onscreen.screen import Screen

PASSPHRASE = "correct horse battery staple"


def newcomer(screen: Screen, folder: Path) -> Path:
    """The whole path with keys and mouse; returns the paper that was saved."""
    begin(screen, folder)
    look_around(screen)
    return first_quote(screen, folder)


def begin(screen: Screen, folder: Path) -> None:
    """The three pages of the first start, with the recovery sheet saved."""
    screen.start(folder / "profile")
    screen.read("Welcome")
    screen.wait_focus("Your name")
    screen.type("Lin Yiming")
    screen.press("Return")
    screen.read("Choose a passphrase")
    screen.wait_focus("Passphrase")
    screen.type(PASSPHRASE)
    screen.press("Tab")
    screen.type(PASSPHRASE)
    screen.press("Return")
    screen.read("Recovery code")
    screen.click("find", "Save as PDF")
    save_as(screen, folder / "recovery.pdf")
    screen.click("find", "Continue")
    screen.read("How would you like to start?")
    screen.click("find", "Open the demo company")


def look_around(screen: Screen) -> None:
    """A customer, found by the initials of its name."""
    screen.read("Your first quote")
    screen.press("ctrl+k")
    screen.wait_focus("Search or command")
    screen.type("zmzy")
    screen.press("Return")
    screen.read("New quote")


def first_quote(screen: Screen, folder: Path) -> Path:
    """Two lines, issued, saved."""
    screen.click("find", "New quote")
    screen.wait_focus("Add a line")
    screen.type("sat37*2")
    screen.press("Return")
    screen.type("sat75v")
    screen.press("Return")
    screen.read("Payable, tax included ¥192,200.00")
    screen.press("F9")
    screen.read("Issue this quote?")
    screen.press("Return")
    screen.read("Issued")
    screen.click("find", "Save as PDF")
    paper = folder / "quote.pdf"
    save_as(screen, paper)
    screen.see("texts", "Saved: quote.pdf", among=True)
    return paper


def day_by_keys(screen: Screen) -> None:
    """Find a customer, note the call, plan the next task, quote and issue: no press of the mouse."""
    screen.press("ctrl+k")
    screen.wait_focus("Search or command")
    screen.type("nltc")
    screen.press("Return")
    screen.read("New quote")
    screen.tab_to("Write a note")
    screen.type("Called: wants two stages, budget by Friday")
    screen.press("Return")
    screen.tab_to("New task")
    screen.press("space")
    screen.type("Send the comparison")
    screen.press("ctrl+Return")
    screen.read("Send the comparison")
    screen.press("ctrl+q")
    screen.wait_focus("Add a line")
    screen.type("sat75v*3")
    screen.press("Return")
    screen.read("Payable, tax included ¥295,800.00")
    screen.press("F9")
    screen.read("Issue this quote?")
    screen.press("Return")
    screen.read("Issued")


def save_as(screen: Screen, path: Path) -> None:
    """Type a name into the file dialog; a person would take the one that stands there."""
    screen.wait_focus("fileNameEdit")
    screen.press("ctrl+a")
    screen.type(str(path))
    screen.press("Return")
    screen.human -= len(str(path)) * 0.28


def tell(what: str, began: float, screen: Screen) -> None:
    """How long it took."""
    seconds = time.monotonic() - began
    sys.stdout.write(f"{what}: {seconds:.0f} s, {screen.keys} keys, {screen.clicks} presses of the mouse\n")


def main() -> int:
    """At the pace of a person."""
    folder = Path(tempfile.mkdtemp(prefix="newcomer"))
    began = time.monotonic()
    with Screen(folder, pace=1) as screen:
        newcomer(screen, folder)
        tell("first start to first quote as PDF", began, screen)
        began, screen.keys, screen.clicks = time.monotonic(), 0, 0
        day_by_keys(screen)
        tell("call noted, task planned, quote issued", began, screen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
