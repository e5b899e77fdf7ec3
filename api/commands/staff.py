"""`porchlight staff`: accounts of the staff. Password and second factor are drawn, and shown here once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product

import pyotp

from api.commands.opened import the_record
from storage.atlas import versions
from storage.db import OPERATOR, Tx
from storage.kit import ids
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.staff import proof as staff_proof, staff
from storage.staff.staff import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight staff`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|renew|end")
    add = verbs.add_parser("add", help="make an account and show how to log in")
    add.add_argument("--role", action="append", required=True, type=Role, choices=list(Role), help="may repeat")
    add.add_argument("--division", action="append", default=[], help="name or id, may repeat; none: the whole city")
    renew = verbs.add_parser("renew", help="draw another password and second factor; an account that ended begins anew")
    end = verbs.add_parser("end", help="end an account and all of its log-ins")
    for verb in (add, renew, end):
        verb.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """0 when done; Conflict where the name is taken, NotThere where nobody or nothing is called so."""
    with the_record() as record, record.write(by=OPERATOR) as tx:
        if args.verb == "add":
            shown = _prove(tx, _add(tx, args.name, args.role, args.division), args.name)
        elif args.verb == "renew":
            staff.revive(tx, _found(tx, args.name))
            shown = _prove(tx, _found(tx, args.name), args.name)
        else:
            staff.end(tx, _found(tx, args.name))
            shown = [f"{args.name} is ended."]
    for line in shown:  # only once it is true
        print(line)
    return 0


def _add(tx: Tx, name: str, roles: Sequence[Role], divisions: Sequence[str]) -> StaffId:
    named = [versions.division_named(tx.connection, division).id for division in divisions]
    places: list[DivisionId | None] = [*named] or [None]
    member = staff.make(tx, name)
    for role, place in product(roles, places):
        staff.grant(tx, member, role, place)
    return member


def _prove(tx: Tx, member: StaffId, name: str) -> list[str]:
    """A new password and second factor, as lines for the member."""
    password = ids.new_id()
    staff_proof.set_password(tx, member, password)
    key = staff_proof.set_second_factor(tx, member)
    link = pyotp.TOTP(key).provisioning_uri(name=name, issuer_name="Porchlight")
    return [f"name           {name}", f"password       {password}", f"second factor  {link}"]


def _found(tx: Tx, name: str) -> StaffId:
    member = staff.find(tx.connection, name)
    if member is None:
        raise NotThere("There is no staff member of that name.")
    return member
