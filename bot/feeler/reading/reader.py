"""Reads messages by rules, and asks a taught head who is in need. See `feeler.ports.Reader`."""

from collections.abc import Callable, Sequence

from feeler.interview.acts import Act
from feeler.interview.dossier import PURPOSE, Opened
from feeler.interview.questions import questions_in
from feeler.interview.reading import Reading
from feeler.interview.topics import gist, picked, topics_of
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Interview, Need, Speaker
from feeler.interview.words import words
from feeler.personas.values import Company, Persona, Topic
from feeler.reading.acts import PURPOSE as ASKS_WHY
from feeler.reading.acts import acts_of
from feeler.reading.facts import find_facts, personal_note

NeedOf = Callable[[str], Need]
BRIEF = 6  # words of a question that goes on from the line before without a word of its own
LONG_NOTE = 25  # words of the persona's own beside which no fact fits


class RuleReader:
    """Acts, questions, topics and facts by their words; need by `need_of`, joined with the tripwires."""

    def __init__(self, need_of: NeedOf) -> None:
        self._need_of = need_of

    def read(self, before: str, said: str) -> Reading:
        """See `feeler.ports.Reader`."""
        need = Need.ACUTE if in_danger(said) else self._need_of(said)
        if (topic := picked(said)) is not None:
            acts = frozenset({Act.ASKED, Act.PICKED})
            return Reading(acts=acts, topics=(topic,), questions=(said.strip(),), need=need)
        acts = acts_of(said)
        questions = (questions_in(said) or (said.strip(),)) if Act.ASKED in acts else ()
        topics = tuple(dict.fromkeys(topic for one in questions for topic in topics_of(one)))
        brief = bool(questions) and len(words(said)) <= BRIEF and not topics
        return Reading(acts=acts, topics=topics, questions=questions, follows=brief, need=need)

    def open(self, interview: Interview, persona: Persona, company: Company, reading: Reading) -> Opened:
        """See `feeler.interview.dossier.Finder`."""
        if any(ASKS_WHY.search(question) for question in reading.questions):
            return Opened(note=PURPOSE)
        found = find_facts(interview, company, reading.questions)
        personal = Act.PERSONAL in reading.acts and not (
            found.facts and not found.near and not (found.topics[:1] == (Topic.PATH,) or not found.facts)
        )
        if personal:
            said = " ".join(line.text for line in interview.lines if line.speaker is Speaker.COMPANY)
            note = personal_note(persona, reading.questions, said)
            facts = found.facts[:1] if found.sure and len(words(note)) < LONG_NOTE else ()
            return Opened(topics=found.topics, note=note, facts=facts, followed=found.followed)
        return Opened(
            topics=found.topics, facts=found.facts, near=found.near, withheld=found.withheld,
            followed=found.followed,
        )  # fmt: skip

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """See `feeler.interview.dossier.Finder`."""
        asked, topics = gist(text), set(topics_of(text))
        return [2.0 * len(gist(one) & asked) + len(set(topics_of(one)) & topics) for one in others]
