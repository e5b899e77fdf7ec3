"""How a program of the record side starts: without any credential of identity, and shut out of its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from fastapi import FastAPI

from api.serving import serve
from storage import checks
from storage.kit import ready, starting
from storage.kit.ready import Check
from storage.kit.settings import LOOPBACK, RECORD_VARIABLES, RecordSettings
from storage.record import LINEAGE


def run(
    program: Literal["staff", "public"],
    open_app: Callable[[RecordSettings], FastAPI],
    *,
    uses: Sequence[str] = RECORD_VARIABLES,
) -> None:
    """Starts the program and serves until told to stop; refuses to start with an identity credential.

    `uses` are the variables of the stores it opens: what a program does not use it need not be given.
    """
    with starting.program(program):
        here = starting.on_the_record_side(*uses)
        ready.answer(here.metrics, lambda: _checks(here, program, uses))
        serve(open_app(here), getattr(here.ports, program), listen=here.listen, hosts=here.hosts(program))


def _checks(here: RecordSettings, program: Literal["staff", "public"], uses: Sequence[str]) -> list[Check]:
    found = [*checks.database(here.database, LINEAGE), checks.door(here.listen, getattr(here.ports, program), LOOPBACK)]
    return [*found, checks.bucket("media", here.media)] if "PORCHLIGHT_MEDIA" in uses else found
