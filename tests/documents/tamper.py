"""Sealed paper that somebody changed: every change must be refused, by us and by another program.

`python -m tests.documents.tamper --count 200 [--seed N]` makes so many changed bytes, overlays and appended
saves each, of sealed paper and of what a customer signed on the screen, and puts as many signed files back to
what they were before; `--envelope` changes every character of the seal's envelope once.
"""

import argparse
import io
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pikepdf import Pdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from desktop.documents.seal_check import check
from desktop.models.store import Store
from desktop.services import commands, quotes, sealed, signing
from tests import inks
from tests.documents import sealing
from tests.stores import firm, opened, product, quote

assert signing.SCREEN  # the command is registered
REFUSED: Final = frozenset({"altered", "appended", "unsealed", "no_pdf"})


def changed_byte(pdf: bytes, rng: random.Random) -> bytes:
    """One byte becomes another one."""
    place = rng.randrange(len(pdf))
    return pdf[:place] + bytes([pdf[place] ^ rng.randrange(1, 256)]) + pdf[place + 1 :]


def overlaid(pdf: bytes, rng: random.Random) -> bytes:
    """Another price is drawn over the page and the file is written anew, as an editor does."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0]
        page.contents_add(_drawing(rng))
        if rng.random() < 0.5:
            del opened.Root.AcroForm, page.Annots
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def appended(pdf: bytes, rng: random.Random) -> bytes:
    """The same, but saved behind the seal: what was sealed is all still there."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page_ref = writer.root["/Pages"]["/Kids"].raw_get(0)
    page = page_ref.get_object()
    stream = generic.StreamObject(stream_data=_drawing(rng))
    if rng.random() < 0.5:
        page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), writer.add_object(stream)])
    else:
        note = {"/Type": "/Annot", "/Subtype": "/Stamp"}
        made = generic.DictionaryObject(
            {generic.pdf_name(key): generic.pdf_name(value) for key, value in note.items()}
        )
        made[generic.pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (300, 300, 500, 400)))
        stream.update(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
                generic.pdf_name("/BBox"): made["/Rect"],
            }
        )
        shown = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(stream)})
        made[generic.pdf_name("/AP")] = shown
        page["/Annots"].append(writer.add_object(made))
    writer.mark_update(page_ref.reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _drawing(rng: random.Random) -> bytes:
    x, y, width = rng.randrange(40, 500), rng.randrange(60, 780), rng.randrange(20, 120)
    return b"q 1 1 1 rg %d %d %d 12 re f Q" % (x, y, width)


WAYS: Final[dict[str, Callable[[bytes, random.Random], bytes]]] = {
    "byte": changed_byte,
    "overlay": overlaid,
    "append": appended,
}


def envelope(pdf: bytes) -> range:
    """Where the signature itself lies, which no signature covers."""
    first = pdf.index(b"/Contents <30") + len(b"/Contents ")
    return range(first, pdf.index(b">", first) + 1)


def envelopes(pdf: bytes) -> set[int]:
    """The same of every signature of a file."""
    found, first = set[int](), 0
    while pdf.find(b"/Contents <30", first) >= 0:
        place = pdf.index(b"/Contents <30", first) + len(b"/Contents ")
        first = pdf.index(b">", place) + 1
        found.update(range(place, first))
    return found


def whole(path: Path) -> bool:
    """Whether the file passes everybody: us, pyHanko alone, poppler and OpenSSL."""
    judges = (sealing.pyhanko_accepts, sealing.pdfsig_accepts, sealing.openssl_accepts)
    ours = check(path.read_bytes(), {sealing.COMPANY}).state == "sound"
    return ours and all(judge(path) for judge in judges)


def whole_and_signed(path: Path) -> bool:
    """Whether what a customer signed passes us, pyHanko alone and poppler."""
    ours = check(path.read_bytes(), {sealing.COMPANY}).state == "signed"
    return ours and sealing.pyhanko_accepts(path) and sealing.pdfsig_accepts(path, signatures=2)


def attempts(count: int, seed: int, folder: Path, tally: Counter[str], *, signed: bool = False) -> list[str]:
    """Every way so many times; returns what was not refused as it must be."""
    pdf, rng = sealing.signed() if signed else sealing.sealed(), random.Random(seed)
    inside, path, broken = envelopes(pdf), folder / "paper.pdf", []
    number_of = 2 if signed else 1
    for way, make in WAYS.items():
        for number in range(count):
            made = make(pdf, rng)
            path.write_bytes(made)
            state = check(made, {sealing.COMPANY}).state
            tally[f"{'signed ' * signed}{way} {state}"] += 1
            place = next((at for at, (a, b) in enumerate(zip(made, pdf, strict=False)) if a != b), len(pdf))
            if way == "byte" and place in inside:
                tally["in the envelope"] += 1
            elif sealing.pdfsig_accepts(path, signatures=number_of) or sealing.pyhanko_accepts(path):
                broken.append(f"{way} {number}: another program accepts it")
            if state not in REFUSED or (way == "append" and state != "appended"):
                broken.append(f"{way} {number}: {state}")
    return broken


def put_back(base: bytes, rng: random.Random) -> tuple[str, bytes]:
    """The signed file as before it was signed: cut off cleanly, with something behind, or re-signed."""
    way = rng.choice(("cut", "cut and a line", "cut and drawn on", "cut and signed by somebody else"))
    if way == "cut and a line":
        return way, base + bytes(rng.choice(b"\n \r%") for _ in range(rng.randrange(1, 40)))
    if way == "cut and drawn on":
        return way, appended(base, rng)
    if way == "cut and signed by somebody else":
        return way, sealing.signed_by_a_stranger(base, rng)
    return way, base


def rolled_back(count: int, seed: int, folder: Path, tally: Counter[str]) -> list[str]:
    """Signed files that were put back, held against the log of whoever issued them."""
    rng, broken = random.Random(seed), []
    with opened(folder / "profile") as store:
        base, signed = signed_on_a_screen(store)
        if sealed.examine(signed, store).state != "signed" or not signed.startswith(base):
            broken.append("what was signed is not told")
        for number in range(count):
            way, made = put_back(base, rng)
            state = sealed.examine(made, store).state
            tally[f"{way}: {state}"] += 1
            if state not in ({"rolled_back"} if way == "cut" else REFUSED):
                broken.append(f"{way} {number}: {state}")
    return broken


def signed_on_a_screen(store: Store) -> tuple[bytes, bytes]:
    """A quote's paper as it was sealed, and as a customer signed it."""
    firm(store)
    made = quote(store, (product(store).id, "2"))
    paper: bytes = commands.run(store, store.me(), "quote.issue", made.id).value
    said: dict[str, Any] = {"signer": "张建国", "job": "总经理", "on_screen": inks.in_front(store, made.id)}
    commands.run(store, store.me(), "quote.sign", made.id, **said)
    return paper, quotes.paper(store, made.id)


def every_character(tally: Counter[str]) -> list[str]:
    """Each character of the envelope becomes the next one; returns the places that nobody noticed."""
    pdf = sealing.sealed()
    broken = []
    for place in envelope(pdf):
        made = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        state = check(made, {sealing.COMPANY}).state
        tally[f"envelope {state}"] += 1
        if state not in REFUSED:
            broken.append(f"character {place - envelope(pdf).start}: {state}")
    return broken


def main() -> int:
    """Count, and say what was not refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--envelope", action="store_true")
    chosen = parser.parse_args()
    tally: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole.pdf"
        path.write_bytes(sealing.sealed())
        broken = [] if whole(path) else ["the untouched paper is refused"]
        broken += every_character(tally) if chosen.envelope else []
        broken += attempts(chosen.count, chosen.seed, Path(folder), tally)
        path.write_bytes(sealing.signed())
        broken += [] if whole_and_signed(path) else ["the untouched signed paper is refused"]
        broken += attempts(chosen.count, chosen.seed + 1, Path(folder), tally, signed=True)
        broken += rolled_back(chosen.count, chosen.seed + 2, Path(folder), tally)
    sys.stdout.write(f"{dict(tally)}\n{len(broken)} broken in {time.monotonic() - began:.0f} s\n")
    sys.stdout.writelines(f"{each}\n" for each in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
