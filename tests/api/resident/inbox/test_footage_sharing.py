"""A clip that is shared for a request is kept to that case, in no list and before no neighbour."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from api.resident.desk import Desk
from storage.db import AIRLOCK
from storage.identity.cameras.inbox_answers import CLOSED_MS
from storage.identity.schema import clips
from storage.kit import clock
from storage.kit.clock import BATCH, DAY, HOUR
from storage.kit.ids import PostId, new_id
from storage.posts import posts
from storage.posts.posts import PostState
from storage.schema import feed_log, posts as post_rows
from tests.api.asking import Client
from tests.api.resident.asking_town import arrives, path, share
from tests.api.resident.cameras.test_ledger import _case
from tests.api.resident.conftest import Town
from tests.api.resident.neighbour import Neighbour
from workers.airlock.admit import Airlock, admit

VIEW = "0f" * 32


def test_a_shared_clip_is_the_cases_alone(
    desk: Desk, ada: Neighbour, town: Town, airlock: Airlock, analyst: Client, tall_clip: Path
) -> None:
    """It waits for its batch's last hour; on the record it is kept, in its camera's block, with the batch's time."""
    _, case = _case(desk, town)
    camera = ada.registered()
    request = arrives(desk, town, case=case)
    assert share(ada, request, camera, upload_id=ada.upload(tall_clip.read_bytes())).status_code == 202
    with desk.stores.vault.read() as conn:
        clip = conn.execute(select(clips)).one()
    said = ada.get(path(request))["answer"]
    shown_at = clock.from_datetime(datetime.fromisoformat(said["shown_at"]))
    assert 0 <= clip.retry_at - (shown_at - CLOSED_MS) <= HOUR / 4
    assert clip.kept_for == case

    with desk.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(clips).values(retry_at=0))
    admit(airlock, clip.id)

    with desk.stores.record.read() as conn:
        post = posts.one(conn, [town.central], PostId(clip.post_id), kept=True)
        at = conn.execute(select(post_rows.c.published_at)).scalar_one()
        assert post is not None
        assert post.state is PostState.KEPT
        assert post.block.id == town.blocks[0]
        assert at % BATCH == 0
        assert at > clock.now()
        assert conn.execute(select(feed_log)).all() == []
    assert ada.get("/v1/neighborhood/posts")["items"] == []
    assert analyst.get("/v1/posts").json()["items"] == []
    assert analyst.get(f"/v1/posts/{clip.post_id}").status_code == 404


@pytest.mark.engines("sqlite")
def test_the_same_key_shares_once(desk: Desk, ada: Neighbour, town: Town) -> None:
    """A double click gets the same receipt; another camera than one of those asked about is refused."""
    camera = ada.registered()
    request = arrives(desk, town)
    upload_id = ada.upload()

    first, again = (share(ada, request, camera, key="one-and-the-same", upload_id=upload_id) for _ in range(2))

    assert first.json() == again.json()
    elsewhere = ada.registered(block_id=town.blocks[1])
    refused = share(ada, request, elsewhere)
    assert refused.json()["error"]["fields"] == {"camera_id": "Choose one of yours."}
    early = share(ada, request, camera, happened_at=clock.as_text(clock.now() - 20 * DAY))
    assert "happened_at" in early.json()["error"]["fields"]


@pytest.mark.engines("sqlite")
def test_a_new_clip_takes_the_place_of_the_one_before(desk: Desk, ada: Neighbour, town: Town) -> None:
    """The one before is withdrawn, as if it had never been shared."""
    camera = ada.registered()
    request = arrives(desk, town)
    share(ada, request, camera)
    before = ada.get(path(request))["answer"]["handle"]

    share(ada, request, camera)

    after = ada.get(path(request))["answer"]["handle"]
    states = {one["handle"]: one["state"] for one in ada.get("/v1/posts/mine")["items"]}
    assert states == {before: "withdrawn", after: "received"}


@pytest.mark.engines("sqlite")
def test_an_owner_sees_which_posts_the_same_view_gives_away(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Each by its handle, so that it can be taken back first; what was taken back is not named."""
    ada.registered()
    request = arrives(desk, town)
    ada.posted(view=VIEW, title="By my gate")
    ada.posted(view="f0" * 32)

    def alike() -> list[Any]:
        answer = ada.ask("POST", path(request, "same-view"), {"view": VIEW})
        assert answer.status_code == 200
        return list(answer.json()["items"])

    (one,) = alike()
    assert one["title"] == "By my gate"
    ada.ask("DELETE", f"/v1/posts/mine/{one['handle']}")
    assert alike() == []


@pytest.mark.engines("sqlite")
def test_who_lists_a_camera_may_share(desk: Desk, ada: Neighbour, town: Town) -> None:
    """And go on listing: what was shared for a case is no post without a name."""
    camera = ada.registered()
    listing = {"address": "2400 Park Ave", "contact": "The desk"}
    assert ada.ask("PUT", f"/v1/cameras/{camera}/listing", listing).status_code == 200
    request = arrives(desk, town)

    assert share(ada, request, camera).status_code == 202
    assert ada.post().json()["error"]["code"] == "account_listed"
    assert ada.ask("PUT", f"/v1/cameras/{camera}/listing", listing).status_code == 200


@pytest.mark.engines("sqlite")
def test_who_is_not_asked_shares_nothing(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Nor is told that there is such a request."""
    camera = ada.registered()
    request = arrives(desk, town, town.east_block)
    body = {"upload_id": ada.upload(), "camera_id": camera, "happened_at": clock.as_text(clock.now())}

    answer = ada.ask("POST", path(request, "share"), body, headers={"idempotency-key": new_id()})

    assert answer.status_code == 404
