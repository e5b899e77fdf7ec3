"""Files that mean harm end as each must: no connection, no other file, no crash, no secret, and within bounds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import HOSTILE
from tests.hostile.cuts import ANY, KINDS
from tests.hostile.makers import CLEAN, SECRET, Hostile, prepare
from tests.hostile.photos import PHOTOS
from tests.hostile.reworking import watched

WALL, CPU, MEMORY = 120, 25, 1 << 30  # generous: the machine is shared; the sandbox's own limits are the hard ones
SLOW_CPU = 120
CLIP, PHOTO = ["480p.mp4", "poster.jpg"], ["photo.jpg", "poster.jpg"]


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A door on this machine that some files point at, for connections and for datagrams: nobody may knock."""
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        stream.listen()
        datagrams.bind(stream.getsockname())
        stream.setblocking(False)
        datagrams.setblocking(False)
        yield stream, datagrams


@pytest.fixture(scope="module")
def folder(trap: tuple[socket.socket, socket.socket], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work: a plain clip, a file nobody may read, and the trap's address."""
    made = tmp_path_factory.mktemp("hostile")
    prepare(made, "{}:{}".format(*trap[0].getsockname()))
    return made


@pytest.mark.parametrize(
    "hostile",
    [pytest.param(one, marks=[pytest.mark.faults] if one.slow else []) for one in HOSTILE],
    ids=lambda hostile: hostile.name,
)
def test_a_hostile_file_ends_as_it_must(
    hostile: Hostile, folder: Path, trap: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    """Refused for its reason or made clean; nothing but the file itself was opened, nobody was called."""
    demand(hostile.make(folder), hostile.ends, tmp_path, SLOW_CPU if hostile.slow else CPU)

    for door in trap:
        with pytest.raises(BlockingIOError):
            door.recv(1) if door.type == socket.SOCK_DGRAM else door.accept()


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_cut_at_any_border_ends_in_a_refusal_or_a_shorter_clip(kind: str, folder: Path, tmp_path: Path) -> None:
    """Where one box, element, chunk or packet ends and the next begins."""
    make, borders = KINDS[kind]
    data = make(folder)
    cuts = sorted(set(borders(data)))

    for cut in cuts:
        (tmp_path / str(cut)).mkdir()
        demand(data[:cut], ANY, tmp_path / str(cut), CPU)

    assert len(cuts) > 5


def demand(
    data: bytes, ends: tuple[str, ...], folder: Path, cpu_seconds: float, harmless: frozenset[str] = frozenset()
) -> None:
    """Takes `data` all the way in `folder`, and looks at everything; `harmless` names may be asked for as well."""
    source, out = folder / "source", folder / "out"
    source.write_bytes(data)
    out.mkdir()

    ended = watched(source, out)

    assert ended.end in ends, ended.seen.outcomes[-1:]
    assert ended.seen.ended == 0, "a program asked for a socket or another process"
    assert ended.calls == []
    assert ended.outside(source, out) <= harmless
    assert ended.wall_seconds < WALL
    assert ended.cpu_seconds < cpu_seconds
    assert ended.memory_bytes < MEMORY
    left = {file.name: file.stat().st_size for file in out.iterdir() if file.stat().st_size}
    assert sorted(left) in (CLIP, PHOTO) if ended.end == CLEAN else not left
    assert not any(SECRET in file.read_bytes() for file in out.iterdir())


def test_the_corpus_does_not_shrink() -> None:
    """Kinds of files, each once, beside the cuts at borders; and photos."""
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) >= 290
    assert len({hostile.name for hostile in PHOTOS}) == len(PHOTOS) >= 60
