"""Posts that a case holds, asked for as the case's: the only address at which one that is kept to it is there."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.staff.auth import Investigator
from api.staff.posts import Seen
from api.stores import Media, Record
from feed.events import POSTER, PostAsSeen, as_seen
from storage.cases import cases, holds as case_holds, rules as case_rules
from storage.db import Database
from storage.kit.errors import NotThere
from storage.kit.ids import CaseId, PostId
from storage.posts import posts
from storage.posts.posts import Post, PostState
from storage.staff.staff import VIEWERS, LogIn

router = APIRouter(prefix="/v1/cases/{case_id}/posts/{post_id}", tags=["cases"])
SHOWN = (PostState.LIVE, PostState.KEPT)


@router.get("")
def view(case_id: CaseId, post_id: PostId, me: Investigator, record: Record, viewings: Seen) -> PostAsSeen:
    """One post that the case holds: an audited viewing."""
    post = held(record, me, case_id, post_id)
    viewings.enter(me, post.id)
    return as_seen(post)


@router.head("/media/{file}", include_in_schema=False)
@router.get("/media/{file}")
def play(
    case_id: CaseId,
    post_id: PostId,
    file: str,
    request: Request,
    me: Investigator,
    record: Record,
    media: Media,
    viewings: Seen,
) -> Response:
    """A file of its media, with range requests; part of a viewing, or one by itself."""
    post = held(record, me, case_id, post_id)
    answer = media.answer(request, post, file)
    if file != POSTER:
        viewings.go_on(me, post.id)
    return answer


def held(record: Database, me: LogIn, case_id: CaseId, post_id: PostId) -> Post:
    """The post, live or kept, where they may see the case, it holds it, and its division is theirs; raises NotThere."""
    with record.read() as conn:
        case = cases.one(conn, case_rules.asker(me.member), case_id)
        if post_id not in case_holds.of_case(conn, case.standing.id):
            raise NotThere
        post = posts.one(conn, me.member.reach(*VIEWERS), post_id, kept=True)
    if post is None or post.state not in SHOWN:
        raise NotThere
    return post
