"""The HTTP API: the one way in from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.function import LOGS_KEPT
from infra.nag import accept

# Requests a second, and at once. A platform that is told 429 tries again; an account's functions are finite.
RATE = 1000
BURST = 2000

# No path (links carry tokens), no address, no header, no body: what is left says how the door is doing.
LOGGED = {
    "time": "$context.requestTime",
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}


class Door(Construct):
    """Routes to functions. Whoever knocks is judged by the function: see the reason below."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.api = http.HttpApi(self, "Api", create_default_stage=False)
        log = logs.LogGroup(self, "Log", retention=LOGS_KEPT, removal_policy=cdk.RemovalPolicy.DESTROY)
        http.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=http.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=RATE, throttling_burst_limit=BURST
            ),
            access_log_settings=http.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(LOGGED)
            ),
        )

    @property
    def url(self) -> str:
        """The address without a trailing slash."""
        return self.api.api_endpoint

    def leads(self, routes: Sequence[str], function: lambda_.Function, why_open: str) -> None:
        """A route is `METHOD /path` or `$default`; `why_open` says who checks the caller, if not the API."""
        for number, route in enumerate(routes, 1):
            made = http.HttpRoute(
                function,
                "Route" if number == 1 else f"Route{number}",
                http_api=self.api,
                route_key=_key(route),
                integration=integrations.HttpLambdaIntegration("Integration", function),
            )
            accept(made, "APIG4", why_open)


def _key(route: str) -> http.HttpRouteKey:
    if route == http.HttpRouteKey.DEFAULT.key:
        return http.HttpRouteKey.DEFAULT
    method, path = route.split(" ")
    return http.HttpRouteKey.with_(path, http.HttpMethod[method])
