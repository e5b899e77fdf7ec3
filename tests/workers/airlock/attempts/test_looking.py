"""What is listed, and what was removed and comes again, is held before anybody sees it; and nothing else is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import update

from feed import posting
from storage import audit
from storage.db import AIRLOCK, OPERATOR, Database
from storage.feed_log import Kind
from storage.identity.clips import held_for
from storage.identity.vault import ClipId, ResidentId
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import PostId
from storage.moderation import flags, known_bad, premoderation, removed_views
from storage.posts.posts import PostState, Verb
from storage.schema import premoderation as premoderated, removed_views as rows
from tests import builders
from tests.storage.identity.making import a_resident, an_accepted_clip
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of, post_of, take_through, told, withdraw
from tests.workers.media.photographs import written
from workers.airlock.admit import Airlock, admit
from workers.airlock.attempts import looking
from workers.airlock.moderating import remembering
from workers.airlock.moderating.remembering import look_at_removed
from workers.media.keyframes import views_of
from workers.media.programs import Programs
from workers.redact.views import Views, from_bytes, to_bytes

pytestmark = pytest.mark.engines("sqlite")
USUAL = 0x5555AAAA0F0FF0F0
OUT = [0, 0xFFFFF, 0x3FFFFFFF, 0, 0]  # of five keyframes, something stands out in the second and the third


def a_clip(*changes: int) -> Views:
    """What its keyframes look like."""
    return np.array([USUAL ^ one for one in changes], np.uint64)


@pytest.fixture
def shows(quick: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Views]:
    """What whatever is looked at shows: a view for each of its pieces; `clip` can be changed."""
    now = {"clip": a_clip(*OUT)}
    passed = {"pieces": 0}

    def seen(_tools: Programs, media: Path, **_: Any) -> Views:
        if media.name != "looked-at.mp4":
            return now["clip"]
        count = media.read_bytes().count(b"moof")
        passed["pieces"] += count
        return now["clip"][passed["pieces"] - count : passed["pieces"]]

    def anew(clip: Views) -> None:
        now["clip"], passed["pieces"] = clip, 0

    monkeypatch.setattr(looking, "views_of", seen)
    monkeypatch.setattr(remembering, "views_of", seen)
    now["anew"] = anew  # type: ignore[assignment]
    return now


def a_list(record: Database, *, files: tuple[bytes, ...] = (), views: Views | None = None) -> None:
    """The operator loads a list."""
    with record.write(by=OPERATOR) as tx:
        packed = [] if views is None else [to_bytes(view) for view in views[:, None]]
        known_bad.load(tx, "state", reason="child", files=files, views=packed)


def found(airlock: Airlock, clip_id: ClipId) -> list[tuple[str, str]]:
    """What the check's flags say, which are open."""
    post_id = clip_of(airlock, clip_id).post_id
    with airlock.stores.record.read() as conn:
        said = flags.of_posts(conn, [post_id]).get(post_id, [])
    assert all(flag.origin == "check" for flag in said)
    return [(flag.reason, flag.text) for flag in said]


def told_author(airlock: Airlock, clip_id: ClipId) -> list[str]:
    """What its author is told it is held for."""
    with airlock.stores.vault.read() as conn:
        return held_for.of(conn, clip_id)


def decide(airlock: Airlock, post_id: PostId, verb: Verb) -> None:
    """A moderator's decision."""
    with airlock.stores.record.write(by=OPERATOR) as tx:
        posting.decide(tx, airlock.stores.bell, post_id, verb, reason="harassment")


def removed(airlock: Airlock, accepted: NewClip) -> ClipId:
    """A clip that a moderator removed."""
    clip_id = accepted()
    take_through(airlock, clip_id)
    decide(airlock, post_of(airlock, clip_id).id, Verb.REMOVE)
    return clip_id


@pytest.mark.engines("postgresql")
def test_a_file_on_a_list_is_held_whoever_sends_it(
    airlock: Airlock, accepted: NewClip, clip_bytes: bytes, quick: None
) -> None:
    """Nobody is told of its post but moderators, with the list's name; every author the same, without it."""
    a_list(airlock.stores.record, files=(hashlib.sha256(clip_bytes).digest(), b"x" * 32))
    stores = airlock.stores
    ben = a_resident(stores.vault, "ben@example.org")
    hers, his = accepted(), an_accepted_clip(stores.vault, ben, clip_bytes, stores.originals)[0]
    bare = replace(airlock, stores=replace(stores, record=builders.as_role(stores.record, "airlock")))

    for clip_id in (hers, his):
        admit(bare, clip_id)

        assert post_of(airlock, clip_id).state is PostState.HELD
        assert found(airlock, clip_id) == [("child", "known_bad state")]
        assert told_author(airlock, clip_id) == ["known_bad"]
    assert told(airlock).count(Kind.PUBLISHED) == 2
    with stores.record.read() as conn:
        lines = [entry for entry in audit.page(conn, before=None, limit=50) if entry.action == "flag.add"]
    assert [line.payload and line.payload["reason"] for line in lines] == ["child", "child"]


def test_a_picture_on_a_list_is_held_before_it_is_shown(
    airlock: Airlock, accepted: NewClip, shows: dict[str, Views]
) -> None:
    """Found in the first pieces it begins held; a clip of other pictures is shown."""
    a_list(airlock.stores.record, views=a_clip(0b111))
    held = accepted()
    admit(airlock, held)
    shows["anew"](a_clip(*[0xFFFFFFFFFF] * 4))  # type: ignore[operator]
    fine = accepted()
    admit(airlock, fine)

    assert post_of(airlock, held).state is PostState.HELD
    assert found(airlock, held) == [("child", "known_bad state")]
    assert (post_of(airlock, fine).state, found(airlock, fine)) == (PostState.LIVE, [])


def test_found_in_a_later_piece_it_leaves_the_screens(
    airlock: Airlock, accepted: NewClip, shows: dict[str, Views], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip is shown while the rest of it arrives: before the piece in which it was found is added, it is held."""
    monkeypatch.setattr("workers.airlock.attempts.lead.Lead.covers", lambda _lead: True)
    a_list(airlock.stores.record, views=a_clip(OUT[2]))
    clip_id = accepted()

    admit(airlock, clip_id)

    assert told(airlock)[:2] == [Kind.PUBLISHED, Kind.HIDDEN]
    assert post_of(airlock, clip_id).state is PostState.HELD
    assert found(airlock, clip_id) == [("child", "known_bad state")]
    assert told_author(airlock, clip_id) == ["known_bad"]


def test_a_photo_on_a_list_is_held(airlock: Airlock, accepted: NewClip, tools: Programs, tmp_path: Path) -> None:
    """By what it looks like once it was made anew: another file of the same picture."""
    drawn = np.random.default_rng(3).integers(0, 255, (6, 8), np.uint8).repeat(40, 0).repeat(40, 1)
    picture = Image.fromarray(drawn, "L").convert("RGB")
    (tmp_path / "other.jpg").write_bytes(written(picture.resize((400, 300)), "JPEG"))
    a_list(airlock.stores.record, views=views_of(tools, tmp_path / "other.jpg", photo=True))
    clip_id = accepted(written(picture, "JPEG"))

    admit(airlock, clip_id)

    assert (post_of(airlock, clip_id).state, found(airlock, clip_id)) == ("held", [("child", "known_bad state")])


def test_a_removed_clip_that_comes_again_is_held_until_it_is_restored(
    airlock: Airlock, accepted: NewClip, shows: dict[str, Views], ada: ResidentId
) -> None:
    """Never dropped: held, with what was found; once the first one is back, the next is shown, and nothing is kept."""
    before = removed(airlock, accepted)
    assert look_at_removed(airlock) == 1
    shows["anew"](a_clip(*OUT))  # type: ignore[operator]
    again = accepted()
    admit(airlock, again)

    assert (post_of(airlock, again).state, found(airlock, again)) == ("held", [("other", "returned")])
    assert told_author(airlock, again) == ["returned"]
    assert look_at_removed(airlock) == 0

    decide(airlock, post_of(airlock, before).id, Verb.RESTORE)
    shows["anew"](a_clip(*OUT))  # type: ignore[operator]
    third = accepted()
    admit(airlock, third)
    assert (post_of(airlock, third).state, found(airlock, third)) == ("live", [])
    look_at_removed(airlock)
    with airlock.stores.record.read() as conn:
        assert conn.execute(rows.select()).all() == []


@pytest.mark.engines("postgresql")
def test_a_removed_photo_that_comes_again_is_held(airlock: Airlock, accepted: NewClip) -> None:
    """Smaller, darker, cropped, of fewer bytes; another one is shown, and so is it once the first one is back."""
    stores = airlock.stores
    bare = replace(airlock, stores=replace(stores, record=builders.as_role(stores.record, "airlock")))
    picture, other = (Image.fromarray(_drawn(seed), "L").convert("RGB") for seed in (3, 4))
    anew = picture.crop((10, 8, 960, 720)).resize((500, 380)).point(lambda light: int(light * 0.8))
    before = accepted(written(picture, "JPEG"))
    admit(bare, before)
    decide(airlock, post_of(airlock, before).id, Verb.REMOVE)
    assert look_at_removed(bare) == 1

    again, another = accepted(written(anew, "JPEG", quality=50)), accepted(written(other, "JPEG"))
    for clip_id in (again, another):
        admit(bare, clip_id)
    assert (post_of(airlock, again).state, found(airlock, again)) == ("held", [("other", "returned")])
    assert told_author(airlock, again) == ["returned"]
    assert (post_of(airlock, another).state, found(airlock, another)) == ("live", [])

    decide(airlock, post_of(airlock, before).id, Verb.RESTORE)
    third = accepted(written(anew, "JPEG"))
    admit(bare, third)
    assert (post_of(airlock, third).state, found(airlock, third)) == ("live", [])


def _drawn(seed: int) -> NDArray[np.uint8]:
    """Light and dark places, their edges soft as in a photo."""
    coarse = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (12, 16), np.uint8), "L")
    return np.asarray(coarse.resize((960, 720), Image.Resampling.BICUBIC))


def test_what_its_author_took_back_or_nothing_stands_out_in_is_not_kept(
    airlock: Airlock, accepted: NewClip, shows: dict[str, Views]
) -> None:
    """Withdrawn is not removed; and of a still view there is only the camera's, which would find all of its clips."""
    gone = removed(airlock, accepted)
    look_at_removed(airlock)
    withdraw(airlock, gone)
    shows["anew"](a_clip(0, 0, 0, 0))  # type: ignore[operator]
    removed(airlock, accepted)
    look_at_removed(airlock)

    with airlock.stores.record.read() as conn:
        assert [row.views for row in conn.execute(rows.select())] == [b""]
        assert removed_views.all_of(conn, "video", besides=PostId("")) == []


def test_after_thirty_days_it_is_not_known_any_more(
    airlock: Airlock, accepted: NewClip, shows: dict[str, Views]
) -> None:
    """The row stays, so that it is not looked at anew; what it held is gone."""
    removed(airlock, accepted)
    look_at_removed(airlock)
    with airlock.stores.record.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(at=rows.c.at - 30 * DAY - 1))
        tx.audit("test", "x")

    assert look_at_removed(airlock) == 0
    with airlock.stores.record.read() as conn:
        assert [row.views for row in conn.execute(rows.select())] == [b""]


def test_what_cannot_be_looked_at_is_not_looked_at_again(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes may be gone: it is passed over, and the next one is seen to."""

    def broken(*_: Any, **__: Any) -> Views:
        raise OSError("broken")

    removed(airlock, accepted)
    monkeypatch.setattr(remembering, "views_of", broken)

    assert (look_at_removed(airlock), look_at_removed(airlock)) == (1, 0)


@pytest.mark.engines("postgresql")
def test_where_all_are_judged_first_a_post_begins_held(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Of that division and category, until it ends by itself."""
    record = airlock.stores.record
    lead = builders.a_moderator(record, "lea")
    bare = replace(airlock, stores=replace(airlock.stores, record=builders.as_role(record, "airlock")))
    with record.write(by=OPERATOR) as tx:
        premoderation.begin(tx, builders.division(), "suspicious", staff_id=lead, note="a rumour", lasts=HOUR)
    held, other = accepted(), accepted(category="crime")
    for clip_id in (held, other):
        admit(bare, clip_id)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(premoderated).values(ends_at=tx.now() - 1))
        tx.audit("test", "x")
    later = accepted()
    admit(bare, later)

    assert [post_of(airlock, one).state for one in (held, other, later)] == ["held", "live", "live"]
    assert found(airlock, held) == [("other", "premoderated")]
    assert told_author(airlock, held) == ["premoderated"]


def test_real_pieces_are_looked_at_as_they_are_decoded(tools: Programs, prepared: Any, tmp_path: Path) -> None:
    """A view for each keyframe, the same whether pieces are looked at together or one by one."""
    init, *pieces = [piece.data for piece in prepared.pieces]
    (tmp_path / "all.mp4").write_bytes(init + b"".join(pieces))
    one_by_one = []
    for number, piece in enumerate(pieces):
        (tmp_path / f"{number}.mp4").write_bytes(init + piece)
        one_by_one += list(views_of(tools, tmp_path / f"{number}.mp4"))

    together = views_of(tools, tmp_path / "all.mp4")

    assert list(together) == one_by_one
    assert len(together) == len(pieces) > 1
    assert from_bytes(to_bytes(together)).tolist() == together.tolist()
