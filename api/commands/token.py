"""`porchlight token`: a bearer token for demo data, making the account if asked to."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product

from storage.atlas import versions
from storage.db import OPERATOR, RESIDENT, Database
from storage.identity.residents import logins, residents
from storage.identity.vault import open_vault
from storage.kit import settings
from storage.kit.errors import NotAllowed, NotThere
from storage.kit.ids import DivisionId
from storage.kit.settings import IdentitySettings, RecordSettings
from storage.record import open_record
from storage.staff import staff
from storage.staff.staff import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight token`."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="resident|staff")
    resident = kinds.add_parser("resident", help="a token of the resident with this mail address")
    resident.add_argument("email", metavar="EMAIL")
    member = kinds.add_parser("staff", help="a token of the staff member of this name")
    member.add_argument("name", metavar="NAME")
    member.add_argument("--role", action="append", default=[], type=Role, choices=list(Role), help="may repeat")
    member.add_argument("--division", action="append", default=[], help="name or id, may repeat; none: the whole city")
    for kind in (resident, member):
        kind.add_argument("--create", action="store_true", help="make the account if there is none")


def run(args: argparse.Namespace) -> int:
    """Prints the token and nothing else; NotAllowed outside demo data."""
    here, who = settings.record(), settings.identity()
    if args.kind == "staff":
        print(of_staff(here, args.name, args.role, args.division, make=args.create))
    else:
        print(of_resident(here, who, args.email, make=args.create))
    return 0


def of_staff(here: RecordSettings, name: str, roles: Sequence[Role], divisions: Sequence[str], *, make: bool) -> str:
    """A token of the staff member; with `make` they get every role in every division named (none: the whole city)."""
    _demand_demo(here)
    with _opened(here) as record, record.write(by=OPERATOR) as tx:
        staff_id = staff.find(tx.connection, name)
        if staff_id is None and not make:
            raise NotThere("There is no staff member of that name: --create makes one.")
        staff_id = staff_id or staff.make(tx, name)
        places: list[DivisionId | None] = [
            versions.division_named(tx.connection, division).id for division in divisions
        ] or [None]
        for role, place in product(roles if make else (), places):
            staff.grant(tx, staff_id, role, place)
        return staff.log_in(tx, staff_id)


def of_resident(here: RecordSettings, who: IdentitySettings, email: str, *, make: bool) -> str:
    """A token of the resident with this mail address."""
    _demand_demo(here)
    vault = open_vault(who)
    with _opened(here) as record, record.write(by=OPERATOR) as audit:  # without a word about whose it is
        audit.audit("token.resident", "resident")
    with vault.write(by=RESIDENT) as tx:
        if not make and residents.find(tx.connection, vault, email) is None:
            raise NotThere("There is no resident with that address: --create makes one.")
        return logins.start(tx, residents.find_or_make(tx, vault, email))


def _demand_demo(here: RecordSettings) -> None:
    if not here.demo:  # which settings allow on loopback alone
        raise NotAllowed("Tokens are handed out for demo data on this machine only: porchlight up --demo.")


@contextmanager
def _opened(here: RecordSettings) -> Iterator[Database]:
    record = open_record(here.database)
    yield record
    record.engine.dispose()
