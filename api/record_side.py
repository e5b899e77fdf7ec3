"""How a program of the record side starts: without any credential of identity, and shut out of its folder."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from api.serving import serve
from api.stores import Stores, open_stores
from storage.kit import confine, log, settings
from storage.kit.settings import Ports


def run(program: str, create_app: Callable[[Stores], FastAPI], *, port: Callable[[Ports], int]) -> None:
    """Starts the program and serves until told to stop; refuses to start with an identity credential."""
    log.start(program)
    settings.refuse_identity()
    here = settings.record()
    # What is made beside the identity folder after this is closed as well: so the record's folder comes first.
    (here.data / "record").mkdir(parents=True, exist_ok=True)
    log.event("shut_out_of_identity", state="done" if confine.shut_out_of(here.data / "identity") else "not_possible")
    serve(create_app(open_stores(here)), port(here.ports))
