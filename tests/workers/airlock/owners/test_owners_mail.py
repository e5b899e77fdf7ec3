"""The mail to owners goes to all of a division, the same to each, at one hour of the day; or to nobody."""

from __future__ import annotations

from collections.abc import Collection
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.db import AIRLOCK, RESIDENT
from storage.identity.cameras import inbox, mail as camera_mail
from storage.identity.cameras.inbox import Request
from storage.identity.schema import asked
from storage.identity.vault import Vault
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, new_id
from tests import builders
from tests.storage.identity.making import a_resident
from workers.airlock.owners.owners_mail import write_to_owners

CENTRAL, EAST = builders.division("Central"), builders.division("East")


def _owners(vault: Vault, count: int, division: DivisionId = CENTRAL) -> list[str]:
    """So many residents who wish to be written to there."""
    mails = [f"{number}-{division[:4]}@example.org" for number in range(count)]
    for mail in mails:
        resident = a_resident(vault, mail)
        with vault.write(by=RESIDENT) as tx:
            camera_mail.put(tx, vault, resident, {division})
            camera_mail.put(tx, vault, resident, {division})
    return mails


def _asked(vault: Vault, *blocks: str, days_ago: int = 1, division: DivisionId = CENTRAL) -> None:
    new = RequestId(new_id())
    with vault.write(by=AIRLOCK) as tx:
        now = tx.now()
        what = Request(new, CaseId("case"), division, "theft", "x", (now - DAY, now), now, now + DAY, b"key")
        inbox.arrive(tx, what, [BlockId(block) for block in blocks])
        tx.execute(update(asked).where(asked.c.id == new).values(delivered_at=now - days_ago * DAY))


def _round(vault: Vault, folder: Path) -> dict[str, tuple[str, str]]:
    """One round under the airlock's role; who was written to since, and what."""
    before = set(folder.glob("*")) if folder.is_dir() else set[Path]()
    seen = builders.as_role(vault, "airlock")
    write_to_owners(seen, folder)
    if vault.engine.dialect.name != "sqlite":
        seen.engine.dispose()
    return _read(set(folder.glob("*")) - before if folder.is_dir() else ())


def _read(files: Collection[Path]) -> dict[str, tuple[str, str]]:
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert len({mail["To"] for mail in mails}) == len(mails)
    return {mail["To"]: (mail["Subject"], mail.get_content()) for mail in mails}


def test_all_of_a_division_get_one_mail_of_the_same_words(vault: Vault, tmp_path: Path) -> None:
    """However many requests, whichever their blocks; nobody of another division; and a second round sends none."""
    mails = _owners(vault, 12)
    _owners(vault, 12, EAST)
    _asked(vault, "a", "b")
    _asked(vault, "c")

    told = _round(vault, tmp_path)

    assert set(told) == set(mails)
    assert len(set(told.values())) == 1
    ((subject, text),) = set(told.values())
    assert "asked" in subject
    assert "preguntado" in subject
    assert "Look into your Porchlight inbox" in text
    assert "Mira tu buzón" in text
    assert _round(vault, tmp_path) == {}


@pytest.mark.engines("sqlite")
def test_a_group_that_is_too_small_gets_none(vault: Vault, tmp_path: Path) -> None:
    """Eleven are fewer than homes of a block: a mail to them would be a mail to somebody."""
    _owners(vault, 11)
    _asked(vault, "a")

    assert _round(vault, tmp_path) == {}


@pytest.mark.engines("sqlite")
def test_no_mail_leaves_when_something_is_asked(vault: Vault, tmp_path: Path) -> None:
    """What was asked after the day's moment waits for the next one."""
    _owners(vault, 12)
    _asked(vault, "a", days_ago=0)

    assert _round(vault, tmp_path) == {}


@pytest.mark.engines("sqlite")
def test_who_wishes_it_no_longer_is_written_to_no_more(vault: Vault, tmp_path: Path) -> None:
    """The twelfth left: now they are too few, for whatever is asked."""
    _owners(vault, 12)
    leaves = a_resident(vault, f"0-{CENTRAL[:4]}@example.org")
    with vault.write(by=RESIDENT) as tx:
        camera_mail.put(tx, vault, leaves, ())
    _asked(vault, "a")

    assert _round(vault, tmp_path) == {}
