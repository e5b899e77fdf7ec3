"""Tells in one go what came since the last time: each day's digest, or what quiet hours held back.

A summary is made when it is due, of posts as they are then: what was taken back before is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from feed.events import PostAsSeen
from storage.atlas import versions
from storage.atlas.around import around, places_with
from storage.db import AIRLOCK, database_now
from storage.identity.alerts import alerted, alerts, push_devices, tellings
from storage.identity.alerts.alerts import Recipient
from storage.identity.alerts.push_devices import Device
from storage.identity.alerts.tellings import Known
from storage.kit import clock
from storage.kit.ids import BlockId
from workers.airlock.alerting import words as alert_words
from workers.airlock.alerting.following import live
from workers.airlock.alerting.office import Message, Office, note

AT_ONCE = 100  # recipients that are looked up in one go

_Places = dict[BlockId, tuple[frozenset[BlockId], frozenset[BlockId]]]


def sum_up(office: Office) -> bool:
    """Tells some of those whose summary is due; False where there is nobody.

    Not while posts are told to be gone: one that stands again meanwhile is not new to who has not heard that yet.
    """
    with office.vault.read() as conn:
        if tellings.takes_back(conn):
            return False
        now = database_now(conn)
        due = alerts.due(conn, now, limit=AT_ONCE)
        corrected = tellings.corrected(conn) if due else []
    places = _places(office, {one.block for one in due})
    for one in due:
        quiet = one.quiet.ends(now, office.zone) if one.quiet and one.digest is None else None
        if quiet is None:
            _sum_up(office, one, now, places, corrected)
        else:  # it became so since
            with office.vault.write(by=AIRLOCK) as tx:
                alerts.summed_up(tx, one, since=one.since, next_at=quiet)
    return bool(due)


def _sum_up(office: Office, one: Recipient, now: int, places: _Places, corrected: Sequence[Known]) -> None:
    own, near = places[one.block]
    with office.vault.read() as conn:
        up_to = alerts.newest(conn)
        found = alerted.new_to(conn, office.vault, one, own=own, near=near, corrected=corrected)
        devices = push_devices.of_recipients(conn, office.vault, [one.id])
    seen = live(office.record, {post.post_id for post in (*found.new, *found.corrected)})
    new, changed = ([post for post in some if post.post_id in seen] for some in (found.new, found.corrected))
    if new or changed:
        _tell(office, one, [seen[post.post_id] for post in new], [seen[post.post_id] for post in changed], devices)
    # Noted after it was told: who is killed between tells it again, under the same names.
    next_at = None if one.digest is None else clock.next_time_of_day(now, one.digest, office.zone)
    with office.vault.write(by=AIRLOCK) as tx:
        for post in (*new, *changed) if devices or one.mail_sealed is not None else ():
            # What had a notification of its own before keeps it, and can still be closed.
            shown = {one.id: post.post_id in found.shown}
            alerted.note(tx, office.vault, post.post_id, shown, version=post.version)
        alerts.summed_up(tx, one, since=up_to, next_at=next_at)


def _tell(
    office: Office, one: Recipient, new: list[PostAsSeen], corrected: list[PostAsSeen], devices: list[Device]
) -> None:
    if one.mail_sealed is not None:
        mail = alert_words.mail_of_summary(one.language, office.site, new, corrected)
        office.leave(one, mail, "summary", str(one.next_at))
    said = alert_words.packed(alert_words.push_of_summary(len(new), len(corrected)), one.language)
    answered = office.push([Message(device, None, said) for device in devices])
    with office.vault.write(by=AIRLOCK) as tx:
        note(tx, answered, alert_words.SUMMARY)


def _places(office: Office, blocks: set[BlockId]) -> _Places:
    """Of each block: the places that a post of it may name, and these with those around it."""
    with office.record.read() as conn:
        atlas = versions.current(conn) if blocks else None
    if atlas is None:
        return {}
    return {
        block: (places_with(atlas, frozenset({block})), places_with(atlas, around(atlas, block) | {block}))
        for block in blocks
    }
