"""`porchlight rotate-vault-key`: seals the identity side anew under another key, while every program is stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.opened import the_record, the_vault
from api.stack import Running
from storage.alone import demand_alone
from storage.db import OPERATOR
from storage.identity import rotation
from storage.identity.vault import is_under
from storage.kit import keys, settings
from storage.kit.errors import Conflict, Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight rotate-vault-key`."""
    parser.add_argument("--to", metavar="FILE", type=Path, required=True, help="the new key; drawn if there is none")


def run(args: argparse.Namespace) -> int:
    """0 when all is under the new key, also where a run before this one did it; Refused where neither key opens it."""
    if Running.read(settings.data_folder()) is not None:
        raise Conflict("Stop every program first: each holds the old key.")
    here = settings.identity()
    if args.to.resolve() == here.vault_key_file.resolve():
        raise Refused("Name another file: the old key opens the old backups.")
    present, chosen = (keys.read_or_make(file) for file in (here.vault_key_file, args.to))
    with the_vault(present) as old, the_vault(chosen) as new:
        demand_alone(old)
        if is_under(old):
            done = rotation.reseal(old, new)
            told = f"{done.residents} mail addresses, {done.originals} keys of originals, {done.cameras} cameras"
            print(f"sealed anew: {told}")
        elif not is_under(new):
            raise Refused("Neither the present key nor the new one opens what is there.")
    with the_record() as record, record.write(by=OPERATOR) as tx:
        tx.audit("vault.rotate", "vault")
    print(f"Next: put {args.to} in the place of {here.vault_key_file}. The old key still opens older backups.")
    return 0
