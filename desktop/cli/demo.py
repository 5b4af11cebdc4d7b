"""`satchel demo`: the main job on throw-away profiles, with its window or as a JSON summary."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from desktop import settings
from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommand."""
    demo = areas.add_parser("demo", help="a firm with an office and two laptops: the whole way, on demo data")
    demo.add_argument("--headless", action="store_true", help="without a window; prints a JSON summary")
    demo.add_argument("--out", metavar="DIR", help="keep everything in this folder")
    demo.add_argument("--customers", type=int, default=0, metavar="N", help="so many customers besides")
    demo.set_defaults(run=run)


def run(console: Console, chosen: argparse.Namespace) -> None:
    """Play the story; then the summary, and the window on the rep's laptop."""
    if chosen.out:
        folder = Path(chosen.out)
        if folder.exists() and any(folder.iterdir()):
            raise Refused(msg("{folder} is not empty. Name a new folder for the demo.").of(folder=folder))
        play(console, folder, chosen)
        return
    with tempfile.TemporaryDirectory(prefix="satchel-demo-") as folder_name:
        play(console, Path(folder_name), chosen)


def play(console: Console, folder: Path, chosen: argparse.Namespace) -> None:
    """The story in `folder`."""
    from desktop.cli.story import Story

    def tell(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    story = Story(folder, chosen.customers, tell)
    try:
        story.play()
        console.emit(story.summary())
        if not chosen.headless and settings.has_display():
            from desktop.app import show

            show(story.rep.vault, story.rep.store)
    finally:
        story.close()
