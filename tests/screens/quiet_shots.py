"""The screens without a rail: unlocking, the first run, the manual, a laptop that was wiped."""

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop.views.first_run import FirstRun
from desktop.views.guide import Guide
from desktop.views.look import Look
from desktop.views.unlock import Holder, UnlockPage
from desktop.views.wiped import WipedPage
from desktop.words import msg
from tests.screens.staging import Build

CODE: Final = "7QK4-MT2Z-XP9W-HRB3-NDVC-8EJG-Y5TA"


def wiped(look: Look) -> QWidget:
    """The office had this laptop wiped."""
    note = {
        "office": "苏州衡岳工业装备有限公司",
        "at": 1_795_000_000_000,
        "lost": {"customer": 2},
        "files": 1,
    }
    return WipedPage(look, note)


def wiping(look: Look) -> QWidget:
    """It is being wiped; what waits goes first."""
    return WipedPage(look, None)


def unlock(look: Look) -> QWidget:
    """The unlock page with something typed."""
    page = UnlockPage(look, Holder("苏州衡岳工业装备有限公司", "林一鸣", "外勤销售，华东二区", 12))
    page.entry.setText("fourteen-chars")
    page.entry.on_caps(True)
    return page


def unlock_recovery(look: Look) -> QWidget:
    """The other way in, with a code that is not whole."""
    page = UnlockPage(look, Holder("苏州衡岳工业装备有限公司", "林一鸣", "外勤销售，华东二区", 12))
    page.other.click()
    page.entry.setText(CODE[:17].lower())
    page.complain(msg("This recovery code belongs to another vault, or was replaced by a newer one."))
    return page


def first_run_asked(look: Look) -> QWidget:
    """Step 2 before it is answered: too short, and not the same."""
    page = first_run_name(look)
    page.forward()
    page.secret_page.first.setText("correct")
    page.secret_page.second.setText("correkt")
    return page


def first_run_name(look: Look) -> FirstRun:
    """Step 1, answered."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    return page


def _chosen(look: Look) -> FirstRun:
    """Step 2 with a good passphrase typed twice."""
    page = first_run_name(look)
    page.forward()
    page.secret_page.first.setText("correct horse battery")
    page.secret_page.second.setText("correct horse battery")
    return page


def first_run_passphrase(look: Look) -> QWidget:
    """Step 2 with a good passphrase."""
    page = _chosen(look)
    page.forward()
    page.show_code(CODE)
    return page


def first_run_start(look: Look) -> QWidget:
    """Step 3."""
    page = _chosen(look)
    page.show_code(CODE)
    page.forward()
    return page


def guide_page(look: Look) -> QWidget:
    """The manual."""
    shown = Guide(look)
    shown.go("typing")
    return shown


QUIET: dict[str, Build] = {
    "unlock": unlock,
    "unlock_recovery": unlock_recovery,
    "wiped": wiped,
    "wiping": wiping,
    "first_run_name": first_run_name,
    "first_run_asked": first_run_asked,
    "first_run_passphrase": first_run_passphrase,
    "first_run_start": first_run_start,
    "guide": guide_page,
}
