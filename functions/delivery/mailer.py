"""Amazon SES v2, one attempt."""

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown, Wait
from functions.shared import aws, mails
from functions.shared.settings import settings
from functions.shared.table import Item

PASSING = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException")


def send(row: Item, message: bytes, *, sender: str, to: str) -> Outcome:
    """`row` is the delivery's: what SES tells of the mail comes back with its name."""
    tags = [{"Name": name, "Value": value} for name, value in mails.tags(row).items()]
    try:
        answer = aws.ses().send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message}},
            EmailTags=tags,  # type: ignore[arg-type]
            ConfigurationSetName=settings().mail_set,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in PASSING:
            return Wait(60, code)
        return Unknown(code) if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 else Refused(code)
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        return Wait(60, type(error).__name__)
    except (ConnectionError, HTTPClientError) as error:
        return Unknown(type(error).__name__)
    return Sent(answer["MessageId"])
