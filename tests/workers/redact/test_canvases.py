"""The canvases every clip is on."""

from __future__ import annotations

from workers.redact.canvases import ALL, KBITS, Canvas, Shape, canvas, canvas_of


def test_every_canvas_has_even_sides_and_a_ceiling() -> None:
    """H.264 in 4:2:0 knows no others; two minutes of the largest stay within what a rendition may be."""
    assert all(one.width % 2 == one.height % 2 == 0 for one in ALL.values())
    assert len(ALL) == len(Shape) * len(KBITS)


def test_shapes_are_sixteen_to_nine_both_ways_and_square() -> None:
    """The short side is what its name says."""
    assert canvas(Shape.LANDSCAPE, 480) == Canvas(854, 480, 2500)
    assert canvas(Shape.PORTRAIT, 1080) == Canvas(1080, 1920, 8000)
    assert canvas(Shape.SQUARE, 720) == Canvas(720, 720, 5000)


def test_a_size_of_somebodys_own_is_none_of_ours() -> None:
    """To the pixel."""
    assert canvas_of(854, 480) == canvas(Shape.LANDSCAPE, 480)
    assert canvas_of(856, 480) is None
