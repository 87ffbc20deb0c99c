"""How the functions run, and what starts them."""

from __future__ import annotations

import pytest

from infra.bundle import RUNTIME
from tests.infra.deployment import Deployment, named

# handler, timeout in seconds
FUNCTIONS = {
    "webhooks": ("functions.webhooks.handler.main", 15),
    "api": ("functions.api.handler.main", 15),
    "moderation": ("functions.moderation.handler.main", 10),
    "announcements": ("functions.announcements.handler.main", 10),
    "feedback": ("functions.feedback.handler.main", 10),
    "roll_up": ("functions.feedback.handler.roll_up", 50),
    "learn": ("functions.feedback.handler.learn", 300),
    "delivery": ("functions.delivery.handler.main", 20),
    "digests": ("functions.digests.handler.main", 60),
    "upkeep": ("functions.upkeep.handler.main", 50),
    "rounds": ("functions.upkeep.handler.rounds", 120),
}

ENVIRONMENT = {
    "TABLE",
    "BUCKET",
    "QUEUE_MODERATION",
    "QUEUE_ANNOUNCEMENTS",
    "QUEUE_FEEDBACK",
    "QUEUE_UPKEEP",
    "QUEUE_PARKED",
    "QUEUE_DELIVERY",
    "DEAD_LETTERS",
    "PARAMETERS",
    "PUBLIC_URL",
    "MAIL_FROM",
    "MAIL_SET",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "LOG_LEVEL",
}


def test_the_functions_and_their_time(production: Deployment) -> None:
    assert {
        name: (function["Handler"], function["Timeout"]) for name, function in production.functions().items()
    } == FUNCTIONS


def test_the_runtime_is_the_one_the_bundle_is_made_for(production: Deployment) -> None:
    for function in production.functions().values():
        assert function["Runtime"] == "python{}.{}".format(*RUNTIME)
        assert function["Architectures"] == ["arm64"]
        assert function["MemorySize"] == (1769 if function["Handler"].endswith(".learn") else 512)


def test_every_function_finds_the_same_environment(production: Deployment) -> None:
    blocks = [function["Environment"]["Variables"] for function in production.functions().values()]
    for block in blocks:
        assert block.keys() == ENVIRONMENT
        assert {**block, "POWERTOOLS_SERVICE_NAME": ""} == {**blocks[0], "POWERTOOLS_SERVICE_NAME": ""}
    assert blocks[0]["PARAMETERS"] == "/liaison/Liaison"
    assert blocks[0]["MAIL_FROM"] == "news@example.org"


def test_links_bear_the_public_url_where_one_is_given(production: Deployment, local: Deployment) -> None:
    given = local.functions()["digests"]["Environment"]["Variables"]
    own = production.functions()["digests"]["Environment"]["Variables"]
    assert (given["PUBLIC_URL"], given["MAIL_FROM"]) == ("http://127.0.0.1:8000", "")
    assert named(own["PUBLIC_URL"]) == "DoorApi"


def test_every_log_ends(production: Deployment) -> None:
    groups = production.all("Logs::LogGroup")
    assert {group["RetentionInDays"] for group in groups.values()} == {30}
    for function in production.functions().values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


@pytest.mark.parametrize(
    ("function", "batch", "scaling"),
    [
        ("moderation", 10, {"MaximumConcurrency": 10}),
        ("announcements", 10, {"MaximumConcurrency": 10}),
        ("feedback", 10, {"MaximumConcurrency": 10}),
        ("delivery", 1, None),
    ],
)
def test_a_worker_reports_what_it_could_not_settle(
    production: Deployment, function: str, batch: int, scaling: dict[str, int] | None
) -> None:
    [mapping] = [
        mapping
        for mapping in production.all("Lambda::EventSourceMapping").values()
        if named(mapping["EventSourceArn"]) == f"Queue{function.capitalize()}"
    ]
    target = production.resource(mapping["FunctionName"]["Ref"])["Properties"]
    assert target["Handler"] == f"functions.{function}.handler.main"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == batch
    assert mapping.get("ScalingConfig") == scaling


def test_a_message_comes_back_only_after_its_worker_is_done(production: Deployment) -> None:
    for mapping in production.all("Lambda::EventSourceMapping").values():
        queue = production.resource(mapping["EventSourceArn"]["Fn::GetAtt"][0])["Properties"]
        worker = production.resource(mapping["FunctionName"]["Ref"])["Properties"]
        if queue.get("FifoQueue"):
            assert (worker["Timeout"], queue["VisibilityTimeout"]) == (20, 30)
        else:
            assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]


def test_what_upkeep_drains_stays_hidden_for_its_whole_run(production: Deployment) -> None:
    drained = production.leave("upkeep")["sqs:ReceiveMessage"]
    hidden = {named({"Ref": name}): queue["VisibilityTimeout"] for name, queue in production.all("SQS::Queue").items()}
    assert len(drained) == 8
    assert all(hidden[name] > FUNCTIONS["upkeep"][1] for name in drained)


def test_no_concurrency_is_reserved(production: Deployment) -> None:
    """It would make throttled receives count, and carry healthy messages to the dead letters."""
    for function in production.functions().values():
        assert "ReservedConcurrentExecutions" not in function


def test_the_clock(production: Deployment) -> None:
    schedules = {
        named(schedule["Target"]["Arn"]): (
            schedule["ScheduleExpression"],
            schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"],
        )
        for schedule in production.all("Scheduler::Schedule").values()
    }
    assert schedules == {
        "Upkeep": ("rate(1 minute)", 0),
        "UpkeepRounds": ("rate(1 minute)", 0),
        "FeedbackRollUp": ("rate(1 minute)", 0),
        "FeedbackLearn": ("rate(15 minutes)", 0),
        "Digests": ("rate(15 minutes)", 0),
    }


def test_the_door_leads_to_webhooks_and_else_to_the_api(production: Deployment) -> None:
    integrations = production.all("ApiGatewayV2::Integration")
    routes = {}
    for route in production.all("ApiGatewayV2::Route").values():
        integration = integrations[route["Target"]["Fn::Join"][1][1]["Ref"]]
        assert integration["PayloadFormatVersion"] == "2.0"
        routes[route["RouteKey"]] = named(integration["IntegrationUri"])
    assert routes == {
        "ANY /hooks/{source}": "Webhooks",
        "ANY /hooks/{source}/{rest+}": "Webhooks",
        "$default": "Api",
    }


def test_the_door_is_throttled_and_logs_nothing_of_a_person(production: Deployment) -> None:
    [stage] = production.all("ApiGatewayV2::Stage").values()
    logged = stage["AccessLogSettings"]["Format"]
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0
    assert "$context.requestId" in logged
    for private in ("$context.path", "sourceIp", "userAgent", "authorizer", "$request"):
        assert private not in logged
