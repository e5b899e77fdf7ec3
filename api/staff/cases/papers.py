"""What of a case is words, written down for a package as who asks for it may see it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from api.staff.cases import footage_seen, seen as case_seen
from api.staff.cases.footage_seen import RequestSeen
from feed.events import as_seen
from storage.cases import cases, contents as case_contents, holds as case_holds, rules as case_rules
from storage.cases.cases import Case
from storage.cases.contents import STANDS, Line
from storage.cases.exports import Papers
from storage.posts import posts, vouched
from storage.staff.staff import VIEWERS, StaffMember


def papers(
    conn: Connection, member: StaffMember, case: Case, *, stills: Sequence[tuple[str, int]], notes: bool
) -> Papers:
    """All of it, by the file it will be; `stills` are posts and milliseconds; not `notes`: what they say is left out.

    A post of a division that is not this member's is not in it, as a case shows them nothing of it.
    """
    case_id, who = case.standing.id, case_rules.asker(member)
    theirs = case_holds.of_case(conn, case_id)
    changes = case_contents.changes(conn, theirs)
    told = case_seen.in_full(conn, member, case).model_dump(mode="json")
    held = posts.some(conn, member.reach(*VIEWERS), theirs, kept=True)
    shown = [as_seen(post).model_dump(mode="json") for post in held.values() if post.state in STANDS]
    timeline = [one if notes or one["kind"] != "note" else {**one, "text": None} for one in told["timeline"]]
    return {
        "case": {key: told[key] for key in ("id", "number", "state", "incident", "division", "asked_by", "members")},
        "links": [{**one, "post": one["post"] and one["post"]["id"]} for one in told["links"]],
        "timeline": timeline,
        "requests": [_request(one) for one in footage_seen.in_case(conn, who, case).items],
        "posts": sorted(shown, key=lambda post: (post["happened_at"], post["id"])),
        "people": cases.names(conn, {member.id, *_named(case_contents.custody(conn, case_id, held))}),
        "stills": [[post_id, at] for post_id, at in stills],
        "originals": vouched.of(conn, held),
        "changes": changes,
    }


def _request(one: RequestSeen) -> Papers:
    """What was asked, and what owners answered so far.

    Without what is to come, what whoever asks may do with it, and what other cases asked.
    """
    return one.model_dump(
        mode="json",
        exclude={"may": True, "lead": True, "among": True, "next_at": True, "answers": {"__all__": {"contact"}}},
    )


def _named(lines: Sequence[Line]) -> set[str]:
    """Who of the staff is named by them, by id."""
    return {line.by.removeprefix("staff:") for line in lines if line.by.startswith("staff:")}


def clips_in(told: Papers) -> set[str]:
    """The posts of written-down papers that are clips."""
    return {post["id"] for post in told["posts"] if post["kind"] == "video"}
