"""What is said about `porchlight quarantine`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import main
from storage.db import AIRLOCK
from storage.identity.clips import clips, findings
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ClipId, Vault, open_vault
from storage.kit import settings
from tests.storage.identity.making import MAIL, a_resident, an_accepted_clip, the_clip


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """The vault of the data folder that the commands are told."""
    opened = open_vault(settings.identity({"PORCHLIGHT_DATA": str(tmp_path)}))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def clip(vault: Vault) -> ClipId:
    """A clip that came into quarantine."""
    clip_id, _ = an_accepted_clip(vault, a_resident(vault), title="A blue van")
    with vault.write(by=AIRLOCK) as tx:
        clips.quarantine(tx, the_clip(vault, clip_id), "attempts")
    return clip_id


def test_list_tells_what_waits_and_nothing_of_whom(
    clip: ClipId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line has id, time, attempts and reason; neither words nor mail address."""
    assert main(["quarantine", "list", "--data", str(tmp_path)]) == 0

    out = capsys.readouterr().out
    assert (out.count("\n"), out.split()[0], out.split()[-1]) == (1, clip, "attempts")
    assert "van" not in out
    assert MAIL not in out


def test_list_tells_what_was_found_and_where(
    clip: ClipId, vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the proof's own words, of which the first ten are kept."""
    with vault.write(by=AIRLOCK) as tx:
        findings.note(tx, clip, [f"moov/trak/mdia/hdlr: number {number}" for number in range(30)])

    assert main(["quarantine", "list", "--data", str(tmp_path)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [f"    moov/trak/mdia/hdlr: number {number}" for number in range(10)]


def test_retry_starts_it_anew_even_while_redis_is_away(
    clip: ClipId, vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clip is received again; a lost doorbell does not undo that."""
    assert main(["quarantine", "retry", clip, "--data", str(tmp_path)]) == 0
    assert the_clip(vault, clip).state is ClipState.RECEIVED


def test_drop_gives_it_up(clip: ClipId, vault: Vault, tmp_path: Path) -> None:
    """The clip is rejected, with a reason its author can be told."""
    assert main(["quarantine", "drop", clip, "--data", str(tmp_path)]) == 0

    found = the_clip(vault, clip)
    assert (found.state, found.reason) == (ClipState.REJECTED, "given_up")


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_what_is_not_in_quarantine_is_not_judged(
    verb: str, vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clip on its way, or an unknown id, is refused and stays as it is."""
    on_its_way, _ = an_accepted_clip(vault, a_resident(vault))

    assert main(["quarantine", verb, on_its_way, "--data", str(tmp_path)]) == 1
    assert the_clip(vault, on_its_way).state is ClipState.RECEIVED
    assert "not in quarantine" in capsys.readouterr().err
