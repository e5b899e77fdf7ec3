"""Packages for court: asked for in an open case, made by the chores, there for a week, then erased.

What of the case is words is written down when the package is asked for, as who asks may see it; clips are copied as it
is made. What its author takes back or corrects before the package was handed out goes with it: `over` finds such ones.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.cases import cases, contents as case_contents, entries as case_entries
from storage.cases.entries import Kind
from storage.cases.rules import Act, Asker
from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import CaseId, PostId
from storage.schema import case_exports, staff_members

LASTS_MS = 7 * DAY  # time to fetch it twice; a copy of clips that their authors may take back lies no longer
TRIES = 3
SHOWN = 20  # of one case, the newest

Papers = Mapping[str, Any]


class ExportState(StrEnum):
    """Where a package stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    ERASED = "erased"


@dataclass(frozen=True)
class Export:
    """One package; `asked_by` is a name, times are milliseconds since 1970, `done` counts files of `files`."""

    id: str
    case: CaseId
    state: ExportState
    asked_by: str
    asked_at: int
    done: int
    files: int
    key: str
    bytes: int
    sha256: str
    ready_at: int | None


def ask(tx: Tx, who: Asker, case_id: CaseId, papers: Papers) -> str:
    """Asks for a package; answers its id. Raises NotThere, NotAllowed, or Conflict, also while another one is made."""
    cases.locked(tx, who, case_id, Act.EXPORT)
    waits = (case_exports.c.case_id == case_id, case_exports.c.state == ExportState.WAITING)
    if tx.connection.execute(select(case_exports.c.id).where(*waits)).first():
        raise Conflict("A package of this case is being made.", code="export_waits")
    export_id, now = ids.new_id(), tx.now()
    what = {"papers": json.dumps(papers), "done": 0, "files": 0, "tries": 0, "key": "", "bytes": 0, "sha256": ""}
    row = {"id": export_id, "case_id": case_id, "asked_by": who.id, "asked_at": now, "state": ExportState.WAITING}
    tx.execute(insert(case_exports).values(**row, **what))
    case_entries.enter(tx, case_id, Kind.EXPORT, by=who.id, about=export_id)
    return export_id


def of_case(conn: Connection, case_id: CaseId) -> list[Export]:
    """A case's packages, the newest first; the caller knows that whoever asks may see the case."""
    query = select(case_exports, staff_members.c.name).join(staff_members)
    query = query.where(case_exports.c.case_id == case_id).order_by(case_exports.c.asked_at.desc()).limit(SHOWN)
    return [_export(row) for row in conn.execute(query)]


def hand_out(tx: Tx, who: Asker, case_id: CaseId, export_id: str) -> Export:
    """A package that is to be fetched, entered into the case; raises NotThere, NotAllowed, Conflict.

    Conflict also where something in it was taken back or is said otherwise since: it is made anew.
    """
    cases.locked(tx, who, case_id, Act.EXPORT)
    found = [one for one in of_case(tx.connection, case_id) if one.id == export_id]
    if not found or found[0].state is not ExportState.READY:
        raise NotThere
    if not _stands(tx.connection, papers_of(tx.connection, export_id)):
        raise Conflict("Something in this package was taken back or corrected. Ask anew.", code="export_stale")
    case_entries.enter(tx, case_id, Kind.DOWNLOAD, by=who.id, about=export_id)
    return found[0]


def next_waiting(tx: Tx) -> str | None:
    """The package that waits longest, one try more on its books; one that was tried too often fails first."""
    waits = case_exports.c.state == ExportState.WAITING
    gone = tx.execute(
        update(case_exports)
        .where(waits, case_exports.c.tries >= TRIES)
        .values(state=ExportState.FAILED, papers="", done=0)
    )
    query = select(case_exports.c.id).where(waits).order_by(case_exports.c.asked_at).limit(1)
    found: str | None = tx.connection.execute(query).scalar()
    if found is not None:
        more = {"tries": case_exports.c.tries + 1, "done": 0}
        tx.execute(update(case_exports).where(case_exports.c.id == found).values(**more))
    if found is not None or gone.rowcount:
        tx.audit("export.begin", found or "")
    return found


def papers_of(conn: Connection, export_id: str) -> dict[str, Any]:
    """What of the case is words, as it was when the package was asked for."""
    told = conn.execute(select(case_exports.c.papers).where(case_exports.c.id == export_id)).scalar_one()
    return dict(json.loads(told)) if told else {}


def along(tx: Tx, export_id: str, *, done: int, files: int) -> None:
    """So many files are in it."""
    tx.execute(update(case_exports).where(case_exports.c.id == export_id).values(done=done, files=files))


@dataclass(frozen=True)
class Made:
    """A package in the media bucket under `key`, signed by the public key `signer`, with these posts in it."""

    key: str
    bytes: int
    sha256: str
    signer: str
    posts: Collection[PostId]


def finish(tx: Tx, export_id: str, made: Made) -> None:
    """It is there to be fetched. Of its papers the ids of posts stay; the audit keeps what it was, for good."""
    there = {"key": made.key, "bytes": made.bytes, "sha256": made.sha256, "ready_at": tx.now()}
    before = papers_of(tx.connection, export_id).get("changes", {})
    papers = json.dumps({"posts": [{"id": post_id} for post_id in made.posts], "changes": before})
    now = {"state": ExportState.READY, "papers": papers, **there}
    tx.execute(update(case_exports).where(case_exports.c.id == export_id).values(**now))
    tx.audit("export.ready", export_id, {"sha256": made.sha256, "key": made.signer})


def over(conn: Connection) -> list[str]:
    """Packages whose week is over, or in which something was taken back or is said otherwise since."""
    query = select(case_exports.c.id, case_exports.c.ready_at, case_exports.c.papers)
    ready = conn.execute(query.where(case_exports.c.state == ExportState.READY)).all()
    before = database_now(conn) - LASTS_MS
    return [row.id for row in ready if row.ready_at < before or not _stands(conn, json.loads(row.papers))]


def erase(tx: Tx, export_id: str) -> str:
    """Leaves of a package that it was; answers the key of its bytes, which the caller deletes after the commit."""
    key = tx.connection.execute(select(case_exports.c.key).where(case_exports.c.id == export_id)).scalar_one()
    nothing = {"state": ExportState.ERASED, "papers": "", "key": ""}
    tx.execute(update(case_exports).where(case_exports.c.id == export_id).values(**nothing))
    tx.audit("export.erase", export_id)
    return str(key)


def kept_keys(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are some package's."""
    return set(conn.execute(select(case_exports.c.key).where(case_exports.c.key.in_(keys))).scalars())


def _stands(conn: Connection, papers: Papers) -> bool:
    named = [PostId(one["id"]) for one in papers.get("posts", ())]
    before = {post_id: often for post_id, often in papers.get("changes", {}).items() if post_id in named}
    return case_contents.standing(conn, named) == set(named) and case_contents.changes(conn, named) == before


def _export(row: Row[tuple[object, ...]]) -> Export:
    return Export(
        id=row.id,
        case=CaseId(row.case_id),
        state=ExportState(row.state),
        asked_by=row.name,
        asked_at=row.asked_at,
        done=row.done,
        files=row.files,
        key=row.key,
        bytes=row.bytes,
        sha256=row.sha256,
        ready_at=row.ready_at,
    )
