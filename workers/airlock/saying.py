"""What is said of a clip on its way: the post it becomes, and to the identity side that it is one."""

from __future__ import annotations

from typing import Literal

from storage import footage_answers
from storage.db import AIRLOCK
from storage.held import Held
from storage.identity import clips, leases
from storage.identity.clips import Clip
from storage.kit import clock, log
from storage.posts import NewPost
from workers.airlock.agree import settle
from workers.airlock.attempt import Stopped
from workers.airlock.both_sides import BothSides
from workers.guidelines.check import check
from workers.redact.text import scrub, scrub_title


def new_post(stores: BothSides, clip: Clip, kind: Literal["video", "photo"], seconds: float) -> NewPost:
    """The post that the clip becomes: its words scrubbed and checked, its times rounded. Raises Stopped."""
    with stores.vault.read() as conn:
        typed = clips.words(conn, stores.vault, clip)
    if typed is None:
        raise Stopped
    title, text = scrub_title(typed[0]), scrub(typed[1])
    broken = check(title, text, clip.category)
    now = clock.now()
    # What is kept for a case is seen from its answer's moment on, with all others of that batch, and says that alone.
    published_at = footage_answers.batch_at(now, 0) if clip.kept_for else clock.rounded(now)
    return NewPost(
        id=clip.post_id,
        kind=kind,
        category=clip.category,
        title=title,
        text=text,
        happened_at=clock.rounded(clip.happened_at),
        published_at=published_at,
        block=clip.block,
        seconds=round(seconds * 1000),
        held=Held(broken[0].guideline, broken[0].id) if broken else None,
        kept_for=clip.kept_for,
    )


def say_published(stores: BothSides, clip: Clip) -> None:
    """The record has it. Raises Stopped where others decided otherwise while this attempt slept."""
    with stores.vault.write(by=AIRLOCK) as tx:
        published = leases.publish(tx, clip)
    if not published:  # the record has it all the same: what they decided is looked at
        settle(stores, clip.id)
        raise Stopped
    log.event("clip_published", attempt=clip.attempts)
