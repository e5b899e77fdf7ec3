"""`porchlight token`: a bearer token for demo data, making the account if asked to."""

from __future__ import annotations

import argparse

from storage import staff
from storage.atlas import versions
from storage.db import OPERATOR, RESIDENT, Database, Tx
from storage.identity import logins, residents
from storage.identity.vault import open_vault
from storage.kit import settings
from storage.kit.errors import NotAllowed, NotThere
from storage.kit.ids import DivisionId
from storage.kit.settings import LOOPBACK
from storage.record import open_record
from storage.staff import Role


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
    record_settings = settings.record()
    if not record_settings.demo or record_settings.secure_cookies or LOOPBACK not in record_settings.feed_address:
        raise NotAllowed("Tokens are handed out for demo data on this machine only: porchlight up --demo.")
    record = open_record(record_settings.database)
    print(_for_staff(record, args) if args.kind == "staff" else _for_resident(record, args.email, make=args.create))
    return 0


def _for_staff(record: Database, args: argparse.Namespace) -> str:
    with record.write(by=OPERATOR) as tx:
        staff_id = staff.find(tx.connection, args.name)
        if staff_id is None and not args.create:
            raise NotThere("There is no staff member of that name: --create makes one.")
        staff_id = staff_id or staff.make(tx, args.name)
        if args.create:
            for division in _divisions(tx, args.division):
                for role in args.role:
                    staff.grant(tx, staff_id, role, division)
        return staff.log_in(tx, staff_id)


def _divisions(tx: Tx, named: list[str]) -> list[DivisionId | None]:
    return [versions.division_named(tx.connection, name).id for name in named] or [None]


def _for_resident(record: Database, email: str, *, make: bool) -> str:
    vault = open_vault(settings.identity())
    with record.write(by=OPERATOR) as audit:  # first of all, and without a word about whose it is
        audit.audit("token.resident", "resident")
    with vault.write(by=RESIDENT) as tx:
        if not make and residents.find(tx.connection, vault, email) is None:
            raise NotThere("There is no resident with that address: --create makes one.")
        return logins.start(tx, residents.find_or_make(tx, vault, email))
