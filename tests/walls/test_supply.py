"""What is built on is pinned, comes from nowhere in particular, and is new enough to be safe."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import pytest
from packaging.version import Version

from tests.walls.reading import ROOT, committed

# Below these, a hostile file or request is known to get through. pip-audit audits nothing here, so this list does.
LEAST = {"pillow": "13.0.0", "python-multipart": "0.0.27"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
MACHINE_PATHS = re.compile(r"/(?:home|Users|root|work)/[A-Za-z0-9._-]+")
LOCK = (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("name", sorted(LEAST))
def test_what_reads_strangers_bytes_is_new_enough(name: str) -> None:
    """Both the locked and the installed version are at least the first safe one."""
    locked = dict(PIN.findall(LOCK.lower()))[name]

    assert Version(locked) >= Version(LEAST[name])
    assert Version(version(name)) >= Version(LEAST[name])


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


def _is_about_money(lock: str, address: str) -> bool:
    """npm's lock names pages where a package's authors take donations; nothing is downloaded from there."""
    funding = re.findall(r'"funding": (?:\{[^}]*\}|"[^"]*"|\[[^]]*\])', (ROOT / lock).read_text())
    return any(address.rstrip('",') in entry for entry in funding)
