"""What a subcommand speaks through: its options, the opened profile, and standard output."""

import getpass
import json
import locale
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop.errors import NotFound, SatchelError, Usage
from desktop.models.store import Actor, Store
from desktop.models.vault import Vault, open_vault
from desktop.services.profiles import open_store
from desktop.words import Message, msg

PASSPHRASE = "SATCHEL_PASSPHRASE"


@dataclass(frozen=True, slots=True)
class Options:
    """The options that every subcommand knows."""

    profile: str | None = None
    passphrase_file: str | None = None
    json: bool = False
    language: str = ""


class Console:
    """One run of the program in a terminal."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.language = options.language or _language()
        self._vault: Vault | None = None
        self._store: Store | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._vault is not None:
            self._vault.close()

    @property
    def profile(self) -> Path:
        """The profile folder: --profile, or the usual place of this system."""
        if self.options.profile:
            return Path(self.options.profile).expanduser()
        from platformdirs import user_data_path

        return user_data_path("satchel", appauthor=False) / "profile"

    def passphrase(self) -> str:
        """The passphrase, from its file, the environment, or typed. Raises Usage where there is none."""
        if self.options.passphrase_file:
            try:
                return Path(self.options.passphrase_file).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError:
                raise NotFound(
                    msg("The passphrase file {path} cannot be read.").of(path=self.options.passphrase_file)
                ) from None
        given = os.environ.get(PASSPHRASE)
        if given is not None:
            return given
        if sys.stdin.isatty():
            return getpass.getpass(self.say(msg("Passphrase: ")))
        raise Usage(
            msg("Give the passphrase with --passphrase-file FILE or in the variable {name}.").of(
                name=PASSPHRASE
            )
        )

    @property
    def vault(self) -> Vault:
        """The vault of the profile, opened once."""
        if self._vault is None:
            self._vault = open_vault(self.profile, self.passphrase())
        return self._vault

    @property
    def store(self) -> Store:
        """The records of the profile."""
        if self._store is None:
            self._store = open_store(self.vault)
        return self._store

    @property
    def actor(self) -> Actor:
        """Who this profile belongs to."""
        return self.store.me()

    def say(self, message: Message) -> str:
        """A message in the language of this terminal."""
        return message.in_language(self.language)

    def emit(self, value: Any) -> None:
        """One JSON value on a line of its own."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def fault(self, error: SatchelError) -> dict[str, Any]:
        """What went wrong, as a JSON value."""
        told = {"error": type(error).__name__, "message": self.say(error.message), "field": error.field}
        return {**told, **error.facts}

    def result(self, value: Any, text: Message | str) -> None:
        """The result: the value as JSON with --json, else the text."""
        if self.options.json:
            self.emit(value)
        else:
            self.line(text if isinstance(text, str) else self.say(text))

    def line(self, text: str) -> None:
        """One line for a person; nothing with --json."""
        if not self.options.json:
            sys.stdout.write(text + "\n")


def _language() -> str:
    """The language of the terminal: Chinese where its locale is Chinese."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if (named or locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
