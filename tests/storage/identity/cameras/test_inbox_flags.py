"""What an owner says is wrong with a request can be taken back until an hour before it crosses, and crosses once."""

from __future__ import annotations

import pytest

from storage.db import AIRLOCK, RESIDENT
from storage.identity.cameras import inbox, inbox_flags
from storage.identity.cameras.inbox_flags import Flag
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import DAY, HOUR, MINUTE, now
from storage.kit.errors import Conflict
from storage.kit.ids import CaseId, RequestId, new_id
from tests import builders
from tests.storage.identity.making import a_resident


def _arrived(vault: Vault) -> RequestId:
    request, at = RequestId(new_id()), now()
    told = (CaseId(new_id()), builders.division(), "burglary", "Did you see a van?", (at - HOUR, at), at, at + DAY)
    with vault.write(by=AIRLOCK) as tx:
        inbox.arrive(tx, inbox.Request(request, *told, bytes(32)), [builders.block()])
    return request


def _say(vault: Vault, who: ResidentId, request: RequestId, *, ahead: int, text: str = "It presses.") -> None:
    with vault.write(by=RESIDENT) as tx:
        inbox_flags.say(tx, who, request, reason="pressure", text=text, shown_at=tx.now() + ahead)


def _mine(vault: Vault, who: ResidentId) -> list[Flag]:
    with vault.read() as conn:
        return list(inbox_flags.of(conn, who).values())


def test_one_stands_for_all_an_owner_said_of_it(vault: Vault) -> None:
    """Said again it takes the place of the first; taken back, twice is once, nothing is left; others keep theirs."""
    ada, bob, request = a_resident(vault), a_resident(vault, "bob@example.org"), _arrived(vault)
    _say(vault, ada, request, ahead=5 * HOUR)
    _say(vault, bob, request, ahead=5 * HOUR)
    (first,) = _mine(vault, ada)
    _say(vault, ada, request, ahead=5 * HOUR, text="Otherwise.")
    (second,) = _mine(vault, ada)
    assert (second.text, second.about, second.crossed) == ("Otherwise.", "burglary", False)
    assert second.id != first.id

    for _ in range(2):
        with vault.write(by=RESIDENT) as tx:
            inbox_flags.erase(tx, ada, request)
    assert _mine(vault, ada) == []
    assert len(_mine(vault, bob)) == 1


def test_it_crosses_with_its_batch_and_leaves_its_words(vault: Vault) -> None:
    """Due in the last ten minutes, without whose it is; from an hour before, and afterwards, it cannot be changed."""
    ada, request = a_resident(vault), _arrived(vault)
    _say(vault, ada, request, ahead=30 * MINUTE)
    for late in (lambda: _say(vault, ada, request, ahead=DAY), lambda: _erase(vault, ada, request)):
        with pytest.raises(Conflict) as refused:
            late()
        assert refused.value.code == "flag_told"
    with vault.read() as conn:
        assert inbox_flags.due(conn, now()) == []
        (due,) = inbox_flags.due(conn, now() + 25 * MINUTE)
    assert (due.request, due.reason, due.text) == (request, "pressure", "It presses.")
    assert ada not in repr(due)

    for _ in range(2):
        with vault.write(by=AIRLOCK) as tx:
            inbox_flags.cross(tx, [due.id])
    (mine,) = _mine(vault, ada)
    assert (mine.crossed, mine.text, mine.reason) == (True, "", "pressure")
    with vault.read() as conn:
        assert inbox_flags.due(conn, now() + DAY) == []
    with vault.write(by=AIRLOCK) as tx:
        inbox_flags.erase_all(tx, [request])
    assert _mine(vault, ada) == []


def _erase(vault: Vault, who: ResidentId, request: RequestId) -> None:
    with vault.write(by=RESIDENT) as tx:
        inbox_flags.erase(tx, who, request)
