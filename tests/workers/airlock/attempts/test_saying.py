"""What a clip's post is said to be."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.db import AIRLOCK, OPERATOR
from storage.identity.clips import clips, held_for
from storage.identity.schema import clips as clip_rows
from storage.kit.clock import HOUR
from storage.moderation import flags, premoderation
from storage.moderation.held import KNOWN_BAD, Held
from storage.posts import posts
from tests import builders
from tests.cases import an_open_case
from tests.workers.airlock.conftest import NewClip
from workers.airlock.admit import Airlock, admit
from workers.airlock.attempts.known import ANY
from workers.airlock.attempts.saying import say_held

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.engines("sqlite")
def test_a_clip_shared_for_a_case_is_held_from_nobody(airlock: Airlock, accepted: NewClip) -> None:
    """Where all are judged first too: the case has it, no moderator is asked, and its author is told nothing else."""
    record, vault = airlock.stores.record, airlock.stores.vault
    lead = builders.a_moderator(record, "lea")
    with record.write(by=OPERATOR) as tx:
        premoderation.begin(tx, builders.division(), "suspicious", staff_id=lead, note="a rumour", lasts=HOUR)
    case, clip_id = an_open_case(record), accepted()
    with vault.write(by=AIRLOCK) as tx:
        tx.execute(update(clip_rows).values(kept_for=case.id))

    admit(airlock, clip_id)

    with vault.read() as conn:
        clip = clips.one(conn, clip_id)
    assert clip is not None
    with record.read() as conn:
        assert posts.states(conn, [clip.post_id]) == {clip.post_id: "kept"}
        assert flags.of_posts(conn, [clip.post_id]).get(clip.post_id, []) == []
    with vault.read() as conn:
        assert held_for.of(conn, clip_id) == []
    say_held(airlock.stores, clip, [Held(ANY, KNOWN_BAD)])  # found in a piece that came later
    with vault.read() as conn:
        assert held_for.of(conn, clip_id) == []
