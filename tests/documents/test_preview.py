"""Page pictures without Qt."""

from desktop.documents.preview import fitted, page_count, page_pictures
from desktop.documents.quote import quote_pdf
from tests.documents import sample, sealing


def test_each_page_becomes_a_picture_with_ink_on_white() -> None:
    pdf = quote_pdf(sample.quote())
    pictures = page_pictures(pdf, 1.0)
    assert len(pictures) == page_count(pdf) == 2
    for picture in pictures:
        assert (picture.width, picture.height) == (596, 842)
        assert len(picture.pixels) == 596 * 842 * 4
        assert picture.pixels[:3] == b"\xff\xff\xff"
        assert min(picture.pixels[::4]) < 60


def test_one_page_may_be_asked_for() -> None:
    pdf = quote_pdf(sample.quote())
    assert page_pictures(pdf, 0.5, range(1, 2)) == page_pictures(pdf, 0.5)[1:]


def test_a_seal_is_seen() -> None:
    bare = quote_pdf(sealing.small())
    assert page_pictures(sealing.sealed(), 1.0)[-1].pixels != page_pictures(bare, 1.0)[-1].pixels
    assert fitted(sealing.sealed(), 300, 1)[0].pixels != fitted(bare, 300, 1)[0].pixels
