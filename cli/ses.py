"""The sending half of SES for the local stack: takes a whole mail as SES v2 does, hands it to the mailbox by SMTP, and
puts on upkeep's queue what SES would publish of it. Run as `python -m cli.ses`.

MiniStack's own SES writes each mail anew, without its pictures and most of its headers, and publishes no events. The
functions find this one by the setting that every AWS SDK reads, `AWS_ENDPOINT_URL_SESV2`. Mail to SES's own simulator
(`bounce@simulator.amazonses.com`, `complaint@…`) leads to the events that it leads to there. Sources: SES developer
guide, "Using the mailbox simulator", "Monitoring SES events using Amazon EventBridge", "Contents of event data".
"""

import base64
import json
import smtplib
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cli.stack import client

SEND = "/v2/email/outbound-emails"
SIMULATOR = "simulator.amazonses.com"

EVENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Email Sent": ("Send", "send", {}),
    "Email Delivered": ("Delivery", "delivery", {"smtpResponse": "250 OK", "processingTimeMillis": 900}),
    "Email Delivery Delayed": ("DeliveryDelay", "deliveryDelay", {"delayType": "MailboxFull"}),
    "Email Bounced": ("Bounce", "bounce", {"bounceType": "Permanent", "bounceSubType": "General"}),
    "Email Complaint Received": ("Complaint", "complaint", {"complaintFeedbackType": "abuse"}),
    "Email Rejected": ("Reject", "reject", {"reason": "Bad content"}),
}
"""`detail-type`, and what stands in the event: `eventType`, the name of its own part, and that part."""

SIMULATED = {
    "bounce": ("Email Sent", "Email Bounced"),
    "complaint": ("Email Sent", "Email Delivered", "Email Complaint Received"),
}
"""Of mail to the simulator; whatever else goes there is delivered."""

DELIVERED = ("Email Sent", "Email Delivered")

Publish = Callable[[dict[str, Any]], None]


def event(kind: str, mail: Mapping[str, Any], at: str, **other: str) -> dict[str, Any]:
    """What EventBridge hands on. `mail` has `source`, `destination`, `messageId` and `tags`; `other` are fields of the
    event's own part."""
    name, part, said = EVENTS[kind]
    told = {**said, **other, "timestamp": at}
    if kind == "Email Bounced":
        told["bouncedRecipients"] = [
            {"emailAddress": one, "action": "failed", "diagnosticCode": f"smtp; 550 5.1.1 <{one}> user unknown"}
            for one in mail["destination"]
        ]
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": kind,
        "source": "aws.ses",
        "account": "000000000000",
        "time": at,
        "region": "eu-central-1",
        "resources": [],
        "detail": {"eventType": name, "mail": {"timestamp": at, "headersTruncated": False, **mail}, part: told},
    }


def take(asked: Mapping[str, Any], post: Callable[[str, str, bytes], None], publish: Publish, at: str) -> str:
    """One SendEmail with a whole message; gives SES's name of it. `post` hands it to the mailbox."""
    sender, (to,) = asked["FromEmailAddress"], asked["Destination"]["ToAddresses"]
    name = f"0107{uuid4()}-000000"
    tags = {tag["Name"]: [tag["Value"]] for tag in asked.get("EmailTags", ())}
    mail = {
        "source": sender,
        "messageId": name,
        "destination": [to],
        "tags": {"ses:configuration-set": [asked.get("ConfigurationSetName", "")], **tags},
    }
    box, _, domain = to.partition("@")
    simulated = domain == SIMULATOR
    if not simulated:
        post(sender, to, base64.b64decode(asked["Content"]["Raw"]["Data"]))
    for kind in SIMULATED.get(box, DELIVERED) if simulated else DELIVERED:
        publish(event(kind, mail, at))
    return name


def handler(post: Callable[[str, str, bytes], None], publish: Publish) -> type[BaseHTTPRequestHandler]:
    class Ses(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != SEND:
                self.answer(404, {"message": "the local SES only sends"})
                return
            at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            try:
                self.answer(200, {"MessageId": take(json.loads(body), post, publish, at)})
            except (KeyError, ValueError) as error:
                self.answer(400, {"message": f"not a mail that the local SES takes: {error}"})
            except (OSError, smtplib.SMTPException) as error:
                self.answer(500, {"message": f"the mailbox did not take it: {error}"})

        def answer(self, status: int, told: dict[str, str]) -> None:
            body = json.dumps(told).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the functions log what matters."""

    return Ses


def posted(port: int) -> Callable[[str, str, bytes], None]:
    def post(sender: str, to: str, message: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost", timeout=10) as smtp:
            smtp.sendmail(sender, [to], message)

    return post


def main(listen: int, smtp: int, aws: int, queue: str) -> None:
    sqs = client("sqs", aws)

    def publish(told: dict[str, Any]) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(told))

    ThreadingHTTPServer(("127.0.0.1", listen), handler(posted(smtp), publish)).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
