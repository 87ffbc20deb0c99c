"""What a picture's bytes say it is, whatever anybody calls it, and that they say nothing else when they are stored."""

import struct
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.announcements.images import MOST, NAME, TYPES, NotAnImageError, cleaned, read
from tests.announcements import pictures
from tests.announcements.pictures import (
    PLACE,
    app1,
    chunk,
    exif,
    extended,
    extension,
    gif,
    jpg,
    png,
    riff,
    segment,
    webp,
)

MAKERS = {
    "png": pictures.png,
    "gif": pictures.gif,
    "jpg": pictures.jpg,
    "lossy": pictures.lossy,
    "lossless": pictures.lossless,
    "extended": pictures.extended,
}


# What it is


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (640, 360), (16383, 16383)])
def test_its_size_is_read_from_its_head(make: Callable[[int, int], bytes], size: tuple[int, int]) -> None:
    found = read(make(*size)).image
    assert (found.width, found.height) == size
    assert NAME.fullmatch(found.name)
    assert (found.type, found.alt) == (TYPES[found.name.partition(".")[2]], "")


def test_a_large_extended_picture_has_three_bytes_for_its_size() -> None:
    assert read(extended(70_000, 99_999)).image.width == 70_000


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC9, 0xCF])
def test_each_kind_of_jpeg_says_its_size(frame: int) -> None:
    assert read(jpg(frame=frame)).image.height == 2


def test_one_picture_has_one_name() -> None:
    assert read(pictures.PNG) == read(bytes(pictures.PNG))
    assert read(pictures.PNG).image.name != read(png(3, 3)).image.name


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n",
        png(0, 5),
        pictures.PNG.replace(b"IHDR", b"XXXX"),
        pictures.PNG.replace(b"IHDR", b"tEXt"),
        b"GIF89a\1",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\xff\xd8\xff" + b"\xff" * 100,
        b"\xff\xd8\xff\xda\0\2" + b"\xff\xc0\0\x11\x08\0\2\0\3",
        b"\xff\xd8" + segment(0xE0, b"") + b"no marker",
        webp(),
        webp(riff(b"VP8 ", b"\0" * 20)),
        webp(riff(b"VP8L", b"")),
        webp(riff(b"VP8X", b"\0")),
        webp(riff(b"ALPH", b"\0" * 20)),
    ],
)
def test_what_does_not_say_its_size_is_damaged(body: bytes) -> None:
    with pytest.raises(NotAnImageError, match="is damaged"):
        read(body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (png(told=chunk(b"CgBI", b"")), "'CgBI' is no chunk of PNG"),
        (gif().replace(b"!\xf9", b"?\xf9"), "0x3f begins no block of GIF"),
        (jpg(between=jpg()), "another picture begins in the middle of it"),
        (webp(riff(b"EXIF", b"")), "it does not begin as WebP does"),
    ],
)
def test_what_is_in_a_damaged_picture_is_told(body: bytes, told: str) -> None:
    with pytest.raises(NotAnImageError, match=f"^is damaged: {told}$"):
        read(body)


def test_a_segment_that_claims_no_length_does_not_keep_us() -> None:
    with pytest.raises(NotAnImageError):
        read(b"\xff\xd8" + (b"\xff\xe0\0\0" * 1000))
    found = read(jpg(told=b"\xff\xdb\0\1"))
    assert read(found.body) == found


def test_the_largest_that_is_taken() -> None:
    room = MOST - len(pictures.PNG)
    assert read(pictures.PNG + b"\0" * room).image.bytes == len(pictures.PNG)
    with pytest.raises(NotAnImageError, match="make it smaller"):
        read(pictures.PNG + b"\0" * (room + 1))


# What it tells


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + PLACE
MPF = segment(0xE2, b"MPF\0MM\0*" + PLACE)
PROFILE = b"ICC_PROFILE\0\1\1profile"
ADOBE = b"Adobe\0\x64\0\0\0\0\2"
LOOP = extension(0xFF, b"NETSCAPE2.0", b"\1\0\0")
TEXTS = [chunk(kind, b"Author\0" + PLACE) for kind in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"caBX", b"zzZz")]
PLACED = bytes(16)
"""Where and when a frame of an animation is shown."""

TOLD = {
    "jpg, exif": (jpg(told=app1(exif(None))), jpg()),
    "jpg, upright": (jpg(told=app1(exif(1))), jpg()),
    "jpg, xmp": (jpg(told=segment(0xE1, XMP)), jpg()),
    "jpg, photoshop": (jpg(told=segment(0xED, b"Photoshop 3.0\x008BIM" + PLACE)), jpg()),
    "jpg, several pictures": (jpg(told=MPF) + jpg() + PLACE, jpg()),
    "jpg, film": (jpg() + b"\0\0\0\x18ftypmp42" + PLACE, jpg()),
    "jpg, comments": (jpg(told=segment(0xFE, PLACE), between=segment(0xFE, PLACE)), jpg()),
    "jpg, other segments": (jpg(told=b"".join(segment(0xE0 + n, PLACE) for n in range(16))), jpg()),
    "jpg, exif elsewhere": (jpg(told=segment(0xE3, b"Exif\0\0" + exif(6))), jpg()),
    "jpg, half a head": (jpg(told=segment(0xE0, b"JFIF\0\1")), jpg()),
    "jpg, reserved": (jpg(told=segment(0xF0, PLACE) + segment(0x02, PLACE) + segment(0xC8, PLACE)), jpg()),
    "jpg, thumbnail": (jpg(told=segment(0xE0, b"JFXX\0\x10" + PLACE)), jpg()),
    "jpg, old thumbnail": (
        jpg().replace(pictures.JFIF, segment(0xE0, pictures.JFIF[4:-2] + b"\4\3" + PLACE)),
        jpg(),
    ),
    "jpg, behind adobe": (jpg(told=segment(0xEE, ADOBE + PLACE)), jpg(told=segment(0xEE, ADOBE))),
    "jpg, between": (jpg(told=PLACE + b"\xff\xff\x01"), jpg()),
    "png, exif": (png(told=chunk(b"eXIf", exif(1))), png()),
    "png, texts": (png(told=b"".join(TEXTS)), png()),
    "png, behind": (png() + PLACE + png(), png()),
    "png, in the end": (png()[:-12] + chunk(b"IEND", PLACE), png()),
    "gif, comment": (gif(told=extension(0xFE, PLACE)), gif()),
    "gif, xmp": (gif(told=extension(0xFF, b"XMP DataXMP", XMP)), gif()),
    "gif, unknown": (gif(told=extension(0xFF, b"ACMEPIC 1.0", PLACE) + extension(0xF0, PLACE)), gif()),
    "gif, behind": (gif() + PLACE, gif()),
    "webp, exif": (extended(flags=0x18, told=riff(b"EXIF", exif(1))), extended()),
    "webp, exif without its flag": (extended(told=riff(b"EXIF", exif(6))), extended()),
    "webp, xmp": (extended(flags=0x14, told=riff(b"XMP ", XMP)), extended()),
    "webp, unknown": (extended(flags=0xFF, told=riff(b"ACME", PLACE)), extended(flags=0x32)),
    "webp, in a frame": (
        extended(told=riff(b"ANMF", PLACED + pictures.vp8() + riff(b"ACME", PLACE) + riff(b"ANMF", PLACE))),
        extended(told=riff(b"ANMF", PLACED + pictures.vp8())),
    ),
    "webp, behind": (extended() + PLACE, extended()),
    "webp, simple": (webp(pictures.vp8(), riff(b"EXIF", exif(6)), riff(b"ALPH", PLACE)), pictures.lossy()),
}


@pytest.mark.parametrize(("body", "kept"), TOLD.values(), ids=TOLD)
def test_a_picture_tells_nobody_where_and_by_whom_it_was_taken(body: bytes, kept: bytes) -> None:
    found = read(body)
    assert PLACE not in found.body
    assert found == read(kept)
    assert found.body == kept
    assert found.image.bytes == len(kept)


SHOWN = {
    "jpg, colours": jpg(told=segment(0xE2, PROFILE) + segment(0xEE, ADOBE)),
    "jpg, tables": jpg(told=segment(0xDD, b"\0\4") + segment(0xCC, b"\0\0"), between=segment(0xDC, b"\0\2")),
    "jpg, filled": jpg(between=b"\xff\xff\xff"),
    "png, colours": png(
        told=b"".join(
            chunk(kind, b"1")
            for kind in (b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI", b"PLTE", b"tRNS")
        )
    ),
    "png, palette": png(told=b"".join(chunk(kind, b"1") for kind in (b"bKGD", b"pHYs", b"sPLT", b"hIST"))),
    "png, frames": png(told=b"".join(chunk(kind, b"1") for kind in (b"acTL", b"fcTL", b"fdAT"))),
    "gif, loops": gif(told=LOOP + extension(0xFF, b"ANIMEXTS1.0", b"\1\0\0")),
    "gif, colours": gif(told=extension(0xFF, b"ICCRGBG1012", b"profile" * 100)),
    "gif, many colours": gif().replace(b"\x81" + b"\x20\x60\xa0" * 4, b"\x87" + b"\x20\x60\xa0" * 256),
    "gif, text": gif(told=extension(0x01, b"\0" * 12, b"Hello")),
    "gif, old": gif().replace(b"89a", b"87a"),
    "webp, frames": extended(flags=0x32, told=riff(b"ANIM", b"\0" * 6) + riff(b"ANMF", PLACED + pictures.vp8())),
    "webp, colours": extended(flags=0x30, told=riff(b"ICCP", b"profile") + riff(b"ALPH", b"\0")),
    **pictures.EVERY,
}


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN)
def test_what_shows_a_picture_is_kept_byte_by_byte(body: bytes) -> None:
    assert read(body).body == body


# How it is turned


def turned(turn: int) -> bytes:
    """An Exif of one entry."""
    return b"MM\0*\0\0\0\x08" + b"\0\1" + b"\x01\x12\0\3\0\0\0\1" + bytes((0, turn, 0, 0)) + b"\0\0\0\0"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("turn", range(2, 9))
def test_a_picture_does_not_fall_on_its_side(turn: int, order: str) -> None:
    camera = exif(turn, order)
    assert read(jpg(told=app1(camera))).body == jpg(told=app1(turned(turn)))
    assert read(png(told=chunk(b"eXIf", camera))).body == png(told=chunk(b"eXIf", turned(turn)))
    webps = [extended(flags=0x18, told=riff(b"EXIF", one)) for one in (camera, b"Exif\0\0" + camera, turned(turn))]
    assert read(webps[0]).body == read(webps[1]).body == webps[2]


@pytest.mark.parametrize("turn", range(1, 9))
def test_width_and_height_are_those_that_people_see(turn: int) -> None:
    upright = read(jpg()).image
    seen = read(jpg(told=app1(exif(turn, ">")))).image
    assert upright.width != upright.height
    assert (seen.width, seen.height) == (
        (upright.width, upright.height) if turn < 5 else (upright.height, upright.width)
    )


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"MM",
        b"XX\0*" + exif(6)[4:],
        b"MM\0+" + exif(6)[4:],
        exif(6)[:30],
        exif(0),
        exif(9),
        exif(6).replace(struct.pack(">HHI", 0x0112, 3, 1), struct.pack(">HHI", 0x0112, 4, 1)),
        exif(6).replace(struct.pack(">HHI", 0x0112, 3, 1), struct.pack(">HHI", 0x0112, 3, 2)),
        b"MM\0*\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff" + b"\0" * 24,
    ],
)
def test_a_damaged_exif_turns_nothing(damaged: bytes) -> None:
    assert cleaned(jpg(told=app1(damaged))) == jpg()
    assert cleaned(png(told=chunk(b"eXIf", damaged))) == png()


# Whatever it is


EVERY = [*SHOWN.values(), *(body for pair in TOLD.values() for body in pair), jpg(told=app1(exif(6, "<")))]
HEADS = st.sampled_from([b"", *(body[:length] for body in EVERY for length in (4, 12, 30, 200))])


def told(body: bytes) -> str:
    """The sentence about what is no picture; empty for one."""
    try:
        found = read(body)
    except NotAnImageError as error:
        return str(error)
    assert found.image.width > 0 < found.image.height
    assert found.image.bytes == len(found.body)
    assert read(found.body) == found
    return ""


@given(HEADS, st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_a_sentence(head: bytes, rest: bytes) -> None:
    sentence = told(head + rest)
    assert not sentence or sentence.startswith("is ")


@st.composite
def damages(draw: st.DrawFn) -> bytes:
    """Pictures with bytes flipped, lost, doubled and put between."""
    body = draw(st.sampled_from(EVERY))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        to = at + draw(st.integers(0, 4))
        body = body[:at] + draw(st.binary(max_size=4) | st.just(body[at:to] * 2)) + body[to:]
    return body


@given(damages())
def test_a_damaged_picture_is_a_picture_or_a_sentence(body: bytes) -> None:
    sentence = told(body)
    assert not sentence or sentence.startswith("is ")


def prefixes(body: bytes) -> Iterator[bytes]:
    return (body[:length] for length in range(12, len(body)))


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN)
def test_a_picture_that_was_cut_off_is_none(body: bytes) -> None:
    """But for the sum behind the end of a PNG, which says nothing."""
    whole = [cut for cut in prefixes(body) if not told(cut)]
    assert {read(cut).body for cut in whole} <= {body}
    assert len(whole) == (4 if body.startswith(b"\x89PNG") else 0)


@pytest.mark.parametrize(
    "body",
    [
        jpg(told=segment(0xE1, b"x" * 100) * 30_000),
        jpg(told=b"\xff" * 3_000_000),
        jpg(between=b"\xff" * 3_000_000),
        png(told=chunk(b"tEXt", b"") * 30_000),
        gif(told=extension(0xFE, b"x") * 30_000),
        extended(told=riff(b"ACME", b"") * 30_000),
    ],
    ids=["segments", "filling", "scan", "chunks", "blocks", "parts"],
)
def test_a_picture_of_many_parts_is_read_in_good_time(body: bytes) -> None:
    assert read(body).image.width == 3
