"""A post that a case holds: kept to it when its time is over, or there for it alone from the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from feed import keeping, posting
from feed.bell import Bell
from feed.posting import Outcome
from storage import audit, feed_log
from storage.cases import holds as case_holds
from storage.db import AIRLOCK, CHORES, OPERATOR, RESIDENT, Database
from storage.feed_log import Kind
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.posts import comments, lists as post_lists, posts
from storage.posts.lists import Wanted
from storage.posts.posts import PostState, Verb
from storage.schema import letters
from tests.builders import a_new_post, a_published_post, a_rendition, arriving, division, some_files, some_pieces
from tests.cases import an_open_case, link

pytestmark = pytest.mark.usefixtures("city")


def test_what_a_case_holds_is_kept_to_it_and_told_as_over(record: Database, bell: Bell) -> None:
    """Its words are found no more, what neighbours said goes, and those who listen are told what they always are."""
    post, case = a_published_post(record, bell, title="A dented van"), an_open_case(record)
    link(record, case, post.id)
    with record.write(by=RESIDENT) as tx:
        comments.add(tx, post.id, name="n", text="Mine!", at=0)

    assert _keep(record, bell, post.id)

    assert _found(record, post.id) == (None, PostState.KEPT)
    assert _lines(record)[-1] == (Kind.EXPIRED, post.id)
    with record.read() as conn:
        assert comments.of_post(conn, post.id) == []
        kept = posts.one(conn, [division()], post.id, kept=True)
        for words in (None, "dented"):
            for states in ([PostState.LIVE], [one for one in PostState if one is not PostState.KEPT]):
                wanted = Wanted(words=words, states=states)
                found = post_lists.page(conn, [division()], wanted, before=None, limit=9)
                assert found == [], (words, states)
    assert kept is not None
    assert (kept.title, kept.renditions) == (post.title, post.renditions)
    assert not _keep(record, bell, post.id)


def test_what_its_author_was_asked_stays_with_the_case_and_goes_with_the_post(record: Database, bell: Bell) -> None:
    """The answers are the case's; a post that is taken back leaves none."""
    post, case = a_published_post(record, bell), an_open_case(record)
    link(record, case, post.id)
    with record.write(by=OPERATOR) as tx:
        asked = {
            "id": "l",
            "thread": "l",
            "kind": "question",
            "post_id": post.id,
            "case_id": case.id,
            "text": "And before?",
        }
        due = {"asked_by": case.detective.id, "asked_at": 0, "due_at": 0, "ends_at": 0, "carried_out": True}
        tx.execute(insert(letters).values(**asked, **due, listed="", reason="", guidelines=0))
        tx.audit("test", post.id)

    assert _keep(record, bell, post.id)
    assert _letters(record) == ["And before?"]

    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)
    assert _letters(record) == []


def _letters(record: Database) -> list[str]:
    with record.read() as conn:
        return list(conn.execute(select(letters.c.text)).scalars())


@pytest.mark.parametrize("why", ["no case", "hidden", "never there"])
def test_nothing_else_is_kept(record: Database, bell: Bell, why: str) -> None:
    """What no case holds, or what nobody sees, ends as ever."""
    post, case = a_published_post(record, bell), an_open_case(record)
    if why == "hidden":
        link(record, case, post.id)
        with record.write(by=CHORES) as tx:
            posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")

    assert not _keep(record, bell, PostId("x") if why == "never there" else post.id)

    assert _found(record, post.id)[1] is (PostState.HIDDEN if why == "hidden" else PostState.LIVE)


def test_a_clip_that_was_shared_for_a_case_is_told_to_nobody(record: Database, bell: Bell) -> None:
    """No line of the log, no number of it, no flag of the check, no list; its media arrive as any other's."""
    case, pieces = an_open_case(record), some_pieces(0, 1)
    new = replace(a_new_post(), kept_for=case.id)

    with record.write(by=AIRLOCK) as tx:
        done = [posting.publish(tx, bell, new, [a_rendition("poster.jpg")], generation=1, first=arriving(pieces))]
        done += [posting.arrive(tx, bell, new.id, "480p.mp4", some_pieces(2), generation=1, whole=True)]
        done += [posting.add_media(tx, bell, new.id, [a_rendition("720p.mp4")], generation=1, last=True)]
        done += [posting.publish(tx, bell, new, some_files(), generation=2)]

    assert done == [Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.FENCED]
    assert _found(record, new.id) == (None, PostState.KEPT)
    assert _lines(record) == []
    with record.read() as conn:
        assert case_holds.of_case(conn, case.id) == case_holds.held(conn, [new.id]) == {new.id}
        assert feed_log.head(conn).seq == 0
        actions = [line.action for line in audit.page(conn, before=None, limit=3)]
    assert actions.count("post.keep") == 1
    assert "post.publish" not in actions


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_its_end_is_told_to_nobody(record: Database, bell: Bell, verb: Verb) -> None:
    """Its author takes it back, or no case holds it any more: the same tombstone, its bytes nobody's, no line."""
    case, files = an_open_case(record), some_files()
    new = replace(a_new_post(), kept_for=case.id)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, files, generation=1, last=True)

    with record.write(by=AIRLOCK) as tx:
        keys = posting.end(tx, bell, new.id, verb)

    assert sorted(keys) == sorted(file.key for file in files)
    assert _lines(record) == []
    with record.read() as conn:
        assert posts.one(conn, [division()], new.id, kept=True) is None
        assert case_holds.of_case(conn, case.id) == set()


def test_no_moderator_decides_about_it(record: Database, bell: Bell) -> None:
    """It is not there for them: what is removed could be restored, and that would show it to everybody."""
    new = replace(a_new_post(), kept_for=an_open_case(record).id)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files(), generation=1, last=True)

    for verb in (Verb.HOLD, Verb.HIDE, Verb.RESTORE, Verb.REMOVE):
        with record.write(by=CHORES) as tx, pytest.raises(NotThere):
            posting.decide(tx, bell, new.id, verb, reason="other")


def _keep(record: Database, bell: Bell, post_id: PostId) -> bool:
    with record.write(by=CHORES) as tx:
        return keeping.keep(tx, bell, post_id)


def _found(record: Database, post_id: PostId) -> tuple[object, PostState | None]:
    with record.read() as conn:
        return posts.one(conn, [division()], post_id), posts.state_of(conn, post_id)


def _lines(record: Database) -> Sequence[tuple[Kind, str]]:
    with record.read() as conn:
        return [
            (line.kind, line.post_id) for line in feed_log.after(conn, 0, limit=100) if line.kind is not Kind.RIGHTS
        ]
