"""The sizes a clip comes out in."""

from __future__ import annotations

import pytest

from workers.media.probe import Probed
from workers.media.rungs import rungs, size
from workers.media.sniff import Container


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (1920, 1080, {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}),
        (1080, 1920, {"480p": (480, 854), "720p": (720, 1280), "1080p": (1080, 1920)}),
        (3840, 2160, {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}),
        (2560, 1440, {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}),
        (1280, 720, {"480p": (854, 480), "720p": (1280, 720)}),
        (1600, 900, {"480p": (854, 480), "720p": (1280, 720), "900p": (1600, 900)}),
        (1024, 768, {"480p": (640, 480), "720p": (960, 720)}),
        (1066, 600, {"480p": (852, 480), "600p": (1066, 600)}),
        (960, 540, {"480p": (854, 480)}),
        (640, 360, {"480p": (640, 360)}),
        (353, 289, {"480p": (352, 288)}),
        (4000, 2, {"480p": (4000, 2)}),
    ],
)
def test_rungs_go_up_to_the_source_and_never_above(width: int, height: int, sizes: dict[str, tuple[int, int]]) -> None:
    """480p first, a last rung of the source's own size only where it is worth one; every size even."""
    probed = Probed(Container.MP4, 0, 1, width, height, 30.0, 30.0, "bt709", 1000)

    assert {rung.name: size(probed, rung) for rung in rungs(probed)} == sizes
