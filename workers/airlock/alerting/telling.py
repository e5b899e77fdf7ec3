"""Tells a batch at a time: of a post that is new, corrected or gone, or a test; and tries again what did not arrive.

What is taken back before somebody was told is not told them: each batch asks for the post as it is now.
"""

from __future__ import annotations

from dataclasses import dataclass

from feed.events import PostAsSeen
from storage.db import AIRLOCK, database_now
from storage.identity.alerts import alerted, alerts, push_devices, tellings
from storage.identity.alerts.alerts import AlertId, Recipient
from storage.identity.alerts.push_devices import TRIES, Device, Retry
from storage.identity.alerts.tellings import Kind, Known, Telling
from storage.kit.ids import PostId
from workers.airlock.alerting import words as alert_words
from workers.airlock.alerting.following import live
from workers.airlock.alerting.office import Message, Office, note
from workers.airlock.alerting.push_hosts import Outcome

RETRIES = 500  # in one go


@dataclass(frozen=True)
class _Batch:
    """Who is told now and who when it is no longer quiet (milliseconds); where the batch ends."""

    told: list[Recipient]
    held: dict[AlertId, int]
    devices: list[Device]
    done_to: str | None


def tell(office: Office) -> bool:
    """Tells the next batch of something; False where there is nothing to tell."""
    with office.vault.read() as conn:
        telling = tellings.next_telling(conn)
    if telling is None:
        return False
    {Kind.TEST: _tell_test, Kind.GONE: _tell_gone}.get(telling.kind, _tell_post)(office, telling)
    return True


def try_again(office: Office) -> None:
    """Messages that a service did not take, as they would be told now: nothing, where there is nothing to tell."""
    with office.vault.read() as conn:
        due = push_devices.retries(conn, office.vault, database_now(conn), limit=RETRIES)
        of = {one.id: one for one in alerted.recipients(conn, {retry.device.alert_id for retry in due})}
    if not due:
        return
    found = live(office.record, {retry.post_id for retry in due})
    made = {(retry.device.id, retry.post_id): _again(retry, of[retry.device.alert_id], found) for retry in due}
    answered = {
        (sent.device.id, sent.post_id): (sent, said) for sent, said in office.push([m for m in made.values() if m])
    }
    with office.vault.write(by=AIRLOCK) as tx:
        for retry in due:
            one = answered.get((retry.device.id, retry.post_id))
            if one is None or one[1].outcome is not Outcome.LATER or retry.tries + 1 >= TRIES:
                push_devices.forget_retry(tx, retry.device.id, retry.post_id)
            if one is not None:
                note(tx, [one], retry.kind, tries=retry.tries + 1)


def _tell_post(office: Office, telling: Telling) -> None:
    """A batch of those who wish to know of a new post, or of those who were told of one that was corrected."""
    assert telling.post_id is not None
    post = live(office.record, [telling.post_id]).get(telling.post_id)
    with office.vault.read() as conn:
        known = tellings.known(conn, telling.post_id)
    if post is None or known is None:  # the line of the log that took it back follows
        with office.vault.write(by=AIRLOCK) as tx:
            tellings.go_on(tx, telling, None)
        return
    batch = _batch(office, telling, known)
    answered = office.push(_messages(office, telling.kind, post, known, batch))
    pushed = {device.alert_id for device in batch.devices}
    told = {one.id: one.id in pushed for one in batch.told if one.mail_sealed is not None or one.id in pushed}
    with office.vault.write(by=AIRLOCK) as tx:
        note(tx, answered, telling.kind)
        alerted.note(tx, office.vault, telling.post_id, told, version=known.version)
        alerts.hold_back(tx, batch.held)
        tellings.go_on(tx, telling, batch.done_to)


def _batch(office: Office, telling: Telling, known: Known) -> _Batch:
    with office.vault.read() as conn:
        if telling.kind is Kind.NEW:
            ids, done_to = alerted.who_wishes(conn, telling, known.category)
        else:
            ids, done_to = alerted.who_was(conn, office.vault, telling)
        told_before, now = alerted.versions(conn, office.vault, known.post_id, ids), database_now(conn)
        told, held = [], {}
        for one in alerted.recipients(conn, ids):
            if told_before.get(one.id, (0, False))[0] >= known.version or one.digest is not None:
                continue  # told by now, or by the day's summary
            ends = one.quiet.ends(now, office.zone) if one.quiet else None
            if ends is None:
                told.append(one)
            else:
                held[one.id] = ends
        devices = push_devices.of_recipients(conn, office.vault, [one.id for one in told])
    return _Batch(told, held, devices, done_to)


def _messages(office: Office, kind: Kind, post: PostAsSeen, known: Known, batch: _Batch) -> list[Message]:
    """The pushes; mails are left on the way."""
    said = alert_words.push_of(kind, post)
    plain = {one.id: alert_words.packed(said, one.language) for one in batch.told}
    for one in batch.told:
        if one.mail_sealed is not None:
            office.leave(one, alert_words.mail_of(kind, one.language, office.site, post), post.id, str(known.version))
    return [Message(device, known.post_id, plain[device.alert_id]) for device in batch.devices]


def _tell_gone(office: Office, telling: Telling) -> None:
    """A batch of those whose screen may show it: its words are replaced. Nothing is told of who was not pushed to."""
    assert telling.post_id is not None
    with office.vault.read() as conn:
        ids, done_to = alerted.who_was(conn, office.vault, telling)
        told = alerted.versions(conn, office.vault, telling.post_id, ids)
        pushed = [one for one, (_, shown) in told.items() if shown]
        of = {one.id: one for one in alerted.recipients(conn, pushed)}
        devices = push_devices.of_recipients(conn, office.vault, pushed)
    said = alert_words.push_of_gone(telling.post_id)
    answered = office.push(
        [Message(one, telling.post_id, alert_words.packed(said, of[one.alert_id].language)) for one in devices]
    )
    with office.vault.write(by=AIRLOCK) as tx:
        note(tx, answered, Kind.GONE)
        if done_to is None:
            alerted.forget(tx, office.vault, telling.post_id)
        tellings.go_on(tx, telling, done_to)


def _tell_test(office: Office, telling: Telling) -> None:
    """To one who asked for it: by mail and to each of their devices, whatever the hour."""
    with office.vault.read() as conn:
        recipients = alerted.recipients(conn, [telling.only] if telling.only else [])
        devices = push_devices.of_recipients(conn, office.vault, [one.id for one in recipients])
    for one in recipients:
        if one.mail_sealed is not None:
            office.leave(one, alert_words.mail_of(Kind.TEST, one.language, office.site, None), telling.id)
        said = alert_words.packed({"kind": Kind.TEST}, one.language)
        answered = office.push([Message(device, None, said) for device in devices])
    with office.vault.write(by=AIRLOCK) as tx:
        if recipients:
            note(tx, answered, Kind.TEST)
        tellings.go_on(tx, telling, None)


def _again(retry: Retry, to: Recipient, found: dict[PostId, PostAsSeen]) -> Message | None:
    post, kind = found.get(retry.post_id), Kind(retry.kind)
    if kind is Kind.GONE:
        said = alert_words.push_of_gone(retry.post_id)
    elif post is not None:
        said = alert_words.push_of(kind, post)
    else:
        return None
    return Message(retry.device, retry.post_id, alert_words.packed(said, to.language))
