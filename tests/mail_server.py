"""A mail server of a few lines on this machine, for tests: real sockets, real TLS, and faults on demand."""

import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@lru_cache(maxsize=4)
def certificate(host: str = "localhost") -> tuple[str, str]:
    """A certificate for `host` and this machine that vouches for itself, and its key; both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    return (
        made.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
    )


@dataclass
class MailServer:
    """Takes mail on a port of its own. `fault` names where it misbehaves; the next line is well again.

    hang up: at the greeting, in the middle of `body`, `after` the end without a word (the mail was taken);
    `hold`: the same but it waits; a number such as 451 or 554 is its answer to what is named in `at`.
    """

    folder: Path
    tls: str = "starttls"
    host: str = "localhost"
    users: dict[str, str] = field(default_factory=lambda: {"lin@hengyue.cn": "geheim 密"})
    fault: str = ""
    at: str = ""
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    talks: list[list[str]] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        pem, key = certificate(self.host)
        file = self.folder / "mail.pem"
        file.write_text(pem + key, encoding="utf-8")
        self.authority = pem
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="mail server")
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self.held.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            line, _ = self._listening.accept()
            if self._over.is_set():
                line.close()
                return
            line.settimeout(20)
            try:
                self._talk(line)
            except (OSError, ssl.SSLError, ValueError):
                pass
            finally:
                line.close()

    def _talk(self, line: Any) -> None:
        said: list[str] = []
        self.talks.append(said)
        fault, at = self.fault, self.at
        self.fault = ""
        if fault == "greeting":
            return
        if self.tls == "tls":
            line = self._context.wrap_socket(line, server_side=True)
        talk = Conversation(self, line, said, fault, at)
        try:
            talk.hold()
        finally:
            for each in (talk.reader, talk.line):
                each.close()


class Conversation:
    """One connection; commands by name."""

    def __init__(self, server: MailServer, line: Any, said: list[str], fault: str, at: str) -> None:
        self.server, self.line, self.said, self.fault, self.at = server, line, said, fault, at
        self.secure = server.tls == "tls"
        self.reader = line.makefile("rb")
        self.sender, self.to = "", list[str]()

    def answer(self, text: str) -> None:
        self.line.sendall(text.encode() + b"\r\n")

    def hold(self) -> None:
        self.answer("220 mail.test ESMTP")
        while True:
            command = self.reader.readline().decode().rstrip("\r\n")
            if not command:
                return
            word = command.split(" ", 1)[0].upper()
            self.said.append(word if word == "AUTH" else command)
            if self.at == word and self.fault.isdigit():
                self.answer(f"{self.fault} not today")
                continue
            if word == "QUIT":
                self.answer("221 bye")
                return
            if not getattr(self, f"_{word.lower()}", self._unknown)(command):
                return

    def _unknown(self, _command: str) -> bool:
        self.answer("502 what?")
        return True

    def _ehlo(self, _command: str) -> bool:
        offers = ["mail.test", *(["AUTH PLAIN LOGIN"] if self.secure or self.server.tls == "none" else [])]
        if self.server.tls == "starttls" and not self.secure:
            offers.append("STARTTLS")
        for place, offer in enumerate(offers):
            self.answer(f"250{' ' if place == len(offers) - 1 else '-'}{offer}")
        return True

    def _starttls(self, _command: str) -> bool:
        self.answer("220 go on")
        self.reader.close()
        self.line = self.server._context.wrap_socket(self.line, server_side=True)  # noqa: SLF001 - its own
        self.reader, self.secure = self.line.makefile("rb"), True
        return True

    def _auth(self, command: str) -> bool:
        import base64

        _none, user, password = base64.b64decode(command.split(" ")[2]).decode().split("\0")
        fits = self.server.users.get(user) == password
        self.answer("235 welcome" if fits else "535 wrong")
        return True

    def _noop(self, _command: str) -> bool:
        self.answer("250 ok")
        return True

    _rset = _noop

    def _mail(self, command: str) -> bool:
        self.sender = command.partition("<")[2].partition(">")[0]
        self.answer("250 ok")
        return True

    def _rcpt(self, command: str) -> bool:
        address = command.partition("<")[2].partition(">")[0]
        if address.startswith("nobody"):
            self.answer("550 nobody here")
        else:
            self.to.append(address)
            self.answer("250 ok")
        return True

    def _data(self, _command: str) -> bool:
        self.answer("354 go on")
        lines: list[bytes] = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line or (self.fault == "body" and len(lines) > 5):
                return False
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.mails.append((self.sender, self.to, b"".join(lines)))
        if self.fault == "after":
            return False
        if self.fault == "hold":
            self.server.held.wait(20)
            return False
        if self.at == "END" and self.fault.isdigit():
            self.server.mails.pop()
            self.answer(f"{self.fault} not today")
            return True
        self.answer("250 taken")
        return True
