"""Below the lines of a quote: whether it can be issued and why, and the totals as they are right now."""

from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from desktop.errors import Refused
from desktop.models.records import Adjustment
from desktop.rules import capitals, money
from desktop.rules.totals import Totals
from desktop.services.approval_verdicts import Verdict
from desktop.services.approvals import Standing
from desktop.services.drafts import QuoteDraft
from desktop.views import cells, paint
from desktop.views.approvals.lamp import Lamp
from desktop.views.buttons import Button
from desktop.views.compose import column, label, region, row, set_ink
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

DISCOUNT: Final = msg("Discount")
WANTED: Final = msg("Total wanted")
SLIM, LEAST = 680, 570


class _Sums(QWidget):
    """Rows of words and amounts, the payable in figures."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows: list[tuple[str, str]] = []
        self._payable: tuple[str, str] = ("", "")
        self._below: tuple[str, str] = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sums(
        self, rows: list[tuple[str, str]], payable: tuple[str, str], below: tuple[str, str]
    ) -> None:
        self._rows, self._payable, self._below = rows, payable, below
        self.setAccessibleName(" ".join(payable))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = self._look
        return QSize(look.px(356), look.px(22) * len(self._rows) + look.px(58))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        top = 0
        for words, amount in self._rows:
            box = QRect(0, top, self.width(), look.px(22))
            paint.paint_text(painter, look, box, words, ink="ink_2")
            paint.paint_text(painter, look, box, veil_text(look, amount), align=paint.RIGHT)
            top += look.px(22)
        box = QRect(0, top + look.px(4), self.width(), look.px(32))
        paint.paint_text(painter, look, box, self._payable[0], strong=True)
        payable = veil_text(look, self._payable[1])
        paint.paint_text(painter, look, box, payable, size="figure", strong=True, align=paint.RIGHT)
        box = QRect(0, top + look.px(36), self.width(), look.px(20))
        below = [veil_text(look, each) for each in self._below]
        right = look.t.width(below[1], "small") + look.px(10)
        paint.paint_text(painter, look, box.adjusted(0, 0, -right, 0), below[0], ink="ink_2", size="small")
        paint.paint_text(painter, look, box, below[1], ink="ink_2", size="small", align=paint.RIGHT)


class QuoteFoot(QWidget):
    """Light, reason, discount of the whole, target total, sums."""

    discounted = Signal(str, object, object)  # kind, value, what was seen
    confirmed = Signal()
    refused = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._light = Lamp(look)
        self._state = label(look, strong=True)
        self._why = label(look, size="small", ink="ink_2", wrap=True)
        self._sums = _Sums(look)
        self.discount = self._entry(msg("Discount on the whole, in percent"))
        self.target = self._entry(msg("Total wanted"))
        self.discount.editingFinished.connect(lambda: self._discounted(self.discount, "percent"))
        self.target.editingFinished.connect(lambda: self._discounted(self.target, "target"))
        self._shown: dict[str, str] = {}
        self._seen: dict[str, Decimal | None] = {}
        self.confirm = Button(look, msg("Confirm the new total"), icon="check")
        self.confirm.clicked.connect(self.confirmed)
        self.confirm.hide()
        ask, subject = msg("Ask for approval"), msg("Issue subject to approval")
        self.approval = Button(look, ask, icon="shield-check", name=ask)
        self.phone = Button(look, msg("Code by telephone"), icon="phone")
        self.subject = Button(look, subject, icon="clock", name=subject)
        self.page = Button(look, msg("Confirmation of approval"), icon="file-check-2")
        self._ways = (self.phone, self.approval, self.subject, self.page)
        for button in self._ways:
            button.hide()
        head = row(look, self._light, self._state, 6, self.confirm, None, gap=10)
        ways = row(look, *self._ways, None, gap=8)
        self._names = [label(look, words, size="small", ink="ink_2") for words in (DISCOUNT, WANTED)]
        first, second = self._names
        asked = row(look, first, self.discount, 6, second, self.target, None, gap=6)
        left = region("panel")
        left.setLayout(column(look, head, self._why, ways, None, asked, gap=6, edge=(20, 12, 16, 12)))
        right = region("panel", "left")
        right.setLayout(column(look, self._sums, None, gap=0, edge=(20, 8, 12, 8)))
        look.bind(right.setMaximumWidth, lambda: look.px(388))
        look.bind(right.setMinimumWidth, lambda: look.px(300))
        ground = region("panel", "top")
        line = row(look, left, right, gap=0)
        line.setStretch(0, 1)
        ground.setLayout(line)
        self.setLayout(column(look, ground, gap=0))
        look.changed.connect(self._fit)

    @property
    def look(self) -> Look:
        """How it is drawn."""
        return self._look

    def minimumSizeHint(self) -> QSize:
        """What it needs when the entries say themselves what they are for."""
        return QSize(self._look.px(LEAST), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names before the entries, or in them where there is little room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        look, slim = self._look, self.width() < self._look.px(SLIM)
        for name, words, entry in zip(
            self._names, (DISCOUNT, WANTED), (self.discount, self.target), strict=True
        ):
            name.setVisible(not slim)
            look.bind(entry.setFixedWidth, lambda: look.px(112 if slim else 92))
            look.bind(entry.setPlaceholderText, words if slim else verbatim(""))
        self._fit_ways()

    def _fit_ways(self) -> None:
        """Icons alone, the last ones first, where there is no room for the words of all ways to approval."""
        look, shown = self._look, [way for way in self._ways if way.isVisibleTo(self)]
        room = self.width() - look.px(388 + 36)
        for way in shown:
            way.shrink(False)
        for way in reversed(shown[1:]):
            wanted = sum(one.sizeHint().width() for one in shown) + look.px(8) * len(shown)
            if wanted > max(room, 0):
                way.shrink(True)

    def _entry(self, name: Message) -> QLineEdit:
        made = QLineEdit()
        made.setAlignment(paint.RIGHT)
        self._look.bind(made.setAccessibleName, name)
        self._look.bind(made.setFixedWidth, lambda: self._look.px(92))
        return made

    def _discounted(self, entry: QLineEdit, kind: str) -> None:
        typed = entry.text().strip()
        if typed == self._shown.get(kind, ""):
            return
        try:
            value = Adjustment.fields()["value"].kind.parse(typed.replace("%", "").replace("％", ""))
        except Refused as refused:
            self.refused.emit(refused)
            return
        if kind == "percent" and value is not None:
            value = -abs(value)
        self._shown[kind] = typed
        self.discounted.emit(kind, value, self._seen.get(kind))

    def entry(self, kind: str) -> QLineEdit:
        """Where the discount of a kind is typed."""
        return self.target if kind == "target" else self.discount

    def go_on(self, kind: str, text: str, seen: Decimal | None) -> None:
        """Go on with what was typed, over what has been seen now."""
        entry = self.entry(kind)
        self._seen[kind], self._shown[kind] = seen, "\0"
        entry.setFocus()
        entry.setText(text)

    def show_state(
        self,
        reason: Message | None,
        *,
        frozen: bool,
        stage: Message,
        review: bool,
        standing: Standing | Verdict | None = None,
    ) -> None:
        """Green with what is possible, amber with what is missing, red with what asks for approval."""
        verdict = standing if isinstance(standing, Verdict) and frozen else None
        asked = standing if isinstance(standing, Standing) and reason is None and not frozen else None
        tone = asked.light.tone if asked is not None else "good" if reason is None or frozen else "warn"
        refused = asked.refusal if asked is not None else None
        self.confirm.setVisible(review)
        red = asked if refused is not None else None
        self.approval.setVisible(red is not None and not red.waits)
        self.phone.setVisible(red is not None)
        self.subject.setVisible(red is not None and red.days is not None)
        self.page.setVisible(verdict is not None and verdict.confirms)
        self._fit_ways()
        tone = verdict.tone if verdict is not None else tone
        self._light.show_tone(tone)
        head = stage if frozen else msg("Ready to issue") if reason is None else msg("Not yet")
        if refused is not None and asked is not None:
            head = msg("Waits for approval") if asked.waits else msg("Needs approval")
        self._look.bind(self._state.setText, head)
        set_ink(self._state, tone)
        kept = msg("What was issued never changes. A new revision starts from it.")
        kept = verdict.words if verdict is not None else kept
        fine = msg("All lines have a price and a tax rate. Issuing gives the number and freezes the content.")
        lit = asked.light.words if asked is not None else fine
        self._look.bind(self._why.setText, kept if frozen else reason or refused or lit)

    def show_totals(self, draft: QuoteDraft, totals: Totals, *, editable: bool) -> None:
        """The sums of the draft as it is."""
        look, digits = self._look, totals.digits
        rows = [(look.text(msg("Sum of the lines")), money.printed(totals.subtotal, digits))]
        for adjustment, result in zip(draft.document_adjustments, totals.adjustments, strict=True):
            english = adjustment.label_en if look.language == "en" else ""
            label = english or adjustment.label
            words = verbatim(label) if label else _adjustment_words(adjustment)
            rows.append((look.text(words), money.printed(result.amount, digits)))
        if draft.revision.tax_mode == "excluded":
            rows.append((look.text(msg("Tax")), money.printed(totals.tax, digits)))
        if totals.rounding:
            rows.append((look.text(msg("Rounding")), money.printed(totals.rounding, digits)))
        currency = draft.quote.currency or "CNY"
        included = draft.revision.tax_mode == "included"
        words = msg("Payable, tax included") if included else msg("Payable")
        sign = cells.SIGNS.get(currency, f"{currency} ")
        payable = f"{sign}{money.printed(totals.payable, digits)}"
        inside = f"{look.text(msg('Tax'))} {money.printed(totals.tax, digits)}"
        spelled = capitals.capitals(totals.payable) if look.language == "zh" and currency == "CNY" else ""
        below = spelled or look.text(msg("including all chosen options"))
        self._sums.show_sums(rows, (look.text(words), payable), (below, inside))
        self._fill(draft, editable=editable)

    def _fill(self, draft: QuoteDraft, *, editable: bool) -> None:
        own = [one for one in draft.document_adjustments if not (one.promotion_id or one.coupon_id)]
        found = {one.kind: one.value for one in own}
        for kind, entry in (("percent", self.discount), ("target", self.target)):
            value: Any = found.get(kind)
            text = (
                ""
                if value is None
                else f"{money.number(Decimal(value))}{' %' if kind == 'percent' else ''}".replace("-", "−")
            )
            typing = entry.hasFocus() and entry.text().strip() != self._shown.get(kind, "")
            if not typing:
                self._shown[kind], self._seen[kind] = text, value
                entry.setText(text)
            entry.setEnabled(editable)

    def told(self) -> str:
        """What stands beside the light, for tests."""
        return f"{self._state.text()} {self._why.text()}"

    def payable(self) -> str:
        """The total in figures, for tests."""
        return self._sums.accessibleName()


def _adjustment_words(adjustment: Adjustment) -> Message:
    if adjustment.kind == "target":
        return msg("Rounded to the total wanted")
    if adjustment.kind == "amount":
        return msg("Discount as an amount")
    return msg("Discount on the whole {percent} %").of(
        percent=money.number(adjustment.value or Decimal(0)).replace("-", "−")
    )
