"""The head of a poster, and its picture counted to the last bit."""

from __future__ import annotations

import pytest

from workers.redact.jpeg_form import ends_with_its_picture, head


def test_what_our_encoder_writes_begins_with_it(still: bytes) -> None:
    """To the byte."""
    assert still.startswith(head(640, 360))


@pytest.mark.parametrize("more", [b"\0", b"J", b"Jane was here", b"\xff\0", b"\x7f"])
def test_a_byte_more_than_the_picture_is_seen(more: bytes, still: bytes) -> None:
    """Decoders pass over whatever follows the last block."""
    scan = still[len(head(640, 360)) : -2]

    assert ends_with_its_picture(scan, 640, 360)
    assert not ends_with_its_picture(scan + more, 640, 360)


def test_bits_after_the_last_block_are_ones(still: bytes) -> None:
    """Up to seven of them stand in the last byte, and could say something."""
    scan = still[len(head(640, 360)) : -2]
    changed = [
        scan[:-1] + bytes([scan[-1] ^ 1 << bit]) for bit in range(8) if scan[-1] & ((2 << bit) - 1) == (2 << bit) - 1
    ]

    assert not [one for one in changed if ends_with_its_picture(one, 640, 360)]


@pytest.mark.parametrize("scan", [b"", b"\xfe" * 9, bytes(40), bytes(10_000_000 // 512)])
def test_what_is_no_picture_is_seen(scan: bytes) -> None:
    """Too little, codes that are none, blocks that never end."""
    assert not ends_with_its_picture(scan, 640, 360)
