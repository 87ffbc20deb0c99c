"""Amazon SES v2, one attempt."""

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown, Wait
from functions.shared import aws
from functions.shared.settings import settings

PASSING = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException")


def send(*, to: str, subject: str, html: str, text: str) -> Outcome:
    sender = settings().mail_from
    if not sender:
        return Refused("no sender address: deploy with `-c mail_from=…`")
    content = {"Html": {"Data": html, "Charset": "UTF-8"}, "Text": {"Data": text, "Charset": "UTF-8"}}
    try:
        answer = aws.ses().send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Simple": {"Subject": {"Data": subject, "Charset": "UTF-8"}, "Body": content}},  # type: ignore[typeddict-item]
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
