"""YouTube, through Google's WebSub hub: a channel's uploads, changes and deletions.

The hub asks once by GET whether we want what was subscribed to in our name, then POSTs. Only the POST is signed. The
question is known to be the hub's by the address it comes to, which ends in a `key` that nobody makes without the
secret, and only for the feed it was made for.

Sources: W3C WebSub, sections 5 to 7; Google's guide "Subscribe to Push Notifications".
"""

from collections.abc import Callable, Sequence

from events.envelope import fingerprint
from functions.platforms.door import Accepted, Answer, Request
from functions.platforms.signatures import hex_of, same, sha256_hex
from functions.platforms.youtube import atom

KEPT_HEADERS = ()

REFUSED = Answer(404, '{"message": "not accepted: not asked for, or the signature does not match"}')
"""What WebSub wants of somebody who did not ask to subscribe (section 5.3). For a delivery it is a failure like
another: the hub sends it again, so that none is lost while a secret is being changed."""

ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")
"""WebSub's names, section 7. Google's hub signs with the first."""


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given, expected = claim(request)
    return any(same(given, expected(secret)) for secret in secrets if secret)


def claim(request: Request) -> tuple[str, Callable[[str], str]]:
    """What the request shows for itself, and what a secret makes of the request."""
    if request.method == "GET":
        topic = request.query.get("hub.topic", "")
        asked = request.query.get("hub.mode") == "subscribe"  # We never ask to end a subscription.
        return request.query.get("key", "") if asked else "", lambda secret: key(secret, topic)
    given = request.headers.get("x-hub-signature", "")
    named = given.partition("=")[0]
    algorithm = named if named in ALGORITHMS else ALGORITHMS[0]
    return given, lambda secret: f"{algorithm}={hex_of(algorithm, secret, request.body)}"


def key(secret: str, topic: str) -> str:
    """What our address ends in, for one feed: 32 hex digits."""
    return sha256_hex(secret, topic.encode("utf-8", "surrogatepass"))[:32]


def classify(request: Request) -> Accepted | Answer | tuple[Accepted, ...]:
    if request.method == "GET":
        return question(request)
    try:
        found = atom.read(request.body)
    except atom.NotAtomError as error:
        return Accepted("parked", "unreadable", fingerprint(request.body), str(error))
    if not found:
        return Accepted("parked", "empty", fingerprint(request.body), "there is no entry in the feed")
    return tuple(accepted(told, f"{fingerprint(request.body)}:{number}") for number, told in enumerate(found, 1))


def question(request: Request) -> Accepted | Answer:
    challenge = request.query.get("hub.challenge", "")
    if challenge:
        return Answer(200, challenge, "text/plain")
    topic = request.query.get("hub.topic", "")
    return Accepted("parked", "verification", f"verification:{topic}", "the hub's question has no hub.challenge")


def accepted(told: atom.Told, place: str) -> Accepted:
    if not told.video:
        return Accepted("parked", told.event, place, "the entry does not say which video it is about", told.body)
    return Accepted("announcements", told.event, told.delivery, body=told.body)
