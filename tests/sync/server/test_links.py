"""A customer's link end to end: asked for on a laptop, shown in a browser, answered there, back on laptops.

One office for the whole file; each test has a quote of its own.
"""

import argparse
import asyncio
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.requests import Request

from desktop.cli import links as cli_links
from desktop.cli.console import Console, Options
from desktop.documents.template_sample import stress
from desktop.documents.voice import money, short_hash
from desktop.errors import NotFound, Refused, Usage
from desktop.models.records import (
    Customer,
    Interaction,
    Quote,
    QuoteRevision,
    Signature,
    Task,
)
from desktop.models.store import Store
from desktop.rules import attachments as files
from desktop.services import commands, links, sealed
from sync.client.driver import sync_once
from sync.server import link_page, link_visits
from sync.server import links as office_links
from sync.server.app import make_app
from sync.server.cli import customer_links as office_cli
from sync.server.cli.console import Console as OfficeConsole
from sync.server.link_visits import KNOCKS, LONGEST_BODY, Pace, _preferred
from sync.server.server import Server
from sync.server.tables import BLOB, LINK, PIECE, PROOF
from tests.documents import sample
from tests.stores import firm
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct

INK = {"pad": [120000, 30000], "strokes": [[[100, 100, 0, 0], [9000, 9000, 20, 0], [30000, 200, 60, 0]]]}
SECRETS = ("4711.93", "别家机密公司", "内部备注", "对手价")
"""A cost, another customer, a note and a hint: on no page."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pairs(tmp_path_factory.mktemp("links")) as made:
        firm(made.ann)
        run(made.ann, "product.edit", made.products[0].id, values={"cost": Decimal("4711.93")})
        run(made.ann, "customer.new", values={"name": "别家机密公司", "remark": "内部备注"})
        made.meet()
        yield made


@dataclass(frozen=True)
class Said:
    """What came back."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Web:
    """A browser of one place, without a socket; each knocks at an office that knows nobody yet."""

    def __init__(self, server: Server) -> None:
        self._app = make_app(server)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Said:
        return asyncio.run(self._ask("GET", path, b"", headers or {}))

    def post(self, path: str, content: bytes) -> Said:
        return asyncio.run(self._ask("POST", path, content, {"user-agent": "a browser"}))

    def put(self, path: str) -> Said:
        return asyncio.run(self._ask("PUT", path, b"", {}))

    async def _ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Said:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 5000),
            "server": ("office.example", 443),
            "scheme": "https",
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Said(sent[0]["status"], found, b"".join(one.get("body", b"") for one in sent[1:]))


@pytest.fixture
def web(pair: Pair) -> Web:
    return Web(pair.server)


def run(store: Store, command: str, target: UUID | None = None, /, **arguments: Any) -> Any:
    return commands.run(store, store.me(), command, target, **arguments).value


def offer(pair: Pair, **values: Any) -> UUID:
    """Another issued quote of Ann."""
    buyer = pair.draft(pair.ann).quote.customer_id
    lines = [(pair.products[0].id, Decimal(2))]
    made = run(pair.ann, "quote.compose", customer_id=buyer, lines=lines, name="精加工线", **values)
    run(pair.ann, "quote.edit", made.id, values={"next_step": "对手价"})
    run(pair.ann, "quote.issue", made.id)
    return UUID(str(made.id))


def asked(pair: Pair, quote: UUID, **arguments: Any) -> str:
    """The path of a link to it, once the office has answered."""
    run(pair.ann, "quote.link", quote, **arguments)
    sync_once(pair.ann, Direct(pair.server))
    return path_of(pair, quote)


def path_of(pair: Pair, quote: UUID) -> str:
    """Of the newest link."""
    found = links.address(pair.ann, links.of_quote(pair.ann, quote)[0])
    return found[found.index(links.PATH) :]


def kept_open(pair: Pair) -> str:
    """The path of a link that stays open for all tests of forms."""
    found = getattr(pair, "kept_open", "") or asked(pair, offer(pair))
    setattr(pair, "kept_open", found)  # noqa: B010 - of this file alone
    return found


def seen(web: Web, path: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', web.get(path).text)
    assert found is not None
    return found[1]


def say(web: Web, path: str, way: str = "accept", **form: str) -> Any:
    form = {"name": "王建国", "agree": "yes", "lang": "zh", **form}
    form.setdefault("seen", seen(web, path) if form.get("seen") is None else form["seen"])
    return web.post(f"{path}/{way}", urlencode(form).encode())


def one(store: Store, cls: type[Any], **values: Any) -> list[Any]:
    with store.reading() as session:
        query = select(cls).where(*(getattr(cls, name) == value for name, value in values.items()))
        return list(session.scalars(query.where(cls.deleted_at.is_(None))))


@contextmanager
def later(pair: Pair, days: int) -> Iterator[None]:
    """The office's clock so many days on."""
    before = pair.server.clock
    pair.server.clock = lambda: before() + days * 86_400_000
    try:
        yield
    finally:
        pair.server.clock = before


# ---------------------------------------------------------------- from the laptop and back


def test_a_link_is_asked_for_offline_and_its_address_comes_to_the_laptop_that_asked_alone(pair: Pair) -> None:
    quote = offer(pair)
    made = run(pair.ann, "quote.link", quote)
    assert links.address(pair.ann, made) == ""
    assert links.state(made, made.asked_at.date())[0] == "waiting"
    pair.meet()
    [mine], [theirs] = links.of_quote(pair.ann, quote), links.of_quote(pair.bob, quote)
    address = links.address(pair.ann, mine)
    token = address.rpartition("/")[2]
    assert office_links.TOKEN.fullmatch(token)
    assert links.address(pair.bob, theirs) == "", "only the laptop that asked can open what was sealed to it"
    with pair.server.store.read() as conn:
        assert token not in str(conn.execute(select(LINK)).all())
        assert office_links.find(conn, token, pair.server.clock()) is not None
    assert token not in json.dumps([theirs.sealed, mine.sealed])
    assert sum(map(len, links.squares(pair.ann, mine))) > 400


def test_the_customer_accepts_and_the_quote_is_signed_on_every_laptop(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    page = web.get(path)
    assert page.status_code == 200
    for shown in ("精加工线", "苏州星河精密机械有限公司", "产品 A", "200.00", "接受此报价"):
        assert shown in page.text
    answered = say(web, path, name=" 王\u202e建国 ", job="采购经理", ink=json.dumps(INK))
    assert (answered.status_code, answered.headers["location"]) == (303, f"{path}?lang=zh")
    assert say(web, path, seen="whatever").status_code == 303, "the same answer again changes nothing"
    pair.meet()
    for store in (pair.ann, pair.bob):
        [held], [signed] = one(store, Quote, id=quote), one(store, Signature, quote_id=quote)
        assert held.stage == "accepted"
        assert (signed.signer, signed.job, signed.method) == ("王建国", "采购经理", "remote")
        assert signed.content_hash == one(store, QuoteRevision, id=held.revision_id)[0].content_hash
        assert signed.evidence["ink"] == INK
        assert signed.evidence["consent"]["text"].startswith("我代表")
        assert signed.evidence["browser"]["agent"]
        [link] = links.of_quote(store, quote)
        assert (link.answer, link.answered_by) == ("accepted", "王建国")
        [task] = [each for each in one(store, Task) if held.number in each.name]
        assert task.owner_id == held.owner_id
        assert task.remind_at is not None
        assert [each.channel for each in one(store, Interaction) if held.number in each.name] == ["web"]
    assert "王建国" in web.get(path).text
    assert pair.server.check_audit()[0] == 0


def test_the_customer_declines_with_a_reason_and_cannot_accept_afterwards(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    check = seen(web, path)
    answered = say(web, path, "decline", why="price", reason="太贵\n<script>alert(1)</script>", seen=check)
    assert answered.status_code == 303
    assert say(web, path, seen=check).status_code == 409
    pair.meet()
    [held] = one(pair.bob, Quote, id=quote)
    assert (held.stage, held.declined_for) == ("declined", "price")
    assert held.declined_words.startswith("太贵\n")
    assert links.of_quote(pair.bob, quote)[0].reason == held.declined_words
    assert not one(pair.bob, Signature, quote_id=quote)
    page = web.get(path).text
    assert "已谢绝" in page
    assert "产品 A" not in page, "what was declined is not shown any longer"


def test_two_answers_at_once_leave_one(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    token, check, now = path.rpartition("/")[2], seen(web, path), pair.server.clock()
    yes = office_links.Said("accepted", "A", seen=check)
    no = office_links.Said("declined", "B", seen=check)
    pair.server.store.write(lambda conn: office_links.take(conn, token, yes, now))
    with pytest.raises(office_links.Closed):
        pair.server.store.write(lambda conn: office_links.take(conn, token, no, now))
    with pytest.raises(office_links.Closed):
        pair.server.store.write(lambda conn: office_links.take(conn, "A" * 43, yes, now))


# ---------------------------------------------------------------- when it takes no answer


def _superseded(pair: Pair, quote: UUID) -> None:
    run(pair.ann, "quote.revise", quote)


def _revised_and_issued(pair: Pair, quote: UUID) -> None:
    run(pair.ann, "quote.revise", quote)
    run(pair.ann, "quote.issue", quote)


def _revoked(pair: Pair, quote: UUID) -> None:
    run(pair.ann, "customer_link.revoke", links.of_quote(pair.ann, quote)[0].id)


def _declined(pair: Pair, quote: UUID) -> None:
    run(pair.ann, "quote.decline", quote)


def _deleted(pair: Pair, quote: UUID) -> None:
    run(pair.ann, "customer_link.delete", links.of_quote(pair.ann, quote)[0].id)


def test_an_answer_is_refused_once_the_offer_is_no_longer_open(pair: Pair, web: Web) -> None:
    ways = (_superseded, _revised_and_issued, _revoked, _declined, _deleted)
    offers = [offer(pair) for _ in ways]
    for quote in offers:
        run(pair.ann, "quote.link", quote)
    paths = [asked(pair, offers[0]), *(path_of(pair, quote) for quote in offers[1:])]
    checks = [seen(web, path) for path in paths]
    for end, quote in zip(ways, offers, strict=True):
        end(pair, quote)
    sync_once(pair.ann, Direct(pair.server))
    for path, check in zip(paths, checks, strict=True):
        assert say(web, path, seen=check).status_code == 409
        page = web.get(path)
        assert page.status_code == 200
        assert "产品 A" not in page.text
        assert "<form" not in page.text
    sync_once(pair.ann, Direct(pair.server))
    for quote in offers:
        assert not one(pair.ann, Signature, quote_id=quote)
    with pytest.raises(Refused):
        _revoked(pair, offers[2])


def test_it_ends_with_the_quote_or_on_its_own_day(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    today = pair.ann.clock().date()
    path, sooner = asked(pair, quote), asked(pair, quote, until=today + timedelta(days=3))
    check = seen(web, path)
    with later(pair, 5):
        assert "<form" in web.get(path).text
        assert "<form" not in web.get(sooner).text
    with later(pair, 40):
        assert say(web, path, seen=check).status_code == 409
    assert say(web, path, seen=check).status_code == 303
    with later(pair, 100):
        assert "产品 A" in web.get(path).text, "what was accepted is shown to whoever accepted it"
    with later(pair, 200):
        assert "产品 A" not in web.get(path).text
    with pytest.raises(Refused):
        run(pair.ann, "quote.link", quote, until=today - timedelta(days=3))


def test_a_link_of_an_accepted_quote_shows_how_its_order_stands(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    run(pair.ann, "quote.accept", quote)
    path = asked(pair, quote)
    assert links.of_quote(pair.ann, quote)[0].kind == "status"
    assert "<form" not in web.get(path).text
    order = run(pair.ann, "order.new", values={"quote_id": quote})
    run(pair.ann, "order.submit", order.id)
    run(pair.ann, "order.acknowledge", order.id)
    run(pair.ann, "order.ship", order.id, carrier="顺丰", tracking="SF1029384756")
    sync_once(pair.ann, Direct(pair.server))
    page = web.get(path).text
    assert "SF1029384756" in page
    assert page.count('class="done"') == 4


# ---------------------------------------------------------------- what nobody sees


def test_no_page_shows_what_is_not_the_customers(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    pages = [web.get(path).text, web.get(f"{path}?lang=en").text, say(web, path, name="").text]
    say(web, path)
    pages.append(web.get(path).text)
    held = one(pair.ann, Quote, id=quote)[0]
    others = [each.name for each in one(pair.ann, Customer) if each.id != held.customer_id]
    for page in pages:
        assert not [each for each in (*SECRETS, *others, str(quote.hex)) if each in page]
        assert "http" not in page.replace(path, ""), "nothing comes from elsewhere"


def test_a_page_is_kept_by_nobody_and_lets_nothing_else_run(pair: Pair, web: Web) -> None:
    path = kept_open(pair)
    first, second = web.get(path), web.get(path)
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{24})'", policy)
    assert nonce is not None
    assert nonce[1] not in second.text
    assert re.findall(r"<(?:script|style)[^>]*>", first.text) == [
        f'<style nonce="{nonce[1]}">',
        f'<script nonce="{nonce[1]}">',
    ]
    for asked_for in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ):
        assert asked_for in policy
    for answer in (first, web.get("/q/" + "A" * 43), web.get(f"{path}/paper.pdf")):
        assert answer.headers["cache-control"].startswith("no-store")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in answer.headers


def test_no_address_is_written_to_a_log(
    pair: Pair, web: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept_open(pair)

    def busy(*_: Any) -> None:
        raise Refused(links.WAITING)

    monkeypatch.setattr(office_links, "find", busy)
    with caplog.at_level("DEBUG", logger="sync"):
        assert web.get(path).status_code == 503
    assert "a customer's link" in caplog.text
    assert path.rpartition("/")[2] not in caplog.text
    monkeypatch.undo()
    with pair.server.store.read() as conn:
        assert path.rpartition("/")[2] not in str(conn.exec_driver_sql("SELECT body FROM office_audit").all())


# ---------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "form",
    [
        {"name": ""},
        {"name": "\u202e\u0000\u200b"},
        {"agree": "no"},
        {"ink": "[" * 100_000},
        {"ink": '{"pad":[1,1],"strokes":[[[1e999,0,0,0]]]}'},
        {"ink": json.dumps({"pad": [9, 9], "strokes": [[[0, 0, 0, 0]]]})},
    ],
)
def test_a_form_that_is_not_whole_is_given_back_with_the_reason(
    pair: Pair, web: Web, form: dict[str, str]
) -> None:
    path = kept_open(pair)
    answered = say(web, path, **form)
    assert answered.status_code == 422
    assert 'role="alert"' in answered.text
    assert "<form" in web.get(path).text


def test_what_a_customer_types_is_text_and_nothing_else(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    name = "<img src=x onerror=alert(1)>'\"\0"
    assert say(web, path, name=name, job="x" * 5000, lang="../en").status_code == 303
    page = web.get(path).text
    assert "<img" not in page
    assert "&lt;img src=x" in page
    pair.meet()
    [signed] = one(pair.ann, Signature, quote_id=quote)
    assert signed.signer == "<img src=x onerror=alert(1)>'\""
    assert len(signed.job) == 100


def test_nonsense_opens_nothing(pair: Pair, web: Web) -> None:
    path = kept_open(pair)
    token = path.rpartition("/")[2]
    wrong = (
        token[:-1],
        token + "A",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "..",
        "%00",
        "' OR 1=1--",
    )
    for each in wrong:
        assert web.get(f"/q/{each}").status_code == 404
        assert web.post(f"/q/{each}/accept", content=b"name=a").status_code in (404, 405)
    assert web.post(f"{path}/accept", content=b"&" * 5000 + b"\xff=\xfe").status_code == 422
    assert web.post(f"{path}/accept", content=b"a" * (LONGEST_BODY + 1)).status_code == 413
    assert web.put(path).status_code == 404
    assert web.get(f"{path}?lang=%3Cscript%3E").status_code == 200


def test_who_tries_too_often_waits(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_visits, "MINUTE", 1e9)  # however slow this machine is
    web = Web(pair.server)
    path = asked(pair, offer(pair))
    codes = [say(web, path, name="", seen="x").status_code for _ in range(office_links.TRIES + 1)]
    assert codes == [422] * office_links.TRIES + [429]
    with later(pair, 1):
        assert say(web, path, name="", seen="x").status_code == 422
    codes = [web.get("/q/nothing").status_code for _ in range(KNOCKS + 1)]
    assert codes == [404] * KNOCKS + [429]
    assert web.get(path).status_code == 200, "who has the address still gets in"
    monkeypatch.undo()
    pace, at = Pace(lambda: at[0]), [0.0]
    assert [pace.over("a", "b", 1) for _ in range(2)] == [False, True]
    at[0] = 61.0
    assert not pace.over("a", "b", 1)


def test_what_a_browser_calls_the_office_breaks_no_page_and_the_last_proxy_says_who_came(
    pair: Pair, web: Web
) -> None:
    path = asked(pair, offer(pair))
    for host in ("[x", "elsewhere.example/y?"):
        page = web.get(path, {"host": host})
        assert page.status_code == 200
        assert f'action="{path}/accept"' in page.text
    passed = [(b"x-forwarded-for", b"10.9.9.9"), (b"x-forwarded-for", b"10.1.1.1, 192.0.2.9")]
    visits = link_visits.Visits(pair.server, behind_proxy=True)
    assert visits._who(Request({"type": "http", "headers": passed, "client": None})) == "192.0.2.9"  # noqa: SLF001


# ---------------------------------------------------------------- language, paper


@pytest.mark.parametrize(
    ("header", "language"),
    [("", ""), ("en-GB,en;q=0.9,zh;q=0.8", "en"), ("zh-CN;q=0.3, en;q=0.2", "zh"), ("fr, de;q=0.9", ""),
     ("en;q=0, zh;q=0.1", "zh"), ("*;q=9,zh;;q", ""), ("x" * 9000, "")],
)  # fmt: skip
def test_a_browsers_language(header: str, language: str) -> None:
    assert _preferred(header) == language


def test_a_page_speaks_as_its_paper_does_and_in_both_as_the_browser_does(pair: Pair, web: Web) -> None:
    english, both = (asked(pair, offer(pair, language=language)) for language in ("en", "both"))
    assert "Accept this quote" in web.get(english, headers={"accept-language": "zh"}).text
    assert "接受此报价" in web.get(f"{english}?lang=zh").text
    assert "Accept this quote" in web.get(both, headers={"accept-language": "en-US"}).text
    assert "接受此报价" in web.get(both, headers={"accept-language": "zh-TW"}).text


def test_the_sealed_paper_is_handed_out_where_it_is_whole(pair: Pair, web: Web) -> None:
    quote = offer(pair)
    path = asked(pair, quote)
    assert web.get(f"{path}/paper.pdf").status_code == 404
    check = links.of_quote(pair.ann, quote)[0].content_hash
    name = f"SQ R1 {short_hash(check).replace(' ', '')}.pdf"
    body, key = b"%PDF-1.7 sealed", UUID(int=7 << 64)
    sha256 = hashlib.sha256(body).hexdigest()
    values = {"name": name, "of": "quote", "of_id": quote.hex, "media_type": files.PDF, "size": len(body)}
    row = {**values, "sha256": sha256, "purpose": files.SEALED, "id": key.hex}
    pair.server.seed("attachment", [row])

    def keep(conn: Any) -> None:
        conn.execute(BLOB.insert().values(sha256=sha256, size=len(body), at=1))
        conn.execute(PROOF.insert().values(sha256=sha256, attachment=key))
        conn.execute(
            PIECE.insert().values(sha256=sha256, device=UUID(int=0), n=0, hash=b"x", data=body, at=1)
        )

    pair.server.store.write(keep)
    found = web.get(f"{path}/paper.pdf")
    assert (found.content, found.headers["content-type"]) == (body, "application/pdf")
    assert "paper.pdf" in web.get(path).text
    run(pair.ann, "quote.revise", quote)
    pair.meet()
    assert web.get(f"{path}/paper.pdf").status_code == 404
    assert sealed.OURS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_line_has_its_place_on_the_page(language: str) -> None:
    link = {"content_hash": "ab" * 32, "answered_by": "", "answered_at": None}
    for content in (stress(30), sample.quote(), sample.quote("en", tax_mode="excluded")):
        found = office_links.Found("open", link, {}, content)
        shown = link_page.page(found, language, "/q/x", "n", paper=True)
        assert escape(money(content["totals"]["payable"], "CNY", 2)) in shown
        assert shown.count("<tr") == len(content["lines"]) + 1
        assert "−12.5 %" in shown or content["number"] != stress(1)["number"]


# ---------------------------------------------------------------- by command


@contextmanager
def console(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A terminal with this vault open."""
    with monkeypatch.context() as patched:
        patched.setattr(Console, "store", store)
        patched.setattr(Console, "actor", store.me())
        yield Console(Options(json=True, language="en"))


def test_links_by_command(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quote = offer(pair)
    areas = argparse.ArgumentParser().add_subparsers()
    cli_links.register(areas)
    [parser] = areas.choices.values()

    def typed(*words: str) -> Any:
        with console(pair.ann, monkeypatch) as terminal:
            chosen = parser.parse_args(words)
            chosen.run(terminal, chosen)
        return json.loads(capsys.readouterr().out)

    made = typed("make", quote.hex, "--until", (pair.ann.clock().date() + timedelta(days=9)).isoformat())
    assert (made["state"], made["kind"], made["address"]) == ("waiting", "accept", "")
    sync_once(pair.ann, Direct(pair.server))
    [listed] = typed("list", quote.hex)
    assert (listed["id"], listed["state"]) == (made["id"], "open")
    assert links.PATH in listed["address"]
    assert made["id"] in {each["id"] for each in typed("list")}
    assert typed("revoke", made["id"][:20])["state"] == "revoked"
    assert typed("list", quote.hex)[0]["state"] == "revoked"
    assert typed("quote", quote.hex)["link"].startswith("satchel://quote/")
    for words in (("revoke",), ("quote",)):
        with pytest.raises(Usage):
            typed(*words)
    with pytest.raises(NotFound):
        typed("revoke", "ff")


def test_the_office_says_at_which_address_customers_reach_it(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    def typed(address: str | None) -> str:
        chosen = argparse.Namespace(address=address)
        office_cli.show(OfficeConsole(database_url="here", json=True, _server=pair.server), chosen)
        return str(json.loads(capsys.readouterr().out)["address"])

    try:
        assert typed("https://quotes.example.com/") == "https://quotes.example.com"
        quote = offer(pair)
        asked(pair, quote)
        found = links.address(pair.ann, links.of_quote(pair.ann, quote)[0])
        assert found.startswith("https://quotes.example.com/q/")
        for wrong in ("ftp://x", "quotes", *map("https:/".__add__, ("/", "/a@b/", "/[", "/x/?a"))):
            with pytest.raises(Refused):
                typed(wrong)
        assert typed(None) == "https://quotes.example.com"
    finally:
        assert typed("") == ""
