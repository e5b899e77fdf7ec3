"""What moderators want blurred, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from storage.db import OPERATOR, Database, Tx
from storage.kit.ids import PostId
from storage.moderation import blurs
from storage.moderation.blurs import Blur, BlurState
from storage.schema import blurs as rows
from tests import builders
from tests.builders import a_moderator, a_new_post, a_recorded_post

pytestmark = pytest.mark.usefixtures("city")
BOXES = ((60, 10, 90, 40), (5, 5, 20, 25))


@pytest.fixture
def post_id(record: Database) -> PostId:
    """A live post."""
    return a_recorded_post(record, a_new_post()).id


def ask(record: Database, post_id: PostId, *, verb: str = "blur", returns: bool = False) -> Blur:
    """A moderator draws two boxes."""
    moderator = a_moderator(record, f"mo {verb} {returns}")
    with record.write(by=OPERATOR) as tx:
        decision = builders.a_decision(tx, post_id, verb, by=moderator)
        blurs.ask(tx, post_id, decision, BOXES, returns=returns)
    return the_blur(record, decision)


def the_blur(record: Database, decision: str) -> Blur:
    """As it stands; fails where it is over."""
    (found,) = [one for one in due(record) if one.decision_id == decision]
    return found


def due(record: Database) -> list[Blur]:
    """What is to be done."""
    with record.read() as conn:
        return blurs.due(conn)


def do(record: Database, what: Callable[[Tx], object]) -> None:
    """In a transaction of its own."""
    with record.write(by=OPERATOR) as tx:
        what(tx)


def test_what_is_asked_for_is_due_with_its_boxes_and_guideline(record: Database, post_id: PostId) -> None:
    """In one order, whoever drew them in which; nothing tried, nothing in the bucket."""
    blur = ask(record, post_id, returns=True)

    assert blur == Blur(
        blur.decision_id, post_id, tuple(sorted(BOXES)), True, BlurState.ASKED, tries=0, media_keys=(), reason="privacy"
    )
    with record.read() as conn:
        assert blurs.is_asked(conn, post_id)


def test_an_attempt_that_was_given_back_does_not_count(record: Database, post_id: PostId) -> None:
    """Each other one does, and begins with nothing of the one before in the bucket."""
    asked = ask(record, post_id)
    do(record, lambda tx: blurs.begin(tx, asked))
    first = the_blur(record, asked.decision_id)
    do(record, lambda tx: blurs.note(tx, first, ["key"]))
    noted = the_blur(record, asked.decision_id)
    do(record, lambda tx: blurs.begin(tx, noted))
    second = the_blur(record, asked.decision_id)
    do(record, lambda tx: blurs.give_back(tx, noted))

    assert [(one.tries, one.media_keys) for one in (first, noted, second)] == [(1, ()), (1, ("key",)), (2, ())]
    assert the_blur(record, asked.decision_id).tries == 1


def test_once_replaced_the_boxes_are_forgotten_and_the_old_media_stand_in_its_books(
    record: Database, post_id: PostId
) -> None:
    """It is due still, for they are to be deleted; new media are not to come any more."""
    asked = ask(record, post_id)

    do(record, lambda tx: blurs.set_replaced(tx, asked, {"old b", "old a"}))

    found = the_blur(record, asked.decision_id)
    assert (found.state, found.boxes, found.media_keys) == (BlurState.REPLACED, (), ("old a", "old b"))
    with record.read() as conn:
        assert not blurs.is_asked(conn, post_id)


def test_what_is_over_is_not_due_and_no_box_is_left(record: Database, post_id: PostId) -> None:
    """Nor can somebody take it in hand again."""
    asked = ask(record, post_id)
    do(record, lambda tx: blurs.note(tx, asked, ["key"]))

    do(record, lambda tx: blurs.end(tx, asked, BlurState.FAILED))

    assert due(record) == []
    with record.write(by=OPERATOR) as tx:
        assert blurs.locked(tx, asked.decision_id) is None
        left = tx.connection.execute(select(rows.c.state, rows.c.boxes, rows.c.media_keys)).one()
    assert tuple(left) == ("failed", "[]", "[]")


def test_one_is_taken_in_hand_as_it_is_now(record: Database, post_id: PostId) -> None:
    """Not as it was when somebody listed it."""
    asked = ask(record, post_id)
    do(record, lambda tx: blurs.begin(tx, asked))

    with record.write(by=OPERATOR) as tx:
        found = blurs.locked(tx, asked.decision_id)

    assert found is not None and found.tries == 1


def test_a_row_without_a_moderators_word_to_blur_changes_no_picture(record: Database, post_id: PostId) -> None:
    """Another decision of theirs is not that word."""
    true, other = ask(record, post_id), ask(record, post_id, verb="hide")

    with record.read() as conn:
        assert [blurs.is_true(conn, one) for one in (true, other)] == [True, False]
