"""What an encoder takes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workers.media import rework
from workers.media.first_rung import arguments
from workers.media.hiding import Hiding
from workers.media.ladder import arguments as ladder_arguments
from workers.media.programs import Programs
from workers.media.rungs import rungs
from workers.redact.redactions import Redaction

BLUR = Hiding.of(Redaction.FACES, Redaction.PLATES)


def after(words: list[str], name: str) -> str:
    """The word after the first `name`."""
    return words[words.index(name) + 1]


def test_without_redaction_there_is_one_input(tools: Programs, clip: Path) -> None:
    """The clip, and every option of its decoder before it."""
    probed = rework.inspect(tools, clip)
    words = arguments(tools, clip, probed, rungs(probed)[0], sound=True, blur=Hiding())

    assert words.count("-i") == 1
    for option in ("-noautorotate", "-protocol_whitelist", "-format_whitelist", "-codec_whitelist", "-max_pixels"):
        assert option in words[: words.index("-i")]


def test_with_redaction_pictures_come_raw_and_only_sound_from_the_clip(tools: Programs, clip: Path) -> None:
    """Whose demuxer and codecs are bounded as ever, and whose pictures are not as much as asked for."""
    probed = rework.inspect(tools, clip)
    words = arguments(tools, clip, probed, rungs(probed)[0], sound=True, blur=BLUR)
    raw, heard = words[: words.index("pipe:0")], words[words.index("pipe:0") :]

    assert (after(raw, "-video_size"), after(raw, "-framerate")) == ("640x360", "30")
    assert after(heard, "-i") == f"file:{clip}"
    for option in ("-protocol_whitelist", "-format_whitelist", "-codec_whitelist", "-max_streams", "-max_pixels"):
        assert option in heard[: heard.index("-i")]
    assert "-vn" in heard[: heard.index("-i")]
    assert [heard[at + 1] for at, word in enumerate(heard) if word == "-map"][1] == f"1:{probed.audio_index}"


def test_a_ladder_is_redacted_at_its_largest(tools: Programs, clip: Path) -> None:
    """The smaller rungs are made from the same pictures, in whatever order they are asked for."""
    probed = replace(rework.inspect(tools, clip), width=1920, height=1080)
    larger = rungs(probed)[1:]
    for order in (larger, larger[::-1]):
        words = ladder_arguments(tools, clip, probed, order, [Path("/a"), Path("/b")], sound=False, blur=BLUR)

        assert after(words, "-video_size") == "1920x1080"
        assert words.count("-i") == 1
