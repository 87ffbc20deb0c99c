"""Pictures of announcements, without I/O: what their bytes say they are, and the name that is made from them.

Sources: PNG (w3.org/TR/png, "IHDR"), GIF89a ("Logical Screen Descriptor"), JPEG (ITU-T T.81, B.2), WebP (RFC 9649).
"""

import re
import struct
from hashlib import sha256

from events.announcements import Image

MOST = 4_000_000
"""Bytes of one picture. A function gets 6 MB at most (AWS Lambda, "Quotas"), and as text bytes are a third longer."""

TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
NAME = re.compile(r"[0-9a-f]{64}\.(?:png|jpg|gif|webp)")

START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers of JPEG that no length follows."""


class NotAnImageError(Exception):
    """The text tells what is wrong with it, after the picture's name: `is …`."""


def read(body: bytes) -> Image:
    """What a picture is, whatever its name or sender said. Raises NotAnImageError."""
    ending = form(body)
    if len(body) > MOST:
        raise NotAnImageError(f"is {len(body):,} bytes large; {MOST:,} are allowed: make it smaller")
    try:
        width, height = SIZES[ending](body)
    except (struct.error, IndexError, ValueError):
        width = height = 0
    if not (width and height):
        raise NotAnImageError("is damaged: it does not say how wide and how high it is")
    name = f"{sha256(body).hexdigest()}.{ending}"
    return Image(name=name, type=TYPES[ending], bytes=len(body), width=width, height=height)


def form(body: bytes) -> str:
    """By the first bytes."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if body.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    raise NotAnImageError("is not a picture in PNG, JPEG, GIF or WebP" if body else "is empty")


# Width and height, in pixels


def png(body: bytes) -> tuple[int, int]:
    kind, width, height = struct.unpack_from(">4sII", body, 12)
    if kind != b"IHDR":
        raise ValueError("the first chunk is another")
    return width, height


def gif(body: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", body, 6)
    return width, height


def jpg(body: bytes) -> tuple[int, int]:
    """In the first frame's header, behind segments of any length."""
    at = 2
    while True:
        if body[at] != 0xFF:
            raise ValueError("no marker")
        marker = body[at + 1]
        if marker in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", body, at + 5)
            return width, height
        if marker in (0xD9, 0xDA):
            raise ValueError("no frame")
        if marker == 0xFF:  # Filling.
            at += 1
        elif marker in ALONE:
            at += 2
        else:
            at += 2 + max(struct.unpack_from(">H", body, at + 2)[0], 2)


def webp(body: bytes) -> tuple[int, int]:
    match body[12:16]:
        case b"VP8X":
            low, high, *other = struct.unpack_from("<HBHB", body, 24)
            return 1 + low + (high << 16), 1 + other[0] + (other[1] << 16)
        case b"VP8L" if body[20] == 0x2F:
            (bits,) = struct.unpack_from("<I", body, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if body[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", body, 26)
            return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no frame")


SIZES = {"png": png, "gif": gif, "jpg": jpg, "webp": webp}
