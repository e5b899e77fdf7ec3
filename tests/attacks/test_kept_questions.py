"""Attack 99: a kept post's questions as a detector of whether its author is still known, or was there at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from storage import audit
from storage.db import AIRLOCK
from storage.identity.clips import authorship
from storage.identity.vault import ClipId, ResidentId
from storage.kit.ids import PostId
from storage.schema import letter_answers, letters, metadata
from tests.attacks.table import Tried
from tests.storage.identity.conftest import ada, vault  # noqa: F401 - fixtures
from tests.workers.airlock.moderating.test_questioning import Desk, desk  # noqa: F401 - fixture
from workers.airlock.moderating.questioning import bring_letters

RANDOM = {"id", "post_id", "thread"}
TIMES = {"asked_at", "due_at", "ends_at"}


@pytest.mark.engines("sqlite")
def test_a99_a_kept_posts_question_comes_out_alike_whoever_is_known(
    desk: Desk,  # noqa: F811
    ada: ResidentId,  # noqa: F811
    tried: Tried,
) -> None:
    """Known, over, nobody's, and each linked or shared: the same rows, lines and tables, before and after a batch."""
    made: list[tuple[str, ClipId, PostId]] = []
    for holds in (desk.link, desk.share):
        for name, who in (("known", ada), ("over", ada), ("nobody's", None)):
            clip_id, post_id = desk.kept(who)
            made.append((name, clip_id, post_id))
            holds(post_id)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        authorship.end(tx, [clip_id for name, clip_id, _ in made if name == "over"])
    shapes: list[set[tuple[Any, ...]]] = []
    for _, _, post_id in made:
        before = _counts(desk)
        desk.ask(post_id)
        bring_letters(desk.stores.vault, desk.stores.record)
        after = _counts(desk)
        shapes.append({_row(desk, post_id), tuple(after[name] - before[name] for name in before)})
    assert all(shape == shapes[0] for shape in shapes)

    for name, clip_id, _ in made:
        if name != "nobody's":
            desk.answer(clip_id)
    assert desk.comes_the_batch() == 4
    with desk.stores.record.read() as conn:
        answers = conn.execute(select(letter_answers)).all()
        lines = [line for line in audit.page(conn, before=None, limit=200) if line.action.startswith("letter.")]
    tried(len(made) * 2)

    assert len({line.at for line in lines if line.action == "letter.answer"}) == 1
    assert len({row.shown_at for row in answers}) == 1
    assert len({row.name for row in answers}) == len(answers) == 4
    assert {tuple(sorted(line.payload or {})) for line in lines if line.action == "letter.carry_out"} == {("letter",)}


def _row(desk: Desk, post_id: PostId) -> tuple[Any, ...]:  # noqa: F811
    """What stands of a question, but for what was drawn and when."""
    with desk.stores.record.read() as conn:
        row = conn.execute(select(letters).where(letters.c.post_id == post_id)).one()._mapping
    return tuple(value for name, value in row.items() if name not in RANDOM | TIMES)


def _counts(desk: Desk) -> dict[str, int]:  # noqa: F811
    """How many rows each table of the record has."""
    with desk.stores.record.read() as conn:
        return {name: len(conn.execute(select(table)).all()) for name, table in metadata.tables.items()}
