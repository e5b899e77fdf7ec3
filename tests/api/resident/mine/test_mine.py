"""A resident's own clips after the time in which it is known whose they are: only the receipt opens one."""

from __future__ import annotations

import hashlib
from typing import Any

from api.resident.desk import Desk
from storage.kit.ids import PostId
from storage.posts import vouched
from storage.posts.posts import Verb
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import decide, published
from tests.builders import all_rows
from workers.airlock.admit import Airlock
from workers.airlock.nobodys import end_authorship

CONTENT = b"a clip as the camera saved it"


def test_after_its_time_only_the_receipt_opens_a_clip(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """It has left my list and my hand, hidden it is nobody's to see; by its receipt it is followed and taken back."""
    sent: dict[str, Any] = {"key": "key-number-1", "upload_id": ada.upload(CONTENT)}
    receipt, post = published(ada, desk, airlock, **sent)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    decide(desk, post["id"], Verb.HIDE)
    before = [ada.ask("GET", f"/v1/posts/{post['id']}").status_code, ada.get(f"/v1/receipts/{receipt}")]

    _its_time_is_over(desk)

    assert ada.get("/v1/posts/mine")["items"] == []
    assert ada.ask("GET", f"/v1/posts/mine/{mine['handle']}").status_code == 404
    assert [before[0], ada.ask("GET", f"/v1/posts/{post['id']}").status_code] == [200, 404]
    assert ada.get(f"/v1/receipts/{receipt}") == before[1]
    assert ada.ask("GET", f"/v1/uploads/{sent['upload_id']}").status_code == 404
    assert ada.post(**sent).json()["error"]["code"] == "not_there"
    assert ada.ask("DELETE", f"/v1/receipts/{receipt}").json() == {"state": "withdrawn"}


def test_a_receipt_proves_the_original_to_whoever_has_the_file(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """By a salted hash, also after it was shredded and nobody is its author any more; before it was read, by none."""
    receipt, _ = published(ada, desk, airlock, upload_id=ada.upload(CONTENT))
    _its_time_is_over(desk)

    told = ada.get(f"/v1/receipts/{receipt}")["original"]

    assert hashlib.sha256(bytes.fromhex(told["salt"]) + CONTENT).hexdigest() == told["sha256"]
    assert ada.get(f"/v1/receipts/{ada.posted()}")["original"] is None


def test_an_original_can_be_proved_in_court_if_its_author_says_so(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """The digest crosses and no salt; until then, and once the post ended, the record has nothing. Twice is once."""
    receipt, post = published(ada, desk, airlock, upload_id=ada.upload(CONTENT))
    before, path = ada.get(f"/v1/receipts/{receipt}")["original"], f"/v1/receipts/{receipt}/original"

    told = [ada.ask("PUT", path).json()["original"] for _ in range(2)]

    assert (before["told"], told) == (False, [{**before, "told": True}] * 2)
    with desk.stores.record.read() as conn:
        assert vouched.of(conn, [PostId(post["id"])]) == {post["id"]: before["sha256"]}
    assert before["salt"].encode() not in all_rows(desk.stores.record)
    ada.ask("DELETE", f"/v1/receipts/{receipt}")
    assert ada.ask("PUT", path).json()["error"]["code"] == "nothing_to_prove"
    assert before["sha256"].encode() not in all_rows(desk.stores.record)


def _its_time_is_over(desk: Desk) -> None:
    assert end_authorship(desk.stores.vault, life=-1) > 0  # of all that was accepted by now
