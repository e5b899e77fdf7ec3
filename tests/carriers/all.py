"""Every carrier, and what comes of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api import playlists
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from tests.carriers.movies import movies
from tests.carriers.others import others
from tests.carriers.streams import streams
from workers.media import rework
from workers.media.fragments import Init, Segment
from workers.media.programs import Programs
from workers.media.rungs import rungs

CARRIERS = (*movies(), *streams(), *others())


@dataclass(frozen=True)
class Published:
    """What anybody can get of a clip: each file's name and bytes."""

    files: dict[str, bytes]

    @property
    def everything(self) -> bytes:
        """All of it, names too."""
        return b"\n".join(name.encode() + b"\n" + data for name, data in self.files.items())


def published(tools: Programs, source: Path, folder: Path, *, larger: bool = False) -> Published:
    """The first rung with its sound, its playlists and the poster; with `larger`, a ladder of one rung too.

    Raises RefusedClip, NotClean.
    """
    probed, came = rework.inspect(tools, source), list[Init | Segment]()
    rung = rungs(probed)[0]
    whole = rework.first_rung(tools, source, probed, rung, sound=True, arrived=came.append)
    pieces = [piece.data for piece in came]
    poster = rework.poster_from(tools, pieces[0], pieces[1], folder, width=whole.width, height=whole.height)
    rows = [Piece(n, "", 0, len(data), 1000) for n, data in enumerate(pieces)]
    listed = Rendition("480p.mp4", "", whole.width, whole.height, sum(map(len, pieces)), len(pieces) - 1)
    files = {playlists.name("480p.mp4", n): data for n, data in enumerate(pieces)}
    files["480p.m3u8"] = playlists.media(listed, rows, ended=True).encode()
    files["playlist.m3u8"] = playlists.master([listed], {"480p.mp4": rows}).encode()
    files[poster.name] = poster.path.read_bytes()
    for one in rework.make_ladder(tools, source, probed, [rung], folder, sound=True) if larger else ():
        files[f"ladder-{one.rendition.name}"] = one.rendition.path.read_bytes()
    return Published(files)
