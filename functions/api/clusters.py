"""Cases that are alike: what each of them is, before they are decided in one go."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.cases import brief
from functions.api.shown import View
from functions.moderation import clusters, likeness, records
from functions.platforms.acting import abilities
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
LONGEST_TEXT = 1_000


@router.get("/v1/<community>/clusters/<case>", tags=["cases"], summary="Cases that are alike")
def show_cluster(
    community: str, case: str, after: Annotated[str, Query(description="`next` of the page before")] = ""
) -> View:
    """By the id of the cluster, or of any case in it: the oldest first, a hundred on a page. `material` is what
    `batches` wants to know was seen; `differs` says where the words are not those of the first case."""
    cluster = clusters.cluster_of(table(), community, case)
    first = records.existing(table(), community, cluster)
    found, following = clusters.page(table(), community, cluster, after)
    return {
        "cluster": cluster,
        **clusters.sizes(table(), community, [first])[cluster],
        "members": [member(one, message, first) for one, message in found],
        **({"next": following} if following else {}),
    }


def member(found: Item, message: Item | None, first: Item) -> View:
    words, _ = clusters.newest(found, message)
    original = first["text"] or first["title"]
    told: dict[str, Any] = {
        "text": words[:LONGEST_TEXT],
        "material": found["material"],
        "measures": list(abilities(found["platform"], found["subject"]["kind"])),
        "alike": likeness.share(original, words),
        "differs": likeness.differences(original, words),
    }
    return {**brief(found), **told, **({"there": message["state"]} if message else {})}
