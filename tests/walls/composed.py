"""docker-compose.yml as the wall tests read it: variables filled in, each program's environment as it gets it."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from storage.kit.settings import IDENTITY_VARIABLES, RECORD_VARIABLES
from storage.kit.variables import names
from tests.walls.reading import ROOT

Container = dict[str, Any]
STORES = (*RECORD_VARIABLES, *IDENTITY_VARIABLES)
# Who may know both sides, who runs once for the operator, and who must never know a resident.
ALERTS = {"airlock-alerts"}  # the one of them that has a way outside: it holds the least
BOTH_SIDES = {"resident-api", "airlock-worker", "airlock-large", "airlock-ladder", "airlock-schedule", *ALERTS}
OPERATORS = {"migrate", "operator"}
MIGRATED = {"PORCHLIGHT_RECORD_DATABASE", "PORCHLIGHT_IDENTITY_DATABASE", "PORCHLIGHT_MEDIA", "PORCHLIGHT_ORIGINALS"}
RECORD_SIDE = {"staff-api", "public", "feed", "chores"}
OURS = BOTH_SIDES | OPERATORS | RECORD_SIDE
PROXIES = {"residents-proxy", "staff-proxy"}
REDIS = {"record-redis", "airlock-redis"}
STORED = {"record-db", "identity-db", "media-s3", "originals-s3", *REDIS}
_VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?])([^}]*))?\}")


@cache
def compose() -> dict[str, Any]:
    """The whole file, with what deploy/env.example says for its variables."""
    text = (ROOT / "docker-compose.yml").read_text()
    given = dict(line.split("=", 1) for line in _lines("deploy/env.example") if "=" in line)

    def filled_in(found: re.Match[str]) -> str:
        name, kind, otherwise = found.groups()
        assert name in given or kind == "-", f"{name} is neither in deploy/env.example nor has a default"
        return str(given.get(name, otherwise))

    read: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(filled_in, text))
    return read


def containers() -> dict[str, Container]:
    """All that runs, by name."""
    found: dict[str, Container] = compose()["services"]
    return found


def networks(container: Container) -> set[str]:
    """Where it stands."""
    return set(container["networks"])


def secrets(container: Container) -> set[str]:
    """The secrets it is given."""
    return {each if isinstance(each, str) else each["source"] for each in container.get("secrets", [])}


def environment(container: Container) -> dict[str, str]:
    """Its variables."""
    return {name: str(value) for name, value in container.get("environment", {}).items()}


def environment_on(container: Container, drawn: Path, data: Path) -> dict[str, str]:
    """Its variables as the program would find them, its secrets being the files in `drawn`; it sees no other."""
    given = {"PORCHLIGHT_DATA": str(data)}
    for name, value in environment(container).items():
        file = Path(value).name if value.startswith("/run/secrets/") else None
        assert file is None or file in secrets(container), f"{name} names a secret that it is not given"
        given[name] = str(drawn / file) if file else value
    return given


def draw(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs deploy/make-secrets as an operator does."""
    command = [sys.executable, str(ROOT / "deploy/make-secrets"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def _lines(path: str) -> list[str]:
    return [line for line in (ROOT / path).read_text().splitlines() if not line.startswith("#")]


def stores_named(container: Container) -> set[str]:
    """The variables of stores it is given, by their own names whether by value or by file."""
    return {name for name in STORES if environment(container).keys() & set(names(name))}
