"""What the airlock does with files that mean harm: one attempt, a reason for the resident, nothing left of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.identity.clips.clips import ClipState
from tests.hostile.corpus import HOSTILE
from tests.hostile.makers import prepare
from tests.storage.identity.conftest import ada, hurry, vault  # noqa: F401 - fixtures
from tests.workers.airlock.conftest import NewClip, accepted, airlock, clip_bytes, doorbell  # noqa: F401 - fixtures
from tests.workers.airlock.looking import clip_of, is_shredded, media, post_state, told
from tests.workers.media.conftest import make_clip, tools  # noqa: F401 - fixtures
from workers.airlock.admit import Airlock, admit
from workers.media import rework
from workers.media.refusals import SENTENCES, Reason

pytestmark = pytest.mark.engines("sqlite")

BY_NAME = {hostile.name: hostile for hostile in HOSTILE}
TRIED = (
    "playlist of a local file", "html", "one byte", "a thousand tracks", "boxes ten thousand deep",
    "samples in another file", "8K at 60 frames", "sound only", "a codec no camera uses",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work."""
    made = tmp_path_factory.mktemp("hostile")
    prepare(made)
    return made


@pytest.mark.parametrize("name", TRIED)
def test_a_refused_file_is_tried_once_and_its_sender_is_told_why(
    name: str,
    folder: Path,
    airlock: Airlock,  # noqa: F811
    accepted: NewClip,  # noqa: F811
) -> None:
    """Rejected for its declared reason after one attempt; rung for again, nothing is done; nothing was ever shown."""
    clip_id = accepted(BY_NAME[name].make(folder))

    admit(airlock, clip_id)
    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.attempts) == (ClipState.REJECTED, 1)
    assert (clip.reason,) == BY_NAME[name].ends
    assert SENTENCES[Reason(clip.reason or "")]
    assert is_shredded(airlock, clip_id)
    assert (post_state(airlock, clip_id), told(airlock), media(airlock)) == (None, [], set())
    assert list(airlock.work.iterdir()) == []


def test_a_file_that_turns_out_too_long_is_never_shown(
    folder: Path,
    airlock: Airlock,  # noqa: F811
    accepted: NewClip,  # noqa: F811
) -> None:
    """Its pieces were made and proved before it showed; what was put of them is nobody's, and swept as such."""
    clip_id = accepted(BY_NAME["130 seconds that say one"].make(folder))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.attempts, clip.reason, post_state(airlock, clip_id)) == (1, "too_long", None)
    assert is_shredded(airlock, clip_id)


def test_a_fault_of_ours_is_tried_again(
    airlock: Airlock,  # noqa: F811
    accepted: NewClip,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk is no fault of the clip's: it goes back into the queue, and nobody is told a reason."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "inspect", _full_disk)

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.attempts, clip.reason) == (ClipState.RECEIVED, 1, None)
    assert not is_shredded(airlock, clip_id)


def _full_disk(*_: object, **__: object) -> None:
    raise OSError("no space left")
