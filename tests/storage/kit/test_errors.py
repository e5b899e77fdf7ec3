"""Errors: a handful, each with a status and a stable code."""

from __future__ import annotations

import pytest

from storage.kit import errors
from storage.kit.errors import NotThere, PorchlightError, Refused, TooOften

STATUSES = {
    "Malformed": (400, "malformed"),
    "NotLoggedIn": (401, "not_logged_in"),
    "NotAllowed": (403, "not_allowed"),
    "NotThere": (404, "not_there"),
    "Conflict": (409, "conflict"),
    "TooLarge": (413, "too_large"),
    "WrongType": (415, "wrong_type"),
    "Refused": (422, "refused"),
    "TooOften": (429, "too_often"),
    "Unavailable": (503, "unavailable"),
}


def test_every_error_has_its_status_and_code() -> None:
    """The handful is what the protocol lists, no more."""
    found = {
        name: (thing.status, thing.code)
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, PorchlightError) and thing is not PorchlightError
    }

    assert found == STATUSES


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_the_docstring_draws_every_error(name: str) -> None:
    """The tree at the top of the file names each one with its status."""
    assert errors.__doc__ is not None
    assert f"{name:<15}{STATUSES[name][0]}" in errors.__doc__


def test_an_error_may_have_a_finer_code_and_fields() -> None:
    """`code` and `fields` are for programs, the message for people."""
    error = Refused("That is not a block.", code="no_block", fields={"block_id": "unknown"})

    assert (error.status, error.code, error.message) == (422, "no_block", "That is not a block.")
    assert error.fields == {"block_id": "unknown"}


def test_not_there_and_not_yours_sound_the_same() -> None:
    """Without a message of its own every NotThere is word for word the same."""
    assert str(NotThere()) == str(NotThere())
    assert NotThere().code == "not_there"


def test_too_often_says_when_to_come_back() -> None:
    """The wait is in seconds."""
    assert TooOften("Later.", retry_after=30).retry_after == 30
