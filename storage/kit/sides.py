"""Which variables belong to which side of the wall, and who is refused for holding or lacking one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from storage.kit import variables
from storage.kit.variables import MisconfiguredError

RECORD_VARIABLES = (
    "PORCHLIGHT_RECORD_DATABASE",
    "PORCHLIGHT_MEDIA",
    "PORCHLIGHT_RECORD_REDIS",
    "PORCHLIGHT_BELL_KEY_FILE",
)
IDENTITY_VARIABLES = (
    "PORCHLIGHT_IDENTITY_DATABASE",
    "PORCHLIGHT_ORIGINALS",
    "PORCHLIGHT_AIRLOCK_REDIS",
    "PORCHLIGHT_VAULT_KEY_FILE",
)
_BY_NETWORK = ("postgresql", "s3+", "redis://", "rediss://")


def refuse_identity(env: Mapping[str, str] = os.environ) -> None:
    """Raises MisconfiguredError if this process was handed any credential of the identity side."""
    held = [each for name in IDENTITY_VARIABLES for each in variables.names(name) if env.get(each)]
    if held:
        raise MisconfiguredError(
            f"This program must not hold identity credentials: {', '.join(held)}. Remove them and start again."
        )


def demand(*needed: str, env: Mapping[str, str] = os.environ) -> None:
    """Raises MisconfiguredError if a city whose engines are reached by network leaves one of these stores to a folder.

    In a container it would be gone with it, and nobody would notice until then.
    """
    stores = [variables.text(env, name) or "" for name in (*RECORD_VARIABLES, *IDENTITY_VARIABLES)]
    missing = [name for name in needed if not variables.is_named(env, name)]
    if missing and any(store.startswith(_BY_NETWORK) for store in stores):
        raise MisconfiguredError(f"Of a city's stores, these are not named here and are needed: {', '.join(missing)}.")


def for_child(*, identity: bool, **variables_: str) -> dict[str, str]:
    """This process's environment for one it starts, with `variables` set; what tells of identity only if `identity`."""
    who = {each for name in IDENTITY_VARIABLES for each in variables.names(name)}
    known = {name: value for name, value in os.environ.items() if identity or name not in who}
    return {**known, **variables_}
