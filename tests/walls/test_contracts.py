"""The import contracts of pyproject.toml hold, and forget nobody."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.walls.reading import MAY_KNOW_WHO, OURS, ROOT, record_side, sources, text

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
BY_ID = {contract["id"]: contract for contract in CONTRACTS}

WRONG = [  # who imports, what, and the contract that must say so
    ("storage.posts.posts", "feed.events", "clip"),
    ("api.staff.posts", "api.resident.desk", "programs"),
    ("api.staff.posts", "storage.identity.residents.residents", "who"),
    ("feed.rooms", "storage.identity.vault", "who"),
    ("storage.posts.posts", "storage.identity.vault", "record-side"),
    ("api.stores", "workers.queue", "record-side"),
    ("workers.chores", "workers.queue", "record-side"),
    ("api.media", "workers.airlock.withdraw", "airlock"),
    ("workers.redact.text", "storage.posts.posts", "redact"),
    ("workers.guidelines.rules", "storage.posts.posts", "guidelines"),
    ("workers.queue", "workers.airlock.jobs", "front-door"),
    ("storage.kit.clock", "storage.db", "kit"),
    ("workers.media.probe", "storage.db", "media"),
]


def test_every_contract_is_kept() -> None:
    """lint-imports finds no import that a contract forbids; when one breaks, its title is the explanation."""
    done = _lint(ROOT)

    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


def test_a_forbidden_import_breaks_its_contract(tmp_path: Path) -> None:
    """Each contract is seen to bite: in a copy of the tree with wrong imports, it breaks and names them."""
    for path in sources(*OURS):
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / path).read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for importer, imported, _ in WRONG:
        with (tmp_path / f"{importer.replace('.', '/')}.py").open("a") as file:
            file.write(f"\nimport {imported}\n")

    told = " ".join(_lint(tmp_path).stdout.split())

    assert f"Contracts: 0 kept, {len(CONTRACTS)} broken." in told
    assert {contract for _, _, contract in WRONG} == BY_ID.keys()
    for importer, imported, contract in WRONG:
        _, _, about = told.rpartition(f"{BY_ID[contract]['name']} ---")
        assert f"{importer} -> {imported}" in about


def test_nothing_is_fetched_by_a_name() -> None:
    """The contracts read imports: a module that is asked for by a string, or code in one, would go past all of them."""
    by_name = re.compile(r"import_module|__import__|spec_from|exec_module|runpy|\b(?:exec|eval|compile)\(")
    fetched = [
        f"{path}:{number}"
        for path in record_side()
        for number, line in enumerate(text(path).splitlines(), 1)
        if path.endswith(".py") and by_name.search(line.replace("re.compile(", ""))
    ]

    assert fetched == []
    assert by_name.search('importlib.import_module("storage.identity.vault")')


def test_every_contract_is_a_sentence() -> None:
    """Titles are plain English, each with an id that these tests name."""
    assert all(len(contract["name"].split()) > 5 for contract in CONTRACTS)
    assert len(BY_ID) == len(CONTRACTS)


def test_the_contracts_forget_no_module() -> None:
    """A new module of the record side is named in the contract that keeps it there."""
    named = tuple(name.replace(".", "/") for name in BY_ID["record-side"]["source_modules"])
    reached = ("api/staff", "api/public", "feed", "storage", "workers/chores", "workers/every", "workers/schedule")

    forgotten = [
        path
        for path in sources(*OURS)
        if path.startswith(reached) and not path.startswith((*named, *MAY_KNOW_WHO, "storage/migrations/"))
    ]

    assert [path for path in forgotten if not path.endswith("__init__.py")] == []


@pytest.mark.parametrize(
    ("contract", "package"),
    [("kit", "storage"), ("redact", "workers"), ("guidelines", "workers"), ("front-door", "workers")],
)
def test_a_contract_names_all_that_is_beside(contract: str, package: str) -> None:
    """Where everything beside a module is forbidden to it, everything beside it is named."""
    about = BY_ID[contract]
    parts = {"/".join(path.split("/")[:2]).removesuffix(".py").replace("/", ".") for path in sources(package)}
    beside = parts - {f"{package}.__init__", *about["source_modules"], "storage.migrations"}

    assert beside - set(about["forbidden_modules"]) == set()


def _lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
