"""A role that the office changes counts in the window that is open: what it refuses is grey at once."""

from dataclasses import replace
from uuid import UUID

from pytestqt.qtbot import QtBot

from desktop.models.records import Customer
from desktop.models.store import Changed, Store, kept
from desktop.rules.roles import OWN, ROLES
from desktop.views.desk import Desk
from desktop.views.runner import Runner


def test_what_a_changed_role_refuses_is_refused_with_its_name_at_once(store: Store, qtbot: QtBot) -> None:
    desk = Desk(store, Runner())
    try:
        with store.reading() as session:
            customer = session.query(Customer).first()
        assert desk.refusal("customer.edit", customer) is None
        me = store.me()
        role = replace(ROLES["rep"], name="clerk", base="rep", scope=OWN, refused=("customer.*",))
        store.set_local("me", kept(replace(me, role="rep", own=role)))
        store.announce(Changed(frozenset({("user", UUID(int=1))}), "", remote=True))
        said = desk.refusal("customer.edit", customer)
        assert said is not None
        assert "Sales rep" in said.in_language("en")
        assert desk.actor.rights == replace(role, label=desk.actor.rights.label)
    finally:
        desk.close()
