"""A suspended resident sends nothing, and is told until when, why and how to answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from api.resident.desk import Desk
from api.staff.app import create_app as create_staff
from api.stores import Stores
from storage.db import AIRLOCK, OPERATOR
from storage.identity.residents import suspended
from storage.identity.schema import clips as rows
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.posts import changes as post_changes
from storage.posts.posts import PostState
from storage.schema import suspensions as requests
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.conftest import NewClient
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour, said
from workers.airlock.moderating.suspending import carry_out
from workers.airlock.nobodys import end_authorship

pytestmark = pytest.mark.engines("sqlite")


def suspend(desk: Desk) -> PostId:
    """Suspends who sent the only clip there is; answers its post."""
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        post_id = PostId(tx.connection.execute(rows.select()).one().post_id)
        suspended.begin(tx, post_id, reason="harassment", guidelines=2, life=30 * DAY)
    return post_id


def test_nothing_about_another_post_of_theirs_changes_at_the_desk(
    ada: Neighbour, desk: Desk, client: NewClient, town: Town
) -> None:
    """Two posts of one author, one suspended through: every answer about the other is the same, byte by byte."""
    one, other = (_hidden_post(desk, ada, town) for _ in range(2))
    stores = desk.stores
    program = create_staff(Stores(builders.as_role(stores.record, "staff"), stores.media, stores.bell, desk.settings))
    with stores.record.write(by=OPERATOR) as tx:
        members = [staff.make(tx, name) for name in ("mo", "ben", "cyd")]
        for member in members:
            staff.grant(tx, member, Role.MODERATOR, town.central)
        mo, ben, cyd = (client(program, staff.log_in(tx, member)) for member in members)

    def answers() -> list[tuple[int, bytes]]:
        asked = [f"/v1/posts/{other}", f"/v1/posts/{other}/decisions", "/v1/moderation/queue", "/v1/posts"]
        asked += [f"/v1/moderation/posts?state={state}" for state in ("held", "hidden", "removed")]
        return [(answer.status_code, answer.content) for answer in map(cyd.get, asked)]

    def suspend_author(post_id: PostId) -> list[tuple[int, object]]:
        body = {"verb": "suspend", "reason": "harassment"}
        told = [who.post(f"/v1/posts/{post_id}/decisions", body) for who in (mo, ben)]
        with stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(requests).values(due_at=0))
            tx.audit("test", post_id)
        carry_out(stores, 30 * DAY)
        told.append(cyd.get(f"/v1/posts/{post_id}/decisions"))
        return [(one.status_code, one.json().get("waits_for_second", one.json().get("suspension"))) for one in told]

    before = answers()
    first = suspend_author(one)

    assert ada.get("/v1/me")["suspended"] is not None
    assert answers() == before
    assert suspend_author(other) == first == [(200, True), (200, False), (200, "carried_out")]


def test_sending_is_refused_before_there_is_anything(ada: Neighbour, neighbour: NewNeighbour, desk: Desk) -> None:
    """No upload, no clip, no row but those that were there; whoever else lives there sends as before."""
    upload = ada.upload()
    ada.post()
    suspend(desk)

    answers = [
        ada.ask("POST", "/v1/uploads", {"bytes": 10, "type": "video/mp4"}),
        ada.ask("POST", "/v1/posts", said(ada.block, upload_id=upload), headers={"Idempotency-Key": "x" * 20}),
    ]

    for answer in answers:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (403, "suspended")
        assert all(word in error["message"] for word in ("until 20", "My posts"))
    with desk.stores.vault.read() as conn:
        assert len(conn.execute(rows.select()).all()) == 1
    assert neighbour("bob").post().status_code == 202


def test_the_page_is_told_until_when_why_and_where_to_answer(ada: Neighbour, desk: Desk) -> None:
    """By the post in question, in their own list."""
    assert ada.get("/v1/me")["suspended"] is None
    ada.post()
    suspend(desk)

    told = ada.get("/v1/me")["suspended"]

    (mine,) = ada.get("/v1/posts/mine")["items"]
    assert told["decided_by"] == {"guideline": "harassment", "version": 2}
    assert told["handle"] == mine["handle"]
    assert told["until"] > clock.as_text(clock.now() + 29 * DAY)


def test_what_was_accepted_before_keeps_its_answer(ada: Neighbour, desk: Desk) -> None:
    """Forward only: the same request under the same key is the same clip, and it goes on."""
    upload = ada.upload()
    body, key = said(ada.block, upload_id=upload), {"Idempotency-Key": "y" * 20}
    first = ada.ask("POST", "/v1/posts", body, headers=key)
    suspend(desk)

    assert ada.ask("POST", "/v1/posts", body, headers=key).json() == first.json()
    assert ada.ask("GET", f"/v1/receipts/{first.json()['receipt']}").status_code == 200


def test_lifted_or_over_they_send_again(ada: Neighbour, desk: Desk) -> None:
    """Lifted by the post it was about, or when that is nobody's any more."""
    ada.post()
    post_id = suspend(desk)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        suspended.end(tx, post_id)
    assert ada.post().status_code == 202

    with desk.stores.vault.write(by=AIRLOCK) as tx:
        suspended.begin(tx, post_id, reason="spam", guidelines=2, life=30 * DAY)
    assert ada.ask("POST", "/v1/uploads", {"bytes": 10, "type": "video/mp4"}).status_code == 403
    assert end_authorship(desk.stores.vault, life=-1) > 0
    assert ada.post().status_code == 202


def _hidden_post(desk: Desk, ada: Neighbour, town: Town) -> PostId:
    before = _posts_of_clips(desk)
    ada.post()
    (post_id,) = _posts_of_clips(desk) - before
    new = replace(builders.a_new_post(id=post_id), block=town.blocks[0])
    with desk.stores.record.write(by=OPERATOR) as tx:
        post_changes.add(tx, new, generation=1, order_key=len(before) + 1)
        post_changes.set_state(tx, post_id, PostState.HIDDEN)
        tx.audit("test", post_id)
    return post_id


def _posts_of_clips(desk: Desk) -> set[PostId]:
    with desk.stores.vault.read() as conn:
        return {PostId(row.post_id) for row in conn.execute(rows.select())}
