"""How a stranger's file is opened: nothing is guessed, nothing beside it is followed, few decoders are there."""

from __future__ import annotations

from collections.abc import Iterable

from workers.media.sniff import Container

MOST_PIXELS = 4096 * 2304  # what phones and doorbells call 4K
VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "h263", "mjpeg", "prores")
SOUND_CODECS = (
    "aac", "mp3", "mp2", "opus", "vorbis", "ac3", "eac3", "amrnb", "amrwb", "alac", "flac",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_u8", "pcm_f32le", "pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav",
    "pcm_s24be", "pcm_s32le", "pcm_bluray",
)  # fmt: skip
# Decoders that carry the same codec under another name. "av1" itself only reads headers, for ffprobe: dav1d decodes.
DECODERS = (*VIDEO_CODECS, *SOUND_CODECS, "libdav1d", "mp3float", "libopus", "libvpx")
# What may lie beside the picture and is left behind: ffprobe gives up on a file when it may not look at one of them.
PASSENGERS = (
    "mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text", "cc_dec", "dvbsub", "dvdsub", "pgssub", "png",
)  # fmt: skip
FORMATS = {
    Container.MP4: "mov,mp4,m4a,3gp,3g2,mj2",
    Container.MATROSKA: "matroska,webm",
    Container.AVI: "avi",
    Container.TRANSPORT: "mpegts",
}


def opened(container: Container, decoders: Iterable[str] = DECODERS, pixels: int = MOST_PIXELS) -> list[str]:
    """The options that must stand before the input of every run on a stranger's file."""
    return [
        *("-protocol_whitelist", "file", "-f", container.value, "-format_whitelist", FORMATS[container]),
        *("-codec_whitelist", ",".join(decoders), "-max_streams", "32", "-max_pixels", str(pixels)),
    ]
