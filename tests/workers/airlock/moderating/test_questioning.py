"""Letters to a post's author: brought where who asks may ask, told alike whatever was found, answered in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from feed import posting
from feed.bell import Bell
from storage import audit
from storage.cases import cases, holds as case_holds, incidents, letters as on_record, links as case_links, questions
from storage.cases.incidents import NewIncident
from storage.cases.letters import Kind, Letter, Sent
from storage.cases.links import Linked
from storage.cases.rules import Act, Asker
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.identity.clips import authorship, clips, letters
from storage.identity.schema import arrived_letters
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit.clock import BATCH, DAY, next_batch
from storage.kit.errors import Conflict, NotThere, Unavailable
from storage.kit.ids import CaseId, PostId, StaffId
from storage.objects import Folder
from storage.posts.posts import PostState, Verb
from storage.schema import cases as case_rows, letter_answers, letters as rows, posts as post_rows
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.storage.identity.making import an_accepted_clip, claimed, the_clip
from workers.airlock.both_sides import BothSides
from workers.airlock.moderating.questioning import bring_letters, cross_answers
from workers.airlock.withdraw import take_back

ASKED = "Do you have the minutes before?"


def working(member: StaffId) -> Asker:
    """A detective of Central."""
    here = frozenset({builders.division("Central")})
    return Asker(member, here, here, frozenset())


def leading(member: StaffId) -> Asker:
    """A lead of Central."""
    return Asker(member, frozenset(), frozenset(), frozenset({builders.division("Central")}))


@dataclass(frozen=True)
class Desk:
    """Both sides, and an open case that a detective of Central works in."""

    stores: BothSides
    case_id: CaseId
    dee: StaffId

    def post(self, ada: ResidentId) -> tuple[ClipId, Receipt, PostId]:
        """A clip of hers, its receipt, and its post, live on the record."""
        clip_id, receipt = an_accepted_clip(self.stores.vault, ada)
        claimed(self.stores.vault, clip_id)
        post_id = the_clip(self.stores.vault, clip_id).post_id
        builders.a_recorded_post(self.stores.record, builders.a_new_post(id=post_id))
        return clip_id, receipt, post_id

    def kept(self, ada: ResidentId | None) -> tuple[ClipId, PostId]:
        """A post of hers, or of nobody's, that is kept to cases: which, nobody said yet."""
        clip_id, post_id = ClipId(""), PostId("")
        if ada is None:
            post_id = builders.a_recorded_post(self.stores.record, builders.a_new_post()).id
        else:
            clip_id, _, post_id = self.post(ada)
        with self.stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(post_rows).where(post_rows.c.id == post_id).values(state=PostState.KEPT))
            tx.audit("test", post_id)
        return clip_id, post_id

    def link(self, post_id: PostId) -> str:
        """The case links it."""
        why = {"reason": "shows_it", "confidence": "likely", "note": ""}
        with self.stores.record.write(by=OPERATOR) as tx:
            return case_links.add(tx, working(self.dee), self.case_id, Linked(post_id), **why)

    def share(self, post_id: PostId, *, published_at: int = builders.NOON) -> None:
        """It was shared for the case, and is shown from that moment on."""
        with self.stores.record.write(by=AIRLOCK) as tx:
            case_holds.add(tx, self.case_id, post_id)
            tx.execute(update(post_rows).where(post_rows.c.id == post_id).values(published_at=published_at))
            tx.audit("test", post_id)

    def helped(self, post_id: PostId) -> None:
        """The detective says that it helped."""
        with self.stores.record.write(by=OPERATOR) as tx:
            questions.tell_helped(tx, working(self.dee), self.case_id, post_id)

    def helps_now(self) -> None:
        """The batch has come with which that is said."""
        with self.stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(rows).where(rows.c.kind == Kind.HELPED).values(due_at=rows.c.due_at - BATCH))
            tx.audit("test", "")

    def ask(self, post_id: PostId, text: str = ASKED) -> None:
        """The detective asks."""
        with self.stores.record.write(by=OPERATOR) as tx:
            questions.ask(tx, working(self.dee), self.case_id, post_id, text)

    def arrived(self, clip_id: ClipId) -> list[str]:
        """What stands beside the clip, in words."""
        with self.stores.vault.read() as conn:
            return [one.text for one in letters.of_clip(conn, clip_id)]

    def answer(self, clip_id: ClipId, text: str = "Yes, two of them.") -> None:
        """Whoever holds the receipt answers what arrived."""
        with self.stores.vault.write(by=RESIDENT) as tx:
            (one,) = (each for each in letters.of_clip(tx.connection, clip_id) if each.kind is Kind.QUESTION)
            letters.answer(tx, clip_id, one.id, text)

    def comes_the_batch(self) -> int:
        """The moment at which what was answered crosses has come."""
        with self.stores.vault.write(by=OPERATOR) as tx:
            tx.execute(update(arrived_letters).values(crosses_at=arrived_letters.c.crosses_at - BATCH))
        return cross_answers(self.stores.vault, self.stores.record)

    def sent(self) -> list[Sent]:
        """What the case is told."""
        with self.stores.record.read() as conn:
            return on_record.of_case(conn, self.case_id)


@pytest.fixture
def desk(vault: Vault, record: Database, city: builders.City, bell: Bell, tmp_path: Path) -> Desk:
    """An open case of Central, and Dee who works in it."""
    stores = BothSides(vault, Folder(tmp_path / "originals"), record, Folder(tmp_path / "media"), bell)
    new = NewIncident("25-1", "Burglary", builders.NOON, builders.division("Central"), None)
    with record.write(by=OPERATOR) as tx:
        dee, lee = (staff.make(tx, name) for name in ("Dee", "Lee"))
        staff.grant(tx, dee, Role.DETECTIVE, builders.division("Central"))
        staff.grant(tx, lee, Role.LEAD, builders.division("Central"))
        incidents.add(tx, [new])
        (incident,) = incidents.page(tx.connection, [new.division], number=None, before=None, limit=1)
        case_id = cases.ask(tx, incident, number="C-1", why="x", by=dee)
        cases.move(tx, leading(lee), case_id, Act.CONSENT, text="")
    return Desk(stores, case_id, dee)


@pytest.mark.engines("postgresql")
def test_by_its_own_roles_the_airlock_brings_a_question_and_takes_the_answer_back(desk: Desk, ada: ResidentId) -> None:
    """Each once; the answer when its batch has come, under a name of the thread; then its words are here no more."""
    clip_id, _, post_id = desk.post(ada)
    own = replace(
        desk.stores,
        vault=builders.as_role(desk.stores.vault, "airlock"),
        record=builders.as_role(desk.stores.record, "airlock"),
    )
    desk.ask(post_id)
    before = (desk.arrived(clip_id), desk.sent()[0].carried_out)

    told = [bring_letters(own.vault, own.record) for _ in range(2)]
    desk.answer(clip_id)
    early = cross_answers(own.vault, own.record)
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(arrived_letters).values(crosses_at=arrived_letters.c.crosses_at - BATCH))
    crossed = [cross_answers(own.vault, own.record) for _ in range(2)]
    if desk.stores.vault.engine.dialect.name != "sqlite":
        for one in (own.vault, own.record):
            one.engine.dispose()

    (sent,) = desk.sent()
    assert before == ([], False)
    assert (told, desk.arrived(clip_id), sent.carried_out) == ([1, 0], [ASKED], True)
    assert (early, crossed) == (0, [1, 0])
    assert sent.answer and sent.answer.text == "Yes, two of them."
    assert len(sent.answer.name.split()) == 3
    assert sent.answer.shown_at % BATCH == 0
    with desk.stores.vault.read() as conn:
        assert conn.execute(select(arrived_letters.c.answer)).scalars().all() == [None]


@pytest.mark.engines("sqlite")
def test_the_record_is_the_same_whoever_is_found_or_nobody(desk: Desk, ada: ResidentId) -> None:
    """One who can be found, one whose authorship is over, one nobody sent: the same columns, the same audit."""
    (_, _, found), (over_clip, _, over) = desk.post(ada), desk.post(ada)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        authorship.end(tx, [over_clip])
    nobodys = builders.a_recorded_post(desk.stores.record, builders.a_new_post()).id
    for post_id in (found, over, nobodys):
        desk.ask(post_id)

    assert bring_letters(desk.stores.vault, desk.stores.record) == 3

    with desk.stores.record.read() as conn:
        lines = [line for line in audit.page(conn, before=None, limit=50) if line.action == "letter.carry_out"]
        after = conn.execute(select(rows.c.carried_out, rows.c.text)).all()
    assert {line.subject for line in lines} == {found, over, nobodys}
    assert {tuple(row) for row in after} == {(True, ASKED)}
    assert (desk.arrived(over_clip), ASKED in repr(lines)) == ([ASKED], False)
    assert ada.encode() not in builders.all_rows(desk.stores.record)


@pytest.mark.engines("sqlite")
def test_a_forged_row_brings_nothing(desk: Desk, ada: ResidentId) -> None:
    """Another's case, a closed one, no member, another division's post, other words, another kind: all told alike."""
    clip_id, _, post_id = desk.post(ada)
    with desk.stores.record.write(by=OPERATOR) as tx:
        mo = staff.make(tx, "Mo")
        staff.grant(tx, mo, Role.DETECTIVE, builders.division("Central"))

    def forged(**changes: Any) -> bool:
        with desk.stores.record.write(by=OPERATOR) as tx:
            tx.execute(delete(rows))
            tx.execute(update(case_rows).values(state=changes.pop("state", "open")))
            new = Letter("a" * 26, Kind.QUESTION, post_id, "a" * 26, desk.dee, tx.now() + DAY, case_id=desk.case_id)
            on_record.add(tx, replace(new, **{"text": ASKED, **changes}), due_at=tx.now())
            tx.audit("test", "")
        assert bring_letters(desk.stores.vault, desk.stores.record) == 1
        return bool(desk.arrived(clip_id))

    assert not forged(asked_by=mo)
    assert not forged(state="closed")
    assert not forged(case_id=None)
    assert not forged(text="What is your name?")
    assert not forged(text="See https://example.org")
    assert not forged(text="")
    assert not forged(kind=Kind.HELPED, text="")  # of a post that is not linked
    assert not forged(kind=Kind.HELPED)  # in words of somebody's own
    assert not forged(kind=Kind.WARNING, text="", reason="harassment")  # without a decision
    assert not forged(kind=Kind.ASKED, reason="harassment")
    assert not forged(post_id=builders.a_recorded_post(desk.stores.record, builders.a_new_post(division="East")).id)
    with desk.stores.record.write(by=OPERATOR) as tx:
        staff.end(tx, desk.dee)
    assert not forged()
    with desk.stores.record.write(by=OPERATOR) as tx:
        staff.revive(tx, desk.dee)
    assert forged()


def test_a_kept_post_is_asked_about_by_its_case_under_the_airlocks_own_roles(desk: Desk, ada: ResidentId) -> None:
    """One that was linked and whose time is over, and one that was shared for the case; its author answers as ever."""
    linked, shared, before_its_batch, others = (desk.kept(ada) for _ in range(4))
    desk.link(linked[1])
    desk.share(shared[1])
    desk.share(before_its_batch[1], published_at=builders.NOON * 100)
    for _, post_id in (linked, shared):
        desk.ask(post_id)
        desk.helped(post_id)
    for _, post_id in (before_its_batch, others):
        for say in (desk.ask, desk.helped):
            with pytest.raises(NotThere):
                say(post_id)
    own = builders.as_role(desk.stores.vault, "airlock"), builders.as_role(desk.stores.record, "airlock")

    desk.helps_now()
    bring_letters(*own)
    desk.answer(shared[0])

    assert [desk.arrived(clip) for clip, _ in (linked, shared)] == [[ASKED, ""]] * 2
    assert [desk.arrived(clip) for clip, _ in (before_its_batch, others)] == [[], []]
    assert desk.comes_the_batch() == 1
    assert [one.answer.text for one in desk.sent() if one.answer] == ["Yes, two of them."]
    if own[0].engine.dialect.name != "sqlite":
        for each in own:
            each.engine.dispose()


@pytest.mark.engines("sqlite")
def test_of_a_kept_post_the_record_is_the_same_whether_an_author_is_known_or_not(desk: Desk, ada: ResidentId) -> None:
    """After authorship ended whoever holds the receipt finds it, and nobody on the record learns that it is so."""
    known, over, nobodys = desk.kept(ada), desk.kept(ada), desk.kept(None)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        authorship.end(tx, [over[0]])
    for _, post_id in (known, over, nobodys):
        desk.link(post_id)
        desk.ask(post_id)

    assert bring_letters(desk.stores.vault, desk.stores.record) == 3

    with desk.stores.record.read() as conn:
        lines = [line for line in audit.page(conn, before=None, limit=50) if line.action == "letter.carry_out"]
        after = conn.execute(select(rows.c.carried_out, rows.c.text)).all()
    assert {line.subject for line in lines} == {known[1], over[1], nobodys[1]}
    assert {tuple(row) for row in after} == {(True, ASKED)}
    assert [desk.arrived(over[0]), desk.arrived(known[0])] == [[ASKED], [ASKED]]
    with desk.stores.vault.read() as conn:
        assert [one.letter.text for one in letters.of_resident(conn, ada)] == [ASKED]  # the other by its receipt alone


@pytest.mark.engines("sqlite")
def test_a_forged_row_about_a_kept_post_brings_nothing(desk: Desk, ada: ResidentId) -> None:
    """Not of a case that does not hold it, and of one that held it no longer."""
    clip_id, post_id = desk.kept(ada)

    def forged(kind: Kind) -> bool:
        with desk.stores.record.write(by=OPERATOR) as tx:
            tx.execute(delete(rows))
            text = ASKED if kind is Kind.QUESTION else ""
            new = Letter("a" * 26, kind, post_id, "a" * 26, desk.dee, tx.now() + DAY, case_id=desk.case_id, text=text)
            on_record.add(tx, new, due_at=tx.now())
            tx.audit("test", "")
        assert bring_letters(desk.stores.vault, desk.stores.record) == 1
        return bool(desk.arrived(clip_id))

    assert not forged(Kind.QUESTION)
    assert not forged(Kind.HELPED)
    link_id = desk.link(post_id)
    with desk.stores.record.write(by=OPERATOR) as tx:
        case_links.remove(tx, working(desk.dee), desk.case_id, link_id)
    assert not forged(Kind.QUESTION)
    desk.link(post_id)
    assert forged(Kind.QUESTION)


@pytest.mark.engines("sqlite")
def test_no_second_thread_and_no_flood_reaches_a_clip(desk: Desk, ada: ResidentId) -> None:
    """Whoever writes into the record, one thread is open, and no more than twenty letters stand."""
    clip_id, _, post_id = desk.post(ada)
    desk.ask(post_id)
    bring_letters(desk.stores.vault, desk.stores.record)
    with desk.stores.record.read() as conn:
        thread = conn.execute(select(rows.c.thread)).scalar_one()
    with desk.stores.record.write(by=OPERATOR) as tx:
        for number in range(30):
            id = f"b{number:025}"
            one = Letter(id, Kind.QUESTION, post_id, id if number % 2 else thread, desk.dee, tx.now() + DAY)
            on_record.add(tx, replace(one, case_id=desk.case_id, text=f"Was it {number}?"), due_at=tx.now())
        for number in range(30, 50):
            one = Letter(f"c{number:025}", Kind.QUESTION, post_id, thread, desk.dee, tx.now() + DAY)
            on_record.add(tx, replace(one, case_id=desk.case_id, text=f"Was it {number}?"), due_at=tx.now())
        tx.audit("test", "")

    assert bring_letters(desk.stores.vault, desk.stores.record) == 50

    said = desk.arrived(clip_id)
    assert len(said) == letters.MOST_STANDING
    assert not {f"Was it {number}?" for number in range(1, 30, 2)} & set(said)


@pytest.mark.engines("sqlite")
def test_a_thread_goes_on_after_its_batch_and_no_other_case_cuts_in(desk: Desk, ada: ResidentId) -> None:
    """A second question waits until answers have come in; another case's, until the thread is over."""
    clip_id, _, post_id = desk.post(ada)
    desk.ask(post_id)
    with pytest.raises(Conflict, match="answers have come in"):
        desk.ask(post_id)
    _earlier(desk, BATCH)
    desk.ask(post_id, "Was it a red car?")
    bring_letters(desk.stores.vault, desk.stores.record)

    assert desk.arrived(clip_id) == [ASKED, "Was it a red car?"]
    assert len({one.letter.thread for one in desk.sent()}) == 1
    with desk.stores.record.write(by=OPERATOR) as tx:
        (incident,) = incidents.page(tx.connection, [builders.division("Central")], number=None, before=None, limit=1)
        other = cases.ask(tx, incident, number="C-2", why="x", by=desk.dee)
        tx.execute(update(case_rows).values(state="open"))
    with pytest.raises(Conflict, match="one at a time"):
        replace(desk, case_id=other).ask(post_id)
    _earlier(desk, questions.LASTS_MS + BATCH)
    replace(desk, case_id=other).ask(post_id)


@pytest.mark.engines("sqlite")
def test_a_withdrawn_post_ends_its_thread_and_leaves_no_word_on_either_side(desk: Desk, ada: ResidentId) -> None:
    """Also of an answer on its way: it crosses to nothing; asked again, it is as one that never was."""
    clip_id, _, post_id = desk.post(ada)
    desk.ask(post_id)
    bring_letters(desk.stores.vault, desk.stores.record)
    desk.answer(clip_id)
    with desk.stores.record.write(by=RESIDENT) as tx:
        posting.end(tx, desk.stores.bell, post_id, Verb.WITHDRAW)

    assert desk.comes_the_batch() == 1

    with desk.stores.record.read() as conn:
        assert (conn.execute(select(rows)).all(), conn.execute(select(letter_answers)).all()) == ([], [])
    assert ASKED.encode() not in builders.all_rows(desk.stores.record)
    for gone in (post_id, PostId("a" * 26)):
        with pytest.raises(NotThere):
            desk.ask(gone)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_id)
    assert desk.arrived(clip_id) == []
    take_back(desk.stores, clip_id)
    with desk.stores.vault.read() as conn:
        assert conn.execute(select(arrived_letters)).all() == []


@pytest.mark.engines("sqlite")
def test_killed_between_the_two_sides_each_way_is_gone_again(
    desk: Desk, ada: ResidentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and nothing comes twice."""
    clip_id, _, post_id = desk.post(ada)
    desk.ask(post_id)
    with monkeypatch.context() as away:
        away.setattr(on_record, "set_carried_out", _away)
        with pytest.raises(Unavailable):
            bring_letters(desk.stores.vault, desk.stores.record)
    assert (bring_letters(desk.stores.vault, desk.stores.record), desk.arrived(clip_id)) == (1, [ASKED])
    desk.answer(clip_id)
    with monkeypatch.context() as away:
        away.setattr(letters, "set_crossed", _away)
        with pytest.raises(Unavailable):
            desk.comes_the_batch()

    assert cross_answers(desk.stores.vault, desk.stores.record) == 1
    assert [one.answer and one.answer.text for one in desk.sent()] == ["Yes, two of them."]


@pytest.mark.engines("sqlite")
def test_all_answers_of_a_batch_cross_together_and_in_no_order_of_their_coming(desk: Desk, ada: ResidentId) -> None:
    """Whoever answered first: the lines of the audit follow the letters' random ids and have one time."""
    made = [desk.post(ada) for _ in range(6)]
    for _, _, post_id in made:
        desk.ask(post_id)
    bring_letters(desk.stores.vault, desk.stores.record)
    for clip_id, _, _ in reversed(made):
        desk.answer(clip_id)

    assert desk.comes_the_batch() == len(made)

    with desk.stores.record.read() as conn:
        found = [line for line in audit.page(conn, before=None, limit=50) if line.action == "letter.answer"]
    subjects = [line.subject for line in reversed(found)]
    assert subjects == sorted(subjects)
    assert len({line.at for line in found}) == 1
    assert len({one.answer.shown_at for one in desk.sent() if one.answer}) == 1
    names: Sequence[str] = [one.answer.name for one in desk.sent() if one.answer]
    assert len(set(names)) == len(made), "six threads of one author are six names"


@pytest.mark.engines("sqlite")
def test_that_it_helped_is_said_once_with_the_next_batch_and_cannot_be_answered(desk: Desk, ada: ResidentId) -> None:
    """Only of a linked post, and in no words."""
    clip_id, _, post_id = desk.post(ada)
    with desk.stores.record.write(by=OPERATOR) as tx:
        who = working(desk.dee)
        with pytest.raises(NotThere):
            questions.tell_helped(tx, who, desk.case_id, post_id)
        why = {"reason": "shows_it", "confidence": "likely", "note": ""}
        case_links.add(tx, who, desk.case_id, Linked(post_id), **why)
        questions.tell_helped(tx, who, desk.case_id, post_id)
        with pytest.raises(Conflict):
            questions.tell_helped(tx, who, desk.case_id, post_id)
    early = bring_letters(desk.stores.vault, desk.stores.record)
    with desk.stores.record.write(by=OPERATOR) as tx:
        due = tx.connection.execute(select(rows.c.due_at)).scalar_one()
        assert due == next_batch(tx.now())
        tx.execute(update(rows).values(due_at=due - BATCH))
        tx.audit("test", "")

    assert (early, bring_letters(desk.stores.vault, desk.stores.record)) == (0, 1)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        (one,) = letters.of_clip(tx.connection, clip_id)
        assert (one.kind, one.text) == (Kind.HELPED, "")
        with pytest.raises(NotThere):
            letters.answer(tx, clip_id, one.id, "Thank you.")


@pytest.mark.engines("sqlite")
def test_what_is_over_is_forgotten_and_answered_no_more(desk: Desk, ada: ResidentId) -> None:
    """A week after it was asked; until an answer has crossed it can be put otherwise, and not afterwards."""
    clip_id, _, post_id = desk.post(ada)
    desk.ask(post_id)
    bring_letters(desk.stores.vault, desk.stores.record)
    desk.answer(clip_id, "No.")
    desk.answer(clip_id, "Yes, after all.")
    desk.comes_the_batch()
    with pytest.raises(Conflict):
        desk.answer(clip_id)
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(arrived_letters).values(ends_at=0))
    with pytest.raises(NotThere):
        desk.answer(clip_id)

    bring_letters(desk.stores.vault, desk.stores.record)

    assert [one.answer and one.answer.text for one in desk.sent()] == ["Yes, after all."]
    assert desk.arrived(clip_id) == []


def _earlier(desk: Desk, by: int) -> None:
    with desk.stores.record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(asked_at=rows.c.asked_at - by, ends_at=rows.c.ends_at - by))
        tx.audit("test", "")
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(arrived_letters).values(ends_at=arrived_letters.c.ends_at - by))


def _away(*_: object) -> None:
    raise Unavailable("The other side is away.")
