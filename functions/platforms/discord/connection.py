"""Setting Discord up: the application's addresses, its webhook events and its commands.

Sources: Discord's documentation, "Application Resource" ("Edit Current Application"), "Application Commands",
"Webhook Events", "API Reference" (user agent).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from events.program import Source
from functions.platforms.discord.commands import COMMANDS, ON_MESSAGE, ON_USER, SLASH
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.signatures import same
from functions.platforms.standing import Finding, Keys, Report, State, compared

API = "https://discord.com/api/v10"
PORTAL = "https://discord.com/developers/applications"

EVENTS = (
    "APPLICATION_DEAUTHORIZED",
    "GAME_DIRECT_MESSAGE_CREATE",
    "GAME_DIRECT_MESSAGE_DELETE",
    "GAME_DIRECT_MESSAGE_UPDATE",
    "LOBBY_MESSAGE_CREATE",
    "LOBBY_MESSAGE_DELETE",
    "LOBBY_MESSAGE_UPDATE",
)

OFF, ON, STOPPED = 1, 2, 3
"""`event_webhooks_status`; 3 is Discord's own doing, after too many failures."""

PLACES = {SLASH: "/{name}", ON_USER: "{name} (on a person)", ON_MESSAGE: "{name} (on a message)"}

IN_SERVERS = 0
"""One of a command's `contexts`."""


def steps(place: Source, url: str) -> tuple[str, ...]:
    only = f"server {place.about}" if place.about else "your server"
    return (
        f"Open {PORTAL}, choose “New Application” (one that no other program answers for), and copy its"
        f" “Application ID” into the program, as `account` of {place.id!r}.",
        f"On “General Information”, copy “Public Key” and put it with `liaison secret put {place.id}`.",
        f"On “Bot”, choose “Reset Token”, and put the token with `liaison secret put {place.id} --outgoing`."
        " No privileged intent is needed.",
        "On “Installation”, set “Install Link” to “None”; then untick “Public Bot” on “Bot”, so that nobody else"
        " installs it.",
        "On “OAuth2”, under “OAuth2 URL Generator”, tick `bot` and `applications.commands`, open the address it makes"
        f" and add the app to {only}.",
        f"On “General Information”, paste {url} as “Interactions Endpoint URL”, and save. Discord tries it at once.",
        f"On “Webhooks”, paste {url} as “Endpoint”, switch “Events” on, and tick “Application Deauthorized”; for a"
        " game with the Social SDK also the six “Lobby Message …” and “Game Direct Message …” events. Save.",
        f"Run `liaison connect {place.id}`: it registers Report, “Report user”, /feedback and /announce,"
        " and does the two steps before this one where they were left out.",
        "In the server, under “Server Settings”, “Integrations”, choose who may use /announce; at first these are"
        " members with “Manage Server”.",
    )


class DiscordError(Exception):
    """Discord did not do it. `state` is `wrong` when asking again will not help."""

    def __init__(self, told: str, state: State) -> None:
        super().__init__(told)
        self.state = state


@dataclass(frozen=True, slots=True)
class Line:
    """Discord's API, as the application's own bot."""

    place: Source
    url: str
    token: str
    hands: Hands

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What Discord answers, read. Raises DiscordError."""
        headers = {
            "authorization": f"Bot {self.token}",
            "content-type": "application/json",
            "user-agent": f"DiscordBot ({self.url}, 0.1)",
        }
        sent = b"" if body is None else json.dumps(body).encode()
        address = (self.place.api.rstrip("/") or API) + path
        try:
            reply = self.hands.http(method, address, headers=headers, body=sent, private=self.place.private_network)
        except (NotSentError, UnansweredError) as error:
            raise DiscordError(str(error), "unknown") from error
        if not 200 <= reply.status < 300:
            final = 400 <= reply.status < 500 and reply.status not in (408, 429)
            raise DiscordError(complaint(reply), "wrong" if final else "unknown")
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            raise DiscordError("answered something that cannot be read", "unknown") from error

    def commands(self, app: str) -> str:
        """Where this place's commands are: in its server alone where the program names one."""
        server = f"/guilds/{quote(self.place.about, safe='')}" if self.place.about else ""
        return f"/applications/{quote(app, safe='')}{server}/commands"


def complaint(reply: Reply) -> str:
    """The status, and what Discord says about it."""
    said = read_object(reply.body) or {}
    messages = [text for text in (said.get("message"), *messages_in(said.get("errors"))) if isinstance(text, str)]
    return f"answered {reply.status}" + (f": {'; '.join(messages)[:300]}" if messages else "")


def messages_in(errors: object) -> Iterator[object]:
    """The sentences in Discord's tree of errors, however deep they stand."""
    left = [errors]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left.extend(one.values())
            yield one.get("message")
        elif isinstance(one, list):
            left.extend(one)


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    put = [] if keys.signing else [Finding("public key", "wrong", f"put it: `liaison secret put {place.id}`")]
    if not keys.token:
        told = f"put the bot's token, so that Discord can be asked: `liaison secret put {place.id} --outgoing`"
        return Report((*put, Finding("application", "unknown", told)))
    line = Line(place, url, keys.token, hands)
    try:
        app = application(line)
    except DiscordError as error:
        return Report((*put, Finding("application", error.state, f"Discord {error}")))
    key = public_key(app, keys.signing)
    mending = repair and key.state == "good"
    return Report(
        (
            identity(app, place),
            installable(app, place),
            key,
            interactions(app, line, mending),
            *webhook_events(app, line, mending),
            *commands(line, place.account or str(app.get("id", "")), repair),
        )
    )


def application(line: Line) -> dict[str, Any]:
    found = line.ask("GET", "/applications/@me")
    if not isinstance(found, dict):
        raise DiscordError("answered something else than an application", "unknown")
    return found


def identity(app: dict[str, Any], place: Source) -> Finding:
    found = str(app.get("id", ""))
    if found == place.account:
        return Finding("application", "good", f"{app.get('name') or found}")
    told = f"the token belongs to the application {found}; `account` of {place.id!r} is {place.account or 'empty'}"
    return Finding("application", "wrong", told)


def installable(app: dict[str, Any], place: Source) -> Finding:
    """Commands for all servers are everybody's who can install the app, with the rights of their own server."""
    if place.about or app.get("bot_public") is False:
        return Finding("installation", "good", "nobody else can use its commands")
    told = f"untick “Public Bot” on “Bot”, or name the server as `about` of {place.id!r}: now anybody can use it"
    return Finding("installation", "wrong", told)


def public_key(app: dict[str, Any], put: str) -> Finding:
    if same(put.strip().casefold(), str(app.get("verify_key", ""))):
        return Finding("public key", "good", "it is the application's")
    told = "it is not the application's: copy “Public Key” from “General Information” and put it anew"
    return Finding("public key", "wrong", told if put else "none was put: copy it from “General Information”")


def interactions(app: dict[str, Any], line: Line, mending: bool) -> Finding:
    what, field = "interactions endpoint", "interactions_endpoint_url"
    try:
        if mending and app.get(field) != line.url:
            app = line.ask("PATCH", "/applications/@me", {field: line.url})
    except DiscordError as error:
        return Finding(what, error.state, f"Discord {error}")
    return address(what, app.get(field), line.url)


def webhook_events(app: dict[str, Any], line: Line, mending: bool) -> Iterator[Finding]:
    """Their address, whether they are on, and which are ticked. Those that others ticked stay."""
    ticked = app.get("event_webhooks_types")
    ticked = [one for one in ticked if isinstance(one, str)] if isinstance(ticked, list) else []
    wanted = {
        "event_webhooks_url": line.url,
        "event_webhooks_status": ON,
        "event_webhooks_types": sorted({*ticked, *EVENTS}),
    }
    there = {**{name: app.get(name) for name in wanted}, "event_webhooks_types": sorted(ticked)}
    try:
        if mending and there != wanted:
            app = line.ask("PATCH", "/applications/@me", wanted)
            ticked = [str(one) for one in app.get("event_webhooks_types") or ()]
    except DiscordError as error:
        yield Finding("webhook events", error.state, f"Discord {error}")
        return
    yield address("webhook events endpoint", app.get("event_webhooks_url"), line.url)
    yield switched(app.get("event_webhooks_status"))
    yield compared("webhook event types", EVENTS, ticked)


def address(what: str, found: object, wanted: str) -> Finding:
    if found == wanted:
        return Finding(what, "good", wanted)
    return Finding(what, "wrong", f"it is {found or 'empty'}; it should be {wanted}")


def switched(status: object) -> Finding:
    if status == ON:
        return Finding("webhook events", "good", "switched on")
    why = "Discord switched them off after too many failures" if status == STOPPED else "they are switched off"
    return Finding("webhook events", "wrong", f"{why}: switch “Events” on, on the “Webhooks” page")


def commands(line: Line, app: str, repair: bool) -> Iterator[Finding]:
    """One by one: the list as a whole is never overwritten, since an app may have commands of somebody else's.
    Registering one under a name that is there changes that one."""
    path, wanted = line.commands(app), ours(line.place)
    try:
        found = registered(line, path)
        lacking = [command for command in wanted if difference(command, found)] if repair else []
        for command in lacking:
            line.ask("POST", path, command)
        found = registered(line, path) if lacking else found
    except DiscordError as error:
        yield Finding("commands", error.state, f"Discord {error}" + invited(error))
        return
    for command in wanted:
        missing = difference(command, found)
        yield Finding(shown(command), "wrong" if missing else "good", missing or "registered")


def ours(place: Source) -> list[dict[str, Any]]:
    """Commands for all servers are kept out of private messages, where no rights are asked for."""
    everywhere = {} if place.about else {"contexts": [IN_SERVERS]}
    return [{**command, **everywhere} for group in COMMANDS.values() for command in group]


def invited(error: DiscordError) -> str:
    return "; is the app in the server, with the scope `applications.commands`?" if error.state == "wrong" else ""


def registered(line: Line, path: str) -> list[dict[str, Any]]:
    found = line.ask("GET", f"{path}?with_localizations=true")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def shown(command: dict[str, Any]) -> str:
    return PLACES[command["type"]].format(name=command["name"])


def difference(command: dict[str, Any], found: list[dict[str, Any]]) -> str:
    """What is not as it should be; empty when all is. Fields that Discord adds are its own."""
    for there in found:
        if (there.get("type") or SLASH, there.get("name")) == (command["type"], command["name"]):
            wrong = [field for field in command if field != "type" and not holds(there.get(field), command[field])]
            return f"differs in: {', '.join(wrong)}" if wrong else ""
    return "not registered"


def holds(found: object, wanted: object) -> bool:
    """Whether everything wanted is in what was found; Discord leaves out what is false."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(name), inner) for name, inner in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(holds, found, wanted))
    return found == wanted or (found is None and wanted is False)
