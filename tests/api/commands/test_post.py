"""What `porchlight post` asks for, and what it does not even begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.commands import post

STANDING = {"state": "published", "stage": "done", "progress": 1.0, "post": None, "reason": None}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What reaches the resident program as a post; every upload goes well."""
    heard: list[dict[str, Any]] = []

    def ask(_http: object, method: str, _path: str, **rest: Any) -> dict[str, Any]:
        if method == "POST":
            heard.append(rest["json"])
        return {"receipt": "a receipt", **STANDING}

    monkeypatch.setattr(post, "send", lambda *_: "an upload")
    monkeypatch.setattr(post, "ask", ask)
    return heard


@pytest.mark.parametrize(
    ("typed", "blur"),
    [
        ("faces,plates", ["faces", "plates"]),
        (" plates, faces ,plates", ["faces", "plates"]),
        ("faces", ["faces"]),
        ("porch,overlay", ["overlay", "porch"]),
        ("", []),
    ],
)
def test_what_is_to_be_blurred_goes_with_the_post(
    said: list[dict[str, Any]], tmp_path: Path, typed: str, blur: list[str]
) -> None:
    """However it is spaced; unsaid, nothing is asked for."""
    assert main(_command(tmp_path, "--blur", typed)) == 0
    assert main(_command(tmp_path)) == 0

    assert [each["blur"] for each in said] == [blur, []]


def test_words_to_be_reworded_are_said_before_anything_is_sent(
    said: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With how to say it better, and an exit code of its own; --anyway sends them as they are."""
    words = ("--title", "Suspicious man on our street", "--category", "suspicious")

    assert main(_command(tmp_path, *words)) == post.REWORD == 3

    told = capsys.readouterr().err
    assert "What did they do?" in told and "--anyway" in told
    assert said == []
    assert main(_command(tmp_path, *words, "--anyway")) == 0
    assert [each["title"] for each in said] == ["Suspicious man on our street"]


@pytest.mark.parametrize("typed", ["eyes", "faces,eyes", "overlays", "Faces", "faces plates"])
def test_a_kind_that_is_not_known_is_said_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """In one line that says which there are; a large clip is not sent for nothing."""
    sent: list[object] = []
    monkeypatch.setattr(post, "send", lambda *args: sent.append(args))

    code = main(_command(tmp_path, "--blur", typed))

    told = "porchlight: --blur knows faces, plates, overlay, porch, with a comma between them.\n"
    assert (code, sent, capsys.readouterr().err) == (1, [], told)


def test_boxes_go_with_the_post(said: list[dict[str, Any]], tmp_path: Path) -> None:
    """As many as are said; unsaid, none."""
    assert main(_command(tmp_path, "--box", "0.1,0.2,0.3,0.4", "--box", "0,0,1,0.05")) == 0
    assert main(_command(tmp_path)) == 0

    first = [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}, {"x": 0.0, "y": 0.0, "w": 1.0, "h": 0.05}]
    assert [each["boxes"] for each in said] == [first, []]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1,2,3", "--box wants four numbers from 0 to 1: X,Y,W,H."),
        ("a,b,c,d", "--box wants four numbers from 0 to 1: X,Y,W,H."),
        ("0,0,nan,1", "--box wants four numbers from 0 to 1: X,Y,W,H."),
        ("0.5,0,0.6,1", "This box reaches out of the picture."),
        ("0.5,0,0,1", "This box is smaller than a hundredth of the picture."),
    ],
)
def test_a_box_that_cannot_be_is_said_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, told: str
) -> None:
    """In one line that says what there can be."""
    sent: list[object] = []
    monkeypatch.setattr(post, "send", lambda *args: sent.append(args))

    code = main(_command(tmp_path, "--box", typed))

    assert (code, sent, capsys.readouterr().err) == (1, [], f"porchlight: {told}\n")


@pytest.mark.parametrize(
    ("typed", "trim"),
    [
        (("--start", "1.5", "--end", "8"), {"start": 1.5, "end": 8.0}),
        (("--start", "2"), {"start": 2.0, "end": 121.0}),
        (("--end", "3"), {"start": 0.0, "end": 3.0}),
        ((), None),
    ],
)
def test_the_part_that_is_to_be_seen_goes_with_the_post(
    said: list[dict[str, Any]], tmp_path: Path, typed: tuple[str, ...], trim: dict[str, float] | None
) -> None:
    """From the start and to the end, where they are not said."""
    assert main(_command(tmp_path, *typed)) == 0

    assert [each["trim"] for each in said] == [trim]


@pytest.mark.parametrize(
    "typed", [("--start", "8", "--end", "1.5"), ("--start", "-1"), ("--end", "nan"), ("--end", "500"), ("--end", "0.2")]
)
def test_a_part_that_cannot_be_is_said_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...]
) -> None:
    """In one line that says what there can be."""
    sent: list[object] = []
    monkeypatch.setattr(post, "send", lambda *args: sent.append(args))

    code = main(_command(tmp_path, *typed))

    told = "porchlight: --start and --end want seconds, 0.5 apart or more and up to 121.\n"
    assert (code, sent, capsys.readouterr().err) == (1, [], told)


def _command(folder: Path, *options: str) -> list[str]:
    said = ["--block", "b", "--category", "other", "--title", "A van", "--data", str(folder)]
    return ["post", str(folder / "clip.mp4"), "--token", "t", *said, *options]
