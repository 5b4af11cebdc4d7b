"""The first start: the steps on the left, the page of the step on the right, back and on below."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import Picture, Stack, column, label, region, row
from desktop.views.first_pages import Answers, NamePage, Page, SecretPage, StartPage, strength
from desktop.views.first_typed import FirstTyped
from desktop.views.frame import NAMES, Brand
from desktop.views.look import Look
from desktop.words import Message, msg

STEPS: Final = (msg("Language and name"), msg("Passphrase"), msg("Start"))
NARROW, LEAST_SIDE, SIDE, SIDE_SLIM = 720, 300, 392, 76
"""Below the first the steps at the left give way to the page."""
SHARE: Final = 0.27
"""Of the window for the steps, whatever is said beside them."""
START_WORDS: Final = {
    "demo": msg("Open the demo company"),
    "import": msg("Bring the customers in"),
    "join": msg("Join the company"),
    "empty": msg("Start empty"),
}


class FirstRun(QWidget):
    """Shown when there is no vault yet.

    `vault_wanted` asks the caller to make the vault and to answer with `show_code` or `complain`;
    `sheet_wanted` to write the recovery sheet; `finished` carries the answers.
    """

    vault_wanted = Signal(object)
    sheet_wanted = Signal()
    finished = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.answers = Answers(language=look.language)
        self._steps = _Steps(look)
        self._pages = Stack()
        self.name_page = NamePage(look, self.answers)
        self.secret_page = SecretPage(look, self.answers)
        self.secret_page.sheet_wanted.connect(self.sheet_wanted)
        self.start_page = StartPage(look, self.answers)
        entries = {"name": self.name_page.name, "server": self.start_page.server}
        self._typed = FirstTyped(self, entries)
        for page in (self.name_page, self.secret_page, self.start_page):
            self._pages.addWidget(page)
            page.changed.connect(self._refresh)
        self._back = Button(look, msg("Back"), kind="flat", icon="chevron-left", height="height_large")
        self._back.clicked.connect(lambda: self.go(self._pages.currentIndex() - 1))
        self._where = label(look, size="small", ink="ink_3")
        self.next = Button(look, msg("Continue"), kind="primary", keys="Enter", height="height_large")
        self.next.clicked.connect(self.forward)
        self._compose()
        self.go(0)

    def _compose(self) -> None:
        look = self._look
        side = self._side = region("ground", "right")
        look.bind(side.setFixedWidth, self._side_width)
        name = label(look, msg("Satchel"), size="figure", strong=True)
        brand = row(look, Brand(look, 32), name, None, gap=12)
        promise = label(
            look,
            msg("Everything is encrypted on this laptop. Nothing is sent until you join a company."),
            size="small",
            ink="ink_2",
            wrap=True,
        )
        shield = Picture(look, "shield-check", "good")
        line = row(look, column(look, shield, None, gap=0, edge=(0, 1, 0, 0)), promise, gap=8)
        line.setStretch(1, 1)
        self._spoken = (name, promise, shield)
        inside = column(look, brand, 40, self._steps, None, line, gap=0)
        look.bind(inside.setContentsMargins, self._edges)
        side.setLayout(inside)
        look.changed.connect(self._fit)
        foot = region("surface", "top")
        look.bind(foot.setFixedHeight, lambda: look.px(72))
        below = row(look, self._back, None, self._where, self.next, gap=12)
        look.bind(below.setContentsMargins, lambda: (min(look.px(48), 48), 0, min(look.px(40), 40), 0))
        foot.setLayout(below)
        main = self._main = region("surface")
        main.setLayout(column(look, self._pages, foot, gap=0))
        whole = row(look, side, main, gap=0)
        whole.setStretch(1, 1)
        whole.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # a narrow window is narrow first
        self.setLayout(whole)

    def go(self, step: int) -> None:
        """Show a step."""
        self._pages.setCurrentIndex(step)
        self._back.setVisible(step > 0)
        self._look.bind(self._where.setText, msg("Step {step} of 3").of(step=step + 1))
        self._enter()
        self._refresh()

    def _enter(self) -> None:
        page = self._pages.currentWidget()
        if isinstance(page, Page):
            page.enter()

    def showEvent(self, event: QShowEvent) -> None:
        """A focus set before there was a window is lost, so the first page takes it now."""
        super().showEvent(event)
        self._enter()

    def minimumSizeHint(self) -> QSize:
        """What it needs with the steps as discs."""
        main = self._main.minimumSizeHint()
        return QSize(self._look.px(SIDE_SLIM) + main.width(), main.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the steps are discs without words: the page has the room."""
        super().resizeEvent(event)
        self._fit()

    def _edges(self) -> tuple[int, ...]:
        """White space grows less than letters do."""
        return tuple(min(self._look.px(edge), 48) for edge in (24 if self._slim else 48, 48, 24, 36))

    def _side_width(self) -> int:
        """The same in both languages: a share of the window between the least and the most."""
        look = self._look
        wide = max(look.px(LEAST_SIDE), min(look.px(SIDE), round(self.width() * SHARE)))
        return look.px(SIDE_SLIM) if self._slim else wide

    def _fit(self) -> None:
        slim = self.width() < self._look.px(NARROW)
        if slim != self._slim:
            self._slim = self._steps.slim = slim
            for part in self._spoken:
                part.setVisible(not slim)
            self._steps.updateGeometry()
            layout = self._side.layout()
            if layout is not None:
                layout.setContentsMargins(*self._edges())
        self._side.setFixedWidth(self._side_width())

    _slim = False

    def step(self) -> int:
        """Which step is shown, from 0."""
        return self._pages.currentIndex()

    def forward(self) -> None:
        """The next step where this one is answered; after the third, done."""
        page = self._pages.currentWidget()
        if not isinstance(page, Page) or not page.answered():
            return
        if self._pages.currentIndex() == 2:
            self._typed.forget()
            self.finished.emit(self.answers)
        elif self._pages.currentIndex() == 1 and not self.secret_page.code:
            self.next.refuse(msg("The vault is being made"))
            self.vault_wanted.emit(self.answers)
        else:
            self.go(self._pages.currentIndex() + 1)

    def show_code(self, code: str) -> None:
        """The vault is made; this is the code of its recovery sheet."""
        self.secret_page.show_code(code)
        self._refresh()

    def complain(self, why: Message) -> None:
        """The vault could not be made."""
        self.secret_page.complain(why)
        self._refresh()

    def _refresh(self) -> None:
        step = self._pages.currentIndex()
        self._steps.show_step(step, self.answers)
        last = START_WORDS[self.answers.start] if step == 2 else msg("Continue")
        self.next.say(last)
        page = self._pages.currentWidget()
        self.next.refuse(page.missing() if isinstance(page, Page) else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.next.isEnabled():
            self.forward()
        else:
            super().keyPressEvent(event)


class _Steps(QWidget):
    """The three steps with what was answered."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._step = 0
        self.slim = False
        self._name = ""
        self._secret = msg("And a sheet for the safe")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Three steps."""
        return QSize(self._look.px(28 if self.slim else 200), self._high() * 3)

    def _high(self) -> int:
        """66 px for a step; of large text only the letters grow on."""
        return min(self._look.px(66), self._look.px(44) + 32)

    def show_step(self, step: int, answers: Answers) -> None:
        """Where one is."""
        self._step = step
        self._name = answers.name
        self._secret = strength(answers.passphrase)[1] if step > 1 else msg("And a sheet for the safe")
        self.update()

    def _fact(self, number: int) -> str:
        """What stands below the title of a step, in the language of now."""
        look = self._look
        if number == 0:
            comma = "，" if look.language == "zh" else ", "
            return comma.join(part for part in (NAMES[look.language], self._name) if part)
        return look.text((self._secret, msg("About 20 seconds"))[number - 1])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Discs on a line, a title and a fact for each."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size, high = look.px(28), self._high()
        for number, title in enumerate(STEPS):
            top = number * high
            disc = QRectF(0.5, top + 0.5, size - 1, size - 1)
            done, here = number < self._step, number == self._step
            painter.setPen(Qt.PenStyle.NoPen if done or here else QPen(look.colour("line_strong"), 1))
            painter.setBrush(look.colour("good_soft" if done else "accent" if here else "surface"))
            painter.drawEllipse(disc)
            if done:
                paint.paint_icon(
                    painter,
                    look,
                    (size - look.t.icon("small")) // 2,
                    round(disc.center().y()),
                    "check",
                    "good",
                    "small",
                )
            else:
                paint.paint_text(
                    painter,
                    look,
                    disc.toRect(),
                    str(number + 1),
                    ink="on_accent" if here else "ink_3",
                    strong=True,
                    align=paint.CENTRE,
                )
            if number < 2:
                painter.setPen(QPen(look.colour("line_strong"), 1))
                painter.drawLine(
                    round(size / 2), top + size + look.px(6), round(size / 2), top + high - look.px(4)
                )
            if self.slim:
                continue
            left = size + look.px(14)
            box = QRect(left, top - look.px(2), self.width() - left, look.px(20))
            waiting = not done and not here
            paint.paint_text(
                painter, look, box, look.text(title), strong=here, ink="ink_2" if waiting else "ink"
            )
            box.translate(0, look.px(20))
            paint.paint_text(painter, look, box, self._fact(number), ink="ink_3", size="small")
