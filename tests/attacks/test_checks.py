"""Attacks 92 to 94: what removed clips looked like, who sent what was held or refused, and boxes that nobody drew.

They need no city of people: the airlock, the record under each program's role, and the staff program.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.errors import Unavailable
from storage.moderation import blurs, flags, known_bad
from storage.moderation.decisions import BLUR
from storage.posts.posts import Post
from storage.schema import blurs as rows, decisions as decision_rows, known_bad as lists, removed_views
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.conftest import (  # noqa: F401 - fixtures
    NewClient,
    NewStaff,
    a_member,
    as_staff,
    client,
    given,
    settings,
    staff_app,
)
from tests.attacks.table import Tried
from tests.storage.identity.making import a_resident, an_accepted_clip
from tests.workers.airlock.conftest import (  # noqa: F401 - fixtures
    NewClip,
    accepted,
    ada,
    airlock,
    clip_bytes,
    doorbell,
    make_clip,
    tools,
    vault,
)
from tests.workers.airlock.looking import clip_of
from workers.airlock.admit import Airlock, admit
from workers.airlock.moderating import blurring
from workers.airlock.moderating.blurring import blur_all

VIEWS = bytes(range(1, 81))
OUTSIDE = ("staff", "resident", "feed", "public", "chores")
ADDRESSES = ("/v1/moderation/queue", "/v1/flags", "/v1/audit?limit=100", "/v1/posts/{}/decisions", "/v1/posts/{}")


@pytest.mark.engines("postgresql")
def test_a92_nobody_but_the_airlock_holds_a_picture_against_a_removed_one(
    record: Database,
    bell: Bell,
    as_staff: NewClient,  # noqa: F811
    tried: Tried,
) -> None:
    """No role reads what removed clips looked like, or a list, and no answer holds it, whoever of the staff asks."""
    post = builders.a_published_post(record, bell)
    with record.write(by=AIRLOCK) as tx:
        tx.execute(insert(removed_views).values(post_id=post.id, views=VIEWS, at=tx.now()))
        known_bad.load(tx, "state", reason="child", files=[VIEWS[:32]], views=[VIEWS[:8]])
    asked, roles = 0, [builders.as_role(record, role) for role in OUTSIDE]
    for seen in roles:
        for table in (removed_views, lists):
            for column in table.c:
                asked += 1
                with pytest.raises((DBAPIError, Unavailable)), seen.read() as conn:
                    conn.execute(select(func.count(column))).one()
    answers = b""
    for role in Role:
        person = as_staff(role)
        for address in ADDRESSES:
            asked += 1
            answers += person.get(address.format(post.id)).content
    tried(asked)

    written = [VIEWS.hex(), VIEWS[:8].hex(), VIEWS[:32].hex(), str(int.from_bytes(VIEWS[:8]))]
    assert not [one for one in written if one.encode() in answers]
    assert b"known_bad.load" in answers, "an admin reads that a list was loaded"


@pytest.mark.engines("sqlite")
def test_a93_what_is_held_is_held_alike_whoever_sent_it(
    airlock: Airlock,  # noqa: F811
    accepted: NewClip,  # noqa: F811
    clip_bytes: bytes,  # noqa: F811
    as_staff: NewClient,  # noqa: F811
    tried: Tried,
) -> None:
    """The same file by one person twice and by another once: three posts that no moderator can sort by author."""
    stores = airlock.stores
    with stores.record.write(by=OPERATOR) as tx:
        known_bad.load(tx, "state", reason="child", files=[hashlib.sha256(clip_bytes).digest()], views=[])
    ben = a_resident(stores.vault, "ben@example.org")
    sent = [accepted(), accepted(), an_accepted_clip(stores.vault, ben, clip_bytes, stores.originals)[0]]
    for clip_id in sent:
        admit(airlock, clip_id)
    tried(len(sent))

    moderator, admin = as_staff(Role.MODERATOR), as_staff(Role.ADMIN)
    items = {one["post"]["id"]: one for one in moderator.get("/v1/moderation/queue").json()["items"]}
    told = [_without(json.dumps(items[clip_of(airlock, one).post_id], sort_keys=True)) for one in sent]
    assert told[0] == told[1] == told[2]
    assert json.loads(told[0])["kinds"] == ["flag", "hold"]
    lines = [admin.get(f"/v1/audit?subject={clip_of(airlock, one).post_id}").json()["items"] for one in sent]
    assert len({_without(json.dumps([_line(line) for line in each])) for each in lines}) == 1


FORGED: dict[str, Callable[[Database, NewStaff, Post], tuple[str, str]]] = {
    "by an analyst": lambda record, member, post: (_decides(record, member(Role.ANALYST), post), post.id),
    "by a moderator of elsewhere": lambda record, member, post: (
        _decides(record, member(Role.MODERATOR, "East"), post),
        post.id,
    ),
    "a decision of another verb": lambda record, member, post: (
        _decides(record, member(Role.MODERATOR), post, verb="hide"),
        post.id,
    ),
    "a decision that was undone": lambda record, member, post: (
        _decides(record, member(Role.MODERATOR), post, undone=True),
        post.id,
    ),
    "by somebody who is gone": lambda record, member, post: (
        _decides(record, member(Role.MODERATOR), post, gone=True),
        post.id,
    ),
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("forged", FORGED)
def test_a94_a_row_that_somebody_else_wrote_changes_no_picture(
    forged: str,
    airlock: Airlock,  # noqa: F811
    bell: Bell,
    a_member: NewStaff,  # noqa: F811
    tried: Tried,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever writes into the record past the program: no post's media, state or line of the feed is another for it."""
    record = airlock.stores.record
    monkeypatch.setattr(blurring, "_demand_sandbox", lambda _tools: None)
    post = builders.a_published_post(record, bell, kind="photo")
    decision, about = FORGED[forged](record, a_member, post)
    with record.write(by=OPERATOR) as tx:
        row = {"decision_id": decision, "post_id": about, "boxes": "[[0, 0, 100, 100]]", "returns": True}
        tx.execute(insert(rows).values(**row, state="asked", tries=0, media_keys="[]"))
        tx.audit("made.up", "forgery")
    before = builders.the_post(record, post.id)
    tried(1)

    blur_all(airlock)

    assert builders.the_post(record, post.id) == before
    with record.read() as conn:
        assert blurs.due(conn) == []
        assert flags.of_posts(conn, [post.id]) == {}


def _decides(
    record: Database, member: Any, post: Post, *, verb: str = BLUR, undone: bool = False, gone: bool = False
) -> str:
    with record.write(by=OPERATOR) as tx:
        decision = builders.a_decision(tx, post.id, verb, by=member)
        if undone:
            tx.execute(update(decision_rows).where(decision_rows.c.id == decision).values(undone=True))
        if gone:
            staff.end(tx, member)
    return decision


def _without(told: str) -> str:
    """Ids are drawn for each post; nothing else may differ."""
    return re.sub(r"\b[a-z2-7]{26}\b", "ID", told)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "seq"}
