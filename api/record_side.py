"""How a program of the record side starts: without any credential of identity, and shut out of its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from fastapi import FastAPI

from api.serving import serve
from storage.kit import starting
from storage.kit.settings import RECORD_VARIABLES, RecordSettings


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
        serve(open_app(here), getattr(here.ports, program), listen=here.listen, hosts=here.hosts(program))
