"""What becomes of a file: the way of a clip through the sandbox, watched, and its end in one word."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.makers import CLEAN
from tests.hostile.watcher import Seen, watching
from workers.media import programs, rework
from workers.media.fragments import Init, Segment
from workers.media.refusals import RefusedClip
from workers.media.rungs import rungs
from workers.redact.proof_fragments import Pieces, prove_fragmented, prove_init

TOOLS = programs.find()
# What every program of this kind looks for whatever it is given, and does not get: Landlock refuses the first three.
IN_ANY_CASE = {
    "/proc/stat", "/sys/devices/system/cpu/online", "/proc/sys/vm/overcommit_memory", "/proc/self/fd",
    "/etc/ld.so.preload", "/etc/ld.so.cache", str(TOOLS.ffmpeg), str(TOOLS.ffprobe),
}  # fmt: skip
LIBRARIES = ("/lib/", "/usr/lib/", "/lib64/", "/usr/local/lib/", "/usr/lib64/")


STANDING_BACK = re.compile(r"/proc/\d+/autogroup")  # where we, and no program, say that a program stands back


@dataclass(frozen=True)
class Ended:
    """How a file ended: a refusal's reason or `clean`; what it took, ours included; what was seen."""

    end: str
    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int
    seen: Seen

    def outside(self, source: Path, out: Path) -> set[str]:
        """Names of files that neither the file itself nor any clip would make a program ask for."""
        ours = {name for _, name in self.seen.ourselves if name and not STANDING_BACK.fullmatch(name)}
        return {name for name in {name for _, name in self.seen.programs} | ours if not _belongs(name, source, out)}

    @property
    def calls(self) -> list[tuple[str, str]]:
        """What our own process did that is not opening a file."""
        return [(event, name) for event, name in self.seen.ourselves if event != "open"]


def watched(source: Path, out: Path) -> Ended:
    """Take the file at `source` all the way, into `out`. Whatever is no refusal goes through: it is a crash."""
    wall, own = time.monotonic(), time.thread_time()
    with watching() as seen:
        end = in_one_word(lambda: all_the_way(source, out))
    return Ended(
        end,
        time.monotonic() - wall,
        time.thread_time() - own + sum(outcome.cpu_seconds for outcome in seen.outcomes),
        max((outcome.memory_bytes for outcome in seen.outcomes), default=0),
        seen,
    )


def in_one_word(do: Callable[[], None]) -> str:
    """A refusal's reason, or `clean`."""
    try:
        do()
    except RefusedClip as refused:
        return refused.reason.value
    return CLEAN


def all_the_way(source: Path, out: Path) -> None:
    """Look at it, encode it anew piece by piece, take its poster: what the airlock does until a clip is published.

    A photo is made anew at once.

    Every piece is held against the proof once more, also when the clip is refused after some have arrived.
    """
    photo = rework.inspect_photo(TOOLS, source)
    if photo is not None:
        rework.make_photo(TOOLS, source, photo, out)
        return
    probed, pieces = rework.inspect(TOOLS, source), list[bytes]()
    following: Pieces | None = None

    def arrived(piece: Init | Segment) -> None:
        nonlocal following
        assert (following.prove(piece.data) if following else prove_init(piece.data)) == []
        following = following or Pieces.after(piece.data)
        pieces.append(piece.data)

    whole = rework.first_rung(TOOLS, source, probed, rungs(probed)[0], sound=True, arrived=arrived)
    rework.poster_from(TOOLS, pieces[0], pieces[1], out, width=whole.width, height=whole.height)
    assert prove_fragmented(b"".join(pieces)) == []
    (out / "480p.mp4").write_bytes(b"".join(pieces))


def _belongs(name: str, source: Path, out: Path) -> bool:
    plain = "/" + name.lstrip("/") if name.startswith("/") else name
    return (
        plain in IN_ANY_CASE
        or plain == str(source)
        or plain == str(out)
        or (plain.startswith(f"{out}/") and ".." not in plain)
        or plain == "/dev/null"
        or (plain.startswith(LIBRARIES) and ".." not in plain)
        or plain.rstrip("/") + "/" in LIBRARIES
    )
