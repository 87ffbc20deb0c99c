"""Bluesky with a community's own moderation service (Ozone), which our server passes calls on to; and without, with the
gates of threads and blocks among our own records.

As the lexicons say and, where they are silent, the package @atproto/ozone 0.4: what is taken down cannot be taken down
again, a takedown closes the review for good, a label is about one version of a record, whoever is not in the team is
answered with a 401.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, reply
from tests.platforms.posting.kits import bluesky as server
from tests.platforms.posting.kits.bluesky import DID, HANDLE, SECRET, cid_of, error

SERVICE = "did:plc:ozone34567ozone34567ozone"
TO = Destination("bluesky", "acme", "", SECRET, place=SERVICE, account=HANDLE)
SPAMMER, TROLL = "did:plc:spam2345spam2345spam2345", "did:plc:troll345troll345troll345"
POST, SPAM, TAKEN, REPORTED = (
    f"at://{SPAMMER}/app.bsky.feed.post/3m{name}aaaaaaaaa" for name in ("aa", "bb", "cc", "dd")
)
ROOT = f"at://{DID}/app.bsky.feed.post/3mourpostaaaa"
DEFS = "tools.ozone.moderation.defs#"
SOON, LATER = (datetime.fromtimestamp(NOW, UTC) + timedelta(days=days) for days in (2, 9))


def written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Bluesky(server.Bluesky):
    def __init__(self) -> None:
        super().__init__(server.TARGETS[0])
        self.role = "moderator"
        self.handles = {SPAMMER: "spam.example", TROLL: "troll.example"}
        self.theirs = {uri: {"cid": cid_of({"uri": uri}), "root": ROOT} for uri in (POST, SPAM, TAKEN, REPORTED)}
        self.labels: set[tuple[str, str, str]] = set()
        self.statuses: dict[str, dict[str, Any]] = {
            POST: status(review="reviewOpen"),
            SPAM: status(),
            TAKEN: status(takendown=True),
            REPORTED: status(review="reviewEscalated", appealed=True),
            SPAMMER: status(),
            TROLL: status(takendown=True, until=written(SOON)),
        }
        self.open_reports = {REPORTED: 3, SPAMMER: 2}

    def creates(self, asked: Asked) -> bool:
        return asked.path.rpartition(".")[2] in ("emitEvent", "putRecord", "deleteRecord")

    def answer(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/xrpc/")
        if name == "com.atproto.server.getSession":
            return self.refused(asked) or reply(200, {"did": DID, "handle": HANDLE, "active": True})
        if not name.startswith(("tools.ozone.", "com.atproto.label.")):
            return super().answer(asked)
        assert asked.headers.get("atproto-proxy") == f"{SERVICE}#atproto_labeler"
        if name.endswith("queryLabels"):
            return self.refused(asked) or self.query_labels(asked.query)
        return self.refused(asked) or self.at_ozone(name.rpartition(".")[2], asked)

    # Records

    def record(self, query: dict[str, str]) -> Reply:
        uri = f"at://{query['repo']}/{query['collection']}/{query['rkey']}"
        there = self.theirs.get(uri)
        if there is None:
            return super().record(query)
        root = {"uri": there["root"], "cid": "x"}
        value = {"$type": "app.bsky.feed.post", "text": "Buy", **({"reply": {"root": root}} if there["root"] else {})}
        return reply(200, {"uri": uri, "cid": there["cid"], "value": value})

    def put(self, given: dict[str, Any]) -> Reply:
        assert given["repo"] == DID
        uri, made = f"at://{DID}/{given['collection']}/{given['rkey']}", given["record"]
        assert server.TID.fullmatch(given["rkey"]) or given["collection"].endswith("threadgate")
        assert made["$type"] == given["collection"]
        datetime.fromisoformat(made["createdAt"])
        if len(made.get("hiddenReplies", [])) > 300:
            return error(400, "InvalidRequest", "hiddenReplies: array too long (maximum 300)")
        if refused := self.swapped(uri, given):
            return refused
        self.records[uri] = {"cid": cid_of(made), "value": made}
        return reply(200, {"uri": uri, "cid": cid_of(made), "commit": {}})

    def delete(self, given: dict[str, Any]) -> Reply:
        return self.swapped(f"at://{DID}/{given['collection']}/{given['rkey']}", given) or super().delete(given)

    def swapped(self, uri: str, given: dict[str, Any]) -> Reply | None:
        there = self.records.get(uri, {}).get("cid")
        if "swapRecord" in given and given["swapRecord"] != there:
            return error(400, "InvalidSwap", f"Record was at {there}")
        return None

    # Ozone

    def at_ozone(self, name: str, asked: Asked) -> Reply:
        if self.role == "none":
            return error(401, "AuthenticationRequired", "not a moderator account")
        match asked.method, name:
            case "GET", "queryStatuses":
                assert asked.query["includeMuted"] == "true"
                about = asked.query["subject"]
                found = self.statuses.get(about)
                return reply(200, {"subjectStatuses": [self.status_view(about, found)] if found else []})
            case "POST", "emitEvent":
                return self.emit(asked.json)
        return error(501, "MethodNotImplemented", "Method Not Implemented")

    def status_view(self, about: str, there: dict[str, Any]) -> dict[str, Any]:
        account = about.startswith("did:")
        deleted = about not in (self.handles if account else self.theirs)
        edited = {} if account or deleted else {"updatedAt": self.theirs[about].get("edited")}
        until = {"suspendUntil": there["until"]} if there["until"] else {}
        return {
            "subject": {"did": about} if account else {"uri": about, "cid": cid_of({"uri": about})},
            "reviewState": DEFS + there["review"],
            "takendown": there["takendown"],
            "appealed": there["appealed"],
            "hosting": {"status": "deleted" if deleted else "unknown", **edited},
            **until,
        }

    def query_labels(self, query: dict[str, str]) -> Reply:
        """In no lexicon does it take a session."""
        rows = [one for one in self.labels if one[0] == query["uriPatterns"] and query["sources"] == SERVICE]
        labels = [{"src": SERVICE, "uri": uri, "val": value, "cts": written(SOON)} for uri, _, value in rows]
        return reply(200, {"labels": labels})

    def emit(self, given: dict[str, Any]) -> Reply:
        assert given["createdBy"] == DID
        subject, event = given["subject"], given["event"]
        kind, about = event["$type"].removeprefix(DEFS), subject.get("uri") or subject.get("did")
        assert subject["$type"] == (
            "com.atproto.repo.strongRef" if "uri" in subject else "com.atproto.admin.defs#repoRef"
        )
        assert "uri" not in subject or subject["cid"]
        if self.role == "triage" and kind != "modEventAcknowledge":
            return error(401, "AuthenticationRequired", "Must be a full moderator to take this type of action")
        there = self.statuses.setdefault(about, status(review="reviewNone"))
        if refused := self.applied(kind, event, subject, there):
            return refused
        if given.get("reportAction", {}).get("all"):
            self.open_reports.pop(about, None)
        return reply(200, {"id": int(self.next_id()), "event": event, "subject": subject, "createdBy": DID})

    def applied(self, kind: str, event: dict[str, Any], subject: dict[str, Any], there: dict[str, Any]) -> Reply | None:
        about, cid = subject.get("uri") or subject["did"], subject.get("cid", "")
        match kind:
            case "modEventTakedown":
                if there["takendown"]:
                    return error(400, "InvalidRequest", "Subject is already taken down")
                lasting = event.get("durationInHours")
                until = written(datetime.fromtimestamp(self.clock, UTC) + timedelta(hours=lasting)) if lasting else None
                there |= {"takendown": True, "until": until, "review": "reviewClosed", "appealed": False}
            case "modEventReverseTakedown":
                if not there["takendown"]:
                    return error(400, "InvalidRequest", "Subject is not taken down")
                there |= {"takendown": False, "until": None, "review": "reviewClosed"}
            case "modEventLabel":
                self.labels |= {(about, cid, value) for value in event["createLabelVals"]}
                self.labels -= {(about, cid, value) for value in event["negateLabelVals"]}
            case "modEventAcknowledge":
                there["review"] = "reviewClosed"
            case "modEventResolveAppeal":
                there["appealed"] = False
            case _:
                raise AssertionError(kind)
        return None


def status(*, review: str = "reviewClosed", appealed: bool = False, **more: Any) -> dict[str, Any]:
    return {"review": review, "appealed": appealed, "takendown": False, "until": None, **more}


def fake() -> Bluesky:
    return Bluesky()


def seen(network: Bluesky) -> Any:
    """A subject that nobody has decided about is like one that somebody has put a label on and off again."""
    none = status(review="reviewNone")
    return {
        "statuses": {name: dict(one) for name, one in network.statuses.items() if one != none},
        "labels": set(network.labels),
        "records": {name: one["value"] for name, one in network.records.items()},
    }


def about(name: str) -> Subject:
    """As it is reported: a record in one version of it."""
    account = name.startswith("did:")
    version = "" if account else cid_of({"uri": name})
    return Subject(source="bluesky", kind="account" if account else "post", id=name, revision=version)


def action(measure: Any, name: str, by: str = SPAMMER, **more: Any) -> ActionRequested:
    return ActionRequested(
        case="c1",
        measure=measure,
        subject=about(name),
        person=Person(id=by, name="x.example"),
        reason="Spam",
        explanation="It was spam.\n\nOur rule: no advertising.",
        **more,
    )


def edited(uri: str) -> Any:
    return lambda network: network.theirs[uri].update(cid="bafyedited", edited="2026-11-25T01:00:00.000Z")


def gone(name: str) -> Any:
    return lambda network: (network.handles if name.startswith("did:") else network.theirs).pop(name)


def labelled(name: str) -> Any:
    return lambda network: any(label[0] == name and label[2] == "!hide" for label in network.labels)


def down(name: str, until: datetime | None = None) -> Any:
    end = written(until) if until else None
    wanted = {"takendown": True, "until": end}
    return lambda network: wanted.items() <= network.statuses.get(name, {}).items()


def elsewhen(name: str) -> Any:
    """Somebody in the team gives the suspension another end."""
    return lambda network: network.statuses[name].update(takendown=True, until=written(LATER + timedelta(days=9)))


STORIES = (
    Story(
        "give back a post",
        action("approve", TAKEN),
        holds=lambda network: TAKEN in network.theirs and not network.statuses[TAKEN]["takendown"],
        moved=edited(TAKEN),
        gone=gone(TAKEN),
    ),
    Story("label a post", action("hide", POST), holds=labelled(POST), moved=edited(POST), gone=gone(POST)),
    Story("label an account", action("hide", TROLL, TROLL), holds=labelled(TROLL), gone=gone(TROLL)),
    Story("take a post down", action("remove", SPAM), holds=down(SPAM), moved=edited(SPAM), gone=gone(SPAM)),
    Story(
        "suspend whoever posted",
        action("suspend", SPAM, until=SOON),
        holds=down(SPAMMER, SOON),
        moved=elsewhen(SPAMMER),
        gone=gone(SPAMMER),
    ),
    Story(
        "suspend an account for longer",
        action("suspend", TROLL, TROLL, until=LATER),
        holds=down(TROLL, LATER),
        moved=elsewhen(TROLL),
        gone=gone(TROLL),
    ),
    Story(
        "take a suspended account down for good",
        action("ban", TROLL, TROLL),
        holds=down(TROLL),
        moved=elsewhen(TROLL),
        gone=gone(TROLL),
    ),
    Story(
        "take an account down",
        action("ban", SPAMMER),
        holds=down(SPAMMER),
        moved=elsewhen(SPAMMER),
        gone=gone(SPAMMER),
    ),
    Story(
        "close the review of a post",
        action("resolve", REPORTED, reports=("ozone:5",)),
        holds=lambda network: (
            REPORTED in network.statuses
            and network.statuses[REPORTED] == status()
            and REPORTED not in network.open_reports
        ),
        gone=lambda network: network.statuses.pop(REPORTED),
    ),
)
