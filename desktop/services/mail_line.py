"""The way to a mail server: one mail over SMTP, and of every failure what it means for sending again.

Nothing goes over the network unencrypted. The body and its end are sent apart: as long as the end was not
sent no server delivers, so what breaks before it may be sent again; what breaks after it nobody knows.
"""

import base64
import ipaddress
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from desktop.models.mailbox import Account
from desktop.words import Message, msg, verbatim

SECONDS: Final = 30.0
NO_SERVER: Final = msg("The mail server {server} cannot be reached: {why}.")
STRANGER: Final = msg("The mail server {server} cannot prove who it is ({why}); nothing was sent to it.")
NO_TLS: Final = msg("The mail server {server} offers no encryption; nothing was sent to it.")
IN_THE_CLEAR: Final = msg("Without encryption mails go to a server on this machine only.")
WRONG: Final = msg("The mail server {server} does not take this user and password: {why}")
SAYS: Final = msg("The mail server says: {why}")
NOT_TO: Final = msg("The mail server does not take mail for {address}: {why}")
BROKEN: Final = msg("The line to the mail server broke before the mail was handed over ({why}).")
UNKNOWN: Final = msg(
    "The line broke after the mail was handed over; whether it arrived nobody here knows. Ask, then say so."
)


class NotSent(Exception):
    """The mail was not taken. `again`: trying later may help; `account`: user or password are wrong."""

    def __init__(self, why: Message, *, again: bool, account: bool = False) -> None:
        super().__init__(why.text)
        self.why, self.again, self.account = why, again, account


class Unknown(Exception):
    """The mail may have been taken."""


def deliver(
    account: Account,
    to: Sequence[str],
    data: bytes,
    about_to: Callable[[], None],
    *,
    seconds: float = SECONDS,
) -> None:
    """Hand one mail over; `about_to` is called right before its content goes out. Raises NotSent, Unknown."""
    with _talking(account, seconds) as line:
        _need(*line.mail(account.sender))
        for address in to:
            code, said = line.rcpt(address)
            if code not in (250, 251):
                why = NOT_TO.of(address=address, why=_text(said))
                raise NotSent(why, again=400 <= code < 500)
        about_to()
        _need(*line.docmd("DATA"), wanted=354)
        line.send(_stuffed(data))
        _end(line)


def greet(account: Account, *, seconds: float = SECONDS) -> None:
    """Try the account without sending anything. Raises NotSent."""
    with _talking(account, seconds) as line:
        _need(*line.noop())


@contextmanager
def _talking(account: Account, seconds: float) -> Iterator[smtplib.SMTP]:
    """A line that is encrypted and logged in. What breaks while it is used raises NotSent."""
    line = None
    try:
        line = _reach(account, seconds)
        _log_in(line, account)
        yield line
        with suppress(OSError, smtplib.SMTPException):
            line.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(BROKEN.of(why=_reason(error)), again=True) from error
    finally:
        if line is not None:
            line.close()


def _reach(account: Account, seconds: float) -> smtplib.SMTP:
    """Connect and encrypt."""
    if account.tls == "none" and not is_here(account.server):
        raise NotSent(IN_THE_CLEAR, again=False, account=True)
    line: smtplib.SMTP | None = None
    try:
        trust = ssl.create_default_context(cadata=account.authority or None)
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        if account.tls == "tls":
            return smtplib.SMTP_SSL(account.server, account.port, timeout=seconds, context=trust)
        line = smtplib.SMTP(account.server, account.port, timeout=seconds)
        if account.tls != "none":
            line.ehlo_or_helo_if_needed()
            if not line.has_extn("starttls"):
                raise NotSent(NO_TLS.of(server=account.server), again=True)
            _need(*line.starttls(context=trust), wanted=220)
        return line
    except ssl.SSLError as error:
        _hang_up(line)
        why = getattr(error, "verify_message", "") or error.reason or type(error).__name__
        raise NotSent(STRANGER.of(server=account.server, why=why), again=True) from error
    except (OSError, ValueError, TypeError, smtplib.SMTPException) as error:  # no such host, no such PEM
        _hang_up(line)
        raise NotSent(NO_SERVER.of(server=account.server, why=_reason(error)), again=True) from error
    except NotSent:
        _hang_up(line)
        raise


def _hang_up(line: smtplib.SMTP | None) -> None:
    if line is not None:
        line.close()


def is_here(server: str) -> bool:
    """Whether a server is this machine: its mail crosses no network."""
    try:
        return ipaddress.ip_address(server.strip("[]")).is_loopback
    except ValueError:
        return server.casefold() == "localhost"


def _log_in(line: smtplib.SMTP, account: Account) -> None:
    line.ehlo_or_helo_if_needed()
    if not account.user:
        return
    try:
        if "PLAIN" in line.esmtp_features.get("auth", "").upper().split():
            said = "\0".join(("", account.user, account.password)).encode()  # UTF-8, by RFC 4616
            code, answer = line.docmd("AUTH", "PLAIN " + base64.b64encode(said).decode())
            if code not in (235, 503):
                raise smtplib.SMTPAuthenticationError(code, answer)
        else:
            line.login(account.user, account.password)
    except smtplib.SMTPAuthenticationError as error:
        why = WRONG.of(server=account.server, why=_text(error.smtp_error))
        lasting = error.smtp_code >= 500
        raise NotSent(why, again=True, account=lasting) from error
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
        why = WRONG.of(server=account.server, why=_reason(error))
        raise NotSent(why, again=True, account=True) from error


def _need(code: int, said: bytes, *, wanted: int = 250) -> None:
    if code != wanted:
        raise NotSent(SAYS.of(why=f"{code} {_text(said)}"), again=not 500 <= code < 600)


def _end(line: smtplib.SMTP) -> None:
    """The end of the mail, and the server's word that it is theirs now."""
    try:
        line.send(b".\r\n")
        code, said = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown from error
    if code < 0:
        raise Unknown
    _need(code, said)


def _stuffed(data: bytes) -> bytes:
    """A mail's bytes as SMTP carries them: a line that begins with a dot has one more (RFC 5321, 4.5.2)."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." if each.startswith(b".") else b"") + each + b"\r\n" for each in lines)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]


def _reason(error: BaseException) -> Message:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return msg("it hung up")
    if isinstance(error, TimeoutError):
        return msg("no answer")
    return verbatim(_text(getattr(error, "strerror", "") or str(error) or type(error).__name__))
