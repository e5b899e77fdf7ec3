"""Photos that mean harm end as each must. All of them in this process, a few of them all the way, as clips are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.hostile.makers import CLEAN, SECRET, Hostile, prepare
from tests.hostile.photos import PHOTOS, PLAIN
from tests.hostile.reworking import in_one_word, watched
from tests.hostile.test_corpus import CPU, SLOW_CPU, demand
from workers.media import photo_decoder, redactor
from workers.media.photo import Photo, size
from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import sniff_photo

# A refusal by each of the three who can refuse, and each kind of decoder: the others by `make faults`.
ALL_THE_WAY = ("jpeg with a clip behind it", "png with a text bomb", "heif with a page behind it", "webp that moves")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work."""
    made = tmp_path_factory.mktemp("hostile")
    prepare(made)
    return made


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """What the decoder is made of: it asks for that whatever photo it is given, also for one that means no harm."""
    source = tmp_path_factory.mktemp("harmless") / "source"
    source.write_bytes(PLAIN)
    (source.parent / "out").mkdir()
    redactor.needed()  # asked once by every worker
    return frozenset(watched(source, source.parent / "out").outside(source, source.parent / "out"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "hostile",
    [one for one in PHOTOS if not one.slow],
    ids=lambda hostile: hostile.name,
)
def test_a_hostile_photo_ends_as_it_must(hostile: Hostile, folder: Path, tmp_path: Path) -> None:
    """Refused for its reason, or nothing of it but pixels."""
    data = hostile.make(folder)
    (tmp_path / "source").write_bytes(data)

    end = in_one_word(lambda: _decode(tmp_path / "source", data))

    assert end in hostile.ends


@pytest.mark.parametrize(
    "hostile",
    [pytest.param(one, marks=[] if one.name in ALL_THE_WAY else [pytest.mark.faults]) for one in PHOTOS],
    ids=lambda hostile: hostile.name,
)
def test_all_the_way_it_opens_nothing_else_and_calls_nobody(
    hostile: Hostile, folder: Path, harmless: frozenset[str], tmp_path: Path
) -> None:
    """In the sandbox, within bounds; no secret in what comes."""
    demand(hostile.make(folder), hostile.ends, tmp_path, SLOW_CPU if hostile.slow else CPU, harmless)

    assert not any(SECRET in file.read_bytes() for file in (tmp_path / "out").iterdir())


def _decode(source: Path, data: bytes) -> None:
    format_ = sniff_photo(source)
    if format_ is None:
        raise RefusedClip(Reason.NOT_A_VIDEO)
    try:
        told = photo_decoder.look(format_.value, io.BytesIO(data))
        if "refused" not in told:
            wanted = size(Photo(format_, int(told["width"]), int(told["height"])), 480)
            raw = photo_decoder.decode(format_.value, io.BytesIO(data), wanted)
            assert len(raw) == wanted[0] * wanted[1] * 3 // 2
    except Exception:  # noqa: BLE001  as the program does (photo_decoder.py)
        raise RefusedClip(Reason.UNREADABLE) from None
    if "refused" in told:
        raise RefusedClip(Reason(str(told["refused"])))


def test_every_kind_of_end_is_tried_all_the_way() -> None:
    """So that the few stand for the many."""
    ends = {end for one in PHOTOS if one.name in ALL_THE_WAY for end in one.ends}

    assert {CLEAN, "unreadable", "animated_picture"} <= ends
