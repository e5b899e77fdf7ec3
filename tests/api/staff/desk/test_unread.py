"""What is new to a member of staff."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.posts.posts import Verb
from storage.staff import staff, unread
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff


@pytest.fixture
def analyst(as_staff: NewClient) -> Client:
    """An analyst of Central who has been here before."""
    client = as_staff(Role.ANALYST, "Central")
    assert _new_to(client) == []
    return client


def _new_to(client: Client) -> list[str]:
    return [item["id"] for item in client.get("/v1/unread").json()["items"]]


def test_what_came_before_the_first_visit_is_not_new(record: Database, bell: Bell, as_staff: NewClient) -> None:
    """What comes after it is, newest first, and with its division; of other divisions nothing."""
    builders.a_published_post(record, bell)
    analyst = as_staff(Role.ANALYST, "Central")
    assert _new_to(analyst) == []

    first, second = (builders.a_published_post(record, bell) for _ in range(2))
    builders.a_published_post(record, bell, division="East")

    assert analyst.get("/v1/unread").json() == {
        "items": [{"id": one.id, "division_id": builders.division("Central")} for one in (second, first)]
    }


def test_what_one_viewed_is_read_at_every_desk_and_by_nobody_else(
    record: Database, bell: Bell, client: NewClient, staff_app: object, a_member: NewStaff
) -> None:
    """A second log-in of the same analyst sees what the first has left."""
    ana, bo = a_member(Role.ANALYST, "Central"), a_member(Role.ANALYST, "Central")
    with record.write(by=OPERATOR) as tx:
        here, there, of_bo = (client(staff_app, staff.log_in(tx, who)) for who in (ana, ana, bo))
    for each in (here, there, of_bo):
        _new_to(each)
    viewed, other = (builders.a_published_post(record, bell) for _ in range(2))

    here.get(f"/v1/posts/{viewed.id}")
    here.get(f"/v1/posts/{viewed.id}")

    assert (_new_to(here), _new_to(there)) == ([other.id], [other.id])
    assert _new_to(of_bo) == [other.id, viewed.id]


def test_marking_as_read_spares_what_came_after(record: Database, bell: Bell, analyst: Client) -> None:
    """The mark never goes back, and stands at a post that one may see."""
    first, second, third = (builders.a_published_post(record, bell) for _ in range(3))
    elsewhere = builders.a_published_post(record, bell, division="East")

    assert analyst.ask("DELETE", f"/v1/unread/{second.id}").status_code == 204
    assert analyst.ask("DELETE", f"/v1/unread/{first.id}").status_code == 204
    assert analyst.ask("DELETE", f"/v1/unread/{elsewhere.id}").status_code == 404

    assert _new_to(analyst) == [third.id]


def test_what_was_taken_back_is_not_new(record: Database, bell: Bell, analyst: Client) -> None:
    """Hidden while nobody looked; restored, it is new again. Its viewings are forgotten when it is over for good."""
    post = builders.a_published_post(record, bell)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")
    assert _new_to(analyst) == []

    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.RESTORE, reason="privacy")
    assert _new_to(analyst) == [post.id]

    analyst.get(f"/v1/posts/{post.id}")
    builders.entomb(record, post.id)
    with record.write(by=OPERATOR) as tx:
        assert [unread.forget(tx) for _ in range(2)] == [1, 0]


def test_the_newest_posts_alone_are_looked_through(
    record: Database, bell: Bell, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are above the mark."""
    monkeypatch.setattr(unread, "NEWEST", 2)
    posts = [builders.a_published_post(record, bell) for _ in range(3)]

    assert _new_to(analyst) == [posts[2].id, posts[1].id]
