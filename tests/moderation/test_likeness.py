"""What is alike and what is not: copies with other names, numbers and links are; everybody's few words are not."""

import csv
import random
import re
from collections import defaultdict
from itertools import combinations
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.moderation import likeness
from functions.moderation.likeness import ALIKE, LEAST, SHORT, Print, differences, fingerprint, plain, share
from infra.bundle import ROOT

SAMPLES = ROOT.parent / "shared" / "moderation-samples"
SPAM = (
    "Hello everybody! I have made 3,000 coins in 2 days with this trick, and you can do so, too. Write to @goldking "
    "or have a look at https://gold.example/a?x=1 before it is too late, only 40 places are left."
)


def alike(one: str, other: str) -> bool:
    a, b = fingerprint(one), fingerprint(other)
    return bool(a and b and set(a.bands) & set(b.bands) and likeness.likeness(a, b) >= ALIKE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Free GOLD here", "free gold   here!!!"),
        ("Free gold here", "Ｆｒｅｅ ｇｏｌｄ ｈｅｒｅ"),
        ("Free gold here", "F\u200br\u2060ee go\u00adld h\ufe0fere"),
        ("Free gold here", "Fr\u0301e\u0308e\u0336 gold\u0337 here"),
        ("Free gold here", "f r e e  g.o.l.d  here"),
        ("Free gold here", "Freeeee gooold heeere"),
        ("Free gold here", "Frее gоld hеrе"),  # With Cyrillic letters.
        ("Only 3 left", "Only 412 left"),
        ("Ask @kim", "Ask @pat@social.example"),
        ("Ask <@12345> now", "Ask <@!99> now"),
        ("See https://gold.example/a?b=1#c", "See http://www.gold.example/other"),
        ("Größe", "GRÖSSE"),
        ("İstanbul", "istanbul"),
        ("한국어", "한국어"),
    ],
)
def test_what_copies_vary_for_nothing_is_read_alike(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("free gold", "free cold"), ("see https://a.example/x", "see https://b.example/x"), ("мир", "мор")],
)
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    "text",
    ["", "👍👍👍👍👍👍👍👍👍👍👍👍", "gg", "lol" * 20, "hahahahahahaha", "1234567890 1234567890", "Thanks a lot"],
)
def test_in_a_few_words_there_is_nothing_to_compare(text: str) -> None:
    assert fingerprint(text) is None


PICTURE = "[photo: a-long-name-of-a-picture.png, a picture of me with [all] my friends]"


@pytest.mark.parametrize(
    "text", [PICTURE, f"Look! {PICTURE}", f"[embed: Tenor, https://tenor.example/a, {PICTURE}]", "[video message]"]
)
def test_what_is_a_picture_or_a_recording_is_like_nothing(text: str) -> None:
    assert fingerprint(text) is None


def test_words_beside_a_picture_or_in_a_note_are_compared() -> None:
    assert alike(f"{SPAM} {PICTURE}", f"{SPAM} [photo: other.png]")
    assert alike(f"[embed: {SPAM}]", f"[embed: {SPAM}]")


def test_what_is_all_links_is_alike_only_to_the_very_same() -> None:
    link = "https://gold.example/a?x=1"
    assert alike(link, f" {link}\n")
    assert alike(f"Look: {link}", f"Look:  {link}")
    assert not alike(link, "https://gold.example/a?x=2")
    assert not alike(f"Look: {link}", f"See: {link}")
    assert not alike("[link: https://gold.example/a]", "[link: https://gold.example/b]")


def test_it_takes_a_dozen_letters() -> None:
    letters = "abcdefghijklmnop"
    assert fingerprint(letters[: LEAST - 1]) is None
    assert fingerprint(letters[:LEAST]) is not None


def test_a_copy_with_another_name_number_and_link_is_alike() -> None:
    copy = SPAM.replace("@goldking", "@silverqueen").replace("a?x=1", "b").replace("3,000", "7,500")
    assert alike(SPAM, copy)
    assert alike(SPAM, copy.replace("Hello everybody!", "Hi friends!").replace("trick", "simple trick"))
    assert not alike(
        SPAM, "I have played this for two days now and love the new map. Where do I get more coins for it?"
    )


def test_a_short_text_is_alike_only_to_the_same_one() -> None:
    assert alike("You are all worthless.", "you are ALL worthless")
    assert not alike("You are all worthless.", "You are all wonderful.")
    one = "They say that people from the north cannot play this game"
    assert len(plain(one)) <= SHORT
    assert not alike(one, one.replace("north", "south"))


def test_what_is_kept_is_read_back_as_it_was() -> None:
    for text in (SPAM, "You are all worthless."):
        made = fingerprint(text)
        assert made
        assert likeness.read(made.written) == made


def test_prints_are_the_same_tomorrow() -> None:
    """What is kept is compared with what another version of Python makes."""
    made = fingerprint(SPAM)
    assert made
    assert made.written[:24] == PRINT
    assert made.bands[0] == BAND


PRINT, BAND = "c0a82fb124128d18ac3217f6", "58a0d51c60a7f35fbd0a"


@settings(max_examples=30)
@given(st.text(max_size=300))
def test_any_text_is_like_itself_and_can_be_read(text: str) -> None:
    made = fingerprint(text)
    assert made is None or (alike(text, text) and likeness.read(made.written) == made)
    assert share(text, text) == 100
    assert differences(text, text) == []


@settings(max_examples=10)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=64, max_size=64), st.integers(0, 64))
def test_likeness_counts_what_is_the_same(minima: list[int], other: int) -> None:
    changed = Print(tuple((one + 1) % 2**32 if place < other else one for place, one in enumerate(minima)))
    assert likeness.likeness(Print(tuple(minima)), changed) == 100 * (64 - other) // 64


def test_where_they_differ_is_told_in_their_words() -> None:
    assert differences("Buy gold here now", "Buy silver here") == ["gold → silver", "− now"]
    assert differences("Buy gold", "Buy gold today") == ["+ today"]
    assert len(differences(" ".join("ab" * 20), " ".join("ac" * 20))) == likeness.MOST_CHANGES
    (told,) = differences("a", "b" * 500)
    assert len(told) < 100


def test_where_words_repeat_themselves_little_is_compared() -> None:
    one = " ".join(["spam"] * 200)
    other = " ".join("spam" if number % 2 else f"sp{number}" for number in range(200))
    begun = process_time()
    for _ in range(20):
        assert differences(one, other)[0] == "+ sp0"
    assert process_time() - begun < 0.5  # Else it takes three times as long, and a page has a hundred of them.


def test_a_long_text_is_quickly_looked_at() -> None:
    """Only its beginning is."""
    words = " ".join(str(number) + "word" for number in range(500))
    assert fingerprint(words * 200) == fingerprint(words * 100)
    assert len(plain("\ufdfa" * likeness.LONGEST)) == likeness.LONGEST


# On real spam and on what people really say


def expanded(template: str, chance: random.Random) -> str:
    """One of the texts that a template in curly brackets stands for."""
    while (text := re.sub(r"\{([^{}]*)\}", lambda found: chance.choice(found[1].split("|")), template)) != template:
        template = text
    return text


def column(name: str) -> list[str]:
    with (SAMPLES / name).open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample data beside the project (../shared) is not here")
def test_copies_of_spam_are_found_and_nothing_else_is() -> None:
    """Four texts of each template. Templates are variants of each other as well, so what is linked across them
    is no mistake; what people say is never linked to anything."""
    chance = random.Random(5)
    templates = [line for line in (SAMPLES / "spam-spintax.txt").read_text(encoding="utf-8").splitlines() if line]
    spam = [[fingerprint(expanded(one, chance)) for _ in range(4)] for one in templates]
    said = [fingerprint(text) for name in ("contrast-texts.csv", "comments-toxicity.csv") for text in column(name)]
    pairs = [pair for texts in spam for pair in combinations(texts, 2)]
    assert sum(a == b or bool(linked([a], [b])) for a, b in pairs) / len(pairs) > RECALL
    assert linked(said, [*said, *(one for texts in spam for one in texts)]) == []


RECALL = 0.6


def linked(some: list[Print | None], others: list[Print | None]) -> list[tuple[Print, Print]]:
    """Pairs that have a band in common and are alike, but not the same."""
    by_band: dict[str, list[Print]] = defaultdict(list)
    for one in filter(None, others):
        for band in one.bands:
            by_band[band].append(one)
    near = [(one, other) for one in filter(None, some) for band in one.bands for other in by_band[band]]
    return [(one, other) for one, other in near if one != other and likeness.likeness(one, other) >= ALIKE]
