"""A package of a case for court: asked for, followed while it is made, and fetched."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.staff.auth import Investigator, Opener, demand_fresh
from api.staff.cases import papers as case_papers
from api.staff.cases.footage import Key
from api.staff.cases.papers import papers
from api.stores import Media, Record
from feed.events import Closed
from storage.cases import cases, exports as case_exports, rules as case_rules
from storage.cases.exports import Export, ExportState
from storage.cases.rules import Act
from storage.footage import answers as footage_answers
from storage.kit import clock
from storage.kit.errors import Refused
from storage.kit.ids import CaseId
from workers.court import contacts

router = APIRouter(prefix="/v1/cases/{case_id}/exports", tags=["cases"])
MOST_STILLS = 200
LONGEST_SECONDS = 24 * 3600


class Chosen(Closed):
    """A frame of a clip."""

    post_id: Annotated[str, Field(max_length=40)]
    at_seconds: Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]


class NewExport(Closed):
    """What is to be in it: frames of clips, and what notes say.

    With a passphrase also the contacts of owners that were opened in this case, in a file that it alone opens.
    """

    stills: Annotated[tuple[Chosen, ...], Field(max_length=MOST_STILLS)] = ()
    notes: bool = True
    contacts_passphrase: Annotated[str, Field(min_length=12, max_length=200)] | None = None


class ExportSeen(Closed):
    """One package; `share` of it is made, 0 to 1; `until` it can be fetched; `sha256` of the whole file."""

    id: str
    state: ExportState
    asked_by: str
    asked_at: str
    share: float
    bytes: int
    sha256: str
    until: str | None


class Exports(Closed):
    """A case's packages, the newest first."""

    items: list[ExportSeen]


@router.get("")
def packages(case_id: CaseId, me: Investigator, record: Record) -> Exports:
    """The packages that were asked for in this case."""
    with record.read() as conn:
        case = cases.one(conn, case_rules.asker(me.member), case_id)
        return Exports(items=[_seen(one) for one in case_exports.of_case(conn, case.standing.id)])


@router.post("", status_code=201)
def ask(case_id: CaseId, new: NewExport, me: Opener, record: Record, key: Key) -> Exports:
    """Asks for a package of what I may see of this case now; it is made out of sight.

    With contacts it takes what opening one takes: a detective of the case, and a second factor of the last half hour.
    """
    who, phrase = case_rules.asker(me.member), new.contacts_passphrase
    if phrase:
        demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        case = cases.locked(tx, who, case_id, Act.EXPORT)
        stills = sorted({(one.post_id, round(one.at_seconds * 1000)) for one in new.stills})
        told = papers(tx.connection, me.member, case, stills=stills, notes=new.notes)
        if not {post_id for post_id, _ in stills} <= case_papers.clips_in(told):
            raise Refused("A frame is of a clip of this case.", fields={"stills": "Choose frames of the case's clips."})
        if phrase:
            cases.locked(tx, who, case_id, Act.FOOTAGE)
            opened = footage_answers.opened_contacts(tx.connection, key, case_id)
            given = [{"request": request, "answer": answer, "contact": said} for request, answer, said in opened]
            told = {**told, "contacts": b64encode(contacts.seal(phrase, given)).decode()}
        case_exports.ask(tx, who, case_id, told)
    return packages(case_id, me, record)


@router.get("/{export_id}/file")
def fetch(case_id: CaseId, export_id: str, me: Opener, record: Record, media: Media) -> StreamingResponse:
    """The package, entered into the case as fetched."""
    with record.write(by=me.member.actor) as tx:
        found = case_exports.hand_out(tx, case_rules.asker(me.member), case_id, export_id)
    headers = {
        "content-disposition": f'attachment; filename="porchlight-case-{found.id}.zip"',
        "content-length": str(found.bytes),
    }
    return StreamingResponse(media.whole(found.key), 200, headers, "application/zip")


def _seen(one: Export) -> ExportSeen:
    share = 1.0 if one.state is ExportState.READY else one.done / one.files if one.files else 0.0
    until = None if one.ready_at is None else clock.as_text(one.ready_at + case_exports.LASTS_MS)
    return ExportSeen(
        id=one.id,
        state=one.state,
        asked_by=one.asked_by,
        asked_at=clock.as_text(one.asked_at),
        share=round(min(share, 1.0), 3),
        bytes=one.bytes,
        sha256=one.sha256,
        until=until if one.state is ExportState.READY else None,
    )
