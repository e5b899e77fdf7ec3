"""Whether a clip is one that was seen before, by what its keyframes look like, one every two seconds.

A fixed camera's clips look alike, and whoever compared pictures would find the camera. So only keyframes count in which
something stands out from what is usual in that clip, and they must come at the same times. Does NOT find: a clip in
which nothing stands out, one that begins elsewhere, is cropped by much, mirrored or turned; and no photo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workers.redact.views import SIDE, Views, apart, says_something

STANDS_OUT = 6  # bits away from the clip's usual view
FEWEST = 2  # keyframes in which something does
# Of shared footage, the same clip saved otherwise: 7 or 8 of 8; another one of that camera: 4 of 74. At 6 bits and 0.7
# it would be 13 of 74: less of who sent it matters more than what comes again cropped.
CLOSE = 4  # bits, of a keyframe that is found again
SHARE = 0.9  # of these must be


def can_return(clip: Views) -> bool:
    """Whether enough stands out in a clip to know it again."""
    return int(_telling(clip).sum()) >= FEWEST


def returns(before: Views, clip: Views) -> bool:
    """Whether `clip`, as far as it has come, is the one that looked like `before`."""
    telling = _telling(before)
    if telling.sum() < FEWEST:
        return False
    both = min(len(before), len(clip))
    found = (apart(before[:both], clip[:both]) <= CLOSE) & telling[:both]
    return bool(found.sum() >= SHARE * telling.sum())


def _telling(clip: Views) -> NDArray[np.bool_]:
    if not len(clip):
        return np.zeros(0, np.bool_)
    bits = (clip[:, None] >> np.arange(SIDE * SIDE, dtype=np.uint64)) & np.uint64(1)
    most = (bits.mean(axis=0) > 0.5).astype(np.uint64) << np.arange(SIDE * SIDE, dtype=np.uint64)
    usual = np.bitwise_or.reduce(most)
    return (apart(usual, clip) > STANDS_OUT) & says_something(clip)
