"""Two at once, on the identity side: one of them, or both in turn, on either engine."""

from __future__ import annotations

from sqlalchemy import func, select

from storage.db import AIRLOCK, RESIDENT
from storage.identity import limits
from storage.identity.clips import clips, leases
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.limits import Limit
from storage.identity.residents import logins, residents
from storage.identity.schema import log_in_codes, residents as resident_rows
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock
from storage.kit.errors import TooOften
from tests.at_once import at_once
from tests.storage.identity.making import an_accepted_clip, the_clip

MANY = 8


def test_tries_at_once_are_all_counted(vault: Vault) -> None:
    """The first of them too, when nobody was counted before."""
    limit = Limit("test", 3, clock.DAY)

    answers = at_once(MANY, lambda _: limits.count(vault, limit, "ada"))

    assert answers.count(None) == 3
    assert sum(isinstance(answer, TooOften) for answer in answers) == MANY - 3


def test_who_logs_in_twice_at_once_is_one_resident(vault: Vault) -> None:
    """A double click on the first log-in makes nobody twice."""

    def make(_: int) -> ResidentId:
        with vault.write(by=RESIDENT) as tx:
            return residents.find_or_make(tx, vault, "ada@example.org")

    answers = at_once(MANY, make)

    assert len(set(answers)) == 1
    with vault.read() as conn:
        assert conn.execute(select(func.count()).select_from(resident_rows)).scalar_one() == 1


def test_of_codes_drawn_at_once_one_opens(vault: Vault) -> None:
    """There is one row for an address, and the code that was drawn last is its own."""

    def draw(_: int) -> str:
        with vault.write(by=RESIDENT) as tx:
            return logins.new_code(tx, vault, "ada@example.org")

    codes = at_once(3, draw)

    with vault.read() as conn:
        assert conn.execute(select(func.count()).select_from(log_in_codes)).scalar_one() == 1
    assert sum(_opens(vault, str(code)) for code in set(codes)) == 1


def test_a_code_opens_once(vault: Vault) -> None:
    """Of two who use it at once, one gets in."""
    with vault.write(by=RESIDENT) as tx:
        code = logins.new_code(tx, vault, "ada@example.org")

    answers = at_once(MANY, lambda _: _opens(vault, code))

    assert answers.count(True) == 1
    assert answers.count(False) == MANY - 1


def test_a_clip_is_claimed_by_one(vault: Vault, ada: ResidentId) -> None:
    """Of many attempts that begin at once."""
    clip_id, _ = an_accepted_clip(vault, ada)

    def claim(_: int) -> Clip | None:
        with vault.write(by=AIRLOCK) as tx:
            return leases.claim(tx, clip_id)

    answers = at_once(MANY, claim)

    assert answers.count(None) == MANY - 1
    assert the_clip(vault, clip_id).attempts == 1


def test_a_withdrawal_and_the_end_of_an_attempt_agree(vault: Vault, ada: ResidentId) -> None:
    """Whoever comes first: once the author took it back, no step of an attempt leads anywhere else."""
    for step in (leases.publish, leases.give_back, lambda tx, clip: leases.reject(tx, clip, "too_long")):
        clip_id, _ = an_accepted_clip(vault, ada)
        with vault.write(by=AIRLOCK) as tx:
            held = leases.claim(tx, clip_id)
        assert held is not None

        def do(number: int, step: object = step, clip: Clip = held) -> object:
            with vault.write(by=AIRLOCK) as tx:
                return clips.withdraw(tx, clip.id) if number else step(tx, clip)  # type: ignore[operator]

        answers = at_once(2, do)

        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert the_clip(vault, clip_id).state is ClipState.WITHDRAWING


def _opens(vault: Vault, code: str) -> bool:
    with vault.write(by=RESIDENT) as tx:
        return logins.redeem(tx, vault, "ada@example.org", code) is not None
