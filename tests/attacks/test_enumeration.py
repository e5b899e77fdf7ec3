"""Attacks 20 to 25: counting, guessing and ordering what is named."""

from __future__ import annotations

import base64
import json
import re

import pytest

from storage.kit.ids import digest, new_id
from tests.attacks.dependence import UNLIKELY, orders_alike
from tests.attacks.table import Tried
from tests.attacks.world import World

AN_ID = re.compile(r"[a-z2-7]{26}")
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def test_a20_ids_follow_neither_time_nor_order(world: World, tried: Tried) -> None:
    """Posts' and comments' ids, taken for numbers, are in no order with that of publication, nor share a part."""
    listed = [str(post["id"]) for post in world.attackers["analyst"].listed()]
    said = [
        str(comment["id"])
        for post_id in listed
        for comment in world.attackers["neighbour"].listed(f"/v1/posts/{post_id}/comments")
    ]
    tried(len(listed) + len(said))

    for ids in (listed, said):
        numbers = [int.from_bytes(base64.b32decode(one.upper() + "======")) for one in ids]
        assert all(AN_ID.fullmatch(one) for one in ids)
        assert orders_alike(range(len(numbers)), numbers) > UNLIKELY
        assert len({one[:8] for one in ids}) == len(ids)


def test_a21_a_list_is_in_the_order_of_publication_for_everybody(world: World, tried: Tried) -> None:
    """Analyst and neighbour read the same list, and both in the order in which the feed told it: nobody's own."""
    analyst = [post["id"] for post in world.attackers["analyst"].listed()]
    neighbour = [post["id"] for post in world.attackers["neighbour"].listed("/v1/neighborhood/posts")]
    told = [event["post"]["id"] for event in world.ears["analyst"].events() if event["kind"] == "post.published"]
    gone = {sent.post_id for sent in world.withdrawn}
    tried(len(analyst))

    assert analyst == neighbour == [post_id for post_id in reversed(told) if post_id not in gone]


@pytest.mark.parametrize("number", range(3))
def test_a22_no_receipt_can_be_guessed(world: World, tried: Tried, number: int) -> None:
    """Not from one's neighbours on either side, its digest, its post, its key or another spelling."""
    neighbour, sent = world.attackers["neighbour"], world.live[number]
    receipt = sent.receipt
    near = [receipt[:at] + LETTERS[(LETTERS.index(receipt[at]) + 1) % 32] + receipt[at + 1 :] for at in range(32)]
    like = [receipt.upper(), receipt[:-1], receipt + "a", receipt + "%00", " " + receipt, digest(receipt)]
    guesses = [*near, *like, sent.post_id, sent.key, sent.upload_id]
    tried(len(guesses))

    answers = [neighbour.get(f"/v1/receipts/{guess}") for guess in guesses]

    assert {told.lasting for told in answers} == {neighbour.get(f"/v1/receipts/{new_id()}").lasting}
    assert answers[0].status == 404


def test_a23_a_signed_address_is_good_for_itself_alone(world: World, tried: Tried) -> None:
    """Another part, upload, hour or signature, and one that was posted: the same answer as for none."""
    author = world.people[0]
    with author.client(world.stack.resident) as http:
        begun = http.post("/v1/uploads", json={"bytes": 100, "type": "video/mp4"}).json()
        address = begun["parts"][0]["url"]
        path, _, query = address.partition("?")
        expires, signature = query.removeprefix("expires=").split("&signature=")
        other = path.replace(begun["upload_id"], author.sent[0].upload_id)
        changed = [
            f"{path[:-1]}2?{query}",
            f"{other}?{query}",
            f"{path.replace(begun['upload_id'], new_id())}?{query}",
            f"{path}?expires={int(expires) + 1}&signature={signature}",
            f"{path}?expires={expires}&signature={signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        ]
    nobody, header = world.attackers["nobody"], {"x-amz-checksum-sha256": base64.b64encode(bytes(32)).decode()}
    tried(len(changed))

    answers = [nobody.ask("PUT", address, content=b"x" * 100, headers=header) for address in changed]

    assert {told.lasting for told in answers} == {answers[0].lasting}
    assert answers[0].status == 404


def test_a24_a_cursor_holds_a_place_in_the_list_and_no_more(world: World, tried: Tried) -> None:
    """One number, that of the post's event on the feed, which both were told; of the audit, the line's own."""
    analyst, neighbour = world.attackers["analyst"], world.attackers["neighbour"]
    pages = [analyst.json("/v1/posts", params={"limit": n}) for n in (1, 2)]
    pages += [neighbour.json("/v1/neighborhood/posts", params={"limit": n}) for n in (1, 2)]
    first = {e["post"]["id"]: e["seq"] for e in world.ears["analyst"].events() if e["kind"] == "post.published"}
    tried(len(pages))

    for page in pages:
        place = json.loads(base64.urlsafe_b64decode(page["cursor"] + "=="))
        assert place == [first[page["items"][-1]["id"]]]


def test_a25_made_up_cursors_show_nothing_of_elsewhere(world: World, tried: Tried) -> None:
    """From whatever place an analyst of another division reads on, there is no post of this one."""
    outsider, last = world.attackers["outsider"], 3 * len(world.sent) + 10
    places: list[object] = [*range(0, last, max(1, last // 60)), 2**53, -1, "x", [1], None, 1.5]
    tried(len(places))

    for place in places:
        cursor = base64.urlsafe_b64encode(json.dumps([place]).encode()).decode().rstrip("=")
        told = outsider.get("/v1/posts", params={"cursor": cursor})
        assert told.status == 422 or json.loads(told.body)["items"] == []
