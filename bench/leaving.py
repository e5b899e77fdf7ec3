"""How long it takes to leave, by how much there is: `python -m bench.leaving [--posts 500] [--comments 100000]`.

The transaction that erases an account and puts its posts on the list of what is taken back, and before it the look for
one's own among everybody's comments, on SQLite in a folder of the system's temporary ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from api.resident.neighborhood.names import signed
from storage.db import OPERATOR, RESIDENT, Database
from storage.identity.clips import accepting, authorship, originals
from storage.identity.clips.accepting import Accepted
from storage.identity.residents import leaving, residents
from storage.identity.residents.leaving import Wish
from storage.identity.vault import LINEAGE, ResidentId, Vault, new_key
from storage.kit import clock, migrate
from storage.kit.ids import BlockId, PostId, new_id
from storage.posts.comments import marks
from storage.record import LINEAGE as RECORD_LINEAGE
from storage.schema import comments, posts

EACH = 20  # comments under one post


def main() -> None:
    """Prints a line for each."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=int, default=500)
    asked.add_argument("--comments", type=int, default=100_000)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}" for name in ("identity.db", "record.db")]
        vault, record = Vault(urls[0], new_key()), Database(urls[1])
        migrate.to_newest(vault.engine, LINEAGE)
        migrate.to_newest(record.engine, RECORD_LINEAGE)
        for count in (0, told.posts // 10, told.posts):
            who, mine = _somebody(vault, count)
            began = time.perf_counter()
            with vault.write(by=RESIDENT) as tx:
                leaving.leave(tx, vault, who, Wish(mine, (), spread=True))
            print(f"leaving with {count} posts: {(time.perf_counter() - began) * 1000:.0f} ms")
        _say(record, told.comments)
        began, last, found = time.perf_counter(), "", 0
        with record.read() as conn:
            for one in marks(conn):
                if one.post != last:
                    last = one.post
                    _, mark = signed(vault, PostId(last), ResidentId("ada"))
                found += one.mark == mark
        print(f"looking for one's own among {told.comments} comments: {(time.perf_counter() - began) * 1000:.0f} ms")


def _somebody(vault: Vault, count: int) -> tuple[residents.Resident, list[accepting.ClipId]]:
    with vault.write(by=RESIDENT) as tx:
        who = residents.find_or_make(tx, vault, f"{new_id()}@example.org")
        mine = []
        for _ in range(count):
            upload_id = originals.begin(tx, vault, who, 1)
            facts = {"happened_at": clock.now(), "sound": False, "blur": ()}
            said = Accepted(upload_id, BlockId("b"), "other", "A title", "", **facts)  # type: ignore[arg-type]
            receipt = authorship.receipt_for(vault, who, upload_id, "salt")
            mine.append(accepting.accept(tx, vault, said, receipt))
            authorship.record(tx, who, mine[-1], key=upload_id, request="{}", salt="salt")
        found = residents.one(tx.connection, vault, who)
    assert found is not None
    return found, mine


def _say(record: Database, count: int) -> None:
    with record.write(by=OPERATOR) as tx:
        post_ids = [new_id() for _ in range(count // EACH)]
        empty = dict.fromkeys(("kind", "category", "title", "text"), "") | {
            "state": "withdrawn",
            "media_state": "ready",
        }
        zeros = dict.fromkeys(("happened_at", "published_at", "media_generation", "seconds", "order_key"), 0)
        tx.execute(insert(posts), [{"id": one, **empty, **zeros} for one in post_ids])
        said = [
            {"id": new_id(), "post_id": one, "seq": seq, "name": "N", "mark": new_id(), "text": "x", "at": 0}
            for one in post_ids
            for seq in range(EACH)
        ]
        tx.execute(insert(comments), said)
        tx.audit("bench", "1")


if __name__ == "__main__":
    main()
