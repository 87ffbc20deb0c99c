"""Answers to surveys, without I/O: what of them is counted, and whose they are."""

from collections.abc import Iterable

from events.feedback import Answered, FeedbackReceived
from events.program import Question, Survey

PARAGRAPH = "\n\n"


def named(survey: str, whose: str) -> str:
    """The content of an answer. `whose`: a submission, or in a poll the pseudonym of who answers."""
    return f"survey:{survey}:{whose}"


def understood(feedback: FeedbackReceived, survey: Survey | None, who: str) -> FeedbackReceived:
    """An answer by what the program asks. What was chosen and is counted nowhere stays in the text, so that somebody
    reads it: nothing of a survey that the program has not, or that was not open when it was answered, is counted. A
    poll has one answer of each person, the last one."""
    if survey is None or not survey.is_open(feedback.said_at):
        return feedback.model_copy(update={"survey": "", "text": with_left(feedback.text, feedback.answers)})
    asked = [(answer, vote(survey, answer)) for answer in feedback.answers]
    left = [answer for answer, counted in asked if not counted]
    changes = {
        "survey": survey.id,
        "votes": tuple(sorted({counted for _, counted in asked if counted})),
        "text": with_left(feedback.text, left),
    }
    if survey.is_poll and who:
        changes["content"] = named(survey.id, who)
    return feedback.model_copy(update=changes)


def vote(survey: Survey, answer: Answered) -> str:
    """`question:choice`, by the program's ids; empty where the program has no such choice."""
    question = next((one for one in survey.questions if answer.question == one.id), None) or next(
        (one for one in survey.questions if same(answer.asked, one.text.values())), None
    )
    value = chosen(question, answer.value) if question else ""
    return f"{question.id}:{value}" if question and value else ""


def chosen(question: Question, given: str) -> str:
    """The id of what was chosen, by itself or by what it says in any language."""
    if given in question.values:
        return given
    return next((one.id for one in question.options if same(given, one.text.values())), "")


def same(given: str, texts: Iterable[str]) -> bool:
    return bool(given.strip()) and given.strip().casefold() in {text.strip().casefold() for text in texts}


def with_left(text: str, left: Iterable[Answered]) -> str:
    said = (f"{answer.asked or answer.question}: {answer.value}" for answer in left)
    return PARAGRAPH.join(filter(None, (text, *said)))
