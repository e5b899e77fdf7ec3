"""What a file is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, MakeClip
from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import Container, sniff

BASE = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1")


@pytest.mark.parametrize(
    ("name", "words", "container"),
    [
        ("a.mp4", H264, Container.MP4),
        ("a.mov", H264, Container.MP4),
        ("a.3gp", H264, Container.MP4),
        ("a.mkv", H264, Container.MATROSKA),
        ("a.webm", ("-c:v", "libvpx"), Container.MATROSKA),
        ("a.avi", ("-c:v", "mjpeg"), Container.AVI),
        ("a.ts", H264, Container.TRANSPORT),
        ("a.m2ts", (*H264, "-mpegts_m2ts_mode", "1"), Container.TRANSPORT),
    ],
)
def test_what_cameras_write_is_known(
    name: str, words: tuple[str, ...], container: Container, make_clip: MakeClip
) -> None:
    """Each container is told by its content; its name says nothing."""
    clip = make_clip(name, *BASE, *words)

    assert sniff(clip) is container


@pytest.mark.parametrize(
    "content", [b"#EXTM3U\n", b"RIFF\0\0\0\0WAVE", b"\x1a\x45\xdf\xa3\0\0\0", b"\x47" * 100, b"\0" * 5000]
)
def test_everything_else_is_no_video(content: bytes, tmp_path: Path) -> None:
    """Near misses included."""
    (tmp_path / "x.mp4").write_bytes(content)

    with pytest.raises(RefusedClip) as refused:
        sniff(tmp_path / "x.mp4")

    assert refused.value.reason is Reason.NOT_A_VIDEO
