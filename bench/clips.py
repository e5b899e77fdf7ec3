"""What phones, doorbells and browsers send, made for the benchmarks."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from workers.media.programs import Programs

PLAZA = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
SWAY = (
    "setpts=N/30/TB,crop=704:396:32+24*sin(t*1.7)+6*sin(t*9):90+40*sin(t*1.1)+5*cos(t*8),"
    "scale=1920:1080:flags=lanczos,noise=alls=10:allf=t,format=yuv420p"
)
RATE = ("-preset", "veryfast", "-g", "30", "-b:v", "14M", "-maxrate", "18M", "-bufsize", "28M")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", "keyint=30:log-level=none")
HLG = "setparams=color_trc=arib-std-b67:color_primaries=bt2020:colorspace=bt2020nc,format=yuv420p10le"
FOUR_K = "scale=3840:2160:flags=bilinear,noise=alls=6:allf=t,format=yuv420p"


@dataclass(frozen=True)
class Kind:
    """How a clip is made from the one of 30 s of 1080p30: how many seconds of it, and ffmpeg's words."""

    file: str
    seconds: int
    words: tuple[str, ...]


KINDS = {
    "H.264 1080p": Kind("p1080.mp4", 30, ()),
    "HEVC 1080p": Kind("hevc1080.mp4", 10, (*X265, "-b:v", "8M")),
    "H.264 4K": Kind("uhd264.mp4", 6, ("-vf", FOUR_K, "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "40M")),
    "HEVC 4K": Kind("uhdhevc.mp4", 6, ("-vf", FOUR_K, *X265, "-b:v", "25M")),
    "doorbell 15 fps": Kind("door1080.mp4", 30, ("-r", "15", "-c:v", "libx264", "-preset", "veryfast", "-b:v", "2.5M")),
    "VP9 1080p": Kind(
        "vp9.webm", 10, ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "6M")
    ),
    "AV1 1080p": Kind("av1.mp4", 10, ("-c:v", "libsvtav1", "-preset", "11", "-b:v", "6M")),
    "HEVC HDR 1080p": Kind("hlg.mov", 10, ("-vf", HLG, *X265, "-b:v", "10M")),
}


def made(tools: Programs, name: str, folder: Path) -> Path:
    """The clip of that name in `folder`, as it lies there or else made now."""
    kind = KINDS[name]
    out = folder / kind.file
    if not out.exists() and kind.words:
        whole = made(tools, "H.264 1080p", folder)
        argv: list[str | Path] = [tools.ffmpeg, "-v", "error", "-nostdin", "-t", str(kind.seconds), "-i", whole]
        subprocess.run([*argv, "-an", *kind.words, out], check=True, stderr=subprocess.DEVNULL)
    return out if out.exists() else make_clip(tools, folder, out.name)


def make_clip(tools: Programs, folder: Path, name: str = "clip.mp4") -> Path:
    """30 s of 1080p30 at 14 Mb/s."""
    real = PLAZA.exists()
    print(f"clip: 30 s of 1080p30 from {'a plaza' if real else 'a test picture: opencv-doc is not installed'}")
    source = (
        ("-r", "10", "-stream_loop", "1", "-i", PLAZA) if real else ("-f", "lavfi", "-i", "testsrc2=s=704x576:r=30")
    )
    argv = [tools.ffmpeg, "-v", "error", "-nostdin", *source, "-vf", SWAY, "-r", "30", "-t", "30"]
    subprocess.run([*argv, "-c:v", "libx264", "-bf", "0", *RATE, folder / name], check=True)
    return folder / name
