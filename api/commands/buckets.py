"""`porchlight buckets`: makes the buckets of media and originals, private, and with rules that tidy up after us."""

from __future__ import annotations

import argparse

from storage import objects
from storage.identity.clips.originals import BELT_DAYS
from storage.kit import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but --data, which all commands take."""


def run(args: argparse.Namespace) -> int:
    """0 when both are there, again is harmless; MisconfiguredError, Unavailable."""
    media, originals = settings.record().media, settings.identity().originals
    objects.demand_apart(media, originals)
    for name, unknown in (("media", objects.prepare(media)), ("originals", objects.prepare(originals, BELT_DAYS))):
        print(f"{name}: the bucket is there, and private.")
        for rule in unknown:
            print(rule)
    return 0
