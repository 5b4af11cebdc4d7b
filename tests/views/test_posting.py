"""Mail in the window: a letter goes into the outbox, the outbox says what became of it and what to do."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.models.mailbox import Mailbox
from desktop.models.store import Store
from desktop.views.posting.account import AccountCard
from desktop.views.window import Window
from tests.mail_server import MailServer
from tests.screens.mail_shots import issued
from tests.screens.sample import Firm
from tests.views.pages import press, settle


def test_a_letter_goes_out_and_the_outbox_says_what_became_of_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    quote = issued(window, firm)
    posting = window.doing.mail

    def states() -> list[str]:
        return [one.state for one in Mailbox(store).all()]

    window.open_record("quote", quote)
    settle(window, qtbot)
    letter = posting.open_letter("quote", quote)
    settle(window, qtbot)
    assert letter.to.text() == "caigou@xinghe-jm.cn"
    letter.to.setText("nobody")
    press(qtbot, letter.send)
    settle(window, qtbot)
    assert (letter.said(), states()) == ("“nobody” is no mail address.", [])
    letter.to.setText("wang@xinghe.cn")
    press(qtbot, letter.send)
    settle(window, qtbot)
    assert (letter.isVisible(), states()) == (False, ["waiting"])
    box = posting.open_box()
    settle(window, qtbot)
    [mail] = box.mails
    with MailServer(tmp_path) as server:
        press(qtbot, box.account)
        account = window.findChild(AccountCard)
        assert isinstance(account, AccountCard)
        for entry, text in (
            (account.address, "lin@hengyue.cn"),
            (account.server, "127.0.0.1"),
            (account.port, str(server.port)),
        ):
            entry.setText(text)
        press(qtbot, account.test)
        settle(window, qtbot)
        assert "cannot prove who it is" in account.said()
        press(qtbot, account.save)
        settle(window, qtbot)
        assert Mailbox(store).account().sender == "lin@hengyue.cn"
        press(qtbot, box.buttons[mail.id, "send"])
        settle(window, qtbot)
        assert [one.why["en"].partition("(")[0] for one in box.mails] == [
            "The mail server 127.0.0.1 cannot prove who it is "
        ]
    press(qtbot, box.buttons[mail.id, "back"])
    settle(window, qtbot)
    assert (states(), box.mails, box.buttons) == ([], [], {})
