"""What a case asks of a big record: suggestions among many posts, and a package of many clips beside copying them.

    python -m bench.court [--posts 100000] [--clips 50] [--megabytes 6] [--engine sqlite postgresql] [--times 60]

The city is that of `bench.scale`, on the invented blocks of its divisions; the case has five linked posts. Suggestions:
milliseconds of the clock, the whole question as the staff program asks it. The package: seconds, beside a plain copy of
the same files within the same folder; clips are bytes drawn by chance, for nothing of a package depends on the picture.
"""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from shapely.geometry import box
from sqlalchemy import insert, select

from bench import engines
from bench.engines import taken_by
from storage.atlas import versions
from storage.atlas.files import sealed
from storage.atlas.shapes import Block, Division, block_id, division_id
from storage.cases import cases, exports as case_exports, suggestions as case_suggestions
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit import clock, ids
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.objects import Folder
from storage.posts import changes as post_changes
from storage.posts.posts import CATEGORIES, MediaState, NewPost, PostState, Rendition
from storage.posts.words import words_of
from storage.schema import feed_head, posts
from tests.cases import OpenCase, an_open_case, link
from workers.court import packages

SIDE = 96  # blocks along each edge of the city: as many as Kansas City's atlas has
STEP = 0.0015  # degrees: a block of some 160 m
CENTRAL = division_id("Central")
VOCABULARY = [f"word{number:04}" for number in range(5000)]


def main() -> None:
    """Prints a row for each database."""
    words = engines.words(__doc__, times=60)
    words.add_argument("--posts", type=int, default=100_000)
    words.add_argument("--clips", type=int, default=50)
    words.add_argument("--megabytes", type=int, default=6, help="of each clip")
    asked = words.parse_args()
    print("| | suggestions p50 | p99 | package | copying its clips |\n|---|---|---|---|---|")
    for engine in asked.engine:
        with engines.records(engine, ["record"]) as (record,):
            case = _city(record, asked.posts)
            slow = _suggestions(record, case, asked.times)
            with tempfile.TemporaryDirectory(prefix="porchlight-court-") as made:
                whole, copied = _package(record, Path(made), case, asked.clips, asked.megabytes << 20)
        told = f"{median(slow):.0f} ms | {quantiles(slow, n=100)[98]:.0f} ms | {whole:.2f} s | {copied:.2f} s"
        print(f"| {engine}, {asked.posts:,} posts, {asked.clips} clips | {told} |", flush=True)


def _suggestions(record: Database, case: OpenCase, times: int) -> list[float]:
    def ask() -> None:
        with record.read() as conn:
            found = case_suggestions.suggest(conn, [CENTRAL], cases.one(conn, case.detective, case.id))
            assert found, "something is alike"

    ask()  # the first reads the atlas
    return [taken_by(ask, 1) for _ in range(times)]


def _package(record: Database, made: Path, case: OpenCase, clips: int, size: int) -> tuple[float, float]:
    bucket, theirs = Folder(made / "media"), []
    for number in range(clips):
        key, new = ids.new_id(), _new(number)
        with bucket.draft(key) as draft:
            draft.write(secrets.token_bytes(size))
            draft.keep()
        with record.write(by=AIRLOCK) as tx:
            post_changes.add(tx, new, generation=1, order_key=10_000_000 + number)
            post_changes.add_rendition(tx, new.id, Rendition("720p.mp4", key, 1280, 720, size), generation=1)
            tx.audit("bench", new.id)
        theirs.append((new.id, key))
    papers: dict[str, Any] = {name: [] for name in ("links", "timeline", "requests", "people", "stills")}
    papers |= {"case": {"id": case.id, "number": "1"}, "originals": {}, "posts": [{"id": post} for post, _ in theirs]}
    with record.write(by=OPERATOR) as tx:
        case_exports.ask(tx, case.detective, case.id, papers)
    whole = taken_by(lambda: packages.make_next(record, bucket, bytes(32)), 1) / 1000

    def copy() -> None:
        for _, key in theirs:
            shutil.copyfile(made / "media" / key[:2] / key, made / key)

    return whole, taken_by(copy, 1) / 1000


def _new(number: int) -> NewPost:
    block = _blocks()[number % SIDE].id
    now = clock.rounded(clock.now())
    return NewPost(PostId(ids.new_id()), "video", "crime", "A van", "", now, now, block, 30_000)


def _blocks() -> list[Block]:
    if not _MADE:
        for x in range(SIDE):
            for y in range(SIDE):
                shape = box(-94.6 + x * STEP, 39.0 + y * STEP, -94.6 + (x + 1) * STEP, 39.0 + (y + 1) * STEP)
                _MADE.append(Block(block_id(CENTRAL, shape), f"{x}, {y}", 14, CENTRAL, shape))
    return _MADE


_MADE: list[Block] = []


def _city(record: Database, count: int) -> OpenCase:
    """One division of many blocks with so many posts of 90 days, and an open case with five of them linked."""
    chance, now, blocks = random.Random(1), clock.rounded(clock.now()), _blocks()
    whole = Division(CENTRAL, "Central", box(-94.6, 39.0, -94.6 + SIDE * STEP, 39.0 + SIDE * STEP))
    with record.write(by=OPERATOR) as tx:
        versions.load(tx, sealed(k=12, invented=True, divisions=[whole], blocks=blocks))
    for start in range(0, count, 5000):
        rows = [_row(number, count, now, chance, blocks) for number in range(start, min(start + 5000, count))]
        with record.write(by=AIRLOCK) as tx:
            tx.execute(insert(posts), rows)
            tx.execute(feed_head.update().values(seq=rows[-1]["order_key"]))
            tx.audit("bench", "posts")
    return _case(record, now, blocks[SIDE * SIDE // 2])


def _row(number: int, count: int, now: int, chance: random.Random, blocks: list[Block]) -> dict[str, Any]:
    at = clock.rounded(now - int(90 * DAY * (count - number) / count))
    text = " ".join(VOCABULARY[int(chance.paretovariate(0.6)) % len(VOCABULARY)] for _ in range(12))
    return {
        **{"id": ids.new_id(), "state": PostState.LIVE, "kind": "video", "category": chance.choice(CATEGORIES)},
        **{"title": text[:60], "text": text, "words": words_of(text), "happened_at": at, "published_at": at},
        **{"block_id": chance.choice(blocks).id, "division_id": CENTRAL, "media_state": MediaState.READY},
        **{"media_generation": 1, "seconds": 30_000, "order_key": number + 1},
    }


def _case(record: Database, now: int, where: Block) -> OpenCase:
    case = an_open_case(record, where=CENTRAL, block=where.id, happened_at=now - 10 * DAY)
    with record.read() as conn:
        some = conn.execute(select(posts.c.id).order_by(posts.c.id).limit(5)).scalars().all()
    for post_id in some:
        link(record, case, PostId(post_id))
    return case


if __name__ == "__main__":
    main()
