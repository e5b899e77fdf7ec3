"""What mails to staff say, in both languages."""

from __future__ import annotations

import pytest

from storage.posts.posts import CATEGORIES as OF_POSTS
from storage.staff.language import Language
from workers.digest_words import CATEGORIES, Counted, of_code, of_digest

DESK = "https://staff.example.org/desk"


def test_each_category_has_words_in_each_language() -> None:
    """Those of posts, and no other; the languages are those that staff can choose."""
    assert tuple(CATEGORIES) == tuple(Language)
    assert [set(names) for names in CATEGORIES.values()] == [set(OF_POSTS)] * len(Language)


@pytest.mark.parametrize(
    ("language", "count", "subject", "line"),
    [
        ("en", 1, "Porchlight: 1 new post in your divisions", "  Central: 1 (lost and found 1)"),
        ("en", 3, "Porchlight: 3 new posts in your divisions", "  Central: 3 (lost and found 3)"),
        ("es", 1, "Porchlight: 1 publicación nueva en tus divisiones", "  Central: 1 (perdido y hallado 1)"),
        ("es", 3, "Porchlight: 3 publicaciones nuevas en tus divisiones", "  Central: 3 (perdido y hallado 3)"),
    ],
)
def test_a_digest_counts_in_its_language(language: str, count: int, subject: str, line: str) -> None:
    """One and several; two divisions of a name are two lines."""
    counted = Counted("2026-11-30 06:00", [("Central", {"lost_found": count}), ("East", {}), ("East", {})])

    ((found, said),) = of_digest(counted, DESK, [language]).items()

    assert (found, said.subject) == (language, subject)
    none = {"en": "none", "es": "nada"}[language]
    assert f"{line}\n  East: {none}\n  East: {none}\n" in said.text
    assert DESK in said.text


def test_a_code_stands_in_each_language() -> None:
    """With where it is filled in."""
    for said in of_code("123456", DESK, list(Language)).values():
        assert "123456" in said.text
        assert DESK in said.text
