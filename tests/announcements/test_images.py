"""What a picture's bytes say it is, whatever anybody calls it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.announcements.images import MOST, NAME, TYPES, NotAnImageError, read
from tests.announcements import pictures

MAKERS = {
    "png": pictures.png,
    "gif": pictures.gif,
    "jpg": pictures.jpg,
    "lossy": pictures.lossy,
    "lossless": pictures.lossless,
    "extended": pictures.extended,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (640, 360), (16383, 16383)])
def test_its_size_is_read_from_its_head(make: Callable[[int, int], bytes], size: tuple[int, int]) -> None:
    found = read(make(*size))
    assert (found.width, found.height) == size
    assert NAME.fullmatch(found.name)
    assert (found.type, found.alt) == (TYPES[found.name.partition(".")[2]], "")


def test_a_large_extended_picture_has_three_bytes_for_its_size() -> None:
    assert read(pictures.extended(70_000, 99_999)).width == 70_000


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC9, 0xCF])
def test_each_kind_of_jpeg_says_its_size(frame: int) -> None:
    assert read(pictures.jpg(frame=frame)).height == 2


def test_one_picture_has_one_name() -> None:
    assert read(pictures.PNG) == read(bytes(pictures.PNG))
    assert read(pictures.PNG).name != read(pictures.png(3, 3)).name


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n",
        pictures.png(0, 5),
        pictures.PNG.replace(b"IHDR", b"XXXX"),
        b"GIF89a\1",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\xff\xd8\xff" + b"\xff" * 100,
        b"\xff\xd8\xff\xda\0\2" + b"\xff\xc0\0\x11\x08\0\2\0\3",
        b"\xff\xd8" + pictures.segment(0xE0, b"") + b"no marker",
        pictures.webp(b"VP8 ", b"\0" * 20),
        pictures.webp(b"VP8L", b""),
        pictures.webp(b"VP8X", b"\0"),
        pictures.webp(b"ALPH", b"\0" * 20),
    ],
)
def test_what_does_not_say_its_size_is_damaged(body: bytes) -> None:
    with pytest.raises(NotAnImageError, match="is damaged"):
        read(body)


def test_a_segment_that_claims_no_length_does_not_keep_us() -> None:
    with pytest.raises(NotAnImageError):
        read(b"\xff\xd8" + (b"\xff\xe0\0\0" * 1000))


def test_the_largest_that_is_taken() -> None:
    room = MOST - len(pictures.PNG)
    assert read(pictures.PNG + b"\0" * room).bytes == MOST
    with pytest.raises(NotAnImageError, match="make it smaller"):
        read(pictures.PNG + b"\0" * (room + 1))


HEADS = st.sampled_from([b"", *(body[:length] for body in pictures.EVERY.values() for length in (4, 12, 30, 200))])


def told(body: bytes) -> str:
    """The sentence about what is no picture; empty for one."""
    try:
        found = read(body)
    except NotAnImageError as error:
        return str(error)
    assert found.width > 0 < found.height
    assert found.bytes == len(body)
    return ""


@given(HEADS, st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_a_sentence(head: bytes, rest: bytes) -> None:
    sentence = told(head + rest)
    assert not sentence or sentence.startswith("is ")


def test_a_jpeg_of_many_segments_is_read_in_good_time() -> None:
    body = b"\xff\xd8" + pictures.segment(0xE1, b"x" * 100) * 30_000 + pictures.jpg()[2:]
    assert read(body).width == 3
