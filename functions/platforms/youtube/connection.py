"""Subscribing to a YouTube channel at Google's hub. A subscription ends after days, so it is renewed in time.

Our address holds a key made with the secret (see `gate.py`): with a new secret it is another subscription, and the
one before ends by itself.

Sources: W3C WebSub, section 5; Google's guide "Subscribe to Push Notifications"; the hub's own page "Subscriber
Diagnostics", which is all that it tells of a subscription.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import Finding, Keys, Report
from functions.platforms.youtube.gate import key

HUB = "https://pubsubhubbub.appspot.com"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
"""Not the address of the feed itself: of that one the hub hears nothing."""

LEASE = 10 * 24 * 3600
"""Seconds that we ask for; the hub grants no more."""

RENEWED = timedelta(seconds=LEASE / 4)
"""Before its end: there is time for many more tries."""

CHANNEL = re.compile(r"UC[0-9A-Za-z_-]{22}")
LONGEST_SECRET = 199
"""Bytes; "MUST be less than 200 bytes in length", section 5.1."""

STATE = re.compile(r"<dt[^>]*>\s*State\s*</dt>\s*<dd[^>]*>\s*(\w+)", re.IGNORECASE)
ENDS = re.compile(r"<dt[^>]*>\s*Expiration time\s*</dt>\s*<dd[^>]*>[^<]*?(\w{3}, \d+ \w{3} \d{4} [\d:]{8} [+-]\d{4})")

MEANWHILE = "the feed is polled meanwhile"


def steps(place: Source, url: str) -> tuple[str, ...]:
    del url  # The hub is told.
    return (
        "Nothing has to be set up on YouTube. The source's `about` is the channel's id: 24 characters beginning with "
        "UC, shown on https://www.youtube.com/account_advanced, or under About › Share channel › Copy channel ID.",
        f"Run `liaison connect {place.id}`: it subscribes at {HUB}, which then asks our address to confirm. A "
        "subscription lasts ten days at most, and is renewed before it ends.",
        f"The hub now and then takes no subscriptions (it answers 503). Until it does again, {MEANWHILE}.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """Ask the hub's page how the subscription stands. To mend is to subscribe (again): that renews it, and is done
    once little of its life is left, or where the page does not tell."""
    unfit = finding_before(place, keys)
    if unfit or not keys.signing:
        return Report(unfit)
    topic = TOPIC + place.about
    form = {"hub.callback": f"{url}?key={key(keys.signing, topic)}", "hub.topic": topic, "hub.secret": keys.signing}
    state, ends = standing(form, hands)
    now = datetime.fromtimestamp(hands.timestamp, UTC)
    lasting = state == "verified" and ends is not None and ends - now > RENEWED
    request = subscribed(form, hands) if repair and not lasting else None
    if request and request.state == "good":
        state = state if state == "verified" and (ends is None or ends > now) else "unverified"
        # What the page says is from before the renewal: then the next look comes early, which does no harm.
        lasts = now + timedelta(seconds=LEASE)
        ends = min(ends, lasts) if ends and ends > now else lasts
    stands = judged(state, ends, now, place)
    return Report((request, stands) if request else (stands,), ends if ends and ends > now else None)


def finding_before(place: Source, keys: Keys) -> tuple[Finding, ...]:
    """What makes asking the hub pointless."""
    if not CHANNEL.fullmatch(place.about):
        told = "`about` has to be a channel's id: 24 characters beginning with UC, not a name or a handle"
        return (Finding("channel", "wrong", told),)
    if len(keys.signing.encode("utf-8", "surrogatepass")) > LONGEST_SECRET:
        told = f"the hub takes {LONGEST_SECRET} bytes at most: put another with `liaison secret put {place.id}`"
        return (Finding("length of the secret", "wrong", told),)
    return ()


def subscribed(form: dict[str, str], hands: Hands) -> Finding:
    """Whether the hub took the request. It answers before it has asked our address."""
    asked = {**form, "hub.mode": "subscribe", "hub.lease_seconds": str(LEASE), "hub.verify": "async"}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        reply = hands.http("POST", f"{HUB}/subscribe", headers=headers, body=urlencode(asked).encode())
    except (NotSentError, UnansweredError) as error:
        return Finding("request", "unknown", f"the hub did not answer ({error}); {MEANWHILE}")
    if 200 <= reply.status < 300:
        return Finding("request", "good", "the hub took it, and asks our address to confirm")
    if 400 <= reply.status < 500 and reply.status != 429:
        said = reply.body[:200].decode("utf-8", "replace").strip()
        return Finding("request", "wrong", f"the hub refuses it (answered {reply.status}): {said}")
    told = f"the hub does not take subscriptions now (answered {reply.status}); {MEANWHILE}"
    return Finding("request", "unknown", told)


def standing(form: dict[str, str], hands: Hands) -> tuple[str, datetime | None]:
    """The hub's word for the subscription, and when it ends; empty where its page does not say."""
    try:
        reply = hands.http("GET", f"{HUB}/subscription-details?{urlencode(form)}", headers={"accept": "text/html"})
    except (NotSentError, UnansweredError):
        return "", None
    page = reply.body.decode("utf-8", "replace") if reply.status == 200 else ""
    state, ends = STATE.search(page), ENDS.search(page)
    return state[1].lower() if state else "", moment(ends[1]) if ends else None


def moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def judged(state: str, ends: datetime | None, now: datetime, place: Source) -> Finding:
    if state == "verified" and (ends is None or ends > now):
        return Finding("subscription", "good", "the hub has confirmed it")
    if state in ("", "unverified"):
        told = "the hub has not asked our address yet" if state else "the hub's page does not tell"
        return Finding("subscription", "unknown", f"{told}; {MEANWHILE}")
    told = f"the hub calls it {'expired' if state == 'verified' else state}"
    return Finding("subscription", "wrong", f"{told}: `liaison connect {place.id}` subscribes anew; {MEANWHILE}")
