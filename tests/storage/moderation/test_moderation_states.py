"""What can befall a flag and an appeal, cell by cell: each state, times each thing that is done to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from feed.bell import Bell
from storage.db import OPERATOR, Database, Tx
from storage.kit.ids import PostId
from storage.moderation import appeals, flags
from storage.moderation.appeals import AppealState
from storage.posts.posts import PostState
from storage.schema import appeals as appeal_rows, flags as flag_rows
from tests import builders

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("city")]
GONE = "gone"
Act = Callable[[Tx, PostId], None]
ON_A_FLAG: dict[str, Act] = {
    "settled": lambda tx, post: flags.settle(tx, post, by="d"),
    "settled by another": lambda tx, post: flags.settle(tx, post, by="e"),
    "its decision undone": lambda tx, _post: flags.reopen(tx, "d"),
    "another decision undone": lambda tx, _post: flags.reopen(tx, "e"),
    "the post over": lambda tx, post: flags.erase(tx, post),
}
FLAGS = {
    "open": ("decided d", "decided e", "open", "open", GONE),
    "decided d": ("decided d", "decided d", "open", "decided d", GONE),
}
ON_AN_APPEAL: dict[str, Act] = {
    "granted": lambda tx, post: appeals.settle(tx, post, granted=True, by="d"),
    "denied": lambda tx, post: appeals.settle(tx, post, granted=False, by="d"),
    "what settled it undone": lambda tx, post: appeals.reopen(tx, post, "d"),
    "another decision undone": lambda tx, post: appeals.reopen(tx, post, "e"),
    "what it is against undone": lambda tx, post: appeals.reopen(tx, post, _against(tx, post)),
    "the post over": lambda tx, post: appeals.erase(tx, post),
}
APPEALS = {
    AppealState.OPEN: ("granted", "denied", "open", "open", "moot", GONE),
    AppealState.GRANTED: ("granted", "granted", "open", "granted", "moot", GONE),
    AppealState.DENIED: ("denied", "denied", "open", "denied", "moot", GONE),
    AppealState.MOOT: ("moot", "moot", "moot", "moot", "moot", GONE),
}


def test_each_thing_done_to_a_flag_leads_where_the_table_says(record: Database, bell: Bell) -> None:
    """Settled it stays with its decision; undone by that one alone it waits again; with the post it is gone."""
    for state, goals in FLAGS.items():
        for (name, act), goal in zip(ON_A_FLAG.items(), goals, strict=True):
            post = builders.a_published_post(record, bell).id
            builders.a_flag(record, post)
            with record.write(by=OPERATOR) as tx:
                if state != "open":
                    flags.settle(tx, post, by="d")
                act(tx, post)
                tx.audit("test", post)
                rows = tx.connection.execute(select(flag_rows).where(flag_rows.c.post_id == post)).all()
            told = [f"{row.state} {row.decision_id}".strip() for row in rows] or [GONE]
            assert told == [goal], (state, name)


def test_each_thing_done_to_an_appeal_leads_where_the_table_says(record: Database, bell: Bell) -> None:
    """Settled once; undone it waits again; against what was undone there is nothing to answer any more."""
    moderator = builders.a_moderator(record)
    for state, goals in APPEALS.items():
        for (name, act), goal in zip(ON_AN_APPEAL.items(), goals, strict=True):
            post = builders.a_published_post(record, bell).id
            with record.write(by=OPERATOR) as tx:
                against = builders.a_decision(tx, post, "hide", by=moderator, after=PostState.HIDDEN)
                row = {"id": f"of {post}", "post_id": post, "against": against, "text": "", "at": 0, "state": state}
                by = "d" if state in (AppealState.GRANTED, AppealState.DENIED) else ""
                tx.execute(appeal_rows.insert().values(**row, decision_id=by))
                act(tx, post)
                rows = tx.connection.execute(select(appeal_rows).where(appeal_rows.c.post_id == post)).all()
            assert [row.state for row in rows] == ([] if goal == GONE else [goal]), (state, name)


def _against(tx: Tx, post: PostId) -> str:
    return str(tx.connection.execute(select(appeal_rows.c.against).where(appeal_rows.c.post_id == post)).scalar_one())
