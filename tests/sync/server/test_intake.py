"""What a laptop pushes: taken once, in order, unchanged, or not at all."""

from tests.sync.server.conftest import Join


def test_what_one_laptop_writes_the_other_reads(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="青禾自动化", phone="138", tags=["老客户"], owner_id=first.user)
    answer = first.sync()
    assert [(one.n, one.kind, one.version) for one in answer.verdicts] == [(1, "applied", 1)]
    second.sync()
    assert second.row("customer", customer)["name"] == "青禾自动化"
    assert second.row("customer", customer)["tags"] == ["老客户"]
