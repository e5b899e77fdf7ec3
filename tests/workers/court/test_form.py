"""The form of a package for court, written as a stream."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from workers.court.form import MANIFEST, SIGNATURE, File, Package, is_signed

SEED = bytes(range(32))


class OneWay(io.BytesIO):
    """Takes bytes and can neither go back nor tell where it is, as a bucket's upload."""

    def seek(self, *_: int) -> int:
        """Never."""
        raise io.UnsupportedOperation

    tell = seek  # type: ignore[assignment]


def packed() -> tuple[bytes, str]:
    """A package of one file, and what sealing it told: its bytes' SHA-256."""
    out = OneWay()
    with Package(out) as package:
        package.add("clip.mp4", [b"half a", b" clip"])
        sealed = package.seal(SEED, {"case": "1"})
    content = out.getvalue()
    assert (sealed.bytes, sealed.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content, sealed.key


def test_the_manifest_names_each_file_and_is_signed() -> None:
    """By the key it names, over this manifest and no other."""
    content, key = packed()

    with zipfile.ZipFile(io.BytesIO(content)) as read:
        manifest, signature = read.read(MANIFEST), json.loads(read.read(SIGNATURE))
        entries = {(entry.compress_type, entry.date_time[0]) for entry in read.infolist()}
    assert entries == {(zipfile.ZIP_STORED, 1980)}  # a ZIP cannot name an earlier year: none is told
    digest = hashlib.sha256(b"half a clip").hexdigest()
    assert json.loads(manifest)["files"] == [{"name": "clip.mp4", "bytes": 11, "sha256": digest}]
    assert signature["key"] == key
    assert is_signed(manifest, key, signature["signature"])
    assert not is_signed(manifest + b" ", key, signature["signature"])
    assert not is_signed(manifest, hashlib.sha256(b"").hexdigest(), signature["signature"])
    assert not is_signed(manifest, "no hex", "none either")


def test_the_same_case_makes_the_same_bytes() -> None:
    """No moment of the making stands in it."""
    assert packed() == packed()


def test_what_is_left_unsealed_writes_no_more() -> None:
    """Neither a ZIP's end nor a manifest: nobody takes half a package for a whole one."""
    out = OneWay()
    with pytest.raises(RuntimeError), Package(out) as package:
        assert package.add("a", [b"x"]) == File("a", 1, hashlib.sha256(b"x").hexdigest())
        before = out.getvalue()
        raise RuntimeError

    assert out.getvalue() == before
    assert not zipfile.is_zipfile(io.BytesIO(before))
