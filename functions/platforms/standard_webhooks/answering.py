"""An answer to what came from a place of the company's own: a signed `feedback.answered`, for the receiver to show.

Source: Standard Webhooks 1.0.0, and `docs/webhooks.md`.
"""

import json

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms import composing
from functions.platforms.answering import Reply, Said, UnanswerableError
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, posted
from functions.platforms.posting import MOMENT, Budget, Part, Post, Rendering
from functions.platforms.text import forms

RIGHT = "no permission: what answers at the source's `api` checks our signature, and shows it"
EVENT = "feedback.answered"


def reply(post: Post, said: Said, place: Source) -> Reply:
    if not place.api:
        raise UnanswerableError(f"the source {place.id!r} has no `api` in the program: nothing shows answers there")
    blocks = composing.read(post)
    text = forms.plain(blocks).text
    about = {"id": said.content, "kind": said.type, "url": said.url, "revision": said.revision}
    answer = {"text": text, "markdown": post.body, "language": post.language}
    part = Part(
        {"type": EVENT, "timestamp": MOMENT, "data": {**about, **answer}},
        text,
        "keyed",
        html=forms.html(blocks),
        budgets=(Budget(f"standard_webhooks:{place.id}"),),
    )
    return Reply(Rendering((part,), problems=tuple(composing.silent(blocks))))


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the answer")
    at = answer.published_at.isoformat().replace("+00:00", "Z")
    return posted(to, key, json.dumps({**answer.body, "timestamp": at}).encode(), hands)
