"""A channel on Discord or Slack in which cards stand, and what people do there: press a button, fill in its form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from events.envelope import Envelope
from functions.platforms.door import Accepted, Answer, Request, gate
from functions.platforms.outgoing import Reply
from functions.shared import clock
from tests.support.outside import Call
from tests.support.world import World

ILSE, BO, EVE = "250000000000000022", "250000000000000023", "250000000000000666"
CHANNEL = "1301000000000000020"
PLATFORMS = ("discord", "slack")


@dataclass
class Channel:
    """The desk's channel, on either platform: its messages, by what the platform calls them."""

    platform: str
    world: World
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    edits: int = 0
    silent: bool = False

    def usual(self, call: Call) -> Reply:
        if "discord.com" in call.url:
            return self.discord(call)
        if "slack.com" in call.url:
            return self.slack(call)
        return Reply(200, {}, b"")

    def discord(self, call: Call) -> Reply:
        assert call.headers["authorization"] == "Bot token"
        if call.method == "GET":
            return told([{"id": name, **body} for name, body in self.messages.items()])
        if call.method == "PATCH":
            self.edits += 1
            name = call.url.rpartition("/")[2]
            self.messages[name] |= call.said
            return told({"id": name})
        name = self.nonces.setdefault(call.said["nonce"], str(len(self.messages) + 1))
        self.messages.setdefault(name, call.said)
        return told({"id": name, "channel_id": CHANNEL})

    def slack(self, call: Call) -> Reply:
        assert call.headers["authorization"] == "Bearer token"
        if call.url.endswith("conversations.history"):
            return told({"ok": True, "messages": [{"ts": name, **body} for name, body in self.messages.items()]})
        if call.url.endswith("chat.update"):
            self.edits += 1
            self.messages[call.said["ts"]] |= call.said
            return told({"ok": True, "ts": call.said["ts"], "channel": CHANNEL})
        name = f"1795339{len(self.messages):03d}.000100"
        self.messages[name] = call.said
        return told({"ok": True, "ts": name, "channel": CHANNEL})

    @property
    def card(self) -> dict[str, Any]:
        """The only message there."""
        (found,) = self.messages.values()
        return found

    @property
    def says(self) -> str:
        return json.dumps(self.card, ensure_ascii=False).replace("\\\\", "")

    @property
    def buttons(self) -> dict[str, str]:
        """What can be pressed: each action with what it is called after."""
        name = "custom_id" if self.platform == "discord" else "action_id"
        rows = self.card["components"] if self.platform == "discord" else self.card["blocks"]
        held = [one for row in rows for one in row.get("components") or row.get("elements") or ()]
        return {one[name].split(":")[2]: one[name] for one in held}


def told(body: Any) -> Reply:
    return Reply(200, {}, json.dumps(body).encode())


def arrived(world: World, platform: str, body: dict[str, Any]) -> Envelope:
    return enveloped(world, platform, raw(platform, body))


def raw(platform: str, body: dict[str, Any]) -> bytes:
    written = json.dumps(body).encode()
    return written if platform == "discord" else b"payload=" + quote_plus(written).encode()


def enveloped(world: World, platform: str, body: bytes) -> Envelope:
    verdict = gate(platform).classify(Request("POST", {}, body))
    assert isinstance(verdict, Accepted), verdict
    received = clock.text(world.now)
    return Envelope(
        "server",
        "acme",
        platform,
        verdict.pipeline,
        verdict.event,
        verdict.delivery,
        received,
        body,
        {},
        verdict.reason,
    )


NUMBERS = iter(range(1573654206873600000, 1573654206873700000))


def interaction(kind: int, data: dict[str, Any], by: str) -> dict[str, Any]:
    member = {"user": {"id": by, "username": "mo"}}
    at = {"channel_id": CHANNEL, "guild_id": "1", "member": member, "message": {"id": "1"}}
    return {"type": kind, "id": str(next(NUMBERS)), "data": data, **at}


def press(world: World, platform: str, name: str, by: str = ILSE, channel: str = CHANNEL) -> Envelope:
    return enveloped(world, platform, pressing(world, platform, name, by, channel))


def pressing(world: World, platform: str, name: str, by: str, channel: str = CHANNEL) -> bytes:
    if platform == "discord":
        body = interaction(3, {"component_type": 2, "custom_id": name}, by) | {"channel_id": channel}
        return raw(platform, body)
    actions = [{"type": "button", "action_id": name, "action_ts": f"{world.now.timestamp():.6f}"}]
    held = {"channel": {"id": channel}, "container": {"message_ts": "1.0", "channel_id": channel}}
    body = {"type": "block_actions", "trigger_id": f"81.{next(NUMBERS)}", "actions": actions}
    return raw(platform, body | held | {"user": {"id": by, "name": "ilse"}, "response_url": "https://slack.example/r"})


def minutes(world: World, number: int = 3) -> None:
    for _ in range(number):
        world.later(minutes=1)
        world.drain()


@dataclass(frozen=True)
class Form:
    """A form as it opens: what it is called, and what stands in its fields already."""

    name: str
    fields: dict[str, str]
    choices: tuple[str, ...] = ()
    """Of its menu."""


def opened(world: World, platform: str, name: str, by: str = ILSE) -> Form:
    """A button behind which there is a form: nothing is queued, and the form is there at once."""
    raw = pressing(world, platform, name, by)
    verdict = gate(platform).classify(Request("POST", {}, raw))
    assert isinstance(verdict, Answer), verdict
    if platform == "discord":
        body = json.loads(verdict.body)
        assert body["type"] == 9
        assert len(body["data"]["custom_id"]) <= 100
        assert len(body["data"]["title"]) <= 45
        parts = [row["component"] for row in body["data"]["components"]]
        assert 1 <= len(parts) <= 5
        assert all(len(row["label"]) <= 45 for row in body["data"]["components"])
        menus = [one for one in parts if one["type"] == 3]
        chosen = {
            one["custom_id"]: ", ".join(option["value"] for option in one["options"] if option["default"])
            for one in menus
        }
        texts = {one["custom_id"]: one.get("value", "") for one in parts if one["type"] == 4}
        choices = tuple(option["value"] for one in menus for option in one["options"])
        return Form(body["data"]["custom_id"], chosen | texts, choices)
    assert verdict.then
    assert (verdict.then.method, verdict.body) == ("views.open", "")
    view = json.loads(verdict.then.body)["view"]
    assert len(view["callback_id"]) <= 255
    assert len(view["title"]["text"]) <= 24
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    fields = {
        one: element.get("initial_value", "")
        or ", ".join(option["value"] for option in element.get("initial_options", []))
        for one, element in elements.items()
    }
    choices = tuple(option["value"] for element in elements.values() for option in element.get("options", []))
    return Form(view["callback_id"], fields, choices)


def sent(world: World, platform: str, form: Form, by: str = ILSE, **answers: str) -> Envelope:
    """The form, filled in: whatever is not answered stays as it opened."""
    values = {**form.fields, **answers}
    assert values.keys() == form.fields.keys()
    if platform == "discord":
        rows = [{"type": 18, "component": filled(one, value)} for one, value in values.items()]
        return arrived(world, platform, interaction(5, {"custom_id": form.name, "components": rows}, by))
    elements = {one: {one: element(one, value)} for one, value in values.items()}
    number = next(NUMBERS)
    view = {"id": f"V{number}", "hash": f"{number}.a", "callback_id": form.name, "state": {"values": elements}}
    return arrived(world, platform, {"type": "view_submission", "user": {"id": by, "name": "mo"}, "view": view})


def filled(name: str, value: str) -> Mapping[str, Any]:
    if name == "measures":
        return {"type": 3, "custom_id": name, "values": value.split(", ") if value else []}
    return {"type": 4, "custom_id": name, "value": value}


def element(name: str, value: str) -> Mapping[str, Any]:
    if name == "measures":
        options = [{"value": one} for one in value.split(", ") if one]
        return {"type": "multi_static_select", "selected_options": options}
    return {"type": "plain_text_input", "value": value or None}
