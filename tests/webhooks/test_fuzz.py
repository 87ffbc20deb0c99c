"""A bounded, seeded run of damaged requests through the door: none gets in, none breaks it."""

import json
import random
from collections.abc import Callable

import pytest

from functions.platforms.door import GATES, Request
from tests.platforms.deliveries import SAMPLES
from tests.platforms.kits import kit
from tests.webhooks.door import Answered, Door

SEED = 20261122
ROUNDS = 150
"""For each platform; the same every time."""

Damage = Callable[[random.Random, bytes], bytes]


def flipped(dice: random.Random, body: bytes) -> bytes:
    place = dice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << dice.randrange(8))]) + body[place + 1 :]


def cut(dice: random.Random, body: bytes) -> bytes:
    return body[: dice.randrange(len(body))]


def stuffed(dice: random.Random, body: bytes) -> bytes:
    place = dice.randrange(len(body))
    return body[:place] + dice.randbytes(dice.randrange(1, 9)) + body[place:]


def serialised_again(dice: random.Random, body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), indent=dice.choice((None, 1, 3)), ensure_ascii=dice.random() < 0.5).encode()
    except ValueError:
        return body + b"\n"


def encoded_otherwise(dice: random.Random, body: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-32", "utf-8-sig")))


DAMAGES: tuple[Damage, ...] = (flipped, cut, stuffed, serialised_again, encoded_otherwise)


def bodies(platform: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((SAMPLES / platform).iterdir())]


def post(door: Door, platform: str, request: Request) -> Answered:
    source = f"at-{platform.replace('_', '-')}"
    return door.post(
        source,
        request.headers,
        request.body,
        as_base64=True,
        pathParameters={"source": source, **({"rest": request.path} if request.path else {})},
        queryStringParameters=dict(request.query),
        requestContext={"http": {"method": request.method}},
    )


@pytest.mark.parametrize("platform", GATES)
def test_a_damaged_body_never_gets_in_under_the_signature_of_the_whole_one(door: Door, platform: str) -> None:
    if not kit(platform).SIGNS_BODY:
        pytest.skip("only a token is sent: nothing protects the body but the connection")
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        body = dice.choice(bodies(platform))
        request = kit(platform).signed(kit(platform).SECRETS[0], body, at=int(door.now.timestamp()))
        damaged = dice.choice(DAMAGES)(dice, request.body)
        if damaged == request.body:
            continue
        told = post(door, platform, Request(request.method, request.headers, damaged, request.query, request.path))
        assert 400 <= told.status < 500, damaged
    assert not door.queued


@pytest.mark.parametrize("platform", GATES)
def test_whatever_was_signed_is_answered_and_kept(door: Door, platform: str) -> None:
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        body = dice.choice(DAMAGES)(dice, dice.choice(bodies(platform)))
        request = kit(platform).signed(kit(platform).SECRETS[0], body, at=int(door.now.timestamp()))
        told = post(door, platform, request)
        assert 200 <= told.status < 300, (told.status, body)


@pytest.mark.parametrize("platform", GATES)
def test_damaged_headers_are_refused_and_never_an_error(door: Door, platform: str) -> None:
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        body = dice.choice(bodies(platform))
        request = kit(platform).signed(kit(platform).SECRETS[0], body, at=int(door.now.timestamp()))
        name = kit(platform).SIGNED_IN
        value = dice.choice(DAMAGES)(dice, request.headers[name].encode()).decode("latin-1")
        told = post(door, platform, Request(request.method, {**request.headers, name: value}, body, {}, request.path))
        assert told.status < 500
        assert told.status >= 400 or value == request.headers[name]
