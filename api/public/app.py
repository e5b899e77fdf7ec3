"""The public program: how much happens, in round numbers, what holds the audit to its past, and single posts that
somebody shows outside by a link. Nobody logs in.

It reads what was rounded and signed before it, and of posts those to which there is a link: of people and their acts
it can read nothing.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI

from api.http import Program, new_app
from api.public import sharing
from api.public.rules import RETENTION, USES, Kept, Use
from api.published import PublishedHead, PublishedHeads
from api.who import anyone
from feed.events import Closed
from storage import counts, heads
from storage.counts import Kind
from storage.db import Database
from storage.objects import Bucket

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

    return app
