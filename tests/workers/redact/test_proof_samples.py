"""The beginning and end of a compressed picture and of a frame of sound."""

from __future__ import annotations

import pytest

from tests.workers.media.conftest import Came
from workers.redact.proof_samples import is_picture, is_sound
from workers.redact.runs import runs


def samples(came: Came, which: int) -> list[list[bytes]]:
    """Pictures (0) or sounds (1) of each segment."""
    return [[segment.data[start:end] for start, end in runs(segment.data)[which].places] for segment in came.segments]


def test_ours_are_known(came: Came) -> None:
    """Each at its place in its segment, and at no other."""
    for number, pictures in enumerate(samples(came, 0), 1):
        assert all(is_picture(unit, place, number) for place, unit in enumerate(pictures))
        assert not is_picture(pictures[0], 0, number + 1)
        assert not any(is_picture(unit, place + 1, number) for place, unit in enumerate(pictures))
    assert all(is_sound(frame) for frames in samples(came, 1) for frame in frames)


@pytest.mark.parametrize("more", [b"\0", b"\0\0\3", b"\0\0\1\6Jane", b"\0\0\0\1\6Jane", b"\0\0\2", b"\0\0\3Jane"])
def test_what_decoders_pass_over_is_not_passed(more: bytes, came: Came) -> None:
    """Noughts, filler, another unit, a guard where none is needed."""
    unit = samples(came, 0)[0][1][4:] + more

    assert not is_picture(len(unit).to_bytes(4) + unit, 1, 1)


@pytest.mark.parametrize("begins", [0x81, 0xC5, 0x20, 0x40, 0x02, 0xE0])
def test_a_sound_begins_with_its_one_channel(begins: int, came: Came) -> None:
    """Not with data, filler, a pair, an effect, another channel, or its end."""
    frame = samples(came, 1)[0][0]

    assert not is_sound(bytes([begins, 4]) + b"Jane" + frame)
    assert not is_sound(frame + b"\0")
    assert not is_sound(b"\1")
