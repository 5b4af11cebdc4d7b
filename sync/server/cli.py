"""The command line of the office. Every command works beside a server that runs on the same data."""

import argparse
import ipaddress
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from desktop.errors import NotFound, SatchelError, Usage
from desktop.rules.roles import ROLES
from desktop.words import msg

PORT: Final = 8440
Answer = tuple[Any, str]
"""What a command says: for programs, and for people."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; returns the exit code."""
    chosen = _parser().parse_args(arguments, argparse.Namespace(data=None, database_url=None, json=False))
    try:
        answer = chosen.act(chosen)
    except SatchelError as error:
        sys.stderr.write(error.message.in_language(_language()) + "\n")
        return error.exit_code
    if answer is not None:
        data, text = answer
        sys.stdout.write((json.dumps(data, ensure_ascii=False) if chosen.json else text) + "\n")
        sys.stdout.flush()
    return 0


def _language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"


# ---------------------------------------------------------------- words of the command line


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--data", type=Path, metavar="DIR", help="folder of the office's encrypted database")
    shared.add_argument("--database-url", metavar="URL", help="another database, such as postgresql://…")
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = argparse.ArgumentParser(
        prog="satchel-server", description="The office that laptops sync with.", parents=[shared]
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, about: str, act: Callable[[argparse.Namespace], Answer | None]
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about, parents=[shared])
        command.set_defaults(act=act)
        return command

    serve = add("serve", "answer laptops until told to stop", _serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=PORT, help="0 takes a free one; the first line says which")
    serve.add_argument("--certificate", metavar="FILE", help="TLS certificate (PEM)")
    serve.add_argument("--key", metavar="FILE", help="TLS private key (PEM)")
    serve.add_argument(
        "--behind-proxy", action="store_true", help="plain HTTP although not on loopback: a proxy adds TLS"
    )
    serve.add_argument("--attended", action="store_true", help="stop when standard input ends")
    user = add("user", "people: user add NAME --team T --role R", _add_user)
    user.add_argument("verb", choices=["add"])
    user.add_argument("name")
    user.add_argument("--team", default="")
    user.add_argument("--role", default="rep", choices=list(ROLES))
    code = add("code", "a code that lets one laptop of USER in, for 10 minutes", _code)
    code.add_argument("user")
    device = add("device", "laptops: device list | device revoke DEVICE", _device)
    device.add_argument("verb", choices=["list", "revoke"])
    device.add_argument("device", nargs="?", default="")
    add("audit", "check the chain of the office's own log", _audit)
    return parser


# ---------------------------------------------------------------- commands


def _open(chosen: argparse.Namespace) -> Any:
    """The office that the options name."""
    from sync.server.server import Server
    from sync.server.store import open_folder, open_url

    if chosen.database_url and chosen.data:
        raise Usage(msg("Name either --data or --database-url."))
    if chosen.database_url:
        return Server(open_url(chosen.database_url))
    return Server(open_folder(chosen.data or _default_folder()))


def _default_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("satchel-server", appauthor=False))


def _serve(chosen: argparse.Namespace) -> None:
    if not _is_loopback(chosen.host) and not chosen.certificate and not chosen.behind_proxy:
        raise Usage(
            msg(
                "Without TLS the office answers this computer only: give --certificate and --key, "
                "or --behind-proxy if a proxy adds TLS."
            )
        )
    if bool(chosen.certificate) != bool(chosen.key):
        raise Usage(msg("--certificate and --key belong together."))
    for name in (chosen.certificate, chosen.key):
        if name and not Path(name).is_file():
            raise NotFound(msg("There is no file {path}.").of(path=name))
    from sync.server.app import Running

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if chosen.attended:
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    server = _open(chosen)
    running = Running(server, chosen.host, chosen.port, certificate=chosen.certificate, key=chosen.key)
    running.start()
    sys.stdout.write(json.dumps({"url": running.url}) + "\n")
    sys.stdout.flush()
    while running.is_alive() and not stop.wait(0.5):
        pass
    running.stop()


def _wait_for_end(stop: threading.Event) -> None:
    """Whoever started this office holds its standard input; when that ends, so did they."""
    sys.stdin.read()
    stop.set()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _add_user(chosen: argparse.Namespace) -> Answer:
    user = _open(chosen).add_user(chosen.name, chosen.team, chosen.role)
    return {"id": user, "name": chosen.name, "team": chosen.team, "role": chosen.role}, user


def _code(chosen: argparse.Namespace) -> Answer:
    code = _open(chosen).new_code(chosen.user)
    return {"code": code, "minutes": 10}, code


def _device(chosen: argparse.Namespace) -> Answer:
    server = _open(chosen)
    if chosen.verb == "list":
        devices = server.devices()
        return devices, "\n".join(_line(one) for one in devices)
    if not chosen.device:
        raise Usage(msg("Say which device: its id or its three-letter code."))
    device = server.revoke(chosen.device)
    return {"id": device, "revoked": True}, device


def _line(device: dict[str, Any]) -> str:
    revoked = ("revoked",) if device["revoked_at"] else ()
    return "  ".join((device["code"], device["id"], device["user"] or "?", device["name"], *revoked))


def _audit(chosen: argparse.Namespace) -> Answer:
    wrong, rows = _open(chosen).check_audit()
    if wrong:
        raise SatchelError(msg("Row {row} of the office's log does not fit the one before.").of(row=wrong))
    return {"ok": True, "rows": rows}, f"{rows}"
