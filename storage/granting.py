"""Makes PostgreSQL hold each role to what is said of it: which table, which verb, which columns, and nothing else.

Run by `porchlight migrate` as the owner, in the transaction of the migrations: no program ever meets half of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, MetaData, column, func, select, table

from storage.kit.variables import MisconfiguredError

ALL = "*"
VERSION = "alembic_version"  # every program asks whether the tables are those it was written for

# Table -> verb -> columns, as words; "*" are all the table has today. A verb that knows no columns (delete) has none.
Verbs = Mapping[str, str]
Role = Mapping[str, Verbs]


@dataclass(frozen=True)
class Grants:
    """What each role may do with the tables of one database; `rows` limits which rows a role sees of a table."""

    tables: MetaData
    roles: Mapping[str, Role]
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # table -> role -> condition

    def columns(self, role: str, name: str, verb: str) -> tuple[str, ...]:
        """The columns of the table that the role may `verb`."""
        said = self.roles[role].get(name, {}).get(verb, "")
        there = tuple(one.name for one in self.tables.tables[name].columns)
        named = there if said == ALL else tuple(said.split())
        assert set(named) <= set(there), f"{role} is granted columns that {name} has not"
        return named


def merged(*parts: Role) -> Role:
    """All that is granted by one of the parts."""
    found: dict[str, dict[str, str]] = {}
    for name, verb, said in ((name, *each) for part in parts for name, verbs in part.items() for each in verbs.items()):
        before = found.setdefault(name, {}).get(verb, "")
        found[name][verb] = ALL if ALL in (before, said) else " ".join(dict.fromkeys(f"{before} {said}".split()))
    return found


def apply(connection: Connection, grants: Grants) -> None:
    """Takes everything from everyone and gives what is said; raises MisconfiguredError where a role is missing."""
    there = _roles(connection)
    missing = sorted(grants.roles.keys() - there)
    if missing:
        raise MisconfiguredError(f"These roles are missing, make them with passwords first: {', '.join(missing)}.")
    owner = connection.execute(select(func.current_user())).scalar_one()
    for statement in _statements(connection, grants, sorted(there - {owner})):
        connection.exec_driver_sql(statement)


def _roles(connection: Connection) -> set[str]:
    names = table("pg_roles", column("rolname")).c.rolname
    return set(connection.execute(select(names).where(names.startswith("porchlight_", autoescape=True))).scalars())


def _statements(connection: Connection, grants: Grants, others: list[str]) -> Iterator[str]:
    quoted = connection.dialect.identifier_preparer.quote
    database = quoted(str(connection.execute(select(func.current_database())).scalar_one()))
    everyone = ", ".join(["public", *others])
    yield f"revoke all on database {database} from {everyone}"
    yield f"revoke all on schema public from {everyone}"
    yield f"revoke all on all tables in schema public from {everyone}"
    for role, tables in grants.roles.items():
        yield f"grant connect on database {database} to {role}"
        yield f"grant usage on schema public to {role}"
        yield f"grant select on {VERSION} to {role}"
        for name, verbs in tables.items():
            for verb in verbs:
                columns = ", ".join(map(quoted, grants.columns(role, name, verb)))
                yield f"grant {verb} {f'({columns})' if columns else ''} on {quoted(name)} to {role}"
    for name, limited in grants.rows.items():
        yield f"alter table {quoted(name)} enable row level security"
        for role in grants.roles:
            yield f"drop policy if exists {role} on {quoted(name)}"
            limit = limited.get(role, "true")
            yield f"create policy {role} on {quoted(name)} to {role} using ({limit}) with check ({limit})"
