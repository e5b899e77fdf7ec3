"""Lists that lie beside the check."""

from __future__ import annotations

import re

import pytest

from workers.guidelines.word_lists import FOLDER, any_of, word

NAMES = sorted(file.stem for file in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_every_list_is_a_pattern_without_accents_or_capitals(name: str) -> None:
    """As the words it is matched with are; and it matches no empty word, which would be found everywhere."""
    listed = any_of(name)

    assert re.compile(listed).fullmatch("") is None
    assert re.sub(r"\\[A-Z]", "", listed) == re.sub(r"\\[A-Z]", "", listed).lower()
    assert listed.isascii()


def test_no_list_is_left_unused() -> None:
    """Each is named by the code or by another list."""
    told = "".join(file.read_text() for file in [*FOLDER.parent.glob("*.py"), *FOLDER.glob("*.txt")])

    named = {*re.findall(r"""any_of\(["'](\w+)["']\)""", told), *re.findall(r"<(\w+)>", told)}
    marks = {f"marks_{kind}" for kind in ("height", "build", "hair", "age", "skin")}  # named by their last part
    assert set(NAMES) - named == marks


def test_a_word_is_whole() -> None:
    """Not the start or the end of another, and lists go on over lines."""
    assert word("cat").search("a cat") is not None
    assert word("cat").search("concatenate") is None
    assert word(any_of("whom")).search("get him") is not None
