"""The sizes a clip comes out in: 480p first, then what the source has to give."""

from __future__ import annotations

from dataclasses import dataclass

from workers.media.probe import Probed


@dataclass(frozen=True)
class Rung:
    """One size of the finished clip; `short_side` is its smaller side in pixels, never above the source's."""

    name: str
    short_side: int
    preset: str
    most_kbits: int  # a ceiling a second, so that two minutes stay within `Limits.file_bytes`


LARGER = (Rung("720p", 720, "veryfast", 5000), Rung("1080p", 1080, "veryfast", 8000))
WORTH = 1.15  # how much larger a last rung of the source's own size must be than the one below


def rungs(probed: Probed) -> list[Rung]:
    """480p first, so that somebody can watch soon; then what the source has to give, up to 1080."""
    short = min(probed.width, probed.height, LARGER[-1].short_side)
    whole = [Rung("480p", min(short, 480), "superfast", 2500), *(rung for rung in LARGER if rung.short_side <= short)]
    own = short // 2 * 2
    if own >= WORTH * whole[-1].short_side:
        most = next(rung.most_kbits for rung in LARGER if rung.short_side > own)
        whole.append(Rung(f"{own}p", own, "veryfast", most))
    return whole


def size(probed: Probed, rung: Rung) -> tuple[int, int]:
    """Width and height in even pixels, shaped as the source is seen."""
    scale = rung.short_side / min(probed.width, probed.height)
    return max(2, round(probed.width * scale / 2) * 2), max(2, round(probed.height * scale / 2) * 2)
