"""What looks at a city after the faults sees what is wrong with it: a check that cannot fail proves nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest

from feed import posting
from feed.bell import Bell
from storage import feed_log
from storage.db import AIRLOCK, Database
from storage.posts.posts import Verb
from tests import builders
from tests.faults.outcome import Outcome, check_listeners, check_record
from tests.faults.people import Listener


class Heard:
    """A listener that heard these events since the log's beginning."""

    def __init__(self, events: list[dict[str, Any]], divisions: tuple[str, ...] = ()) -> None:
        self.name, self.start, self.events, self.divisions = "listener", "epoch:0", events, divisions


@pytest.fixture
def told(record: Database, bell: Bell, city: builders.City) -> list[dict[str, Any]]:
    """All that the log tells of two posts, one of which was withdrawn."""
    stays = builders.a_published_post(record, bell)
    goes = builders.a_published_post(record, bell, division="East")
    with record.write(by=AIRLOCK) as tx:
        posting.end(tx, bell, goes.id, Verb.WITHDRAW)
    with record.read() as conn:
        lines = feed_log.after(conn, 0, limit=100)
    assert {line.post_id for line in lines} == {stays.id, goes.id}
    return [{"seq": line.seq, "kind": str(line.kind), "post_id": line.post_id} for line in lines]


def test_a_history_equal_to_the_log_is_fine(record: Database, told: list[dict[str, Any]]) -> None:
    """Whole; or without what was told of a post that has since been withdrawn; or of one's own division only."""
    gone = told[-1]["post_id"]
    late = [event for event in told if event["post_id"] != gone or event is told[-1]]
    central = [event for event in told if event["post_id"] != gone]

    assert _wrong(record, told) == []
    assert _wrong(record, late) == []
    assert _wrong(record, central, ("Central",)) == []


def test_a_history_that_differs_from_the_log_is_seen(record: Database, told: list[dict[str, Any]]) -> None:
    """A missed event, a doubled one, a changed order, another kind, one of nowhere, one of another division."""
    missed, doubled, turned = told[1:], [*told, told[-1]], [told[1], told[0], *told[2:]]
    changed = [{**told[0], "kind": "post.hidden"}, *told[1:]]
    invented = [*told, {"seq": 99, "kind": "post.published", "post_id": "x"}]

    for history in (missed, doubled, turned, changed, invented):
        assert _wrong(record, history) != []
    assert _wrong(record, told[:-1]) != [], "a withdrawal that was not heard"
    assert _wrong(record, told, ("Central",)) != []


def test_a_post_nobody_sent_is_seen(record: Database, told: list[dict[str, Any]]) -> None:
    """One more live post than clips were kept."""
    outcome = Outcome({}, {}, [])

    check_record(outcome, record, {})

    assert outcome.wrong == ["the live posts are not the clips that were kept"]


def _wrong(record: Database, events: list[dict[str, Any]], divisions: tuple[str, ...] = ()) -> list[str]:
    outcome = Outcome({}, {}, [])
    check_listeners(outcome, record, [cast(Listener, Heard(events, divisions))])
    return outcome.wrong
