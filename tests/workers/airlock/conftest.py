"""An airlock between two real sides, clips with marks in them, and media that were encoded before."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from feed.bell import Bell
from storage.db import Database
from storage.identity.vault import ClipId, ResidentId
from storage.objects import Folder
from tests import builders
from tests.storage.identity.conftest import ada, hurry, vault  # noqa: F401 - fixtures
from tests.storage.identity.making import an_accepted_clip
from tests.workers.media.conftest import H264, MakeClip, make_clip, tools  # noqa: F401 - fixtures
from workers.airlock.admit import Airlock
from workers.airlock.both_sides import BothSides
from workers.media import rework, rungs
from workers.media.first_rung import Whole
from workers.media.fragments import Init, Segment
from workers.media.ladder import Laddered
from workers.media.poster import Still
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.queue import Doorbell

MARKS = ("Jane Roe", "39.0997", "94.5786", "Porch camera 7")
TAGS = (
    *("-metadata", "artist=Jane Roe", "-metadata", "title=Porch camera 7", "-metadata", "comment=Jane Roe's house"),
    *("-metadata", "location=+39.0997-094.5786/", "-metadata", "location-eng=+39.0997-094.5786/"),
    *("-movflags", "use_metadata_tags"),
)
SOUND = ("-f", "lavfi", "-i", "sine=440:d=1")

NewClip = Callable[..., ClipId]


@dataclass(frozen=True)
class Prepared:
    """What our own encoder made of a clip, once for the whole run."""

    probed: Probed
    pieces: list[Init | Segment]
    whole: Whole
    larger: list[Laddered]
    poster: Still


@pytest.fixture(scope="session")
def clip_bytes(make_clip: MakeClip) -> bytes:  # noqa: F811
    """A second of 320 x 240 with sound, that says who and where in its tags."""
    picture = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1")
    return make_clip("small.mp4", *picture, *SOUND, *H264, *TAGS).read_bytes()


@pytest.fixture(scope="session")
def tall_clip(make_clip: MakeClip) -> Path:  # noqa: F811
    """Six seconds of 660 x 660: on screen before it is whole, and there is a larger rendition to make of it."""
    return make_clip("tall.mp4", "-f", "lavfi", "-i", "testsrc2=s=660x660:r=5:d=6", *SOUND, *H264, *TAGS)


@pytest.fixture(scope="session")
def prepared(tools: Programs, tall_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:  # noqa: F811
    """The tall clip's renditions and poster."""
    folder = tmp_path_factory.mktemp("prepared")
    probed, pieces = rework.inspect(tools, tall_clip), list[Init | Segment]()
    first, *larger = rungs.rungs(probed)
    whole = rework.first_rung(tools, tall_clip, probed, first, sound=False, arrived=pieces.append)
    ladder = rework.make_ladder(tools, tall_clip, probed, larger, folder, sound=False)
    poster = rework.poster_from(tools, pieces[0].data, pieces[1].data, folder, width=whole.width, height=whole.height)
    return Prepared(probed, pieces, whole, ladder, poster)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, prepared: Prepared) -> None:
    """Attempts take their media from what was encoded before: for tests of what happens around the encoder.

    A piece comes when the one before it is in the bucket, so that every run takes the same steps.
    """

    def copied(made: Any, folder: Path) -> Any:
        return replace(made, path=Path(shutil.copy(made.path, folder / made.name)))

    def first(*_: Any, arrived: Any, cancelled: Any, **__: Any) -> Whole:
        for number, piece in enumerate(prepared.pieces):
            arrived(piece)
            while number and arrived.__self__._carried != number:
                cancelled()
                time.sleep(0.002)
        return prepared.whole

    def ladder(_tools: Programs, _source: Path, _probed: Probed, _rungs: Any, out: Path, **_: Any) -> Any:
        return [replace(one, rendition=copied(one.rendition, out)) for one in prepared.larger]

    monkeypatch.setattr(rework, "inspect", lambda *_, **__: prepared.probed)
    monkeypatch.setattr(rework, "first_rung", first)
    monkeypatch.setattr(rework, "make_ladder", ladder)
    monkeypatch.setattr(rework, "poster_from", lambda _tools, _init, _segment, out, **_: copied(prepared.poster, out))


@pytest.fixture
def airlock(
    vault: Any,  # noqa: F811
    record: Database,
    city: builders.City,
    bell: Bell,
    tools: Programs,  # noqa: F811
    doorbell: Doorbell,
    tmp_path: Path,
) -> Iterator[Airlock]:
    """The airlock, its city loaded."""
    hurry(record)
    work = tmp_path / "work"
    work.mkdir()
    stores = BothSides(vault, Folder(tmp_path / "originals"), record, Folder(tmp_path / "media"), bell)
    yield Airlock(stores, tools, work, tmp_path / "mail", doorbell)


@pytest.fixture
def doorbell(redis_client: Any) -> Doorbell:
    """The airlock's doorbell."""
    return Doorbell(redis_client)


@pytest.fixture
def accepted(airlock: Airlock, ada: ResidentId, clip_bytes: bytes) -> NewClip:  # noqa: F811
    """Accepts clips: `accepted(content=..., title=...)`."""

    def accept(content: bytes | None = None, **said: Any) -> ClipId:
        stores = airlock.stores
        return an_accepted_clip(stores.vault, ada, content or clip_bytes, stores.originals, **said)[0]

    return accept
