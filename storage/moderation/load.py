"""How moderation goes in a division over some days, for who leads there: counts and times, of no author.

Quality is told of a division and not of a person: few decisions of one moderator say little, and would be read as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection, exists, func, select

from storage.db import database_now
from storage.kit.ids import DivisionId
from storage.moderation import second_looks, waiting
from storage.moderation.waiting import Waits
from storage.posts.posts import PostState
from storage.schema import appeals, audit_entries, decisions, flags, posts

LEAST = 12  # a share of fewer says more of chance, or of one person, than of a division
STAND = (PostState.LIVE, PostState.HELD, PostState.HIDDEN, PostState.REMOVED)  # the others' rows say nothing any more
MOST_WAITING = 1000  # more is told as this many


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int


@dataclass(frozen=True)
class Load:
    """A division's moderation: what waits now, and of some days what was decided, how soon and how well.

    `median_wait`: milliseconds from a flag to its decision. `held`: posts that the check of words held, of those
    published in these days; `kept_off`: of those that were decided, which stayed off. `corrected`: of the published.
    """

    division: DivisionId
    waiting: int
    late: int
    decided: int
    median_wait: int | None
    in_time: Share
    agreed: Share
    upheld: Share
    held: Share
    kept_off: Share
    corrected: Share


def of(conn: Connection, division: DivisionId, since: int) -> Load:
    """The load of a division since then (milliseconds since 1970)."""
    now, waits = database_now(conn), waiting.page(conn, [division], after=None, limit=MOST_WAITING)
    settled, published = _settled(conn, division, since), _published(conn, division, since)
    looks = [one.agreed for one in second_looks.answered(conn, since, now + 1) if one.division == division]
    return Load(
        division=division,
        waiting=len(waits),
        late=_late(waits, now),
        decided=_decided(conn, division, since),
        median_wait=int(median([wait for wait, _, _ in settled])) if settled else None,
        in_time=_share([wait <= most for wait, most, _ in settled]),
        agreed=_share(looks),
        upheld=_share(_appeals(conn, division, since)),
        held=_share([held for held, _ in published]),
        kept_off=_share([off for _, _, off in settled if off is not None]),
        corrected=_share([corrected for _, corrected in published]),
    )


def _late(waits: list[Waits], now: int) -> int:
    return sum(one.due_at < now for one in waits)


def _share(found: list[bool]) -> Share:
    return Share(sum(found), len(found))


def _settled(conn: Connection, division: DivisionId, since: int) -> list[tuple[int, int, bool | None]]:
    """Of each flag decided since: how long it waited, how long it might, and of the check's whether the post is off."""
    most = waiting.may_take(decisions.c.from_state == PostState.LIVE)
    query = select(decisions.c.at - flags.c.flagged_at, most, flags.c.origin, decisions.c.to_state)
    query = query.join(decisions, decisions.c.id == flags.c.decision_id).join(posts, posts.c.id == flags.c.post_id)
    rows = conn.execute(query.where(posts.c.division_id == division, decisions.c.at >= since, ~decisions.c.undone))
    return [
        (int(wait), int(most), state != PostState.LIVE if origin == "check" else None)
        for wait, most, origin, state in rows
    ]


def _decided(conn: Connection, division: DivisionId, since: int) -> int:
    query = select(func.count()).select_from(decisions).join(posts, posts.c.id == decisions.c.post_id)
    made = (decisions.c.at >= since, ~decisions.c.undone)
    return int(conn.execute(query.where(posts.c.division_id == division, *made)).scalar_one())


def _appeals(conn: Connection, division: DivisionId, since: int) -> list[bool]:
    query = select(appeals.c.state).join(decisions, decisions.c.id == appeals.c.decision_id)
    query = query.join(posts, posts.c.id == appeals.c.post_id)
    made = (decisions.c.at >= since, ~decisions.c.undone)
    rows = conn.execute(query.where(posts.c.division_id == division, *made)).scalars()
    return [state == "granted" for state in rows]


def _published(conn: Connection, division: DivisionId, since: int) -> list[tuple[bool, bool]]:
    """Of each post published since that still stands: whether its words held it, and whether it was corrected.

    By each post's own rows: the audit of a city has millions of lines, and no way through them by time.
    """
    held = exists().where(flags.c.post_id == posts.c.id, flags.c.origin == "check")
    corrected = exists().where(audit_entries.c.subject == posts.c.id, audit_entries.c.action == "post.correct")
    here = (posts.c.division_id == division, posts.c.published_at >= since, posts.c.state.in_(STAND))
    return [(bool(row[0]), bool(row[1])) for row in conn.execute(select(held, corrected).where(*here))]
