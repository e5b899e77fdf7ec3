"""What is held about somebody is told to them, table by table."""

from __future__ import annotations

import json

from storage.identity.residents.held import HELD, UNTOLD
from storage.identity.schema import metadata
from storage.identity.vault import ResidentId, Vault
from tests.builders import block
from tests.storage.identity.making import MAIL, everything_of


def _told(vault: Vault, who: ResidentId) -> dict[str, list[dict[str, object]]]:
    with vault.read() as conn:
        return {part: json.loads(json.dumps(list(asked(conn, vault, who)))) for part, (_, asked) in HELD.items()}


def test_every_table_is_told_or_says_why_not() -> None:
    """A new table stands in neither list, and fails here."""
    named = [*UNTOLD, *(name for names, _ in HELD.values() for name in names)]

    assert sorted(named) == sorted(metadata.tables)
    assert all(len(reason.split()) > 5 for reason in UNTOLD.values())


def test_each_part_tells_what_is_theirs(vault: Vault) -> None:
    """Of somebody in every table each part says something; in plain values, with the receipt of their post."""
    ada = everything_of(vault, MAIL)

    told = _told(vault, ada)

    assert {part: len(rows) for part, rows in told.items()} == dict.fromkeys(HELD, 1) | {"uploads": 2, "counted": 2}
    assert (told["account"][0]["email"], told["account"][0]["home_block"]) == (MAIL, block())
    (post,) = told["posts"]
    assert (post["title_as_typed"], len(str(post["receipt"]))) == ("A van with its lights off", 32)
    assert post["because_of_guideline"] == "privacy"
    assert told["cameras"][0]["listed_openly"] == {"address": "12 Orchard Way", "contact": "Mara"}
    assert told["passkeys"][0]["name"] == "Phone"


def test_nobody_is_told_of_anybody_else(vault: Vault) -> None:
    """Who has just come in hears of themselves alone, whatever there is of others."""
    everything_of(vault, MAIL)
    eve = everything_of(vault, "eve@example.org")

    told = json.dumps(_told(vault, eve))

    assert "eve@example.org" in told
    assert MAIL not in told
    assert _told(vault, ResidentId("nobody")) == {part: [] for part in HELD}
