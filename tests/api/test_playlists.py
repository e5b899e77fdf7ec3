"""Playlists out of rows: what a player is told, to the letter."""

from __future__ import annotations

import pytest

from api import playlists
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from tests.builders import some_pieces

SMALL = Rendition("480p.mp4", "", 854, 480, 0, 2, whole=False)
LARGE = Rendition("720p.mp4", "k" * 26, 1280, 720, 5_000, 2)
RANGES = (Piece(0, LARGE.key, 0, 800, 0), Piece(1, LARGE.key, 800, 3_000, 2002), Piece(2, LARGE.key, 3_800, 1_200, 967))


def test_a_clip_that_arrives_is_an_event_that_grows() -> None:
    """Each piece by a name of its own, with its exact length; begun at its beginning; no end yet."""
    told = playlists.media(SMALL, some_pieces(0, 1, 2, milliseconds=2002), ended=False)

    assert told.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",
        '#EXT-X-MAP:URI="480p-0.mp4"',
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
        "#EXTINF:2.002,",
        "480p-1.m4s",
        "#EXTINF:2.002,",
        "480p-2.m4s",
    ]


def test_what_has_arrived_stays_as_it_is() -> None:
    """A longer playlist begins with every line of the shorter one; the whole one differs in its type and its end."""
    pieces = some_pieces(0, 1, 2, 3)

    shorter, longer = (playlists.media(SMALL, pieces[:count], ended=False) for count in (3, 4))
    whole = playlists.media(SMALL, pieces, ended=True)

    assert longer.startswith(shorter)
    waits = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"
    assert whole == longer.replace("TYPE:EVENT", "TYPE:VOD").replace(waits, "") + "#EXT-X-ENDLIST\n"


def test_a_larger_rung_is_ranges_of_its_one_file() -> None:
    """The init too; every byte of the file is in exactly one of them."""
    told = playlists.media(LARGE, RANGES, ended=True)

    assert told.splitlines()[7:] == [
        '#EXT-X-MAP:URI="720p.mp4",BYTERANGE="800@0"',
        "#EXTINF:2.002,",
        "#EXT-X-BYTERANGE:3000@800",
        "720p.mp4",
        "#EXTINF:0.967,",
        "#EXT-X-BYTERANGE:1200@3800",
        "720p.mp4",
        "#EXT-X-ENDLIST",
    ]


@pytest.mark.parametrize(("milliseconds", "target"), [(300, 2), (2_000, 2), (2_499, 2), (2_500, 3), (9_100, 9)])
def test_no_piece_is_longer_than_was_said(milliseconds: int, target: int) -> None:
    """Rounded to whole seconds, as the RFC compares them; a sparse source makes long pieces."""
    told = playlists.media(SMALL, some_pieces(0, 1, milliseconds=milliseconds), ended=False)

    assert f"#EXT-X-TARGETDURATION:{target}\n" in told


def test_the_master_names_what_can_be_played_smallest_first() -> None:
    """With its size and rates; a poster and a plain file of old have no playlist."""
    files = (LARGE, SMALL, Rendition("poster.jpg", "p" * 26, 854, 480, 9), Rendition("full.mp4", "f" * 26, 2, 1080, 9))
    small = [*some_pieces(0, 1, bytes=100_000), *some_pieces(2, bytes=50_000), *some_pieces(3, milliseconds=40)]

    told = playlists.master(files, {"480p.mp4": small, "720p.mp4": RANGES})

    assert told.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        # Its last piece is too short to be a rate of its own: with the one before it lasts a target duration.
        "#EXT-X-STREAM-INF:BANDWIDTH=588236,AVERAGE-BANDWIDTH=495050,RESOLUTION=854x480",
        "480p.m3u8",
        "#EXT-X-STREAM-INF:BANDWIDTH=11989,AVERAGE-BANDWIDTH=11317,RESOLUTION=1280x720",
        "720p.m3u8",
    ]


def test_a_clip_of_one_instant_has_a_rate() -> None:
    """A piece shorter than a millisecond divides by none."""
    told = playlists.master([SMALL], {"480p.mp4": some_pieces(0, 1, milliseconds=0, bytes=10)})

    assert "BANDWIDTH=80000," in told


def test_no_key_and_no_date_is_in_a_playlist() -> None:
    """Where the bytes lie and when they came is nobody's business."""
    pieces = some_pieces(0, 1, 2)
    told = playlists.media(SMALL, pieces, ended=True) + playlists.media(LARGE, RANGES, ended=True)
    told += playlists.master([SMALL, LARGE], {"480p.mp4": pieces, "720p.mp4": RANGES})

    assert not [piece.key for piece in (*pieces, *RANGES) if piece.key in told]
    assert "DATE" not in told


def test_a_long_clip_is_told_in_no_time() -> None:
    """A quarter of an hour in pieces of two seconds: the peak is looked for near each piece alone."""
    told = playlists.master([SMALL], {"480p.mp4": some_pieces(*range(100_000))})

    assert "BANDWIDTH=400000," in told
