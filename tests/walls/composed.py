"""docker-compose.yml as the wall tests read it: variables filled in, each program's environment as it gets it."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.walls.reading import ROOT

Service = dict[str, Any]
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


def services() -> dict[str, Service]:
    """All services by name."""
    found: dict[str, Service] = compose()["services"]
    return found


def networks(service: Service) -> set[str]:
    """Where the service stands."""
    return set(service["networks"])


def secrets(service: Service) -> set[str]:
    """The secrets it is given."""
    return {each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])}


def environment(service: Service) -> dict[str, str]:
    """Its variables."""
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def environment_on(service: Service, drawn: Path, data: Path) -> dict[str, str]:
    """Its variables as the program would find them, its secrets being the files in `drawn`; it sees no other."""
    given = {"PORCHLIGHT_DATA": str(data)}
    for name, value in environment(service).items():
        file = Path(value).name if value.startswith("/run/secrets/") else None
        assert file is None or file in secrets(service), f"{name} names a secret that the service is not given"
        given[name] = str(drawn / file) if file else value
    return given


def draw(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs deploy/make-secrets as an operator does."""
    command = [sys.executable, str(ROOT / "deploy/make-secrets"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def _lines(path: str) -> list[str]:
    return [line for line in (ROOT / path).read_text().splitlines() if not line.startswith("#")]
