"""What authors let be proved: there once, for that post, until it ends."""

from __future__ import annotations

import pytest

from storage import audit
from storage.audit import Sought
from storage.db import AIRLOCK, RESIDENT, Database
from storage.posts import vouched
from tests.builders import a_new_post, a_recorded_post, as_role

pytestmark = pytest.mark.usefixtures("city")


def test_a_digest_is_there_once_until_it_is_erased(record: Database) -> None:
    """Under the resident program's own role, which cannot read one; told again it is no second line of the audit."""
    post, other = (a_recorded_post(record, a_new_post()).id for _ in range(2))
    own = as_role(record, "resident")

    for _ in range(2):
        with own.write(by=RESIDENT) as tx:
            vouched.add(tx, post, "ab" * 32)

    with record.read() as conn:
        assert [vouched.has(conn, one) for one in (post, other)] == [True, False]
        assert vouched.of(conn, [post, other]) == {post: "ab" * 32}
        assert len(audit.page(conn, before=None, limit=9, sought=Sought(action="post.vouch"))) == 1
    with record.write(by=AIRLOCK) as tx:
        vouched.erase(tx, post)
        tx.audit("test", post)
    with record.read() as conn:
        assert vouched.of(conn, [post, other]) == {}
