"""What is done to decoded pictures: pictures of high range become ordinary ones, with figures."""

from __future__ import annotations

import math
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.workers.media.test_formats import shown
from workers.media.graph import decoded
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.media.sniff import Container

PROBED = Probed(Container.MP4, 0, 1, 1920, 1080, 30.0, 30.0, "bt709", 1000)
WHITE = 203.0  # nits
# What is filmed, in nits of red, green and blue as BT.709 mixes them: two rows of eight.
GREYS: list[tuple[float, ...]] = [(n, n, n) for n in (0, 2, 10, 26, 60, 203, 400, 1000)]
COLOURS: list[tuple[float, ...]] = [
    (40, 25, 20), (20, 30, 45), (60, 0, 0), (0, 60, 0), (0, 0, 60), (50, 50, 5), (30, 10, 30), (12, 24, 6),
]  # fmt: skip
TO_2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))
LUMA = (0.2627, 0.6780, 0.0593)


def pq(nits: Sequence[float]) -> list[float]:
    """SMPTE ST 2084, 0..1."""
    powers = [(n / 10000) ** 0.1593017578125 for n in nits]
    return [((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375 for y in powers]


def hlg(nits: Sequence[float]) -> list[float]:
    """ARIB STD-B67 for a screen of 1000 nits, its system gamma of 1.2 on each channel, 0..1."""
    scene = [(n / 1000) ** (1 / 1.2) for n in nits]
    return [math.sqrt(3 * e) if e <= 1 / 12 else 0.17883277 * math.log(12 * e - 0.28466892) + 0.55991073 for e in scene]


CURVES = {"smpte2084": pq, "arib-std-b67": hlg}


def ordinary(nits: float) -> float:
    """What an ordinary screen should be sent for it, of 255, with a white of 203 nits."""
    return 255 * math.pow(min(1.0, nits / WHITE), 1 / 2.4)


@pytest.fixture(scope="module", params=list(CURVES))
def mapped(
    request: pytest.FixtureRequest, tools: Programs, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[int, ...]]:
    """The sixteen patches as they come out, greys first."""
    folder, curve = tmp_path_factory.mktemp("hdr"), request.param
    planes = b""
    codes = [
        _code(CURVES[curve]([sum(m * n for m, n in zip(row, p, strict=True)) for row in TO_2020]))
        for p in (*GREYS, *COLOURS)
    ]
    for channel in range(3):
        rows = [b"".join(struct.pack("<H", code[channel]) * 4 for code in codes[at : at + 8]) * 4 for at in (0, 8)]
        planes += b"".join(rows)
    told = f"colorspace=bt2020nc:color_primaries=bt2020:color_trc={curve}:range=tv"
    words = ("-f", "rawvideo", "-pix_fmt", "yuv444p10le", "-s", "32x8", "-r", "10", "-i", "-", "-vf")
    coded = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "4", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1")
    grown = f"scale=320:80:flags=neighbor,setparams={told}"
    quiet = ("-x265-params", "log-level=none", folder / "hdr.mov")
    subprocess.run([tools.ffmpeg, "-v", "error", *words, grown, *coded, *quiet], input=planes * 3, check=True)
    out = shown(tools, folder / "hdr.mov", folder)
    return [out.pixel((n % 8 + 0.5) / 8, 0.25 + n // 8 / 2) for n in range(16)]


def _code(rgb: Sequence[float]) -> tuple[int, ...]:
    """Ten bits of limited range: luma and two differences."""
    y = sum(w * c for w, c in zip(LUMA, rgb, strict=True))
    return round(64 + 876 * y), round(512 + 896 * (rgb[2] - y) / 1.8814), round(512 + 896 * (rgb[0] - y) / 1.4746)


def test_greys_of_high_range_come_out_as_bright_as_they_were(mapped: list[tuple[int, ...]]) -> None:
    """Exact up to a third of white, then pressed together without a step; naive figures are up to 38 off."""
    greys = [sum(pixel) / 3 for pixel in mapped[:8]]

    assert greys[:5] == pytest.approx([ordinary(nits[0]) for nits in GREYS[:5]], abs=5)
    assert greys == sorted(greys)
    assert 205 < greys[5] < 230 < greys[6] < greys[7]
    assert greys[7] > 250
    assert ordinary(60) - 255 * pq([60])[0] > 35  # what it would be, taken for an ordinary picture


def test_colours_of_high_range_come_out_as_they_were(mapped: list[tuple[int, ...]]) -> None:
    """Skin, night blue and pure colours within 12 of 255; unmapped, a red of 100 nits is 115, 67, 42, not 190, 0, 0."""
    for filmed, pixel in zip(COLOURS, mapped[8:], strict=True):
        assert pixel == pytest.approx([ordinary(nits) for nits in filmed], abs=12)


def test_only_the_deinterlacer_asks_for_a_graph_that_is_set_up_anew() -> None:
    """It cannot take a size that changes; everything else goes on as it is."""
    assert "-reinit_filter:v" in decoded(PROBED)
    assert "-reinit_filter:v" not in decoded(replace(PROBED, interlaced=True))
