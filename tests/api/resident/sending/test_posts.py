"""A resident's own clips: accepted once, seen beforehand as police will see them, followed, and taken back."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.resident.desk import Desk
from api.resident.sending import posts as sending
from feed import keeping, posting
from storage.atlas import versions
from storage.db import AIRLOCK, CHORES, OPERATOR
from storage.identity.clips import clips, held_for, leases
from storage.identity.limits import Limit
from storage.identity.schema import authorship, clips as rows
from storage.identity.vault import ClipId, Receipt
from storage.kit import clock
from storage.kit.ids import BlockId, PostId
from storage.moderation import decisions, premoderation
from storage.moderation.decisions import Why
from storage.posts.posts import Verb
from storage.staff import staff
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour, said
from tests.at_once import at_once
from tests.cases import an_open_case, link
from tests.storage.identity.making import the_clip
from tests.workers.airlock.looking import take_through
from workers.airlock.admit import Airlock
from workers.media import rework
from workers.media.refusals import Reason, RefusedClip
from workers.queue import Lane

TYPED = {"title": "Call 816-555-0142", "text": "I am at 1204 Oak Street; write to jane.roe@example.org"}


def clip_ids(desk: Desk) -> list[ClipId]:
    """Every clip on the books."""
    with desk.stores.vault.read() as conn:
        return [ClipId(found) for found in conn.execute(select(rows.c.id).order_by(rows.c.accepted_at)).scalars()]


def published(ada: Neighbour, desk: Desk, airlock: Airlock, **other: Any) -> tuple[str, dict[str, Any]]:
    """A clip that went through the airlock: its receipt and its post."""
    before = set(clip_ids(desk))
    receipt = ada.posted(**other)
    (clip_id,) = set(clip_ids(desk)) - before
    take_through(airlock, clip_id)
    return receipt, ada.get(f"/v1/receipts/{receipt}")["post"]


def decide(desk: Desk, post_id: str, verb: Verb) -> None:
    """A moderator's decision."""
    with desk.stores.record.write(by=OPERATOR) as tx:
        posting.decide(tx, desk.stores.bell, PostId(post_id), verb, reason="privacy")


def at(milliseconds: int) -> str:
    """A time as text."""
    return clock.as_text(clock.now() + milliseconds)


def test_an_accepted_clip_has_a_receipt_and_is_rung_for(ada: Neighbour, desk: Desk, redis_client: Any) -> None:
    """It is on the books before the answer, found by the receipt, and the airlock hears of its id alone."""
    answer = ada.post()

    (clip_id,) = clip_ids(desk)
    assert answer.status_code == 202
    assert answer.json()["state"] == "received"
    assert set(answer.json()) == {"receipt", "state"}
    with desk.stores.vault.read() as conn:
        assert clips.by_receipt(conn, Receipt(answer.json()["receipt"])).id == clip_id
    assert redis_client.lrange(f"rq:queue:{Lane.SMALL}", 0, -1) == [f"admit-{clip_id}".encode()]


def test_a_clip_is_accepted_while_redis_is_away(ada: Neighbour, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doorbell is not the truth: whoever reconciles rings again."""

    def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(desk.doorbell), "admit_clip", away)

    assert ada.post().status_code == 202
    assert len(clip_ids(desk)) == 1


def test_the_same_request_is_accepted_once(ada: Neighbour, desk: Desk) -> None:
    """Byte for byte the same answer; the same key with other words is a conflict."""
    upload_id, when = ada.upload(), at(-clock.HOUR)
    answers = [ada.post(key="key-number-1", upload_id=upload_id, happened_at=when) for _ in range(2)]

    other = ada.post(key="key-number-1", upload_id=upload_id, happened_at=when, title="Something else")

    assert answers[0].status_code == 202
    assert answers[0].content == answers[1].content
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert len(clip_ids(desk)) == 1


def test_a_double_click_is_accepted_once(ada: Neighbour, app: FastAPI, client: NewClient, desk: Desk) -> None:
    """Requests that come at the same moment wait for each other, and are answered alike."""
    upload_id, when = ada.upload(), at(-clock.HOUR)
    windows = [Neighbour(client(app, ada.client.token), ada.block) for _ in range(4)]

    answers = at_once(4, lambda n: windows[n].post(key="key-number-1", upload_id=upload_id, happened_at=when))

    told = {(answer.status_code, answer.content) for answer in answers if isinstance(answer, httpx.Response)}
    assert [status for status, _ in told] == [202]
    assert len(clip_ids(desk)) == 1


def test_the_same_key_of_two_residents_is_two_posts(ada: Neighbour, neighbour: NewNeighbour, desk: Desk) -> None:
    """Each with a receipt of their own."""
    receipts = {one.posted(key="key-number-1") for one in (ada, neighbour("eve"))}

    assert len(receipts) == len(clip_ids(desk)) == 2


@pytest.mark.parametrize("key", [None, "short", "x" * 81])
def test_a_request_without_a_key_is_refused(ada: Neighbour, key: str | None) -> None:
    """Or it could not be repeated safely."""
    headers = {} if key is None else {"idempotency-key": key}

    answer = ada.ask("POST", "/v1/posts", said(ada.block, upload_id=ada.upload()), headers=headers)

    assert answer.status_code == 422
    assert [name.lower() for name in answer.json()["error"]["fields"]] == ["idempotency-key"]


def test_an_upload_is_posted_once(ada: Neighbour, desk: Desk) -> None:
    """Nor before it is complete."""
    upload_id, unfinished = ada.upload(), ada.begin(5)["upload_id"]
    ada.posted(upload_id=upload_id)

    again, early = ada.post(upload_id=upload_id), ada.post(upload_id=unfinished)

    assert (again.status_code, again.json()["error"]["code"]) == (409, "upload_posted")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "upload_open")
    assert len(clip_ids(desk)) == 1


@pytest.mark.parametrize(
    ("asked", "once"),
    [
        ([], ()),
        (["faces"], ("faces",)),
        (["plates", "faces"], ("faces", "plates")),
        (["plates", "plates", "faces", "faces", "plates"], ("faces", "plates")),
        (["porch", "overlay", "plates", "faces"], ("faces", "plates", "overlay", "porch")),
    ],
)
def test_what_is_to_be_blurred_is_kept_and_told_to_its_author(
    ada: Neighbour, desk: Desk, asked: list[str], once: tuple[str, ...]
) -> None:
    """In one order, each once; by the receipt and in the list of one's own."""
    receipt = ada.posted(blur=asked)

    (clip_id,) = clip_ids(desk)
    assert the_clip(desk.stores.vault, clip_id).blur == once
    assert ada.get(f"/v1/receipts/{receipt}")["blur"] == list(once)
    assert ada.get("/v1/posts/mine")["items"][0]["blur"] == list(once)


def test_the_part_that_is_to_be_seen_is_kept_and_told_to_its_author(ada: Neighbour, desk: Desk) -> None:
    """To the millisecond; unsaid, all of the clip is."""
    receipt, whole = ada.posted(trim={"start": 1.5, "end": 8.0004}), ada.posted(title="Two")

    assert [ada.get(f"/v1/receipts/{each}")["trim"] for each in (receipt, whole)] == [[1.5, 8.0], None]
    assert {the_clip(desk.stores.vault, clip_id).trim for clip_id in clip_ids(desk)} == {(1500, 8000), None}


@pytest.mark.parametrize(
    "trim",
    [
        {"start": -0.1, "end": 3},
        {"start": 3, "end": 3.4},
        {"start": 8, "end": 1.5},
        {"start": 0, "end": 130},
        {"start": 1},
        {"start": "nan", "end": 5},
        {"start": 0, "end": "inf"},
        {"start": 0, "end": 5, "step": 1},
        [0, 5],
    ],
)
def test_a_part_that_cannot_be_is_refused(ada: Neighbour, desk: Desk, trim: object) -> None:
    """Nothing is accepted, and the upload waits for a second try."""
    upload_id = ada.upload()

    answer = ada.post(upload_id=upload_id, trim=trim)

    assert answer.status_code == 422
    assert clip_ids(desk) == []
    assert ada.post(upload_id=upload_id, trim=None).status_code == 202


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x00\x00\x00\x18ftypheic" + bytes(12)])
def test_a_part_of_a_photo_is_refused(ada: Neighbour, desk: Desk, head: bytes) -> None:
    """By what its bytes are, whatever it was called; without the wish it is taken."""
    upload_id = ada.upload(head + bytes(8000))

    answer = ada.post(upload_id=upload_id, trim={"start": 0, "end": 5})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "trim_of_photo")
    assert set(answer.json()["error"]["fields"]) == {"trim"}
    assert clip_ids(desk) == []
    assert ada.post(upload_id=upload_id).status_code == 202


def test_whose_upload_it_is_is_asked_before_what_it_is(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """Another's photo, one that was posted and none are answered with a part as without one."""
    theirs, posted = ada.upload(b"\xff\xd8\xff\xe0"), ada.upload(b"\xff\xd8\xff\xe1")
    ada.post(upload_id=posted)
    eve = neighbour("eve")

    for who, upload_id, status in ((eve, theirs, 404), (eve, "none", 404), (ada, posted, 409)):
        answers = [who.post(upload_id=upload_id, trim=trim) for trim in (None, {"start": 0, "end": 5})]
        assert [answer.status_code for answer in answers] == [status, status]
        assert answers[0].json()["error"]["code"] == answers[1].json()["error"]["code"]


def test_boxes_are_kept_rounded_and_told_to_their_author(ada: Neighbour, desk: Desk) -> None:
    """No less is covered than was drawn; each once."""
    drawn = [{"x": 0.501, "y": 0.2, "w": 0.1, "h": 0.5}, {"x": 0, "y": 0, "w": 1, "h": 0.01}]
    receipt = ada.posted(boxes=[*drawn, drawn[0]])

    (clip_id,) = clip_ids(desk)
    assert the_clip(desk.stores.vault, clip_id).boxes == ((0, 0, 100, 1), (50, 20, 61, 70))
    told = [{"x": 0, "y": 0, "w": 1, "h": 0.01}, {"x": 0.5, "y": 0.2, "w": 0.11, "h": 0.5}]
    assert ada.get(f"/v1/receipts/{receipt}")["boxes"] == told
    assert ada.get("/v1/posts/mine")["items"][0]["boxes"] == told


BOX = {"x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}


@pytest.mark.parametrize(
    ("boxes", "code"),
    [
        ([BOX] * 11, "too_many_boxes"),
        ([BOX, BOX | {"x": 0.9}], "box_outside"),
        ([BOX | {"y": -0.1}], "box_outside"),
        ([BOX | {"w": 1e300}], "box_outside"),
        ([BOX | {"h": 0.005}], "box_too_small"),
        ([BOX | {"w": -0.1}], "box_too_small"),
        ([BOX | {"w": "nan"}], "refused"),
        ([BOX | {"seen": 1}], "refused"),
        ([{"x": 0.1}], "refused"),
        ([[0, 0, 1, 1]], "refused"),
        ([BOX] * 101, "refused"),
    ],
)
def test_boxes_that_cannot_be_are_refused(ada: Neighbour, desk: Desk, boxes: object, code: str) -> None:
    """Nothing is accepted, the upload waits for a second try, and the answer says which and repeats nothing."""
    upload_id = ada.upload()

    answer = ada.post(upload_id=upload_id, boxes=boxes)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert all(name.startswith("boxes") for name in answer.json()["error"]["fields"])
    assert "1e+300" not in answer.text
    assert clip_ids(desk) == []
    assert ada.post(upload_id=upload_id, boxes=[BOX]).status_code == 202


@pytest.mark.parametrize("blur", [["overlay"], ["faces", "porch"]])
def test_what_only_a_clip_has_is_refused_of_a_photo(ada: Neighbour, desk: Desk, blur: list[str]) -> None:
    """Never left out, and by its bytes, whatever it was called; boxes are taken."""
    upload_id = ada.upload(b"\xff\xd8\xff\xe0" + bytes(8000))

    answer = ada.post(upload_id=upload_id, blur=blur)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "only_of_clips")
    assert clip_ids(desk) == []
    assert ada.post(upload_id=upload_id, blur=["faces"], boxes=[BOX]).status_code == 202


def test_another_wish_is_another_request(ada: Neighbour, desk: Desk) -> None:
    """Under the same key it is a conflict, for one of the two would not be done; said in another way it is the same."""
    said_once = {"key": "key-number-1", "upload_id": ada.upload(), "happened_at": at(-clock.HOUR)}
    first = ada.post(**said_once, blur=["faces", "plates"])

    again, less = ada.post(**said_once, blur=["plates", "faces", "faces"]), ada.post(**said_once, blur=["faces"])
    more = ada.post(**said_once, blur=["faces", "plates"], boxes=[BOX])

    assert (first.status_code, again.content) == (202, first.content)
    for other in (less, more):
        assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert len(clip_ids(desk)) == 1


def test_nobody_else_is_told_what_was_to_be_blurred(
    ada: Neighbour, analyst: Client, desk: Desk, airlock: Airlock
) -> None:
    """A post with blurring has the fields that every post has, and no row of the record has a word for it."""
    _, plain = published(ada, desk, airlock, title="One")
    _, blurred = published(ada, desk, airlock, title="One", blur=["faces", "plates"])

    for path in ("/v1/posts/{id}", "/v1/posts/{id}/as-police-see-it"):
        assert "faces" not in ada.ask("GET", path.format(**blurred)).text
    staff = analyst.get(f"/v1/posts/{blurred['id']}")
    assert staff.status_code == 200
    assert staff.json().keys() == blurred.keys() == plain.keys()
    record_side = builders.all_rows(desk.stores.record)
    assert b"faces" not in record_side
    assert b"plates" not in record_side


@pytest.mark.parametrize(
    ("field", "value"),
    [
        # Named, for two processes that share the tests out must call them the same.
        pytest.param("happened_at", at(clock.DAY), id="in the future"),
        pytest.param("happened_at", at(-31 * clock.DAY), id="long ago"),
        ("happened_at", "yesterday evening"),
        ("happened_at", "2026-11-01T10:00:00"),
        ("happened_at", "0001-01-01T00:00:00+14:00"),
        ("happened_at", "9999-12-31T23:59:59-14:00"),
        ("block_id", "my own house"),
        ("block_id", "39.0997,-94.5786"),
        ("category", "gossip"),
        ("title", ""),
        ("title", "   "),
        pytest.param("title", "\u200b\u2060", id="nothing that is seen"),
        ("title", "Jane Roe " * 20),
        ("text", "Jane Roe " * 300),
        ("title", "\ud800"),
        ("sound", "loud"),
    ],
)
def test_what_cannot_be_accepted_names_its_field_and_repeats_nothing(
    ada: Neighbour, desk: Desk, field: str, value: str
) -> None:
    """In a post and in its preview alike."""
    body = said(ada.block, **{field: value})
    upload_id = ada.upload()
    headers = {"idempotency-key": "key-number-1", "content-type": "application/json"}

    answers = [
        ada.ask("POST", "/v1/posts", content=json.dumps({**body, "upload_id": upload_id}), headers=headers),
        ada.ask("POST", "/v1/previews", content=json.dumps(body), headers=headers),
    ]

    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert list(answer.json()["error"]["fields"]) == [field]
        assert len(value) < 5 or value[:12] not in answer.text
    assert clip_ids(desk) == []


@pytest.mark.parametrize("field", ["lat", "lon", "latitude", "address", "author", "Jane Roe"])
def test_a_field_that_is_not_known_is_refused(ada: Neighbour, field: str) -> None:
    """A coordinate cannot be sent, not even to be ignored; the field's name is not repeated."""
    for path in ("/v1/posts", "/v1/previews"):
        body = said(ada.block, **{field: "39.0997"}, **({"upload_id": "a" * 26} if path == "/v1/posts" else {}))
        answer = ada.ask("POST", path, body, headers={"idempotency-key": "key-number-1"})

        assert answer.status_code == 422
        assert field not in answer.text or field in ("lat", "lon")
        assert "39.0997" not in answer.text


def test_a_phone_s_clock_may_run_a_little_fast(ada: Neighbour, desk: Desk) -> None:
    """What happens in four minutes happened now; what was 29 days ago may be told."""
    ada.posted(happened_at=at(4 * clock.MINUTE))
    ada.posted(happened_at=at(-29 * clock.DAY))

    happened = [the_clip(desk.stores.vault, one).happened_at for one in clip_ids(desk)]
    assert max(happened) <= clock.now()


def test_thirty_posts_an_hour_are_enough(ada: Neighbour, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that one waits, before there is anything; a repeated request is no new post."""
    monkeypatch.setattr(sending, "ACCEPTED", Limit("posts", 1, clock.HOUR))
    upload_id, when = ada.upload(), at(-clock.HOUR)
    first = ada.post(key="key-number-1", upload_id=upload_id, happened_at=when)
    before = builders.all_rows(desk.stores.record)

    assert ada.post().status_code == 429
    assert builders.all_rows(desk.stores.record) == before, "a moderator has nothing to count by"
    assert len(clip_ids(desk)) == 1
    assert ada.post(key="key-number-1", upload_id=upload_id, happened_at=when).content == first.content


def test_a_preview_is_what_gets_published(ada: Neighbour, desk: Desk, airlock: Airlock, town: Town) -> None:
    """Word for word, block and time too; only its id, the media and when it came are still to be."""
    when = at(-clock.HOUR)
    words = said(town.blocks[1], happened_at=when, **TYPED)
    preview = ada.ask("POST", "/v1/previews", words).json()
    whole = {**words, "upload_id": "a" * 26, "blur": ["faces"], "sound": True, "wait": False}
    assert ada.ask("POST", "/v1/previews", whole).json() == preview, (
        "a post's whole body may be shown before it is sent"
    )

    _, post = published(ada, desk, airlock, block_id=town.blocks[1], happened_at=when, **TYPED)

    still_to_be = ("id", "media", "published_at")
    expected = {name: value for name, value in preview["post"].items() if name not in still_to_be}
    assert {name: value for name, value in post.items() if name not in still_to_be} == expected
    assert post.keys() == preview["post"].keys()
    assert expected["title"] == "Call [phone]"
    assert preview["replaced"] == [
        {"kind": "address", "count": 1},
        {"kind": "email", "count": 1},
        {"kind": "phone", "count": 1},
    ]


def test_an_author_reads_what_a_check_held_it_for(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """Until a moderator decides: from then on it is that decision, which they may answer."""
    receipt, post = published(ada, desk, airlock)
    (clip_id,) = clip_ids(desk)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        held_for.note(tx, clip_id, ["returned"])
    decide(desk, post["id"], Verb.HOLD)

    reason = ada.get(f"/v1/receipts/{receipt}")["reason"]

    assert (reason["code"], reason["decided_by"]) == ("held_returned", None)
    decide(desk, post["id"], Verb.RESTORE)
    assert ada.get(f"/v1/receipts/{receipt}")["reason"] is None


def test_a_preview_tells_where_posts_are_judged_first(ada: Neighbour, desk: Desk) -> None:
    """Before anything is sent, and until when; elsewhere, and of another kind, nothing."""
    lead, record = builders.a_moderator(desk.stores.record, "lea"), desk.stores.record
    with record.read() as conn:
        block = versions.block(conn, BlockId(ada.block))
    assert block
    with record.write(by=OPERATOR) as tx:
        premoderation.begin(tx, block.division.id, "crime", staff_id=lead, note="a rumour", lasts=clock.HOUR)

    asked = [ada.ask("POST", "/v1/previews", said(ada.block, category=kind)).json() for kind in ("crime", "safety")]

    assert asked[0]["judged_until"].endswith("Z")
    assert asked[1]["judged_until"] is None
    assert "rumour" not in str(asked)


def test_a_preview_is_of_what_will_be_sent(ada: Neighbour) -> None:
    """Of a clip, unless a photo is meant; of anything else it is refused."""
    kinds = [
        ada.ask("POST", "/v1/previews", said(ada.block, **kind)) for kind in ({}, {"kind": "photo"}, {"kind": "x"})
    ]

    assert [answer.status_code for answer in kinds] == [200, 200, 422]
    assert [answer.json()["post"]["kind"] for answer in kinds[:2]] == ["video", "photo"]


def test_a_preview_keeps_nothing_and_counts_only_what_it_replaced(ada: Neighbour, desk: Desk) -> None:
    """What somebody put in brackets themselves was not replaced."""
    answer = ada.ask("POST", "/v1/previews", said(ada.block, title="[phone] rings", text="nothing else"))

    assert answer.json()["replaced"] == []
    assert answer.json()["post"]["media"] is None
    assert clip_ids(desk) == []


def test_a_preview_tells_likely_names_to_their_author(ada: Neighbour, desk: Desk) -> None:
    """Of title and text, where they stand in the scrubbed words; a name that was taken out is not asked about again."""
    words = {"title": "Marcus at 816-555-0142", "text": "call 816-555-0142, my neighbor Jim Peterson and [name] saw it"}

    answer = ada.ask("POST", "/v1/previews", said(ada.block, **words)).json()

    assert answer["names"] == [
        {"text": "Marcus", "field": "title", "start": 0, "end": 6},
        {"text": "Jim Peterson", "field": "text", "start": 26, "end": 38},
    ]
    assert answer["post"]["text"][26:38] == "Jim Peterson"
    assert answer["post"]["text"].endswith("and [name] saw it")
    assert {"kind": "name", "count": 1} not in answer["replaced"]
    assert clip_ids(desk) == []


def test_a_name_taken_out_on_the_page_is_never_on_the_record(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """What the page puts in a name's place comes out of the airlock as it went in."""
    _, post = published(ada, desk, airlock, title="[name] and a van", text="my neighbor [name] saw it")

    assert (post["title"], post["text"]) == ("[name] and a van", "my neighbor [name] saw it")


def test_a_receipt_follows_a_clip_to_its_post(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """From received to done; a receipt nobody was given is not there."""
    receipt = ada.posted()
    early = ada.get(f"/v1/receipts/{receipt}")

    take_through(airlock, clip_ids(desk)[0])

    late = ada.get(f"/v1/receipts/{receipt}")
    assert (early["state"], early["stage"], early["progress"], early["post"]) == ("received", "received", 0.0, None)
    assert (late["state"], late["stage"], late["progress"], late["reason"]) == ("published", "done", 1.0, None)
    assert late["post"]["media"]["state"] == "ready"
    assert late["accepted_at"] == early["accepted_at"]
    assert set(late["seconds"]) == {"checking", "encoding", "publishing", "finishing"}
    assert ada.ask("GET", f"/v1/receipts/{'a' * 32}").status_code == 404


@pytest.mark.parametrize(
    ("reason", "code"), [(RefusedClip(Reason.TOO_LONG), "too_long"), (RefusedClip(Reason.UNREADABLE), "unreadable")]
)
def test_a_refusal_is_told_in_words(
    ada: Neighbour, desk: Desk, airlock: Airlock, monkeypatch: pytest.MonkeyPatch, reason: RefusedClip, code: str
) -> None:
    """A stable code for programs, a sentence for people."""

    def refuse(*_: object, **__: object) -> None:
        raise reason

    monkeypatch.setattr(rework, "inspect", refuse)
    receipt = ada.posted()
    take_through(airlock, clip_ids(desk)[0])

    told = ada.get(f"/v1/receipts/{receipt}")

    assert (told["state"], told["reason"]["code"]) == ("rejected", code)
    assert told["reason"]["message"] == reason.sentence


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_an_author_is_told_of_a_decision(ada: Neighbour, desk: Desk, airlock: Airlock, verb: Verb) -> None:
    """What became of their post, and that a moderator did it: not who."""
    receipt, post = published(ada, desk, airlock)

    decide(desk, post["id"], verb)

    told = ada.get(f"/v1/receipts/{receipt}")
    state = {"hold": "held", "hide": "hidden", "remove": "removed"}[verb]
    assert (told["reason"]["code"], told["post"]["state"]) == (state, state)
    assert "moderator" in told["reason"]["message"]


def test_an_author_is_told_by_which_guideline_it_was_decided(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """The newest decision's, with its version; nothing of who decided, nor the note, which is staff's own."""
    receipt, post = published(ada, desk, airlock)
    with desk.stores.record.write(by=OPERATOR) as tx:
        moderator = staff.make(tx, "mo")
        before, now = posting.decide(tx, desk.stores.bell, PostId(post["id"]), Verb.HIDE, reason="privacy")
        why = Why("hide", "privacy", "a plate", guidelines=7)
        decisions.add(tx, PostId(post["id"]), why, staff_id=moderator, from_state=before, to_state=now)

    answer = ada.ask("GET", f"/v1/receipts/{receipt}")

    assert answer.json()["reason"]["decided_by"] == {"guideline": "privacy", "version": 7}
    assert "a plate" not in answer.text and moderator not in answer.text and '"mo"' not in answer.text


def test_words_that_break_a_guideline_are_asked_about_and_sent_anyway_begin_held(
    ada: Neighbour, desk: Desk, airlock: Airlock, analyst: Client
) -> None:
    """The preview says how to say it better; sent as they are, nobody sees the post, and its author is told why."""
    words = {"title": "Suspicious man walking down our street", "text": "", "category": "suspicious"}
    preview = ada.ask("POST", "/v1/previews", said(ada.block, **words)).json()

    receipt, post = published(ada, desk, airlock, **words)

    assert [rule["id"] for rule in preview["reword"]] == ["presence_only"]
    reason = ada.get(f"/v1/receipts/{receipt}")["reason"]
    assert (post["state"], reason["code"], reason["decided_by"]) == ("held", "held_for_words", None)
    assert reason["rules"] == preview["reword"]
    assert preview["reword"][0]["hint"]["en"] in reason["message"]
    assert ada.get("/v1/neighborhood/posts")["items"] == []
    assert analyst.get("/v1/posts").json()["items"] == []


def test_reworded_they_go_out(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """What somebody did is all that was asked for."""
    words = {
        "title": "Suspicious man on our street",
        "text": "He tried the doors of three cars.",
        "category": "suspicious",
    }
    preview = ada.ask("POST", "/v1/previews", said(ada.block, **words)).json()

    _, post = published(ada, desk, airlock, **words)

    assert (preview["reword"], post["state"]) == ([], "live")


def test_an_author_is_told_when_a_post_s_time_is_over(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """There is no post any more, and it was not their doing."""
    receipt, post = published(ada, desk, airlock)
    with desk.stores.record.write(by=OPERATOR) as tx:
        posting.end(tx, desk.stores.bell, PostId(post["id"]), Verb.EXPIRE)

    told = ada.get(f"/v1/receipts/{receipt}")

    assert (told["post"], told["reason"]["code"]) == (None, "expired")


def test_an_author_is_told_that_a_case_keeps_a_post(
    ada: Neighbour, desk: Desk, airlock: Airlock, town: Town, neighbour: NewNeighbour
) -> None:
    """By receipt and in their list, and they may take it back; a neighbour is told what they are of any that ended."""
    receipt, post = published(ada, desk, airlock)
    bob, case = neighbour("bob"), an_open_case(desk.stores.record, where=town.central)
    link(desk.stores.record, case, PostId(post["id"]))
    with desk.stores.record.write(by=CHORES) as tx:
        assert keeping.keep(tx, desk.stores.bell, PostId(post["id"]))

    told, (mine,) = ada.get(f"/v1/receipts/{receipt}"), ada.get("/v1/posts/mine")["items"]

    assert [(one["post"]["state"], one["reason"]["code"]) for one in (told, mine)] == [("kept", "kept")] * 2
    assert not mine["may_appeal"]
    assert bob.ask("GET", f"/v1/posts/{post['id']}").content == bob.ask("GET", f"/v1/posts/{'a' * 26}").content
    assert bob.ask("GET", f"/v1/media/{post['id']}/480p.mp4").status_code == 404
    assert ada.ask("DELETE", f"/v1/receipts/{receipt}").json() == {"state": "withdrawn"}


@pytest.mark.parametrize("by", ["receipt", "handle"])
@pytest.mark.parametrize("when", ["received", "published"])
def test_a_clip_is_taken_back_at_any_moment(ada: Neighbour, desk: Desk, airlock: Airlock, when: str, by: str) -> None:
    """By its receipt or from my list; again is harmless, and what was there for others is not."""
    receipt = ada.posted()
    (clip_id,) = clip_ids(desk)
    if when == "published":
        take_through(airlock, clip_id)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    path = f"/v1/receipts/{receipt}" if by == "receipt" else f"/v1/posts/mine/{mine['handle']}"

    answers = [ada.ask("DELETE", path) for _ in range(2)]

    assert [(one.status_code, one.json()) for one in answers] == [(200, {"state": "withdrawn"})] * 2
    take_through(airlock, clip_id)
    told = ada.get(path)
    assert (told["state"], told["post"], told["reason"]) == ("withdrawn", None, None)
    assert ada.get("/v1/neighborhood/posts")["items"] == []
    assert ada.ask("GET", f"/v1/posts/{the_clip(desk.stores.vault, clip_id).post_id}").status_code == 404


def test_a_clip_somebody_works_on_is_withdrawing(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """It ends by itself when the attempt lets go; nothing of it can be published."""
    receipt = ada.posted()
    (clip_id,) = clip_ids(desk)
    with desk.stores.vault.write(by=OPERATOR) as tx:
        held = leases.claim(tx, clip_id)
    assert held is not None

    answer = ada.ask("DELETE", f"/v1/receipts/{receipt}")

    assert answer.json() == {"state": "withdrawing"}
    with desk.stores.vault.write(by=OPERATOR) as tx:
        leases.release(tx, held)
    assert ada.ask("DELETE", f"/v1/receipts/{receipt}").json() == {"state": "withdrawn"}


def test_a_withdrawal_is_heard_while_the_record_is_away(
    ada: Neighbour, desk: Desk, airlock: Airlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wish is on the books at once."""
    receipt, _ = published(ada, desk, airlock)

    def away(*_: object, **__: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(posting, "end", away)
        answer = ada.ask("DELETE", f"/v1/receipts/{receipt}")

    assert answer.json() == {"state": "withdrawing"}


def test_my_list_holds_my_clips_alone(ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock) -> None:
    """Newest first, with what was typed until it is shredded, and a handle that only works for me."""
    published(ada, desk, airlock, title="older")
    ada.posted(title="newer, call 816-555-0142")
    eve = neighbour("eve")
    eve.posted(title="hers")
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(rows.update().where(rows.c.state == "published").values(accepted_at=1))

    items = ada.get("/v1/posts/mine")["items"]

    assert [(one["title"], one["state"]) for one in items] == [
        ("newer, call 816-555-0142", "received"),
        ("older", "published"),
    ]
    handle = items[0]["handle"]
    followed = ada.get(f"/v1/posts/mine/{handle}")
    assert followed == {name: items[0][name] for name in followed}
    for method in ("GET", "DELETE"):
        answers = [eve.ask(method, f"/v1/posts/mine/{one}") for one in (handle, "a" * 26)]
        assert answers[0].status_code == 404
        assert answers[0].content == answers[1].content


def test_a_list_survives_the_shredding_of_what_was_typed(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """A withdrawn clip has no title any more."""
    receipt, _ = published(ada, desk, airlock)
    ada.ask("DELETE", f"/v1/receipts/{receipt}")

    (mine,) = ada.get("/v1/posts/mine")["items"]

    assert (mine["title"], mine["state"], mine["post"]) == ("", "withdrawn", None)


def test_a_receipt_is_in_no_answer_but_the_first(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """Nor is an id by which the identity side knows a clip or its author."""
    receipt, post = published(ada, desk, airlock)
    (clip_id,) = clip_ids(desk)
    clip = the_clip(desk.stores.vault, clip_id)
    with desk.stores.vault.read() as conn:
        author = conn.execute(select(authorship.c.resident_id)).scalar_one()
    paths = ["/v1/posts/mine", f"/v1/receipts/{receipt}", f"/v1/posts/{post['id']}", "/v1/neighborhood/posts", "/v1/me"]

    told = "".join(ada.ask("GET", path).text for path in paths)

    for secret in (receipt, clip_id, clip.upload_id, author):
        assert secret not in told


def test_ones_own_list_is_paged(ada: Neighbour) -> None:
    """Newest first, each once, however many there are; without words for a text is like an empty one."""
    for number in range(3):
        ada.posted(title=f"Clip {number}", text=None)

    first = ada.get("/v1/posts/mine?limit=2")
    rest = ada.get(f"/v1/posts/mine?limit=2&cursor={first['cursor']}")

    assert [one["title"] for one in (*first["items"], *rest["items"])] == ["Clip 2", "Clip 1", "Clip 0"]
    assert rest["cursor"] is None
