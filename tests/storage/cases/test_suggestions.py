"""What is looked for round a case: within the asker's divisions, what is live, and nothing that is linked."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from storage.atlas import versions
from storage.cases import cases, incidents, suggestions as case_suggestions
from storage.cases.incidents import Incident, NewIncident
from storage.cases.likeness import Why
from storage.cases.suggestions import Suggestion
from storage.db import OPERATOR, Database
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import BlockId, DivisionId
from storage.posts.posts import Verb
from tests import builders
from tests.builders import NOON, block, division
from tests.cases import OpenCase, an_open_case, link

pytestmark = pytest.mark.usefixtures("city")


class Street:
    """The invented city's blocks in a row, 200 m from each other within a division."""

    def metres(self, one: str | None, other: str | None) -> float | None:
        """As far as their numbers differ."""
        where = {block("Central", number): number for number in range(builders.BLOCKS_EACH)}
        if one not in where or other not in where:
            return None
        return 200.0 * abs(where[BlockId(one)] - where[BlockId(other)])

    def around(self, place: str | None, metres: float, *, most: int) -> list[BlockId]:
        """All of them that are so near."""
        every = [block("Central", number) for number in range(builders.BLOCKS_EACH)]
        return [one for one in every if (apart := self.metres(place, one)) is not None and apart <= metres][:most]


@pytest.fixture(autouse=True)
def street(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented city has no shapes."""
    monkeypatch.setattr(versions, "current", lambda _: None)
    monkeypatch.setattr(case_suggestions, "nearby", lambda _: Street())


def _suggested(record: Database, case: OpenCase, *where: DivisionId) -> list[Suggestion]:
    with record.read() as conn:
        found = cases.one(conn, case.detective, case.id)
        return case_suggestions.suggest(conn, where or [division()], found)


def test_posts_near_in_time_and_place_or_words_are_suggested_with_reasons(record: Database, bell: Bell) -> None:
    """Linked once, a post is looked round too; what is linked, hidden, far or elsewhere is not among them."""
    case = an_open_case(record)
    linked = builders.a_published_post(record, bell, title="A grey van with a ladder", text="")
    link(record, case, linked.id)
    same = builders.a_published_post(record, bell, title="Again", text="")
    words = builders.a_published_post(
        record, bell, block_number=1, title="The ladder", text="", published_at=NOON + DAY
    )
    hidden = builders.a_published_post(record, bell, title="Again", text="")
    builders.a_published_post(record, bell, division="East", title="A ladder", text="")
    builders.a_published_post(record, bell, title="Later", text="", published_at=NOON + 60 * DAY)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, hidden.id, Verb.HIDE, reason="privacy")

    found = {one.found.id: one for one in _suggested(record, case)}

    assert found.keys() >= {same.id, words.id}
    assert not found.keys() & {linked.id, hidden.id}
    assert [reason.why for reason in found[same.id].reasons] == [Why.SAME_TIME, Why.SAME_BLOCK, Why.KIND]
    assert found[same.id].to == linked
    assert Why.WORDS in [reason.why for reason in found[words.id].reasons]
    assert {one.found.division for one in found.values()} == {division()}
    assert _suggested(record, case, division("East")) == []


def test_incidents_of_a_kind_and_time_are_suggested(record: Database) -> None:
    """Of my divisions, near the case's own; never the case's own."""
    case = an_open_case(record)
    with record.write(by=OPERATOR) as tx:
        new = [
            NewIncident("near", "Burglary", NOON + HOUR, division(), None),
            NewIncident("far", "Burglary", NOON - 20 * DAY - 5 * HOUR, division(), None),
            NewIncident("east", "Burglary", NOON + HOUR, division("East"), None),
        ]
        incidents.add(tx, new)

    found = _suggested(record, case)

    assert [(one.found.number, one.to.kind) for one in found if isinstance(one.found, Incident)] == [
        ("near", "Burglary")
    ]  # type: ignore[union-attr]
