"""The mail outbox as a person at the command line meets it, with a real server and a kill in the middle."""

import time
from pathlib import Path
from typing import Any

from desktop.cli.mail import PASSWORD
from tests.mail_server import MailServer
from tests.stories.people import Laptop
from tests.stories.test_quotes import BUYER


def states(laptop: Laptop) -> list[tuple[str, str]]:
    return [(one["id"], one["state"]) for one in laptop.json("mail", "list")]


def test_a_quote_goes_out_by_mail_and_a_kill_in_the_middle_sends_nothing_twice(
    laptop: Laptop, tmp_path: Path
) -> None:
    laptop.new_id("customer", f"name={BUYER}", "email=wang@xinghe.cn")
    laptop.new_id("product", "sku=ONE", "name=一号", "price=900", "tax_percent=13")
    offer = laptop.json("quote", "new", "--customer", BUYER, "--line", "ONE*1")
    assert "未出具" in laptop.fails(1, "mail", "new", "quote", offer["id"], "--language", "zh")
    laptop.json("quote", "issue", offer["id"])
    first: dict[str, Any] = laptop.json("mail", "new", "quote", offer["id"])
    assert first["to"] == ["wang@xinghe.cn"]
    laptop.fails(1, "mail", "send")
    with MailServer(tmp_path) as server:
        (tmp_path / "authority.pem").write_text(server.authority, encoding="ascii")
        laptop.environment[PASSWORD] = "geheim 密"
        reached = ("--server", "127.0.0.1", "--port", str(server.port), "--from", "lin@hengyue.cn")
        known = ("--user", "lin@hengyue.cn", "--authority", str(tmp_path / "authority.pem"))
        shown = laptop.json("mail", "account", *reached, *known)
        assert shown["server"] == "127.0.0.1"
        assert "geheim" not in str(shown)
        assert laptop.json("mail", "test") == {"works": True}
        server.fault = "hold"
        sending = laptop.start("mail", "send")
        until = time.monotonic() + 30
        while not server.mails and time.monotonic() < until:
            time.sleep(0.01)
        sending.kill()
        assert states(laptop) == [(first["id"], "sending")]
        laptop.json("mail", "send")
        assert states(laptop) == [(first["id"], "unsure")]
        assert len(server.mails) == 1
        laptop.json("mail", "arrived", first["id"][-8:])
        second = laptop.json("mail", "new", "quote", offer["id"], "--to", "li@xinghe.cn")
        assert [one["state"] for one in laptop.json("mail", "send")["sent"]] == ["sent"]
        third = laptop.json("mail", "new", "quote", offer["id"])
        laptop.json("mail", "cancel", third["id"])
        assert states(laptop) == [(second["id"], "sent"), (first["id"], "sent")]
        assert [to for _, to, _ in server.mails] == [["wang@xinghe.cn"], ["li@xinghe.cn"]]
    assert len([one for one in laptop.json("list", "interaction") if one["channel"] == "email"]) == 2
