"""What a check finds in a post that is shown takes it off every screen."""

from __future__ import annotations

import pytest

from feed import holding, posting
from feed.bell import Bell
from storage import feed_log
from storage.db import AIRLOCK, Database
from storage.feed_log import Kind
from storage.moderation import flags
from storage.moderation.held import Held
from storage.posts.posts import PostState, Verb
from tests import builders
from tests.builders import NOON

pytestmark = [pytest.mark.usefixtures("city"), pytest.mark.engines("sqlite")]
FOUND = [Held("child", "known_bad state"), Held("other", "returned")]


def test_a_live_post_is_held_with_a_flag_for_each_finding(record: Database, bell: Bell) -> None:
    """And everybody who has it is told once; a list's name is for moderators, its author is told the kind."""
    post = builders.a_published_post(record, bell)

    with record.write(by=AIRLOCK) as tx:
        holding.hold_for(tx, bell, post.id, FOUND, at=NOON)

    assert builders.the_post(record, post.id).state is PostState.HELD
    with record.read() as conn:
        assert [line.kind for line in feed_log.after(conn, 0, limit=9)][-1] is Kind.HIDDEN
        said = {(flag.reason, flag.text, flag.origin) for flag in flags.of_posts(conn, [post.id])[post.id]}
    assert said == {("child", "known_bad state", "check"), ("other", "returned", "check")}
    assert [one.code for one in FOUND] == ["known_bad", "returned"]


def test_one_that_is_off_only_gets_the_flags(record: Database, bell: Bell) -> None:
    """A moderator's word stands; of one that was taken back nothing is left, and without a finding nothing happens."""
    hidden, gone, fine = (builders.a_published_post(record, bell).id for _ in range(3))
    with record.write(by=AIRLOCK) as tx:
        posting.decide(tx, bell, hidden, Verb.HIDE, reason="privacy")
        posting.end(tx, bell, gone, Verb.WITHDRAW)
        for post_id, found in ((hidden, FOUND), (gone, FOUND), (fine, [])):
            holding.hold_for(tx, bell, post_id, found, at=NOON)

    with record.read() as conn:
        assert {post_id: len(said) for post_id, said in flags.of_posts(conn, [hidden, gone, fine]).items()} == {
            hidden: 2
        }
    assert builders.the_post(record, hidden).state is PostState.HIDDEN
    assert builders.the_post(record, fine).state is PostState.LIVE
