"""Limits: so many tries in a window, counted whatever came of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from storage.db import OPERATOR
from storage.identity import limits
from storage.identity.limits import Limit
from storage.identity.schema import tries
from storage.identity.vault import Vault
from storage.kit.clock import MINUTE
from storage.kit.errors import TooOften
from tests.storage.identity.making import bytes_below

TWICE = Limit("twice", 2, 10 * MINUTE)


def move_windows(vault: Vault, by: int) -> None:
    """Time passes."""
    with vault.write(by=OPERATOR) as tx:
        tx.execute(update(tries).values(window_start=tries.c.window_start - by))


def test_what_is_too_often_says_how_long_to_wait(vault: Vault) -> None:
    """Up to the limit nothing happens; beyond it the wait is what is left of the window."""
    for _ in range(2):
        limits.count(vault, TWICE, "ada")

    with pytest.raises(TooOften) as told:
        limits.count(vault, TWICE, "ada")

    assert 590 <= told.value.retry_after <= 601
    assert "ada" not in told.value.message


def test_each_name_and_each_limit_is_counted_by_itself(vault: Vault) -> None:
    """One person's tries take nothing from another's, nor from what else they do."""
    for who in ("ada", "eve"):
        for limit in (TWICE, Limit("other", 2, MINUTE)):
            limits.count(vault, limit, who)
            limits.count(vault, limit, who)

    with pytest.raises(TooOften):
        limits.count(vault, TWICE, "eve")


def test_a_new_window_begins_when_the_old_one_ended(vault: Vault) -> None:
    """With a full count of its own."""
    for _ in range(2):
        limits.count(vault, TWICE, "ada")
    move_windows(vault, 10 * MINUTE)

    limits.count(vault, TWICE, "ada")
    limits.count(vault, TWICE, "ada")

    with pytest.raises(TooOften):
        limits.count(vault, TWICE, "ada")


def test_old_windows_are_forgotten(vault: Vault) -> None:
    """Young ones are kept, or forgetting would be a way to try again."""
    limits.count(vault, TWICE, "ada")
    move_windows(vault, 20 * MINUTE)
    limits.count(vault, TWICE, "eve")

    limits.forget(vault, older_than=15 * MINUTE)

    with vault.read() as conn:
        assert len(conn.execute(tries.select()).all()) == 1


def test_who_tried_is_not_in_the_databases_files(vault: Vault, tmp_path: Path) -> None:
    """A name is kept as a keyed hash."""
    limits.count(vault, TWICE, "ada.lovelace@example.org")

    assert b"lovelace" not in bytes_below(tmp_path)
