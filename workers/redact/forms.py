"""The only forms a finished init can have, byte for byte: a canvas, with sound or without.

Does NOT protect anything by itself: `proof_fragments` holds what the encoder made against them. Written from the
standards for our own encoder's settings; any other file differs, on purpose.
"""

from __future__ import annotations

from workers.redact.canvases import HERTZ, LEVEL, RATE, SOUND_BITS, TICKS, Canvas

ONE = b"\0\x01\0\0"
MATRIX = ONE + bytes(12) + ONE + bytes(12) + b"\x40\0\0\0"  # no rotation
NAMELESS = bytes(13)  # as long as the names that were emptied
COLOUR, TAGS = 11, 53  # bytes of two boxes that were emptied
LANGUAGE = b"\x55\xc4\0\0"  # undetermined
VIDEO, SOUND = 1, 2  # tracks
# Entropy coding, two reference lists of one, weights, an initial quantiser of 23, deblocking, 8 x 8 transforms.
PICTURE_SET = bytes.fromhex("68ef0fcb")
# Sound: low complexity, 48 kHz, one channel; and that nothing extends it.
AAC = bytes.fromhex("1188 56e500")


def init(canvas: Canvas, *, sound: bool) -> bytes:
    """ftyp and moov of every clip on that canvas."""
    tracks = [VIDEO, SOUND] if sound else [VIDEO]
    head = bytes(12) + _u32(1000) + bytes(4) + ONE + b"\x01\0" + bytes(10) + MATRIX + bytes(24) + _u32(2)
    moov = box(b"mvhd", head) + _picture_track(canvas) + (_sound_track() if sound else b"")
    extends = b"".join(box(b"trex", bytes(4) + _u32(track) + _u32(1) + bytes(12)) for track in tracks)
    moov += box(b"mvex", extends) + box(b"free", bytes(TAGS))
    return box(b"ftyp", b"iso5" + _u32(512) + b"iso5iso6mp41") + box(b"moov", moov)


def box(kind: bytes, payload: bytes) -> bytes:
    """One box."""
    return _u32(8 + len(payload)) + kind + payload


def _picture_track(canvas: Canvas) -> bytes:
    parameters, rate = sequence_set(canvas), canvas.most_kbits * 1000
    told = b"\x01" + parameters[1:4] + b"\xff\xe1" + _u16(len(parameters)) + parameters
    told += b"\x01" + _u16(len(PICTURE_SET)) + PICTURE_SET + b"\xfd\xf8\xf8\0"
    entry = (
        bytes(7) + b"\x01" + bytes(16) + _u16(canvas.width) + _u16(canvas.height) + b"\0\x48\0\0\0\x48\0\0" + bytes(4)
    )
    entry += _u16(1) + bytes(32) + b"\0\x18\xff\xff" + box(b"avcC", told) + box(b"free", bytes(COLOUR))
    entry += box(b"pasp", _u32(1) + _u32(1)) + box(b"btrt", _u32(rate // 4) + _u32(rate) + bytes(4))
    header = bytes(16) + MATRIX + _u16(canvas.width) + bytes(2) + _u16(canvas.height) + bytes(2)
    media = box(b"vmhd", b"\0\0\0\x01" + bytes(8))
    return _track(VIDEO, header, RATE * TICKS, b"vide", media, box(b"avc1", entry))


def _sound_track() -> bytes:
    rates = _u32(SOUND_BITS) * 2
    decoder = b"\x40\x15" + bytes(3) + rates + _descriptor(5, AAC)
    stream = _descriptor(3, _u16(SOUND) + b"\0" + _descriptor(4, decoder) + _descriptor(6, b"\x02"))
    entry = bytes(7) + b"\x01" + bytes(8) + _u16(1) + _u16(16) + bytes(4) + _u16(HERTZ) + bytes(2)
    entry += box(b"esds", bytes(4) + stream) + box(b"btrt", bytes(4) + rates)
    header = bytes(10) + b"\0\x01\x01\0\0\0" + MATRIX + bytes(8)
    return _track(SOUND, header, HERTZ, b"soun", box(b"smhd", bytes(8)), box(b"mp4a", entry))


def _track(number: int, header: bytes, ticks: int, handler: bytes, media: bytes, entry: bytes) -> bytes:
    head = box(b"tkhd", b"\0\0\0\x03" + bytes(8) + _u32(number) + bytes(8) + header)
    about = box(b"mdhd", bytes(12) + _u32(ticks) + bytes(4) + LANGUAGE)
    about += box(b"hdlr", bytes(8) + handler + bytes(12) + NAMELESS)
    places = box(b"dinf", box(b"dref", bytes(4) + _u32(1) + box(b"url ", b"\0\0\0\x01")))
    tables = b"".join(
        box(kind, bytes(size)) for kind, size in ((b"stts", 8), (b"stsc", 8), (b"stsz", 12), (b"stco", 8))
    )
    samples = box(b"stbl", box(b"stsd", bytes(4) + _u32(1) + entry) + tables)
    return box(b"trak", head + box(b"mdia", about + box(b"minf", media + places + samples)))


def sequence_set(canvas: Canvas) -> bytes:
    """The H.264 sequence parameter set (7.3.2.1.1) of that canvas."""
    across, down = -(-canvas.width // 16), -(-canvas.height // 16)
    spare = (0, (across * 16 - canvas.width) // 2, 0, (down * 16 - canvas.height) // 2)
    bits = _coded(0, 1, 0, 0) + "00" + _coded(0, 2, 1) + "0"  # 4:2:0, 8 bits, order as decoded, one reference
    bits += _coded(across - 1, down - 1) + "11" + ("1" + _coded(*spare) if any(spare) else "0")
    colour = f"{5:03b}01{1:08b}{1:08b}{1:08b}"  # not told how it was filmed, limited range, BT.709
    bits += f"11{1:08b}01{colour}0" + f"1{1:032b}{2 * RATE:032b}0" + "000"  # square pixels, rate, no buffers' model
    bits += "11" + _coded(0, 0, 11, 11, 0, 1) + "1"
    bits += "0" * (-len(bits) % 8)
    return b"\x67\x64\0" + bytes([LEVEL]) + _guarded(int(bits, 2).to_bytes(len(bits) // 8))


def _coded(*numbers: int) -> str:
    """Exp-Golomb (9.1)."""
    return "".join("0" * ((number + 1).bit_length() - 1) + f"{number + 1:b}" for number in numbers)


def _guarded(data: bytes) -> bytes:
    """With a 3 wherever two noughts would look like the beginning of something else (7.4.1)."""
    made, noughts = bytearray(), 0
    for byte in data:
        if noughts == 2 and byte <= 3:
            made.append(3)
            noughts = 0
        made.append(byte)
        noughts = 0 if byte else noughts + 1
    return bytes(made)


def _descriptor(tag: int, payload: bytes) -> bytes:
    return bytes([tag, 0x80, 0x80, 0x80, len(payload)]) + payload


def _u16(number: int) -> bytes:
    return number.to_bytes(2)


def _u32(number: int) -> bytes:
    return number.to_bytes(4)
