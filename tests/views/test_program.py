"""The program around the window: first run, lock, unlock, what is imported before, what is remembered."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial, partialmethod
from pathlib import Path
from weakref import ref

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop import app, settings
from desktop.errors import WrongPassphrase
from desktop.models import fuse, vault
from desktop.models.records import Customer
from desktop.rules import deeplinks, names
from desktop.services import commands, pins, records, today
from desktop.views import recovery_sheet, safekeeping
from desktop.views.breath import TURN
from desktop.views.first_run import FirstRun
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.paint import initials
from desktop.views.places import PLACES
from desktop.views.record_page import RecordPage
from desktop.views.unlock import UnlockPage
from sync.client.syncer import State
from tests import stores
from tests.vaults import CHEAP
from tests.views.pages import the_quote, type_in

PASSPHRASE = "correct horse battery"
HEAVY = (
    "sqlalchemy",
    "cryptography",
    "reportlab",
    "pypinyin",
    "msgspec",
    "requests",
    "apscheduler",
    "pypdfium2",
)


@pytest.fixture
def program(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[app.Program]:
    """The program on a profile that is not there yet."""
    monkeypatch.setattr(vault, "create_vault", partial(vault.create_vault, kdf=CHEAP))
    made = app.Program(app.application(), tmp_path / "profile", settings.Settings(language="en"))
    yield made
    made.end()
    made.front.deleteLater()


def page_of(program: app.Program, kind: type[QWidget]) -> QWidget:
    found = program.front.currentWidget()
    assert isinstance(found, kind), found
    return found


def with_a_code(program: app.Program, qtbot: QtBot) -> FirstRun:
    """A first run that has a name, a passphrase and its recovery code."""
    program.start()
    page = page_of(program, FirstRun)
    assert isinstance(page, FirstRun)
    type_in(qtbot, page.name_page.name, "Lin Yiming")
    page.forward()
    for entry in (page.secret_page.first, page.secret_page.second):
        type_in(qtbot, entry, PASSPHRASE)
    page.forward()
    qtbot.waitUntil(lambda: bool(page.secret_page.code), timeout=10_000)
    return page


def first_run(program: app.Program, qtbot: QtBot, choose: Callable[[FirstRun], object]) -> None:
    page = with_a_code(program, qtbot)
    page.forward()
    choose(page)
    page.forward()
    qtbot.waitUntil(lambda: program.session is not None, timeout=20_000)


def customers(program: app.Program) -> int:
    """How many customers the window's store holds."""
    assert program.session is not None
    with program.session.store.reading() as session:
        return records.count(session, Customer)


def test_from_the_first_run_to_a_window_and_through_the_lock(
    program: app.Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    assert program.session is not None
    desk, window = program.session.desk, program.session.window
    close, over = desk.close, []

    def closing() -> None:
        leaf = window.childAt(window.rect().center())
        over.append(leaf.objectName() if leaf is not None else "")
        close()

    monkeypatch.setattr(desk, "close", closing)
    assert program.session.desk.actor.name == "Lin Yiming"
    assert customers(program) == 0
    assert sys.getswitchinterval() == pytest.approx(TURN)  # the window is asked first
    idle = program._idle  # noqa: SLF001
    desk.watched.emit(True)
    assert idle.interval() == app.DAY * 60_000, "it does not lock while a customer reads"
    desk.watched.emit(False)
    assert idle.interval() == app.IDLE_MINUTES * 60_000
    program.lock()
    assert program.session is None
    assert over == ["blank"], "nothing is read while what is being written comes to its end"
    qtbot.waitUntil(lambda: sys.getswitchinterval() > TURN * 2)
    page = page_of(program, UnlockPage)
    assert isinstance(page, UnlockPage)
    page.asked.emit("something else", False)
    qtbot.waitUntil(lambda: page.complaint() != "", timeout=10_000)
    page.asked.emit(PASSPHRASE, False)
    qtbot.waitUntil(lambda: program.session is not None, timeout=10_000)


def test_a_sheet_that_is_written_after_all_says_so_and_no_vault_leaves_the_first_run_in_the_settings(
    program: app.Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = with_a_code(program, qtbot)
    for folder, said in ((tmp_path / "gone", "was not written"), (tmp_path, "Written: sheet.pdf")):
        chosen = (str(folder / "sheet.pdf"), "")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given, chosen=chosen: chosen)
        page.secret_page.save.click()
        told = [each.text() for each in page.findChildren(QLabel) if each.isVisible()]
        assert [each for each in told if said in each]
    assert not [each for each in told if "was not written" in each]
    qtbot.waitUntil(lambda: settings.load().first_run == {"name": "Lin Yiming"})
    program._close_vault()  # noqa: SLF001  the program ends before the last step
    program._front(program._unlock_page())  # noqa: SLF001
    page_of(program, UnlockPage).asked.emit(PASSPHRASE, False)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: program.session is not None, timeout=10_000)
    assert settings.load().first_run == {}


def test_nothing_that_the_window_showed_is_kept_after_the_lock(program: app.Program, qtbot: QtBot) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    session = program.session
    assert session is not None
    for place in PLACES:
        session.window.go(place.key)
        page = session.window.page()
        if isinstance(page, ListPage):
            page.faces.turn("board")
            page.faces.shown()
    qtbot.waitUntil(session.desk.runner.idle, timeout=10_000)
    assert initials("苏州星河精密机械有限公司") == "星"
    kept = [ref(each) for each in (session.window, session.window.page(), session.desk, session.store)]
    del session, page
    program.lock()
    qtbot.waitUntil(lambda: [each() for each in kept] == [None] * 4)
    assert names.split.cache_info().currsize == 0, "no name stays either"


def test_the_demo_company_is_there_to_look_around(program: app.Program, qtbot: QtBot) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("demo"))
    assert program.session is not None
    practice = program.session.window.doing.practice
    assert practice is not None
    assert practice.isVisible()
    assert customers(program) > 100
    assert [len(program.session.desk.recent(kind, 9)) for kind in ("coupon", "bundle_part")] == [1, 5]
    kinds = {line.key.split(":")[0] for line in today.agenda(program.session.store).lines}
    assert kinds == {"task", "quote", "customer", "opportunity", "quiet", "milestone"}, (
        "a day with something to do"
    )


def test_a_link_waits_for_the_unlock_and_typing_outlives_the_lock(program: app.Program, qtbot: QtBot) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("demo"))
    assert program.session is not None
    customer = program.session.desk.recent("customer", 1)[0]
    program.session.window.ask_new("contact")
    program.session.window.new.editors["name"].setText("Half a nam")  # type: ignore[union-attr]
    program.lock()
    program.rung(deeplinks.link("customer", customer.id))
    page = page_of(program, UnlockPage)
    assert isinstance(page, UnlockPage)
    page.asked.emit(PASSPHRASE, False)
    qtbot.waitUntil(lambda: program.session is not None, timeout=10_000)
    window = program.session.window
    shown = window.page()
    assert isinstance(shown, RecordPage)
    assert shown.record_id == customer.id
    qtbot.waitUntil(window.new.isVisible)
    assert window.new.editors["name"].typed() == "Half a nam"


def test_ones_own_customers_come_from_a_file(program: app.Program, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes("名称,电话\n星河精密,0512-1\n明泰电子,0512-2\n".encode("gb18030"))
    first_run(program, qtbot, lambda page: page.start_page.drop.take(str(file)))
    assert customers(program) == 2


def test_a_beginning_that_fails_still_opens_the_vault_and_says_why(
    program: app.Program, qtbot: QtBot
) -> None:
    def join(page: FirstRun) -> None:
        type_in(qtbot, page.start_page.server, "http://127.0.0.1:1")
        type_in(qtbot, page.start_page.code, "HY7K3Q")

    first_run(program, qtbot, join)
    assert program.session is not None
    window = program.session.window
    qtbot.waitUntil(lambda: window.status.network.facts()[0] == "Offline" or window.bar.words() != "")


def test_the_look_is_remembered(program: app.Program, qtbot: QtBot) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    program.look.switch(theme_name="high_contrast", language="zh", scale=120)
    kept = settings.load()
    assert (kept.theme, kept.language, kept.text_percent) == ("contrast", "zh", 120)


def test_nothing_heavy_is_imported_before_the_vault_is_open() -> None:
    script = (
        "import sys; from desktop import app, settings; from pathlib import Path\n"
        "p = app.Program(app.application(), Path('/nowhere/profile'), settings.Settings(language='en'))\n"
        "from desktop.views.unlock import UnlockPage; UnlockPage(p.look); p.runner.close()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_application_is_made_once(qapp: QApplication) -> None:
    assert app.application() is qapp


def test_a_new_sheet_is_on_paper_before_the_old_one_opens_nothing(
    program: app.Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []

    def write(look: Look, path: str, code: str, name: str) -> None:
        codes.append(code)
        recovery_sheet.write_sheet(look, path, code, name)

    monkeypatch.setattr(safekeeping, "write_sheet", write)
    first_run(program, qtbot, lambda page: codes.append(page.secret_page.code))
    assert program.session is not None
    window = program.session.window
    window.sheet_wanted.emit(str(tmp_path / "nowhere" / "sheet.pdf"))
    qtbot.waitUntil(lambda: "was not written" in window.bar.words())
    window.sheet_wanted.emit(str(tmp_path / "sheet.pdf"))
    qtbot.waitUntil(lambda: window.toast.words().startswith("The new recovery sheet is written"))
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    program.lock()
    first, unwritten, written = codes
    for code in (first, unwritten):
        with pytest.raises(WrongPassphrase):
            vault.open_vault(program.folder, recovery_code=code)
    vault.open_vault(program.folder, recovery_code=written).close()


def test_the_vault_is_backed_up_and_gets_another_passphrase(
    program: app.Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        vault.Vault, "change_passphrase", partialmethod(vault.Vault.change_passphrase, kdf=CHEAP)
    )
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    assert program.session is not None
    window = program.session.window
    (tmp_path / "copies").mkdir()
    window.backup_wanted.emit(str(tmp_path / "copies"))
    qtbot.waitUntil(lambda: window.toast.words().startswith("Backup written"), timeout=10_000)
    assert len(list((tmp_path / "copies").iterdir())) == 1
    window.passphrase_wanted.emit("not this one", "another battery staple")
    qtbot.waitUntil(lambda: window.bar.words() != "", timeout=10_000)
    window.passphrase_wanted.emit(PASSPHRASE, "another battery staple")
    qtbot.waitUntil(lambda: window.toast.words() == "The passphrase was changed", timeout=10_000)
    program.lock()
    page = page_of(program, UnlockPage)
    assert isinstance(page, UnlockPage)
    page.asked.emit("another battery staple", False)
    qtbot.waitUntil(lambda: program.session is not None, timeout=10_000)


def test_what_nobody_expected_is_said_and_the_program_goes_on(
    program: app.Program, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    assert program.session is not None
    window = program.session.window
    try:
        raise RuntimeError("a fault of ours")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert window.bar.words().startswith("Something went wrong that should not")
    assert "a fault of ours" in capsys.readouterr().err
    assert customers(program) == 0


def test_what_a_sync_asks_of_the_person_stands_in_one_line_of_the_window(
    program: app.Program, qtbot: QtBot
) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("demo"))
    session = program.session
    assert session is not None
    store, window = session.store, session.window
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO sync_held (record, stream, type, version, flag)"
            " SELECT id, 'org', 'customer', 1, 'tombstone' FROM customer"
        )
    session.network.emit(State("idle", message=fuse.message(20)))
    qtbot.waitUntil(window.held.isVisible)
    assert "Others deleted" in window.held.words()
    assert window.bar.words() == "", "it is said once"
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sync_held")
    session.network.emit(State("idle"))
    qtbot.waitUntil(window.held.isHidden)


def test_five_wrong_pins_lead_to_the_passphrase_and_nothing_of_the_customer_stays(
    program: app.Program, qtbot: QtBot
) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    assert program.session is not None
    session, store = program.session, program.session.store
    stores.firm(store)
    made = stores.quote(store, (stores.product(store).id, "1"))
    commands.run(store, store.me(), "quote.issue", made.id)
    pins.choose(store, "2580")
    session.window.open_record("quote", made.id)
    qtbot.waitUntil(session.desk.runner.idle, timeout=10_000)
    signing = the_quote(session.window).signing
    signing.open()
    qtbot.waitUntil(lambda: signing.screen is not None, timeout=10_000)
    screen = signing.screen
    assert screen is not None
    assert not session.window.isVisible()
    screen.ask_to_leave()
    for tried in range(pins.TRIES):
        assert program.session is not None
        qtbot.keyClicks(screen.leave, f"17{tried}9")
        qtbot.waitUntil(lambda: program.session is None or session.desk.runner.idle(), timeout=10_000)
    qtbot.waitUntil(lambda: program.session is None, timeout=10_000)
    qtbot.wait(20)
    assert isinstance(page_of(program, UnlockPage), UnlockPage)
    assert program.front.isVisible()
    seen = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    assert seen == [program.front]
    assert program._idle.interval() == app.IDLE_MINUTES * 60_000  # noqa: SLF001
