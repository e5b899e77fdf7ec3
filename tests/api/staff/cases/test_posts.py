"""A post that is kept to a case: there at the case's address for who may see the case, and nowhere for anybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.stores import Stores
from feed import keeping
from feed.bell import Bell
from storage.db import CHORES, Database
from storage.kit.ids import PostId, new_id
from storage.posts.posts import PostState
from storage.staff.staff import Role
from tests.api.asking import Client
from tests.api.staff.casework import Casework, casework  # noqa: F401 - fixture
from tests.api.staff.test_posts import CONTENT, a_playable_post, viewings

WHY = {"reason": "same_vehicle", "confidence": "likely"}
ELSEWHERE: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/v1/posts/{}", None),
    ("GET", "/v1/media/{}/480p.mp4", None),
    ("GET", "/v1/media/{}/poster.jpg", None),
    ("DELETE", "/v1/unread/{}", None),
    ("POST", "/v1/posts/{}/flags", {"reason": "other"}),
    ("PUT", "/v1/posts/{}/claim", None),
    ("GET", "/v1/posts/{}/decisions", None),
    ("DELETE", "/v1/posts/{}/decisions/last", None),
    ("POST", "/v1/posts/{}/edits", {"reason": "privacy", "cut": ["van"]}),
    *(
        ("POST", "/v1/posts/{}/decisions", {"verb": verb, "reason": "privacy"})
        for verb in ("hold", "hide", "restore", "remove", "dismiss", "suspend")
    ),
)


@pytest.mark.engines("sqlite")
def test_a_kept_post_is_its_cases_alone(
    record: Database,
    bell: Bell,
    given: Stores,
    tmp_path: Path,
    casework: Casework,  # noqa: F811
) -> None:
    """Seen and played there, each viewing audited; everywhere else, by everybody, it is as if it had never been."""
    path, post_id = _kept(record, bell, given, tmp_path, casework)
    outside = [casework.new(role, "Central") for role in (Role.ANALYST, Role.DETECTIVE, Role.MODERATOR)]

    told = casework.detective.ask.get(path)
    (link,) = casework.detective.ask.get(path.split("/posts/")[0]).json()["links"]
    played = casework.lead.ask.get(f"{path}/media/480p.mp4")
    poster = casework.lead.ask.get(f"{path}/media/poster.jpg")

    assert (told.status_code, told.json()["state"]) == (200, "kept")
    assert link["post"] == told.json()
    assert [one.content for one in (played, poster)] == [CONTENT] * 2
    assert "sandbox" in played.headers["content-security-policy"]
    assert [entry.subject for entry in viewings(record)] == [post_id] * 3  # one of them before it was kept
    for person in (casework.detective, casework.lead, *outside):
        for method, address, body in ELSEWHERE:
            asked = [_ask(person.ask, method, address.format(id_), body) for id_ in (post_id, new_id())]
            assert asked[0] == asked[1], (method, address)
            assert asked[0][0] >= 400
        assert person.ask.get("/v1/posts").json()["items"] == []
        assert person.ask.get("/v1/posts?q=van").json()["items"] == []
    for person in outside:
        for address in (path, f"{path}/media/480p.mp4"):
            other = address.replace(post_id, new_id())
            assert _ask(person.ask, "GET", address) == _ask(person.ask, "GET", other)


@pytest.mark.engines("sqlite")
def test_what_the_case_holds_no_more_is_not_there(
    record: Database,
    bell: Bell,
    given: Stores,
    tmp_path: Path,
    casework: Casework,  # noqa: F811
) -> None:
    """Unlinked, or asked for at another case of the same people, or gone over to somebody who is not assigned."""
    path, post_id = _kept(record, bell, given, tmp_path, casework)
    case = path.split("/posts/")[0]
    other = casework.opened("CR-2")

    assert casework.detective.ask.get(f"{other}/posts/{post_id}").status_code == 404
    assert casework.detective.ask.post(f"{other}/links", {"post_id": post_id, **WHY}).status_code == 404

    (link,) = casework.detective.ask.get(case).json()["links"]
    casework.detective.ask.ask("DELETE", f"{case}/links/{link['id']}")
    assert casework.detective.ask.get(path).status_code == 404
    assert casework.detective.ask.post(f"{other}/links", {"post_id": post_id, **WHY}).status_code == 404
    assert casework.detective.ask.post(f"{case}/links", {"post_id": post_id, **WHY}).status_code == 201
    assert casework.detective.ask.get(path).status_code == 200


def _kept(record: Database, bell: Bell, given: Stores, tmp_path: Path, casework: Casework) -> tuple[str, str]:  # noqa: F811
    """A kept post's address in its case, and its id."""
    case, post = casework.opened(), a_playable_post(record, bell, given, tmp_path, "Central")
    address = f"{case}/posts/{post.id}"
    casework.detective.ask.post(f"{case}/links", {"post_id": post.id, **WHY})
    assert casework.detective.ask.get(address).json()["state"] == PostState.LIVE
    with record.write(by=CHORES) as tx:
        assert keeping.keep(tx, bell, PostId(post.id))
    return address, post.id


def _ask(who: Client, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    answer = who.ask(method, path, **({} if body is None else {"json": body}))
    return answer.status_code, answer.content
