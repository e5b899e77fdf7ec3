"""The encoder's stream, cut into pieces."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.workers.media.conftest import Came
from workers.media.fragments import Init, Piece, Segment, Splitter, index
from workers.redact.findings import NotClean


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=st.lists(st.integers(0, 200_000), max_size=12))
def test_pieces_are_the_same_however_the_bytes_come(cuts: list[int], came: Came) -> None:
    """Chunks of any size: an init, then the segments, each once it is whole."""
    splitter, places = Splitter(), sorted({0, *cuts, len(came.file)})

    pieces = [p for a, b in pairwise(places) for p in splitter.feed(came.file[a:b])]
    splitter.end()

    assert pieces == [Init(came.init), *came.segments]


def test_a_segment_is_given_as_soon_as_its_last_byte_is_there(came: Came) -> None:
    """Not one byte earlier, and without waiting for the next."""
    splitter, upto = Splitter(), len(came.init) + len(came.segments[0].data)

    assert len(splitter.feed(came.file[: upto - 1])) == 1
    (segment,) = splitter.feed(came.file[upto - 1 : upto])
    assert isinstance(segment, Segment)
    assert (segment.number, segment.seconds) == (1, 2.0)


def test_an_index_tells_where_everything_lies(came: Came, tmp_path: Path) -> None:
    """From bytes or from a file: starts, lengths and seconds, the init first with none."""
    (tmp_path / "whole.mp4").write_bytes(came.file)

    pieces = index(came.file)

    assert pieces == index(tmp_path / "whole.mp4")
    assert pieces[0] == Piece(0, len(came.init), 0.0)
    assert [(piece.start, piece.seconds) for piece in pieces[1:]] == [
        (len(came.init), 2.0),
        (len(came.init) + len(came.segments[0].data), 1.0),
    ]
    assert sum(piece.bytes for piece in pieces) == len(came.file)


def test_what_is_out_of_order_is_refused(came: Came) -> None:
    """A box before its turn, a segment left out or sent twice, too large a size, and no size at all."""
    first, second = (segment.data for segment in came.segments)

    for stream in (
        first,
        came.init + came.init,
        came.init + second,
        came.init + first + first,
        came.init + b"\0\0\0\x08mdat",
        came.init + b"\x7f\0\0\0moof",
        came.init + b"\0\0\0\x07moof",
        came.init + b"\0\0\0\x01moof" + bytes(8),
        came.init + b"\0\0\0\x08moof\0\0\0\x08mdat",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
    ):
        with pytest.raises(NotClean, match="stream"):
            Splitter().feed(stream)


def test_an_end_in_the_middle_is_refused(came: Came) -> None:
    """Half a segment is none, and neither is a stream without one."""
    for stream in (b"", came.init, came.file[:-1], came.init[:20]):
        with pytest.raises(NotClean, match="an end in the middle"):
            index(stream)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 3000), byte=st.integers(0, 255))
def test_a_changed_byte_is_never_a_fault(at: int, byte: int, came: Came) -> None:
    """It is cut, or refused; nothing else happens."""
    try:
        pieces = index(came.file[:at] + bytes([byte]) + came.file[at + 1 :])
    except NotClean:
        return

    assert sum(piece.bytes for piece in pieces) == len(came.file)
