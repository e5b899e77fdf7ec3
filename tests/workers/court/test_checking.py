"""Whether a package stands is found out from its bytes alone, and each fault has words of its own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from workers.court import checking
from workers.court.form import FORMAT, MANIFEST, SIGNATURE, Package, Sealed, is_signed

SEED, SALT = bytes(range(32)), "5a" * 16
ORIGINAL = b"as the camera saved it"
CONTENT = {"README.txt": b"Read me.", "posts/p/clip.mp4": b"a clip" * 50_000, "custody.json": b"[]"}

Spoil = Callable[[dict[str, bytes]], object]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package that stands."""
    made = tmp_path / "case.zip"
    _write(made)
    return made


def _write(place: Path) -> Sealed:
    salted = hashlib.sha256(bytes.fromhex(SALT) + ORIGINAL).hexdigest()
    with place.open("wb") as out, Package(out) as package:
        for name, content in CONTENT.items():
            package.add(name, (content[at : at + 1000] for at in range(0, len(content), 1000)))
        return package.seal(SEED, {"case": "CR-1", "made_at": "2026-11-30T12:00:00Z", "originals": {"p": salted}})


def test_a_package_stands_and_names_its_key(package: Path) -> None:
    """Under the key that signed it, said or not; any ZIP program reads it, and its bytes are told as they are."""
    sealed = _write(package)

    report = checking.check(package, key=sealed.key.upper())

    assert (report.faults, report.case, report.files, report.key) == ((), "CR-1", 3, sealed.key)
    assert checking.check(package).faults == ()
    raw = package.read_bytes()
    assert (sealed.bytes, sealed.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    with zipfile.ZipFile(package) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in CONTENT} == CONTENT
        signature = json.loads(opened.read(SIGNATURE))
        assert is_signed(opened.read(MANIFEST), **signature)
        assert not is_signed(opened.read(MANIFEST) + b" ", **signature)


def _manifest(files: dict[str, bytes], **changed: object) -> None:
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | changed).encode()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda files: files.pop("posts/p/clip.mp4"), "posts/p/clip.mp4 is missing."),
        (lambda files: files.update({"README.txt": b"Read it."}), "README.txt was changed"),
        (lambda files: files.update({"README.txt": b"Read me, more."}), "README.txt was changed"),
        (lambda files: files.update({"posts/q/clip.mp4": b""}), "posts/q/clip.mp4 was added"),
        (lambda files: files.pop(MANIFEST), "manifest.json is missing"),
        (lambda files: files.update({f"case/{MANIFEST}": files.pop(MANIFEST)}), "packed anew, in a folder"),
        (lambda files: files.update({MANIFEST: b"{}"}), "manifest.json cannot be read"),
        (lambda files: _manifest(files, format="another"), f"of another form than {FORMAT}"),
        (lambda files: _manifest(files, case="CR-2"), "The signature is wrong"),
        (lambda files: files.pop(SIGNATURE), "The package is unsigned"),
        (lambda files: files.update({SIGNATURE: b"[]"}), "manifest.sig cannot be read"),
        (lambda files: files.update({SIGNATURE: b'{"key": "00", "signature": "zz"}'}), "The signature is wrong"),
    ],
)
def test_each_fault_is_told(package: Path, spoil: Spoil, fault: str) -> None:
    """Missing, changed, added, of another form, not what was signed, or unsigned: one fault, in words."""
    with zipfile.ZipFile(package) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    spoil(files)
    with zipfile.ZipFile(package, "w") as anew:
        for name, content in files.items():
            anew.writestr(name, content)

    (told,) = checking.check(package).faults

    assert told.startswith(fault) or fault in told


def test_what_was_signed_by_somebody_else_is_told(package: Path) -> None:
    """It stands by itself, and not under the key the agency told."""
    (told,) = checking.check(package, key="00" * 32).faults

    assert "another key" in told
    assert checking.check(package).key in told


def test_two_of_a_name_packed_bytes_and_a_torn_file_are_faults(package: Path, tmp_path: Path) -> None:
    """A reader that takes the first of two files would see another than one that takes the last."""
    with zipfile.ZipFile(package, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("README.txt", b"Read me.")
    packed = tmp_path / "packed.zip"
    _write(packed)
    with zipfile.ZipFile(packed) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as anew:
        for name, content in files.items():
            anew.writestr(name, content, zipfile.ZIP_STORED if name in (MANIFEST, SIGNATURE) else None)
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as anew:
        for name, content in files.items():
            anew.writestr(name, content)
    torn = tmp_path / "torn.zip"
    torn.write_bytes(packed.read_bytes()[:-100])

    assert checking.check(package).faults == ("README.txt is in the package more than once.",)
    assert {fault.split(" ", 1)[1] for fault in checking.check(packed).faults} == {
        "was packed anew: in a package nothing is compressed."
    }
    assert checking.check(whole).faults[0].startswith(f"{MANIFEST} was packed anew or is damaged")
    assert checking.check(torn).faults[0].startswith("This is no package, or it is cut off")


def test_a_byte_that_fell_over_is_found_wherever_it_is(package: Path) -> None:
    """Never is a changed file taken for the signed one, and nothing raises; some bytes of a ZIP's frame say nothing."""
    raw = bytearray(package.read_bytes())
    found = 0
    for place in range(50, len(raw), len(raw) // 40):
        changed = bytearray(raw)
        changed[place] ^= 0x40
        package.write_bytes(changed)

        report = checking.check(package)

        with zipfile.ZipFile(package) if not report.faults else nullcontext() as opened:
            assert opened is None or {name: opened.read(name) for name in CONTENT} == CONTENT, place
            found += opened is None

    assert found > 35


def test_an_original_is_proved_by_its_receipts_salt(package: Path, tmp_path: Path) -> None:
    """By that file and that salt, and by no other."""
    original, other = tmp_path / "clip.mov", tmp_path / "other.mov"
    original.write_bytes(ORIGINAL)
    other.write_bytes(ORIGINAL + b".")
    report = checking.check(package)

    assert checking.proves(report, original, SALT) == "p"
    assert checking.proves(report, other, SALT) is None
    assert checking.proves(report, original, "00" * 16) is None
    with pytest.raises(ValueError, match="hex"):
        checking.proves(report, original, "no salt")
