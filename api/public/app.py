"""The public program: how much happens, in round numbers, what was asked for, what holds the audit to its past, and
single posts that somebody shows outside by a link. Nobody logs in.

It reads what was rounded and signed before it, and of posts those to which there is a link: of people and their acts
it can read nothing.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI

from api.http import Program, new_app
from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.public import sharing
from api.public.rules import RETENTION, USES, Kept, Use
from api.published import PublishedHead, PublishedHeads
from api.who import anyone
from feed.events import Closed
from storage.db import Database
from storage.footage import log as footage_log
from storage.footage.log import Published
from storage.footage.rules import Kind as Incident
from storage.kit import clock
from storage.objects import Bucket
from storage.public import counts, heads
from storage.public.count_kinds import Kind

PROGRAM: Program = "public"


class Place(Closed):
    """A division."""

    id: str
    name: str


class Told(Closed):
    """A rounded count; `told` is None for few or none. `division` is None for posts taken back or ended since."""

    division: str | None
    kind: Kind
    told: int | None


class Month(Closed):
    """What is told of a month (`2026-11`, UTC) that is over."""

    month: str
    counts: list[Told]


class Asked(Closed):
    """A request for footage that takes no more answers; `day` it went out (UTC), `places` labels of its blocks.

    Neither who asked and who was asked, nor its words, nor what was answered.
    """

    id: str
    day: str
    division: str
    kind: Incident
    window_from: str
    window_to: str
    square_miles: float
    places: tuple[str, ...]


class Transparency(Closed):
    """Everything but the heads; months the newest first, none in a city that is younger than a month."""

    months: list[Month]
    divisions: list[Place]
    kinds: tuple[Kind, ...] = tuple(Kind)
    least: int = counts.LEAST
    rounded_to: int = counts.ROUND
    kept: tuple[Kept, ...] = RETENTION
    never: tuple[Use, ...] = USES


def create_app(record: Database, bucket: Bucket) -> FastAPI:
    """The app over the record and its media."""
    app = new_app(PROGRAM)
    sharing.give(app, record, bucket)

    @app.get("/v1/transparency", dependencies=[Depends(anyone)], tags=["transparency"])
    def transparency() -> Transparency:
        """Rounded counts by division and month, how long things are kept, and what is not done with them."""
        with record.read() as conn:
            named, found = counts.places(conn), counts.published(conn)
        months: dict[str, list[Told]] = {}
        for one in found:
            told = Told(division=one.division or None, kind=one.kind, told=one.told or None)
            months.setdefault(one.month, []).append(told)
        return Transparency(
            months=[Month(month=month, counts=told) for month, told in months.items()],
            divisions=[Place(id=id_, name=name) for id_, name in named],
        )

    @app.get("/v1/audit-heads", dependencies=[Depends(anyone)], tags=["transparency"])
    def audit_heads() -> PublishedHeads:
        """The audit's newest hash, signed once a day: keep it, and `porchlight verify-audit --head` holds us to it."""
        with record.read() as conn:
            found = heads.published(conn)
        return PublishedHeads(heads=[PublishedHead(**vars(one)) for one in found])

    @app.get("/v1/requests", dependencies=[Depends(anyone)], tags=["transparency"])
    def requests(cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[Asked]:
        """What owners of cameras were asked for, a week after it went out, the newest day first."""
        before = None if cursor is None else decode(cursor, str, str)
        place = None if before is None else (str(before[0]), str(before[1]))
        with record.read() as conn:
            found = footage_log.page(conn, before=place, limit=limit + 1)
        return page(found, limit, place=lambda one: (one.day, one.id), seen=_asked)

    return app


def _asked(one: Published) -> Asked:
    return Asked(
        id=one.id,
        day=one.day,
        division=one.division,
        kind=one.kind,
        window_from=clock.as_text(one.window[0]),
        window_to=clock.as_text(one.window[1]),
        square_miles=one.square_miles / 1000,
        places=one.places,
    )
