"""Pictures: uploaded once, under the name that their bytes give them, and served to whoever knows it."""

import base64

import pytest

from functions.announcements.images import MOST, read
from tests.announcements import pictures
from tests.api.manager import Manager
from tests.support.world import Answered, World


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world, "manager")


def upload(ada: Manager, body: bytes | str, content_type: str = "image/png") -> Answered:
    return ada.ask("POST", "images", body, **{"content-type": content_type})


@pytest.mark.parametrize(("form", "body"), pictures.EVERY.items())
def test_a_picture_is_stored_and_served_as_it_was(ada: Manager, form: str, body: bytes) -> None:
    answer = upload(ada, body, "application/octet-stream")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    stored = answer.json
    assert stored == read(body).image.model_dump()
    assert stored["name"].endswith(f".{form}")
    served = ada.world.ask("GET", f"/media/{stored['name']}")
    assert (served.status, base64.b64decode(served.text)) == (200, body)
    assert served.headers["content-type"] == stored["type"]
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-security-policy"].startswith("default-src 'none'")


def test_what_a_camera_wrote_into_a_picture_is_neither_stored_nor_served(ada: Manager) -> None:
    name = upload(ada, pictures.CAMERA, "image/jpeg").json["name"]
    served = base64.b64decode(ada.world.ask("GET", f"/media/{name}").text)
    assert pictures.PLACE in pictures.CAMERA
    assert served == ada.world.stored(f"media/{name}") == pictures.jpg()


def test_a_picture_is_the_same_whoever_left_out_what_it_tells(ada: Manager) -> None:
    assert upload(ada, pictures.CAMERA).json == upload(ada, pictures.jpg()).json
    assert len(ada.world.objects("media/")) == 1


def test_the_same_picture_again_is_the_same(ada: Manager) -> None:
    first, again = upload(ada, pictures.PNG), upload(ada, pictures.PNG)
    assert first.json == again.json
    assert len(ada.world.objects("media/")) == 1


def test_what_was_uploaded_goes_into_an_announcement(ada: Manager) -> None:
    image = upload(ada, pictures.PNG).json
    body = f"![Two castles]({image['name']})"
    name = ada.written(body=body, images=[image], targets=["news"])
    assert ada.preview(name)["posts"][0]["parts"][0]["images"] == [{**image, "alt": "Two castles"}]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "what was sent is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "is not a picture in PNG, JPEG, GIF or WebP"),
        (b"%PDF-1.7", "is not a picture"),
        (pictures.PNG[:20], "is damaged"),
        (pictures.PNG + b"\0" * MOST, "4,000,000 are allowed: make it smaller"),
    ],
    ids=["empty", "svg", "pdf", "cut off", "large"],
)
def test_what_is_no_picture_is_refused_and_not_stored(ada: Manager, body: bytes, told: str) -> None:
    answer = upload(ada, body)
    assert answer.status == 422
    assert told in answer.message
    assert not ada.world.objects("media/")


@pytest.mark.parametrize("body", ["", "\x89PNG\r\n\x1a\n", '{"name": "x"}'])
def test_bytes_that_were_sent_as_text_are_no_picture(ada: Manager, body: str) -> None:
    assert upload(ada, body, "text/plain").status == 422


def test_only_managers_upload(ada: Manager) -> None:
    assert upload(Manager(ada.world, "moderator"), pictures.PNG).status == 403
    assert ada.world.ask("POST", "/v1/acme/images", pictures.PNG).status == 401
    assert not ada.world.objects("media/")


def test_a_community_outside_the_program_has_no_pictures(world: World) -> None:
    token = world.token("manager", "*")
    answer = world.ask("POST", "/v1/nowhere/images", pictures.PNG, token=token, headers={"content-type": "image/png"})
    assert (answer.status, answer.message) == (404, "there is no community 'nowhere' in the program")


@pytest.mark.parametrize(
    "name", ["", "x.png", f"{'ab' * 32}.png", f"{'ab' * 32}.svg", "..%2fprogram", "%2e%2e/program/x"]
)
def test_what_is_no_picture_is_not_served(world: World, name: str) -> None:
    assert world.ask("GET", f"/media/{name}").status == 404
