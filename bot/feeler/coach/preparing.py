"""One page before the real talk: what is known, what to ask, which two stories fit, how to open and to leave.

Everything on it is a sentence of a source, of a talk, of the person's story, or a written question.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from feeler.coach.clock import day_of
from feeler.coach.deeds import deeds
from feeler.coach.findings import people_of
from feeler.coach.reading import told
from feeler.coach.telling import cut
from feeler.coach.topics import OPENERS, WORTH
from feeler.interview.language import is_english
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import content
from feeler.personas.library import Library
from feeler.personas.values import Company, Topic
from feeler.ports import Reader

KNOWN, QUESTIONS, STORIES = 8, 5, 2
LONGEST = 200  # characters of a sentence that is quoted
MOST_CHARS = 3400  # of the page as a message
OF_A_TALK = 5  # deeds
SAME = 0.6  # share of a story's words from which on another text tells the same
OPEN = (
    "“Thank you for seeing me: I am not after a vacancy, I would like to understand what {company} needs, "
    "and whether something I have done could be of use.”"
)
LEAVE = (
    "“Thank you, that helped: may I write to you within a week with one idea, and is there anybody else I "
    "should talk to?”"
)
NO_STORY = (
    "I know no story of yours yet. Send /story, then your CV or a few sentences; or tell one in a talk here."
)
NO_TROUBLE = "Nobody has told you yet what hurts them, so these are the two that tell most of you."
FITS = "Beside what hurts them, {trouble}"
NOTHING_KNOWN = "Nothing yet. Ask them in a talk here, or bring their pages with /meet."
OPEN_FIRST = "First what nobody has told you yet."
ALL_KNOWN = "You know something on every topic, so each of these goes on from there."


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A sentence with where it comes from."""

    text: str
    source: str
    topic: Topic | None = None  # of what is known about a company

    @property
    def shown(self) -> str:
        """The words in quotation marks, cut where they are long; the source behind them."""
        words = cut(" ".join(self.text.split()), LONGEST)
        return f"“{words}”{'' if len(words) == len(' '.join(self.text.split())) else ' …'} ({self.source})"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the page."""

    title: str
    lead: str = ""
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The page."""

    company: str  # its name
    known: tuple[Quote, ...]  # what is shown of it
    more: int  # how much more is known
    questions: tuple[str, ...]
    open_first: bool  # whether the first question is on a topic of which nothing is known
    stories: tuple[Quote, ...]
    trouble: Quote | None  # what the stories were held against

    @property
    def title(self) -> str:
        return f"Before you talk to {self.company}"

    def parts(self) -> Iterator[Part]:
        """The page in reading order."""
        more = f"And {self.more} more." if self.more else ""
        yield Part(
            title="What you know of them",
            lead=more if self.known else NOTHING_KNOWN,
            entries=tuple(one.shown for one in self.known),
        )
        yield Part(
            title="Five questions",
            lead=OPEN_FIRST if self.open_first else ALL_KNOWN,
            entries=self.questions,
        )
        fits = FITS.format(trouble=self.trouble.shown) if self.trouble else NO_TROUBLE
        yield Part(
            title="Your two stories" if len(self.stories) != 1 else "Your story",
            lead=fits if self.stories else NO_STORY,
            entries=tuple(one.shown for one in self.stories),
        )
        yield Part(title="To open", lead=OPEN.format(company=self.company))
        yield Part(title="To leave", lead=LEAVE)

    def text(self) -> str:
        """The page as one message; where it gets long, less of what is known is shown."""
        blocks = [self.title]
        for part in self.parts():
            entries = (f"• {entry}" for entry in part.entries)
            blocks.append("\n".join(line for line in (part.title, part.lead, *entries) if line))
        text = "\n\n".join(blocks)
        if len(text) <= MOST_CHARS or not self.known:
            return text
        return replace(self, known=self.known[:-1], more=self.more + 1).text()


def prepare(
    company: Company, talks: Sequence[Interview], story: Sequence[Quote], library: Library,
    reader: Reader | None,
) -> Preparation:  # fmt: skip
    """The page for a talk with `company`. `talks` are the person's, `story` what they kept of their CV.

    It computes; call it in a thread. Without a `reader` the stories stand in the order in which they came.
    """
    known = _known(company, talks, library)
    topics = {one.topic for one in known}
    new = [topic for topic in WORTH if topic not in topics]
    asked = [OPENERS[topic][0] for topic in new] + [OPENERS[topic][1] for topic in WORTH if topic in topics]
    shown = _one_of_each(known)[:KNOWN]
    troubles = [one for one in known if one.topic is Topic.PROBLEM]
    stories, trouble = _fitting([*story, *_told_by(talks, library)], troubles, reader)
    return Preparation(
        company=company.name, known=tuple(shown), more=len(known) - len(shown),
        questions=tuple(asked[:QUESTIONS]), open_first=bool(new), stories=tuple(stories), trouble=trouble,
    )  # fmt: skip


def _known(company: Company, talks: Sequence[Interview], library: Library) -> list[Quote]:
    """What the papers say; of a company with a written dossier, only what was told to the person."""
    if company.sourced:
        return [
            Quote(text=fact.source or fact.text, source=fact.paper or "your own words", topic=fact.topic)
            for fact in company.facts
        ]
    found: dict[str, Quote] = {}
    for talk in talks:
        for one in told(talk, company) if talk.company == company.slug else ():
            speaker = people_of(talk, library)[talk.numbered(one.said.line).persona].name
            source = f"{speaker}, {_of(talk)}line {one.said.line}"
            found.setdefault(one.fact, Quote(text=one.said.quote, source=source, topic=one.topic))
    return list(found.values())


def _one_of_each(known: Sequence[Quote]) -> list[Quote]:
    """One of each topic, what is worth most first; then the second ones."""
    seen: dict[Topic | None, int] = {}
    ranked = []
    for one in known:
        seen[one.topic] = seen.get(one.topic, 0) + 1
        place = WORTH.index(one.topic) if one.topic else len(WORTH)
        ranked.append((seen[one.topic], place, one))
    return [one for _, _, one in sorted(ranked, key=lambda found: found[:2])]


def _told_by(talks: Sequence[Interview], library: Library) -> list[Quote]:
    return [
        Quote(
            text=deed.said.quote,
            source=f"told to {people_of(talk, library)[talk.numbered(deed.said.line).persona].name}, "
            f"{_of(talk)}line {deed.said.line}",
        )
        for talk in talks
        for deed in deeds(talk, None)[:OF_A_TALK]
    ]


def _of(talk: Interview) -> str:
    return f"{day_of(talk)}, " if day_of(talk) else ""


def _fitting(
    stories: Sequence[Quote], troubles: Sequence[Quote], reader: Reader | None
) -> tuple[list[Quote], Quote | None]:
    """The stories that tell most and come closest to one of the troubles; and the trouble of the first."""
    found = [one for one in stories if is_english(one.text)]
    if not found or reader is None:
        return found[:STORIES], None
    texts = [one.text for one in found]
    close = [reader.closeness(trouble.text, texts) for trouble in troubles]
    telling = [one.telling for one in reader.shows(texts)]
    score = [told + max((row[at] for row in close), default=0.0) for at, told in enumerate(telling)]
    ranked = sorted(range(len(found)), key=lambda at: -score[at])
    chosen: list[int] = []
    for at in ranked:
        if len(chosen) < STORIES and not any(_same(texts[at], texts[other]) for other in chosen):
            chosen.append(at)
    nearest = max(range(len(close)), key=lambda row: close[row][chosen[0]], default=None)
    return [found[at] for at in chosen], None if nearest is None else troubles[nearest]


def untold(story: Sequence[str], talk: Interview, trouble: str, reader: Reader) -> str:
    """The line of the story that comes closest to the trouble, of those not told in the talk; it computes."""
    said = [line.text for line in talk.lines if line.speaker is Speaker.CANDIDATE]
    left = [line for line in story if is_english(line) and not any(_same(line, one) for one in said)]
    if not left:
        return ""
    close = reader.closeness(trouble, left)
    return left[max(range(len(left)), key=lambda at: close[at])]


def _same(one: str, other: str) -> bool:
    """Whether the other tells what this one does."""
    first, second = set(content(one)), set(content(other))
    return len(first & second) >= max(1.0, SAME * len(first))
