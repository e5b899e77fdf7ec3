"""In which language a member of the staff is written to."""

from __future__ import annotations

from storage import audit
from storage.db import OPERATOR, Database
from storage.staff import language as staff_language, staff
from storage.staff.language import Language


def test_who_never_chose_is_written_to_in_each_language(record: Database) -> None:
    """Who chose, in that one; a choice is one line of the audit, the same choice again none."""
    with record.write(by=OPERATOR) as tx:
        member, other = staff.make(tx, "ana"), staff.make(tx, "bo")
        assert staff_language.spoken(tx.connection, member) == ("en", "es")
        for language in (Language.ES, Language.ES, Language.EN, Language.ES):
            staff_language.speak(tx, member, language)

        assert staff_language.spoken(tx.connection, member) == ("es",)
        assert staff_language.spoken(tx.connection, other) == ("en", "es")
    with record.read() as conn:
        lines = [entry.action for entry in audit.page(conn, before=None, limit=9)]
    assert lines.count("staff.speak") == 3
