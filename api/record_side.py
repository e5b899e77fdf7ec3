"""How a program of the record side starts: without any credential of identity, and shut out of its folder."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from api.serving import serve
from api.stores import Stores, open_stores
from storage.kit import starting
from storage.kit.settings import Ports


def run(program: str, create_app: Callable[[Stores], FastAPI], *, port: Callable[[Ports], int]) -> None:
    """Starts the program and serves until told to stop; refuses to start with an identity credential."""
    with starting.program(program):
        here = starting.on_the_record_side()
        serve(create_app(open_stores(here)), port(here.ports))
