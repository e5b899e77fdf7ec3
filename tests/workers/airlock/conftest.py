"""An airlock between two real sides, clips with marks in them, and media that were encoded before."""

from __future__ import annotations

import shutil
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
from workers.media import rework
from workers.media.encode import Rendition
from workers.media.poster import Poster
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
    files: dict[str, Rendition]
    poster: Poster


@pytest.fixture(scope="session")
def clip_bytes(make_clip: MakeClip) -> bytes:  # noqa: F811
    """A second of 320 x 240 with sound, that says who and where in its tags."""
    picture = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1")
    return make_clip("small.mp4", *picture, *SOUND, *H264, *TAGS).read_bytes()


@pytest.fixture(scope="session")
def tall_clip(make_clip: MakeClip) -> Path:  # noqa: F811
    """A second of 640 x 600: there is a larger rendition to make of it."""
    return make_clip("tall.mp4", "-f", "lavfi", "-i", "testsrc2=s=640x600:r=10:d=1", *SOUND, *H264, *TAGS)


@pytest.fixture(scope="session")
def prepared(tools: Programs, tall_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:  # noqa: F811
    """The tall clip's renditions and poster."""
    folder = tmp_path_factory.mktemp("prepared")
    probed = rework.inspect(tools, tall_clip)
    made = {
        rung.name: rework.make_rendition(tools, tall_clip, probed, rung, folder, sound=False)
        for rung in rework.rungs(probed)
    }
    return Prepared(probed, made, rework.make_poster(tools, made["480p"], folder))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, prepared: Prepared) -> None:
    """Attempts take their media from what was encoded before: for tests of what happens around the encoder."""

    def copied(made: Any, folder: Path) -> Any:
        return replace(made, path=Path(shutil.copy(made.path, folder / made.name)))

    def rendition(_tools: Programs, _source: Path, _probed: Probed, rung: Any, out: Path, **_: Any) -> Any:
        return copied(prepared.files[rung.name], out)

    monkeypatch.setattr(rework, "inspect", lambda *_: prepared.probed)
    monkeypatch.setattr(rework, "make_rendition", rendition)
    monkeypatch.setattr(rework, "make_poster", lambda _tools, _small, out: copied(prepared.poster, out))


@pytest.fixture
def airlock(
    vault: Any,  # noqa: F811
    record: Database,
    city: builders.City,
    bell: Bell,
    tools: Programs,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Airlock]:
    """The airlock, its city loaded."""
    hurry(record)
    work = tmp_path / "work"
    work.mkdir()
    stores = BothSides(vault, Folder(tmp_path / "originals"), record, Folder(tmp_path / "media"), bell)
    yield Airlock(stores, tools, work, tmp_path / "mail")


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
