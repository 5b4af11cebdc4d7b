"""Every screen in two languages and two themes as pictures: `python -m tests.screens.shots --out DIR`."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from desktop.views.first_run import FirstRun
from desktop.views.look import Look
from desktop.views.unlock import Holder, UnlockPage

SIZE = QSize(1440, 900)
Build = Callable[[Look], QWidget]


def unlock(look: Look) -> QWidget:
    """The unlock page with something typed."""
    page = UnlockPage(look, Holder("苏州衡岳工业装备有限公司", "林一鸣", "外勤销售，华东二区", 12))
    page.entry.setText("fourteen-chars")
    page.entry.on_caps(True)
    return page


def first_run_name(look: Look) -> QWidget:
    """Step 1, answered."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    return page


def first_run_passphrase(look: Look) -> QWidget:
    """Step 2 with a good passphrase."""
    page = FirstRun(look, sheet_code="7QK4M-T2ZXP-9WHRB-3NDVC-8EJGY-5", print_sheet=page_printed)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    page.forward()
    page.secret_page.first.setText("correct horse battery")
    page.secret_page.second.setText("correct horse batt")
    return page


def page_printed() -> None:
    """Nothing is printed for a picture."""


def first_run_start(look: Look) -> QWidget:
    """Step 3."""
    page = FirstRun(look)
    page.name_page.name.setText("林一鸣" if look.language == "zh" else "Lin Yiming")
    page.forward()
    page.secret_page.first.setText("correct horse battery")
    page.secret_page.second.setText("correct horse battery")
    page.forward()
    return page


SCREENS: dict[str, Build] = {
    "unlock": unlock,
    "first_run_name": first_run_name,
    "first_run_passphrase": first_run_passphrase,
    "first_run_start": first_run_start,
}


def render(widget: QWidget, size: QSize = SIZE) -> None:
    """Lay a screen out as it would be seen, without showing a window."""
    widget.resize(size)
    widget.show()
    for _ in range(3):
        QApplication.processEvents()


def looks(languages: str = "zh,en", themes: str = "light,dark") -> Iterator[tuple[str, Look]]:
    """One look per language and theme with the end of its file name."""
    for language in languages.split(","):
        for theme in themes.split(","):
            look = Look(theme_name=theme, language=language)
            look.dress()
            yield f"{language}_{theme}", look


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures and say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--themes", default="light,dark")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    count = 0
    for ending, look in looks(options.languages, options.themes):
        for name, build in SCREENS.items():
            if options.only and name not in options.only.split(","):
                continue
            screen = build(look)
            render(screen)
            screen.grab().save(str(options.out / f"{name}_{ending}.png"))
            screen.close()
            screen.deleteLater()
            count += 1
    app.processEvents()
    sys.stdout.write(f"{count} pictures in {options.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
