"""Where a clip stands, as its author sees it: state, stage, reason, and the post once there is one."""

from __future__ import annotations

from pydantic import BaseModel

from api.boxes import Drawn, as_drawn
from api.resident.desk import Desk
from api.resident.inbox.letter_seen import LetterSeen, letter_seen
from api.resident.mine.reasons import ReasonSeen, reason_of
from feed.events import PostAsSeen, as_seen
from storage.atlas import versions
from storage.identity.clips import clips, letters
from storage.identity.clips.authorship import Mine
from storage.identity.clips.clips import Clip, ClipState, Stage
from storage.kit import clock
from storage.moderation import appeals
from storage.moderation.appeals import Appeal, AppealState
from storage.posts import posts
from storage.posts.posts import Post


class AppealSeen(BaseModel):
    """What the author answered to a decision: never who decided.

    `granted`: the post is back. `moot`: who decided took it back before anybody looked at the answer.
    """

    state: AppealState
    at: str


class Standing(BaseModel):
    """Where a clip stands; `seconds` are those from acceptance to each stage.

    `blur`, `boxes` and `trim` (seconds) are what its author asked for, who alone is told: on the record a picture is
    what it is, and nothing says what it was. `waits_until` is when one that is to wait a while goes on its way.
    `may_appeal`: a decision stands that was not answered yet.
    """

    state: ClipState
    progress: float
    stage: Stage
    reason: ReasonSeen | None
    post: PostAsSeen | None
    accepted_at: str
    seconds: dict[str, float]
    blur: list[str]
    boxes: list[Drawn]
    trim: list[float] | None
    waits_until: str | None
    may_appeal: bool
    appeal: AppealSeen | None
    letters: list[LetterSeen]


class OriginalProof(BaseModel):
    """Proves a file to be the original: SHA-256 of `salt` (as bytes) and the file after each other is `sha256`."""

    salt: str
    sha256: str
    told: bool  # the record has `sha256`, not the salt, for packages that go to court: the author let it


class Followed(Standing):
    """The same to whoever holds the receipt."""

    original: OriginalProof | None


class MineSeen(Standing):
    """The same in a list: `handle` names it, the title is what was typed until that is shredded."""

    handle: str
    title: str


def standing(desk: Desk, clip: Clip) -> Standing:
    """Where the clip stands now."""
    post = _post(desk, clip)
    may_appeal, appeal = _appeal(desk, post)
    with desk.stores.vault.read() as conn:
        arrived = letters.of_clip(conn, clip.id)
    return Standing(
        state=clip.state,
        progress=clip.progress,
        stage=clip.stage,
        reason=reason_of(desk, clip, post),
        post=as_seen(post) if post else None,
        accepted_at=clock.as_text(clip.accepted_at),
        seconds={stage: milliseconds / 1000 for stage, milliseconds in clip.stage_times.items()},
        blur=list(clip.blur),
        boxes=as_drawn(clip.boxes),
        trim=[milliseconds / 1000 for milliseconds in clip.trim] if clip.trim else None,
        waits_until=clock.as_text(clip.begun_at) if _waits(clip) else None,
        may_appeal=may_appeal,
        appeal=appeal,
        letters=[letter_seen(one) for one in arrived],
    )


def mine_seen(desk: Desk, one: Mine) -> MineSeen:
    """One row of the resident's own list."""
    seen = standing(desk, one.clip)
    title = seen.post.title if seen.post else ""
    return MineSeen(**dict(seen), handle=one.handle, title=title or _typed(desk, one.clip))


def title_of(desk: Desk, clip: Clip) -> str:
    """What the post is called; of one that is none yet, what was typed until that is shredded."""
    post = _post(desk, clip)
    return post.title if post and post.title else _typed(desk, clip)


def _typed(desk: Desk, clip: Clip) -> str:
    with desk.stores.vault.read() as conn:
        typed = clips.words(conn, desk.stores.vault, clip)
    return typed[0] if typed else ""


def _waits(clip: Clip) -> bool:
    return clip.state is ClipState.RECEIVED and clip.attempts == 0 and clip.begun_at > clock.now()


def _post(desk: Desk, clip: Clip) -> Post | None:
    if clip.state not in (ClipState.PUBLISHED, ClipState.PROCESSING):
        return None
    with desk.stores.record.read() as conn:
        block = versions.known_block(conn, clip.block)
        return posts.one(conn, [block.division.id], clip.post_id, kept=True) if block else None


def _appeal(desk: Desk, post: Post | None) -> tuple[bool, AppealSeen | None]:
    if post is None:
        return False, None
    with desk.stores.record.read() as conn:
        newest = appeals.newest(conn, post.id)
        return appeals.may_appeal(conn, post.id), appeal_seen(newest) if newest else None


def appeal_seen(appeal: Appeal) -> AppealSeen:
    """An appeal as its author is told of it."""
    return AppealSeen(state=appeal.state, at=clock.as_text(appeal.at))
