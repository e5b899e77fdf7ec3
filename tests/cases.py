"""Cases on the record, for tests that ask no program."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from storage.cases import cases, incidents, links as case_links, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.links import Linked
from storage.cases.rules import Act, Asker
from storage.db import OPERATOR, Database, Tx
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, CaseId, DivisionId, PostId, new_id
from storage.schema import case_entries
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders


@dataclass(frozen=True)
class OpenCase:
    """An open case, its detective and its lead."""

    id: CaseId
    detective: Asker
    lead: Asker


def an_open_case(
    record: Database,
    *,
    number: str = "",
    where: DivisionId | None = None,
    block: BlockId | None = None,
    happened_at: int = builders.NOON,
) -> OpenCase:
    """A case asked for by a detective and consented to by a lead, on an incident of its own."""
    with record.write(by=OPERATOR) as tx:
        division, named = where or builders.division(), number or new_id()
        detective, lead = (_member(tx, role, division) for role in (Role.DETECTIVE, Role.LEAD))
        incidents.add(tx, [NewIncident(named, "Burglary", happened_at, division, block)])
        (found,) = incidents.page(tx.connection, [division], number=named, before=None, limit=1)
        case_id = cases.ask(tx, found, number=named, why="x", by=detective.id)
        cases.move(tx, lead, case_id, Act.CONSENT, text="")
    return OpenCase(case_id, detective, lead)


def link(record: Database, case: OpenCase, post_id: PostId, *, note: str = "") -> str:
    """Links a post to the case; answers the link's id."""
    why = {"reason": "same_vehicle", "confidence": "likely", "note": note}
    with record.write(by=OPERATOR) as tx:
        return case_links.add(tx, case.detective, case.id, Linked(post=post_id), **why)


def close(record: Database, case: OpenCase, *, days_ago: float = 0) -> None:
    """Closes the case, as if so many days ago."""
    with record.write(by=OPERATOR) as tx:
        cases.move(tx, case.lead, case.id, Act.CLOSE, text="")
        then = tx.now() - int(days_ago * DAY)
        mine = (case_entries.c.case_id == case.id, case_entries.c.kind == "close")
        tx.execute(update(case_entries).where(*mine).values(at=then))


def _member(tx: Tx, role: Role, division: DivisionId) -> Asker:
    member = staff.make(tx, new_id())
    staff.grant(tx, member, role, division)
    log_in = staff.who(tx.connection, staff.log_in(tx, member))
    assert log_in is not None, "it was made a moment ago"
    return case_rules.asker(log_in.member)
