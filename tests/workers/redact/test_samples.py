"""The samples of a finished MP4."""

from __future__ import annotations

from itertools import pairwise

from workers.redact.samples import prove_samples, tracks


def test_the_samples_of_both_tracks_are_found(movie: bytes) -> None:
    """45 pictures and the sound of three seconds, in order and apart."""
    picture, sound = tracks(movie)

    assert (picture.handler, sound.handler) == (b"vide", b"soun")
    assert len(picture.places) == 45
    places = sorted((*picture.places, *sound.places))
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


def test_they_are_all_of_the_data(movie: bytes) -> None:
    """No finding in what we made."""
    assert prove_samples(movie) == []


def test_tables_that_do_not_add_up_are_a_finding() -> None:
    """No samples, no proof."""
    assert prove_samples(b"\0\0\0\x10moov\0\0\0\x08trak")
    assert prove_samples(b"\0\0\0\x08mdat")
