"""How often a clip that comes again is known, and how often another one is taken for it, on real footage.

    python -m bench.returning [--clips ../shared/clips]

Each clip there is cut into stretches of 14 seconds, as if a fixed camera had made them. One is "removed"; then it comes
again, saved otherwise, and so do all others. Beside it stands the baseline: a picture alone that is near a removed one.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workers.media import programs
from workers.media.keyframes import views_of
from workers.media.programs import Programs
from workers.redact.returning import can_return, returns
from workers.redact.views import NEAR, Views, apart, is_any_near

LENGTH = 14
AS_SHOWN = ("-r", "30", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-bf", "0", "-an")
FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
SAVED = {  # what somebody does to a clip before sending it again
    "as it was": "null",
    "at 360 lines, few bytes": "scale=640:360",
    "brighter": "eq=brightness=0.08:contrast=1.1",
    "cropped by 2 %": "crop=iw*0.98:ih*0.98",
    "cropped by 4 %": "crop=iw*0.96:ih*0.96",
    "half a second later": "trim=start=0.5,setpts=PTS-STARTPTS",
    "mirrored": "hflip",
}


@dataclass(frozen=True)
class Stretch:
    """Of which file, and what it looks like in each way of saving it."""

    camera: str
    seen: dict[str, Views]


def main() -> None:
    """Print what was known again, and what was taken for something else."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--clips", type=Path, default=Path("../shared/clips"))
    asked, tools = words.parse_args(), programs.find()
    with tempfile.TemporaryDirectory(prefix="porchlight-returning-") as folder:
        found = [one for file in sorted(asked.clips.glob("*.mp4")) for one in _stretches(tools, file, Path(folder))]
    removed = [one for one in found if can_return(_plain(one))]
    print(f"{len(found)} clips of {len({one.camera for one in found})} cameras; something stands out in {len(removed)}")
    print("| it comes again | known of those |\n|---|---|")
    for how in SAVED:
        print(f"| {how} | {sum(returns(_plain(one), one.seen[how]) for one in removed)} of {len(removed)} |")
    pairs = [(one, other) for one in found for other in found if one is not other]
    same = [(one, other) for one, other in pairs if one.camera == other.camera]
    others = [(one, other) for one, other in pairs if one.camera != other.camera]
    print("| another clip | taken for it | baseline: any picture is near |\n|---|---|---|")
    for name, those in (("of the same camera", same), ("of another camera", others)):
        wrong = sum(returns(_plain(one), _plain(other)) for one, other in those)
        near = sum(is_any_near(_plain(one), _plain(other)) for one, other in those)
        print(f"| {name} | {wrong} of {len(those)} | {near} of {len(those)} |")
    bits = min(int(apart(view, _plain(other)).min()) for one, other in others for view in _plain(one))
    print(f"pictures of two cameras are {bits} bits of 64 apart and more; {NEAR} are near")


def _plain(one: Stretch) -> Views:
    return one.seen["as it was"]


def _stretches(tools: Programs, file: Path, folder: Path) -> list[Stretch]:
    told = subprocess.run(
        [tools.ffprobe, "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file],
        capture_output=True,
        text=True,
        check=True,
    )
    starts = range(0, int(float(told.stdout)) - LENGTH + 1, LENGTH)
    return [Stretch(file.name, {how: _seen(tools, file, start, how, folder) for how in SAVED}) for start in starts]


def _seen(tools: Programs, file: Path, start: int, how: str, folder: Path) -> Views:
    """Saved in that way, sent, and made anew as every clip is."""
    sent, shown = folder / "sent.mp4", folder / "shown.mp4"
    few = ["-crf", "35"] if "few" in how else ["-crf", "28"]
    quiet = [tools.ffmpeg, "-v", "error", "-y"]
    cut = ["-ss", str(start), "-t", str(LENGTH), "-i", file]
    subprocess.run(
        [*quiet, *cut, "-vf", SAVED[how], "-c:v", "libx264", "-preset", "veryfast", *few, "-an", sent], check=True
    )
    scaled = ["-i", sent, "-vf", "scale=854:480,setsar=1", "-c:v", "libx264", "-preset", "superfast", "-crf", "23"]
    subprocess.run([*quiet, *scaled, *AS_SHOWN, *FRAGMENTS, shown], check=True)
    return views_of(tools, shown)


if __name__ == "__main__":
    main()
