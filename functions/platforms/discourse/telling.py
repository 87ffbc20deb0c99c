"""What one person is told on a forum: a private message, which the forum announces to them as usual.

It has our key as its `external_id`, which no second topic can have, so nobody is told twice. Whether people take
private messages does not matter to staff; whoever is suspended cannot read them, and is mailed with the suspension.

Sources: docs.discourse.org ("Creates a new topic, a new post, or a private message"); Discourse's
`posts_controller.rb` (`create_params`), `topic.rb` (`EXTERNAL_ID_MAX_LENGTH`), `guardian.rb`
(`can_send_private_message?`), `site_settings.yml` (`min_personal_message_post_length`).
"""

from typing import Any

from events.moderation import MessageRequested
from functions.platforms.discourse.posting import MOST, created, topic_by, unfound
from functions.platforms.discourse.staff import RIGHT as RIGHT
from functions.platforms.discourse.staff import account, of_source
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent
from functions.platforms.text import forms
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter, shortened, visible

KIND: Kind = "keyed"
WINDOW = 0
"""An external id is taken for ever."""
LONGEST = MOST

TITLE = 200
"""Characters of a title: forums take 255 unless they are set to take fewer."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """What a forum refuses may be refused because it is there already: so it is looked for."""
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to tell anybody")
    forum = of_source(to, hands)
    told = account(message.person.id, forum)
    if not isinstance(told, dict):
        return Refused("nobody was told: there is no such account any more") if told is None else told
    reply = forum.tell("POST", "/posts.json", private(message, told["username"], key))
    given = created(reply, "", forum)
    if reply.status == 422 or (isinstance(given, Sent) and not given.more["topic"]):
        there = topic_by(key, forum)
        return there if isinstance(there, Sent) else unfound(given, there)
    return given


def private(message: MessageRequested, username: str, key: str) -> dict[str, Any]:
    """A private message to one person. Nothing in it is markup or pings anybody, and its link can be followed."""
    title = " ".join(visible(message.title).split())
    untitled = message.model_copy(update={"title": ""})
    return {
        "title": shortened(title, TITLE - 1),
        "raw": written(letter(untitled, lambda document: len(written(document)), LONGEST)),
        "archetype": "private_message",
        "target_recipients": username,
        "external_id": key,
    }


def written(document: Document) -> str:
    return forms.commonmark(document).strip()
