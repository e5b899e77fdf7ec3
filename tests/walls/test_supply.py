"""What is built on is pinned, comes from nowhere in particular, and is new enough to be safe."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
import pytest
from packaging.version import Version

from storage.kit.programs import redis_server
from tests.walls.reading import ROOT, committed

# Below these, a hostile file, request or peer is known to get through; with the reason, as the advisories tell it.
# pip-audit audits nothing where there is no network, so this list does: a line more for each advisory that concerns us.
LEAST = {
    "certifi": ("2024.7.4", "roots of a withdrawn authority: CVE-2024-39689"),
    "cryptography": ("48.0.1", "OpenSSL in its wheels: GHSA-537c-gmf6-5ccf; small subgroups: CVE-2026-26007"),
    "fastapi": ("0.109.1", "a form header that never ends parsing: CVE-2024-24762"),
    "h11": ("0.16.0", "chunked bodies that smuggle a request: CVE-2025-43859"),
    "httptools": ("0.5.0", "smuggling through llhttp: CVE-2022-32213, -32214, -32215"),
    "httpx": ("0.23.0", "addresses read two ways: CVE-2021-41945"),
    "idna": ("3.15", "quadratic time for long names: CVE-2026-45409"),
    "mako": ("1.4.2", "templates outside their folder: CVE-2026-41205, -44307, -102991"),
    "pillow": ("13.0.0", "writes out of bounds and bombs: CVE-2026-42311, -40192, and those of 12.3"),
    "pydantic": ("2.4.0", "mail addresses that never end matching: CVE-2024-3772"),
    "python-multipart": ("0.0.31", "parts, headers and lengths without end: CVE-2026-42561, GHSA-v9pg-7xvm-68hf"),
    "pyyaml": ("5.4", "code in a document: CVE-2020-14343"),
    "redis": ("4.5.4", "an answer given to another asker: CVE-2023-28859"),
    "setuptools": ("78.1.1", "writes outside the folder: CVE-2025-47273"),
    "sqlalchemy": ("1.3.0", "injection by order_by: CVE-2019-7164"),
    "starlette": ("1.3.1", "Host, ranges and forms: CVE-2026-48710, CVE-2025-62727, CVE-2026-54283"),
    "urllib3": ("2.7.0", "bombs and credentials in redirects: CVE-2026-44432, -44431, CVE-2026-21441"),
    "uvicorn": ("0.11.7", "lines smuggled into headers and logs: CVE-2020-7694, -7695"),
    "websockets": ("10.0", "a compressed message without end, and CVE-2021-33880"),
}
# What the wheels carry inside.
LEAST_LIBPQ = 18_00_01  # CVE-2025-12818: a length that wraps around
LEAST_VALKEY = Version("8.1.4")  # CVE-2025-49844: a script that runs code
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
MACHINE_PATHS = re.compile(r"/(?:home|Users|root|work)/[A-Za-z0-9._-]+")
LOCK = (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("name", sorted(LEAST))
def test_what_reads_strangers_bytes_is_new_enough(name: str) -> None:
    """Both the locked and the installed version are at least the first safe one."""
    least, why = LEAST[name]

    locked = dict(PIN.findall(LOCK.lower()))[name]

    assert Version(locked) >= Version(least), why
    assert Version(version(name)) >= Version(least), why


def test_what_the_wheels_carry_is_new_enough() -> None:
    """PostgreSQL's library and the private Redis server are at least the first safe ones."""
    told = subprocess.run([redis_server(), "--version"], capture_output=True, text=True, check=True).stdout

    assert psycopg.pq.version() >= LEAST_LIBPQ
    if told.startswith("Valkey"):  # another server on PATH may be taken instead: its distribution keeps it safe
        assert Version(told.split("v=")[1].split()[0]) >= LEAST_VALKEY


def test_the_bill_of_materials_names_every_locked_package(tmp_path: Path) -> None:
    """`make sbom` tells each package of both locks with its version, without network or a name of this place."""
    subprocess.run([ROOT / "scripts/sbom", tmp_path, "--no-validate"], check=True, capture_output=True, timeout=170)

    python, pages = (json.loads((tmp_path / name).read_text()) for name in ("python.json", "pages.json"))
    locked = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    assert _components(python) == set(PIN.findall(LOCK))
    assert _components(pages) == {
        (name.split("node_modules/")[-1], about["version"]) for name, about in locked.items() if name
    }
    assert {python["bomFormat"], pages["bomFormat"]} == {"CycloneDX"}
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert [place for place in (str(ROOT), str(Path.home()), str(tmp_path)) if place in written] == []


def test_every_package_is_pinned_and_hashed() -> None:
    """Each line of the lock names one version, with the hashes it may have."""
    pins = PIN.findall(LOCK)

    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + LOCK)[1:]

    assert len(pins) == len(blocks) > 30
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", [path for path in committed() if path.endswith((".lock", "lock.json"))])
def test_a_lock_carries_no_download_addresses(lock: str) -> None:
    """Where packages come from is for the machine that installs to say."""
    found = re.findall(r"(?:https?|git|file|ssh)(?:\+\w+)?://\S+", (ROOT / lock).read_text())

    assert [address for address in found if not _is_about_money(lock, address)] == []


@pytest.mark.parametrize("lock", [path for path in committed() if path.endswith("package-lock.json")])
def test_every_package_of_the_pages_is_hashed(lock: str) -> None:
    """A package that is fetched is compared with its hash."""
    packages = json.loads((ROOT / lock).read_text())["packages"]

    fetched = {name: about for name, about in packages.items() if name and not about.get("link")}

    assert len(fetched) > 10
    assert [name for name, about in fetched.items() if not about.get("integrity")] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """No committed file holds an absolute path of somebody's machine."""
    found = []
    for path in committed():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content and path != "tests/walls/test_supply.py":
            found += [f"{path}: {match}" for match in MACHINE_PATHS.findall(content.decode(errors="replace"))]

    assert found == []


def _components(bill: dict[str, Any]) -> set[tuple[str, str]]:
    return {("/".join(filter(None, (one.get("group"), one["name"]))), one["version"]) for one in bill["components"]}


def _is_about_money(lock: str, address: str) -> bool:
    """npm's lock names pages where a package's authors take donations; nothing is downloaded from there."""
    funding = re.findall(r'"funding": (?:\{[^}]*\}|"[^"]*"|\[[^]]*\])', (ROOT / lock).read_text())
    return any(address.rstrip('",') in entry for entry in funding)
