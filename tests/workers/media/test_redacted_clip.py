"""A clip with a face and a plate that move, from the first piece to the largest rendition: they are gone."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.scenes import face, plate
from tests.workers.media.conftest import H264, MakeClip
from tests.workers.media.test_encode import told
from workers.media import rework
from workers.media.fragments import Init, Segment
from workers.media.hiding import Hiding
from workers.media.programs import Programs
from workers.redact import canvases
from workers.redact.redactions import Redaction

WIDE, HIGH, RATE, SECONDS = 1280, 720, 10, 2.4
FACE, PLATE = (100, 100), (800, 420)  # where they begin, and how far they go in a second
SPEED = {"face": (140, 20), "plate": (-160, -30)}
BOTH = Hiding.of(Redaction.FACES, Redaction.PLATES)

Place = Callable[[int], tuple[float, float, float, float]]


@dataclass(frozen=True)
class Filmed:
    """A clip, and where in a picture of what comes out the face and the plate are, as shares of it."""

    source: Path
    face: Place
    plate: Place


@pytest.fixture(scope="module")
def filmed(make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    """A drawn face of 120 lines and a plate of 60, with a beep in the last second."""
    folder, chance = tmp_path_factory.mktemp("drawn"), random.Random(1)
    (head, at_face), (sign, at_plate) = face(120, chance), plate(60, chance)
    head.save(folder / "face.png")
    sign.save(folder / "plate.png")
    moves = [f"overlay=x={x}+{r}*t:y={y}+{d}*t" for (x, y), (r, d) in zip((FACE, PLATE), SPEED.values(), strict=True)]
    words = ["-f", "lavfi", "-i", f"gradients=s={WIDE}x{HIGH}:r={RATE}:d={SECONDS}:seed=1:speed=0.01"]
    for name in ("face", "plate"):
        words += ["-loop", "1", "-r", str(RATE), "-i", str(folder / f"{name}.png")]
    words += ["-f", "lavfi", "-i", f"aevalsrc=if(gt(t\\,1)\\,sin(2764*t)\\,0):d={SECONDS}"]
    joined = f"[0][1]{moves[0]}:shortest=1[one];[one][2]{moves[1]}:shortest=1[both]"
    source = make_clip("filmed.mp4", *words, "-filter_complex", joined, "-map", "[both]", "-map", "3:a", *H264)
    return Filmed(source, _place(FACE, SPEED["face"], at_face), _place(PLATE, SPEED["plate"], at_plate))


def _place(begin: tuple[int, int], speed: tuple[int, int], inner: tuple[float, ...]) -> Place:
    def at(number: int) -> tuple[float, float, float, float]:
        filmed = number * RATE // canvases.RATE
        x, y = (start + each * filmed / RATE for start, each in zip(begin, speed, strict=True))
        left, top, right, bottom = inner
        return (x + left) / WIDE, (y + top) / HIGH, (x + right) / WIDE, (y + bottom) / HIGH

    return at


@dataclass(frozen=True)
class Shown:
    """A finished clip: its file and its pictures in grey."""

    file: Path
    pictures: list[np.ndarray]


def shown(tools: Programs, file: Path, height: int) -> Shown:
    """Every picture of a file."""
    width = height * WIDE // HIGH // 2 * 2
    words = ("-vf", f"scale={width}:{height}", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    raw = subprocess.run([tools.ffmpeg, "-v", "error", "-i", file, *words], capture_output=True, check=True).stdout
    return Shown(file, list(np.frombuffer(raw, np.uint8).reshape(-1, height, width)))


def first(tools: Programs, source: Path, blur: Hiding, file: Path) -> list[Init | Segment]:
    """The pieces of the first rung, with sound, also in a file."""
    probed, came = rework.inspect(tools, source), list[Init | Segment]()
    rung = rework.rungs(probed)[0]
    rework.first_rung(tools, source, probed, rung, sound=True, arrived=came.append, blur=blur)
    file.write_bytes(b"".join(piece.data for piece in came))
    return came


def to_be_seen(picture: np.ndarray, place: tuple[float, float, float, float]) -> float:
    """How much there is to be told apart: steps between neighbours, of which a plain wall has none."""
    high, wide = picture.shape
    left, top, right, bottom = place
    # A tenth less at each side: at its edges a fill ends, and the encoder is not exact.
    across, down = (right - left) / 10, (bottom - top) / 10
    part = picture[
        int((top + down) * high) : int((bottom - down) * high),
        int((left + across) * wide) : int((right - across) * wide),
    ].astype(float)
    return float(np.abs(np.diff(part, axis=0)).mean() + np.abs(np.diff(part, axis=1)).mean())


@pytest.fixture(scope="module")
def pieces(tools: Programs, filmed: Filmed, tmp_path_factory: pytest.TempPathFactory) -> list[Init | Segment]:
    """The first rung with both redacted."""
    return first(tools, filmed.source, BOTH, tmp_path_factory.mktemp("first") / "480p.mp4")


@pytest.fixture(scope="module")
def redacted(tools: Programs, pieces: list[Init | Segment], tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Its pictures."""
    file = tmp_path_factory.mktemp("redacted") / "480p.mp4"
    file.write_bytes(b"".join(piece.data for piece in pieces))
    return shown(tools, file, 480)


@pytest.fixture(scope="module")
def plain(tools: Programs, filmed: Filmed, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The pictures without redaction."""
    file = tmp_path_factory.mktemp("plain") / "480p.mp4"
    first(tools, filmed.source, Hiding(), file)
    return shown(tools, file, 480)


@pytest.mark.parametrize("what", ["face", "plate"])
def test_what_moves_is_gone_from_every_picture(what: str, filmed: Filmed, redacted: Shown, plain: Shown) -> None:
    """Also between two looks, in the first and in the last; in the plain clip all of it is there."""
    place: Place = getattr(filmed, what)
    gone, there = (
        [to_be_seen(picture, place(number)) for number, picture in enumerate(which.pictures)]
        for which in (redacted, plain)
    )

    assert len(gone) == round(SECONDS * canvases.RATE)
    assert min(there) > 4
    assert max(gone) < 1


def test_the_rest_of_the_picture_stays(redacted: Shown, plain: Shown) -> None:
    """Where nobody is, there is what was filmed."""
    for one, other in zip(redacted.pictures, plain.pictures, strict=True):
        difference = np.abs(one.astype(int) - other.astype(int))
        assert (difference > 12).mean() < 0.2


def test_pictures_and_sound_are_as_long_as_without(tools: Programs, redacted: Shown, plain: Shown) -> None:
    """To the picture and to the sample, beginning at the same time."""
    lengths = []
    for which in (redacted, plain):
        streams = told(tools, which.file, "-count_packets")["streams"]
        lengths.append([(one["codec_type"], one["nb_read_packets"], one["start_time"]) for one in streams])

    assert lengths[0] == lengths[1]
    assert len(redacted.pictures) == len(plain.pictures)


def test_the_poster_is_redacted_already(
    tools: Programs, filmed: Filmed, pieces: list[Init | Segment], tmp_path: Path
) -> None:
    """It is made of the first proved segment, and nothing else of the clip is looked at."""
    init, segment = pieces[:2]
    rework.poster_from(tools, init.data, segment.data, tmp_path, width=854, height=480)

    poster = np.asarray(Image.open(tmp_path / "poster.jpg").convert("L"))

    number = round(min(1.0, 2 / 3) * canvases.RATE)
    assert to_be_seen(poster, filmed.face(number)) < 1
    assert to_be_seen(poster, filmed.plate(number)) < 1


def test_the_larger_rungs_are_redacted_too(tools: Programs, filmed: Filmed, tmp_path: Path) -> None:
    """By looks of their own, at their own size."""
    probed = rework.inspect(tools, filmed.source)
    made = rework.make_ladder(
        tools, filmed.source, probed, rework.rungs(probed)[1:], tmp_path, sound=False, blur=BOTH, nice=1
    )

    assert [one.rendition.name for one in made] == ["720p.mp4"]
    pictures = shown(tools, made[0].rendition.path, 720).pictures
    for place in (filmed.face, filmed.plate):
        assert max(to_be_seen(picture, place(number)) for number, picture in enumerate(pictures)) < 1
    assert len(pictures) == round(SECONDS * canvases.RATE)


def test_what_was_not_asked_for_stays(tools: Programs, filmed: Filmed, tmp_path: Path) -> None:
    """Who wants faces gone may want the plate read."""
    first(tools, filmed.source, Hiding.of(Redaction.FACES), tmp_path / "480p.mp4")

    pictures = shown(tools, tmp_path / "480p.mp4", 480).pictures

    assert max(to_be_seen(picture, filmed.face(number)) for number, picture in enumerate(pictures)) < 1
    assert min(to_be_seen(picture, filmed.plate(number)) for number, picture in enumerate(pictures)) > 4
