"""Who is told of a post, a correction and a take-back; and what becomes of messages that do not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from feed.bell import Bell
from storage.db import AIRLOCK, RESIDENT, Database
from storage.identity.alerts import alerts
from storage.identity.alerts.alerts import Quiet, Reach
from storage.identity.schema import alert_posts, alerted as rows, tellings
from storage.identity.vault import Vault
from storage.kit import clock
from storage.posts.posts import Verb
from tests.storage.identity.conftest import hurry, vault  # noqa: F401 - fixtures
from tests.workers.airlock.alerted_town import ZONE, AlertedTown, an_alerted_town


@pytest.fixture
def town(vault: Vault, record: Database, bell: Bell, tmp_path: Path) -> Iterator[AlertedTown]:  # noqa: F811
    """See `alerted_town`."""
    hurry(record)
    with an_alerted_town(vault, record, bell, tmp_path) as made:
        yield made


def test_a_post_is_told_by_block_and_category(town: AlertedTown) -> None:
    """To those of its block and of the ring around it who wish for it there; no border of a division is crossed."""
    here, beside, far = town.person("here", 0), town.person("beside", 1), town.person("far", 2)
    narrow = town.person("narrow", 1, {"suspicious": Reach.BLOCK})
    other = town.person("other", 0, {"animal": Reach.AROUND})
    abroad, border = town.person("abroad", 4), town.person("border", 3)

    first, second = town.publish(0, title="A van"), town.publish(3, category="kindness")
    town.alert()

    assert town.told(here) == [
        {"kind": "new", "post": first, "category": "suspicious", "block": "West, cell 1", "title": "A van"}
    ]
    assert [one["post"] for one in town.told(beside)] == [first]
    assert [one["post"] for one in town.told(far)] == [second]
    assert [one["post"] for one in town.told(border)] == [second]
    assert [town.told(one) for one in (narrow, other, abroad)] == [[], [], []]
    assert town.count(tellings) == 0


def test_a_larger_block_tells_all_of_its_cells_and_around_them(town: AlertedTown) -> None:
    """Whoever lives in one of its cells may be where it was."""
    narrow = [town.person(f"narrow{cell}", cell, {"suspicious": Reach.BLOCK}) for cell in range(4)]
    wide = [town.person(f"wide{cell}", cell) for cell in range(4)]
    place = next(larger for larger in town.atlas.larger if town.cells[0] in larger.cells)

    town.publish(place=place.id)
    town.alert()

    inside = [cell in place.cells for cell in town.cells[:4]]
    assert [bool(town.told(one)) for one in narrow] == inside
    assert [bool(town.told(one)) for one in wide] == [True, True, True, False]


def test_media_that_come_later_are_no_news(town: AlertedTown) -> None:
    """Nor is a post that is told of again."""
    ada = town.person("ada", 0, mail=True)
    town.publish(0)
    town.alert()
    town.alert()

    assert (town.kinds(ada), len(town.mails())) == (["new"], 1)


def test_a_correction_reaches_whoever_was_alerted(town: AlertedTown) -> None:
    """Also who moved away or wishes for nothing any more; not who came since. The old words go with it."""
    ada, bob = town.person("ada", 0, mail=True), town.person("bob", 1)
    post_id = town.publish(0, title="A stranger")
    town.alert()
    with town.vault.write(by=RESIDENT) as tx:
        alerts.move(tx, bob.id, town.cells[3])
    town.person("bob", 3, {}, push=False)
    late = town.person("late", 0)

    town.correct(post_id, "It was a contractor.")
    town.alert()
    town.alert()

    assert town.kinds(ada) == town.kinds(bob) == ["new", "corrected"]
    assert town.kinds(late) == []
    assert [mail["Subject"] for mail in town.mails(ada)] == [
        "Porchlight: Near you: Suspicious",
        "Porchlight: Corrected: Suspicious",
    ]


def test_what_is_taken_back_is_told_to_be_gone_where_a_screen_shows_it(town: AlertedTown) -> None:
    """Without a word of it; a mail is not sent after another. Who was alerted is forgotten with the post."""
    ada, mailed = town.person("ada", 0), town.person("mailed", 0, push=False, mail=True)
    post_id = town.publish(0)
    town.alert()
    town.take_back(post_id)
    town.alert()

    assert town.told(ada)[-1] == {"kind": "gone", "post": post_id}
    assert len(town.mails(mailed)) == 1
    assert [town.count(table) for table in (rows, alert_posts, tellings)] == [0, 0, 0]


def test_what_is_back_before_it_was_told_to_be_gone_is_told_anew_to_everybody(town: AlertedTown) -> None:
    """In whatever block, by notification, mail or summary; and what is said of it afterwards reaches all of them."""
    people = [town.person("here", 0), town.person("beside", 1), town.person("mailed", 0, push=False, mail=True)]
    sums = town.person("sums", 0, mail=True, digest=7 * 60)
    post_id = town.publish(0)
    town.alert()
    town.its_time()
    town.judge(post_id, Verb.HIDE)
    town.judge(post_id, Verb.RESTORE)
    town.its_time(2)
    town.correct(post_id, "It was a contractor.")
    town.alert()
    town.its_time(3)

    assert [town.kinds(one) for one in people[:2]] == [["new", "gone", "new", "corrected"]] * 2
    assert [mail["Subject"].rpartition(": ")[0] for mail in town.mails(people[2])] == [
        "Porchlight: Near you",
        "Porchlight: Corrected",
    ]
    assert [(one["new"], one["corrected"]) for one in town.told(sums) if one["kind"] == "summary"] == [
        (1, 0),
        (1, 0),
        (0, 1),
    ]


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_what_is_gone_before_it_was_told_is_told_to_nobody(town: AlertedTown, verb: Verb) -> None:
    """Neither that it was there nor that it is not."""
    ada = town.person("ada", 0, mail=True)
    town.take_back(town.publish(0), verb)
    town.alert()

    assert (town.told(ada), town.mails()) == ([], [])


def test_a_post_that_is_90_days_old_goes_without_a_word(town: AlertedTown) -> None:
    """A screen of then shows nothing any more."""
    ada = town.person("ada", 0)
    post_id = town.publish(0)
    town.alert()
    town.take_back(post_id, Verb.EXPIRE)
    town.alert()

    assert (town.kinds(ada), town.count(rows)) == (["new"], 0)


def test_a_program_that_is_killed_while_reading_the_log_reads_it_again(
    town: AlertedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line is one telling, however often it is read."""
    ada = town.person("ada", 0)
    town.publish(0)
    with monkeypatch.context() as patched:
        patched.setattr("storage.identity.alerts.tellings.go_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            town.alert()
    town.alert()

    assert town.kinds(ada) == ["new"]


def test_quiet_hours_hold_back_and_sum_up(town: AlertedTown) -> None:
    """Nothing comes while they last; when they are over one message tells what still stands."""
    now = clock.now()
    minute = (clock.local(now, ZONE).hour * 60 + clock.local(now, ZONE).minute + 720) % 1440
    ada = town.person("ada", 0, mail=True, quiet=Quiet((minute + 1) % 1440, (minute - 1) % 1440))
    stays, goes = town.publish(0), town.publish(1)
    town.alert()
    assert (town.told(ada), town.mails()) == ([], [])

    town.take_back(goes)
    with town.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(alerts.alerts).values(next_at=1, quiet_from=minute, quiet_until=minute + 1))
    town.alert()
    town.alert()

    assert town.told(ada) == [{"kind": "summary", "new": 1, "corrected": 0}]
    (mail,) = town.mails()
    assert f"/posts/{stays}" in mail.get_payload()
    assert goes not in mail.get_payload()


def test_after_a_restore_nothing_old_is_told(town: AlertedTown) -> None:
    """The log has another name: what is gone by then is told to be, what stands is no news."""
    ada = town.person("ada", 0)
    stays, goes = town.publish(0), town.publish(0)
    town.alert()
    with town.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(alerts.alert_place).values(epoch="another"))
    town.take_back(goes)
    town.stand_in.taken.clear()
    town.alert()

    assert town.told(ada) == [{"kind": "gone", "post": goes}]
    town.correct(stays, "It was a contractor.")
    town.alert()
    assert town.kinds(ada) == ["gone", "corrected"]
