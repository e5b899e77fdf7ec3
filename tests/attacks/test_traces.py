"""Attacks 28 to 33: whether what people do beside posting can be put together: comments, flags, lines of the audit."""

from __future__ import annotations

from sqlalchemy import select

from storage.kit.clock import QUARTER_HOUR
from storage.moderation.flags import AUTHOR
from storage.schema import audit_entries, flags
from tests.attacks.dependence import UNLIKELY, by_chance
from tests.attacks.table import Tried
from tests.attacks.world import World

FOR_RESIDENTS = ("resident", "airlock", "chores")


def test_a28_a_name_under_one_post_is_nobody_under_another(world: World, tried: Tried) -> None:
    """Whoever speaks has one name under a post; the same name elsewhere, or a part of it, is chance."""
    said = world.said
    names = {(post_id, who): {n for p, w, n in said if (p, w) == (post_id, who)} for post_id, who, _ in said}
    again = [
        (one, other)
        for number, (post_id, who, one) in enumerate(said)
        for other_id, other_who, other in said[:number]
        if who == other_who and post_id != other_id
    ]
    tried(len(again))

    assert {len(each) for each in names.values()} == {1}
    assert again
    assert sum(one == other for one, other in again) <= 1
    parts = zip(*(name.split() for _, _, name in said), strict=True)
    assert by_chance([who for _, who, _ in said], ["all"] * len(said), *parts) > UNLIKELY


def test_a29_an_author_under_their_own_post_is_one_of_many(world: World, tried: Tried) -> None:
    """A comment has an id, a name, words and a rounded time, whoever says it."""
    neighbour, of = world.attackers["neighbour"], world.by_post()
    found = [(sent, neighbour.listed(f"/v1/posts/{sent.post_id}/comments")) for sent in world.live]
    own = {name for post_id, who, name in world.said if of[post_id].author == who}
    tried(sum(len(comments) for _, comments in found))

    shapes = {tuple((key, type(value)) for key, value in one.items()) for _, comments in found for one in comments}
    assert shapes == {(("id", str), ("name", str), ("text", str), ("at", str))}
    assert own & {one["name"] for _, comments in found for one in comments}
    assert {one["at"][-6:] for _, comments in found for one in comments} <= {
        f"{minute:02d}:00Z" for minute in range(0, 60, 15)
    }


def test_a30_nobody_can_tell_who_flagged(world: World, tried: Tried) -> None:
    """Flags of several neighbours with the same words differ in nothing but their drawn ids, also on the record."""
    with world.stores.record() as record, record.read() as conn:
        rows = [dict(row._mapping) for row in conn.execute(select(flags).where(flags.c.origin != AUTHOR))]
    shown = world.attackers["moderator"].listed("/v1/flags")
    tried(len(rows))

    differ = {tuple((key, value) for key, value in row.items() if key not in ("id", "post_id")) for row in rows}
    assert len(rows) >= len(world.people)
    assert len({row[:4] for row in differ}) == 1
    assert {flagged["from"] for flagged in shown} == {"neighbour"}


def test_a31_what_its_author_is_told_police_see_is_what_they_see(world: World, tried: Tried) -> None:
    """Byte for byte: for the author, a neighbour and the analyst, on the post's page as in as-police-see-it."""
    analyst, neighbour = world.attackers["analyst"], world.attackers["neighbour"]
    tried(len(world.live))

    for sent in world.live:
        seen = analyst.get(f"/v1/posts/{sent.post_id}").body
        with world.author(sent).client(world.stack.resident) as http:
            own = [http.get(f"/v1/posts/{sent.post_id}{end}").content for end in ("", "/as-police-see-it")]
        theirs = neighbour.get(f"/v1/posts/{sent.post_id}/as-police-see-it").body
        assert {seen, theirs, *own} == {seen}


def test_a32_the_audit_rounds_the_time_of_whatever_a_resident_caused(world: World, tried: Tried) -> None:
    """Every line by residents, airlock or chores is of a full quarter hour, and names none of them."""
    with world.stores.record() as record, record.read() as conn:
        lines = conn.execute(select(audit_entries).where(audit_entries.c.by.in_(FOR_RESIDENTS))).all()
    tried(len(lines))

    assert len(lines) > len(world.sent)
    assert [line.seq for line in lines if line.at % QUARTER_HOUR] == []


def test_a33_asking_since_when_tells_no_finer_time(world: World, tried: Tried) -> None:
    """Whatever second the list is asked since, a post comes and goes with the quarter hour that it shows."""
    analyst = world.attackers["analyst"]
    posts = {post["id"]: post["published_at"] for post in analyst.listed()}
    asked = sorted({at.replace(":00Z", second) for at in posts.values() for second in (":00Z", ":00.001Z", ":01Z")})
    tried(len(asked))

    for since in asked:
        shown = {post["id"] for post in analyst.listed(since=since)}
        assert shown == {post_id for post_id, at in posts.items() if at.replace("Z", ".000Z") >= _with_parts(since)}


def _with_parts(at: str) -> str:
    return at if "." in at else at.replace("Z", ".000Z")
