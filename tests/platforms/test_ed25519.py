"""Key pairs: who gets in by an Ed25519 signature, and that a public key opens nothing by itself."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from functions.platforms.door import Request, gate
from functions.platforms.signatures import signed_by, standard_headers, standard_public_key
from functions.platforms.standard_webhooks.gate import TRIED
from functions.shared import secret
from tests.platforms.senders import NOW, SECRETS, WRONG, brief, public, signed_with, standard, with_headers

BODY = b'{"type": "flag.raised", "data": {"name": "Jos\xc3\xa9"}}'
KEY = SigningKey(bytes(range(32)))
PUBLIC = public(KEY)
RAW = bytes(KEY.verify_key)
SHARED = SECRETS["standard_webhooks"][0]
GATE = gate("standard_webhooks")

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group that signatures live in (RFC 8032, 5.1)."""

FEW = (
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "00" * 32,
    "00" * 31 + "80",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
"""Points with so few multiples that a signature for them can be guessed."""

key_pairs = st.binary(min_size=32, max_size=32).map(SigningKey)
ids = st.text(st.characters(codec="ascii", exclude_characters=".", min_codepoint=33), min_size=1, max_size=40)
sizes = st.one_of(st.binary(max_size=100), st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))


def admits(request: Request, *secrets: str) -> bool:
    return GATE.verify(request, secrets, NOW)


def resigned(request: Request, *signatures: str) -> Request:
    return with_headers(request, webhook_signature=" ".join(signatures))


def signature(request: Request) -> str:
    return request.headers["webhook-signature"]


def flipped(whole: bytes, bit: int) -> bytes:
    at = bit % (8 * len(whole))
    return bytes(byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(whole))


@pytest.mark.parametrize(
    ("key", "message", "signed"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
    ids=["1", "2", "3"],
)
def test_the_vectors_of_rfc_8032_are_believed(key: str, message: str, signed: str) -> None:
    assert signed_by(bytes.fromhex(key), bytes.fromhex(signed), bytes.fromhex(message))
    assert not signed_by(bytes.fromhex(key), bytes.fromhex(signed), bytes.fromhex(message) + b" ")


@given(key=key_pairs, message=st.binary(max_size=200), bit=st.integers(0, 10_000))
def test_one_flipped_bit_anywhere_is_one_too_many(key: SigningKey, message: bytes, bit: int) -> None:
    known, signed = bytes(key.verify_key), key.sign(message).signature
    assert signed_by(known, signed, message)
    assert not signed_by(flipped(known, bit), signed, message)
    assert not signed_by(known, flipped(signed, bit), message)
    assert not message or not signed_by(known, signed, flipped(message, bit))


@given(key=sizes, signed=sizes, message=sizes)
def test_no_bytes_raise(key: bytes, signed: bytes, message: bytes) -> None:
    assert not signed_by(key, signed, message)


@given(key=key_pairs, message=st.binary(max_size=200), moved=st.integers(-64, 64))
def test_where_a_signature_ends_is_not_up_to_its_sender(key: SigningKey, message: bytes, moved: int) -> None:
    whole = bytes(key.sign(message))
    assume(len(whole[: 64 + moved]) != 64)
    assert not signed_by(bytes(key.verify_key), whole[: 64 + moved], whole[64 + moved :])


@given(key=key_pairs, more=st.binary(min_size=1, max_size=40))
def test_a_key_is_no_longer_and_no_shorter(key: SigningKey, more: bytes) -> None:
    known, signed = bytes(key.verify_key), key.sign(BODY).signature
    assert not signed_by(known + more, signed, BODY)
    assert not signed_by(known[: -len(more)], signed, BODY)


@pytest.mark.parametrize("point", FEW)
def test_a_key_that_everybody_can_sign_for_is_nobody_s(point: str) -> None:
    for nonce in FEW:
        assert not signed_by(bytes.fromhex(point), bytes.fromhex(nonce) + bytes(32), BODY)


def test_a_signature_has_one_form() -> None:
    signed = KEY.sign(BODY).signature
    other = int.from_bytes(signed[32:], "little") + ORDER
    assert signed_by(RAW, signed, BODY)
    assert not signed_by(RAW, signed[:32] + other.to_bytes(32, "little"), BODY)


@given(key=key_pairs, other=key_pairs, webhook_id=ids, body=st.binary(max_size=200))
def test_whoever_holds_the_key_gets_in_and_nobody_else(
    key: SigningKey, other: SigningKey, webhook_id: str, body: bytes
) -> None:
    assume(public(key) != public(other))
    request = signed_with(key, body, webhook_id)
    assert admits(request, public(key))
    assert admits(request, public(key).rstrip("="))
    assert admits(request, public(other), public(key))
    assert not admits(request, public(other))


@given(webhook_id=ids, body=st.binary(min_size=1, max_size=200), bit=st.integers(0, 10_000))
def test_flipped_bits_do_not_get_in(webhook_id: str, body: bytes, bit: int) -> None:
    request = signed_with(KEY, body, webhook_id)
    signed = base64.b64decode(signature(request).removeprefix("v1a,"))
    bent = "v1a," + base64.b64encode(flipped(signed, bit)).decode()
    bent_key = "whpk_" + base64.b64encode(flipped(RAW, bit)).decode()
    assert admits(request, PUBLIC)
    assert not admits(resigned(request, bent), PUBLIC)
    assert not admits(Request("POST", request.headers, flipped(body, bit)), PUBLIC)
    assert not admits(request, bent_key)


@given(secrets=st.lists(st.binary(min_size=32, max_size=32), max_size=2), signed=st.lists(sizes, max_size=3))
def test_no_signature_of_nobody_s_gets_in_or_raises(secrets: list[bytes], signed: list[bytes]) -> None:
    given = [f"{version},{base64.b64encode(one).decode()}" for one in signed for version in ("v1", "v1a")]
    request = resigned(signed_with(KEY, BODY), *given)
    assert not admits(request, *("whpk_" + base64.b64encode(key).decode() for key in secrets))


@pytest.mark.parametrize(
    "unusable",
    [
        "whpk_",
        "whpk_not base64!",
        "whpk_é",
        "whpk_\ud800",
        "whpk_" + base64.b64encode(RAW[:31]).decode(),
        "whpk_" + base64.b64encode(RAW + b"x").decode(),
        "whpk_" + RAW.hex(),
        "whpk_whsec_" + base64.b64encode(RAW).decode(),
        "WHPK_" + base64.b64encode(RAW).decode(),
        PUBLIC.replace("whpk_", "whsk_"),
        PUBLIC.removeprefix("whpk_"),
        PUBLIC.replace("whpk_", "whsec_"),
        " " + PUBLIC,
    ],
    ids=brief,
)
def test_what_is_no_public_key_lets_no_v1a_in_and_is_passed_over(unusable: str) -> None:
    request = signed_with(KEY, BODY)
    assert not admits(request, unusable)
    assert admits(request, unusable, PUBLIC)
    with pytest.raises(ValueError, match="not base64 of 32 bytes"):
        standard_public_key(unusable)


@pytest.mark.parametrize(
    "guess",
    [
        RAW,
        base64.b64encode(RAW),
        PUBLIC.encode(),
        base64.b64decode(PUBLIC, altchars=b"-_"),
        base64.b64decode("whpk" + PUBLIC.removeprefix("whpk_")),
        b"whpk_",
        b"",
    ],
    ids=brief,
)
def test_a_public_key_is_never_a_shared_secret(guess: bytes) -> None:
    # Everybody may know it: whoever computes an HMAC with it must not get in.
    request = signed_with(KEY, BODY)
    mac = hmac.new(guess, f"msg_1.{NOW}.".encode() + BODY, hashlib.sha256).digest()
    forged = [f"{version},{base64.b64encode(mac).decode()}" for version in ("v1", "v1a")]
    assert not admits(resigned(request, *forged), PUBLIC)
    assert not admits(resigned(request, *forged), PUBLIC, PUBLIC.rstrip("="))


@pytest.mark.parametrize("half", [PUBLIC, PUBLIC.replace("whpk_", "whsk_")], ids=["public", "private"])
def test_with_half_of_a_key_pair_nothing_is_compared_or_signed(half: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast(ModuleType, GATE), "same", lambda given, expected: True)
    assert not admits(resigned(signed_with(KEY, BODY), "v1,AAAA", *WRONG.values()), half)
    with pytest.raises(ValueError, match="half of a key pair"):
        standard_headers(half, "msg_1", str(NOW), BODY)


def test_a_shared_secret_verifies_no_v1a(monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(*given: bytes) -> bool:
        raise AssertionError("a source without a public key has no use for Ed25519")

    monkeypatch.setattr(cast(ModuleType, GATE), "signed_by", unexpected)
    assert not admits(signed_with(KEY, BODY), SHARED)
    assert not admits(signed_with(KEY, BODY), PUBLIC.replace("whpk_", "whsec_"))


def test_versions_that_nobody_knows_are_skipped() -> None:
    request = signed_with(KEY, BODY)
    right = signature(request)
    assert admits(resigned(request, "v9,AAAA", "v1,AAAA", "v1a", "", "v1a,AAAA", right), PUBLIC)
    for version in ("v1", "v1b", "v2", "V1A", "v1a ", ""):
        assert not admits(resigned(request, right.replace("v1a", version)), PUBLIC)


def test_a_stranger_cannot_have_us_read_one_body_hundreds_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    request = signed_with(KEY, BODY)
    wrong = list(WRONG.values()) * 100
    assert admits(resigned(request, *wrong[: TRIED - 1], signature(request)), PUBLIC)
    tried: list[bytes] = []
    monkeypatch.setattr(cast(ModuleType, GATE), "signed_by", lambda key, given, message: bool(tried.append(given)))
    assert not admits(resigned(request, *wrong), PUBLIC)
    assert len(tried) == TRIED


def test_from_a_shared_secret_to_a_key_pair_no_delivery_is_lost() -> None:
    start = datetime.fromtimestamp(NOW, UTC)
    old, new = standard(SHARED, BODY), signed_with(KEY, BODY)
    both = (resigned(new, signature(old), signature(new)), resigned(new, signature(new), signature(old)))
    before = secret.rotated(None, SHARED, start)
    after = secret.rotated(before, PUBLIC, start)
    for request in (old, *both):
        assert admits(request, *secret.live(before, start))
    for request in (old, *both, new):
        assert admits(request, *secret.live(after, start + secret.OVERLAP - timedelta(seconds=1)))
    for request in (*both, new):
        assert admits(request, *secret.live(after, start + secret.OVERLAP))
    assert not admits(old, *secret.live(after, start + secret.OVERLAP))


def test_from_a_key_pair_back_to_a_shared_secret_no_delivery_is_lost_either() -> None:
    start = datetime.fromtimestamp(NOW, UTC)
    stored = secret.rotated(json.dumps({"current": PUBLIC}), SHARED, start)
    for request in (standard(SHARED, BODY), signed_with(KEY, BODY)):
        assert admits(request, *secret.live(stored, start))
    assert not admits(signed_with(KEY, BODY), *secret.live(stored, start + secret.OVERLAP))
