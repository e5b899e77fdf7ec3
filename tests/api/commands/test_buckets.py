"""What is said about `porchlight buckets`."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli import main
from storage.objects import open_bucket
from tests.servers.s3 import S3Server


def test_both_buckets_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On servers that have none yet; said again it changes nothing, and what is in them stays."""
    servers = {name: S3Server(tmp_path / name).start() for name in ("media", "originals")}
    try:
        for name, server in servers.items():
            monkeypatch.setenv(f"PORCHLIGHT_{name.upper()}", server.url(name))
        (tmp_path / "file").write_bytes(b"kept")

        first = main(["buckets", "--data", str(tmp_path / "var")])
        bucket = open_bucket(servers["media"].url("media"))
        bucket.put("a" * 26, tmp_path / "file")
        again = main(["buckets", "--data", str(tmp_path / "var")])

        assert (first, again, bucket.size("a" * 26)) == (0, 0, 4)
        assert "originals: the bucket is there, and private." in capsys.readouterr().out
    finally:
        for server in servers.values():
            server.stop()


def test_one_place_for_both_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No wall would stand between them."""
    for name in ("MEDIA", "ORIGINALS"):
        monkeypatch.setenv(f"PORCHLIGHT_{name}", str(tmp_path / "same"))

    assert main(["buckets", "--data", str(tmp_path / "var")]) == 1

    assert capsys.readouterr().err.count("\n") == 1
