"""What everybody is told of how much happens: rounded by chance, once, and nothing of a single act."""

from __future__ import annotations

from hypothesis import given, strategies as st
from sqlalchemy import func, insert, select, update

from feed import correcting, posting
from feed.bell import Bell
from storage.db import AIRLOCK, CHORES, OPERATOR, RESIDENT, Actor, Database, database_now
from storage.footage import answers as footage_answers
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import DivisionId, PostId, StaffId
from storage.moderation import appeals, flags
from storage.posts.posts import PostState, Verb
from storage.public import counts, months
from storage.public.count_kinds import ABOUT_POSTS, Kind
from storage.public.counting import GONE, exact
from storage.public.counts import LEAST, ROUND
from storage.schema import audit_entries, camera_pins, public_counts
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, squares, the_desk  # noqa: F401 - fixture

DRAWS = range(ROUND)
FLAG = {"reason": "other", "text": "", "at_seconds": None, "flagged_at": 0}


@given(count=st.integers(0, 10_000), draw=st.sampled_from(DRAWS))
def test_one_event_more_moves_a_number_to_the_next_at_most(count: int, draw: int) -> None:
    """Numbers told are few-or-none, 15, 20, 25 and so on: with one more the same is told, or the next of these."""
    steps = [max(0, counts.told(number, draw) - LEAST + ROUND) // ROUND for number in (count, count + 1)]

    assert steps[1] - steps[0] in (0, 1)
    assert abs(counts.told(count, draw) - count) < ROUND or counts.told(count, draw) == 0


@given(count=st.integers(0, 10_000))
def test_no_number_told_says_whether_one_event_happened(count: int) -> None:
    """With and without it some same number can be told; and fewer than 12 are told as none are."""
    without, with_it = ({counts.told(number, draw) for draw in DRAWS} for number in (count, count + 1))

    assert without & with_it
    assert count >= LEAST or without == {0}
    assert without <= {0, *range(LEAST // ROUND * ROUND + ROUND, count + ROUND, ROUND)}


@given(count=st.integers(20, 10_000))
def test_rounding_favours_nobody(count: int) -> None:
    """Over all draws the mean is the count."""
    assert sum(counts.told(count, draw) for draw in DRAWS) == ROUND * count


def test_each_act_is_counted_in_its_division_and_kind(record: Database, bell: Bell, city: builders.City) -> None:
    """One act, one cell; nothing is counted twice, and what a post says no more is counted without a division."""
    central, post, other = _three(record, bell)
    moderator = _a_moderator(record)
    before = _counted(record)

    with record.write(by=RESIDENT) as tx:
        flags.add(tx, post, origin="neighbour", **FLAG)  # type: ignore[arg-type]
    assert _changed(before, before := _counted(record)) == {(central, Kind.FLAGS_BY_NEIGHBOURS): 1}
    with record.write(by=Actor(f"staff:{moderator}")) as tx:
        flags.add(tx, post, origin="police", **FLAG)  # type: ignore[arg-type]
        tx.audit("post.view", post)
    assert _changed(before, before := _counted(record)) == {
        (central, Kind.FLAGS_BY_POLICE): 1,
        (central, Kind.VIEWINGS): 1,
    }
    _decide(record, bell, post, moderator, "remove", Verb.REMOVE)
    assert _changed(before, before := _counted(record)) == {(central, Kind.REMOVALS): 1}
    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, post, text="", at=0)
    assert _changed(before, before := _counted(record)) == {(central, Kind.APPEALS): 1}
    restored = _decide(record, bell, post, moderator, "restore", None)
    with record.write(by=OPERATOR) as tx:
        appeals.settle(tx, post, granted=True, by=restored)
    assert _changed(before, before := _counted(record)) == {
        (central, Kind.OTHER_DECISIONS): 1,
        (central, Kind.APPEALS_UPHELD): 1,
    }
    _decide(record, bell, post, moderator, "suspend", None)
    assert _changed(before, before := _counted(record)) == {(central, Kind.OTHER_DECISIONS): 1}
    _decide(record, bell, post, moderator, "agree", None)
    assert _changed(before, before := _counted(record)) == {
        (central, Kind.SUSPENSIONS): 1,
        (central, Kind.SECOND_LOOKS): 1,
        (central, Kind.SECOND_LOOKS_AGREED): 1,
    }
    with record.write(by=Actor(f"staff:{moderator}")) as tx:
        tx.audit("post.search", central)
    assert _changed(before, before := _counted(record)) == {(central, Kind.SEARCHES): 1}
    with record.write(by=AIRLOCK) as tx:
        flags.add(tx, post, origin="check", **{**FLAG, "flagged_at": tx.now()})  # type: ignore[arg-type]
        flags.settle(tx, post, by=restored)
        tx.audit("test", post)
    assert _changed(before, before := _counted(record)) == {
        (central, Kind.HELD_BY_CHECK): 1,
        (central, Kind.FLAGS_DECIDED): 3,
        (central, Kind.FLAGS_DECIDED_IN_TIME): 1,
    }
    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, other, Verb.WITHDRAW)
    assert _changed(before, _counted(record)) == {(central, Kind.POSTS): -1, (GONE, Kind.POSTS): 1}


def test_blocks_with_a_pin_are_counted_never_pins(record: Database, city: builders.City) -> None:
    """A block with two quadrants is one."""
    with record.write(by=OPERATOR) as tx:
        rows = [{"block_id": builders.block("Central"), "quadrant": way, "retention": "3_to_7"} for way in "ns"]
        tx.execute(insert(camera_pins), rows)
        tx.audit("camera_pins.bring", "")

    assert _counted(record) == {(builders.division("Central"), Kind.BLOCKS_WITH_A_PIN): 1}


def test_requests_and_answers_are_counted_each_by_its_own_moment(desk: Desk) -> None:
    """A request by when it went out, an answer by when its batch was shown; one that waits is none."""
    case, central = a_case(desk.record), builders.division("Central")
    dee = desk.member("Dee", Role.DETECTIVE, case)
    request = desk.ask(dee, case)
    desk.ask(dee, case, a_request(squares(range(7), range(2))))
    moment = months.begin(clock.as_text(clock.now())[:7])
    with desk.record.write(by=AIRLOCK) as tx:
        for kind, shown_at in ((footage_answers.Kind.NO, moment), (footage_answers.Kind.SHARED, moment - DAY)):
            footage_answers.bring(tx, request, kind, shown_at=shown_at)

    assert _counted(desk.record) == {(central, Kind.FOOTAGE_REQUESTS): 1, (central, Kind.ANSWERS_NO): 1}


def test_a_month_is_counted_when_it_is_over_and_once(record: Database, bell: Bell, city: builders.City) -> None:
    """By the role that does it; every cell stands, so that none's absence says anything; this month is not told."""
    post = builders.a_published_post(record, bell)
    with record.write(by=OPERATOR) as tx:
        for _ in range(LEAST + ROUND):
            tx.audit("post.view", post.id)
    with record.read() as conn:
        now = database_now(conn)
        assert counts.due(conn) == []
    last = _the_month_before(now)
    _move(record, months.begin(last))
    chores = builders.as_role(record, "chores")

    with chores.read() as conn:
        assert counts.due(conn) == ([last] if now - months.begin(clock.as_text(now)[:7]) >= DAY else [])
    for _ in range(2):
        with chores.write(by=CHORES) as tx:
            counts.publish(tx, last)

    with builders.as_role(record, "public").read() as conn:
        found, named = counts.published(conn), counts.places(conn)
    assert {(one.division, one.kind) for one in found} == {
        *((division, kind) for division, _ in named for kind in Kind),
        *((GONE, kind) for kind in ABOUT_POSTS),
    }
    shown = {(one.division, one.kind): one.told for one in found if one.told}
    assert shown.keys() == {(builders.division("Central"), Kind.VIEWINGS)}  # one post is as none
    assert shown.popitem()[1] in (15, 20)
    with record.read() as conn:
        lines = select(func.count()).where(audit_entries.c.action == "counts.publish")
        assert conn.execute(lines).scalar_one() == 1
        assert counts.due(conn) == []
        assert conn.execute(select(func.count()).select_from(public_counts)).scalar_one() == len(found)


def _three(record: Database, bell: Bell) -> tuple[DivisionId, PostId, PostId]:
    first, second, third = (builders.a_published_post(record, bell) for _ in range(3))
    with record.write(by=RESIDENT) as tx:
        correcting.correct(tx, bell, third, "It was a contractor.")
    return builders.division("Central"), first.id, second.id


def _a_moderator(record: Database) -> StaffId:
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, "mo")


def _decide(record: Database, bell: Bell, post: PostId, by: StaffId, verb: str, moves: Verb | None) -> str:
    with record.write(by=OPERATOR) as tx:
        if moves:
            posting.decide(tx, bell, post, moves, reason="other")
        return builders.a_decision(tx, post, verb, by=by, after=PostState.REMOVED)


def _counted(record: Database) -> dict[tuple[str, Kind], int]:
    with record.read() as conn:
        return dict(exact(conn, clock.as_text(database_now(conn))[:7]))


def _changed(before: dict[tuple[str, Kind], int], after: dict[tuple[str, Kind], int]) -> dict[tuple[str, Kind], int]:
    cells = before.keys() | after.keys()
    moved = {cell: after.get(cell, 0) - before.get(cell, 0) for cell in cells}
    return {cell: by for cell, by in moved.items() if by}


def _the_month_before(now: int) -> str:
    return clock.as_text(months.begin(clock.as_text(now)[:7]) - DAY)[:7]


def _move(record: Database, at: int) -> None:
    """As if all that happened had happened then."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(audit_entries).values(at=at))
        tx.audit("test", "")
