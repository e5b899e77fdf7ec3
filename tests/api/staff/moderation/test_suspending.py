"""Two moderators suspend the author of a post, and learn of nobody."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import select, update

from api.staff.moderation import suspending
from feed.bell import Bell
from storage import audit
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.kit.clock import HOUR
from storage.kit.errors import Conflict
from storage.kit.ids import StaffId
from storage.moderation import appeals, decisions, suspensions
from storage.moderation.decisions import Why
from storage.moderation.suspensions import State
from storage.posts import changes as post_changes
from storage.posts.posts import Post, PostState
from storage.schema import suspensions as rows
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff
from tests.at_once import at_once
from tests.builders import NOON

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def cyd(as_staff: NewClient) -> Client:
    """A third."""
    return as_staff(Role.MODERATOR, "Central")


@pytest.fixture
def post(record: Database, bell: Bell, city: builders.City, ann: Client) -> Post:
    """A post of Central that was hidden."""
    made = builders.a_published_post(record, bell)
    assert decide(ann, made, "hide") == "hidden"
    return made


def decide(ask: Client, post: Post, verb: str, reason: str = "harassment") -> object:
    """The state after a decision, `waits` for one that another moderator is to agree to, or the code of what stood
    in the way.
    """
    answer = ask.post(f"/v1/posts/{post.id}/decisions", {"verb": verb, "reason": reason, "note": "again"}).json()
    if "error" in answer:
        return answer["error"]["code"]
    return "waits" if answer["waits_for_second"] else answer["state"]


def undo(ask: Client, post: Post) -> int:
    """The status of undoing the newest decision."""
    return ask.ask("DELETE", f"/v1/posts/{post.id}/decisions/last").status_code


def told(ask: Client, post: Post) -> object:
    """How far it is, as the desk says."""
    return ask.get(f"/v1/posts/{post.id}/decisions").json()["suspension"]


def kinds(ask: Client) -> list[object]:
    """What each post in the queue waits for."""
    return [one["kinds"] for one in ask.get("/v1/moderation/queue").json()["items"]]


def carry_out(record: Database) -> None:
    """The airlock's word that it looked, without looking."""
    with record.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(due_at=rows.c.due_at - 2 * HOUR).where(~rows.c.carried_out))
        for one in suspensions.take_due(tx):
            suspensions.set_carried_out(tx, one)


def test_the_first_proposes_and_the_second_agrees(ann: Client, ben: Client, post: Post) -> None:
    """Nobody agrees with themselves; the other one finds it in the queue, and once agreed it waits for nobody."""
    assert decide(ann, post, "suspend") == "waits"
    assert decide(ann, post, "suspend") == "needs_second"
    (waits,) = ben.get("/v1/moderation/queue").json()["items"]
    assert (waits["kinds"], waits["to_suspend"]["mine"], waits["to_suspend"]["reason"]) == (
        ["suspend"],
        False,
        "harassment",
    )
    assert (told(ben, post), kinds(ann)) == ("proposed", [["suspend"]])

    assert decide(ben, post, "suspend") == "hidden"

    assert (told(ann, post), kinds(ann)) == ("agreed", [])
    assert [decide(one, post, "suspend") for one in (ann, ben)] == ["asked_before"] * 2


def test_each_state_has_its_answer(record: Database, ann: Client, ben: Client, city: builders.City, bell: Bell) -> None:
    """Cell by cell: where the post is, times how far it is with its author; elsewhere it is not there."""
    ways: dict[State | None, list[Callable[[Post], object]]] = {
        None: [],
        State.PROPOSED: [lambda post: decide(ann, post, "suspend")],
    }
    ways[State.AGREED] = [*ways[State.PROPOSED], lambda post: decide(ben, post, "suspend")]
    ways[State.CARRIED_OUT] = [*ways[State.AGREED], lambda _: carry_out(record)]
    ways[State.LIFTING] = [*ways[State.CARRIED_OUT], lambda post: decide(ben, post, "restore")]
    ways[State.LIFTED] = [*ways[State.LIFTING], lambda _: carry_out(record)]
    off = (PostState.HIDDEN, PostState.REMOVED)
    stands = {None: "waits", State.PROPOSED: None, State.LIFTING: "waits", State.LIFTED: "waits"}

    def stand(post: Post, state: PostState) -> None:
        builders.set_state(record, post.id, state)

    for way, state in product(ways, off):
        post = builders.a_recorded_post(record, builders.a_new_post())
        decide(ann, post, "hide")
        for step in ways[way]:
            step(post)
        for shown in (PostState.LIVE, PostState.HELD):
            stand(post, shown)
            assert decide(ben, post, "suspend") == "still_shown", (way, shown)
        stand(post, state)

        expected = stands.get(way, "asked_before") or state.value
        assert (told(ann, post), decide(ben, post, "suspend")) == (way, expected), (way, state)


def test_elsewhere_it_is_not_there_and_no_other_role_may(as_staff: NewClient, post: Post) -> None:
    """Like any decision."""
    assert decide(as_staff(Role.MODERATOR, "East"), post, "suspend") == "not_there"
    assert decide(as_staff(Role.ANALYST, "Central"), post, "suspend") == "not_allowed"


def test_whoever_finds_nothing_wrong_turns_it_down(ann: Client, ben: Client, post: Post) -> None:
    """Then it takes two again; taking the post off for good, or another look at it, does not."""
    decide(ann, post, "suspend")
    decide(ben, post, "remove", "not_true")
    assert told(ann, post) == "proposed"

    decide(ben, post, "dismiss", "within_guidelines")
    assert (told(ann, post), kinds(ann)) == (None, [])
    assert decide(ben, post, "suspend") == "waits"


def test_either_is_undone_within_the_minute(record: Database, ann: Client, ben: Client, post: Post) -> None:
    """The one who agreed first: then it waits for a second again, and the airlock is asked nothing."""
    decide(ann, post, "suspend")
    decide(ben, post, "suspend")

    assert (undo(ben, post), told(ann, post)) == (200, "proposed")
    with record.read() as conn:
        assert conn.execute(select(rows)).all() == []
    assert (undo(ann, post), told(ann, post)) == (200, None)


def test_two_who_agree_at_once_ask_once(record: Database, ann: Client, post: Post, a_member: NewStaff) -> None:
    """The post's row is held: one of them finds that it was asked."""
    decide(ann, post, "suspend")
    members = [a_member(Role.MODERATOR, "Central") for _ in range(2)]

    def agree(me: StaffId) -> str:
        try:
            with record.write(by=OPERATOR) as tx:
                post_changes.hold(tx, post.id)
                suspending.suspend(tx, builders.the_post(record, post.id), me, Why("suspend", "harassment", "", 1))
            return "agreed"
        except Conflict as error:
            return error.code

    assert sorted(map(str, at_once(2, lambda number: agree(members[number])))) == ["agreed", "asked_before"]


def test_an_author_answers_it_though_they_answered_before(
    record: Database, ann: Client, ben: Client, cyd: Client, post: Post
) -> None:
    """Neither of the two decides that; where the post comes back the suspension ends, and undone it stands again."""
    _appeal(record, post)
    decide(ben, post, "dismiss", "within_guidelines")
    decide(ann, post, "suspend")
    decide(ben, post, "suspend")
    carry_out(record)
    _appeal(record, post)

    assert [decide(one, post, "restore", "within_guidelines") for one in (ann, ben)] == ["own_decision"] * 2
    assert decide(cyd, post, "restore", "within_guidelines") == "live"
    assert told(ann, post) == "lifting"
    assert (undo(cyd, post), told(ann, post)) == (200, "carried_out")
    assert decide(cyd, post, "restore", "within_guidelines") == "live"
    carry_out(record)
    assert told(ann, post) == "lifted"
    with record.read() as conn:
        assert [one.verb for one in decisions.of_post(conn, post.id) if not one.undone][-1] == "restore"


def test_every_act_leaves_one_line_for_each_thing_it_changed(
    record: Database, ann: Client, ben: Client, cyd: Client, post: Post
) -> None:
    """In the audit's order; what is refused leaves none."""
    steps: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: decide(ann, post, "suspend"), ["decision.add"]),
        (lambda: decide(ann, post, "suspend"), []),
        (lambda: decide(ben, post, "suspend"), ["decision.add", "suspension.ask"]),
        (lambda: undo(ben, post), ["decision.undo", "suspension.forget"]),
        (lambda: decide(ben, post, "suspend"), ["decision.add", "suspension.ask"]),
        (lambda: carry_out(record), ["suspension.carry_out"]),
        (lambda: decide(cyd, post, "restore"), ["post.restore", "decision.add", "suspension.lift"]),
        (lambda: carry_out(record), ["suspension.carry_out"]),
    ]

    for act, expected in steps:
        with record.read() as conn:
            before = audit.head(conn)
        act()
        with record.read() as conn:
            lines = [one for one in audit.page(conn, before=None, limit=5) if one.seq > before]
        assert [line.action for line in reversed(lines)] == expected
        assert {line.subject for line in lines} <= {post.id}


def _appeal(record: Database, post: Post) -> None:
    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, post.id, text="It is my own car.", at=NOON)
