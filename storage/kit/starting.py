"""How a program starts: what a person can mend is said in one line; the record side comes without keys of identity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.kit import confine, log, settings
from storage.kit.errors import PorchlightError
from storage.kit.settings import IDENTITY_VARIABLES, RECORD_VARIABLES, IdentitySettings, RecordSettings


@contextmanager
def program(name: str) -> Iterator[None]:
    """Writes this process's lines under `name`, and ends it in one line on an error that a person can mend."""
    log.start(name)
    try:
        yield
    except PorchlightError as why:
        raise SystemExit(f"{name}: {why}") from None


def on_the_record_side(*uses: str) -> RecordSettings:
    """The settings of a program that may not know who; raises MisconfiguredError if it holds a key of identity.

    `uses` are the variables of the stores it opens, all of the record's by default: in a city each must be named.
    Shuts the process out of the identity folder, where the kernel can: call it before any thread starts.
    """
    settings.refuse_identity()
    settings.demand(*(uses or RECORD_VARIABLES))
    here = settings.record()
    # What is made beside the identity folder after this is closed as well: so the record's folder comes first.
    (here.data / "record").mkdir(parents=True, exist_ok=True)
    log.event("shut_out_of_identity", state="done" if confine.shut_out_of(here.data / "identity") else "not_possible")
    return here


def on_both_sides() -> tuple[RecordSettings, IdentitySettings]:
    """The settings of a program that serves residents or works in the airlock; raises MisconfiguredError."""
    settings.demand(*RECORD_VARIABLES, *IDENTITY_VARIABLES)
    return settings.record(), settings.identity()
