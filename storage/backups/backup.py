"""What of the record a backup holds, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from storage import audit, feed_log
from storage.backups import dump, rehearsal
from storage.backups.dump import Manifest, Side
from storage.db import Database, Tx
from storage.kit.ids import PostId
from storage.posts.posts import MediaState, PostState
from storage.schema import metadata, posts

AT_ONCE = 100  # restores that are remembered: each makes a record of its own
RESTORED = "record.restore"
_RESTORES = audit.Sought(action=RESTORED)
RECORD = Side(
    name="record",
    tables=metadata,
    kept={
        "atlas_versions": ("number", "digest", "k", "invented", "loaded_at", "geojson"),
        "divisions": ("id", "name"),
        "blocks": ("id", "division_id", "label", "homes", "since_version"),
        "posts": (
            *("id", "state", "kind", "category", "title", "text", "happened_at", "published_at"),
            *("block_id", "division_id", "media_state", "media_generation", "seconds", "order_key", "words"),
        ),
        "renditions": ("post_id", "file", "key", "generation", "width", "height", "bytes", "pieces", "whole"),
        "segments": ("post_id", "file", "number", "key", "start", "bytes", "milliseconds", "generation"),
        "feed_head": ("one", "epoch", "seq", "floor"),
        "audit_entries": ("seq", "at", "by", "action", "subject", "digest", "hash"),
        "audit_payloads": ("seq", "salt", "words"),
        "audit_head": ("one", "seq", "hash"),
        "staff_members": (
            "id",
            "name",
            "password_hash",
            "second_factor",
            "second_factor_step",
            "ended",
            "last_log_in_at",
            "language",
        ),
        "staff_roles": ("staff_id", "role", "division_id"),
        "recovery_codes": ("staff_id", "code_digest"),
        "viewed_posts": ("staff_id", "post_id"),
        "read_marks": ("staff_id", "order_key"),
        "watches": ("id", "staff_id", "place", "name", "sound", "wanted"),
        "digests": ("staff_id", "mailbox", "minute", "divisions", "next_at", "since", "order_key", "confirmed"),
        "flags": (
            "id",
            "post_id",
            "origin",
            "reason",
            "text",
            "at_seconds",
            "flagged_at",
            "state",
            "decision_id",
            "slip_digest",
        ),
        "decisions": (
            *("id", "post_id", "verb", "reason", "note", "staff_id", "from_state", "to_state", "at", "guidelines"),
            "undone",
        ),
        "appeals": ("id", "post_id", "against", "text", "at", "state", "decision_id"),
        "suspensions": ("decision_id", "post_id", "proposal_id", "lifts", "due_at", "carried_out"),
        "blurs": ("decision_id", "post_id", "boxes", "returns", "state", "tries", "media_keys"),
        "known_bad": ("name", "version", "reason", "loaded_at", "files", "views"),
        "premoderation": ("division_id", "category", "staff_id", "note", "since", "ends_at"),
        "letters": (
            *("id", "kind", "post_id", "case_id", "decision_id", "thread", "text", "listed", "reason", "guidelines"),
            *("asked_by", "asked_at", "due_at", "ends_at", "carried_out"),
        ),
        "letter_answers": ("letter_id", "name", "text", "shown_at"),
        "comment_flags": (
            *("id", "comment_id", "post_id", "said_by", "said", "origin", "reason", "text", "flagged_at"),
            *("decision_id", "slip_digest"),
        ),
        "comment_decisions": (
            *("id", "comment_id", "post_id", "verb", "reason", "guidelines", "note", "staff_id", "at", "undone"),
        ),
        "notices": (
            *("id", "division_id", "text", "state", "written_by", "written_at", "days", "consented_by"),
            *("shown_at", "ends_at"),
        ),
        "nods": ("post_id", "kind", "mark"),
        "comments": ("id", "post_id", "seq", "name", "mark", "text", "at", "removed_at"),
        "incidents": ("id", "number", "kind", "happened_at", "division_id", "block_id"),
        "cases": (*("id", "number", "incident_id", "division_id", "state", "asked_by", "asked_at", "consented_by"),),
        "case_members": ("case_id", "staff_id"),
        "case_links": (
            *("id", "case_id", "post_id", "incident_id", "reason", "confidence", "note", "linked_by", "linked_at"),
        ),
        "case_holds": ("post_id", "case_id"),
        "vouched": ("post_id", "sha256"),
        "camera_looks": ("case_id", "seq", "block_id"),
        "case_entries": ("case_id", "seq", "kind", "text", "about", "reason", "by", "at"),
        "footage_requests": (
            *("id", "case_id", "division_id", "kind", "case_number", "text", "window_from", "window_to", "state"),
            *("asked_by", "asked_at", "approved_by", "sent_at", "resolved_at", "ends_at"),
        ),
        "footage_request_blocks": ("request_id", "block_id"),
        "request_flags": (
            *("id", "request_id", "origin", "reason", "text", "shown_at", "decision_id", "judged_at", "slip_digest"),
        ),
        "request_decisions": (
            *("id", "request_id", "verb", "reason", "guidelines", "note", "staff_id", "at", "undone"),
        ),
        "footage_answers": ("id", "request_id", "kind", "post_id", "shown_at"),
        "case_keys": ("case_id", "public_key", "private_key_sealed"),
        "published_requests": (
            *("id", "day", "division_id", "kind", "window_from", "window_to", "square_miles", "places"),
        ),
        "public_counts": ("month", "division_id", "kind", "told"),
        "published_heads": ("day", "hash", "key", "signature"),
    },
    left_out={
        "case_exports": "they are made again in minutes, from a case that is kept",
        "digest_codes": "they last half an hour",
        "footage_answers.contact": "it can be taken back until it is opened, and not out of a copy",
        "footage_answers.contact_expires_at": "goes with the contact",
        "footage_answers.contact_opened_at": "goes with the contact",
        "listed_cameras": "the airlock brings them anew, from cameras that their owners confirm again",
        "camera_pins": "the airlock brings them anew, from cameras that their owners confirm again",
        "digest_mails": "they told of a shift that has begun by the time of a restore",
        "feed_log": "a restored log begins anew under another epoch, so nobody asks for these lines",
        "removed_views": "the airlock looks at removed clips again",
        "claims": "who worked on what in the ten minutes before",
        "request_claims": "who worked on what in the ten minutes before",
        "invitations": "they last a day, and whoever was in a hurry is invited again",
        "staff_members.second_factor_next": "a key that nobody proved: drawn anew",
        "openings": "what moderators opened in a shift that is over by the time of a restore",
        "desks": "everybody logs in again",
        "staff_log_ins": "everybody logs in again: a log-in ended since must not come back",
        "log_in_tries": "tries of another day",
        "tickets": "they last 30 seconds",
        "shared_links": "one that was revoked since must not come back",
        "endings": "a restored log begins anew under another epoch, and all who listen come in again",
    },
    seeded=frozenset({"feed_head", "audit_head"}),
)


def back_up(record: Database, folder: Path) -> Manifest:
    """Copies the record into `folder`; raises Conflict."""
    return dump.write(record, RECORD, folder)


@dataclass(frozen=True)
class Moment:
    """When a copy was made, as the record tells it: the feed's epoch, and the newest number of the audit.

    `made_at` is by the clock of whoever made it, milliseconds since 1970.
    """

    epoch: str
    audited: int
    made_at: int


def rehearse(record: Database, folder: Path, manifest: Manifest) -> bool:
    """Whether this checked copy was restored into the record already; raises Malformed, Conflict if it cannot be."""
    rehearsal.read_all(RECORD, folder, manifest)
    with record.read() as conn:
        for entry in audit.page(conn, before=None, limit=AT_ONCE, sought=_RESTORES):
            if entry.payload is not None and entry.payload["made_at"] == manifest.made_at:
                return True
        dump.demand_room(conn, RECORD, manifest)
    return False


def restore(tx: Tx, folder: Path, manifest: Manifest) -> Moment:
    """Puts a checked copy into the empty record, audited; answers the moment it is of.

    The numbers of the feed go on under a new epoch: a cursor from before the restore means nothing any more.
    """
    dump.fill(tx, RECORD, folder, manifest)
    moment = Moment(feed_log.head(tx.connection).epoch, audit.head(tx.connection), manifest.made_at)
    feed_log.new_epoch(tx)
    feed_log.trim(tx, keep=0)
    rows = sum(part.rows for part in manifest.tables.values())
    tx.audit(RESTORED, manifest.revision, {"made_at": manifest.made_at, "rows": rows})
    return moment


@dataclass(frozen=True)
class Standing:
    """What the record says of a post, and whether media were still arriving."""

    state: PostState
    arriving: bool = False


def standing_of(conn: Connection, asked: Sequence[PostId]) -> dict[PostId, Standing]:
    """How those of the posts stand that the record ever heard of, tombstones included."""
    query = select(posts.c.id, posts.c.state, posts.c.media_state).where(posts.c.id.in_(asked))
    return {
        PostId(row.id): Standing(PostState(row.state), row.media_state == MediaState.ARRIVING)
        for row in conn.execute(query)
    }
