"""Which language a text is in. How often it is right is measured by `scripts/train`, on texts not trained on."""

import json
import subprocess
import sys
from math import isclose

import pytest

from functions.feedback.reading import language
from functions.feedback.reading.language import ALL, identify

PAIR = ("en", "fr")
CARD = json.loads(language.WEIGHTS.with_suffix(".json").read_text())
PLAIN = {
    "ar": "لا يمكنني تسجيل الدخول بعد التحديث الأخير",
    "cs": "Po poslední aktualizaci se nemůžu přihlásit ke svému účtu",
    "da": "Efter den seneste opdatering kan jeg ikke logge ind længere",
    "de": "Seit dem letzten Update kann ich mich nicht mehr anmelden",
    "en": "Since the last update I cannot log in any more",
    "es": "Desde la última actualización ya no puedo iniciar sesión",
    "fr": "Depuis la dernière mise à jour je ne peux plus me connecter",
    "hi": "पिछले अपडेट के बाद मैं लॉग इन नहीं कर पा रहा हूँ",
    "it": "Dopo l'ultimo aggiornamento non riesco più ad accedere",
    "ja": "前回のアップデートからログインできません",
    "ko": "지난 업데이트 이후로 로그인할 수 없습니다",
    "nl": "Sinds de laatste update kan ik niet meer inloggen",
    "pl": "Od ostatniej aktualizacji nie mogę się zalogować na swoje konto",
    "pt": "Desde a última atualização não consigo mais entrar na minha conta",
    "ro": "De la ultima actualizare nu mă mai pot conecta la contul meu",
    "ru": "После последнего обновления я не могу войти в свою учётную запись",
    "sv": "Sedan den senaste uppdateringen kan jag inte logga in längre",
    "tr": "Son güncellemeden beri hesabıma giriş yapamıyorum",
    "uk": "Після останнього оновлення я не можу увійти до свого облікового запису",
    "zh": "自从上次更新以后我就无法登录了",
}


@pytest.mark.parametrize(("wanted", "text"), PLAIN.items())
def test_a_plain_sentence_is_known_among_twenty(wanted: str, text: str) -> None:
    assert identify(text).name == wanted
    assert identify(text.upper()).name == wanted


def test_every_language_is_there() -> None:
    assert set(PLAIN) == set(ALL)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("fr", "jsp pk ça marche plus"),
        ("fr", "l'appli bug tt le tps c chiant"),
        ("fr", "LE JEU EST CASSÉ"),
        ("fr", "le jeu est casse depuis la maj"),
        ("fr", "quand est-ce que vous ajoutez le mode coop ?"),
        ("fr", "c trop bien mdr"),
        ("fr", "@someone merci bcp <url> :heart:"),
        ("fr", "```if (x) { return the_same; }``` ça plante toujours"),
        ("en", "pls fix the lag lol"),
        ("en", "nerf the shotgun pls"),
        ("en", "doesnt work"),
        ("en", "why r u guys so slow"),
        ("en", "CAN WE GET A DARK MODE PLEASE"),
        ("en", "love it 😍😍 https://exemple.fr/le/jeu"),
        ("en", "`git commit` gives me an error every time"),
    ],
)
def test_people_write_as_in_a_chat(wanted: str, text: str) -> None:
    assert identify(text, PAIR).name == wanted


NOTHING = (
    *(
        "",
        "   ",
        "a",
        "lol",
        "LOL xD",
        "gg wp",
        "ok",
        "😀😀😀",
        "12345",
        "3:0 !!",
        "@user",
        "<url> <num>",
        ":thumbsup:",
    ),
    *(
        "https://example.org/la/page/des/jeux",
        "jean.dupont@example.fr",
        "```le code est ici```",
        "src/le/jeu.py",
        "\ud800",
    ),
)


@pytest.mark.parametrize("text", NOTHING)
def test_what_says_nothing_is_in_no_language(text: str) -> None:
    assert identify(text, PAIR).name == "unknown"


@pytest.mark.parametrize("wanted", sorted(set(ALL) - set(PAIR)))
def test_what_is_in_none_of_the_candidates_is_not_the_nearest_of_them(wanted: str) -> None:
    label = identify(PLAIN[wanted], PAIR)
    assert (label.name, set(label.scores.values())) == ("unknown", {0.0})


@pytest.mark.parametrize("text", ["Το παιχνίδι δεν ανοίγει πια", "המשחק לא נפתח", "เกมไม่เปิด"])
def test_a_script_nobody_was_asked_for_is_in_none_of_them(text: str) -> None:
    assert identify(text).name == "unknown"


def test_what_could_be_either_is_unknown() -> None:
    label = identify("table", PAIR)
    assert label.name == "unknown"
    assert isclose(sum(label.scores.values()), 1)


def test_fewer_candidates_tell_more() -> None:
    assert identify("très bon", ("en", "fr")).name == "fr"
    assert identify("最高", ("en", "ja")).name == "ja"
    assert identify("最高").name == "zh"


def test_candidates_are_answered_by_their_own_names() -> None:
    assert identify(PLAIN["pt"], ("en-GB", "pt-BR")).name == "pt-BR"
    assert identify(PLAIN["fr"], ("fr", "fr-CA")).name == "fr"


def test_a_candidate_nobody_trained_is_never_named_and_does_no_harm() -> None:
    label = identify(PLAIN["fr"], ("fr", "fi"))
    assert (label.name, label.scores["fi"]) == ("fr", 0.0)
    assert identify(PLAIN["fr"], ("fi",)).name == "unknown"
    assert identify(PLAIN["fr"], ()).name == "unknown"


def test_the_larger_part_of_a_mixed_text_wins() -> None:
    assert identify("This map is broken since the patch, quel dommage", PAIR).name == "en"
    assert identify("Discord が起動しないので確認してください", ("en", "ja")).name == "ja"


def test_the_words_that_decided_are_named() -> None:
    label = identify("The new update is trash, ptdr", PAIR)
    assert (label.name, label.model) == ("en", "language-1")
    assert "the" in label.because
    assert "ptdr" not in label.because
    assert len(label.because) <= 3


def test_scores_are_probabilities_over_the_candidates() -> None:
    for text in PLAIN.values():
        scores = identify(text).scores
        assert set(scores) == set(ALL)
        assert isclose(sum(scores.values()), 1)


def test_a_flood_of_letters_is_cut() -> None:
    assert identify("the game is broken " * 50_000, PAIR).name == "en"
    for flood in (
        "the" + "e" * 1_000_000,
        "@" * 9_000,
        "a@" * 9_000,
        "a.b_" * 9_000,
        "`" * 9_000,
        "<" * 9_000,
        "ʻa" * 9_000,
    ):
        assert identify(flood, PAIR).name in (*PAIR, "unknown")


def test_the_same_in_every_process_whatever_was_read_before() -> None:
    asked = "from functions.feedback.reading.language import identify; print(identify('Depuis la maj, ça plante'))"
    fresh = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert fresh.strip() == str(identify("Depuis la maj, ça plante"))


def test_the_weights_are_small_and_as_their_card_says() -> None:
    assert language.WEIGHTS.stat().st_size == CARD["bytes"] <= 450_000
    assert (CARD["model"], CARD["languages"]) == (language.MODEL, list(ALL))


def test_the_card_shows_what_was_promised() -> None:
    accuracy = CARD["accuracy"]
    assert accuracy["en or fr: < 40"]["right"] >= 92
    assert accuracy["en or fr: >= 40"]["right"] >= 99
    assert accuracy["of 20: >= 40"]["right"] >= 98.5
