"""What each program's role may do on PostgreSQL is what is written down, column by column, and nothing besides."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Engine, delete, insert, inspect, select, text, update
from sqlalchemy.exc import ProgrammingError

from feed import posting
from feed.bell import Bell
from storage import granting
from storage.db import OPERATOR, Database
from storage.granting import ALL, Grants, merged
from storage.grants import GRANTS as RECORD
from storage.identity import schema_alerts
from storage.identity.grants import GRANTS as IDENTITY
from storage.identity.schema import metadata as identity_tables
from storage.identity.vault import Vault
from storage.kit.variables import MisconfiguredError
from storage.posts.posts import Verb
from storage.schema import comments, flags, metadata, posts, segments, shared_links, tickets
from tests import builders
from tests.storage.identity.conftest import vault  # noqa: F401 - fixture

pytestmark = pytest.mark.engines("postgresql")

VERBS = ("select", "insert", "update", "delete")
CASES = {  # staff's, but for what a camera's owner is told; pins are brought by the airlock
    name: {""}
    for name in (
        *("incidents", "cases", "case_members", "case_links", "case_entries", "case_holds", "case_exports"),
        "camera_looks",
    )
}
PINS = {"camera_pins": {""}, "listed_cameras": {""}}
FOOTAGE = {name: {""} for name in ("footage_requests", "footage_request_blocks", "footage_answers", "case_keys")}
FLAGGED_REQUESTS = {name: {""} for name in ("request_flags", "request_decisions", "request_claims")}
ALERTS = [table.name for table in identity_tables.sorted_tables if table in schema_alerts.TABLES]
WORDS = {
    "posts": {"title", "text", "words"},
    "comments": {"text", "name"},
    "flags": {"text"},
    "decisions": {"note"},
    "appeals": {"text"},
    "nods": {"mark"},
    "comment_flags": {"text", "said", "said_by"},
    "comment_decisions": {"note"},
    "request_flags": {"text", "origin", "reason"},
    "request_decisions": {"note", "staff_id"},
    "request_claims": {""},
    "letters": {"text", "asked_by"},
    "letter_answers": {"text", "name"},
}
PUBLISHED = (
    *(
        "public_counts",
        "published_heads",
        "published_requests",
        "divisions",
        "blocks",
        "shared_links",
        "posts",
        "renditions",
        "segments",
    ),
)
# What a role must never read, whatever is granted one day: table -> columns ("" is the whole table).
VIEWS = {"known_bad": {""}, "removed_views": {""}}  # who could read one, might look for a camera by it
CLOSED = {
    "porchlight_chores": {
        **WORDS,
        **{name: {""} for name in ("incidents", "case_members", "camera_looks")},
        "cases": {"number", "incident_id", "asked_by", "asked_at", "consented_by"},
        "case_links": {"id", "incident_id", "reason", "confidence", "note", "linked_by", "linked_at"},
        "case_entries": {"text", "about", "reason", "by"},
        "listed_cameras": {""},
        "camera_pins": {"quadrant", "retention"},  # it counts blocks that have one
        "footage_requests": {"case_id", "case_number", "text", "asked_by", "approved_by"},
        "footage_answers": {"contact", "post_id"},
        "case_keys": {""},
        "watches": {""},
        "suspensions": {""},
        "blurs": {""},
        **VIEWS,
        "premoderation": {""},
        "shared_links": {"digest"},
        "endings": {"word"},
        "digest_codes": {"code_hash"},
        "audit_payloads": {"words", "salt"},
        "staff_members": {"password_hash", "name"},
        "recovery_codes": {""},
        "openings": {"staff_id"},
        "invitations": {"secret_digest", "second_factor", "role"},
    },
    "porchlight_staff": {
        "comments": {"mark"},  # they read them as neighbours do, and nothing by which two are one neighbour's
        **{name: {""} for name in ("nods", "endings", "shared_links")},
        "audit_payloads": {"salt"},
        "digest_mails": {"told"},
        "blurs": {"boxes", "media_keys"},
        **VIEWS,
    },
    "porchlight_feed": {
        **{name: {""} for name in ("comments", "flags", "decisions", "audit_entries", "audit_payloads")},
        **{name: {""} for name in ("appeals", "claims", "nods", "suspensions", "blurs", "notices", "shared_links")},
        **{name: {""} for name in ("letters", "letter_answers", "comment_flags")},
        **FLAGGED_REQUESTS,
        "staff_members": {"name", "password_hash", "second_factor"},
        "staff_log_ins": {"staff_id", "ends_at"},
        "desks": {"touched_at", "proved_at"},
        **{name: {""} for name in ("recovery_codes", "invitations", "openings")},
        "posts": {"words"},
        **CASES,
        **PINS,
        **VIEWS,
        "premoderation": {""},
        **FOOTAGE,
        **{name: {""} for name in ("segments", "watches", "digests", "digest_mails", "digest_codes")},
    },
    "porchlight_public": {  # what was rounded before, and no row that it was made of; of posts those shared outside
        **{name: {""} for name in metadata.tables if name not in PUBLISHED},
        "posts": {"words"},
    },
    "porchlight_resident": {
        **{name: {""} for name in ("camera_pins", "case_members", "case_links", "suspensions", "blurs")},
        "case_exports": {""},
        **FOOTAGE,
        **VIEWS,
        "premoderation": {"staff_id", "note"},
        "listed_cameras": {""},
        "case_holds": {"case_id"},
        "vouched": {"sha256"},
        "incidents": {"number", "happened_at", "division_id", "block_id"},
        "cases": {"number", "division_id", "state", "asked_by", "asked_at", "consented_by"},
        "case_entries": {"kind", "text", "about", "reason", "by"},
        "flags": {"text", "reason", "origin"},
        "decisions": {"note", "staff_id", "from_state", "to_state"},
        "appeals": {"text"},
        "letters": {"text", "asked_by", "case_id", "kind"},
        "comment_flags": {"text", "said", "said_by", "reason"},
        "comment_decisions": {"note", "staff_id", "at"},
        "request_flags": {"text", "reason", "origin", "shown_at"},
        "request_decisions": {"note", "staff_id", "at"},
        "request_claims": {""},
        "letter_answers": {"text", "name"},
        "claims": {"staff_id", "ends_at"},
        "staff_members": {"name", "password_hash", "second_factor", "last_log_in_at"},
        **{name: {""} for name in ("audit_payloads", "staff_log_ins")},
        **{name: {""} for name in ("desks", "recovery_codes", "invitations", "openings")},
        **{
            name: {""}
            for name in ("audit_entries", "tickets", "endings", "watches", "digests", "digest_mails", "digest_codes")
        },
    },
    "porchlight_alerts": {  # what the feed tells, and the map
        name: {""}
        for name in metadata.tables
        if name not in ("feed_head", "feed_log", "posts", "renditions", "divisions", "blocks", "atlas_versions")
    }
    | {"posts": {"words"}},
    "porchlight_airlock": {
        **{name: {""} for name in CASES if name not in ("cases", "case_members", "case_holds")},
        "cases": {"number", "asked_at", "asked_by", "consented_by"},
        "case_keys": {"private_key_sealed"},
        "premoderation": {"staff_id", "note"},
        # Of a link, that a post is a case's: whether who says that it helped may say so.
        "case_links": {"id", "incident_id", "reason", "confidence", "note", "linked_by", "linked_at"},
        "letter_answers": {"text", "name", "shown_at"},
        "comment_flags": {"text", "said", "said_by", "slip_digest"},
        "comments": {"text", "name"},
        "request_flags": {"text", "reason", "origin", "shown_at", "slip_digest"},
        "request_decisions": {"note", "staff_id", "at", "reason"},
        "request_claims": {""},
        "flags": {"text", "reason", "origin", "slip_digest"},
        "appeals": {"text"},
        "claims": {"staff_id", "ends_at"},
        "decisions": {"note", "from_state", "to_state", "at"},
        "staff_members": {"name", "password_hash", "second_factor"},
        **{name: {""} for name in ("audit_payloads", "audit_entries", "tickets")},
        **{name: {""} for name in ("desks", "recovery_codes", "invitations", "openings")},
        **{name: {""} for name in ("endings", "watches", "digests", "digest_mails", "digest_codes")},
    },
}
CLOSED_IN_IDENTITY = {
    "porchlight_airlock": {
        "residents": {""},
        "authorship": {"resident_id", "handle", "view_sealed"},
        "suspended": {"reason", "guidelines", "ends_at"},
        "idempotency": {"resident_id", "key", "request_digest", "salt"},
        "uploads": {"resident_id"},
        "log_ins": {"resident_id", "token_digest"},
        "log_in_codes": {"mail_lookup", "code_hash"},
        "passkeys": {""},
        "cameras": {"resident_id", "name_sealed", "indoor", "ask", "request_digest"},
        "inbox_answers": {"resident_id"},
        "inbox_flags": {"resident_id"},
        "camera_mail": {"resident_id"},
        "asked_blocks": {"block_id"},
        **{name: {""} for name in ALERTS},
    },
    # Whom it alerts it knows by an id drawn for that: neither who that is, nor any clip, camera or log-in.
    "porchlight_alerts": {
        **{name: {""} for name in identity_tables.tables if name not in (*ALERTS, "vault_canary")},
        "alerts": {"resident_id"},
        "push_devices": {"log_in"},
    },
    "porchlight_resident": {"alerted": {""}, "alert_posts": {""}, "push_retries": {""}},
}


@pytest.mark.parametrize("side", ["record", "identity"])
def test_the_catalog_holds_what_is_written_down(
    side: str,
    record: Database,
    vault: Vault,  # noqa: F811
) -> None:
    """Each role, table, verb and column; a table or a role that nobody thought of has nothing."""
    database, grants = {"record": (record, RECORD), "identity": (vault, IDENTITY)}[side]

    found = _privileges(database.engine)

    written = {
        (role, table, verb, column)
        for role, tables in grants.roles.items()
        for table, verbs in tables.items()
        for verb in verbs
        for column in (grants.columns(role, table, verb) or ("",))
    }
    version = {(role, "alembic_version", "select", "") for role in grants.roles}
    assert found == written | version


@pytest.mark.parametrize(("grants", "closed"), [(RECORD, CLOSED), (IDENTITY, CLOSED_IN_IDENTITY)])
def test_what_must_stay_closed_is_granted_to_nobody(grants: Grants, closed: dict[str, dict[str, set[str]]]) -> None:
    """Words to the chores, residents to the airlock, secrets to anyone who has no use for them."""
    open_ = [
        (role, table, column)
        for role, tables in closed.items()
        for table, columns in tables.items()
        for column in grants.columns(role, table, "select")
        if column in columns or "" in columns
    ]

    assert open_ == []


def test_nobody_deletes_or_empties_the_audit() -> None:
    """Lines are added by every program that writes, and changed by none."""
    for role, tables in RECORD.roles.items():
        assert not {"update", "delete"} & tables.get("audit_entries", {}).keys(), role
        assert not {"update", "delete"} & tables.get("audit_payloads", {}).keys(), role


@pytest.mark.parametrize("asked", ["blur", "boxes", "trim"])
def test_nobody_changes_what_was_asked_to_be_blurred_or_left_out(asked: str) -> None:
    """It is written where a clip is accepted: no attempt, and no program that was taken over, asks for less."""
    assert [role for role in IDENTITY.roles if asked in IDENTITY.columns(role, "clips", "update")] == []


@pytest.mark.parametrize(
    ("role", "question"),
    [
        ("chores", select(posts.c.title)),
        ("chores", select(posts.c.words)),
        ("chores", select(comments.c.text)),
        ("staff", select(comments.c.mark)),
        ("staff", delete(posts)),
        ("staff", select(tickets.c.grant)),
        ("feed", select(flags.c.text)),
        ("feed", select(posts.c.words)),
        ("feed", insert(posts).values(id="x")),
        ("feed", select(segments.c.key)),
        ("chores", select(segments.c.milliseconds)),
        ("staff", delete(segments)),
        ("resident", insert(segments).values(post_id="x", file="x", number=0)),
        ("airlock", update(segments).values(key="x")),
        ("public", select(posts.c.words)),
        ("public", select(comments.c.post_id)),
        ("staff", select(shared_links.c.post_id)),
        ("airlock", select(comments.c.text)),
        ("resident", select(flags.c.text)),
    ],
    ids=str,
)
def test_what_is_not_granted_is_refused(record: Database, role: str, question: object) -> None:
    """By the database itself, to a program that asks all the same."""
    seen = builders.as_role(record, role)

    with pytest.raises(ProgrammingError, match="permission denied"), seen.write(by=OPERATOR) as tx:
        tx.connection.execute(question)  # type: ignore[call-overload]


def test_no_program_changes_tables(record: Database) -> None:
    """Neither makes one, nor drops or empties one."""
    programs = [builders.as_role(record, role.removeprefix("porchlight_")) for role in RECORD.roles]

    for program, statement in product(programs, ("create table mine (a int)", "drop table posts", "truncate posts")):
        with pytest.raises(ProgrammingError), program.write(by=OPERATOR) as tx:
            tx.connection.execute(text(statement))


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_the_feed_reads_no_word_of_what_is_not_live(
    record: Database, bell: Bell, city: builders.City, verb: Verb
) -> None:
    """A post that a moderator took off the feed is no row to it; every other post is."""
    taken_off, live = (builders.a_published_post(record, bell) for _ in range(2))
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, taken_off.id, verb, reason="privacy")

    with builders.as_role(record, "feed").read() as conn:
        seen = list(conn.execute(select(posts.c.id)).scalars())

    assert seen == [live.id]


def test_the_limit_on_rows_costs_no_index(record: Database) -> None:
    """What the feed asks goes through the primary key as before."""
    with builders.as_role(record, "feed").read() as conn:
        conn.execute(text("set local enable_seqscan = off"))
        plan = conn.execute(text("explain select id, title from posts where id = 'x'")).scalars()

        told = "\n".join(plan)
    assert "Index Cond" in told and "Seq Scan" not in told, told


def test_grants_that_left_the_list_are_taken_back(record: Database) -> None:
    """Whatever was granted by hand, or by an older version, ends with the next migration."""
    owner = record.engine
    with owner.begin() as connection:
        connection.execute(text("grant select on comments to porchlight_feed"))
        connection.execute(text("grant select (note) on decisions to public"))
        granting.apply(connection, RECORD)

    assert ("porchlight_feed", "comments", "select", "text") not in _privileges(owner)
    assert not [one for one in _privileges(owner) if one[0] == "public"]


def test_a_role_that_is_missing_is_named(record: Database) -> None:
    """Nothing is granted to half of them."""
    grants = Grants(metadata, {"porchlight_nobody_yet": {"posts": {"select": "id"}}})

    with record.engine.begin() as connection, pytest.raises(MisconfiguredError, match="porchlight_nobody_yet"):
        granting.apply(connection, grants)


def test_a_column_that_is_not_there_is_a_fault_of_ours() -> None:
    """A grant that lost its column is not left out unseen."""
    grants = Grants(metadata, {"porchlight_feed": {"posts": {"select": "id author"}}})

    with pytest.raises(AssertionError):
        grants.columns("porchlight_feed", "posts", "select")


def test_parts_of_a_grant_add_up() -> None:
    """Each column once; all is all."""
    both = merged(
        {"posts": {"select": "id state", "update": "state"}}, {"posts": {"select": "state title", "update": ALL}}
    )

    assert both == {"posts": {"select": "id state title", "update": ALL}}


def test_every_table_is_granted_to_somebody(record: Database, vault: Vault) -> None:  # noqa: F811
    """No table lies there that no program uses."""
    for database, grants in ((record, RECORD), (vault, IDENTITY)):
        used = {table for tables in grants.roles.values() for table in tables}
        assert used | {"alembic_version"} == set(inspect(database.engine).get_table_names())


def _privileges(engine: Engine) -> set[tuple[str, str, str, str]]:
    """(role, table, verb, column) of every right that is not the owner's; a verb on the whole table has no column."""
    question = """
        select coalesce(r.rolname, 'public'), c.relname, lower(x.privilege_type), right_.attname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        cross join lateral (
            select '' as attname, c.relacl as acl
            union all
            select attname, attacl from pg_attribute where attrelid = c.oid and not attisdropped
        ) right_
        cross join lateral aclexplode(right_.acl) x
        left join pg_roles r on r.oid = x.grantee
        where x.grantee <> c.relowner
    """
    with engine.begin() as connection:
        return {(row[0], row[1], row[2], row[3]) for row in connection.execute(text(question))}
