"""Every platform through the door: verified, answered as it needs, queued; and its secret rotated without a loss."""

import pytest

from functions.platforms.door import GATES, gate
from functions.shared import secret
from tests.platforms.kits import kit
from tests.webhooks.door import Answered, Door

every_platform = pytest.mark.parametrize("platform", GATES)
BODY = b'{"type": "something.new", "event": {"type": "NEW"}, "id": "1", "update_id": 1}'


def send(door: Door, platform: str, secret: str) -> Answered:
    request = kit(platform).signed(secret, BODY, at=int(door.now.timestamp()))
    parameters = {"source": f"at-{platform.replace('_', '-')}", **({"rest": request.path} if request.path else {})}
    return door.post(
        parameters["source"],
        request.headers,
        request.body,
        pathParameters=parameters,
        queryStringParameters=dict(request.query),
        requestContext={"http": {"method": request.method}},
    )


@every_platform
def test_a_rotation_loses_nothing(door: Door, platform: str) -> None:
    source, (old, new) = f"at-{platform.replace('_', '-')}", kit(platform).SECRETS
    assert 200 <= send(door, platform, old).status < 300
    door.put_secret(source, new)
    assert 200 <= send(door, platform, old).status < 300  # The platform has not heard of the new one.
    door.later(minutes=2)  # It is told now, and not before: see `functions/shared/secret.py`.
    assert 200 <= send(door, platform, new).status < 300
    assert 200 <= send(door, platform, old).status < 300  # What was under way.
    door.later(hours=24)
    assert 200 <= send(door, platform, new).status < 300
    assert send(door, platform, old).status >= 400


@every_platform
def test_a_new_secret_is_told_to_the_platform_only_when_the_door_knows_it(door: Door, platform: str) -> None:
    source, (old, new) = f"at-{platform.replace('_', '-')}", kit(platform).SECRETS
    door.put_secret(source, new)
    stored = next(value for name, value in door.cloud.parameters.items() if name.endswith(f"/sources/{source}"))
    assert secret.settled(stored, door.now) == old
    door.later(minutes=2)
    assert secret.settled(stored, door.now) == new


@every_platform
def test_a_stranger_is_refused_and_nothing_is_queued(door: Door, platform: str) -> None:
    other = kit(platform).SECRETS[1]
    told = send(door, platform, other)
    assert told.status in (401, 403, 404)
    assert getattr(gate(platform), "REFUSED", None) or told.status == 401
    assert not door.queued
