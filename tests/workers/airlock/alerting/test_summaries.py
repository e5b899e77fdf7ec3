"""A day's digest tells once what still stands, by push and mail, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from feed.bell import Bell
from storage.db import RESIDENT, Database
from storage.identity.alerts import alerts
from storage.identity.alerts.alerts import Language, Quiet, Reach, Wanted
from storage.identity.vault import Vault
from storage.kit import clock
from tests.storage.identity.conftest import hurry, vault  # noqa: F401 - fixtures
from tests.workers.airlock.alerted_town import ZONE, AlertedTown, an_alerted_town

MORNING = 7 * 60


@pytest.fixture
def town(vault: Vault, record: Database, bell: Bell, tmp_path: Path) -> Iterator[AlertedTown]:  # noqa: F811
    """See `alerted_town`."""
    hurry(record)
    with an_alerted_town(vault, record, bell, tmp_path) as made:
        yield made


def test_a_digest_tells_once_what_still_stands(town: AlertedTown) -> None:
    """Nothing at once; at its time one push of counts and one mail of links, and on the next day nothing of it."""
    ada = town.person("ada", 0, {"suspicious": Reach.AROUND, "kindness": Reach.BLOCK}, mail=True, digest=MORNING)
    stays, goes, near = town.publish(0), town.publish(0), town.publish(1)
    town.publish(1, category="kindness")
    town.publish(2)
    town.alert()
    town.take_back(goes)
    assert (town.told(ada), town.mails()) == ([], [])

    town.its_time()

    (mail,) = town.mails()
    assert town.told(ada) == [{"kind": "summary", "new": 2, "corrected": 0}]
    assert mail["Subject"] == "Porchlight: 2 new near you"
    assert [word for word in mail.get_payload().split() if "/posts/" in word] == [
        f"https://porch.example.org/posts/{post_id}" for post_id in (stays, near)
    ]
    with town.vault.read() as conn:
        (next_at,) = conn.execute(select(alerts.alerts.c.next_at)).scalars()
    assert next_at == clock.next_time_of_day(clock.now(), MORNING, ZONE)
    town.its_time(2)
    assert (len(town.told(ada)), len(town.mails())) == (1, 1)


def test_a_digest_tells_of_corrections(town: AlertedTown) -> None:
    """Of what an earlier one told."""
    ada = town.person("ada", 0, mail=True, digest=MORNING)
    post_id = town.publish(0)
    town.alert()
    town.its_time()
    town.correct(post_id, "It was a contractor.")
    town.alert()
    town.its_time(2)

    assert town.told(ada)[1:] == [{"kind": "summary", "new": 0, "corrected": 1}]
    assert "1 post you were told of was corrected." in town.mails()[-1].get_payload()


def test_a_digest_that_is_told_twice_has_one_name(town: AlertedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was killed before it was noted leaves the same mail again."""
    town.person("ada", 0, mail=True, digest=MORNING)
    town.publish(0)
    town.alert()
    with monkeypatch.context() as patched:
        patched.setattr(alerts, "summed_up", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            town.its_time()
    town.its_time()

    assert len(town.mails()) == 1


def test_no_mail_quotes_a_post_or_says_where(town: AlertedTown) -> None:
    """Neither at once nor in a digest, in either language: a category, a count and a link."""
    once, daily = town.person("once", 0, mail=True), town.person("daily", 0, mail=True, digest=MORNING)
    with town.vault.write(by=RESIDENT) as tx:
        wanted = Wanted({"suspicious": Reach.BLOCK}, mail=True, language=Language.ES)
        home = town.cells[0]
        alerts.ask(tx, town.vault, once.id, wanted, home=home, mail=once.mail, zone=ZONE)
    town.correct(town.publish(0, title="A van with secrets", text="Unsaid words."), "It was a contractor.")
    town.alert()
    town.its_time()

    mails = [mail.as_string() for mail in town.mails()]
    assert [mail["Subject"] for mail in town.mails(once)] == ["Porchlight: Cerca de ti: Sospechoso"]
    assert len(town.mails(daily)) == 1
    assert not [mail for mail in mails for word in ("van", "Unsaid", "contractor", "West", "cell") if word in mail]
    assert all(mail["List-Unsubscribe"] == "<https://porch.example.org/me/alerts>" for mail in town.mails())


def test_who_moves_is_not_told_of_where_they_were(town: AlertedTown) -> None:
    """Nor of what was posted before round the new block."""
    ada = town.person("ada", 0, digest=MORNING)
    town.publish(0)
    town.publish(3)
    town.alert()
    with town.vault.write(by=RESIDENT) as tx:
        alerts.move(tx, ada.id, town.cells[3])
    after = town.publish(3)
    town.alert()
    town.its_time()

    assert town.told(ada) == [{"kind": "summary", "new": 1, "corrected": 0}]
    assert after


@pytest.mark.parametrize(
    ("quiet", "minute", "ends"),
    [
        (Quiet(22 * 60, 7 * 60), 23 * 60, 7 * 60),
        (Quiet(22 * 60, 7 * 60), 6 * 60 + 59, 7 * 60),
        (Quiet(22 * 60, 7 * 60), 7 * 60, None),
        (Quiet(22 * 60, 7 * 60), 21 * 60 + 59, None),
        (Quiet(13 * 60, 14 * 60), 13 * 60, 14 * 60),
        (Quiet(13 * 60, 14 * 60), 14 * 60, None),
    ],
)
def test_quiet_hours_go_by_the_citys_clock(quiet: Quiet, minute: int, ends: int | None) -> None:
    """Over midnight too; they end at their minute."""
    now = clock.next_time_of_day(1_780_000_000_000, minute, ZONE)

    found = quiet.ends(now, ZONE)

    assert found == (None if ends is None else clock.next_time_of_day(now, ends, ZONE))


def test_mails_that_nothing_sent_go_after_a_day(town: AlertedTown) -> None:
    """Each says that something was posted near somebody."""
    town.person("ada", 0, mail=True)
    town.publish(0)
    town.alert()
    town.office.drop_old_mails(clock.now())
    assert len(town.mails()) == 1

    town.office.drop_old_mails(clock.now() + clock.DAY + clock.MINUTE)
    assert town.mails() == []
