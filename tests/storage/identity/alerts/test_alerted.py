"""Who is alerted is found along an index, however many there are; whose a post is has no part in it."""

from __future__ import annotations

import inspect

import pytest
from sqlalchemy import event, insert

from storage.db import OPERATOR
from storage.identity.alerts import alerted, alerts, push_devices, tellings
from storage.identity.alerts.alerts import Reach
from storage.identity.alerts.tellings import Kind, Telling
from storage.identity.schema import alert_wishes, alerts as rows, residents
from storage.identity.vault import Vault
from storage.kit.ids import BlockId, PostId

BLOCKS = [BlockId(f"block-{number}") for number in range(40)]
HERE, BESIDE = BLOCKS[3], BLOCKS[4]


@pytest.fixture
def many(vault: Vault) -> list[str]:
    """Two thousand people of forty blocks; each wishes for two categories, every second one for what is around."""
    names = [f"resident-{number:05}" for number in range(2000)]
    home = {one: BLOCKS[number % len(BLOCKS)] for number, one in enumerate(names)}
    wish = {one: Reach.AROUND if number // len(BLOCKS) % 2 else Reach.BLOCK for number, one in enumerate(names)}
    with vault.write(by=OPERATOR) as tx:
        person = {"mail_sealed": b"x", "home_changes": "[]"}
        tx.execute(insert(residents), [{"id": one, "mail_lookup": one, **person} for one in names])
        asked = {"language": "en", "since": 0}
        tx.execute(insert(rows), [{"id": one, "resident_id": one, "block_id": home[one], **asked} for one in names])
        wishes = [
            {"alert_id": one, "category": category, "block_id": home[one], "reach": wish[one]}
            for one in names
            for category in ("crime", "animal")
        ]
        tx.execute(insert(alert_wishes), wishes)
    return names


def test_all_who_wish_are_found_once_in_batches(vault: Vault, many: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the block all, of one beside it those who wish for what is around; block after block, in order of ids."""
    monkeypatch.setattr(alerted, "AT_ONCE", 7)
    telling = Telling("x", Kind.NEW, PostId("p"), None, {BESIDE: Reach.AROUND, HERE: Reach.BLOCK}, "", 0)
    found: list[str] = []
    with vault.read() as conn:
        while True:
            batch, done_to = alerted.who_wishes(conn, telling, "crime")
            if done_to is None:
                break
            assert len(batch) <= 7
            found += batch
            telling = Telling("x", Kind.NEW, PostId("p"), None, telling.places, done_to, 0)

    here = [one for number, one in enumerate(many) if BLOCKS[number % 40] == HERE]
    beside = [one for number, one in enumerate(many) if BLOCKS[number % 40] == BESIDE and number // 40 % 2]
    assert found == [*here, *beside]
    with vault.read() as conn:
        assert (
            alerted.who_wishes(conn, Telling("x", Kind.NEW, PostId("p"), None, {HERE: Reach.BLOCK}, "", 0), "x")[0]
            == []
        )


def test_they_are_found_along_the_index(vault: Vault, many: list[str]) -> None:
    """Neither table is read from end to end, for a batch or for what its people are told by."""
    asked: list[tuple[str, object]] = []
    event.listen(vault.engine, "before_cursor_execute", lambda _c, _k, said, given, *_: asked.append((said, given)))
    telling = Telling("x", Kind.NEW, PostId("p"), None, {HERE: Reach.BLOCK}, "", 0)
    with vault.read() as conn:
        ids, _ = alerted.who_wishes(conn, telling, "crime")
        alerted.recipients(conn, ids)
        alerted.versions(conn, vault, PostId("p"), ids)
        alerted.who_was(conn, vault, telling)
        push_devices.of_recipients(conn, vault, ids)
        alerts.due(conn, 1, limit=10)
        tellings.in_places(conn, [HERE], after=0)
        questions = [(said, given) for said, given in asked if said.startswith("SELECT")]
        explain, at = "explain query plan", 3
        if conn.dialect.name == "postgresql":  # among so few it would read them all
            explain, at = "explain", 0
            conn.exec_driver_sql("set local enable_seqscan = off")
        plans = [str(row[at]) for said, given in questions for row in conn.exec_driver_sql(f"{explain} {said}", given)]

    assert len(questions) >= 7
    assert not [plan for plan in plans if plan.startswith("SCAN") or "Seq Scan" in plan]
    assert any("ix_alert_wishes_reached" in plan for plan in plans)


def test_nothing_here_can_ask_whose_a_post_is() -> None:
    """No name of what ties a resident to a clip stands in the code that says who is alerted."""
    for module in (alerted, tellings, push_devices):
        assert not {"authorship", "clips", "idempotency", "receipt"} & set(inspect.getsource(module).split())
