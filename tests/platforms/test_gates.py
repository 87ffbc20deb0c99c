"""Who gets in: every gate, against vectors, the reference library and forgeries."""

import ast
import base64
import hashlib
import hmac
import inspect
import json
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from functions.platforms import signatures
from functions.platforms.door import GATES, Accepted, Answer, Request, classified, gate
from functions.platforms.signatures import standard_headers
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.kits import kit
from tests.platforms.senders import (
    NOW,
    SECRETS,
    SENDERS,
    SIGNED_IN,
    WRONG,
    asymmetric,
    brief,
    platform_of,
    standard,
    with_headers,
)

BODY = b'{"type": "flag.raised", "data": {"name": "Jos\xc3\xa9"}}'
HUGE = "A" * 100_000
VERIFIERS = ("same", "signed_by")

every_gate = pytest.mark.parametrize("platform", GATES)
every_scheme = pytest.mark.parametrize("scheme", SENDERS)
both_standards = pytest.mark.parametrize(
    ("scheme", "sign"), [("standard_webhooks", standard), ("standard_webhooks v1a", asymmetric)]
)
BODY_SIGNED = tuple(scheme for scheme in SENDERS if kit(platform_of(scheme)).SIGNS_BODY)
"""Where only a token is sent, nothing but the connection protects the body."""
platforms = st.sampled_from(GATES)
schemes = st.sampled_from(tuple(SENDERS))
anything = st.text(st.characters(), max_size=80)  # Surrogates included.
names = ("webhook-id", "webhook-timestamp", *SIGNED_IN.values(), "x-github-event", "x-discourse-event")
values = st.one_of(anything, st.sampled_from((str(NOW), "v1,", "sha256=", "v1,AAAA v1,====", *WRONG.values(), HUGE)))
headers = st.dictionaries(st.sampled_from(names), values)


def admits(scheme: str, request: Request, *secrets: str, now: float = NOW) -> bool:
    return gate(platform_of(scheme)).verify(request, secrets or SECRETS[scheme][:1], now)


def test_every_gate_is_tried_with_requests_that_are_signed() -> None:
    assert {platform_of(scheme) for scheme in SENDERS} == set(GATES)


def vectors() -> list[Any]:
    if not PAYLOADS.is_dir():
        return [pytest.param({}, marks=MARKS, id="absent")]
    found = json.loads((PAYLOADS / "signature-vectors.json").read_text())["vectors"]
    return [
        pytest.param(vector, marks=MARKS, id=vector["id"])
        for vector in found
        if vector["platform"].replace("-", "_") in GATES
    ]


@pytest.mark.parametrize("vector", vectors())
def test_a_published_vector_gets_its_verdict(vector: dict[str, Any]) -> None:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    request = Request("POST", headers, vector["body"].encode())
    secret = vector.get("secret") or vector["public_key"]
    admitted = admits(vector["platform"].replace("-", "_"), request, secret, now=moment(vector["now"]))
    assert admitted == (vector["expected"] == "valid"), vector["why"]


def moment(now: object) -> float:
    """The receiver's clock of a vector: unix seconds, RFC 3339, or whatever where no time is signed."""
    return datetime.fromisoformat(now).timestamp() if isinstance(now, str) else float(now or NOW)  # type: ignore[arg-type]


@every_scheme
def test_what_the_platform_signed_gets_in(scheme: str) -> None:
    assert admits(scheme, SENDERS[scheme](SECRETS[scheme][0], BODY))


@every_scheme
def test_during_a_rotation_both_secrets_are_good_and_a_third_is_not(scheme: str) -> None:
    current, previous = SECRETS[scheme]
    for secret in (current, previous):
        assert admits(scheme, SENDERS[scheme](secret, BODY), current, previous)
    assert not admits(scheme, SENDERS[scheme](previous, BODY), current)


@every_scheme
def test_without_a_secret_nobody_gets_in(scheme: str) -> None:
    request = SENDERS[scheme](SECRETS[scheme][0], BODY)
    assert not gate(platform_of(scheme)).verify(request, [], NOW)


@pytest.mark.parametrize("platform", ["github", "discourse"])
def test_an_empty_secret_signs_nothing(platform: str) -> None:
    assert not admits(platform, SENDERS[platform]("", BODY), "")


@pytest.mark.parametrize("scheme", BODY_SIGNED)
@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body + b" ",
        lambda body: body[:-1],
        lambda body: body.replace(b"\xc3\xa9", b"\\u00e9"),
        lambda body: json.dumps(json.loads(body), separators=(",", ":")).encode(),
        lambda body: b"",
    ],
    ids=["longer", "cut", "escaped otherwise", "serialised again", "empty"],
)
def test_another_body_under_the_same_signature_is_refused(scheme: str, damage: Any) -> None:
    request = SENDERS[scheme](SECRETS[scheme][0], BODY)
    assert not admits(scheme, replace(request, body=damage(BODY)))


@every_scheme
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        ",",
        "v1",
        "v1,",
        "v1,a,b,c",
        "v1a",
        "v1a,",
        "v1a,====",
        "v1a,é",
        "v1a,\ud800",
        "v1a,AAAA",
        "v1a," + "A" * 84,
        "v1a," + "A" * 88,
        "v1a," + "f" * 128,
        "v1,====",
        "v1,é",
        "sha256",
        "sha256=",
        "sha256=zz",
        "sha256=é",
        "\ud800",
        "\x00",
        HUGE,
        "v1," + HUGE,
        "v1a," + HUGE,
        "sha256=" + HUGE,
    ],
    ids=brief,
)
def test_a_malformed_signature_is_refused_and_raises_nothing(scheme: str, value: str | None) -> None:
    request = SENDERS[scheme](SECRETS[scheme][0], BODY)
    assert not admits(scheme, with_headers(request, **{SIGNED_IN[scheme]: value}))


@every_scheme
def test_a_header_sent_twice_is_refused(scheme: str) -> None:
    # An HTTP API joins them with a comma: whoever can add a header must not be able to add a guess.
    request = SENDERS[scheme](SECRETS[scheme][0], BODY)
    name = SIGNED_IN[scheme]
    twice = f"{request.headers[name]},{request.headers[name]}"
    assert not admits(scheme, with_headers(request, **{name: twice}))


@every_scheme
def test_letter_case_and_space_around_a_signature_count(scheme: str) -> None:
    request = SENDERS[scheme](SECRETS[scheme][0], BODY)
    name = SIGNED_IN[scheme]
    assert not admits(scheme, with_headers(request, **{name: request.headers[name].swapcase()}))
    assert not admits(scheme, with_headers(request, **{name: request.headers[name] + "\t"}))


def test_github_s_older_signature_opens_nothing() -> None:
    secret = SECRETS["github"][0]
    older = "sha1=" + hmac.new(secret.encode(), BODY, hashlib.sha1).hexdigest()
    assert not admits("github", Request("POST", {"x-hub-signature": older}, BODY))
    assert not admits("github", Request("POST", {"x-hub-signature": older, "x-hub-signature-256": older}, BODY))


@both_standards
@pytest.mark.parametrize(("difference", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signed_time_is_good_for_five_minutes_both_ways(scheme: str, sign: Any, difference: int, good: bool) -> None:
    assert admits(scheme, sign(SECRETS[scheme][0], BODY, at=NOW + difference)) == good


@pytest.mark.parametrize(
    "stamp", ["", "now", "1795339800.0", "+1795339800", "-1", "١٧٩٥٣٣٩٨٠٠", "²", "9" * 5000], ids=brief
)
def test_a_time_that_is_no_whole_number_is_refused(stamp: str) -> None:
    secret = SECRETS["standard_webhooks"][0]
    request = Request("POST", standard_headers(secret, "msg_1", stamp, BODY), BODY)
    assert not admits("standard_webhooks", request)


@both_standards
def test_time_and_id_are_part_of_what_is_signed(scheme: str, sign: Any) -> None:
    request = sign(SECRETS[scheme][0], BODY)
    assert not admits(scheme, with_headers(request, webhook_timestamp=str(NOW + 1)))
    assert not admits(scheme, with_headers(request, webhook_id="msg_2"))


@both_standards
def test_an_id_with_a_full_stop_is_refused(scheme: str, sign: Any) -> None:
    # `id.timestamp.body` could be read in two ways; the specification forbids it for that reason.
    assert not admits(scheme, sign(SECRETS[scheme][0], BODY, webhook_id="msg.1"))


def test_one_right_signature_among_several_is_enough() -> None:
    request = standard(SECRETS["standard_webhooks"][0], BODY)
    right = request.headers["webhook-signature"]
    several = f"v1a,AAAA v1,{base64.b64encode(b'x' * 32).decode()} {right}"
    assert admits("standard_webhooks", with_headers(request, webhook_signature=several))
    assert not admits("standard_webhooks", with_headers(request, webhook_signature=right.replace("v1,", "v2,")))


@pytest.mark.parametrize("unusable", ["", "whsec_", "whsec_not base64!", "whsec_é", "whsec_\ud800", "correct horse"])
def test_a_secret_that_cannot_be_a_key_is_passed_over(unusable: str) -> None:
    good = SECRETS["standard_webhooks"][0]
    request = standard(good, BODY)
    assert not admits("standard_webhooks", request, unusable)
    assert admits("standard_webhooks", request, unusable, good)


def test_a_secret_may_lack_its_prefix_and_its_padding() -> None:
    secret = SECRETS["standard_webhooks"][1]
    request = standard(secret, BODY)
    assert admits("standard_webhooks", request, secret.removeprefix("whsec_").rstrip("="))


keys = st.binary(min_size=1, max_size=64).map(lambda key: "whsec_" + base64.b64encode(key).decode())
ids = st.text(st.characters(codec="ascii", exclude_characters=".", min_codepoint=33), min_size=1, max_size=40)
texts = st.text(st.characters(codec="utf-8"), max_size=200)


@given(secret=keys, webhook_id=ids, body=texts)
def test_the_reference_library_signs_what_we_verify(secret: str, webhook_id: str, body: str) -> None:
    assert admits("standard_webhooks", standard(secret, body.encode(), webhook_id=webhook_id), secret)


@given(secret=keys, webhook_id=ids, body=texts)
def test_the_reference_library_verifies_what_we_sign(secret: str, webhook_id: str, body: str) -> None:
    stamp = str(int(datetime.now(UTC).timestamp()))  # It reads the clock itself.
    headers = standard_headers(secret, webhook_id, stamp, body.encode())
    Webhook(secret).verify(body, headers, json_parse=False)


@given(platform=platforms, headers=headers, body=st.binary(max_size=200), secrets=st.lists(anything, max_size=3))
def test_nothing_a_stranger_sends_gets_in_or_raises(
    platform: str, headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    assert not gate(platform).verify(Request("POST", headers, body), secrets, NOW)


@given(scheme=st.sampled_from(BODY_SIGNED), body=texts, other=st.binary(max_size=200))
def test_a_signature_is_good_for_one_body_only(scheme: str, body: str, other: bytes) -> None:
    assume(other != body.encode())
    request = SENDERS[scheme](SECRETS[scheme][0], body.encode())
    assert admits(scheme, request)
    assert not admits(scheme, replace(request, body=other))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.one_of(
    st.binary(max_size=200),
    json_like.map(lambda value: json.dumps(value).encode()),
    json_like.map(lambda value: json.dumps({"type": value, "data": value}).encode()),
)


@given(platform=platforms, headers=headers, body=bodies)
def test_every_verified_request_is_placed_somewhere(platform: str, headers: dict[str, str], body: bytes) -> None:
    verdict = classified(platform, Request("POST", headers, body))
    if isinstance(verdict, Answer):
        assert 200 <= verdict.status < 300
    else:
        assert verdict
        for one in verdict:
            assert (one.pipeline == "parked") == bool(one.reason)
            assert one.event
            assert one.answer is None or 200 <= one.answer.status < 300


@every_gate
@pytest.mark.parametrize("depth", [100, 990, 995, 1000, 100_000])
@pytest.mark.parametrize("around", [b"%s", b'{"type": %s}', b'{"a": %s}'])
def test_deep_nesting_is_parked_like_anything_unknown(platform: str, depth: int, around: bytes) -> None:
    verdict = classified(platform, Request("POST", {}, around % (b"[" * depth + b"]" * depth)))
    assert isinstance(verdict, Answer) or {one.pipeline for one in verdict} == {"parked"}


@pytest.mark.parametrize("sent", [None, 7, True, [], {"flag": "raised"}, "\ud800", "x" * 5000, ""], ids=brief)
def test_an_event_type_that_is_none_is_parked_under_a_name_any_store_can_hold(sent: object) -> None:
    verdict = gate("standard_webhooks").classify(Request("POST", {}, json.dumps({"type": sent}).encode()))
    assert isinstance(verdict, Accepted)
    assert verdict.pipeline == "parked"
    assert 0 < len(verdict.event.encode("utf-8")) <= 80


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"flag.raised"', b"{", b"\xff", b"\x00", b"\xef\xbb\xbf"])
def test_a_body_that_is_no_object_is_parked_with_that_reason(body: bytes) -> None:
    verdict = gate("standard_webhooks").classify(Request("POST", {"webhook-id": "msg_1"}, body))
    assert verdict == Accepted("parked", "unreadable", "msg_1", "the body is not a JSON object")


@pytest.mark.parametrize(
    ("platform", "headers", "pipeline"),
    [
        ("discourse", {"x-discourse-event": "reviewable_created"}, "moderation"),
        ("discourse", {"x-discourse-event": "reviewable_score_updated"}, "moderation"),
        ("discourse", {"x-discourse-event": "post_created"}, "feedback"),
        ("discourse", {"x-discourse-event": "topic_pondered"}, "parked"),
        ("discourse", {}, "parked"),
        ("github", {"x-github-event": "release"}, "announcements"),
        ("github", {"x-github-event": "discussion"}, "feedback"),
        ("github", {"x-github-event": "discussion_comment"}, "feedback"),
        ("github", {"x-github-event": "star"}, "feedback"),
        ("github", {}, "parked"),
    ],
)
def test_an_event_goes_where_its_header_says(platform: str, headers: dict[str, str], pipeline: str) -> None:
    verdict = gate(platform).classify(Request("POST", headers, b"{}"))
    assert isinstance(verdict, Accepted)
    assert verdict.pipeline == pipeline


@pytest.mark.parametrize(("platform", "name"), [("discourse", "x-discourse-event"), ("github", "x-github-event")])
def test_a_ping_is_answered_and_goes_nowhere(platform: str, name: str) -> None:
    verdict = gate(platform).classify(Request("POST", {name: "ping"}, b"{}"))
    assert isinstance(verdict, Answer)
    assert verdict.status == 200


def test_a_delivery_is_named_by_the_platform() -> None:
    assert place("standard_webhooks", {"webhook-id": "msg_1"}) == "msg_1"
    assert place("github", {"x-github-event": "star", "x-github-delivery": "guid"}) == "guid"
    assert place("github", {"x-github-event": "star"}, b"a") != place("github", {"x-github-event": "star"}, b"b")


def test_a_forum_s_event_id_alone_names_nothing() -> None:
    # A restored forum counts from an old number again: two events must not look like one.
    headers = {"x-discourse-event": "post_created", "x-discourse-event-id": "47"}
    assert place("discourse", headers, b"one") == place("discourse", headers, b"one")
    assert place("discourse", headers, b"one") != place("discourse", headers, b"two")


def place(platform: str, headers: dict[str, str], body: bytes = b"{}") -> str:
    verdict = gate(platform).classify(Request("POST", headers, body))
    assert isinstance(verdict, Accepted)
    return verdict.delivery


def test_a_platform_nobody_wrote_has_no_gate() -> None:
    for name in ("nobody", "", "..", "standard_webhooks.gate", "webhook"):
        with pytest.raises(KeyError):
            gate(name)


def verifiers(platform: str) -> list[str]:
    """Which of the two ways to verify a gate has."""
    return [name for name in VERIFIERS if hasattr(gate(platform), name)]


@every_scheme
@pytest.mark.parametrize("verdict", [True, False])
def test_a_gate_believes_only_the_one_comparison(scheme: str, verdict: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    module = cast(ModuleType, gate(platform_of(scheme)))
    for name in verifiers(platform_of(scheme)):
        monkeypatch.setattr(module, name, lambda *given: verdict)
    right = SENDERS[scheme](SECRETS[scheme][0], BODY)
    wrong = with_headers(right, **{SIGNED_IN[scheme]: WRONG.get(scheme, "wrong")})
    assert admits(scheme, right) is verdict
    assert admits(scheme, wrong) is verdict


@every_gate
def test_a_gate_verifies_by_the_shared_means_or_not_at_all(platform: str) -> None:
    assert verifiers(platform)
    for name in verifiers(platform):
        assert getattr(gate(platform), name) is getattr(signatures, name)


@every_gate
def test_no_gate_compares_signatures_by_other_means(platform: str) -> None:
    tree = ast.parse(inspect.getsource(cast(ModuleType, gate(platform))))
    assert not {"hmac", "hashlib", "compare_digest", "digest", "sha1", "nacl", "cryptography"} & {
        name for node in ast.walk(tree) for name in mentioned(node)
    }
    verify = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "verify")
    for node in ast.walk(verify):
        if isinstance(node, ast.Compare):
            # What is left to compare is a constant with a header: the full stop in an id.
            assert not any(isinstance(operator, ast.Eq | ast.NotEq | ast.Is) for operator in node.ops)
            assert isinstance(node.left, ast.Constant)
        assert not {"startswith", "endswith", "find", "index", "match"} & set(mentioned(node))


def mentioned(node: ast.AST) -> list[str]:
    """The names that a node of a syntax tree uses or imports."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.ImportFrom):
        return [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
