"""What is said about the command line as a whole: its public face, one by one."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import pytest

from api.cli import COMMANDS, main, parser
from storage.kit.errors import Refused

# The examples of the protocol: what a script may rely on.
EXAMPLES = [
    "up --data DIR --ports 8000 --workers 2 --demo",
    "up",
    "token resident someone@example.org --create --data DIR",
    "token staff NAME --create --role analyst --role moderator --division Central --division 'Shoal Creek'",
    "post FILE --token T --block ID --category crime --title T --text X --blur faces,plates --sound",
    "post FILE --token T --at 39.1,-94.5 --category lost_found --title T --happened-at 2026-11-22T15:30:00Z",
    "post FILE --token T --at=-39.1,-94.5 --category other --title T",
    "watch --token T --division Central --division East --after EPOCH:17",
    "atlas build --divisions D.geojson --homes H.csv --homes-where EXPR --streets S.geojson"
    " --neighborhoods N.geojson --k 12 --out atlas.geojson --data DIR",
    "atlas load atlas.geojson --data DIR",
    "verify-audit --data DIR",
    "verify-audit --head heads.json --key 00 --data DIR",
    "known-bad load FILE --name N --reason child",
    "known-bad list",
    "known-bad drop N",
    "quarantine list",
    "quarantine retry ID --data DIR",
    "quarantine drop ID",
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command sets for its children does not outlive the test."""
    for name in ("PORCHLIGHT_DATA", "PORCHLIGHT_PORTS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_protocols_examples_are_understood(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the public face, with every option, reaches its code with the data folder chosen."""
    seen: list[argparse.Namespace] = []
    words = shlex.split(example)
    module, _ = COMMANDS[words[0]]

    def run(args: argparse.Namespace) -> int:
        seen.append(args)
        return 0

    monkeypatch.setattr(module, "run", run)

    assert main(words) == 0
    assert seen[0].data == (Path("DIR") if "--data" in words else Path("var").absolute())


def test_help_names_every_command() -> None:
    """`porchlight --help` lists all commands, each with a line."""
    told = parser().format_help()

    assert all(name in told and help_line in told for name, (_, help_line) in COMMANDS.items())


def test_an_error_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes wrong is told in one line on standard error, with exit code 1."""
    code = main(["token", "resident", "someone@example.org", "--data", str(tmp_path)])

    out, err = capsys.readouterr()
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith("porchlight: ")


def test_an_error_names_the_fields(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In the same line, and not a second time what is said already."""

    def refuses(_args: argparse.Namespace) -> int:
        raise Refused("This is too much.", fields={"title": "At most 120.", "text": "This is too much."})

    monkeypatch.setattr(COMMANDS["verify-audit"][0], "run", refuses)

    assert main(["verify-audit"]) == 1
    assert capsys.readouterr().err == "porchlight: This is too much. title: At most 120.\n"


def test_an_error_repeats_nothing_a_person_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The mail address does not come back in the message."""
    main(["token", "resident", "someone@example.org", "--data", str(tmp_path)])

    assert "someone" not in capsys.readouterr().err


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupted command ends with 130 and no traceback."""

    def interrupted(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS["verify-audit"][0], "run", interrupted)

    assert main(["verify-audit"]) == 130
    assert capsys.readouterr().err == ""
