"""Clips of cameras that stand still, composed: a view for each camera, somebody who walks through, burnt-in words.

Two clips of one camera differ in light, noise, who walks and where, as two evenings differ. What is measured on them is
an upper bound: nothing sways in the wind, and the camera does not tremble.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.scenes import walls

WIDE, HIGH, RATE = 1280, 720, 10
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Words:
    """What a camera writes: its name above, a clock below, in letters so many lines high."""

    name: str = "FRONT DOOR 2417"
    lines: int = 28
    ink: tuple[int, int, int] = (245, 245, 245)


@dataclass(frozen=True)
class Visit:
    """One clip: of which camera, which evening, how many seconds, how far the camera trembles (pixels)."""

    camera: int
    evening: int
    seconds: float = 6
    words: Words | None = None
    trembles: int = 0
    passer: bool = True


def view(camera: int) -> Image.Image:
    """What that camera sees when nobody is there."""
    chance = random.Random(1000 + camera)
    picture = walls(WIDE, HIGH, chance)
    draw = ImageDraw.Draw(picture)
    left = chance.randint(100, 900)
    draw.rectangle((left, 120, left + 220, 620), fill=tuple(chance.randint(20, 220) for _ in range(3)))  # a door
    draw.rectangle((0, 620, WIDE, HIGH), fill=tuple(chance.randint(60, 180) for _ in range(3)))  # and the boards
    return picture


def pictures(visit: Visit) -> Iterator[np.ndarray]:
    """The clip's pictures, height x width x (red, green, blue)."""
    chance = random.Random(visit.camera * 7919 + visit.evening)
    noise, light = np.random.default_rng(chance.randint(0, 1 << 30)), chance.uniform(0.8, 1.1)
    behind = view(visit.camera)
    ground = random.Random(2000 + visit.camera).randint(520, 700)
    coat, trousers = (tuple(chance.randint(0, 255) for _ in range(3)) for _ in range(2))
    count, height, backwards = round(visit.seconds * RATE), chance.randint(280, 420), chance.random() < 0.5
    for number in range(count):
        picture = behind.copy()
        if visit.passer:
            share = number / max(1, count - 1)
            at = round((1 - share if backwards else share) * (WIDE + 200)) - 100
            walk(picture, at, ground, height, coat, trousers)
        if visit.trembles:
            by = (chance.randint(-visit.trembles, visit.trembles), chance.randint(-visit.trembles, visit.trembles))
            picture = Image.fromarray(np.roll(np.asarray(picture), by, (0, 1)))
        lit = np.asarray(picture) * light + noise.normal(0, 4, (HIGH, WIDE, 3))
        yield written(np.clip(lit, 0, 255).astype(np.uint8), visit.words, number)


def walk(
    picture: Image.Image, at: int, ground: int, height: int, coat: tuple[int, ...], below: tuple[int, ...]
) -> None:
    """Draw somebody whose middle is `at` pixels from the left."""
    draw, unit = ImageDraw.Draw(picture), height / 8
    top = ground - height
    draw.ellipse((at - unit * 0.6, top, at + unit * 0.6, top + unit * 1.3), fill=(215, 165, 140))
    draw.rectangle((at - unit, top + unit * 1.3, at + unit, top + unit * 4.6), fill=coat)
    draw.rectangle((at - unit * 0.9, top + unit * 4.6, at + unit * 0.9, ground), fill=below)


def written(picture: np.ndarray, words: Words | None, number: int) -> np.ndarray:
    """With the camera's own words in it."""
    if words is None:
        return picture
    made = Image.fromarray(picture)
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(words.lines)
    for text, place, anchor in _texts(words, number):
        draw.text(place, text, words.ink, font, anchor=anchor)
    return np.asarray(made)


def places(words: Words, number: int = 0) -> list[Box]:
    """Where the words stand, in pixels."""
    draw, font = ImageDraw.Draw(Image.new("RGB", (WIDE, HIGH))), ImageFont.load_default(words.lines)
    return [draw.textbbox(place, text, font, anchor=anchor) for text, place, anchor in _texts(words, number)]


def _texts(words: Words, number: int) -> list[tuple[str, tuple[int, int], str]]:
    clock = f"2026-11-30  21:14:{number // RATE:02}"
    return [(words.name, (24, 20), "lt"), (clock, (WIDE - 24, HIGH - 20), "rb")]


def filmed(ffmpeg: Path, file: Path, visit: Visit) -> Path:
    """The clip, in `file`."""
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDE}x{HIGH}", "-r", str(RATE), "-i", "-")
    done = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p")
    with subprocess.Popen([ffmpeg, "-v", "error", "-y", *raw, *done, file], stdin=subprocess.PIPE) as running:
        assert running.stdin is not None
        for picture in pictures(visit):
            running.stdin.write(picture.tobytes())
        running.stdin.close()
    if running.returncode:
        raise OSError("ffmpeg failed")
    return file
