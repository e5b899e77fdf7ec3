"""What is secret: all that people gave away when they sent something, and every value the identity side holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email import message_from_bytes
from pathlib import Path

from sqlalchemy import Column, select

from storage.db import Database
from storage.identity.schema import (
    alert_place,
    alert_posts,
    alert_wishes,
    alerts,
    arrived_letters,
    asked,
    asked_blocks,
    camera_mail,
    cameras,
    clips,
    inbox_answers,
    listening,
    metadata,
    push_retries,
    residents,
    tellings,
)
from storage.kit.clock import QUARTER_HOUR
from storage.kit.ids import digest
from storage.schema import renditions, segments
from tests.attacks.oracle import Secrets
from tests.attacks.people import Person, Sent
from tests.servers.push_stand_in import PushStandIn
from workers.airlock.mailroom import ALERT

# Columns whose values cross the wall as they are: the post, its block and kind, which everybody is told; and where
# media lie, which the record knows too (`of_bucket` is for those who ask).
CROSSES = {
    *(clips.c.post_id, clips.c.block_id, clips.c.category, clips.c.media_keys),
    *(residents.c.home_block, cameras.c.block_id, alerts.c.block_id, alert_wishes.c.block_id),  # a block is everybody's
    *(alert_posts.c.post_id, alert_posts.c.block_id, tellings.c.post_id, push_retries.c.post_id),
    alert_place.c.epoch,  # the name of the feed's log, which stands in every cursor
    # What was brought to a clip from the record, and the answer until it crosses: by whom, neither says.
    *(arrived_letters.c.id, arrived_letters.c.thread, arrived_letters.c.text, arrived_letters.c.answer),
    # What police ask came from the record, and of an answer goes there all but whose it is and whose clip.
    *(column for column in (*asked.columns, *asked_blocks.columns) if column is not asked.c.delivered_at),
    *(clips.c.kept_for, camera_mail.c.division_id),
    *(inbox_answers.columns[name] for name in ("id", "request_id", "contact", "contact_until", "shown_at")),
    listening.c.handle,  # drawn for one ticket: the record knows the listener by it, and nobody there whose it is
}
# A minute after a worker's last sign of life. Nothing happens then; but of 160 clips one met one of 2,000 lines of the
# audit to the millisecond, by chance: somebody looked at posts every 7 ms.
MET_BY_CHANCE = {clips.c.lease_ends_at}
A_TIME = 10**12  # milliseconds since 1970; a smaller number is a count or a size
LEAST = 20  # characters of a value that is an id, a digest or a seal; a shorter one is a state's name


def of_people(people: Iterable[Person]) -> Secrets:
    """What they gave away themselves."""
    secrets = Secrets()
    for person in people:
        secrets.add("mail", person.mail)
        secrets.add("address of the net", person.address)
        secrets.add("device", person.device)
        secrets.add("name of a camera", person.camera)
        if person.browser is not None:
            secrets.add("device that is pushed to", *person.browser.body.values())
        secrets.add("token", person.token, digest(person.token))
        for sent in person.sent:
            _of_one(secrets, sent)
    return secrets


def of_vault(secrets: Secrets, vault: Database) -> Secrets:
    """Adds every value of every row of the identity side that does not cross the wall; named by its column."""
    with vault.read() as conn:
        for table in metadata.sorted_tables:
            for row in conn.execute(select(table)):
                for column in table.columns:
                    _of_value(secrets, column, row._mapping[column.name])
    return secrets


def of_bucket(record: Database) -> Secrets:
    """Where media lie: the record may know it, and nobody who asks may."""
    secrets = Secrets()
    with record.read() as conn:
        for table in (renditions, segments):
            secrets.add("key of the bucket", *(key for key in conn.execute(select(table.c.key)).scalars() if key))
    return secrets


def of_alerts(push: PushStandIn | None, mails: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """All that pushes and mails say to whom they are for, without where they went: each opened as its reader does."""
    for path, headers, body in push.taken if push else ():
        name = path.rpartition("/")[2]
        yield "push", push.browsers[name].opens(body) if push else b""
        yield "push, sealed", body
        yield "push, headers", repr(sorted(headers.items())).encode()
    for file in mails:
        if file.name.startswith(ALERT):
            mail = message_from_bytes(file.read_bytes())
            del mail["To"]
            yield "mail", mail.as_bytes()
            yield "mail, its name", file.name.encode()


def words_of(withdrawn: Iterable[Sent]) -> Secrets:
    """What nobody may read any more."""
    secrets = Secrets()
    secrets.add("word that was taken back", *(sent.word for sent in withdrawn))
    return secrets


def _of_one(secrets: Secrets, sent: Sent) -> None:
    marks = sent.marks
    secrets.add("receipt", sent.receipt, digest(sent.receipt))
    secrets.add("key of the request", sent.key)
    secrets.add("upload", sent.upload_id)
    secrets.add("phone", sent.phone, sent.phone.replace("-", ""))
    secrets.add("file name", sent.file_name.partition(".")[0])
    secrets.add("view", sent.view, bytes.fromhex(sent.view))
    secrets.add("serial", marks.serial)
    secrets.add("owner in the file", marks.owner)
    secrets.add("camera", marks.model)
    secrets.add_place("place", marks.lat)
    secrets.add_place("place", marks.lon)
    secrets.add_moment("time of the event", sent.happened_at, told=True)
    secrets.add_moment("time in the file", marks.made_at, told=True)


def _of_value(secrets: Secrets, column: Column[object], value: object) -> None:
    if column in CROSSES | MET_BY_CHANCE:
        return
    name = f"{column.table.name}.{column.name}"
    if isinstance(value, int) and value > A_TIME and value % QUARTER_HOUR:
        secrets.add_moment(name, value)
    elif isinstance(value, str | bytes) and len(value) >= LEAST and value[:1] not in ("[", "{"):
        secrets.add(name, value)
