"""Nothing is sent for a while by whoever sent a certain clip; the row names the clip alone."""

from __future__ import annotations

from sqlalchemy import select

from storage.db import AIRLOCK
from storage.identity.clips import authorship
from storage.identity.residents import suspended
from storage.identity.residents.suspended import LASTS_MS, Suspended
from storage.identity.schema import clips as clip_rows, suspended as rows
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit import clock
from storage.kit.clock import DAY, MINUTE
from storage.kit.ids import PostId, new_id
from tests.storage.identity.making import a_resident, an_accepted_clip


def a_post(vault: Vault, author: ResidentId) -> tuple[ClipId, PostId]:
    """A clip of theirs, and the post it became."""
    clip_id, _ = an_accepted_clip(vault, author)
    with vault.read() as conn:
        return clip_id, PostId(conn.execute(select(clip_rows.c.post_id).where(clip_rows.c.id == clip_id)).scalar_one())


def begin(vault: Vault, post_id: PostId, *, life: int = 365 * DAY, reason: str = "harassment") -> None:
    """Two moderators asked for it."""
    with vault.write(by=AIRLOCK) as tx:
        suspended.begin(tx, post_id, reason=reason, guidelines=2, life=life)


def of(vault: Vault, resident: ResidentId) -> Suspended | None:
    """What keeps them from sending."""
    with vault.read() as conn:
        return suspended.of_resident(conn, resident)


def test_whoever_sent_it_sends_nothing_for_a_month(vault: Vault, ada: ResidentId) -> None:
    """By that guideline, for that clip of theirs; nobody else; and asked for twice it lasts no longer."""
    clip_id, post_id = a_post(vault, ada)
    begin(vault, post_id)
    first = of(vault, ada)
    begin(vault, post_id, reason="hateful")

    assert first is not None and of(vault, ada) == first
    assert (first.reason, first.guidelines) == ("harassment", 2)
    assert 0 <= clock.now() + LASTS_MS - first.ends_at < 10 * MINUTE
    with vault.read() as conn:
        assert first.handle == authorship.handle_of(conn, ada, clip_id)
    assert of(vault, a_resident(vault, "bo@example.org")) is None


def test_it_ends_with_authorship_at_the_latest(vault: Vault, ada: ResidentId) -> None:
    """One that is over by then keeps nobody; of two, what lasts longest is told."""
    (_, short), (_, long), (_, over) = (a_post(vault, ada) for _ in range(3))
    begin(vault, over, life=0)
    assert of(vault, ada) is None

    begin(vault, short, life=DAY)
    told = of(vault, ada)
    begin(vault, long, life=9 * DAY)
    longer = of(vault, ada)

    assert told is not None and longer is not None
    assert 7 * DAY < longer.ends_at - told.ends_at <= 8 * DAY + 10 * MINUTE


def test_lifted_they_may_send_again(vault: Vault, ada: ResidentId) -> None:
    """Twice is once; of a post that nobody sent there is nothing to suspend."""
    _, post_id = a_post(vault, ada)
    begin(vault, PostId(new_id()))
    begin(vault, post_id)
    for _ in range(2):
        with vault.write(by=AIRLOCK) as tx:
            suspended.end(tx, post_id)

    assert of(vault, ada) is None
    with vault.read() as conn:
        assert conn.execute(select(rows)).all() == []
