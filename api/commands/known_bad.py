"""`porchlight known-bad`: lists of media that may not be shown; what is on one is held, and a moderator looks."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from api.commands.opened import the_record
from storage.db import OPERATOR, Database
from storage.kit import clock
from storage.kit.errors import NotThere, Refused
from storage.moderation import known_bad
from workers.guidelines.rules import IDS
from workers.redact.views import BYTES, from_bytes, says_something

MOST_LINES = 1_000_000  # 40 MB, read whole by each attempt
NAME = re.compile(r"[a-z0-9_-]{1,24}")  # a flag tells it to moderators
_LINE = re.compile(rf"[0-9a-f]{{64}}|[0-9a-f]{{{2 * BYTES}}}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight known-bad`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="load|list|drop")
    load = verbs.add_parser("load", help="put a list in the place of the one of its name; all lines or none")
    load.add_argument(
        "file", metavar="FILE", type=Path, help="a line each: SHA-256 of a file, or a view in 16 hex digits"
    )
    load.add_argument("--name", required=True, help="what moderators read: small letters, digits, - and _")
    load.add_argument("--reason", required=True, choices=sorted(IDS), help="the guideline that it stands for")
    verbs.add_parser("list", help="the lists: name, version, reason, since when, how many of each kind")
    verbs.add_parser("drop", help="forget a list").add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """0 when done. Raises Refused for a file or name that cannot be used, NotThere for a list that is not."""
    with the_record() as record:
        if args.verb == "load":
            _load(record, args.file, args.name, args.reason)
        elif args.verb == "list":
            _list(record)
        else:
            with record.write(by=OPERATOR) as tx:
                if not known_bad.drop(tx, args.name):
                    raise NotThere("There is no list of that name.")
            print("forgotten")
    return 0


def read(file: Path) -> tuple[set[bytes], set[bytes]]:
    """Digests of files, and views; a `#` begins a remark. Raises Refused, which names the line and says none of it."""
    files, views = set[bytes](), set[bytes]()
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            told = line.partition("#")[0].strip().lower()
            if number > MOST_LINES:
                raise Refused(f"A list has {MOST_LINES} lines at most.")
            if not told:
                continue
            if not _LINE.fullmatch(told):
                raise Refused(f"Line {number} is neither a SHA-256 nor a view of {2 * BYTES} hex digits.")
            value = bytes.fromhex(told)
            if len(value) == BYTES and not says_something(from_bytes(value)).all():
                raise Refused(f"Line {number} is the view of an even picture: all of these are alike.")
            (views if len(value) == BYTES else files).add(value)
    return files, views


def _load(record: Database, file: Path, name: str, reason: str) -> None:
    if not NAME.fullmatch(name):
        raise Refused("A list's name is 1 to 24 small letters, digits, - and _.")
    files, views = read(file)
    if not files and not views:
        raise Refused("There is nothing on this list: to forget one, say drop.")
    with record.write(by=OPERATOR) as tx:
        version = known_bad.load(tx, name, reason=reason, files=files, views=views)
    print(f"{name}: version {version}, {len(files)} files, {len(views)} views; compared from the next clip on")


def _list(record: Database) -> None:
    with record.read() as conn:
        found = known_bad.lists(conn)
    for one in found:
        files, views = len(one.files) // 32, len(one.views) // BYTES
        since = clock.as_text(one.loaded_at)
        print(f"{one.name}  version {one.version}  {one.reason}  {since}  {files} files  {views} views")
    print(f"{len(found)} lists", file=sys.stderr)
