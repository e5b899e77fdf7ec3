"""In which language somebody is answered."""

from __future__ import annotations

import pytest

from api.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en es"),
        ("", "en es"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("fr, es;q=0.5", "es"),
        ("de", "en es"),
        ("ES-419", "es"),
        ("es;q=0", "en es"),
        ("es;q=x", "en es"),
        ("español", "en es"),
        (",;=", "en es"),
        ("es, en", "en es"),
    ],
)
def test_the_language_liked_best_of_ours_is_taken(header: str | None, language: str) -> None:
    """All of them where none of ours is liked, each is as much, or the header is no such thing."""
    assert " ".join(preferred(header)) == language
