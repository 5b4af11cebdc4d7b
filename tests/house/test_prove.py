"""The long proofs count what they did, stop at a violation, and write both down."""

from pathlib import Path

from tests.house.prove import HEAD, PROOFS, Proof, Round, run


def test_rounds_are_added_up_and_written_down(tmp_path: Path) -> None:
    seeds: list[int] = []

    def attempt(seed: int) -> Round:
        seeds.append(seed)
        return Round(10, [])

    page = tmp_path / "proofs.md"
    assert run(Proof("nothing breaks", attempt), 7, 0.0, page) == 0
    assert run(Proof("nothing breaks", attempt), 9, 0.0, page) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert text.count("| nothing breaks |") == 2
    assert "| 7 | 10 | 0 |" in text
    assert seeds == [7, 9]


def test_a_violation_ends_the_proof_and_is_written_down(tmp_path: Path) -> None:
    page = tmp_path / "proofs.md"
    assert run(Proof("breaks", lambda seed: Round(1, [f"seed {seed}"])), 3, 60.0, page) == 1
    assert "| 3 | 1 | 1 |" in page.read_text(encoding="utf-8")


def test_every_proof_has_a_name_of_its_own() -> None:
    assert len({proof.name for proof in PROOFS}) == len(PROOFS) >= 1
