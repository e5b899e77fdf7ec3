"""What must be true of a city after everything that could go wrong did."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import select

from storage import feed_log
from storage.db import Database, database_now
from storage.feed_log import Kind
from storage.identity.clips import clips, lists as clip_lists, originals
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.vault import Receipt
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.moderation import takedowns
from storage.objects import Bucket, open_bucket
from storage.posts import posts
from storage.posts.posts import MediaState, Post, PostState
from storage.schema import audit_entries, divisions, posts as post_rows, renditions, segments
from tests.faults.people import Listener, Sent
from tests.journeys.production import City
from workers.media import programs


@dataclass
class Outcome:
    """What the stores hold in the end, and all that is wrong with it."""

    kept: dict[str, Clip]  # by title
    withdrawn: dict[str, Clip]
    wrong: list[str]

    def demand(self, true: bool, told: str) -> None:
        """Notes what is not as it must be."""
        if not true:
            self.wrong.append(told)


def wait_for_ends(city: City, sent: Sequence[Sent], *, seconds: float) -> float:
    """Waits until every clip has come to an end; answers how long that took, or raises with those that have not."""
    began = time.monotonic()
    while True:
        with city.vault() as vault, vault.read() as conn:
            open_ = [each.title for each in sent if clips.by_receipt(conn, Receipt(each.receipt)).ended_at is None]
        if not open_:
            return time.monotonic() - began
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{len(open_)} clips have not come to an end: {open_[:10]}")
        time.sleep(0.5)


def wait_until_tidy(city: City, *, seconds: float) -> None:
    """Waits for the round of the schedule that deletes what broken attempts left in the media bucket."""
    deadline, bucket = time.monotonic() + seconds, open_bucket(city.bucket)
    with city.record() as record:
        while time.monotonic() < deadline:
            named, there = _media_keys(record, bucket)
            if there <= named:
                return
            time.sleep(2)


def last_line(record: Database, in_divisions: Sequence[str]) -> int:
    """The number of the last line of the log about these divisions; none named means all."""
    with record.read() as conn:
        lines = feed_log.after(conn, 0, limit=1_000_000)
        names = dict(conn.execute(select(divisions.c.id, divisions.c.name)).all())
    return max((line.seq for line in lines if not in_divisions or names[line.division] in in_divisions), default=0)


def look(city: City, sent: Sequence[Sent], listeners: Sequence[Listener], folder: Path) -> Outcome:
    """Looks at record, log, audit, buckets, addresses and listeners."""
    with city.vault() as vault, vault.read() as conn:
        found = {each.title: clips.by_receipt(conn, Receipt(each.receipt)) for each in sent}
    gone = {each.title for each in sent if each.withdraw}
    kept = {title: clip for title, clip in found.items() if title not in gone}
    outcome = Outcome(kept, {title: found[title] for title in gone}, [])
    for title, clip in found.items():
        wanted = ClipState.WITHDRAWN if title in gone else ClipState.PUBLISHED
        outcome.demand(clip.state is wanted, f"{title} is {clip.state} ({clip.reason}), not {wanted}")
    with city.record() as record:
        check_record(outcome, record, {each.title: each for each in sent})
        _media(outcome, city, record, folder)
        check_listeners(outcome, record, listeners)
    _originals(outcome, city)
    code, out, err = city.run("verify-audit")
    outcome.demand(code == 0, f"the audit does not stand: {out}{err}")
    return outcome


def check_record(outcome: Outcome, record: Database, sent: dict[str, Sent]) -> None:
    """Each kept clip is one live post, told once; nothing else is; a withdrawn one is a tombstone."""
    with record.read() as conn:
        live = set(conn.execute(select(post_rows.c.id).where(post_rows.c.state == PostState.LIVE)).scalars())
        lines = feed_log.after(conn, 0, limit=1_000_000)
        said = Counter(
            conn.execute(select(audit_entries.c.subject).where(audit_entries.c.action == "post.publish")).scalars()
        )
        found = {post.id: post for post in _posts(record)}
        states = {title: posts.state_of(conn, clip.post_id) for title, clip in outcome.withdrawn.items()}
    first = Counter(line.post_id for line in lines if line.kind is Kind.PUBLISHED)
    outcome.demand(
        live == {clip.post_id for clip in outcome.kept.values()}, "the live posts are not the clips that were kept"
    )
    outcome.demand([line.seq for line in lines] == list(range(1, len(lines) + 1)), "the log's numbers have holes")
    for title, clip in outcome.kept.items():
        post = found.get(clip.post_id)
        outcome.demand(post is not None and post.media_state is MediaState.READY, f"{title} has not all of its media")
        outcome.demand(first[clip.post_id] == 1, f"{title} was told {first[clip.post_id]} times")
        outcome.demand(said[clip.post_id] >= 1, f"{title} was published without a word in the audit")
        if post is not None:
            outcome.demand(post.title == title, f"{title} is called otherwise")
            outcome.demand(abs((post.seconds or 0) / 1000 - sent[title].seconds) < 0.5, f"{title} is another clip")
    for title, state in states.items():
        outcome.demand(state is PostState.WITHDRAWN, f"{title} was withdrawn and is {state}")


def _media(outcome: Outcome, city: City, record: Database, folder: Path) -> None:
    """Every file of every post decodes and has as many bytes as the record says; of the withdrawn nothing is left."""
    bucket = open_bucket(city.bucket)
    token = city.staff_token("looks-at-all", roles=["moderator"])
    ffmpeg = programs.find().ffmpeg
    with httpx.Client(
        base_url=city.staff, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    ) as http:
        for post in _posts(record):
            for file in post.renditions:
                answer = http.get(f"/v1/media/{post.id}/{file.file}")
                whole = answer.status_code == 200 and len(answer.content) == file.bytes
                outcome.demand(whole, f"{file.file} of {post.title}: {answer.status_code}, {len(answer.content)} bytes")
                (folder / file.file).write_bytes(answer.content)
                decoded = subprocess.run(
                    [ffmpeg, "-v", "error", "-xerror", "-i", folder / file.file, "-f", "null", "-"], capture_output=True
                )
                fine = decoded.returncode == 0 and not decoded.stderr
                outcome.demand(fine, f"{file.file} of {post.title} does not decode: {decoded.stderr[:200]!r}")
        for title, clip in outcome.withdrawn.items():
            for path in (
                f"posts/{clip.post_id}",
                *(f"media/{clip.post_id}/{f}" for f in ("480p.mp4", "poster.jpg", "720p.mp4")),
            ):
                code = http.get(f"/v1/{path}").status_code
                outcome.demand(code == 404, f"{path.partition('/')[0]} of {title}, withdrawn, answers {code}")
    named, there = _media_keys(record, bucket)
    outcome.demand(there == named, f"media: {len(there - named)} files no post names, {len(named - there)} missing")


def _media_keys(record: Database, bucket: Bucket) -> tuple[set[str], set[str]]:
    """The keys that posts name, and those of what lies in the bucket."""
    with record.read() as conn:
        keys = select(renditions.c.key).where(renditions.c.key != "").union(select(segments.c.key))
        named = set(conn.execute(keys).scalars())
    return named, {key for key in _keys(record, bucket) if not takedowns.is_note(key)}


def check_listeners(outcome: Outcome, record: Database, listeners: Sequence[Listener]) -> None:
    """What each heard is the log from its start, without what was taken back before it could be told."""
    with record.read() as conn:
        lines = {line.seq: line for line in feed_log.after(conn, 0, limit=1_000_000)}
        names = dict(conn.execute(select(divisions.c.id, divisions.c.name)).all())
    gone = {line.post_id for line in lines.values() if line.kind is Kind.WITHDRAWN}
    for one in listeners:
        begins = int(one.start.partition(":")[2])
        theirs = {id_ for id_, name in names.items() if not one.divisions or name in one.divisions}
        mine = [line for line in lines.values() if line.seq > begins and line.division in theirs]
        heard = {int(event["seq"]): event for event in one.events}
        order = [int(event["seq"]) for event in one.events]
        outcome.demand(order == sorted(set(order)), f"{one.name} heard something twice or out of order")
        for line in mine:
            event = heard.pop(line.seq, None)
            told = None if event is None else (event["kind"], _about(event))
            taken_back = event is None and line.post_id in gone and line.kind is not Kind.WITHDRAWN
            fine = taken_back or told == (line.kind, line.post_id)
            outcome.demand(fine, f"{one.name} heard {told} for {line.kind} {line.seq}")
        outcome.demand(not heard, f"{one.name} heard {len(heard)} events that are not in its log")


def _originals(outcome: Outcome, city: City) -> None:
    """Every original of a clip is shredded: its key, its words, its bytes."""
    with city.vault() as vault, vault.read() as conn:
        readable = clip_lists.unshredded(conn)
        half = originals.half_shredded(conn)
        posted = {clip.upload_id for clip in (*outcome.kept.values(), *outcome.withdrawn.values())}
        left = [upload for upload in posted if originals.object_keys(conn, upload)]
    outcome.demand(not readable, f"{len(readable)} originals can still be read")
    outcome.demand(not half and not left, f"{len(half) + len(left)} originals are half shredded")
    if left:
        return
    # What broken senders left is deleted a day later; nothing that some part names may lie there.
    with city.vault() as vault, vault.read() as conn:
        keys = set(open_bucket(city.originals).keys(older_than=database_now(conn) + DAY))
        unposted = originals.confirmed(conn, keys) if keys else set()
        mine = {key for upload in posted for key in originals.object_keys(conn, upload)}
    outcome.demand(not mine & unposted, "bytes of shredded originals are left")


def _posts(record: Database) -> list[Post]:
    with record.read() as conn:
        everywhere = list(conn.execute(select(divisions.c.id)).scalars())
        ids = [
            PostId(each)
            for each in conn.execute(select(post_rows.c.id).where(post_rows.c.state == PostState.LIVE)).scalars()
        ]
        return list(posts.some(conn, everywhere, ids).values())


def _about(event: dict[str, object]) -> object:
    post = event.get("post")
    return post["id"] if isinstance(post, dict) else event.get("post_id")


def _keys(record: Database, bucket: Bucket) -> set[str]:
    with record.read() as conn:
        return set(bucket.keys(older_than=database_now(conn) + DAY))
