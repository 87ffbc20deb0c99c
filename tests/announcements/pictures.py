"""Small pictures, each 3 pixels wide and 2 high, written out by hand; only what says so is whole. `told` is what
somebody else wrote into them."""

import struct
import zlib


def png(width: int = 3, height: int = 2, told: bytes = b"") -> bytes:
    """Whole while it is small."""
    rows = (b"\0" + b"\x20\x60\xa0" * width) * height if width * height < 1_000_000 else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + told + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gif(width: int = 3, height: int = 2, told: bytes = b"") -> bytes:
    """With colours for all of it, and others for its second frame."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\2" + blocks(b"\x84\x21\x09\x52") + b"\0"
    first = b"!\xf9\4\0\5\0\0\0," + struct.pack("<HHHHB", 0, 0, width, height, 0) + frame
    second = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0x81) + b"\x20\x60\xa0" * 4 + frame
    return head + told + first + second + b";"


def blocks(body: bytes) -> bytes:
    return b"".join(bytes((len(part),)) + part for at in range(0, len(body), 255) if (part := body[at : at + 255]))


def extension(label: int, *parts: bytes) -> bytes:
    return bytes((0x21, label)) + b"".join(map(blocks, parts)) + b"\0"


def jpg(width: int = 3, height: int = 2, frame: int = 0xC2, told: bytes = b"", between: bytes = b"") -> bytes:
    """A frame in two scans, the first with what looks like markers: a stuffed byte and a restart."""
    tables = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC4, b"\0" * 17)
    start = segment(frame, struct.pack(">BHHB", 8, height, width, 3) + b"\1\x11\0" * 3)
    scans = (
        segment(0xDA, b"\1\1\0\0\0\1")
        + b"\x12\xff\0\xff\xd0\x34"
        + between
        + segment(0xDA, b"\1\1\0\1\x3f\1")
        + b"\x56"
    )
    return b"\xff\xd8" + JFIF + told + tables + start + scans + b"\xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")


def webp(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(b"".join(chunks)) + 4) + b"WEBP" + b"".join(chunks)


def riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def lossy(width: int = 3, height: int = 2) -> bytes:
    return webp(vp8(width, height))


def vp8(width: int = 3, height: int = 2) -> bytes:
    return riff(b"VP8 ", b"\x50\1\0\x9d\1\x2a" + struct.pack("<HH", width | 1 << 14, height))


def lossless(width: int = 3, height: int = 2) -> bytes:
    return webp(riff(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14 | 1 << 28)))


def extended(width: int = 3, height: int = 2, flags: int = 0x10, told: bytes = b"") -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(riff(b"VP8X", bytes((flags, 0, 0, 0)) + sizes), vp8(), told)


PLACE = b"48.8584 N, 2.2945 E; Ada's phone, 0042"


def exif(turn: int | None, order: str = ">") -> bytes:
    """As a camera writes it: two names, perhaps how to turn the picture, and a place behind."""
    turns = [(0x0112, 3, 1, struct.pack(f"{order}HH", turn, 0))] if turn is not None else []
    entries = [(0x010F, 2, 4, b"Acm\0"), (0x0110, 2, 4, b"A-1\0"), *turns, (0x8825, 4, 1, b"\0\0\0\x60")]
    table = b"".join(struct.pack(f"{order}HHI", *entry[:3]) + entry[3] for entry in entries)
    head = struct.pack(f"{order}2sHIH", b"MM" if order == ">" else b"II", 42, 8, len(entries))
    return head + table + struct.pack(f"{order}I", 0) + PLACE


def app1(tiff: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + tiff)


PNG = png()
EVERY = {"png": PNG, "gif": gif(), "jpg": jpg(), "webp": lossy()}
CAMERA = jpg(told=app1(exif(None)))
"""`jpg()` with its place in it."""
