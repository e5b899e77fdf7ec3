"""`porchlight verify-audit`: walks the whole chain of the audit and says whether it stands."""

from __future__ import annotations

import argparse
import sys

from api.commands.opened import the_record
from storage import audit


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(_args: argparse.Namespace) -> int:
    """0 if every line stands; 1 with the number of the first that does not."""
    with the_record() as record, record.read() as conn:
        count, broken = audit.verify(conn)
    if broken is not None:
        print(f"The audit is broken at line {broken}; the {count} before it stand.", file=sys.stderr)
        return 1
    print(f"The audit stands: {count} lines.")
    return 0
