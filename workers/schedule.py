"""What runs by itself on the record side, and how often: `python -m workers.schedule`."""

from __future__ import annotations

from functools import partial

from feed.bell import Bell
from storage import checks, measured
from storage.kit import keys, ready, starting
from storage.kit.ready import Check
from storage.kit.redis import connect
from storage.kit.settings import RECORD_VARIABLES, RecordSettings
from storage.record import LINEAGE, open_record
from workers import chores, digests, figures, locking, publishing
from workers.court import packages
from workers.every import Round, is_late, repeat

MINUTES = 60.0
FIGURES_SECONDS = 15.0
DIGEST_SECONDS = 10.0  # somebody waits at the desk for the code that goes to their mailbox
LOCK_SECONDS = 30.0
EXPORT_SECONDS = 5.0  # somebody looks at a bar
EXPORT_PATIENCE = 60 * MINUTES  # a case of some thousand clips, from a slow bucket
PUBLISH_SECONDS = 60 * MINUTES  # each looks whether its month or day was published, and mostly it was
CHORES = {
    chores.expire_posts: 10 * MINUTES,
    chores.trim_feed_log: 60 * MINUTES,
    chores.forget_ended: 5 * MINUTES,
    chores.end_idle_accounts: 24 * 60 * MINUTES,
    chores.forget_judged: 1 * MINUTES,
    chores.forget_viewed: 24 * 60 * MINUTES,
    chores.sweep_media: 30 * MINUTES,
    chores.erase_packages: 10 * MINUTES,
    chores.forget_words: 24 * 60 * MINUTES,
    chores.note_takedowns: 1 * MINUTES,
    chores.forget_takedowns: 24 * 60 * MINUTES,
}

SLOW = {chores.sweep_media}  # it goes through the whole bucket: minutes, where there are millions of objects


def main() -> None:
    """Starts, or says in one line why not."""
    with starting.program("chores"):
        here = starting.on_the_record_side(*RECORD_VARIABLES, "PORCHLIGHT_HEAD_KEY_FILE", "PORCHLIGHT_EXPORT_KEY_FILE")
        rounds = _rounds(here)
        ready.answer(here.metrics, lambda: _checks(here, rounds))
        repeat(rounds)


def _rounds(here: RecordSettings) -> list[Round]:
    record, bucket = open_record(here.database), measured.bucket(here.media, "media")
    bell = Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))
    rounds = [
        Round(chore.__name__, seconds, partial(chore, record, bucket, bell), apart=chore in SLOW)
        for chore, seconds in CHORES.items()
    ]
    office = digests.Office(here.mail_folder, here.time_zone, here.desk_address)
    rounds.append(Round("send_digests", DIGEST_SECONDS, partial(digests.send, record, office)))
    rounds.append(Round("lock_idle_desks", LOCK_SECONDS, partial(locking.lock_idle_desks, record, here.desk_lock)))
    # Embedded, beside the record: what is made in a folder that the identity folder lies in is closed to this program.
    scratch = None if "://" in here.media else here.data / "record"
    exporting = partial(packages.make_next, record, bucket, keys.read_or_make(here.export_key_file), scratch)
    rounds.append(Round("make_packages", EXPORT_SECONDS, exporting, apart=True, patience=EXPORT_PATIENCE))
    seed = keys.read_or_make(here.head_key_file)
    rounds.append(Round("publish_counts", PUBLISH_SECONDS, partial(publishing.publish_counts, record)))
    rounds.append(Round("publish_head", PUBLISH_SECONDS, partial(publishing.publish_head, record, seed)))
    rounds.append(Round("publish_requests", PUBLISH_SECONDS, partial(publishing.publish_requests, record)))
    return [*rounds, Round("figures", FIGURES_SECONDS, partial(figures.tell, record))]


def _checks(here: RecordSettings, rounds: list[Round]) -> list[Check]:
    return [
        *checks.database(here.database, LINEAGE),
        checks.bucket("media", here.media),
        checks.redis("bus", here.redis),
        checks.rounds(lambda: is_late(rounds)),
    ]


if __name__ == "__main__":
    main()
