"""Shows one post's media to anybody who may see it: `python -m tests.api.showing_program PORT RECORD BUCKET POST`."""

from __future__ import annotations

import sys

from fastapi import Depends, Request, Response

from api.http import new_app
from api.media import MediaDoor
from api.serving import serve
from api.who import anyone
from storage.db import Database
from storage.kit import log
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.objects import Folder
from storage.posts import posts
from storage.posts.posts import PostState
from tests.api.running import ROOT
from tests.builders import division

app = new_app("public")


@app.get("/v1/media/{file}", dependencies=[Depends(anyone)])
def play(file: str, request: Request) -> Response:
    """Asked anew for each request, as every program does."""
    with record.read() as conn:
        post = posts.one(conn, [division()], PostId(sys.argv[4]))
    if post is None or post.state is not PostState.LIVE:
        raise NotThere
    return door.answer(request, post, file)


if __name__ == "__main__":
    log.start("showing")
    record = Database(sys.argv[2])
    door = MediaDoor(record, Folder(ROOT / sys.argv[3]))
    serve(app, int(sys.argv[1]))
