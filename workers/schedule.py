"""What runs by itself on the record side, and how often: `python -m workers.schedule`."""

from __future__ import annotations

from functools import partial

from feed.bell import Bell
from storage.kit import keys, starting
from storage.kit.redis import connect
from storage.kit.settings import RecordSettings
from storage.objects import open_bucket
from storage.record import open_record
from workers import chores
from workers.every import Round, repeat

MINUTES = 60.0
CHORES = {
    chores.expire_posts: 10 * MINUTES,
    chores.trim_feed_log: 60 * MINUTES,
    chores.forget_ended: 5 * MINUTES,
    chores.sweep_media: 30 * MINUTES,
    chores.note_takedowns: 1 * MINUTES,
    chores.forget_takedowns: 24 * 60 * MINUTES,
}


def main() -> None:
    """Starts, or says in one line why not."""
    with starting.program("chores"):
        repeat(_rounds(starting.on_the_record_side()))


def _rounds(here: RecordSettings) -> list[Round]:
    record, bucket = open_record(here.database), open_bucket(here.media)
    bell = Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))
    return [Round(chore.__name__, seconds, partial(chore, record, bucket, bell)) for chore, seconds in CHORES.items()]


if __name__ == "__main__":
    main()
