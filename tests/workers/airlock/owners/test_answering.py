"""Answers cross together, once, before their batch's moment; contacts go back until somebody opened them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from storage import audit
from storage.cases import keys as case_keys
from storage.db import RESIDENT, Actor, database_now
from storage.footage import answers as footage_answers, footage
from storage.footage.rules import Act
from storage.identity.cameras import inbox_answers, inbox_flags
from storage.identity.cameras.inbox_answers import Contact, Kind
from storage.identity.clips import clips as clips_of
from storage.identity.schema import clips, inbox_answers as said
from storage.identity.vault import ResidentId
from storage.kit.clock import BATCH, HOUR
from storage.kit.errors import Conflict, NotThere, Unavailable
from storage.kit.ids import RequestId
from storage.posts import posts
from storage.schema import footage_answers as rows
from storage.tables.footage import request_flags
from tests import builders
from tests.storage.footage.asked import KEY, square, the_desk
from tests.storage.identity.making import an_accepted_clip, the_clip
from tests.workers.airlock.owners.test_asking import Town, town
from workers.airlock.owners.answering import carry_answers
from workers.airlock.withdraw import take_back

__all__ = ["the_desk", "town"]


def _round(town: Town) -> None:
    vault = builders.as_role(town.stores.vault, "airlock")
    carry_answers(replace(town.stores, vault=vault, record=town.desk.as_role("airlock")))
    if vault.engine.dialect.name != "sqlite":
        vault.engine.dispose()


def _say(town: Town, who: ResidentId, request: RequestId, kind: Kind, *, batches: int = 0, **more: object) -> None:
    """Says so for the last batch of which the moment is over, which crosses at once, or one so many later."""
    with town.stores.vault.write(by=RESIDENT) as tx:
        shown_at = (tx.now() // BATCH + batches) * BATCH
        inbox_answers.say(tx, who, request, kind, shown_at=shown_at, **more)  # type: ignore[arg-type]


def _told(town: Town) -> list[tuple[str, int]]:
    with town.desk.record.read() as conn:
        return [(row.kind, row.shown_at) for row in conn.execute(select(rows).order_by(rows.c.kind))]


def test_answers_cross_once_with_their_batch(town: Town) -> None:
    """At its moment, or the next one where that is over; those of a later batch stay; a second round adds nothing."""
    ada, bob, cat = (town.owner(name, square(0)) for name in ("ada", "bob", "cat"))
    request = town.asks()
    town.round()
    for who in (ada, bob):
        _say(town, who, request, Kind.NO)
    _say(town, cat, request, Kind.NOTHING, batches=3)

    _round(town)
    _round(town)

    with town.desk.record.read() as conn:
        at = footage_answers.batch_at(database_now(conn), 0)
    assert _told(town) == [("no", at)] * 2
    with town.stores.vault.read() as conn:
        assert [inbox_answers.of(conn, who)[request].crossed for who in (ada, bob, cat)] == [True, True, False]


@pytest.mark.engines("sqlite")
def test_killed_between_the_sides_it_brings_the_same_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record has it, the identity side does not know: the next round changes nothing there."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    town.round()
    _say(town, ada, request, Kind.NO)

    def killed(*_: object) -> None:
        raise Unavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(inbox_answers, "cross", killed)
        with pytest.raises(Unavailable):
            _round(town)
    before = _told(town)
    _round(town)

    assert _told(town) == before != []


@pytest.mark.engines("sqlite")
def test_a_clip_that_comes_late_goes_with_the_next_batch(town: Town) -> None:
    """Unpublished it stays; published after its moment it is shown at the next one, never added to what was shown."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    town.round()
    clip_id, _ = an_accepted_clip(town.stores.vault, ada)
    post_id = the_clip(town.stores.vault, clip_id).post_id
    builders.a_recorded_post(town.desk.record, builders.a_new_post(id=post_id))
    _say(town, ada, request, Kind.SHARED, clip=clip_id)
    _round(town)
    assert _told(town) == []

    with town.stores.vault.write(by=RESIDENT) as tx:
        tx.execute(update(clips).values(state="published"))
        now = tx.now()
    _round(town)

    ((kind, shown_at),) = _told(town)
    assert kind == "shared"
    assert shown_at > now
    assert shown_at % BATCH == 0


def test_a_clip_that_was_taken_back_before_its_batch_never_crosses(town: Town) -> None:
    """Nor anything of the answer, whether its post was made already or not; one that another shared does."""
    ada, bob, cat = (town.owner(name, square(0)) for name in ("ada", "bob", "cat"))
    request = town.asks()
    town.round()
    shared = {who: an_accepted_clip(town.stores.vault, who)[0] for who in (ada, bob, cat)}
    for who, clip_id in shared.items():
        post_id = the_clip(town.stores.vault, clip_id).post_id
        builders.a_recorded_post(town.desk.record, builders.a_new_post(id=post_id))
        _say(town, who, request, Kind.SHARED, clip=clip_id)
    with town.stores.vault.write(by=RESIDENT) as tx:
        tx.execute(update(clips).where(clips.c.id != shared[ada]).values(state="published"))

    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_answers.erase(tx, ada, request)  # bob's stays: it is the last hour, in which none is changed
        for who in (ada, bob):
            clips_of.withdraw(tx, shared[who])
    for who in (ada, bob):
        assert take_back(town.stores, shared[who])
    _round(town)

    post = {who: the_clip(town.stores.vault, clip_id).post_id for who, clip_id in shared.items()}
    with town.desk.record.read() as conn:
        crossed = list(conn.execute(select(rows.c.post_id)).scalars())
        stands = posts.states(conn, post.values())
    assert crossed == [post[cat]]
    assert [stands[post[who]] for who in (ada, bob)] == ["withdrawn"] * 2


@pytest.mark.parametrize("opened", [False, True])
def test_a_contact_goes_back_until_it_is_opened(town: Town, opened: bool) -> None:
    """Its owner is told which of the two it was; the identity side holds no sealed copy once it crossed."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    town.round()
    with town.desk.record.read() as conn:
        public = case_keys.public_of(conn, town.case)
    assert public is not None
    _say(town, ada, request, Kind.ASK_ME, contact=case_keys.seal(public, request, b"816 555 0100"))
    _round(town)
    with town.stores.vault.read() as conn:
        assert conn.execute(select(said.c.contact)).scalar_one() is None
    if opened:
        with town.desk.record.write(by=Actor(f"staff:{town.detective}")) as tx:
            tx.execute(update(rows).values(shown_at=tx.now() - HOUR))
            answer = tx.connection.execute(select(rows.c.id)).scalar_one()
            told = footage_answers.open_contact(tx, KEY, town.case, answer, by=town.detective)
            assert told == "816 555 0100"

    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_answers.want_back(tx, ada, request)
    _round(town)

    with town.stores.vault.read() as conn:
        state = inbox_answers.of(conn, ada)[request].contact
    with town.desk.record.read() as conn:
        left = conn.execute(select(rows.c.contact)).scalar_one()
    assert (state, left is None) == ((Contact.OPENED, False) if opened else (Contact.GONE, True))
    if not opened:
        with town.desk.record.write(by=Actor(f"staff:{town.detective}")) as tx:
            tx.execute(update(rows).values(shown_at=tx.now() - HOUR))
            answer = tx.connection.execute(select(rows.c.id)).scalar_one()
            with pytest.raises(NotThere):
                footage_answers.open_contact(tx, KEY, town.case, answer, by=town.detective)
            tx.audit("test", "")


@pytest.mark.engines("sqlite")
def test_what_may_be_said_after_what() -> None:
    """All is open until an hour before the moment; then nothing, until it crossed; then a clip alone may follow."""
    at = 100 * HOUR
    open_until = at - inbox_answers.CLOSED_MS

    def answer(kind: Kind, *, crossed: bool = False, gone: bool = False) -> inbox_answers.Answer:
        return inbox_answers.Answer("x", kind, None, Contact.NONE, None, at, crossed, gone)

    for kind in Kind:
        assert inbox_answers.may(None, kind, now=at)
        assert inbox_answers.may(answer(Kind.NO), kind, now=open_until - 1)
        assert not inbox_answers.may(answer(Kind.NO), kind, now=open_until)
        assert inbox_answers.may(answer(Kind.SHARED, gone=True), kind, now=open_until)
        assert inbox_answers.may(answer(Kind.NO, crossed=True), kind, now=at) == (kind is Kind.SHARED)
        assert not inbox_answers.may(answer(Kind.SHARED, crossed=True), kind, now=at)
    with pytest.raises(Conflict) as on_its_way:
        inbox_answers.demand_may(answer(Kind.NO), Kind.NOTHING, now=open_until)
    assert on_its_way.value.code == "answer_on_its_way"


def test_a_flag_crosses_with_its_batch_and_not_before(town: Town) -> None:
    """Once, also of a request that is over by then; without a line of the audit, and its words leave this side."""
    ada, bob = town.owner("ada", square(0)), town.owner("bob", square(1))
    request = town.asks()
    town.round()
    for who, batches in ((ada, 0), (bob, 3)):
        with town.stores.vault.write(by=RESIDENT) as tx:
            shown_at = (tx.now() // BATCH + batches) * BATCH
            inbox_flags.say(tx, who, request, reason="pressure", text="It presses.", shown_at=shown_at)
    with town.desk.record.write(by=Actor(f"staff:{town.detective}")) as tx:
        footage.move(tx, town.desk.asker(town.detective), request, Act.RESOLVE)
    with town.desk.record.read() as conn:
        head = audit.head(conn)

    town.round()
    _round(town)
    _round(town)

    with town.desk.record.read() as conn:
        at = footage_answers.batch_at(database_now(conn), 0)
        told = [(row.request_id, row.origin, row.text, row.shown_at) for row in conn.execute(select(request_flags))]
        assert audit.head(conn) == head
    assert told == [(request, "resident", "It presses.", at)]
    with town.stores.vault.read() as conn:
        mine = [inbox_flags.of(conn, who)[request] for who in (ada, bob)]
    assert [(one.crossed, one.text) for one in mine] == [(True, ""), (False, "It presses.")]
