"""SQL is spoken in storage alone, and each table is written by one module."""

from __future__ import annotations

import ast
import re

import pytest

from storage.identity.schema import metadata as identity_tables
from storage.schema import metadata as record_tables
from tests.walls.reading import OURS, sources, text, tree

OUTSIDE = [path for path in sources(*OURS) if not path.startswith("storage/")]
CARRIED = {"Connection"}  # what code outside storage may take from SQLAlchemy's top: a connection to pass on
WRITES = ("insert", "update", "delete", "insert_new", "ensure", "put")
SPOKEN = [
    "storage/backups/dump.py",
    "storage/db.py",
    "storage/engines.py",
    "storage/granting.py",
    "storage/identity/migrations/versions/0007_authorship_ends.py",
    "storage/identity/rotation.py",
    "storage/migrations/versions/0028_shifts.py",
]  # asking for the time, setting a database up, granting, having all the time or the tables to oneself
CLIPS = ("accepting", "clips", "findings", "held_for", "leases", "originals")
# Tables that two modules write, and why.
SHARED = {
    # Sealed anew under another key, while nobody works; what was made under the old one is dropped.
    **{
        table: {f"storage/identity/{module}.py", "storage/identity/rotation.py"}
        for table, module in (
            *(("residents", "residents/residents"), ("uploads", "clips/originals"), ("alerts", "alerts/alerts")),
            *(("cameras", "cameras/cameras"), ("camera_listings", "cameras/listings"), ("camera_mail", "cameras/mail")),
            ("idempotency", "clips/authorship"),
        )
    },
    "log_in_codes": {"storage/identity/residents/logins.py", "storage/identity/rotation.py"},
    "vault_canary": {"storage/identity/vault.py", "storage/identity/rotation.py"},
    "tries": {"storage/identity/limits.py", "storage/identity/rotation.py"},
    # Who they are, how they prove it, and which language they read.
    "staff_members": {f"storage/staff/{module}.py" for module in ("staff", "proof", "language")},
    # An attempt changes its clip under a lease; shredding takes the sealed words along; what a restore left is settled
    # from outside, while nobody works.
    "clips": {"storage/identity/restored.py", *(f"storage/identity/clips/{module}.py" for module in CLIPS)},
}


def test_no_sql_outside_storage() -> None:
    """Outside storage nobody imports what makes statements; errors and connections may be named."""
    assert {path: found for path in OUTSIDE if (found := _speaks_sql(path))} == {}


def test_no_statement_is_written_as_text() -> None:
    """The only statements in words are those that ask a database for the time or set it up."""
    spoken = [
        path
        for path in sources(*OURS)
        if re.search(r"\btext\(question\)|exec_driver_sql\(|\btext\(\s*['\"f]", text(path))
    ]

    assert spoken == SPOKEN


@pytest.mark.parametrize("side", ["record", "identity"])
def test_each_table_is_written_by_one_module(side: str) -> None:
    """Whoever looks for what changes a table finds one file."""
    tables = {"record": record_tables, "identity": identity_tables}[side].tables
    folder = {"record": "storage", "identity": "storage/identity"}[side]
    writers: dict[str, set[str]] = {name: set() for name in tables}
    for path in sources(folder):
        if side == "identity" or not path.startswith("storage/identity/"):
            for table in _written(path):
                writers.setdefault(table, set()).add(path)

    assert {table: paths for table, paths in writers.items() if len(paths) > 1 and paths != SHARED.get(table)} == {}
    assert writers.keys() == tables.keys()


def _speaks_sql(path: str) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in ("sqlalchemy", "sqlite3")]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            names = {alias.name for alias in node.names}
            found += [] if node.module == "sqlalchemy.exc" else sorted(names - CARRIED)
        if isinstance(node, ast.ImportFrom) and {"schema", "tables"} & {*(node.module or "").split(".")}:
            found.append(f"tables of {node.module}")
    return found


def _written(path: str) -> set[str]:
    return {
        node.args[0].id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITES
        if node.args and isinstance(node.args[0], ast.Name)
    }
