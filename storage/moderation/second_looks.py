"""Second looks: what one moderator proposed and another had to agree with, and whether they did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.moderation.decisions import AGREE, PROPOSE, SUSPEND
from storage.posts.posts import Verb
from storage.schema import decisions, posts

AGREES = {PROPOSE: Verb.RESTORE, SUSPEND: AGREE}  # what the other one decides who sees it alike


@dataclass(frozen=True)
class SecondLook:
    """Of a proposal that was answered: its division ("" where the post is gone), and whether the other agreed."""

    division: str
    agreed: bool


def answered(conn: Connection, begin: int, end: int) -> Iterator[SecondLook]:
    """The proposals made from `begin` to `end` (milliseconds since 1970) that somebody has answered by now."""
    later = decisions.alias()
    # Asked for each by itself: proposals are few, and all decisions of a city are many.
    next_verb = (
        select(later.c.verb)
        .where(later.c.post_id == decisions.c.post_id, ~later.c.undone, later.c.at > decisions.c.at)
        .order_by(later.c.at)
        .limit(1)
        .correlate(decisions)
        .scalar_subquery()
    )
    query = select(func.coalesce(posts.c.division_id, ""), decisions.c.verb, next_verb)
    query = query.join(posts, posts.c.id == decisions.c.post_id)
    made = (decisions.c.at >= begin, decisions.c.at < end, ~decisions.c.undone, decisions.c.verb.in_(AGREES))
    for division, verb, answer in conn.execute(query.where(*made)):
        if answer is not None:
            yield SecondLook(division, answer == AGREES[verb])
