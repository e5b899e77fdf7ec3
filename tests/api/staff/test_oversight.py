"""Oversight."""

from __future__ import annotations

from storage.db import OPERATOR, Database
from storage.staff import Role
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
