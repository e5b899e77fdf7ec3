"""Where a clip stands, as its author sees it: state, stage, reason, and the post once there is one."""

from __future__ import annotations

from pydantic import BaseModel

from api.boxes import Drawn, as_drawn
from api.resident.desk import Desk
from api.resident.inbox.letter_seen import LetterSeen, Named as Named, letter_seen
from feed.events import PostAsSeen, as_seen
from storage.atlas import versions
from storage.identity.clips import clips, held_for, letters
from storage.identity.clips.authorship import Mine
from storage.identity.clips.clips import Clip, ClipState, Stage
from storage.kit import clock
from storage.moderation import appeals, decisions
from storage.moderation.appeals import Appeal, AppealState
from storage.moderation.decisions import BLUR
from storage.posts import posts
from storage.posts.posts import Post, PostState
from workers.guidelines.check import check
from workers.guidelines.rules import Rule
from workers.media.refusals import SENTENCES

OTHER_REASONS = {
    "too_many_faults": "Something of ours kept failing. We are looking at it; your clip is safe.",
    "not_clean": "We could not be sure that nothing in this clip tells who sent it, so it was not published.",
    "given_up": "We could not publish this clip, and it has been deleted.",
    "block_gone": "The map was replaced before this clip was published. Choose your block and send it again.",
    "lost_in_restore": "We lost this clip to a fault of ours and could not bring it back. Please send it again.",
    "hidden": "A moderator hid this post.",
    "held": "A moderator is looking at this post.",
    "held_for_words": "Nobody sees this post until a moderator has looked at its words.",
    "held_known_bad": "It is on a list of what may not be shown. A moderator looks at it before anybody sees it.",
    "held_returned": "This looks like something that moderators removed. Nobody sees it until one has looked at it.",
    "held_premoderated": "A moderator looks at each post of this kind first, here and at this time.",
    "removed": "A moderator removed this post.",
    "edited": "A moderator took words out of this post.",
    "blurred": "A moderator covered a part of this post's picture.",
    "expired": "This post's time was over.",
    "kept": "This post is kept in a case of the police. Nobody else sees it.",
}

DECIDED = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)
_MESSAGES = {**{reason.value: sentence for reason, sentence in SENTENCES.items()}, **OTHER_REASONS}


class ReasonSeen(BaseModel):
    """Why, for programs and for people; `rules` are those the words of a held post break, with how to say it better."""

    code: str
    message: str
    decided_by: Named | None = None
    rules: list[Rule] = []


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
        reason=_reason(desk, clip, post),
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


def _reason(desk: Desk, clip: Clip, post: Post | None) -> ReasonSeen | None:
    code = clip.reason
    if post is not None and post.state in DECIDED:
        return _decided(desk, clip, post)
    if post is not None and post.state is PostState.LIVE and (edited := _edited(desk, post)):
        return edited
    if post is not None and post.state is not PostState.LIVE:
        code = post.state.value
    elif post is None and clip.state is ClipState.PUBLISHED:
        code = PostState.EXPIRED.value  # only a tombstone is left, and withdrawn it would be said to be
    if code is None:
        return None
    return ReasonSeen(code=code, message=_MESSAGES.get(code, "This clip was not published."))


def _edited(desk: Desk, post: Post) -> ReasonSeen | None:
    with desk.stores.record.read() as conn:
        named = decisions.edited(conn, post.id)
    if named is None:
        return None
    by = Named(guideline=named.reason, version=named.guidelines)
    code = "blurred" if named.verb == BLUR else "edited"
    return ReasonSeen(code=code, message=_MESSAGES[code], decided_by=by)


def _decided(desk: Desk, clip: Clip, post: Post) -> ReasonSeen:
    with desk.stores.record.read() as conn:
        named = decisions.newest(conn, post.id)
    with desk.stores.vault.read() as conn:
        found = held_for.of(conn, clip.id)
    # Held, and nobody decided yet: the airlock did. Of its words nothing says why: they are read once more.
    began_held = post.state is PostState.HELD and named is None
    rules = list(check(post.title, post.text, post.category)) if began_held else []
    if not rules and began_held and found:
        told = " ".join(_MESSAGES[f"held_{code}"] for code in found)
        return ReasonSeen(code=f"held_{found[0]}", message=told)
    if not rules:
        by = None if named is None else Named(guideline=named.reason, version=named.guidelines)
        return ReasonSeen(code=post.state.value, message=_MESSAGES[post.state.value], decided_by=by)
    told = " ".join([_MESSAGES["held_for_words"], *(rule.hint.en for rule in rules)])
    return ReasonSeen(code="held_for_words", message=told, rules=rules)
