"""The JSON form in which game servers, websites and relays tell us something: `docs/webhooks.md` as models.

Whatever they send beside these fields is passed over, a field that is null counts as left out, and so does a `url`
that is no http or https address. The JSON Schema for senders is made from here:
`python -m functions.platforms.standard_webhooks.wire`.
"""

import json
import sys
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from events.announcements import TriggerKind
from events.moderation import Change, Nature, Outcome
from events.people import Id, Moment, Text
from events.reasons import Reason
from events.themes import LONGEST_STATE

DIALECT = GenerateJsonSchema.schema_dialect
"""JSON Schema 2020-12."""


def as_written(given: object, read: ValidatorFunctionWrapHandler) -> object:
    """Looked at, and left as the sender wrote it: the event keeps both."""
    read(given)
    return given


def spoken(word: str) -> str:
    """A word that says what happened, and not only that something did."""
    if not word.strip():
        raise ValueError("is blank")
    return word


Key = Annotated[Id, WithJsonSchema({"type": ["string", "integer"], "minLength": 1, "maxLength": 1000})]
"""A sender's own name for something, the same whenever it is sent; a number is taken as its digits."""

STAMP = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}
"""RFC 3339 with a zone, or unix seconds."""

Stamp = Annotated[Moment, WrapValidator(as_written), WithJsonSchema(STAMP)]

Kind = Annotated[Key, Field(max_length=40)]
Word = Annotated[Text, Field(min_length=1), AfterValidator(spoken)]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Person(Form):
    """An account: its id in the sender's own system, and the name shown there."""

    id: Key
    name: Text | None = None
    language: Text | None = Field(None, description="Of this person's own client: for answering them.")
    bot: bool | None = None


class Thing(Form):
    """What a report or a decision is about. Kind and id name it, the same in every event about it."""

    kind: Key
    id: Key
    url: Text | None = None
    revision: Text | None = Field(None, description="Tells one state of it from another, where it can be edited.")


class Content(Thing):
    """The same with what it says."""

    text: Text | None = None
    title: Text | None = None
    language: Text | None = Field(None, description="The language of the text, such as en or pt-BR, where it is known.")
    author: Person | None = Field(None, description="Who wrote it.")
    at: Stamp | None = Field(None, description="When it was written.")


class Flag(Form):
    """One report by one person, or by the game itself."""

    id: Key = Field(description="Names this report.")
    nature: Nature | None = Field(
        None,
        description="A report (the default), something held back until somebody decides, a suspicion about an account,"
        " or an appeal against a decision.",
    )
    reason: Text | None = Field(None, description="In the sender's own words; 200 characters of it are kept.")
    code: Reason | None = Field(None, description="In Liaison's words. Without it, `reason` is looked up among these.")
    comment: Text | None = Field(None, description="What the reporter wrote.")
    reporter: Person | None = Field(None, description="Who complained.")
    subject: Content
    at: Stamp | None = None


class Explanation(Form):
    """Why a flag was raised, told after it. It may also come before."""

    id: Key = Field(description="The flag's.")
    subject: Thing
    reason: Text | None = None
    code: Reason | None = None
    comment: Text | None = None
    reporter: Person | None = None
    at: Stamp | None = None


class Decision(Form):
    """A moderator decided on the sender's side."""

    id: Key
    subject: Thing
    did: Word = Field(description="What was done, in the sender's word.")
    outcome: Outcome | None = Field(None, description="Closes the open case; without it, the case has it on record.")
    reason: Text | None = None
    moderator: Person | None = None
    person: Person | None = Field(None, description="Whom it was done to, or whose content.")
    at: Stamp | None = None


class Message(Form):
    """A message that moderation may look at, without anybody having reported it."""

    subject: Content
    change: Change | None = Field(None, description="What happened to it: created (the default), edited and so on.")
    at: Stamp | None = Field(None, description="When that was.")


class Feedback(Form):
    """One thing that somebody said."""

    id: Key
    kind: Kind
    text: Text
    title: Text | None = None
    url: Text | None = None
    language: Text | None = None
    about: Text | None = Field(
        None, description="The id of what it answers, or reacts to (the text of a reaction is its sign)."
    )
    revision: Text | None = None
    author: Person | None = None
    at: Stamp | None = Field(None, description="When it was said, the same whenever it is sent.")


class FeedbackChange(Form):
    """It was edited, removed or restored. It may come before what it changes."""

    id: Key = Field(description="As when it was received; so are `kind` and `said_at`.")
    kind: Kind
    change: Literal["edited", "removed", "restored"]
    said_at: Stamp
    text: Text | None = Field(None, description="What stands there now.")
    title: Text | None = None
    url: Text | None = None
    language: Text | None = None
    revision: Text | None = None
    author: Person | None = None
    at: Stamp | None = None


class FormField(Form):
    """A question, as a form service has it: `ref` is the form's author's own name for it."""

    id: Key
    ref: Text | None = None
    title: Text | None = None


class Definition(Form):
    fields: list[FormField] = Field(max_length=200)


class Label(Form):
    """One choice."""

    label: Text | None = None
    ref: Text | None = None


class Labels(Form):
    """Several."""

    labels: list[Text] = Field(max_length=100)


class FormAnswer(Form):
    """One answer, under the name of its `type`. Mail addresses, phone numbers, files and payments are passed over: they
    are nothing that anybody said."""

    type: Text
    field: FormField
    text: Text | None = None
    choice: Label | None = None
    choices: Labels | None = None
    number: int | float | None = None
    boolean: bool | None = None
    date: Text | None = None
    url: Text | None = None


class FormResponse(Form):
    """What one person answered to a form, as Typeform writes it. A survey of the program counts what they chose."""

    form_id: Key
    token: Key = Field(description="Names this response, the same whenever it is sent.")
    submitted_at: Stamp | None = None
    hidden: dict[str, Any] | None = Field(None, description="`event` names the live event whose link they followed.")
    definition: Definition | None = None
    author: Person | None = Field(
        None, description="Who answered, where the sender knows: in a poll they have one vote."
    )
    follow_up: bool | None = Field(None, description="Whether they agreed to be told what comes of it.")
    answers: list[FormAnswer] = Field(max_length=200)


class Report(Form):
    """How something that a theme was handed over as stands in the company's tracker."""

    id: Key = Field(description="As in `theme.handed`.")
    state: Annotated[Word, Field(max_length=LONGEST_STATE)] = Field(description="In the tracker's own word.")
    url: Text | None = Field(None, description="Where it is kept.")
    at: Stamp | None = Field(None, description="Since when. Of two, the later one is so.")


class Trigger(Form):
    """Something came out that may be worth announcing: it becomes a draft, once, and only while it is young."""

    id: Key
    kind: TriggerKind
    title: Word
    body: Text | None = Field(None, description="Markdown.")
    url: Text | None = None
    author: Person | None = None
    at: Stamp | None = None


class Withdrawal(Form):
    """It is gone again, and with it a draft that nobody has published."""

    id: Key = Field(description="The trigger's.")
    at: Stamp | None = None


class Erasure(Form):
    """Everything kept about this account has to go."""

    id: Key
    person: Person
    at: Stamp | None = None


class Alert(Form):
    """Something an operator should know."""

    id: Key
    title: Word
    text: Text | None = None
    url: Text | None = None
    at: Stamp | None = None


class Sent(Form):
    """The whole body. `timestamp` is read where `data` has no time of its own; one of the two is needed."""

    timestamp: Annotated[object, WithJsonSchema(STAMP)] = None


class FlagRaised(Sent):
    type: Literal["flag.raised"]
    data: Flag


class FlagExplained(Sent):
    type: Literal["flag.explained"]
    data: Explanation


class DecisionTaken(Sent):
    type: Literal["decision.taken"]
    data: Decision


class MessageSeen(Sent):
    type: Literal["message.seen"]
    data: Message


class FeedbackReceived(Sent):
    type: Literal["feedback.received"]
    data: Feedback


class FeedbackChanged(Sent):
    type: Literal["feedback.changed"]
    data: FeedbackChange


class FormResponded(Sent):
    """`data` is what Typeform calls `form_response`, or all of what it sends, which may also be the body itself."""

    type: Literal["form_response"]
    data: FormResponse

    @model_validator(mode="before")
    @classmethod
    def unwrapped(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        data = given.get("data", given)
        inner = data.get("form_response", data) if isinstance(data, dict) else data
        return {**given, "type": "form_response", "data": inner}


class ThemeReported(Sent):
    type: Literal["theme.reported"]
    data: Report


class TriggerFired(Sent):
    type: Literal["trigger.fired"]
    data: Trigger


class TriggerWithdrawn(Sent):
    type: Literal["trigger.withdrawn"]
    data: Withdrawal


class ErasureRequested(Sent):
    type: Literal["erasure.requested"]
    data: Erasure


class AlertRaised(Sent):
    type: Literal["alert.raised"]
    data: Alert


FORMS: dict[str, type[Sent]] = {
    "flag.raised": FlagRaised,
    "flag.explained": FlagExplained,
    "decision.taken": DecisionTaken,
    "message.seen": MessageSeen,
    "feedback.received": FeedbackReceived,
    "feedback.changed": FeedbackChanged,
    "form_response": FormResponded,
    "theme.reported": ThemeReported,
    "trigger.fired": TriggerFired,
    "trigger.withdrawn": TriggerWithdrawn,
    "erasure.requested": ErasureRequested,
    "alert.raised": AlertRaised,
}


class Brief(GenerateJsonSchema):
    """Without what says nothing to a reader: titles that repeat a property's name, and defaults of null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        made = super().default_schema(schema)
        return {name: value for name, value in made.items() if (name, value) != ("default", None)}


def schema() -> dict[str, Any]:
    """One JSON Schema for every body, told apart by `type`."""
    _, made = models_json_schema([(form, "validation") for form in FORMS.values()], schema_generator=Brief)
    return {
        "$schema": DIALECT,
        "title": "Events sent to Liaison",
        "description": "Bodies of POST /hooks/<source>, signed by Standard Webhooks.",
        "oneOf": [{"$ref": f"#/$defs/{form.__name__}"} for form in FORMS.values()],
        **made,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
