"""Cases that are alike: what each of them is, before they are decided in one go."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.cases import brief
from functions.api.shown import View
from functions.moderation import clusters, evidence, likeness, records
from functions.platforms.acting import abilities
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
LONGEST_TEXT = 1_000


@router.get("/v1/<community>/clusters/<case>", tags=["cases"], summary="Cases that are alike")
def show_cluster(
    community: str, case: str, after: Annotated[str, Query(description="`next` of the page before")] = ""
) -> View:
    """By the id of the cluster, or of any case in it: the oldest first, a hundred on a page. `text` is what all are
    alike to, as far as it is still known; `differs` says where the words of one are others. `material` and `snapshot`
    are what `batches` wants to know was seen."""
    cluster = clusters.cluster_of(table(), community, case)
    first = records.existing(table(), community, cluster)
    found, following = clusters.page(table(), community, cluster, after)
    about = clusters.beginning(clusters.page(table(), community, cluster)[0] if after else found)
    return {
        "cluster": cluster,
        **clusters.sizes(table(), community, [first])[cluster],
        "text": about[:LONGEST_TEXT],
        "members": [member(one, message, about) for one, message in found],
        **({"next": following} if following else {}),
    }


def member(found: Item, message: Item | None, about: str) -> View:
    snapshot = found.get("current", 0)
    # The first one is what was reported.
    words = evidence.words_of(found, snapshot)["text"] if snapshot > 1 else clusters.newest(found, message)[0]
    told: dict[str, Any] = {
        "text": words[:LONGEST_TEXT],
        "material": found["material"],
        "snapshot": snapshot,
        "measures": list(abilities(found["platform"], found["subject"]["kind"])),
        "alike": likeness.share(about, words),
        "differs": likeness.differences(about, words),
    }
    return {**brief(found), **told, **({"there": message["state"]} if message else {})}
