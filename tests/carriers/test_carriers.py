"""Whatever a camera, a phone or an editor leaves in a file, none of it is in what is published of the clip."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.carriers.all import CARRIERS, published
from tests.carriers.planting import Carrier, Marks, Planted, survivors
from tests.hostile.makers import ffmpeg, prepare
from workers.media import programs
from workers.media.refusals import RefusedClip

TOOLS = programs.find()
TAKEN = [carrier for carrier in CARRIERS if not carrier.refused]
# Structure, which every file of ours has alike: ffprobe's words for it.
STRUCTURE = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id"}
LIKE_ALL = {"iso5", "512", "iso5iso6mp41", "und", "", "[0][0][0][0]"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where carriers are made."""
    made = tmp_path_factory.mktemp("carriers")
    prepare(made)
    return made


def planted(carrier: Carrier, folder: Path, tmp_path: Path) -> tuple[Planted, Path]:
    """The carrier, and a file of it."""
    made = carrier.made(folder)
    (tmp_path / "source").write_bytes(made.data)
    return made, tmp_path / "source"


@pytest.mark.parametrize("carrier", TAKEN, ids=lambda carrier: carrier.name)
def test_no_mark_is_in_anything_that_is_published(carrier: Carrier, folder: Path, tmp_path: Path) -> None:
    """Init, segments, playlists, poster and their names: planted, found in the carrier, and found nowhere else."""
    made, source = planted(carrier, folder, tmp_path)

    out = published(TOOLS, source, tmp_path)

    assert survivors(out.everything, made.marks) == []


@pytest.mark.parametrize("carrier", [TAKEN[0], TAKEN[9]], ids=lambda carrier: carrier.name)
def test_no_mark_is_in_a_larger_rendition(carrier: Carrier, folder: Path, tmp_path: Path) -> None:
    """It comes another way, from a file."""
    made, source = planted(carrier, folder, tmp_path)

    out = published(TOOLS, source, tmp_path, larger=True)

    assert "ladder-480p.mp4" in out.files
    assert survivors(out.everything, made.marks) == []


@pytest.mark.parametrize(
    "carrier", [carrier for carrier in CARRIERS if carrier.refused], ids=lambda carrier: carrier.name
)
def test_what_is_not_taken_is_refused_with_a_reason(carrier: Carrier, folder: Path, tmp_path: Path) -> None:
    """A sentence of ours, in which nothing of the file is."""
    made, source = planted(carrier, folder, tmp_path)

    with pytest.raises(RefusedClip) as refused:
        published(TOOLS, source, tmp_path)

    assert refused.value.reason.value in carrier.refused
    assert survivors(refused.value.sentence.encode(), made.marks) == []


def test_the_search_finds_what_others_leave(folder: Path, tmp_path: Path) -> None:
    """Were it blind, nothing would ever be found: encoding anew, as anybody would, leaves most of these."""
    made, source = planted(TAKEN[0], folder, tmp_path)

    out = ffmpeg(tmp_path, "-i", str(source), "-c:v", "libx264", "-preset", "ultrafast", "naive.mp4")

    assert len(survivors(out, made.marks)) > len(made.marks) / 2


@pytest.mark.parametrize("written", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_mark_is_found_however_it_is_written(written: str) -> None:
    """As it is, in wide letters, in digits."""
    marks = Marks("any")
    word = marks.text("here")

    assert survivors(b"x" + word.encode(written) + b"y", marks.planted) == marks.planted
    assert survivors(word.encode().hex().encode(), marks.planted) == marks.planted
    assert survivors(word[:-1].encode(), marks.planted) == []


def test_ffprobe_reads_structure_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    """A program we did not write finds one picture, one sound, and of words only what all clips have alike."""
    _, source = planted(TAKEN[1], folder, tmp_path)
    out = published(TOOLS, source, tmp_path)
    (tmp_path / "out.mp4").write_bytes(out.files["480p-0.mp4"] + out.files["480p-1.m4s"])

    asked = ("-show_format", "-show_streams", "-show_chapters", "-show_programs", "-of", "json")
    argv: list[str | Path] = [TOOLS.ffprobe, "-v", "error", *asked, tmp_path / "out.mp4"]
    told = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)

    assert [stream["codec_type"] for stream in told["streams"]] == ["video", "audio"]
    assert (told["chapters"], told["programs"]) == ([], [])
    tags = [told["format"].get("tags", {}), *(stream.get("tags", {}) for stream in told["streams"])]
    assert {name for each in tags for name in each} <= STRUCTURE
    assert {value for each in tags for value in each.values()} <= LIKE_ALL


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_finds_no_mark(folder: Path, tmp_path: Path) -> None:
    """It knows places that we may not."""
    for carrier in (TAKEN[0], TAKEN[1], TAKEN[2]):
        made, source = planted(carrier, folder, tmp_path)
        out = published(TOOLS, source, tmp_path)
        files = {"out.mp4": out.files["480p-0.mp4"] + out.files["480p-1.m4s"], "poster.jpg": out.files["poster.jpg"]}
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
            argv: list[str | Path] = ["exiftool", "-a", "-u", "-U", "-ee3", "-G1", tmp_path / name]
            told = subprocess.run(argv, capture_output=True, check=True).stdout
            assert survivors(told, made.marks) == []
