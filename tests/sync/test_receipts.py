"""What is issued offline gets the office's signed receipt at the next sync; every laptop asks it again."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import requests
from asn1crypto import cms, keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from desktop.errors import Refused
from desktop.models import certificates
from desktop.models import receipts as form
from desktop.models import timestamps as stamps
from desktop.models.columns import moment_text
from desktop.models.records import Receipt
from desktop.models.store import Store
from desktop.services import approval_verdicts, commands, contracts, drafts, receipts
from sync.server import timestamps
from tests.stores import firm
from tests.sync.pair import Pair, pairs

assert contracts.__name__  # its commands are registered


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pairs(tmp_path_factory.mktemp("receipts")) as made:
        firm(made.ann)
        made.meet()
        made.do(made.ann, "quote.issue")
        made.meet()
        yield made


def check(pair: Pair) -> str:
    return pair.draft(pair.ann).revision.content_hash


def kept(pair: Pair, store: Store, content: str) -> Receipt:
    [found] = [one for one in pair.all(store, Receipt) if one.content_hash == content]
    assert isinstance(found, Receipt)
    assert found.received_at is not None
    return found


def moment_of(receipt: Receipt) -> str:
    assert receipt.received_at is not None
    return moment_text(receipt.received_at)


def test_no_receipt_before_the_sync_and_a_sound_one_afterwards_on_every_laptop(pair: Pair) -> None:
    buyer, lines = pair.draft(pair.ann).quote.customer_id, [(pair.products[0].id, Decimal(1))]
    quote = run(pair, "quote.compose", customer_id=buyer, lines=lines).id
    run(pair, "quote.issue", quote)
    content = drafts.load(pair.ann, quote).revision.content_hash
    assert receipts.of_content(pair.ann, content) is None
    assert approval_verdicts.shown(pair.ann, drafts.load(pair.ann, quote)) is None
    pair.meet()
    for store in (pair.ann, pair.bob):
        found = receipts.of_content(store, content)
        assert found is not None
        assert found.state == "sound"
        assert found.words.in_language("en").startswith("Received by the office on 20")
        shown = approval_verdicts.shown(store, drafts.load(store, quote))
        assert shown is not None
        assert shown.tone == "good"
        assert kept(pair, store, content).revision_id == drafts.load(store, quote).revision.id
    assert receipts.of_content(pair.ann, "") is None
    assert receipts.of_content(pair.ann, "0" * 64) is None


def altered(store: Store, receipt: Receipt, **values: Any) -> receipts.Found | None:
    """What is said of a receipt that somebody wrote over in the file; then it is put back."""
    names, columns = ", ".join(f"{name} = ?" for name in values), ", ".join(values)
    here = (receipt.id.bytes,)
    with store.engine.begin() as connection:
        before = connection.exec_driver_sql(f"SELECT {columns} FROM receipt WHERE id = ?", here).one()  # noqa: S608
        change = f"UPDATE receipt SET {names} WHERE id = ?"  # noqa: S608
        connection.exec_driver_sql(change, (*values.values(), *here))
    try:
        return receipts.of_content(store, values.get("content_hash") or receipt.content_hash)
    finally:
        with store.engine.begin() as connection:
            connection.exec_driver_sql(change, (*before, *here))


def test_a_receipt_that_was_changed_or_is_somebody_elses_does_not_count(pair: Pair) -> None:
    pair.meet()
    mine = kept(pair, pair.ann, check(pair))
    stranger = ec.generate_private_key(ec.SECP256R1())
    at = moment_of(mine)
    forged = form.sign(stranger, mine.office, mine.content_hash, at)
    key = certificates.public_of(stranger)
    for values, state in (
        ({"received_at": moment_text(datetime(2020, 1, 1, tzinfo=UTC))}, "broken"),
        ({"content_hash": "ab" * 32}, "broken"),
        ({"office": "00" * 16}, "broken"),
        ({"signature": "00"}, "broken"),
        ({"signature": "x"}, "broken"),
        ({"key": key}, "broken"),
        ({"key": key, "signature": forged}, "unknown"),
    ):
        found = altered(pair.ann, mine, **values)
        assert found is not None, values
        assert found.state == state, values
        assert not found.sound
    assert receipts.of_content(pair.ann, mine.content_hash) is not None


def test_what_a_laptop_writes_into_a_receipt_does_not_count_at_the_office(pair: Pair) -> None:
    pair.meet()
    mine = kept(pair, pair.ann, check(pair))
    with pytest.raises(Refused):
        run(pair, "receipt.edit", mine.id, values={"content_hash": "cd" * 32})
    pair.meet()
    assert kept(pair, pair.bob, mine.content_hash).signature == mine.signature


def run(pair: Pair, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(pair.ann, pair.ann.me(), name, target, **arguments).value


def test_another_revision_and_a_contract_get_receipts_of_their_own(pair: Pair) -> None:
    run(pair, "quote.revise", pair.quote)
    run(pair, "quote.issue", pair.quote)
    pair.meet()
    second = receipts.of_content(pair.bob, check(pair))
    assert second is not None
    assert second.sound
    made = run(pair, "contract.new", values={"quote_id": pair.quote})
    run(pair, "contract.issue", made.id)
    pair.meet()
    [named] = [each for each in pair.all(pair.bob, Receipt) if each.contract_id == made.id]
    assert receipts.of_content(pair.bob, named.content_hash) == receipts.of_content(
        pair.ann, named.content_hash
    )
    assert drafts.load(pair.bob, pair.quote).revision.revision == 2


# ---------------------------------------------------------------- an authority beside it


@pytest.fixture(scope="module")
def authority() -> DummyTimeStamper:
    """Another company's: a key of its own, and a certificate for timestamps."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example TSA")])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(at)
        .not_valid_after(at.replace(year=2036))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    der, pkcs8 = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(der, pkcs8, serialization.NoEncryption())
    return DummyTimeStamper(asn1.Certificate.load(made.public_bytes(der)), keys.PrivateKeyInfo.load(secret))


def stamped(authority: DummyTimeStamper, change: Callable[[bytes], bytes] = bytes) -> timestamps.Post:
    """How it answers; `change` is what happens to a question on its way."""

    def ask(url: str, question: bytes) -> bytes:
        assert url == "https://tsa.example/tsr"
        asked = tsp.TimeStampReq.load(change(question))
        return bytes(asyncio.run(authority.async_request_tsa_response(asked)).dump())

    return ask


def test_an_authority_stamps_the_receipt_and_laptops_say_so(
    pair: Pair, authority: DummyTimeStamper, caplog: pytest.LogCaptureFixture
) -> None:
    office = pair.server.store
    pair.meet()
    assert timestamps.catch_up(office, 1, stamped(authority)) == 0, "no authority was named"
    office.write(lambda conn: timestamps.set_address(conn, "https://tsa.example/tsr"))

    def silent(_url: str, _question: bytes) -> bytes:
        raise ConnectionError("nobody there")

    def other(question: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(question)
        about = asked["message_imprint"]["hashed_message"].native
        return question.replace(about, bytes(32))

    for ask in (silent, lambda _u, _q: b"<html>", lambda _u, _q: b"", stamped(authority, other)):
        assert timestamps.catch_up(office, 1, ask) == 0
    assert "a timestamp" in caplog.text
    with office.read() as conn:
        waiting = timestamps.count(conn)
    assert timestamps.catch_up(office, pair.server.clock(), stamped(authority)) == waiting > 0
    assert timestamps.catch_up(office, 1, silent) == 0, "nothing waits any more"
    pair.meet()
    found = receipts.of_content(pair.bob, check(pair))
    assert found is not None
    assert found.authority == "Example TSA"
    assert found.stamped_at is not None
    assert "timestamp of Example TSA" in found.words.in_language("en")
    assert found.facts["receipt"] == "sound"
    here = kept(pair, pair.bob, check(pair))
    token = bytes.fromhex(here.stamp)
    about = form.told(here.office, here.content_hash, moment_of(here))
    assert stamps.read(token, about).at == found.stamped_at
    for wrong in (token[:-1], token[:-9] + b"123456789", b"", token.replace(b"Example", b"Exomple")):
        with pytest.raises(stamps.BadStamp):
            stamps.read(wrong, about)
    with pytest.raises(stamps.BadStamp):
        stamps.read(token, about + b"!")
    named = cms.ContentInfo.load(token)
    signer = named["content"]["signer_infos"][0]
    signer["sid"] = cms.SignerIdentifier("subject_key_identifier", b"key")
    with pytest.raises(stamps.BadStamp):
        stamps.read(named.dump(force=True), about)


def test_an_answer_that_breaks_off_is_an_error_that_the_office_expects() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(requests.RequestException):
            timestamps.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"question")
        thread.join()
