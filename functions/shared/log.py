"""Structured log and metrics. Ids and counts are logged; never text, names, addresses, headers or tokens."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()
