"""An attempt tells how far it is, hears that it must stop, and leaves no file behind."""

from __future__ import annotations

import pytest

from storage.identity.clips import clips
from storage.identity.clips.clips import Stage
from storage.kit import metrics
from tests.storage.identity.making import airlock as writing, claimed
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of, time_passes
from workers.airlock.admit import Airlock
from workers.airlock.attempts import attempt as attempts
from workers.airlock.attempts.attempt import Attempt, Stopped, scratch_for


@pytest.fixture
def attempt(airlock: Airlock, accepted: NewClip) -> Attempt:
    """The first attempt at a clip."""
    return Attempt(airlock.stores.vault, claimed(airlock.stores.vault, accepted()), airlock.work)


def test_how_far_it_is_is_told_at_most_once_a_second(
    airlock: Airlock, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entering a stage always is."""
    attempt.at(Stage.ENCODING, 0.1)
    attempt.along(Stage.ENCODING, 0.2)
    assert clip_of(airlock, attempt.clip.id).progress == 0.1

    monkeypatch.setattr(attempts, "TELL_EVERY", 0.0)
    attempt.along(Stage.ENCODING, 0.3)

    assert clip_of(airlock, attempt.clip.id).progress == 0.3
    attempt.at(Stage.PROVING, 0.9)
    assert clip_of(airlock, attempt.clip.id).stage is Stage.PROVING


def test_each_word_is_a_sign_of_life(attempt: Attempt) -> None:
    """Readiness hears of an attempt that hangs by its silence."""
    before = metrics.value_of("beats") or 0

    attempt.at(Stage.ENCODING, 0.1)

    assert metrics.value_of("beats") == before + 1


def test_it_stops_when_the_author_took_the_clip_back(airlock: Airlock, attempt: Attempt) -> None:
    """At its next word."""
    with writing(airlock.stores.vault) as tx:
        clips.withdraw(tx, attempt.clip.id)

    with pytest.raises(Stopped):
        attempt.at(Stage.ENCODING, 0.1)


def test_it_stops_when_another_took_over(airlock: Airlock, attempt: Attempt) -> None:
    """And what it says is not heard."""
    time_passes(airlock)
    claimed(airlock.stores.vault, attempt.clip.id)

    with pytest.raises(Stopped):
        attempt.along(Stage.ENCODING, 0.1)
    assert clip_of(airlock, attempt.clip.id).progress == 0.0


def test_a_scratch_folder_is_named_by_the_lease_and_goes(airlock: Airlock, attempt: Attempt) -> None:
    """However the attempt ends; only its owner may look into it."""
    with pytest.raises(ValueError), scratch_for(airlock.work, attempt.clip) as scratch:
        assert scratch == airlock.work / attempt.clip.lease
        assert (scratch / "out").is_dir()
        assert (scratch / "out").stat().st_mode & 0o077 == 0
        raise ValueError

    assert list(airlock.work.iterdir()) == []
