"""Files that point elsewhere: at another resident's file, at an inner address, at themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    NO,
    SECRET,
    Hostile,
    box,
    changed,
    copied,
    element,
    ffmpeg,
    in_segment,
    patched,
    whole,
)

HLS = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n%s#EXTINF:2.0,\n%s\n#EXT-X-ENDLIST\n"
DREF = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
IN_ITSELF, ELSEWHERE = b"\0\0\0\1", bytes(4)


def _texts(folder: Path) -> dict[str, bytes]:
    """Documents of which any demuxer, left to guess, would follow what they name."""
    at = (folder / "address").read_bytes()
    secret, clip = str(folder / "secret.txt").encode(), str(folder / "base.mp4").encode()
    there = b"http://" + at + b"/latest/meta-data"
    return {
        "playlist of a local file": HLS % (b"", b"file://" + secret),
        "playlist of a local clip": HLS % (b"", clip),
        "playlist of an inner address": HLS % (b"", there),
        "playlist with a key elsewhere": HLS % (b'#EXT-X-KEY:METHOD=AES-128,URI="' + there + b'"\n', clip),
        "playlist with a map elsewhere": HLS % (b'#EXT-X-MAP:URI="file://' + secret + b'"\n', clip),
        "playlist behind a byte order mark": b"\xef\xbb\xbf" + HLS % (b"", clip),
        "playlist of playlists": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n" + there + b"\n",
        "playlist of nested protocols": HLS % (b"", b"concat:" + secret + b"|crypto+file://" + clip),
        "playlist by udp": HLS % (b"", b"udp://" + at),
        "concat script": b"ffconcat version 1.0\nfile " + clip + b"\n",
        "concat script without its name": b"file '" + clip + b"'\nfile '" + secret + b"'\n",
        "dash manifest of a file": b'<?xml version="1.0"?><MPD><BaseURL>file://' + secret + b"</BaseURL></MPD>",
        "dash manifest of an address": b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>' + there + b"</BaseURL>",
        "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n",
        "asx": b'<asx version="3.0"><entry><ref href="' + there + b'"/></entry></asx>',
        "asf reference": b"[Reference]\r\nRef1=" + there + b"\r\n",
        "pls": b"[playlist]\nFile1=" + there + b"\nLength1=-1\n",
        "xspf": b'<?xml version="1.0"?><playlist><trackList><track><location>' + there + b"</location></track>",
        "smil": b'<smil><body><video src="file://' + secret + b'"/></body></smil>',
        "quicktime link": b'<?xml version="1.0"?><?quicktime type="application/x-quicktime-media-link"?>'
        b'<embed src="' + there + b'"/>',
        "rtsp text": b"RTSPtextRTSP://" + at + b"/x\r\n",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file://' + secret + b'"/></svg>',
        "html": b'<!doctype html><video src="' + there + b'"></video><script>alert(1)</script>',
        "shortcut": b"[InternetShortcut]\r\nURL=file://" + secret + b"\r\n",
        "desktop entry": b"[Desktop Entry]\nType=Application\nExec=cat " + secret + b"\n",
        "ffmetadata": b";FFMETADATA1\ntitle=" + SECRET + b"\n",
        "subtitles alone": b"1\n00:00:00,000 --> 00:00:02,000\n" + clip + b"\n",
        "avisynth script": b'FFmpegSource2("' + clip + b'")\n',
        "imagemagick script": b"push graphic-context\nimage over 0,0 0,0 'file://" + secret + b"'\n",
    }


def _text(name: str) -> Hostile:
    return Hostile(name, lambda folder: _texts(folder)[name], NO)


def _reference(kind: bytes, flags: bytes, where: bytes) -> bytes:
    return bytes(7) + b"\1" + box(kind, flags + where)


def _with_reference(kind: bytes, flags: bytes) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        path = str(folder / "secret.txt").encode() + b"\0"
        return changed(whole(folder), DREF, lambda _: _reference(kind, flags, path))

    return make


def _crowd_of_references(folder: Path) -> bytes:
    """A thousand references to the file itself, and then one that is not."""
    own, other = box(b"url ", IN_ITSELF), box(b"url ", ELSEWHERE + b"file:///etc/passwd\0")
    return changed(whole(folder), DREF, lambda _: bytes(4) + (1001).to_bytes(4) + own * 1000 + other)


def _reference_movie(folder: Path) -> bytes:
    there = b"http://" + (folder / "address").read_bytes() + b"/x.mov\0"
    rdrf = box(b"rdrf", bytes(4) + b"url " + len(there).to_bytes(4) + there)
    return changed(whole(folder), (b"moov",), lambda moov: moov + box(b"rmra", box(b"rmda", rdrf)))


def _only_reference_movie(folder: Path) -> bytes:
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + _reference_movie(folder)[-200:]


def _wired(folder: Path) -> bytes:
    """Words that a QuickTime player would open as addresses."""
    there = b"<http://" + (folder / "address").read_bytes() + b"/> T<_self>"
    link = box(b"udta", box(b"WLOC", bytes(4)) + box(b"wtxt", b"A" + there) + box(b"url ", there))
    return changed(whole(folder), (b"moov",), lambda moov: moov + link)


def _words_in_avi(folder: Path) -> bytes:
    """A playlist where an AVI keeps subtitles: demuxers used to open whatever lies there by its content."""
    inside = HLS % (b"", str(folder / "secret.txt").encode())
    gab2 = b"GAB2\0\2\0\0\0\0\0\4\0" + len(inside).to_bytes(4, "little") + inside
    data = ffmpeg(folder, "-i", "base.mp4", "-c:v", "mjpeg", "-an", "plain-video.avi")
    head = data.index(b"strl") - 8
    strh = b"strh" + (56).to_bytes(4, "little") + b"txts" + bytes(52)
    strl = b"strl" + strh + b"strf" + bytes(4)
    track = b"LIST" + len(strl).to_bytes(4, "little") + strl
    movi = data.index(b"movi") + 4
    words = b"01tx" + len(gab2).to_bytes(4, "little") + gab2 + bytes(len(gab2) % 2)
    end = head + 8 + int.from_bytes(data[head + 4 : head + 8], "little")
    return data[:end] + track + data[end:movi] + words + data[movi:]


def _linked(folder: Path) -> bytes:
    """A Matroska file that goes on in others, names its neighbours and its chapters' segments."""
    named = b"".join(
        element(kind, text)
        for kind, text in (
            (0x73A4, b"U" * 16), (0x3CB923, b"V" * 16), (0x3EB923, b"W" * 16),
            (0x3C83AB, b"../../secret.txt"), (0x3E83BB, b"/etc/passwd"), (0x2AD7B1, b"\x0f\x42\x40"),
        )
    )  # fmt: skip
    atom = element(0xB6, element(0x73C4, b"\1") + element(0x91, b"\0") + element(0x6E67, b"U" * 16))
    chapters = element(0x1043A770, element(0x45B9, element(0x45DD, b"\1") + atom))
    return in_segment(copied(folder, "-live", "1", "linked.mkv"), element(0x1549A966, named), chapters)


def _codec_to_download(folder: Path) -> bytes:
    there = b"http://" + (folder / "address").read_bytes() + b"/codec.exe"
    data = copied(folder, "-an", "-live", "1", "download.mkv")
    at = data.rindex(b"\x16\x54\xae\x6b")
    tracks = element(0x3B4040, there) + element(0x26B240, there)
    inner = at + 4 + 1 + (8 - data[at + 4].bit_length())
    track = data.index(b"\xae", inner)
    length = 9 - data[track + 1].bit_length()
    size = int.from_bytes(data[track + 1 : track + 1 + length]) & ((1 << 7 * length) - 1)
    body = data[track + 1 + length : track + 1 + length + size]
    return data[:at] + element(0x1654AE6B, element(0xAE, body + tracks)) + data[track + 1 + length + size :]


def _playlist_in_samples(folder: Path) -> bytes:
    return patched(copied(folder, "-moov_size", "65536", "room.mp4"), b"free", 0, HLS % (b"", b"file:///etc/passwd"))


def _playlist_behind_ftyp(folder: Path) -> bytes:
    return box(b"ftyp", b"isom\0\0\0\0") + HLS % (b"", str(folder / "base.mp4").encode())


def _playlist_behind_ebml(folder: Path) -> bytes:
    return b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + HLS % (b"", str(folder / "base.mp4").encode())


TEXTS = (
    "playlist of a local file", "playlist of a local clip", "playlist of an inner address",
    "playlist with a key elsewhere", "playlist with a map elsewhere", "playlist behind a byte order mark",
    "playlist of playlists", "playlist of nested protocols", "playlist by udp", "concat script",
    "concat script without its name", "dash manifest of a file", "dash manifest of an address", "sdp", "asx",
    "asf reference", "pls", "xspf", "smil", "quicktime link", "rtsp text", "svg", "html", "shortcut", "desktop entry",
    "ffmetadata", "subtitles alone", "avisynth script", "imagemagick script",
)  # fmt: skip
POINTERS = (
    *map(_text, TEXTS),
    Hostile("playlist behind an ftyp", _playlist_behind_ftyp, DAMAGED),
    Hostile("playlist behind an ebml head", _playlist_behind_ebml, DAMAGED),
    Hostile("playlist in a box of a clip", _playlist_in_samples, (CLEAN,)),
    Hostile("samples in another file", lambda f: patched(whole(f), b"url ", 0, ELSEWHERE), DAMAGED),
    Hostile("url of another file", _with_reference(b"url ", ELSEWHERE), DAMAGED),
    Hostile("alias of another file", _with_reference(b"alis", ELSEWHERE), DAMAGED),
    Hostile("urn of another file", _with_reference(b"urn ", ELSEWHERE), DAMAGED),
    Hostile("url of another file that says it is this one", _with_reference(b"url ", IN_ITSELF), (CLEAN,)),
    Hostile("alias of another file that says it is this one", _with_reference(b"alis", IN_ITSELF), (CLEAN,)),
    Hostile("a thousand references and one elsewhere", _crowd_of_references, DAMAGED),
    Hostile("reference movie beside a clip", _reference_movie, (CLEAN,)),
    Hostile("reference movie alone", _only_reference_movie, DAMAGED),
    Hostile("wired addresses", _wired, (CLEAN,)),
    Hostile("playlist among the words of an avi", _words_in_avi, (CLEAN,)),
    Hostile("linked matroska", _linked, (CLEAN,)),
    Hostile("matroska with a codec to download", _codec_to_download, (CLEAN,)),
)
