"""boto3 clients, made on first use and kept: making one costs more than all calls of an invocation."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# boto3 may wait a minute for an answer by default, longer than any function here may run.
BOUNDED = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})
ONCE = Config(connect_timeout=1, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})


@cache
def dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=BOUNDED)


@cache
def sqs() -> "SQSClient":
    return boto3.client("sqs", config=BOUNDED)


@cache
def s3() -> "S3Client":
    return boto3.client("s3", config=BOUNDED)


@cache
def ssm() -> "SSMClient":
    return boto3.client("ssm", config=BOUNDED)


@cache
def ses() -> "SESV2Client":
    """One attempt only: SES has no idempotency key, and a repeated SendEmail is a second mail."""
    return boto3.client("sesv2", config=ONCE)
