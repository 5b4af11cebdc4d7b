"""Templates: their list, and the page of one beside its paper."""

from typing import Any
from uuid import UUID

from desktop.services.commands import run
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, wait_idle

VALUES = {
    "name": "出口报价",
    "accent": "#0F766E",
    "opening": "尊敬的{{customer.name}}：感谢贵司询价。",
    "opening_en": "Dear {{customer.name}}, thank you for your inquiry.",
    "foot": "本报价由 {{seller.name}} 出具",
    "foot_en": "Issued by {{seller.name}}",
    "foot_when": "foreign",
}


def template(window: Window) -> UUID:
    """One template that was published and changed since."""
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    found = window.desk.recent("template", 1)
    if found:
        return found[0].id
    made = do("template.new", values=VALUES)
    do("template.publish", made.id)
    do("template.edit", made.id, values={"sequence": "terms"})
    return UUID(str(made.id))


def listed(window: Window, _firm: Firm) -> None:
    """The list."""
    template(window)
    window.go("template")
    wait_idle(window)


def page(window: Window, _firm: Firm) -> None:
    """The form and the paper."""
    window.open_record("template", template(window))
    wait_idle(window)


TEMPLATES: dict[str, Show] = {"template_list": listed, "template_page": page}
