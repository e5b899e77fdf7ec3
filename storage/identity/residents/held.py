"""What is held about a resident, table by table, for that resident's own eyes: the other half of `leaving.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from storage.identity import limits
from storage.identity.alerts import alerts, push_devices
from storage.identity.cameras import cameras, inbox_answers, inbox_flags, listings, mail as camera_mail
from storage.identity.clips import authorship, letters, originals
from storage.identity.clips.clips import Clip, words
from storage.identity.clips.letters import Arrived
from storage.identity.residents import listening, logins, passkeys, residents, suspended
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import as_text, rounded

Row = Mapping[str, object]
Asked = Callable[[Connection, Vault, ResidentId], Sequence[Row]]
ALL = 1_000_000  # posts: an author sends 30 an hour at most, and each is theirs for 30 days


def _account(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    mine = residents.one(conn, vault, who)
    if mine is None:
        return ()
    moved, cameras_moved = (list(map(as_text, times)) for times in (mine.moved, mine.cameras_moved))
    said = {"email": mine.mail, "home_block": mine.home}
    return [said | {"home_changed_at": moved, "cameras_came_to_new_blocks_at": cameras_moved}]


def _log_ins(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    nobodys = ""  # so that none is marked as the one that asks
    found = logins.of_resident(conn, vault, who, token=nobodys)
    return [{"began_within_15_minutes_after": as_text(one.since)} for one in found]


def _listening(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    return [{"ends_at": as_text(until)} for until in listening.until(conn, who)]


def _codes(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    mine = residents.one(conn, vault, who)
    until = logins.code_until(conn, residents.mail_lookup(vault, mine.mail)) if mine else None
    return [] if until is None else [{"works_until": as_text(until)}]


def _counted(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    mine = residents.one(conn, vault, who)
    names = [who, *([mine.mail.lower()] if mine else [])]
    counted = [found for name in names for found in limits.counted_of(conn, vault, name)]
    return [{"since": as_text(rounded(since)), "times": times} for since, times in counted]


def _passkeys(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    found = passkeys.of_resident(conn, vault, who)
    return [{"name": one.name, "credential": one.credential.hex(), "public_key": one.public_key.hex()} for one in found]


def _uploads(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    found = originals.of_resident(conn, who)
    return [{"state": one.state, "bytes": one.bytes, "parts_received": len(one.received)} for one in found]


def _posts(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    receipts = authorship.receipts(conn, vault, who)
    kept = suspended.of_resident(conn, who)
    rows = []
    for one in authorship.of_resident(conn, who, limit=ALL):
        row = {"receipt": receipts.get(one.clip.id), "handle": one.handle, **_clip(conn, vault, one.clip)}
        row["letters"] = [_letter(each) for each in letters.of_clip(conn, one.clip.id)]
        if kept and kept.handle == one.handle:
            row["nothing_can_be_sent_until"] = as_text(kept.ends_at)
            row["because_of_guideline"] = kept.reason
        rows.append(row)
    return rows


def _letter(one: Arrived) -> Row:
    said = {"kind": one.kind, "text": one.text, "listed": one.listed, "guideline": one.reason}
    return said | {"ends_at": as_text(one.ends_at), "answered": one.answered}


def _clip(conn: Connection, vault: Vault, clip: Clip) -> dict[str, Any]:
    typed, proof = words(conn, vault, clip), originals.proof(conn, clip.upload_id)
    return {
        "post": clip.post_id,
        "state": clip.state,
        "reason": clip.reason,
        "block": clip.block,
        "category": clip.category,
        "title_as_typed": typed[0] if typed else None,
        "text_as_typed": typed[1] if typed else None,
        "happened_at": as_text(clip.happened_at),
        "accepted_at": as_text(clip.accepted_at),
        "sound": clip.sound,
        "hidden": list(clip.blur),
        "hidden_boxes": [list(box) for box in clip.boxes],
        "kept_milliseconds": list(clip.trim) if clip.trim else None,
        "original_salt": proof[0] if proof else None,
        "original_sha256": proof[1] if proof else None,
    }


def _cameras(conn: Connection, vault: Vault, who: ResidentId) -> Sequence[Row]:
    mine = cameras.of_resident(conn, vault, who)
    listed = listings.of_cameras(conn, vault, [one.id for one in mine])
    return [
        {
            **vars(one.facts),
            "state": one.state,
            "confirmed_at": as_text(one.confirmed_at),
            "listed_openly": vars(listed[one.id]) if one.id in listed else None,
        }
        for one in mine
    ]


def _alerts(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    mine, wanted = alerts.id_of(conn, who), alerts.of(conn, who)
    if mine is None:
        return ()
    quiet = None if wanted.quiet is None else [wanted.quiet.begins, wanted.quiet.until]
    said = {"of": dict(wanted.wishes), "by_mail": wanted.mail, "language": wanted.language, "quiet_minutes": quiet}
    devices = len(push_devices.ids_of(conn, mine))
    return [said | {"summary_at_minute": wanted.digest, "browsers_that_are_pushed_to": devices}]


def _answers(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    return [
        {"request": request, "said": one.kind, "contact": one.contact, "shown_to_police_at": as_text(one.shown_at)}
        for request, one in inbox_answers.of(conn, who).items()
    ]


def _flags_of_requests(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    return [
        {"request": request, "reason": one.reason, "text": one.text, "told_to_moderators_at": as_text(one.shown_at)}
        for request, one in inbox_flags.of(conn, who).items()
    ]


def _camera_mail(conn: Connection, _vault: Vault, who: ResidentId) -> Sequence[Row]:
    return [{"division": division, "sent_to": "the address of the account"} for division in camera_mail.of(conn, who)]


# Every table stands here or below: one that is forgotten fails tests/storage/identity/residents/test_held.
HELD: Mapping[str, tuple[tuple[str, ...], Asked]] = {
    "account": (("residents",), _account),
    "log_ins": (("log_ins",), _log_ins),
    "live_feed": (("listening",), _listening),
    "codes": (("log_in_codes",), _codes),
    "passkeys": (("passkeys",), _passkeys),
    "posts": (("authorship", "clips", "idempotency", "suspended", "arrived_letters"), _posts),
    "uploads": (("uploads", "upload_parts"), _uploads),
    "cameras": (("cameras", "camera_listings"), _cameras),
    "alerts": (("alerts", "alert_wishes", "push_devices"), _alerts),
    "answers_to_police": (("inbox_answers",), _answers),
    "flags_of_requests": (("inbox_flags",), _flags_of_requests),
    "mail_when_cameras_are_asked": (("camera_mail",), _camera_mail),
    "counted": (("tries",), _counted),
}
UNTOLD = {
    "asked": "what police ask of blocks; the inbox shows what is asked of one's own",
    "asked_blocks": "which blocks police ask, and of nobody by name",
    "alert_place": "how far the feed was read, about nobody",
    "alert_posts": "what the feed told, for everybody alike",
    "alerted": "marks of what everybody with the same wishes was told of: the program that answers cannot read them",
    "tellings": "what is being told at this moment, to everybody with the same wishes",
    "push_retries": "what a push service did not take yet, for a day at most",
    "partings": "what people who left want taken back: nothing says whose it was, so nobody can be told of theirs",
    "vault_canary": "one row about a key, and about nobody",
}
