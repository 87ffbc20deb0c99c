"""What follows a decision: its author and all who reported are told, and reporters' figures are kept.

They may be thousands, so one row beside the case says how far it got, and the sweep goes on page by page. Each page is
one transaction: what it wrote is there once, whoever is cut off where.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, get_args

from events.moderation import Decision, Measure, MessageRequested, Subject
from events.people import Person
from events.program import Program
from functions.moderation import appeals, letters, records, standards
from functions.moderation.letters import Letter, Verdict
from functions.platforms import telling
from functions.shared import clock, links, outbox, table
from functions.shared.table import CancelledError, Check, Item, Key, Table, Update, Write

PAGE = 6
"""Reports of one transaction: each takes three writes at most, the row and its author's letter three, of 25."""
PAGES = 20
"""That one sweep goes through for one case, so that others have their turn."""
PATIENCE = timedelta(days=1)
"""How long nobody is told while a measure is still on its way: what is told was done is done."""


def go_on(store: Table, key: Key, program: Program, now: datetime) -> list[Item]:
    """Go through the reports of a decided case, as far as there is time. Gives the rows to kick."""
    rows: list[Item] = []
    first = store.get(*key)
    if first is None or waits(store, first, now):
        return rows
    for _ in range(PAGES):
        row = store.get(*key)
        if row is None or "due" not in row:
            break
        try:
            rows += page(store, row, program, now)
        except CancelledError:
            break  # Somebody else is at it, or reported meanwhile: it stays due.
    return rows


def waits(store: Table, row: Item, now: datetime) -> bool:
    """While something is done, or taken back, nobody can say what was: the next minute looks again."""
    case = records.existing(store, table.community_of(row["pk"]), row["case"])
    since = clock.moment(case.get("judged_at") or case["decided_at"])
    if now >= since + PATIENCE:
        return False
    ways = [f"delivery#{way}{measure}" for measure in get_args(Measure) for way in ("", "undo#")]
    # By their names: beside them stand the letters, which may be thousands.
    return any("due" in row for row in store.read([(pk, sk) for pk in appeals.places(case) for sk in ways]))


def page(store: Table, row: Item, program: Program, now: datetime) -> list[Item]:
    community = table.community_of(row["pk"])
    case = records.existing(store, community, row["case"])
    decision = records.decision_of(store, case)
    told = Telling(case, verdict_of(store, case, decision, program), program, now, there="there" in decision)
    flags = list(islice(unanswered(store, case, row["cursor"]), PAGE + 1))
    here, more = flags[:PAGE], len(flags) > PAGE
    author = [] if row["author"] == holds(case) else told.author(again=bool(row["author"]))
    letters_to = [(flag, told.reporter(flag)) for flag in here]
    writes: list[Write] = []
    for flag, letter in letters_to:
        writes.append(answered(flag, case, now))
        writes += [outbox.put(one) for one in letter]
    writes += figured(here, case)
    store.transact([moved(row, here, more, case), *told_to(case, author), *writes])
    return [*author, *(one for _, letter in letters_to for one in letter)]


def holds(case: Item) -> str:
    """Which decision it is that its author has to know of, once each."""
    return str(case.get("verdict") or case["id"])


def told_to(case: Item, author: Sequence[Item]) -> list[Write | Check]:
    """A letter to an author who has not been forgotten meanwhile."""
    key = records.case_key(case["community"], case["id"])
    # Nor was anything taken back meanwhile, which its history has.
    same = Check(key, [table.equals("author", case["author"]), table.equals("next_audit", case["next_audit"])])
    return [same, *(outbox.put(one) for one in author)] if author else []


def moved(row: Item, here: list[Item], more: bool, case: Item) -> Update:
    cursor = here[-1]["sk"] if here else row["cursor"]
    return Update(
        table.key_of(row),
        set={"cursor": cursor, "author": holds(case)},
        remove=[] if more else ["due", "due_at"],
        when=[
            table.equals("cursor", row["cursor"]),
            table.equals("author", row["author"]),
            table.equals("asked", row["asked"]),
            table.present("due"),
        ],
    )


def unanswered(store: Table, case: Item, cursor: str) -> Iterator[Item]:
    """Reports of the case whose reporters do not know what was decided."""
    subject_pk = records.subject_of(case)
    for flag in store.between(subject_pk, (cursor or "flag#") + "\x00", "flag#\uffff"):
        if flag.get("case") == case["id"] and flag.get("answered", "") != case["outcome"]:
            yield flag


def answered(flag: Item, case: Item, now: datetime) -> Update:
    """`counted`: whose figures it changed, as the key of these."""
    before = flag.get("answered")
    when = [
        table.equals("answered", before) if before else table.absent("answered"),
        table.equals("reporter", flag["reporter"]),  # Nobody was erased meanwhile.
        table.equals("case", case["id"]),  # It may have turned out to be worse, and left.
    ]
    told = {"answered": case["outcome"], "answered_at": clock.text(now), "counted": counts_for(flag, case)}
    return Update(table.key_of(flag), set=told, when=when)


def counts_for(flag: Item, case: Item) -> str:
    """Whose figures a report changes; nobody's where it came after the decision, which everybody can repeat."""
    if "answered" in flag:
        return str(flag["counted"])
    late = flag["recorded_at"] > case["decided_at"]
    if late or flag["nature"] != "report" or not flag["reporter"].get("id"):
        return ""
    return records.figures_of(case["community"], flag)[0]


def figured(flags: Sequence[Item], case: Item) -> list[Write]:
    """How the figures of those who reported change; where it had been decided otherwise, that is taken back."""
    changes: dict[str, Counter[str]] = {}
    for flag in flags:
        if who := counts_for(flag, case):
            change = changes.setdefault(who, Counter())
            change[records.FIGURES[case["outcome"]]] += 1
            if before := flag.get("answered"):
                change[records.FIGURES[before]] -= 1
    return [Update((who, "figures"), set={"kind": "figures"}, add=dict(change)) for who, change in changes.items()]


def is_done(store: Table, row: Item) -> bool:
    """Neither refused, nor stopped, nor taken back."""
    return row["state"] == "sent" and not store.get(row["pk"], f"delivery#undo#{row['request']['measure']}")


def verdict_of(store: Table, case: Item, found: Item, program: Program) -> Verdict:
    """What is true of the case now. `found`: the decision as it is kept."""
    decision = Decision.model_validate({**found.get("decision", {}), "outcome": case["outcome"]})
    rows = {measure: appeals.row_of(store, case, measure) for measure in decision.measures}
    done = {measure: row for measure, row in rows.items() if row and is_done(store, row)}
    return Verdict(
        decision.outcome,
        tuple(done),
        # As it was asked for: what an appeal has left as it was ends when it was to end.
        {measure: row["request"]["until"] for measure, row in done.items() if measure in decision.minutes},
        decision.explanation,
        program.policy(case["community"], decision.policy) if decision.policy else None,
    )


class Telling:
    """Who is told what about one decided case, as rows for delivery."""

    def __init__(self, case: Item, verdict: Verdict, program: Program, now: datetime, *, there: bool) -> None:
        self.there = there
        self.case, self.verdict, self.program, self.now = case, verdict, program, now
        self.subject = Subject.model_validate(case["subject"])
        valid = standards.of(program, case["community"])
        self.language, self.lasts = valid.language, timedelta(days=valid.settings.appeals)

    def author(self, *, again: bool) -> list[Item]:
        """Not about what was decided on the platform, which tells them itself; `again`, since they know of a decision
        before, only where somebody else's appeal has changed something for them."""
        if not self.case["author"].get("id") or self.there or (again and not self.case.get("author_hears")):
            return []
        language, judged = letters.spoken(self.case["language"], self.language), self.case["judged"] if again else None
        letter = letters.to_author(self.case, self.verdict, language, self.until("author"), judged)
        return self.row("author", self.case["author"], letter, "author again" if again else "author")

    def reporter(self, flag: Item) -> list[Item]:
        if flag["nature"] != "report" or not flag["reporter"].get("id") or flag.get("answered"):
            return []
        language = letters.spoken(flag.get("speaks", ""), self.language)
        party = flag["sk"].removeprefix("flag#")
        late = flag["recorded_at"] > self.case["decided_at"]
        letter = letters.to_reporter(self.verdict, language, self.until(party), late=late)
        return self.row(party, flag["reporter"], letter, party)

    def until(self, party: str) -> str:
        """The last day on which somebody can ask for another look; empty where nobody can."""
        if appeals.judged_for(self.case, party):
            return ""
        return (appeals.since(self.case, party) + self.lasts).date().isoformat()

    def row(self, party: str, person: dict[str, Any], letter: Letter | None, name: str) -> list[Item]:
        if letter is None or telling.on(self.case["platform"]) is None:
            return []
        path = appeals.path(self.case["community"], self.case["id"])
        link = links.link(path, party, appeals.PURPOSE, self.now, self.lasts) if self.until(party) else ""
        request = MessageRequested(
            case=self.case["id"],
            person=Person.model_validate(person),
            about=self.subject,
            title=letter.title,
            text=letter.text,
            link=link,
        )
        return [
            outbox.planned(
                pk=self.case["pk"],
                name=f"told#{name}",
                purpose="tell",
                platform=self.case["platform"],
                destination=self.subject.source,
                request=request,
                at=clock.text(self.now),
            )
        ]
