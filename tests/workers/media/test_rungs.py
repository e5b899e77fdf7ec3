"""The sizes a clip comes out in."""

from __future__ import annotations

import pytest

from workers.media.probe import Probed
from workers.media.rungs import Place, place, rungs, size
from workers.media.sniff import Container

LANDSCAPE = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}
PORTRAIT = {name: (height, width) for name, (width, height) in LANDSCAPE.items()}
SQUARE = {"480p": (480, 480), "720p": (720, 720), "1080p": (1080, 1080)}


def probed(width: int, height: int) -> Probed:
    """A clip of that size, as seen."""
    return Probed(Container.MP4, 0, 1, width, height, 30.0, 30.0, "bt709", 1000)


def up_to(sizes: dict[str, tuple[int, int]], name: str) -> dict[str, tuple[int, int]]:
    """The rungs up to this one."""
    return dict(list(sizes.items())[: list(sizes).index(name) + 1])


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (1920, 1080, LANDSCAPE),
        (1080, 1920, PORTRAIT),
        (3840, 2160, LANDSCAPE),
        (2560, 1080, LANDSCAPE),
        (2304, 1296, LANDSCAPE),
        (1600, 1200, up_to(LANDSCAPE, "1080p")),
        (1536, 1536, SQUARE),
        (1280, 1024, SQUARE),
        (1280, 720, up_to(LANDSCAPE, "720p")),
        (1600, 900, up_to(LANDSCAPE, "720p")),
        (1024, 768, up_to(LANDSCAPE, "720p")),
        (1066, 600, up_to(LANDSCAPE, "480p")),
        (854, 480, up_to(LANDSCAPE, "480p")),
        (640, 480, up_to(LANDSCAPE, "480p")),
        (640, 360, {"480p": (640, 360)}),
        (353, 289, {"480p": (360, 360)}),
        (160, 120, {"480p": (426, 240)}),
        (4000, 2, {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}),
    ],
)
def test_every_clip_comes_out_on_one_of_few_canvases(
    width: int, height: int, sizes: dict[str, tuple[int, int]]
) -> None:
    """As its shape asks for, and none that its picture would have to be enlarged for by more than a tenth."""
    clip = probed(width, height)

    assert {rung.name: size(clip, rung) for rung in rungs(clip)} == sizes


@pytest.mark.parametrize(
    ("width", "height", "places"),
    [
        (1920, 1080, [Place(0, 0, 854, 480), Place(0, 0, 1280, 720), Place(0, 0, 1920, 1080)]),
        (1024, 768, [Place(106, 0, 640, 480), Place(160, 0, 960, 720)]),
        (352, 288, [Place(4, 36, 352, 288)]),
        (160, 120, [Place(132, 60, 160, 120)]),
        (4000, 2, [Place(0, 238, 854, 2), Place(0, 358, 1280, 2), Place(0, 538, 1920, 2)]),
    ],
)
def test_the_picture_lies_in_the_middle_and_is_never_enlarged(width: int, height: int, places: list[Place]) -> None:
    """As large as it fits, in even pixels."""
    clip = probed(width, height)

    assert [place(clip, rung) for rung in rungs(clip)] == places
