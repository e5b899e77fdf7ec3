"""What becomes of a message: one name however often it is made, another try, or a device that is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from feed.bell import Bell
from storage.db import AIRLOCK, RESIDENT, Database
from storage.identity.alerts import alerted
from storage.identity.alerts.alerts import Reach
from storage.identity.residents import logins
from storage.identity.schema import push_devices, push_retries
from storage.identity.vault import Vault
from tests.storage.identity.conftest import hurry, vault  # noqa: F401 - fixtures
from tests.workers.airlock.alerted_town import AlertedTown, an_alerted_town


@pytest.fixture
def town(vault: Vault, record: Database, bell: Bell, tmp_path: Path) -> Iterator[AlertedTown]:  # noqa: F811
    """See `alerted_town`."""
    hurry(record)
    with an_alerted_town(vault, record, bell, tmp_path) as made:
        yield made


def test_who_is_killed_while_telling_tells_it_again_under_the_same_names(
    town: AlertedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is forgotten; a screen shows one notification, a folder has one mail."""
    people = [town.person(f"p{number}", 0, mail=True) for number in range(3)]
    monkeypatch.setattr(alerted, "AT_ONCE", 2)
    noted, calls = alerted.note, []

    def dies(*args: object, **said: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        noted(*args, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(alerted, "note", dies)
    post_id = town.publish(0)
    with pytest.raises(KeyboardInterrupt):
        town.alert()
    town.alert()

    told = [town.told(one) for one in people]
    assert {one["post"] for each in told for one in each} == {post_id}
    assert sorted(len(each) for each in told) == [1, 1, 2]
    assert [len(town.mails(one)) for one in people] == [1, 1, 1]
    topics = [headers["topic"] for _, headers, _ in town.stand_in.taken]
    assert len(set(topics)) == len(people)


def test_a_device_that_is_no_more_is_forgotten(town: AlertedTown) -> None:
    """Its service says so, once."""
    ada = town.person("ada", 0)
    assert ada.browser is not None
    town.stand_in.says[ada.browser.subscription.endpoint.rpartition("/")[2]] = (410, {})
    town.publish(0)
    town.alert()

    assert town.count(push_devices) == 0


def test_what_does_not_arrive_is_tried_again_as_it_stands_then(town: AlertedTown) -> None:
    """With pauses; a post taken back meanwhile is not told at all."""
    ada, bob = town.person("ada", 0), town.person("bob", 2, {"kindness": Reach.BLOCK})
    name = ada.browser.subscription.endpoint.rpartition("/")[2]  # type: ignore[union-attr]
    town.stand_in.says[name] = (429, {"Retry-After": "7"})
    stays, goes = town.publish(0, title="Was"), town.publish(1)
    town.alert()
    assert town.count(push_retries) == 2
    town.take_back(goes)
    town.correct(stays, "It was a contractor.")
    with town.vault.write(by=AIRLOCK) as tx:
        assert tx.connection.execute(select(func.min(push_retries.c.retry_at))).scalar_one() > tx.now() + 20_000
        tx.execute(update(push_retries).values(retry_at=0))

    del town.stand_in.says[name]
    town.stand_in.taken.clear()
    town.alert()

    assert stays in {one["post"] for one in town.told(ada)}
    assert "new" not in {one["kind"] for one in town.told(ada) if one["post"] == goes}
    assert (town.count(push_retries), town.told(bob)) == (0, [])


def test_a_log_in_that_ends_takes_its_device_along(town: AlertedTown) -> None:
    """A phone that was lost shows nothing more."""
    ada = town.person("ada", 0)
    with town.vault.write(by=RESIDENT) as tx:
        logins.end(tx, ada.token)
    town.publish(0)
    town.alert()

    assert (town.count(push_devices), town.told(ada)) == (0, [])
