"""Pictures of announcements, without I/O: what their bytes say they are, what of them is stored, and the name that is
made from it.

A picture tells nobody where, when, with what and by whom it was taken: only what shows it is kept, byte by byte, and
how it has to be turned. Nothing is encoded again.

Sources: PNG 3rd edition (w3.org/TR/png-3, "Chunk specifications"), GIF89a ("Appendix A", blocks), JPEG (ITU-T T.81,
B.1 and B.2; JFIF 1.02; ICC.1:2022, B.4), Exif 2.32 (CIPA DC-008, 4.6.4 and 4.7.2), WebP (RFC 9649, 2.3 to 2.7).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from events.announcements import Image

MOST = 4_000_000
"""Bytes of one picture. A function gets 6 MB at most (AWS Lambda, "Quotas"), and as text bytes are a third longer."""

TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
NAME = re.compile(r"[0-9a-f]{64}\.(?:png|jpg|gif|webp)")


class NotAnImageError(Exception):
    """The text tells what is wrong with it, after the picture's name: `is …`."""


CUT_OFF = "is damaged: it ends before it is whole"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of a picture, and what that is."""

    image: Image
    body: bytes


def read(body: bytes) -> Kept:
    """What a picture is, whatever its name or sender said; width and height as it is shown. Raises NotAnImageError."""
    ending = form(body)
    if len(body) > MOST:
        raise NotAnImageError(f"is {len(body):,} bytes large; {MOST:,} are allowed: make it smaller")
    kept = cleaned(body)
    try:
        width, height = SIZES[ending](kept)
    except (struct.error, IndexError, ValueError):
        width = height = 0
    if not (width and height):
        raise NotAnImageError("is damaged: it does not say how wide and how high it is")
    if ending != "webp" and any(saying(turn) in kept for turn in ON_ITS_SIDE):  # Browsers turn no WebP.
        width, height = height, width
    name = f"{sha256(kept).hexdigest()}.{ending}"
    return Kept(Image(name=name, type=TYPES[ending], bytes=len(kept), width=width, height=height), kept)


def cleaned(body: bytes) -> bytes:
    """The same picture, and nothing but it: cleaned again it is the same. Raises NotAnImageError."""
    try:
        return CLEANERS[form(body)](body)
    except (struct.error, IndexError) as error:
        raise NotAnImageError(CUT_OFF) from error


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


def stretch(body: bytes, at: int, length: int) -> bytes:
    if at + length > len(body):
        raise NotAnImageError(CUT_OFF)
    return body[at : at + length]


# Exif: nothing of it is kept but how the picture has to be turned


def turned(exif: bytes) -> bytes:
    """An Exif that says the same orientation and nothing else; nothing for a picture that stands upright."""
    found = orientation(exif.removeprefix(b"Exif\0\0"))
    return b"" if found == 1 else saying(found)


def saying(found: int) -> bytes:
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, ORIENTATION, SHORT, 1, found, 0, 0)


ORIENTATION = 0x0112
SHORT = 3
ON_ITS_SIDE = range(5, 9)
"""Orientations in which width and height change places."""
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(tiff: bytes) -> int:
    """From 1 to 8. Upright (1) is also what does not say, or is damaged."""
    order = ORDERS.get(tiff[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == ORIENTATION:
                return value if (kind, values) == (SHORT, 1) and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


# PNG


CHUNKS = {
    *(b"IHDR", b"PLTE", b"IDAT"),
    *(b"cHRM", b"cICP", b"cLLI", b"gAMA", b"iCCP", b"mDCV", b"sBIT", b"sRGB"),  # How its colours are meant.
    *(b"bKGD", b"hIST", b"pHYs", b"sPLT", b"tRNS"),
    *(b"acTL", b"fcTL", b"fdAT"),  # Its frames.
}


def clean_png(body: bytes) -> bytes:
    return b"".join((body[:8], *(clean_chunk(*chunk) for chunk in chunks(body)), png_chunk(b"IEND", b"")))


def chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Up to the last, each whole, under its kind."""
    at = 8
    while True:
        length, kind = struct.unpack_from(">I4s", body, at)
        if kind == b"IEND":
            return
        yield kind, stretch(body, at, 12 + length)
        at += 12 + length


def clean_chunk(kind: bytes, chunk: bytes) -> bytes:
    if kind in CHUNKS:
        return chunk
    if not kind[0] & 0x20:  # Whoever does not know it must not show the picture.
        raise NotAnImageError(f"is damaged: {kind.decode('ascii', 'replace')!r} is no chunk of PNG")
    found = turned(chunk[8:-4]) if kind == b"eXIf" else b""
    return png_chunk(b"eXIf", found) if found else b""


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(body: bytes) -> tuple[int, int]:
    """Width and height, in pixels, as in the other forms."""
    kind, width, height = struct.unpack_from(">4sII", body, 12)
    if kind != b"IHDR":
        raise ValueError("the first chunk is another")
    return width, height


# GIF


IMAGE, EXTENSION, TRAILER = b",!;"
CONTROL, PLAIN_TEXT = 0xF9, 0x01
APPLICATIONS = {b"\xff\x0bNETSCAPE2.0", b"\xff\x0bANIMEXTS1.0", b"\xff\x0bICCRGBG1012"}
"""How often it is played, and how its colours are meant."""


def clean_gif(body: bytes) -> bytes:
    head = body[: 13 + colours(body[10])]
    return b"".join((head, *(block for block in blocks(body, len(head)) if shows(block)), b";"))


def blocks(body: bytes, at: int) -> Iterator[bytes]:
    """Up to the trailer."""
    while (kind := body[at]) != TRAILER:
        start = at
        if kind == EXTENSION:
            at += 2
        elif kind == IMAGE:
            at += 11 + colours(body[at + 9])
        else:
            raise NotAnImageError(f"is damaged: {kind:#04x} begins no block of GIF")
        while length := body[at]:
            at += 1 + length
        at += 1
        yield body[start:at]


def colours(flags: int) -> int:
    """The bytes of a table of colours."""
    return 6 << (flags & 7) if flags & 0x80 else 0


def shows(block: bytes) -> bool:
    """Not comments, and what programs wrote for themselves."""
    return block[0] == IMAGE or block[1] in (CONTROL, PLAIN_TEXT) or block[1:14] in APPLICATIONS


def gif(body: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", body, 6)
    return width, height


# JPEG


START, END, SCAN, APP0, APP1, APP2, APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
ALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers that no length follows."""
PICTURE = {*range(0xC0, 0xD0), *range(SCAN, APP0)} - {0xC8}
"""Frames, scans, and the tables they need."""

MARKER = re.compile(rb"\xff[\x01-\xfe]")
AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""In a scan 0xFF may stand before 0x00, which says it is data, and restarts."""


def clean_jpg(body: bytes) -> bytes:
    """Without what is behind its end, where telephones put films and second pictures."""
    kept = (clean_segment(*segment) for segment in segments(body))
    return b"".join((b"\xff\xd8", *kept, b"\xff\xd9"))


def segments(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Up to the end, each whole, under its marker; the data of a scan belong to it. What stands between segments is
    skipped, as readers of JPEG do."""
    at = 2
    while True:
        start = following(MARKER, body, at)
        marker, at = body[start + 1], start + 2
        if marker == END:
            return
        if marker == START:
            raise NotAnImageError("is damaged: another picture begins in the middle of it")
        if marker in ALONE:
            continue
        (length,) = struct.unpack_from(">H", body, at)
        at += len(stretch(body, at, max(length, 2)))
        if marker == SCAN:
            at = following(AFTER_SCAN, body, at)
        yield marker, body[start:at]


def following(pattern: re.Pattern[bytes], body: bytes, at: int) -> int:
    found = pattern.search(body, at)
    if found is None:
        raise NotAnImageError(CUT_OFF)
    return found.start()


def clean_segment(marker: int, segment: bytes) -> bytes:
    content = segment[4:]
    if marker in PICTURE or (marker == APP2 and content.startswith(b"ICC_PROFILE\0")):
        return segment
    if marker == APP0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        return jpg_segment(APP0, content[:12] + b"\0\0")  # Without its thumbnail.
    if marker == APP14 and content.startswith(b"Adobe"):
        return jpg_segment(APP14, content[:12])
    exif = turned(content) if marker == APP1 and content.startswith(b"Exif\0\0") else b""
    return jpg_segment(APP1, b"Exif\0\0" + exif) if exif else b""


def jpg_segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def jpg(body: bytes) -> tuple[int, int]:
    """In the first frame's header."""
    frame = next((segment for marker, segment in segments(body) if marker in START_OF_FRAME), b"")
    height, width = struct.unpack_from(">HH", frame, 5)
    return width, height


# WebP


HAS_EXIF = 0x08
FEATURES = 0x20 | 0x10 | 0x02
"""Flags of what else an extended file may have: a profile of its colours, transparency, frames."""
FRAME = {b"ALPH", b"VP8 ", b"VP8L"}
PARTS = {b"ICCP", b"ANIM", b"ANMF", *FRAME}


def clean_webp(body: bytes) -> bytes:
    (length,) = struct.unpack_from("<I", body, 4)
    (kind, content), *others = riff_chunks(stretch(body, 8, length)[4:]) or [(b"", b"")]
    match kind:
        case b"VP8X":
            return riff_chunk(b"RIFF", b"WEBP" + clean_extended(content, others))
        case b"VP8 " | b"VP8L":
            return riff_chunk(b"RIFF", b"WEBP" + riff_chunk(kind, content))
    raise NotAnImageError("is damaged: it does not begin as WebP does")


def clean_extended(head: bytes, others: list[tuple[bytes, bytes]]) -> bytes:
    flags, size = struct.unpack_from("<B3x6s", head)
    # Exif without the flag is read by nobody.
    exif = turned(next((content for kind, content in others if kind == b"EXIF" and flags & HAS_EXIF), b""))
    head = struct.pack("<B3x6s", flags & FEATURES | (HAS_EXIF if exif else 0), size)
    shown = [riff_chunk(kind, clean_part(kind, content)) for kind, content in others if kind in PARTS]
    return b"".join((riff_chunk(b"VP8X", head), *shown, riff_chunk(b"EXIF", exif) if exif else b""))


def clean_part(kind: bytes, content: bytes) -> bytes:
    """A frame of an animation has chunks of its own, behind 16 bytes about its place and time."""
    if kind != b"ANMF":
        return content
    inner = (riff_chunk(kind, part) for kind, part in riff_chunks(content[16:]) if kind in FRAME)
    return b"".join((content[:16], *inner))


def riff_chunks(body: bytes) -> list[tuple[bytes, bytes]]:
    found, at = list[tuple[bytes, bytes]](), 0
    while len(body) - at >= 8:
        kind, length = struct.unpack_from("<4sI", body, at)
        found.append((kind, stretch(body, at + 8, length)))
        at += 8 + length + length % 2
    return found


def riff_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


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


CLEANERS = {"png": clean_png, "gif": clean_gif, "jpg": clean_jpg, "webp": clean_webp}
SIZES = {"png": png, "gif": gif, "jpg": jpg, "webp": webp}
