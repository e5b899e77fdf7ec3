"""Lists of words that are read from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.redact import word_lists
from workers.redact.word_lists import phrases, words

NAMES = ("given_names", "given_names_too", "given_names_of_places", "surnames", "streets", "never_names")


@pytest.mark.parametrize("name", NAMES)
def test_a_list_holds_words_in_small_letters_and_no_remark(name: str) -> None:
    """What begins with # is for people; everything else is compared with words made small."""
    found = words(name)

    assert len(found) > 50
    assert all(word == word.casefold() and "#" not in word and "_" not in word for word in found)


def test_a_line_stands_for_two_words() -> None:
    """Where a list is of single words, `_` joins what belongs together."""
    assert {"state line", "troost"} <= words("streets")


def test_the_longest_phrase_is_tried_first() -> None:
    """Otherwise a shorter one would hide what follows it."""
    found = phrases("brands")

    assert "trader joe's" in found
    assert [len(one) for one in found] == sorted((len(one) for one in found), reverse=True)


def test_remarks_and_empty_lines_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may be read by people too."""
    (tmp_path / "some.txt").write_text("# why\n\nAna  State_Line\n")
    monkeypatch.setattr(word_lists, "FOLDER", tmp_path)

    assert words("some") == {"ana", "state line"}
