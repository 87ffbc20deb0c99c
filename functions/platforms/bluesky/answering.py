"""An answer on Bluesky: a post in reply to somebody's, in the thread that it stands in.

A reply names its thread's first post and the one it answers, each in a certain state. What that is now is asked right
before it is written: of a post that is gone, or is another than was answered, nothing is written.

Sources: the lexicons app.bsky.feed.post#replyRef and app.bsky.feed.getPosts.
"""

from urllib.parse import urlencode

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, target
from functions.platforms.bluesky import posting
from functions.platforms.bluesky.posting import PUBLIC, split, strong
from functions.platforms.bluesky.posting import find as find
from functions.platforms.bluesky.records import COLLECTION, failed, look
from functions.platforms.outgoing import (
    LATER,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    UnansweredError,
    Wait,
    harmless,
    inside,
    objects,
    string,
    told,
)
from functions.platforms.outgoing import Reply as Answer
from functions.platforms.posting import FIRST, PREVIOUS, Post, Prepared

RIGHT = "an app password of the account's"
PREPARES = True

REPLY = {"root": FIRST, "parent": PREVIOUS}
GONE = "what it answers is not there any more"
EDITED = "what it answers was changed since: look at it again"


def reply(post: Post, said: Said, place: Source) -> Reply:
    if split(said.content)[1] != COLLECTION:
        raise UnanswerableError("it is not a post")
    rendering = posting.render(post, target(place))
    made = answered(rendering, lambda body: {**body, "record": {**body["record"], "reply": REPLY}})
    # Its state is looked up before it is sent, and compared with the one that was read.
    return Reply(made, previous={"id": said.content, "cid": said.revision})


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """What it answers is as `prepare` found it."""
    return posting.send(answer.model_copy(update={"previous": {}}), to, key, hands)


def prepare(answer: AnswerRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    uri = str(answer.previous.get("id", ""))
    found = seen(uri, to, hands)
    if not isinstance(found, Answer):
        return found
    if found.status != 200:
        return harmless(failed(found, to, hands, "could not look at what it answers"))
    post = next(iter(objects(told(found).get("posts"))), {})
    cid = string(post.get("cid"))
    if post.get("uri") != uri or not cid:
        return Refused(GONE)
    if answer.previous.get("cid") not in ("", cid):
        return Refused(EDITED)
    parent = strong({"id": uri, "cid": cid})
    root = inside(post, "record", "reply", "root")
    known = {"uri": string(root.get("uri")), "cid": string(root.get("cid"))}
    return Prepared({FIRST: known if all(known.values()) else parent, PREVIOUS: parent})


def seen(uri: str, to: Destination, hands: Hands) -> Answer | Refused | Wait:
    """As everybody sees it; on a network of our own, as its server does."""
    query = {"uris": uri}
    if to.private:
        return look(to, hands, "app.bsky.feed.getPosts", query)
    try:
        url = f"{PUBLIC}/xrpc/app.bsky.feed.getPosts?{urlencode(query)}"
        return hands.http("GET", url, headers={"accept": "application/json"})
    except (NotSentError, UnansweredError) as error:
        return Wait(LATER, f"Bluesky could not be asked: {error}")
