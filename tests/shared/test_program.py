"""The community's program: checked with sentences, stored by hash, made active by one pointer."""

import pytest

from functions.shared import objects, parameters, program, table
from functions.shared.program import MovedError, ProgramError
from tests.support import builders, stores
from tests.support.world import World

SMALL = """
[[communities]]
id = "acme"
name = "Acme"
"""


DESK = (
    SMALL
    + """
[[sources]]
id = "chat"
community = "acme"
platform = "slack"

[[desks]]
id = "staff"
community = "acme"
source = "chat"
channel = "C1"
approvers = ["U1"]
"""
)


def test_a_desk_is_where_its_buttons_reach_us() -> None:
    desk = program.parse(DESK).desk("acme", "staff")
    assert desk
    assert (desk.source, desk.channel, desk.approvers) == ("chat", "C1", ("U1",))
    assert program.parse(DESK).desks_of("acme", "announcements") == (desk,)
    assert program.parse(DESK).desks_of("acme", "cases") == ()
    six = "".join(f'\n[[desks]]\nid = "d{n}"\n' + DESK.partition('id = "staff"\n')[2] for n in range(5))
    assert "more than 5 desks" in complaint(DESK + six)


def changed(name: str) -> str:
    return builders.PROGRAM.replace("Acme Games", name)


def complaint(text: str) -> str:
    with pytest.raises(ProgramError) as caught:
        program.parse(text)
    return str(caught.value)


def active_name(world: World) -> str:
    world.later(seconds=61)
    return program.active()[0].community("acme").name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("communities = [", ["not TOML"]),
        ("", ["communities"]),
        (SMALL + 'timezone = "Paris"', ["communities.0.timezone", "'Paris'", "Europe/Paris"]),
        (SMALL + 'language = "English"', ["communities.0.language", "'English'", "pt-BR"]),
        (SMALL.replace('"acme"', '"Acme Games"'), ["communities.0.id", "'Acme Games'"]),
        (SMALL + "colour = 1", ["communities.0.colour"]),
        (
            SMALL + '[[sources]]\nid = "a"\ncommunity = "acme"\nplatform = "myspace"',
            ["sources.0.platform", "'discourse'"],
        ),
        (
            SMALL + '[[sources]]\nid = "a"\ncommunity = "b"\nplatform = "github"',
            ["source 'a'", "no community 'b'", "acme"],
        ),
        (SMALL + '[[targets]]\nid = "a"\ncommunity = "acme"\nplatform = "webhook"', ["targets.0", "needs `url`"]),
        (
            SMALL + '[[targets]]\nid = "a"\ncommunity = "acme"\nplatform = "webhook"\nurl = "http://a.example"',
            ["targets.0", "https", "private_network = true"],
        ),
        (
            SMALL + '[[readers]]\nid = "m"\ncommunity = "acme"\nname = "M"\nemail = "marie"',
            ["readers.0.email", "'marie'", "not a mail address"],
        ),
        (SMALL + '[[readers]]\nid = "m"\ncommunity = "acme"\nname = "M"\nhour = 24', ["readers.0.hour", "24", "23"]),
        (SMALL + SMALL, ["the id 'acme' is used twice"]),
        (
            SMALL + '[[sources]]\nid = "a"\ncommunity = "acme"\nplatform = "github"\n'
            '[[targets]]\nid = "a"\ncommunity = "acme"\nplatform = "feed"',
            ["sources and targets", "'a' is used twice"],
        ),
        (DESK.replace('["U1"]', "[]"), ["desks.0", "`approvers` is empty"]),
        (DESK.replace("approvers", "#"), ["desks.0", "`approvers` is empty"]),
        (DESK.replace('channel = "C1"', ""), ["desks.0.channel"]),
        (DESK.replace('source = "chat"', 'source = "talk"'), ["desk 'staff'", "'acme' has no source 'talk'"]),
        (DESK.replace('"slack"', '"github"'), ["desk 'staff'", "is on github", "discord and slack only"]),
        (DESK + DESK.partition("[[desks]]")[2].join(["[[desks]]", ""]), ["desks", "'staff' is used twice"]),
        (DESK + 'queues = ["main"]', ["desks.0", "`queues` is for cases"]),
        (DESK + 'shows = ["cases"]', ["desks.0", "`approvers` is for announcements"]),
        (DESK + "shows = []", ["desks.0.shows"]),
        (
            DESK.replace('approvers = ["U1"]', 'shows = ["cases"]\nqueues = ["hate"]'),
            ["desk 'staff'", "there is no queue 'hate'; there are main"],
        ),
        (
            SMALL + '[[themes]]\nid = "none"\ncommunity = "acme"\ntitle = "N"',
            ["themes.0", "a theme cannot be called 'none'"],
        ),
        (
            SMALL
            + '[[themes]]\nid = "a"\ncommunity = "acme"\ntitle = "A"\nkeywords = { French = ["a b"], fr = ["!?"] }',
            ["'French'", "themes.0.keywords.fr.0"],
        ),
        (SMALL + '[[themes]]\nid = "a"\ncommunity = "b"\ntitle = "A"', ["theme 'a'", "no community 'b'"]),
        (DESK + "colour = 1", ["desks.0.colour", "known are approvers, channel, community, id, queues, shows, source"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(text: str, told: list[str]) -> None:
    said = complaint(text)
    assert all(words in said for words in told), said


def test_all_mistakes_are_told_at_once_a_line_each() -> None:
    said = complaint(SMALL + 'timezone = "Paris"\nlanguage = "English"\n')
    assert len(said.splitlines()) == 2


def test_more_targets_than_a_community_may_have_are_refused() -> None:
    targets = "".join(f'\n[[targets]]\nid = "t{n}"\ncommunity = "acme"\nplatform = "feed"' for n in range(51))
    assert "more than 50 targets" in complaint(SMALL + targets)


def test_a_directory_too_large_for_the_door_is_refused() -> None:
    sources = "".join(
        f'\n[[sources]]\nid = "{"s" * 36}{n:03d}"\ncommunity = "acme"\nplatform = "standard_webhooks"'
        for n in range(100)
    )
    many = sources + sources.replace('id = "s', 'id = "t')
    assert "sources" in complaint(SMALL + many)


def test_the_program_of_the_tests_is_a_good_one() -> None:
    assert program.parse(builders.PROGRAM).source("game")


def test_before_the_first_push_it_says_what_to_do() -> None:
    with World(program_text=None):
        with pytest.raises(ProgramError, match=r"liaison program push community\.toml"):
            program.active()
        with pytest.raises(ProgramError, match="no earlier version"):
            program.rollback("Ada")


def test_a_push_makes_it_active_within_a_minute_and_not_sooner_than_the_cache(world: World) -> None:
    program.active()
    program.push(changed("Acme Two"), "Ada")
    assert program.active()[0].community("acme").name == "Acme Games"
    assert active_name(world) == "Acme Two"
    assert world.item("program")["by"] == "Ada"


def test_a_bad_program_changes_nothing(world: World) -> None:
    before = world.item("program")
    with pytest.raises(ProgramError):
        program.push("nonsense = ", "Ada")
    assert world.item("program") == before


def test_the_same_again_is_no_new_version(world: World) -> None:
    before = world.item("program")
    program.push(builders.PROGRAM, "Zoe")
    assert world.item("program") == before


def test_rolling_back_goes_to_the_one_before_and_again_forth(world: World) -> None:
    program.push(changed("Acme Two"), "Ada")
    assert program.rollback("Ada") == program.hash_of(builders.PROGRAM)
    assert active_name(world) == "Acme Games"
    program.rollback("Ada")
    assert active_name(world) == "Acme Two"


def test_there_is_no_rolling_back_the_first_one(world: World) -> None:
    with pytest.raises(ProgramError, match="no earlier version"):
        program.rollback("Ada")


@pytest.mark.parametrize("harm", ["gone", "unusable"])
def test_a_rollback_to_what_cannot_be_used_is_refused_and_changes_nothing(world: World, harm: str) -> None:
    """Otherwise one command would stop every function at once."""
    program.push(changed("Acme Two"), "Ada")
    stored = program.stored_at(program.hash_of(builders.PROGRAM))
    if harm == "gone":
        stores.client("s3").delete_object(Bucket=stores.BUCKET, Key=stored)
    else:
        objects.write(stored, b"[[communities]]\nid = 5\n")
    with pytest.raises(ProgramError):
        program.rollback("Ada")
    assert active_name(world) == "Acme Two"


def test_of_two_pushes_at_once_one_is_told_to_look_again(world: World) -> None:
    world.faults.at("dynamodb.UpdateItem", "before", lambda: program.push(changed("Zoe's"), "Zoe"))
    with pytest.raises(MovedError, match="changed by somebody else"):
        program.push(changed("Ada's"), "Ada")
    assert active_name(world) == "Zoe's"


def test_of_two_first_pushes_at_once_one_is_told_to_look_again() -> None:
    with World(program_text=None) as world:
        world.faults.at("dynamodb.PutItem", "before", lambda: program.push(changed("Zoe's"), "Zoe"))
        with pytest.raises(MovedError):
            program.push(changed("Ada's"), "Ada")
        assert active_name(world) == "Zoe's"


def test_of_two_directories_at_once_the_active_one_stays(world: World) -> None:
    """A publishes late what was active before B pushed; the sweep sets it right."""
    name = parameters.path("directory")
    world.faults.at("ssm.PutParameter", "before", lambda: program.push(changed("Zoe's"), "Zoe"))
    program.push(changed("Ada's"), "Ada")
    program.publish_directory()
    assert world.item("program")["hash"] in str(parameters.fresh(name))


def test_the_door_learns_sources_and_nothing_else(world: World) -> None:
    published = parameters.fresh(parameters.path("directory"))
    assert published is not None
    assert '"game":["standard_webhooks","acme"]' in published
    assert "example" not in published


def test_a_stored_program_that_is_gone_is_said_so(world: World) -> None:
    table.table().write(table.Update(program.POINTER, set={"hash": "f" * 64}))
    world.later(seconds=61)
    with pytest.raises(ProgramError, match="ffffffffffff is missing"):
        program.active()
