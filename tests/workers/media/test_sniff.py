"""What a file is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, MakeClip
from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import Container, PhotoFormat, sniff, sniff_photo

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


@pytest.mark.parametrize(
    ("head", "format_"),
    [
        (b"\xff\xd8\xff\xe0", PhotoFormat.JPEG),
        (b"\x89PNG\r\n\x1a\n", PhotoFormat.PNG),
        (b"RIFF\0\0\0\0WEBPVP8 ", PhotoFormat.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PhotoFormat.HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", PhotoFormat.HEIF),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", PhotoFormat.AVIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", PhotoFormat.AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavif", None),
        (b"\0\0\0\x18ftyphevc\0\0\0\0mif1hevc", None),
        (b"GIF89a", None),
        (b"II*\0", None),
        (b"", None),
    ],
)
def test_photos_are_told_apart_by_content(head: bytes, format_: PhotoFormat | None, tmp_path: Path) -> None:
    """What is none of ours is left to those who know clips, and they take none of these."""
    (tmp_path / "x.jpg").write_bytes(head)

    assert sniff_photo(tmp_path / "x.jpg") is format_
    if format_ is not None:
        with pytest.raises(RefusedClip, match="not_a_video"):
            sniff(tmp_path / "x.jpg")


@pytest.mark.parametrize("brand", [b"avis", b"msf1"])
def test_a_row_of_pictures_is_refused(brand: bytes, tmp_path: Path) -> None:
    """It is no photo, and no clip to us."""
    (tmp_path / "x").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(20))

    with pytest.raises(RefusedClip, match="animated_picture"):
        sniff_photo(tmp_path / "x")
