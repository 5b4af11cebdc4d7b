"""What a bundle consists of is the office's to say; what makes no sense goes into no row there."""

from typing import Any

import pytest

from tests.sync.server.conftest import Join


def test_a_rep_puts_no_bundle_together_and_garbage_is_refused(join: Join) -> None:
    admin, rep = join("Root", "", "admin"), join("Li")
    whole = admin.create("product", name="Set", sku="SET", kind="bundle")
    part = admin.create("product", name="Pump", sku="P", kind="good")
    said = {"product_id": whole, "part_id": part, "quantity": "2", "inclusion": "required"}
    made = admin.create("bundle_part", **said)
    assert [one.code for one in admin.sync().verdicts] == ["", "", ""]
    rep.sync()
    assert rep.row("bundle_part", made)["quantity"] == "2"
    rep.create("bundle_part", **said)
    rep.set("bundle_part", made, quantity="9")
    assert {one.code for one in rep.sync().verdicts} == {"not_allowed"}
    admin.sync()
    assert admin.row("bundle_part", made)["quantity"] == "2"


@pytest.mark.parametrize(
    "wrong", [{"inclusion": ["required"]}, {"pricing": 7}, {"quantity": "many"}, {"part_id": "x"}]
)
def test_a_part_that_no_row_can_hold_is_refused(join: Join, wrong: dict[str, Any]) -> None:
    admin = join("Root", "", "admin")
    whole = admin.create("product", name="Set", sku="SET", kind="bundle")
    admin.create("bundle_part", product_id=whole, **wrong)
    codes = [one.code for one in admin.sync().verdicts]
    assert codes == ["", "invalid"]
