"""A post's media for a package: the largest whole file, as it was published, and frames of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from storage.cases import contents as case_contents
from storage.db import Database
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.objects import Bucket
from storage.posts.posts import Rendition
from workers.media import programs
from workers.media.poster import Still, frame_at

POSTER = "poster.jpg"
_LAST_MS = 50  # before its end a clip shows a frame for certain: thirty a second


def largest(record: Database, post_id: PostId) -> Rendition | None:
    """The largest file that is whole; None where there is none, or the post was taken back."""
    with record.read() as conn:
        found = case_contents.renditions_of(conn, post_id)
    rest = [one for one in found if one.file != POSTER]
    return max(rest or found, key=lambda one: one.height, default=None)


def pieces(record: Database, bucket: Bucket, post_id: PostId, file: Rendition) -> Iterator[bytes]:
    """Its bytes, as they come; raises NotThere where the post was taken back meanwhile."""
    if file.key:
        yield from bucket.chunks(file.key)
        return
    with record.read() as conn:
        found = case_contents.spans_of(conn, post_id, file.file)
    if not found:
        raise NotThere
    for span in found:
        yield from bucket.chunks(span.key, span.start, span.end)


def frames(
    content: Iterator[bytes], wanted: list[int], length: int, size: tuple[int, int], scratch: Path | None
) -> Iterator[bytes]:
    """The frames of a clip at those milliseconds, each a JPEG, made in the sandbox from a copy in `scratch`.

    Raises RefusedClip, OSError, SandboxBroken.
    """
    tools = programs.find()
    with tempfile.TemporaryDirectory(dir=scratch) as made:
        source, out = Path(made, "in"), Path(made, "out")
        source.mkdir()
        out.mkdir()
        with (source / "clip.mp4").open("wb") as file:
            file.writelines(content)
        for number, at in enumerate(wanted):
            planned = Still(out / f"{number}.jpg", f"{number}.jpg", *size, 0)
            still = frame_at(tools, source / "clip.mp4", min(at, max(length - _LAST_MS, 0)) / 1000, planned)
            yield still.path.read_bytes()
            still.path.unlink()
