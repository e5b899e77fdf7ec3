"""Division digests by mail: one for each shift, whoever makes it and whatever befalls them; counts, and no word."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from feed import posting
from feed.bell import Bell
from storage.audit import Sought, page
from storage.db import OPERATOR, Database, database_now
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import DivisionId, StaffId
from storage.posts.posts import Verb
from storage.schema import digests as rows
from storage.staff import digests, language as staff_language, staff
from storage.staff.digests import Kind
from storage.staff.language import Language
from storage.staff.staff import Role
from tests.at_once import at_once
from tests.builders import a_published_post, all_rows, as_role, division
from workers import digests as worker
from workers.digests import Office

pytestmark = pytest.mark.usefixtures("city")
SIX = 6 * 60
MAILBOX = "ana@police.invalid"
Ask = Callable[..., StaffId]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Where mails are left."""
    return Office(tmp_path / "mail", ZoneInfo("America/Chicago"), "https://staff.example.org/desk")


@pytest.fixture
def chores(record: Database) -> Database:
    """The record as the chores may see it."""
    return as_role(record, "chores")


@pytest.fixture
def ask(record: Database) -> Ask:
    """Makes an analyst who asked for a digest that is due by now."""

    def make(
        *divisions: str,
        name: str = "ana",
        wanted: list[DivisionId] | None = None,
        due: bool = True,
        language: Language | None = Language.EN,
    ) -> StaffId:
        with record.write(by=OPERATOR) as tx:
            member = staff.make(tx, name)
            for one in divisions:
                staff.grant(tx, member, Role.ANALYST, division(one))
            at = tx.now() + (-1 if due else HOUR)
            digests.ask(tx, member, mailbox=MAILBOX, minute=SIX, divisions=wanted, next_at=at)
            digests.confirm(tx, member, next_at=at)
            if language is not None:
                staff_language.speak(tx, member, language)
        return member

    return make


def make_due(record: Database, member: StaffId) -> None:
    """The next shift begins."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).where(rows.c.staff_id == member).values(next_at=tx.now() - 1))
        tx.audit("test", member)


def letters(office: Office) -> list[EmailMessage]:
    """What was left for the mail server, nothing half written among it."""
    files = sorted(office.folder.iterdir()) if office.folder.exists() else []
    assert [file.name for file in files if file.suffix != ".eml" or file.name.startswith(".")] == []
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]


def test_a_digest_counts_what_was_posted_since_the_last(
    record: Database, chores: Database, bell: Bell, office: Office, ask: Ask
) -> None:
    """By division and category; what was taken back, what is of others and what was told before is not in it."""
    a_published_post(record, bell, category="crime")
    member = ask("Central", "East")
    for category in ("crime", "crime", "lost_found"):
        a_published_post(record, bell, category=category)
    a_published_post(record, bell, division="North")
    hidden = a_published_post(record, bell, category="animal")
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, hidden.id, Verb.HIDE, reason="privacy")

    assert worker.send(chores, office) == 1

    (letter,) = letters(office)
    text = letter.get_content()
    assert (letter["To"], letter["Subject"]) == (MAILBOX, "Porchlight: 3 new posts in your divisions")
    assert "  Central: 3 (crime 2, lost and found 1)\n  East: none\n" in text
    assert "https://staff.example.org/desk" in text
    a_published_post(record, bell, division="East")
    make_due(record, member)
    assert worker.send(chores, office) == 1
    later = next(one for one in letters(office) if one["Message-ID"] != letter["Message-ID"])
    assert later["Subject"] == "Porchlight: 1 new post in your divisions"
    assert "  Central: none\n  East: 1 (suspicious 1)\n" in later.get_content()


def test_a_digest_quotes_nothing(record: Database, chores: Database, bell: Bell, office: Office, ask: Ask) -> None:
    """No word of a post, no block, no id of a post; and it says where it is stopped."""
    ask("Central")
    post = a_published_post(record, bell, title="Zebra at the fountain", text="Ask Maribel")

    worker.send(chores, office)

    (letter,) = letters(office)
    for said in ("Zebra", "fountain", "Maribel", post.id, post.block.id, post.block.label):
        assert said not in letter.as_string()
    assert "Digest by mail" in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"


def test_one_digest_is_made_for_a_shift(record: Database, chores: Database, office: Office, ask: Ask) -> None:
    """The next is due at the same time of the city's day, tomorrow at the latest; before that nothing is made."""
    member = ask("Central")
    ask("Central", name="bo", due=False)
    assert [worker.send(chores, office) for _ in range(3)] == [1, 0, 0]

    with record.read() as conn:
        digest, now = digests.of(conn, member), database_now(conn)
    assert digest is not None
    assert now < digest.next_at <= now + 25 * HOUR
    local = worker.clock.local(digest.next_at, office.zone)
    assert (local.hour, local.minute) == (6, 0)


def test_many_workers_at_once_make_one_of_each(
    record: Database, bell: Bell, office: Office, ask: Ask, chores: Database
) -> None:
    """Each shift's mail is left once, and counts each post once."""
    members = [ask("Central", name=f"analyst {number}") for number in range(3)]

    for _ in range(3):
        a_published_post(record, bell)
        for member in members:
            make_due(record, member)
        left = at_once(4, lambda _: worker.send(chores, office))
        assert sum(one for one in left if isinstance(one, int)) + worker.send(chores, office) == len(members)

    assert len(letters(office)) == 3 * len(members)
    assert {one["Subject"] for one in letters(office)} == {"Porchlight: 1 new post in your divisions"}
    assert len({one["Message-ID"] for one in letters(office)}) == 3 * len(members)


@pytest.mark.parametrize("moment", ["before it is written", "before it is whole", "before it is noted"])
def test_a_worker_that_is_killed_neither_loses_nor_doubles_a_digest(
    record: Database, record_url: str, bell: Bell, office: Office, ask: Ask, moment: str
) -> None:
    """The next one leaves the very same mail."""
    ask("Central")
    a_published_post(record, bell)
    dying = {
        "before it is written": "worker._write = lambda *_: os._exit(9)",
        "before it is whole": "Path.replace = lambda *_: os._exit(9)",
        "before it is noted": "put = Path.replace\nPath.replace = lambda *of: (put(*of), os._exit(9))",
    }[moment]
    script = (
        "import os\nfrom pathlib import Path\nfrom zoneinfo import ZoneInfo\nfrom storage.db import Database\n"
        f"from workers import digests as worker\n{dying}\n"
        f"office = worker.Office(Path({str(office.folder)!r}), ZoneInfo({office.zone.key!r}), {office.desk!r})\n"
        f"worker.send(Database({record_url!r}), office)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False, timeout=150)
    assert killed.returncode == 9
    half = {file.name: file.read_bytes() for file in office.folder.glob("*.eml")} if office.folder.exists() else {}
    assert len(half) == (moment == "before it is noted")

    assert worker.send(record, office) == 1

    left = {file.name: file.read_bytes() for file in office.folder.glob("*.eml")}
    assert len(left) == 1
    assert half == {} or half == left
    assert b"1 new post" in next(iter(left.values()))
    assert worker.send(record, office) == 0


def test_before_its_mailbox_is_confirmed_a_code_goes_there_and_no_digest(
    record: Database, chores: Database, office: Office, ask: Ask
) -> None:
    """Neither one that is due nor one that was made before the mailbox became another."""
    member = ask("Central", due=False)
    with record.write(by=OPERATOR) as tx:
        digests.put(tx, member, '{"since": 0, "divisions": {}, "counts": []}')
        digests.ask(tx, member, mailbox="bo@police.invalid", minute=SIX, divisions=None, next_at=tx.now() - 1)
        digests.put(tx, member, '{"code": "031415"}', Kind.CODE)

    assert worker.send(chores, office) == 1

    (letter,) = letters(office)
    assert (letter["To"], letter["Subject"]) == ("bo@police.invalid", "Porchlight: the code for your digest")
    assert "Your code is 031415." in letter.get_content()
    assert MAILBOX.encode() not in all_rows(record)
    with record.write(by=OPERATOR) as tx:
        digests.confirm(tx, member, next_at=tx.now() - 1)
    assert worker.send(chores, office) == 1
    assert {one["To"] for one in letters(office)} == {"bo@police.invalid"}


def test_who_wants_no_more_gets_no_more(record: Database, chores: Database, office: Office, ask: Ask) -> None:
    """Also what was made and not left yet; the mailbox is nowhere on the record then."""
    member = ask("Central")
    with record.write(by=OPERATOR) as tx:
        digests.put(tx, member, '{"since": 0, "divisions": {}, "counts": []}')
        tx.audit("test", member)
        assert digests.stop(tx, member)

    assert worker.send(chores, office) == 0
    assert letters(office) == []
    assert MAILBOX.encode() not in all_rows(record)


def test_who_may_look_no_more_is_told_no_more(
    record: Database, chores: Database, bell: Bell, office: Office, ask: Ask
) -> None:
    """Of a division taken back nothing; an account that ended is forgotten with its mailbox."""
    fewer, ended = ask("Central", "East", name="bo"), ask("Central")
    for where in ("Central", "East"):
        a_published_post(record, bell, division=where)
    with record.write(by=OPERATOR) as tx:
        staff.take_back(tx, fewer, Role.ANALYST, division("East"))
        staff.end(tx, ended)

    assert worker.send(chores, office) == 1

    (letter,) = letters(office)
    assert "East" not in letter.get_content()
    assert letter["Subject"] == "Porchlight: 1 new post in your divisions"
    with record.read() as conn:
        assert digests.of(conn, ended) is None


def test_a_digest_tells_of_the_divisions_asked_for(
    record: Database, chores: Database, bell: Bell, office: Office, ask: Ask
) -> None:
    """And of no other that one may look at."""
    ask("Central", "East", wanted=[division("East")])
    for where in ("Central", "East"):
        a_published_post(record, bell, division=where)

    worker.send(chores, office)

    (letter,) = letters(office)
    assert "  East: 1 (suspicious 1)\n" in letter.get_content()
    assert "Central" not in letter.get_content()


def test_the_audit_tells_what_was_sent_to_whom_and_no_mailbox(
    record: Database, chores: Database, office: Office, ask: Ask
) -> None:
    """Asked for, claimed, sent."""
    member = ask("Central")
    worker.send(chores, office)

    with record.read() as conn:
        told = page(conn, before=None, limit=20, sought=Sought(subject=member))

    kinds = [one.action for one in told if one.action.startswith("digest.")]
    assert kinds == ["digest.send", "digest.claim", "digest.confirm", "digest.ask"]
    assert {one.payload is None for one in told if one.action.startswith("digest.")} == {True}


def test_chores_that_were_away_for_days_send_one(record: Database, chores: Database, office: Office, ask: Ask) -> None:
    """It tells of all that time."""
    member = ask("Central")
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).where(rows.c.staff_id == member).values(next_at=tx.now() - 3 * DAY))
        tx.audit("test", member)

    assert [worker.send(chores, office) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        (Language.ES, "Porchlight: 0 publicaciones nuevas en tus divisiones"),
        (Language.EN, "Porchlight: 0 new posts in your divisions"),
        (
            None,
            "Porchlight: 0 new posts in your divisions / Porchlight: 0 publicaciones nuevas en tus divisiones",
        ),
    ],
)
def test_a_digest_speaks_its_readers_language(
    chores: Database, office: Office, ask: Ask, language: Language | None, subject: str
) -> None:
    """The one they chose by the time it leaves; each, one after the other, where they chose none."""
    ask("Central", language=language)

    worker.send(chores, office)

    (letter,) = letters(office)
    assert letter["Subject"] == subject
    assert letter["Content-Language"] == (language or "en, es")
