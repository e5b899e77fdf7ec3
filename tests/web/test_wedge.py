"""The wedge of a camera on the page: it is told as one of eight directions, and what was drawn stays in the browser."""

from __future__ import annotations

from tests.web.page import told

KEPT = "{a: {turn: 230, wide: 110}, b: {turn: 10, wide: 60}}"


def test_a_wedge_is_told_as_the_nearest_of_eight_directions() -> None:
    """Whichever way round it is said; one direction drawn anew is itself."""
    turns = (0, 22, 23, 230, 337, 338, 359, 720, -45)

    found = told(
        "resident/cameras/wedge.ts",
        "asTold, facings, rounded",
        [f"rounded({{turn: {turn}, wide: 110}})" for turn in turns] + ["facings.map(asTold).map(rounded)", "facings"],
    )

    assert found[: len(turns)] == ["n", "n", "ne", "sw", "nw", "n", "n", "n", "nw"]
    assert found[-2] == found[-1]


def test_what_was_drawn_stays_while_it_is_true() -> None:
    """Until the camera looks another way, elsewhere said, or is somebody's no more."""
    assert told(
        "resident/cameras/wedge.ts",
        "drawn, of",
        [f"drawn({KEPT}, 'a', 'sw')", f"drawn({KEPT}, 'a', 'n')", f"drawn({KEPT}, null, 'e')", f"of({KEPT}, ['b'])"],
    ) == [{"turn": 230, "wide": 110}, {"turn": 0, "wide": 45}, {"turn": 90, "wide": 45}, {"b": {"turn": 10, "wide": 60}}]
