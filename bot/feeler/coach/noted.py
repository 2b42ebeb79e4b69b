"""The debrief of a real conversation, out of the notes that somebody took of it.

Notes are no transcript: what is quoted is quoted as noted, nothing is counted, and what nobody marked as
said by one of the two is not made into anything.
"""

from feeler.coach.balance import promises
from feeler.coach.care import troubled, without_need
from feeler.coach.deeds import deeds
from feeler.coach.note import letter
from feeler.coach.questions import questions
from feeler.coach.talents import talents
from feeler.coach.telling import standing_alone
from feeler.coach.values import Debrief, Evidence, Who
from feeler.coach.words import quote, sentences
from feeler.interview.notes import name_of
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Company, Topic
from feeler.ports import Reader

WORTH = (Topic.PROBLEM, Topic.ADVICE)  # what one thanks for first
LIKELY = 0.5  # share from which a sentence is about one of these
UNNAMED = "[their name]"


def from_notes(talk: Interview, reader: Reader | None) -> Debrief:
    """What there is to say about a conversation by its notes. It computes; call it in a thread."""
    read = without_need(talk)
    said = read.evolve(lines=tuple(line for line in read.lines if line.speaker is not Speaker.NOTE))
    firm, shown = nobody(talk), deeds(said, reader)
    found = Debrief(
        interview=talk,
        people={talk.persona: Who(name=name_of(talk), role="")},
        company=firm.name,
        trade="",
        short=False,
        talents=talents(said, shown),
        questions=questions(said, firm, (), reader),
        promises=promises(said, private=troubled(talk)),
        troubled=troubled(talk),
    )
    if found.troubled:
        return found
    to = talk.notes.who if talk.notes else ""
    return found.evolve(note=letter(said, to or UNNAMED, shown, _points(said, reader), found.promises))


def nobody(talk: Interview) -> Company:
    """The company as far as it is known: by its name."""
    return Company(
        slug=talk.company, name=talk.notes.firm if talk.notes else "", field="", place="", about="", facts=()
    )


def _points(talk: Interview, reader: Reader | None) -> list[Evidence]:
    """Sentences of theirs that can be thanked for, their trouble and their advice first."""
    theirs = [line for line in talk.lines if line.speaker is Speaker.COMPANY]
    found = [
        one for line in theirs for part in sentences(line.text) if (one := standing_alone(quote(line, part)))
    ]
    if reader is None or not found:
        return found
    shares = reader.sorts([one.quote for one in found])
    first = [any(each.get(topic, 0.0) >= LIKELY for topic in WORTH) for each in shares]
    return [
        one
        for wanted in (True, False)
        for one, is_first in zip(found, first, strict=True)
        if is_first is wanted
    ]
