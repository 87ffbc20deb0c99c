"""Pictures of announcements: uploaded once, served by a name that is made from their bytes.

Nobody can guess such a name, and what is behind it never changes. Platforms that fetch pictures themselves, and the
preview page, are sent here.
"""

import base64
import binascii
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.announcements import images
from functions.announcements.images import NotAnImageError
from functions.api.pages import PRIVATE, sorry
from functions.platforms.outgoing import MEDIA
from functions.shared import objects, program

router = APIGatewayHttpRouter()

FOR_EVER = {
    **PRIVATE,
    "cache-control": "public, max-age=31536000, immutable",
    "access-control-allow-origin": "*",
}


# Bytes are no JSON: there is nothing to validate in them, neither on their way in nor out.
@router.post("/v1/<community>/images", tags=["announcements"], summary="Upload a picture", enable_validation=False)
def upload_image(community: str) -> Response[str]:
    """The body is the picture itself: PNG, JPEG, GIF or WebP, 4,000,000 bytes at most. What it tells of where, when
    and by whom it was taken is not stored. The answer is what `images` of an announcement wants, but for `alt`. The
    same picture again is the same."""
    program.active()[0].community(community)
    body = uploaded()
    try:
        kept = images.read(body)
    except NotAnImageError as error:
        raise NotAnImageError(f"what was sent {error}") from error
    objects.write(f"{MEDIA}/{kept.image.name}", kept.body, kept.image.type)
    return Response(200, "application/json", kept.image.model_dump_json())


@router.get("/media/<name>", include_in_schema=False, enable_validation=False)
def image(name: str) -> Response[Any]:
    body = objects.read(f"{MEDIA}/{name}") if images.NAME.fullmatch(name) else None
    if body is None:
        return sorry(404, "There is no such picture.")
    return Response(200, images.TYPES[name.rpartition(".")[2]], body, FOR_EVER)


def uploaded() -> bytes:
    """The body, byte by byte: an HTTP API hands over as base64 what is not text."""
    event = router.current_event
    if not event.is_base64_encoded:
        return (event.body or "").encode()
    try:
        return base64.b64decode(event.body or "", validate=True)
    except binascii.Error as error:
        raise NotAnImageError("did not arrive whole") from error
