"""Oversight."""

from __future__ import annotations

from storage.db import OPERATOR, Actor, Database
from storage.staff.staff import Role
from tests.api.conftest import NewClient


def test_an_admin_reads_the_audit_newest_first(record: Database, as_staff: NewClient) -> None:
    """In pages, down to the first line; numbers have no holes."""
    admin = as_staff(Role.ADMIN)
    with record.write(by=OPERATOR) as tx:
        tx.audit("test.done", "nothing", {"why": "to see it"})

    page = admin.get("/v1/audit?limit=2").json()
    seen = [*page["items"]]
    while page["cursor"]:
        page = admin.get(f"/v1/audit?limit=2&cursor={page['cursor']}").json()
        seen += page["items"]

    assert [entry["seq"] for entry in seen] == list(range(len(seen), 0, -1))
    newest = {key: value for key, value in seen[0].items() if key not in ("at", "seq")}
    assert newest == {"by": "operator", "action": "test.done", "subject": "nothing", "payload": {"why": "to see it"}}


def test_the_audit_is_narrowed_by_who_what_and_whom(record: Database, as_staff: NewClient) -> None:
    """Each exactly, alone or together, over pages; a field left empty asks for nothing."""
    admin = as_staff(Role.ADMIN)
    for by, action, subject in (("s1", "a", "x"), ("s2", "a", "y"), ("s1", "b", "x"), ("s1", "a", "y")):
        with record.write(by=Actor(by)) as tx:
            tx.audit(action, subject)

    def found(query: str) -> list[str]:
        items = admin.get(f"/v1/audit?{query}").json()["items"]
        return [f"{entry['by']}{entry['action']}{entry['subject']}" for entry in items]

    assert found("by=s1") == ["s1ay", "s1bx", "s1ax"]
    assert found("action=a&subject=y") == ["s1ay", "s2ay"]
    assert found("by=s1&action=a&subject=x") == ["s1ax"]
    assert found("by=s") == []
    assert found("by=&action=&subject=") == found("")
    first = admin.get("/v1/audit?by=s1&limit=2").json()
    assert found(f"by=s1&limit=2&cursor={first['cursor']}") == ["s1ax"]
