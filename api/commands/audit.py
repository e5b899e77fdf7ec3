"""`porchlight verify-audit`: says whether the audit's whole chain stands, and holds the heads that were published.

With a package for court it says too whether the chain holds each line of the package's custody trail, as it is told.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from zipfile import BadZipFile

import httpx
from pydantic import ValidationError
from sqlalchemy import Connection

from api.commands.opened import the_record
from api.published import PublishedHeads
from storage import audit
from storage.kit.errors import Malformed, Unavailable
from storage.public import heads
from storage.public.heads import Head
from workers.court import checking

PATIENCE_SECONDS = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "--head", metavar="FILE_OR_URL", help="heads as GET /v1/audit-heads told them, kept or asked now"
    )
    parser.add_argument("--export", metavar="FILE", type=Path, help="a package whose custody trail the chain must hold")
    parser.add_argument("--key", metavar="HEX", help="the public key all of them must be signed with")


def run(args: argparse.Namespace) -> int:
    """0 if every line stands and every head is in the chain; 1 with the first that is not so, or without a line."""
    told = _read(args.head) if args.head else []
    if forged := [head.day for head in told if not heads.is_signed(head) or args.key not in (None, head.key)]:
        print(f"The head of {min(forged)} is not signed with the key it should be.", file=sys.stderr)
        return 1
    with the_record() as record, record.read() as conn:
        count, broken = audit.verify(conn)
        there = audit.holds(conn, {head.hash for head in told})
        strange = _strange(conn, args.export) if args.export else 0
    if not count and broken is None:
        print("There is nothing to check: no line of an audit is there. Is it in another --data?", file=sys.stderr)
        return 1
    if broken is not None:
        print(f"The audit is broken at line {broken}; the {count} before it stand.", file=sys.stderr)
        return 1
    if lost := [head.day for head in told if head.hash not in there]:
        print(
            f"The chain is not the one that was published: it does not hold the head of {min(lost)}, "
            f"nor {len(lost) - 1} others of {len(told)}. It was rewound, or made anew.",
            file=sys.stderr,
        )
        return 1
    if strange:
        print(
            f"{strange} lines of this package's custody trail are not in the chain as they are told.", file=sys.stderr
        )
        return 1
    print(f"The audit stands: {count} lines.")
    if args.export:
        print("It holds every line of the package's custody trail.")
    if told:
        signers = ", ".join(sorted({head.key for head in told}))
        print(f"It holds all {len(told)} published heads, {min(h.day for h in told)} to {max(h.day for h in told)}.")
        print(f"They are signed with {signers}.")
    return 0


def _strange(conn: Connection, package: Path) -> int:
    """How many lines of the package's trail the chain does not hold, or holds otherwise."""
    try:
        faults, trail = checking.check(package).faults, checking.trail_of(package)
    except (OSError, ValueError, KeyError, BadZipFile):
        faults, trail = ("unreadable",), []
    if faults:
        raise Malformed(f"{package} is no package that stands: porchlight verify-export says why.")
    known = audit.with_hashes(conn, [line.hash for line in trail])
    return sum(known.get(line.hash) != (line.at, line.by, line.action, line.subject) for line in trail)


def _read(place: str) -> list[Head]:
    try:
        found = PublishedHeads.model_validate_json(_bytes(place))
    except ValidationError:
        raise Malformed(f"{place} holds no heads as GET /v1/audit-heads tells them.") from None
    if not found.heads:
        raise Malformed(f"{place} holds no head yet: the first is published within an hour of the start.")
    return [one.head() for one in found.heads]


def _bytes(place: str) -> bytes:
    if not place.startswith(("https://", "http://")):
        return Path(place).read_bytes()
    try:
        return httpx.get(place, timeout=PATIENCE_SECONDS).raise_for_status().content
    except httpx.HTTPError:
        raise Unavailable(f"{place} could not be read.") from None
