"""Pictures of a street with drawn faces and made-up plates, whose places are known: nobody's photograph is needed.

What is measured on them is an upper bound: a drawn face looks ahead, in even light, and is as clear as it is large.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
FACE = (35, 35, 165, 235)  # of a drawing of 200 by 260: the face itself, without hair and neck
PAPERS = [((235, 235, 225), (20, 20, 40)), ((240, 200, 60), (20, 20, 20)), ((30, 60, 120), (230, 230, 230))]


@dataclass(frozen=True)
class Scene:
    """A picture of height x width x (red, green, blue), and the boxes of what is to be found in it, in pixels."""

    picture: np.ndarray
    boxes: list[tuple[float, float, float, float]]


def street(width: int, height: int, chance: random.Random, kind: str, lines: int, many: int = 6) -> Scene:
    """`many` faces or plates of so many `lines` each, side by side in two rows before walls and shadows."""
    picture, boxes = walls(width, height, chance), []
    for place in range(many):
        drawn, (left, top, right, bottom) = face(lines, chance) if kind == "faces" else plate(lines, chance)
        drawn = drawn.rotate(chance.uniform(-8, 8), Image.Resampling.BICUBIC, fillcolor=(70, 80, 90))
        column, row = place % ((many + 1) // 2), place // ((many + 1) // 2)
        free = (2 * width // (many + 1) - drawn.width, height // 2 - drawn.height)
        x, y = (chance.randint(0, max(0, each)) for each in free)
        x, y = x + column * (2 * width // (many + 1)), y + row * height // 2
        picture.paste(drawn, (x, y))
        boxes.append((x + left, y + top, x + right, y + bottom))
    noise = np.random.default_rng(chance.randint(0, 1 << 30)).normal(0, 5, (height, width, 3))
    return Scene(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8), boxes)


def face(lines: int, chance: random.Random) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """A head whose face has so many lines, and where in the drawing the face is."""
    # One skin and one hair: what a network makes of a drawing in other colours tells nothing of people.
    light, hair, skin = chance.uniform(0.8, 1.1), (50, 35, 25), (215, 165, 140)
    dark = tuple(part * 3 // 4 for part in skin)
    head = Image.new("RGB", (400, 520), (70, 80, 90))
    draw = ImageDraw.Draw(head)

    def oval(left: int, top: int, right: int, bottom: int, colour: tuple[int, ...]) -> None:
        draw.ellipse((2 * left, 2 * top, 2 * right, 2 * bottom), fill=colour)

    oval(20, 10, 180, 200, hair)
    draw.rectangle((140, 380, 260, 520), fill=dark)
    oval(*FACE, skin)
    oval(45, 20, 155, 80, hair)
    for eye in (72, 128):
        oval(eye - 17, 104, eye + 17, 122, (250, 248, 245))
        oval(eye - 8, 104, eye + 8, 122, (60, 40, 30))
        draw.line(((2 * eye - 40, 194), (2 * eye, 180), (2 * eye + 40, 194)), fill=hair, width=12)
    draw.polygon([(200, 230), (176, 310), (224, 310)], fill=dark)
    oval(74, 178, 126, 200, (170, 80, 80))
    draw.line((148, 376, 252, 376), fill=(110, 50, 50), width=6)
    scale = lines / (FACE[3] - FACE[1])
    head = head.filter(ImageFilter.GaussianBlur(3)).point(lambda value: min(255, int(value * light)))
    head = head.resize((max(1, round(200 * scale)), max(1, round(260 * scale))), Image.Resampling.LANCZOS)
    return head, tuple(side * scale for side in FACE)  # type: ignore[return-value]


def plate(lines: int, chance: random.Random) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """A plate of so many lines, and where in it something is written."""
    paper, ink = chance.choice(PAPERS)
    words = chance.choice(DIGITS) + "".join(chance.choices(LETTERS, k=3)) + "".join(chance.choices(DIGITS, k=3))
    made = Image.new("RGB", (600, 300), paper)
    draw = ImageDraw.Draw(made)
    draw.rectangle((4, 4, 595, 295), outline=(60, 60, 60), width=4)
    font = ImageFont.load_default(130)
    draw.text((300, 160), words, ink, font, anchor="mm", stroke_width=3)
    written = draw.textbbox((300, 160), words, font, anchor="mm")
    light, scale = chance.uniform(0.5, 1.0), lines / 300
    made = made.point(lambda value: int(value * light))
    return made.resize((2 * lines, lines), Image.Resampling.LANCZOS), tuple(side * scale for side in written)  # type: ignore[return-value]


def walls(width: int, height: int, chance: random.Random) -> Image.Image:
    """Walls and shadows of some place."""
    picture = Image.new("RGB", (width, height), (120, 125, 130))
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = chance.randint(0, width), chance.randint(0, height)
        grey = chance.randint(30, 200)
        draw.rectangle(
            (x, y, x + chance.randint(5, width // 4), y + chance.randint(5, height // 4)), (grey, grey, grey - 20)
        )
    return picture.filter(ImageFilter.GaussianBlur(2))
