"""What a command of the office speaks through: its options, the opened office, and standard output."""

import argparse
import json
import locale
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from desktop.errors import NotFound, Refused, SatchelError, Usage
from desktop.words import Message, msg

if TYPE_CHECKING:
    from sync.server.server import Server

Act = Callable[["Console", argparse.Namespace], None]


@dataclass(slots=True)
class Console:
    """One run of `satchel-server`."""

    data: Path | None = None
    database_url: str | None = None
    json: bool = False
    _server: "Server | None" = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.store.close()
            self._server = None

    @property
    def folder(self) -> Path:
        """The office's own folder: --data, or the usual place of this system.

        With --database-url the key of its backups and its certificates lie there.
        """
        if self.data is not None:
            return self.data.expanduser()
        import platformdirs

        return Path(platformdirs.user_data_dir("satchel-server", appauthor=False))

    @property
    def server(self) -> "Server":
        """The office that the options name, opened once; made if there is none."""
        if self._server is None:
            from sync.server.server import Server
            from sync.server.store import open_folder, open_url

            self._server = Server(
                open_url(self.database_url) if self.database_url else open_folder(self.folder)
            )
        return self._server

    @property
    def office(self) -> "Server":
        """The office that is there already. Raises NotFound: a mistyped folder makes no second one."""
        from sync.server.store import DATABASE

        if not self.database_url and not (self.folder / DATABASE).exists():
            raise NotFound(
                msg("There is no office in {folder}. Begin one with: satchel-server init --data {folder}").of(
                    folder=self.folder
                )
            )
        return self.server

    @property
    def language(self) -> str:
        """The language of the terminal: Chinese where its locale is Chinese."""
        named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        return "zh" if (named or locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"

    @property
    def place(self) -> str:
        """The options that lead to this office, for commands that a person is told to type."""
        if not self.database_url:
            return f"--data {self.folder}"
        from sqlalchemy import make_url

        return f"--database-url {make_url(self.database_url).render_as_string(hide_password=True)}"

    def say(self, message: Message) -> str:
        """A message in the language of this terminal."""
        return message.in_language(self.language)

    def confirm(self, question: Message, name: str, given: str | None) -> None:
        """Have a person type a name before what cannot be taken back. Raises Usage and Refused.

        `given` was typed with the command.
        """
        if given is None:
            if not sys.stdin.isatty():
                how = msg("{question} To go on, add: --confirm “{name}”")
                raise Usage(how.of(question=question, name=name))
            sys.stderr.write(self.say(msg("{question} Type “{name}”: ").of(question=question, name=name)))
            sys.stderr.flush()
            given = sys.stdin.readline()
        if " ".join(given.split()) != name:
            raise Refused(msg("That is not “{name}”; nothing was changed.").of(name=name))

    def result(self, value: Any, text: Message | str) -> None:
        """The result: the value as JSON with --json, else the text."""
        if self.json:
            said = json.dumps(value, ensure_ascii=False, default=str)
        else:
            said = text if isinstance(text, str) else self.say(text)
        sys.stdout.write(said + "\n" if said else "")
        sys.stdout.flush()

    def table(self, rows: list[dict[str, Any]], *columns: str) -> None:
        """A list: as JSON, or as columns of text."""
        cells = [["–" if row[name] in (None, "") else str(row[name]) for name in columns] for row in rows]
        widths = [max((_width(row[place]) for row in cells), default=0) for place in range(len(columns))]
        lines = [
            "  ".join(cell + " " * (widths[place] - _width(cell)) for place, cell in enumerate(row)).rstrip()
            for row in cells
        ]
        self.result(rows, "\n".join(lines))

    def report(self, error: SatchelError) -> int:
        """Tell what went wrong on standard error; returns the exit code."""
        sys.stderr.write(self.say(error.message) + "\n")
        return error.exit_code


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese character takes two."""
    return sum(2 if "\u1100" <= letter <= "\uffe6" and letter not in "–—“”‘’…" else 1 for letter in text)


def moment(at: int | None) -> str:
    """A moment in the clock of this computer, to the minute."""
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"


def command(
    commands: Any, shared: argparse.ArgumentParser, name: str, about: str, act: Act
) -> argparse.ArgumentParser:
    """Add a command that `act` carries out."""
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about, parents=[shared]
    )
    added.set_defaults(act=act)
    return added


def group(commands: Any, shared: argparse.ArgumentParser, name: str, about: str) -> Any:
    """Add a command that has commands of its own."""
    added = commands.add_parser(name, help=about, description=about, parents=[shared])
    return added.add_subparsers(required=True, metavar="VERB")
