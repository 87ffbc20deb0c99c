"""An answer on Reddit: a comment on somebody's post or comment.

Source: reddit.com/dev/api (POST /api/comment).
"""

from events.program import Source
from functions.platforms import composing
from functions.platforms.answering import Reply, Said, UnanswerableError, target
from functions.platforms.posting import Post, Rendering
from functions.platforms.reddit.posting import COMMENT, THING, Voice, part
from functions.platforms.reddit.posting import find as find
from functions.platforms.reddit.posting import send as send

RIGHT = "the scopes identity, submit, history and read"


def reply(post: Post, said: Said, place: Source) -> Reply:
    if not THING.fullmatch(said.content):
        raise UnanswerableError("it is neither a post nor a comment")
    voice, blocks = Voice(post, target(place)), composing.read(post)
    fitted = composing.fitted(blocks, voice.commented, COMMENT, long="thread", link="")
    rendering = Rendering(
        tuple(part(piece, 1, voice) for piece in fitted.pieces),
        notes=tuple(composing.unshown(blocks, "a comment on Reddit takes no images of ours")),
        problems=(*composing.silent(blocks), *composing.undescribed(blocks, ()), *fitted.problems),
    )
    return Reply(rendering, previous={"id": said.content})
