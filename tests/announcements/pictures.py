"""Small pictures, each 3 pixels wide and 2 high, written out by hand; only what says so is whole."""

import struct
import zlib


def png(width: int = 3, height: int = 2) -> bytes:
    """Whole while it is small."""
    rows = (b"\0" + b"\x20\x60\xa0" * width) * height if width * height < 1_000_000 else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gif(width: int = 3, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def jpg(width: int = 3, height: int = 2, frame: int = 0xC2) -> bytes:
    """With what cameras put before the frame, a filled marker and a progressive frame."""
    before = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xE1, b"Exif\0\0" + b"\xff\xc0" * 40)
    tables = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC4, b"\0" * 17)
    start = segment(frame, struct.pack(">BHHB", 8, height, width, 3) + b"\1\x11\0" * 3)
    return b"\xff\xd8" + before + tables + b"\xff" + start + b"\xff\xda"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def webp(kind: bytes, body: bytes) -> bytes:
    head = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(head) + 4) + b"WEBP" + head


def lossy(width: int = 3, height: int = 2) -> bytes:
    return webp(b"VP8 ", b"\x50\1\0\x9d\1\x2a" + struct.pack("<HH", width | 1 << 14, height))


def lossless(width: int = 3, height: int = 2) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14 | 1 << 28))


def extended(width: int = 3, height: int = 2) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", b"\x10\0\0\0" + sizes)


PNG = png()
EVERY = {"png": PNG, "gif": gif(), "jpg": jpg(), "webp": lossy()}
