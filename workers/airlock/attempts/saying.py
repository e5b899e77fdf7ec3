"""What is said of a clip on its way: the post it becomes, and to the identity side that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from storage.db import AIRLOCK
from storage.footage import answers as footage_answers
from storage.identity.clips import clips, held_for, leases
from storage.identity.clips.clips import Clip
from storage.kit import clock, log
from storage.moderation import premoderation
from storage.moderation.held import KNOWN_BAD, PREMODERATED, RETURNED, Held
from storage.posts.posts import NewPost
from workers.airlock.agree import settle
from workers.airlock.attempts.attempt import Stopped
from workers.airlock.attempts.known import ANY
from workers.airlock.both_sides import BothSides
from workers.guidelines.check import check
from workers.redact.text import scrub, scrub_title


def new_post(
    stores: BothSides, clip: Clip, kind: Literal["video", "photo"], seconds: float, found: Sequence[Held] = ()
) -> NewPost:
    """The post that the clip becomes: its words scrubbed and checked, its times rounded. Raises Stopped.

    `found` is what was found in its media; it begins held for that, for its words, and where all are judged first.
    """
    with stores.vault.read() as conn:
        typed = clips.words(conn, stores.vault, clip)
    if typed is None:
        raise Stopped
    title, text = scrub_title(typed[0]), scrub(typed[1])
    held = _held(stores, clip, title, text, found)
    say_held(stores, clip, held)
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
        held=tuple(held),
        kept_for=clip.kept_for,
    )


def _held(stores: BothSides, clip: Clip, title: str, text: str, found: Sequence[Held]) -> list[Held]:
    if clip.kept_for:  # nobody sees it but the case: there is nothing to hold it from
        return []
    held = [*found, *(Held(rule.guideline, rule.id) for rule in check(title, text, clip.category)[:1])]
    with stores.record.read() as conn:
        if premoderation.until(conn, clip.block, clip.category) is not None:
            held.append(Held(ANY, PREMODERATED))
    return held


def say_held(stores: BothSides, clip: Clip, held: Sequence[Held]) -> None:
    """Its author is told what it is held for, but for its words: these are read again whenever they ask.

    What is kept to a case is held from nobody, so of that nothing is told.
    """
    if clip.kept_for:
        return
    codes = {one.code for one in held} & {KNOWN_BAD, RETURNED, PREMODERATED}
    if codes:
        with stores.vault.write(by=AIRLOCK) as tx:
            held_for.note(tx, clip.id, {*codes, *held_for.of(tx.connection, clip.id)})


def say_published(stores: BothSides, clip: Clip) -> None:
    """The record has it. Raises Stopped where others decided otherwise while this attempt slept."""
    with stores.vault.write(by=AIRLOCK) as tx:
        published = leases.publish(tx, clip)
    if not published:  # the record has it all the same: what they decided is looked at
        settle(stores, clip.id)
        raise Stopped
    log.event("clip_published", attempt=clip.attempts)
