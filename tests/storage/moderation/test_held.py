"""Why a post is held, and how much of that its author is told."""

from __future__ import annotations

from storage.moderation.held import KNOWN_BAD, PREMODERATED, Held


def test_an_author_is_told_what_was_found_and_not_on_which_list() -> None:
    """Whoever knew the list would know what else is on it."""
    assert Held("child", f"{KNOWN_BAD} a list of the city").code == KNOWN_BAD
    assert Held("other", PREMODERATED).code == PREMODERATED
    assert Held("privacy", "phone").code == "phone"
