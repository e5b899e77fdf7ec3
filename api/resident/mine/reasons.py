"""Why a clip is not on the feed, or not as it was sent, in words for its author."""

from __future__ import annotations

from pydantic import BaseModel

from api.resident.desk import Desk
from api.resident.inbox.letter_seen import Named
from storage.identity.clips import held_for
from storage.identity.clips.clips import Clip, ClipState
from storage.moderation import decisions
from storage.moderation.decisions import BLUR
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


def reason_of(desk: Desk, clip: Clip, post: Post | None) -> ReasonSeen | None:
    """Why the clip is not on the feed, or not as it was sent; None where there is nothing to say."""
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
