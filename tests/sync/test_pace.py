"""How long a laptop waits for its office, and how much it sends at once."""

from sync.engine.pace import LONGEST_WAIT, OPEN_AFTER, Backoff, Batch


def test_waiting_grows_with_full_jitter_to_five_minutes() -> None:
    backoff = Backoff()
    waits = [backoff.failed(0.0, 0.999) for _ in range(OPEN_AFTER)]
    assert [round(wait) for wait in waits] == [1, 2, 4, 8, LONGEST_WAIT]
    assert Backoff().failed(100.0, 0.0) == 100.0


def test_the_offices_wish_is_a_lower_bound() -> None:
    assert Backoff().failed(10.0, 0.0, retry_after=60.0) == 70.0


def test_another_network_brings_one_try_at_once() -> None:
    backoff = Backoff()
    for _ in range(OPEN_AFTER):
        backoff.failed(0.0, 0.5)
    assert not backoff.may_try(10.0)
    backoff.network_changed(10.0)
    assert backoff.may_try(10.0)
    backoff.succeeded()
    assert backoff.failed(20.0, 0.5) == 20.5


def test_batches_grow_by_steps_and_shrink_by_half_within_bounds() -> None:
    batch = Batch(100, 60, 150, 40)
    batch.answered(0.1)
    batch.answered(0.1)
    assert batch.size == 150
    batch.answered(3.0)
    assert batch.size == 150
    batch.answered(60.0)
    batch.answered(60.0)
    assert batch.size == 60
