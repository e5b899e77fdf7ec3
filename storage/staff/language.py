"""In which language a member of the staff is written to: the one they chose on the pages, once they chose one."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, or_, select, update

from storage.db import Tx
from storage.kit.ids import StaffId
from storage.schema import staff_members


class Language(StrEnum):
    """What the pages speak, and so do mails."""

    EN = "en"
    ES = "es"


def speak(tx: Tx, member: StaffId, language: Language) -> None:
    """From now on they are written to in this language; the same once more changes nothing, and is no entry."""
    other = or_(staff_members.c.language.is_(None), staff_members.c.language != language)
    if tx.execute(update(staff_members).where(staff_members.c.id == member, other).values(language=language)).rowcount:
        tx.audit("staff.speak", member)


def spoken(conn: Connection, member: StaffId) -> tuple[Language, ...]:
    """The language a mail to them is written in; all there are where they never chose."""
    found = conn.execute(select(staff_members.c.language).where(staff_members.c.id == member)).scalar_one_or_none()
    return tuple(Language) if found is None else (Language(found),)
