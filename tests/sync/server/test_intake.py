"""What a laptop pushes: taken once, in order, unchanged, or not at all."""

import threading
from dataclasses import replace

import pytest

from desktop.models.record import new_id
from sync.protocol import codec, messages
from sync.protocol.messages import SyncResponse
from sync.server.server import Request as HttpRequest
from sync.server.server import Server
from tests.sync.server.conftest import Join, Reopen
from tests.sync.server.laptop import Laptop, Refused


def kinds(response: SyncResponse) -> list[str]:
    return [verdict.kind for verdict in response.verdicts]


def send(laptop: Laptop, push: messages.Push | None, **more: object) -> SyncResponse:
    request = laptop.request(push, **more)
    answer: SyncResponse = laptop.call("POST", messages.SYNC, request, SyncResponse)
    return answer


def test_what_one_laptop_writes_the_other_reads(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="青禾自动化", phone="138", tags=["老客户"], owner_id=first.user)
    answer = first.sync()
    assert [(one.n, one.kind, one.version) for one in answer.verdicts] == [(1, "applied", 1)]
    second.sync()
    row = second.row("customer", customer)
    assert (row["name"], row["tags"], row["owner_id"]) == ("青禾自动化", ["老客户"], first.user)
    assert (row["@by"], row["custom"], row["deleted_at"], row["remark"]) == (first.user, {}, None, "")


def test_different_fields_of_one_record_both_stay(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", phone="1", city="X")
    first.sync()
    second.sync()
    first.set("customer", customer, phone="2")
    second.set("customer", customer, city="Y")
    assert kinds(first.sync()) == ["applied"]
    assert kinds(second.sync()) == ["applied"]
    first.sync()
    assert first.row("customer", customer) == second.row("customer", customer)
    assert (first.row("customer", customer)["phone"], first.row("customer", customer)["city"]) == ("2", "Y")


def test_the_same_critical_field_comes_back_with_both_values(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", phone="1", city="X")
    first.sync()
    second.sync()
    first.set("customer", customer, phone="2")
    second.set("customer", customer, phone="3", city="Y")
    first.sync()
    verdict = second.sync().verdicts[0]
    assert (verdict.kind, verdict.version) == ("conflict", 3)
    assert verdict.losses == [messages.Loss("phone", "3", "2", "critical", True)]
    assert second.row("customer", customer)["phone"] == "2"
    assert second.row("customer", customer)["city"] == "Y"


def test_sets_and_texts_merge_and_say_so(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", tags=["a"], remark="1\n2\n3")
    first.sync()
    second.sync()
    first.set("customer", customer, tags=["a", "b"], remark="1\n2\n3\n4")
    second.set("customer", customer, tags=["c"], remark="0\n1\n2\n3")
    first.sync()
    verdict = second.sync().verdicts[0]
    assert verdict.kind == "merged"
    assert [(loss.field, loss.ask) for loss in verdict.losses] == [("tags", False), ("remark", False)]
    row = second.row("customer", customer)
    assert (row["tags"], row["remark"]) == (["b", "c"], "0\n1\n2\n3\n4")


def test_a_soft_value_that_is_overwritten_stays_in_the_log_of_the_office(join: Join, server: Server) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", source="web")
    first.sync()
    second.sync()
    first.set("customer", customer, source="fair")
    second.set("customer", customer, source="friend")
    first.sync()
    assert kinds(second.sync()) == ["applied"]
    assert second.row("customer", customer)["source"] == "friend"
    with server.store.read() as conn:
        logged = conn.exec_driver_sql(
            "SELECT body FROM office_audit WHERE action = 'overwritten'"
        ).scalar_one()
    assert '"value":"fair"' in logged


def test_a_second_edit_before_the_answer_is_not_a_clash_with_oneself(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    laptop.set("customer", customer, base=0, name=("A", "B"))
    laptop.set("customer", customer, base=0, name=("B", "C"))
    laptop.tx(("delete", "customer", customer, {}, 0))
    assert kinds(laptop.sync()) == ["applied"] * 4


def test_a_repeated_push_gets_the_same_answers_and_does_nothing(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A", tags=["a"])
    push = laptop.push()
    first = send(laptop, push)
    laptop.set("customer", customer, base=1, name=("A", "B"))
    again = send(laptop, laptop.push())
    assert again.verdicts[:1] == first.verdicts
    assert kinds(again) == ["applied", "applied"]
    assert again.last == 2
    known = send(laptop, laptop.push(), acked=2)
    assert [(one.kind, one.version) for one in known.verdicts] == [("duplicate", 0)] * 2
    laptop.sent = 2
    laptop.sync()
    assert laptop.row("customer", customer)["version"] == 2


def test_acknowledged_answers_are_forgotten_but_their_hashes_are_kept(join: Join, server: Server) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    laptop.sync()
    laptop.create("customer", name="B")
    laptop.sync()
    with server.store.read() as conn:
        stored = conn.exec_driver_sql("SELECT n, verdict = '' FROM office_verdict ORDER BY n").all()
    assert [tuple(row) for row in stored] == [(1, 1), (2, 0)]


def test_a_gap_takes_nothing(join: Join) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    laptop.create("customer", name="B")
    answer = send(laptop, laptop.push(laptop.ops[1:]))
    assert (answer.status, answer.last, answer.verdicts) == ("gap", 0, [])
    assert kinds(laptop.sync()) == ["applied", "applied"]


def restored(laptop: Laptop, keep: int) -> Laptop:
    """The same laptop as it was after op `keep`."""
    return replace(
        laptop,
        n=keep,
        head=laptop.heads[keep],
        heads=laptop.heads[: keep + 1],
        ops=laptop.ops[:keep],
        sent=keep,
        rows={},
        cursors={},
    )


def test_a_restored_laptop_is_told_and_goes_on_under_another_id(join: Join, server: Server) -> None:
    laptop = join("Li")
    for name in "ABC":
        laptop.create("customer", name=name)
        laptop.sync()
    copy = restored(laptop, 2)
    answer = send(copy, None)
    assert (answer.status, answer.agreed) == ("forked", 2)
    copy.create("customer", name="D")
    answer = send(copy, copy.push())
    assert (answer.status, answer.agreed, answer.verdicts) == ("forked", 2, [])
    successor = Laptop(server)
    wish = messages.Enrol(device=successor.device, key=successor.public, name="x", previous=copy.device)
    enrolled = copy.call("POST", messages.DEVICES, wish, messages.Enrolled)
    assert enrolled.device == successor.device
    assert enrolled.person.user == laptop.user
    successor.user = laptop.user
    successor.create("customer", name="D")
    assert kinds(successor.sync()) == ["applied"]
    late = copy.sequence - 2
    with pytest.raises(Refused) as refused:
        send(replace(copy, sequence=late), None)
    assert refused.value.problem.code == "sequence"
    laptop.sequence = copy.sequence  # the copy's, not the original's, is the identity that has ended
    laptop.create("customer", name="E")
    assert kinds(laptop.sync()) == ["applied"]


def test_another_op_under_a_known_number_is_a_fork(join: Join) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    copy = restored(laptop, 0)
    laptop.sync()
    copy.create("customer", name="Z")
    copy.create("customer", name="Y")
    copy.sequence = laptop.sequence
    answer = send(copy, copy.push())
    assert (answer.status, answer.agreed, answer.last) == ("forked", 0, 1)


def test_a_changed_op_does_not_get_in(join: Join) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    push = laptop.push()
    for tampered in (
        replace_push(push, rows=[[0, push.rows[0][1], 0, "Mallory"]]),
        replace_push(push, head="00" * 32),
        replace_push(push, signature="AAAA"),
        replace_push(push, before="11" * 32),
        replace_push(push, seeds=[]),
        replace_push(push, seeds=[messages.Seed(1, "22" * 32)]),
        replace_push(push, first=0),
        replace_push(push, rows=[*push.rows, *push.rows]),
        replace_push(push, rows=[[7, push.rows[0][1], 0, "A"]]),
        replace_push(push, rows=[[0, push.rows[0][1], 0, 1.5]]),
        replace_push(push, rows=[[0, "short", 0, "A"]]),
    ):
        with pytest.raises(Refused) as refused:
            send(laptop, tampered)
        assert (refused.value.status, refused.value.problem.code) == (400, "bad_request")
    assert kinds(laptop.sync()) == ["applied"]


def replace_push(push: messages.Push, **changes: object) -> messages.Push:
    values = {name: getattr(push, name) for name in push.__struct_fields__}
    return messages.Push(**{**values, **changes})


def test_a_request_counts_once_and_only_with_its_own_signature(join: Join, server: Server) -> None:
    laptop = join("Li")
    other = join("Wang")
    laptop.create("customer", name="A")
    body = codec.encode(laptop.request(laptop.push()))
    sent = laptop.ask("POST", messages.SYNC, body)
    assert sent.status == 200
    laptop.sequence -= 1
    again = laptop.ask("POST", messages.SYNC, body)
    problem = codec.decode(again.body, messages.Problem)
    assert (again.status, problem.code, problem.data) == (409, "sequence", {"sequence": laptop.sequence})
    laptop.key = other.key
    assert laptop.ask("POST", messages.SYNC, body).status == 401
    unsigned = server.handle(HttpRequest("POST", messages.SYNC, {}, body))
    assert unsigned.status == 401
    stranger = Laptop(server)
    answer = stranger.ask("POST", messages.SYNC, codec.encode(stranger.request()))
    assert (answer.status, codec.decode(answer.body, messages.Problem).code) == (401, "unknown_device")
    foreign = other.ask("POST", messages.SYNC, body)
    assert (foreign.status, codec.decode(foreign.body, messages.Problem).code) == (401, "bad_signature")


def test_a_revoked_laptop_gets_nothing_from_its_next_request_on(join: Join, server: Server) -> None:
    laptop = join("Li")
    server.revoke(server.devices()[0]["code"])
    laptop.create("customer", name="A")
    for method, target, message in (
        ("POST", messages.SYNC, laptop.request(laptop.push())),
        ("POST", messages.PULL, messages.PullRequest(protocol=1, schema=1, cursors=[])),
        ("GET", messages.SNAPSHOT + "org", None),
    ):
        with pytest.raises(Refused) as refused:
            laptop.call(method, target, message, SyncResponse)
        assert (refused.value.status, refused.value.problem.code) == (401, "wipe")


def test_a_transaction_is_taken_whole_or_not_at_all(join: Join) -> None:
    laptop = join("Li")
    good, bad, later = new_id().hex, new_id().hex, new_id().hex
    laptop.tx(
        ("create", "customer", good, {"name": "A"}, 0),
        ("create", "customer", bad, {"name": 7}, 0),
        command="customer.new",
    )
    laptop.tx(("create", "contact", later, {"name": "B", "customer_id": good}, 0), command="contact.new")
    laptop.tx(("set", "customer", good, {"name": ["A", "C"]}, 0))
    free = laptop.create("customer", name="D")
    answer = laptop.sync()
    assert kinds(answer) == ["rejected", "rejected", "rejected", "rejected", "applied"]
    assert [one.code for one in answer.verdicts] == ["invalid", "invalid", "depends", "depends", ""]
    assert answer.verdicts[0].en
    assert answer.verdicts[0].zh
    assert answer.verdicts[0].zh != answer.verdicts[0].en
    assert [key for kind, key in laptop.rows if kind == "customer"] == [free]


def test_a_part_may_come_before_its_whole_in_one_transaction(join: Join) -> None:
    laptop = join("Li")
    customer, contact = new_id().hex, new_id().hex
    laptop.tx(
        ("create", "contact", contact, {"name": "B", "customer_id": customer}, 0),
        ("create", "customer", customer, {"name": "A"}, 0),
        command="contact.import",
    )
    assert [(one.n, one.kind) for one in laptop.sync().verdicts] == [(1, "applied"), (2, "applied")]
    assert laptop.row("contact", contact)["owner_id"] == laptop.row("customer", customer)["owner_id"]


def test_a_refused_transaction_leaves_earlier_ones_as_they_were(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    laptop.sync()
    laptop.set("customer", customer, name="B")
    laptop.tx(
        ("set", "customer", customer, {"name": ["B", "C"]}, 1),
        ("set", "customer", new_id().hex, {"name": ["x", "y"]}, 1),
    )
    assert [one.code for one in laptop.sync().verdicts] == ["", "not_found", "not_found"]
    assert (laptop.row("customer", customer)["name"], laptop.row("customer", customer)["version"]) == ("B", 2)


def test_void_ops_keep_their_number_and_do_nothing(join: Join) -> None:
    laptop = join("Li")
    laptop.tx(("void", "customer", new_id().hex, {}, 0))
    answer = laptop.sync()
    assert [(one.kind, one.version) for one in answer.verdicts] == [("applied", 0)]
    assert not [key for key in laptop.rows if key[0] == "customer"]


def test_deleting_what_somebody_else_changed_keeps_it(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A")
    contact = first.create("contact", name="B", customer_id=customer)
    first.sync()
    second.sync()
    first.set("contact", contact, job="CEO")
    first.sync()
    second.tx(("delete", "customer", customer, {}, 1), ("delete", "contact", contact, {}, 1))
    answer = second.sync()
    assert kinds(answer) == ["conflict", "conflict"]
    assert answer.verdicts[1].losses == [messages.Loss("deleted_at", True, None, "critical", True)]
    assert second.row("contact", contact)["job"] == "CEO"
    assert ("customer", customer) in second.rows


def test_a_deletion_and_its_restoration_travel(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A")
    first.sync()
    second.sync()
    first.tx(("delete", "customer", customer, {}, 1))
    first.sync()
    second.set("customer", customer, phone="1")
    answer = second.sync()
    assert kinds(answer) == ["conflict"]
    assert (answer.verdicts[0].code, answer.verdicts[0].losses[0].theirs) == ("deleted", None)
    assert answer.page.parts[0].removals[0].flag == "tombstone"
    assert answer.page.parts[0].removals[0].at is not None
    assert ("customer", customer) not in second.rows
    first.tx(("delete", "customer", customer, {}, 2), ("restore", "customer", customer, {}, 2))
    assert kinds(first.sync()) == ["applied", "applied"]
    second.sync()
    assert second.row("customer", customer)["name"] == "A"


def test_a_stage_moves_only_along_its_ways(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    quote = laptop.create("quote", customer_id=customer, stage="draft", name="Q")

    def go(old: str, new: str) -> str:
        laptop.tx(("transition", "quote", quote, {"field": "stage", "from": old, "to": new}, 0))
        return laptop.sync().verdicts[-1].kind

    assert go("draft", "accepted") == "conflict"
    assert go("draft", "issued") == "applied"
    assert go("draft", "issued") == "applied"
    assert go("issued", "nonsense") == "rejected"
    assert laptop.row("quote", quote)["stage"] == "issued"
    laptop.tx(("transition", "quote", quote, {"field": "name", "from": "Q", "to": "R"}, 0))
    assert laptop.sync().verdicts[0].code == "invalid"


def test_a_field_of_a_newer_program_is_kept_and_comes_back(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", mood="sunny")
    first.sync()
    second.sync()
    assert second.row("customer", customer)["unknown"] == {"mood": "sunny"}
    first.set("customer", customer, mood=("sunny", "windy"))
    second.set("customer", customer, mood=("sunny", "rainy"))
    first.sync()
    answer = second.sync()
    assert answer.verdicts[0].losses == [messages.Loss("mood", "rainy", "windy", "critical", True)]
    assert second.row("customer", customer)["unknown"] == {"mood": "windy"}


def test_derived_values_are_never_taken(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    quote = laptop.create("quote", customer_id=customer, payable=100)
    laptop.set("quote", quote, base=1, payable=(None, 200), name=("", "N"))
    assert kinds(laptop.sync()) == ["applied", "applied", "applied"]
    assert (laptop.row("quote", quote)["payable"], laptop.row("quote", quote)["name"]) == (None, "N")


def test_a_record_created_once_more_undoes_nothing(join: Join, server: Server) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", tags=["a"])
    first.sync()
    second.sync()
    second.set("customer", customer, name="B")
    second.sync()
    again = join("Li")
    again.tx(
        ("create", "customer", customer, {"name": "A", "tags": ["a", "b"], "owner_id": again.user}, 0),
        command="customer.new",
    )
    answer = again.sync()
    assert answer.verdicts[0].losses == [messages.Loss("name", "A", "B", "critical", True)]
    row = again.row("customer", customer)
    assert (row["name"], row["tags"]) == ("B", ["a", "b"])


def test_the_office_remembers_everything_after_a_restart(join: Join, server: Server, reopen: Reopen) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    push = laptop.push()
    first = send(laptop, push)
    laptop.server = reopen(server)
    assert laptop.server.store.office == server.store.office
    assert send(laptop, push).verdicts == first.verdicts
    laptop.set("customer", laptop.ops[0].record, base=1, name=("A", "B"))
    assert kinds(laptop.sync()) == ["applied", "applied"]
    assert laptop.server.check_audit()[0] == 0
    laptop.server.store.close()


def test_many_laptops_at_once_lose_nothing_and_miss_nothing(join: Join) -> None:
    laptops = [join(f"P{n}") for n in range(4)]
    reader = join("Reader")
    shared = laptops[0].create("customer", name="shared", owner_id=laptops[0].user)
    laptops[0].sync()
    for laptop in laptops:
        laptop.sync()

    def work(laptop: Laptop) -> None:
        for turn in range(8):
            laptop.create("customer", name=str(turn), owner_id=laptops[0].user)
            laptop.set(
                "customer", shared, tags=[*laptop.row("customer", shared)["tags"], laptop.device + str(turn)]
            )
            laptop.sync()

    threads = [threading.Thread(target=work, args=(laptop,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        reader.sync()
    reader.sync()
    assert all(laptop.sent == laptop.n for laptop in laptops)
    mine = {op.record for laptop in laptops for op in laptop.ops if op.kind == "create"}
    assert {key for kind, key in reader.rows if kind == "customer"} == mine
    assert len(set(reader.row("customer", shared)["tags"])) == 4 * 8
    assert reader.row("customer", shared)["version"] == 1 + 4 * 8


def test_numbers_are_lent_once(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    blocks = [laptop.sync(wants=["SQ", "sq; DROP", "SQ"]).leases for laptop in (first, second, first)]
    assert [len(block) for block in blocks] == [1, 1, 1]
    ranges = [(lease.series, lease.first, lease.last) for block in blocks for lease in block]
    assert ranges == [("SQ", 101, 150), ("SQ", 151, 200), ("SQ", 201, 250)]
