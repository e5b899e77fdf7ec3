"""The command `porchlight`: finds the subcommand, runs it, and tells what went wrong in one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from api.commands import (
    atlas,
    audit,
    backup,
    buckets,
    known_bad,
    migrate,
    post,
    quarantine,
    restore,
    rotate,
    staff,
    token,
    up,
    verify_export,
    watch,
)
from api.stack import Running
from storage.kit import settings
from storage.kit.errors import PorchlightError, Unavailable
from storage.kit.programs import MissingProgramError

COMMANDS = {
    "up": (up, "start and watch everything on this machine"),
    "migrate": (migrate, "bring the databases and their grants to this version"),
    "buckets": (buckets, "make the buckets of media and originals"),
    "staff": (staff, "make, renew and end accounts of the staff"),
    "token": (token, "print a bearer token for demo data"),
    "post": (post, "post a clip or a photo as a resident"),
    "watch": (watch, "print the live feed"),
    "atlas": (atlas, "build or load the city's blocks"),
    "verify-audit": (audit, "check the audit's chain"),
    "known-bad": (known_bad, "load lists of media that may not be shown"),
    "verify-export": (verify_export, "check a package for court, anywhere"),
    "quarantine": (quarantine, "look after clips that could not be processed"),
    "backup": (backup, "copy the record or the identity side to a folder"),
    "restore": (restore, "put a backup into empty databases"),
    "rotate-vault-key": (rotate, "seal the identity side anew under another key"),
}
ASKING = ("post", "watch")  # these ask the programs that run; the others open the stores themselves
INTERRUPTED = 130  # what shells say of a program that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    args = _parse(sys.argv[1:] if arguments is None else arguments)
    settings.choose_data_folder(args.data)
    running = Running.read(settings.data_folder())
    if running is not None:
        settings.choose_ports(running.base)
    try:
        if args.command in ASKING:
            _demand_there(args.data, named=args.data_named)
        return int(COMMANDS[args.command][0].run(args))
    except (PorchlightError, MissingProgramError) as error:
        print(f"porchlight: {_in_one_line(error)}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(f"porchlight: {error.filename}: {error.strerror}.", file=sys.stderr)  # a place the operator named
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _demand_there(data: Path, *, named: bool) -> None:
    """Raises Unavailable where nobody can answer: else the usual doors would be asked, which may be another stack's."""
    if Running.was_killed(data):
        raise Unavailable(f"What ran on {data} was killed: start it again with porchlight up.")
    if named and not data.is_dir():
        raise Unavailable(f"Nothing runs on {data}: there is no such folder.")


def _in_one_line(error: Exception) -> str:
    fields = error.fields if isinstance(error, PorchlightError) else {}
    return " ".join([str(error), *(f"{field}: {said}" for field, said in fields.items() if said != str(error))])


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    told = argparse.ArgumentParser(
        prog="porchlight", description="A neighborhood video feed for a city and its police, that cannot say who."
    )
    told.add_argument("--data", metavar="DIR", type=Path, help="the data folder (default var/), of every command")
    commands = told.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, help_line) in COMMANDS.items():
        one = commands.add_parser(name, help=help_line, description=module.__doc__, epilog="Takes --data DIR as well.")
        module.add_arguments(one)
    return told


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    # --data may stand anywhere, also behind a verb: so it is taken out before the commands look at the rest.
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    early.add_argument("--data", type=Path)
    chosen, rest = early.parse_known_args(arguments)
    args = parser().parse_args(rest)
    args.data, args.data_named = chosen.data or settings.data_folder(), chosen.data is not None
    return args


if __name__ == "__main__":
    raise SystemExit(main())
