"""`porchlight verify-export`: says whether a package for court is the one that was made. It asks nobody."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from storage.kit.errors import Malformed
from workers.court import checking
from workers.court.checking import Report
from workers.court.contacts import NotOpenedError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("package", metavar="FILE", type=Path, help="the package, a ZIP file")
    parser.add_argument("--key", metavar="PUB", help="the public key it must be signed with, in hex")
    parser.add_argument("--original", metavar="CLIP", type=Path, help="a file that may be the original of a post in it")
    parser.add_argument("--salt", metavar="SALT", help="what the receipt of that post tells, in hex")
    parser.add_argument(
        "--contacts", metavar="PHRASE", type=Path, help="a file with the passphrase of its contacts; prints them"
    )


def run(args: argparse.Namespace) -> int:
    """0 if all of it is as it was signed; 1 with each fault, or where the file named is the original of none."""
    if (args.original is None) is not (args.salt is None):
        raise Malformed("An original is proved with --original and --salt together.")
    try:
        report = checking.check(args.package, key=args.key)
    except IsADirectoryError:
        raise Malformed(f"{args.package} is a folder: name the ZIP file as it was fetched.") from None
    except OSError:
        raise Malformed(f"{args.package} cannot be read.") from None
    for fault in report.faults:
        print(fault, file=sys.stderr)
    if report.faults:
        count = "1 fault" if len(report.faults) == 1 else f"{len(report.faults)} faults"
        print(f"This package does not stand: {count}.", file=sys.stderr)
        return 1
    print(f"The package stands: {report.files} files of case {report.case}, made at {report.made_at}.")
    print(f"It is signed with {report.key}.")
    if args.key is None:
        print("Compare that key with the one the agency told you by another way, or name it with --key.")
    if args.contacts is not None and not _tell_contacts(args.package, args.contacts):
        return 1
    return 0 if args.original is None else _prove(report, args.original, args.salt)


def _tell_contacts(package: Path, phrase: Path) -> bool:
    try:
        passphrase = phrase.read_text().splitlines()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        raise Malformed(f"{phrase} holds no passphrase.") from None
    try:
        given = checking.contacts_in(package, passphrase)
    except NotOpenedError:
        print("That passphrase does not open the contacts.", file=sys.stderr)
        return False
    if given is None:
        print("There are no contacts in this package.", file=sys.stderr)
        return False
    for one in given:
        print(f"To request {one['request']}: {one['contact']}")
    return True


def _prove(report: Report, original: Path, salt: str) -> int:
    try:
        post = checking.proves(report, original, salt)
    except ValueError:
        raise Malformed("The salt is hexadecimal, as the receipt tells it.") from None
    except OSError:
        raise Malformed(f"{original} cannot be read.") from None
    if post is None:
        print(f"{original} is the original of no post in this package whose author let it be proved.", file=sys.stderr)
        return 1
    print(f"{original} is the original of post {post}.")
    return 0
