"""A small program for the tests to serve: `python -m tests.api.small_program PORT`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fastapi import Depends
from fastapi.responses import StreamingResponse

from api.http import new_app
from api.serving import serve
from api.who import anyone
from storage.kit import log

app = new_app("public")


@app.get("/v1/half", dependencies=[Depends(anyone)])
def half() -> StreamingResponse:
    """Breaks in the middle of an answer."""

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("1600 Elm Street")

    return StreamingResponse(pieces())


@app.get("/v1/broken", dependencies=[Depends(anyone)])
def broken() -> None:
    """Breaks at once."""
    raise RuntimeError("1600 Elm Street")


if __name__ == "__main__":
    log.start("small")
    serve(app, int(sys.argv[1]))
