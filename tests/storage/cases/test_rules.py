"""Who may do what in a case and when, cell by cell."""

from __future__ import annotations

from itertools import product

import pytest

from storage.cases import rules as case_rules
from storage.cases.rules import Act, Asker, CaseState, Standing
from storage.kit.errors import Conflict, NotAllowed
from storage.kit.ids import CaseId, DivisionId, StaffId

HERE, THERE = frozenset({DivisionId("here")}), frozenset({DivisionId("there")})
NOWHERE = frozenset[DivisionId]()
ASKED_BY = StaffId("who asked")
ALL_OF_A_LEAD = {"consent", "refuse", "assign", "note", "link", "export", "second_footage", "close", "reopen"}
ALL_OF_A_DETECTIVE = {"note", "link", "write", "export", "close", "cameras", "footage", "second_footage"}
# Who: (where they investigate, where as a detective, where they lead, whether assigned) -> what may be theirs.
PEOPLE = {
    "lead": (Asker(StaffId("a"), NOWHERE, NOWHERE, HERE), False, ALL_OF_A_LEAD),
    "lead who asked": (Asker(ASKED_BY, NOWHERE, NOWHERE, HERE), True, ALL_OF_A_LEAD - {"consent", "refuse", "reopen"}),
    "detective": (Asker(StaffId("b"), HERE, HERE, NOWHERE), True, ALL_OF_A_DETECTIVE),
    "analyst": (Asker(StaffId("c"), HERE, NOWHERE, NOWHERE), True, {"note", "link", "write"}),
    "detective who is not assigned": (Asker(StaffId("d"), HERE, HERE, NOWHERE), False, set[str]()),
    "detective of another division": (Asker(StaffId("e"), THERE, THERE, NOWHERE), True, set[str]()),
    "lead of another division": (Asker(StaffId("f"), NOWHERE, NOWHERE, THERE), True, set[str]()),
    "detective there who leads here": (Asker(StaffId("g"), THERE, THERE, HERE), True, ALL_OF_A_LEAD),
    "detective here who leads there": (
        Asker(StaffId("h"), HERE, HERE, THERE),
        True,
        ALL_OF_A_DETECTIVE,
    ),
}
WHEN = {
    CaseState.ASKED: {"consent", "refuse"},
    CaseState.OPEN: {"assign", "note", "link", "cameras", "write", "export", "footage", "second_footage", "close"},
    CaseState.REFUSED: set[str](),
    CaseState.CLOSED: {"reopen"},
}


def _case(state: CaseState, *, assigned: bool) -> Standing:
    return Standing(CaseId("case"), DivisionId("here"), state, ASKED_BY, assigned)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_may_do_what_is_theirs_when_it_is_time(person: str) -> None:
    """In each state: the acts a page is told are just those that are not refused, and a refusal says which it was."""
    who, assigned, theirs = PEOPLE[person]

    for state, act in product(CaseState, Act):
        case = _case(state, assigned=assigned)
        assert (act in case_rules.acts(who, case)) is (act in theirs & WHEN[state])
        if act not in theirs:
            with pytest.raises(NotAllowed):
                case_rules.demand(act, who, case)
        elif act not in WHEN[state]:
            with pytest.raises(Conflict):
                case_rules.demand(act, who, case)
        else:
            case_rules.demand(act, who, case)


def test_a_case_is_there_for_leads_and_for_who_works_in_it() -> None:
    """A detective who is not assigned, or was moved elsewhere, is told of none."""
    seeing = {
        person
        for person, (who, assigned, _) in PEOPLE.items()
        if case_rules.sees(who, _case(CaseState.OPEN, assigned=assigned))
    }

    assert seeing == {person for person, (_, _, theirs) in PEOPLE.items() if theirs}


def test_who_asked_is_told_that_it_takes_another() -> None:
    """A lead who asked for a case neither consents, refuses nor reopens it."""
    who, *_ = PEOPLE["lead who asked"]

    for act in (Act.CONSENT, Act.REFUSE, Act.REOPEN):
        with pytest.raises(NotAllowed) as refused:
            case_rules.demand(act, who, _case(case_rules.WHEN[act], assigned=True))
        assert refused.value.code == "second_person"
