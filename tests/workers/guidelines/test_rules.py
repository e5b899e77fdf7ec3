"""The guidelines as they are shipped, and what their file may not say."""

from __future__ import annotations

import hashlib

import pytest

from storage.moderation.flags import REASONS
from storage.posts.posts import CATEGORIES
from workers.guidelines.rules import FILE, IDS, IN_FORCE, read

# The digest of what each version said. Whoever changes the file raises its version and adds a line.
SAID = {2: "b179a2ac0dd54494"}
A_GUIDELINE = """
[[guideline]]
id = "privacy"
decisions = ["hide"]
title = { en = "a", es = "a" }
text = { en = "b", es = "b" }
fine = []
not_fine = []
"""
A_RULE = """
[[rule]]
id = "lawful"
guideline = "privacy"
categories = ["crime"]
title = { en = "c", es = "c" }
hint = { en = "d", es = "d" }
"""


def test_what_a_version_says_stays_what_it_said() -> None:
    """A decision names the version it was made by, so no word changes under a version's number."""
    assert hashlib.sha256(FILE.read_bytes()).hexdigest()[:16] == SAID[IN_FORCE.version]
    assert max(SAID) == IN_FORCE.version


def test_every_reason_for_a_flag_is_a_guideline() -> None:
    """And there is one for finding nothing wrong, which alone dismisses and restores."""
    assert {*REASONS, "within_guidelines"} == IDS
    kept = [one.id for one in IN_FORCE.items if {"dismiss", "restore"} & set(one.decisions)]
    assert kept == ["within_guidelines"]


def test_every_guideline_has_examples_that_are_fine_and_that_are_not() -> None:
    """Except the one for finding nothing wrong."""
    assert all(one.fine and one.not_fine for one in IN_FORCE.items if one.id != "within_guidelines")


def test_rules_look_in_categories_that_there_are() -> None:
    """Each in some."""
    assert all(rule.categories and set(rule.categories) <= set(CATEGORIES) for rule in IN_FORCE.rules)


def test_a_file_is_read() -> None:
    """What it says is there, and its lists are called as they are answered."""
    found = read(f"version = 7\n{A_GUIDELINE}{A_RULE}")

    assert (found.version, [one.id for one in found.items]) == (7, ["privacy"])
    assert set(found.model_dump(by_alias=True)) == {"version", "items", "rules"}


@pytest.mark.parametrize(
    "toml",
    [
        A_GUIDELINE + A_RULE,  # no version
        f"version = 0\n{A_GUIDELINE}{A_RULE}",
        f"version = 1\n{A_GUIDELINE}{A_GUIDELINE}{A_RULE}",
        f"version = 1\n{A_GUIDELINE}{A_RULE}{A_RULE}",
        f"version = 1\n{A_GUIDELINE}{A_RULE}".replace('guideline = "privacy"', 'guideline = "other"'),
        f"version = 1\n{A_GUIDELINE}{A_RULE}".replace('"lawful"', '"a rule nobody wrote"'),
        f"version = 1\n{A_GUIDELINE}{A_RULE}".replace(', es = "d"', ""),
        f"version = 1\n{A_GUIDELINE}{A_RULE}".replace('"hide"', '"shout"'),
        f"version = 1\n{A_GUIDELINE}more = 1\n{A_RULE}",
    ],
)
def test_a_file_that_says_otherwise_is_refused(toml: str) -> None:
    """Nothing starts with guidelines that are missing a language, a version, or agree with themselves no more."""
    with pytest.raises(ValueError, match=r"."):
        read(toml)
