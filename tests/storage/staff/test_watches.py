"""What a member of staff looks out for."""

from __future__ import annotations

import pytest

from storage.db import OPERATOR, Database
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import StaffId
from storage.staff import staff, watches
from storage.staff.watches import MOST, Watch


@pytest.fixture
def ana(record: Database) -> StaffId:
    """Who watches."""
    return a_member(record, "ana")


def a_member(record: Database, name: str) -> StaffId:
    """Somebody of the staff."""
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, name)


def add(record: Database, member: StaffId, name: str) -> Watch:
    """A watch of theirs."""
    with record.write(by=OPERATOR) as tx:
        return watches.add(tx, member, name=name, sound="none", wanted="{}")


def of(record: Database, member: StaffId) -> list[str]:
    """The names of theirs, in order."""
    with record.read() as conn:
        return [one.name for one in watches.of(conn, member)]


def test_a_new_watch_takes_the_first_free_place(record: Database, ana: StaffId) -> None:
    """So one that goes leaves the others where they are."""
    first, *_ = [add(record, ana, name) for name in ("a", "b", "c")]
    with record.write(by=OPERATOR) as tx:
        watches.remove(tx, ana, first.id)

    add(record, ana, "d")

    assert of(record, ana) == ["d", "b", "c"]


def test_a_name_is_one_watch_of_a_member(record: Database, ana: StaffId) -> None:
    """Another's may have it; and a watch may keep its own."""
    one, other = add(record, ana, "a"), add(record, ana, "b")
    add(record, a_member(record, "ben"), "a")

    with pytest.raises(Conflict) as refused:
        add(record, ana, "a")
    assert refused.value.code == "name_taken"
    with pytest.raises(Conflict), record.write(by=OPERATOR) as tx:
        watches.change(tx, ana, other.id, name="a", sound="none", wanted="{}")
    with record.write(by=OPERATOR) as tx:
        changed = watches.change(tx, ana, one.id, name="a", sound="bell", wanted='{"words":"van"}')

    with record.read() as conn:
        assert watches.of(conn, ana) == [changed, other]
    assert (changed.sound, changed.wanted) == ("bell", '{"words":"van"}')


def test_a_member_has_so_many_at_the_most(record: Database, ana: StaffId) -> None:
    """One more is refused."""
    with record.write(by=OPERATOR) as tx:
        for number in range(MOST):
            watches.add(tx, ana, name=str(number), sound="none", wanted="{}")

    with pytest.raises(Conflict) as refused:
        add(record, ana, "more")
    assert refused.value.code == "too_many_watches"


def test_another_members_watch_is_not_there(record: Database, ana: StaffId) -> None:
    """Neither to be changed nor to be removed."""
    mine, ben = add(record, ana, "a"), a_member(record, "ben")

    with pytest.raises(NotThere), record.write(by=OPERATOR) as tx:
        watches.change(tx, ben, mine.id, name="x", sound="none", wanted="{}")
    with pytest.raises(NotThere), record.write(by=OPERATOR) as tx:
        watches.remove(tx, ben, mine.id)
    assert of(record, ana) == ["a"]
