"""The debrief: evidence by rule, what it means by what was read; milliseconds, and no language model."""

from collections.abc import Sequence
from dataclasses import replace

from feeler.coach.balance import balance, invitations, promises
from feeler.coach.care import troubled, without_need
from feeler.coach.clock import day_of
from feeler.coach.deeds import deeds
from feeler.coach.note import note
from feeler.coach.noted import from_notes, nobody
from feeler.coach.practice import practice, well
from feeler.coach.progress import Answers, Comparison, progress
from feeler.coach.questions import questions
from feeler.coach.reading import told
from feeler.coach.role import missing, role
from feeler.coach.talents import talents
from feeler.coach.timing import time_kept
from feeler.coach.topics import coverage, hidden, unknown
from feeler.coach.tries import retried
from feeler.coach.values import Debrief, Figures, Who
from feeler.interview.acts import Act
from feeler.interview.branches import tries, with_best
from feeler.interview.notes import name_of
from feeler.interview.values import Interview, Speaker
from feeler.personas.library import Library
from feeler.personas.values import Company, Reveal, Topic
from feeler.ports import Reader

FEW_LINES = 4  # a talk of fewer lines is too short for advice
FEW_TURNS = 2


def findings(
    interview: Interview,
    library: Library,
    past: Sequence[Interview] = (),
    branches: Sequence[Interview] = (),
    reader: Reader | None = None,
) -> Debrief:
    """Everything there is to say about a talk. `past` are the chat's other talks; later ones are ignored.

    `branches` are other ways of this talk and of those before it: where moments were tried again, the best of
    each is counted. It computes; call it in a thread. Without a `reader` no talent is named.
    """
    if interview.notes is not None:
        return from_notes(interview, reader)
    read = without_need(interview)
    company = company_of(interview, library)
    found = _counted(interview, company, library, reader)
    before = [talk for talk in past if talk.id != interview.id and talk.started <= interview.started]
    earlier = [talk for talk in before if talk.notes is None]
    again = retried(interview, branches, company)
    now = history([interview], library, branches)[0] if again else figures(found)
    found = found.evolve(
        interview=interview,
        timing=time_kept(interview),
        progress=progress(now, history(earlier, library, branches)),
        tries=again,
        first=figures(found) if again else None,
        best=now if again else None,
    )
    return found if found.short else _advised(found, read, company, reader)


def _counted(
    interview: Interview, company: Company, library: Library, reader: Reader | None = None
) -> Debrief:
    """What is found line by line, without advice; moments of need are left out of it."""
    read = without_need(interview)
    learned = told(read, company)
    asked = questions(read, company, learned, reader)
    return Debrief(
        interview=read,
        people=people_of(read, library),
        company=company.name,
        trade=company.field,
        short=len(read.lines) < FEW_LINES or read.turn < FEW_TURNS,
        facts_open=sum(fact.reveal is not Reveal.NEVER for fact in company.facts),
        learned=learned,
        questions=asked,
        unknown=unknown(read, company),
        topics=coverage(read, asked, learned),
        balance=balance(read),
        promises=promises(read, private=troubled(interview)),
        invited=invitations(read),
        troubled=troubled(interview),
        unread=unread(read),
    )


def _advised(found: Debrief, talk: Interview, company: Company, reader: Reader | None) -> Debrief:
    """With everything that needs more than a few lines to rest on."""
    told = deeds(talk, reader)
    still = hidden(talk, company, found.questions, found.learned)
    found = found.evolve(talents=talents(talk, told), hidden=still)
    if found.troubled:  # nobody hands out exercises then, or writes thank-you notes
        return found
    names = {slug: who.name for slug, who in found.people.items()}
    return found.evolve(
        role=role(told, found.learned),
        missing=missing(told, found.learned),
        note=note(talk, names, told, found.learned, found.promises),
        well=well(told, found.questions, found.learned),
        practice=practice(talk, found.questions, found.learned, still, told, found.balance),
    )


def unread(talk: Interview) -> tuple[int, ...]:
    """The candidate's lines in another language than English, the only one that the rules read."""
    own = [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]
    return tuple(line.number for line in own if Act.LANGUAGE in line.acts)


def figures(debrief: Debrief) -> Figures:
    """One talk in numbers, for `/history` and the chart."""
    return Figures(
        talk=debrief.interview.id,
        day=day_of(debrief.interview),
        interviewer=debrief.interviewer.name,
        company=debrief.company,
        turns=debrief.interview.turn,
        questions=len(debrief.questions),
        open_questions=sum(one.open for one in debrief.questions),
        follow_ups=sum(one.follows is not None for one in debrief.questions),
        topics=sum(one.covered for one in debrief.topics),
        facts=len(debrief.learned),
        share=round(debrief.balance.share, 3),
    )


def history(
    talks: Sequence[Interview], library: Library, branches: Sequence[Interview] = ()
) -> tuple[Figures, ...]:
    """Past talks in numbers, in the order given; of moments tried again in `branches`, the best of each."""
    found = []
    for talk in talks:
        if talk.notes is not None:
            found.append(figures(from_notes(talk, None)))
            continue
        company = company_of(talk, library)
        counted = figures(_counted(with_best(talk, branches), company, library))
        found.append(replace(counted, again=len(tries(talk, branches))))
    return tuple(found)


def compare(
    talks: Sequence[Interview], library: Library, topic: Topic, reader: Reader | None = None
) -> Comparison:
    """What each interviewer told on `topic`, the talks in the order given. Empty answers are left out."""
    found: list[Answers] = []
    for talk in talks:
        debrief = _counted(talk, company_of(talk, library), library, reader)
        for slug, who in debrief.people.items():
            lines = {line.number for line in talk.lines if line.persona == slug}
            answers = Answers(
                talk=talk.id,
                day=day_of(talk),
                who=who,
                company=debrief.company,
                told=tuple(one for one in debrief.learned if one.topic is topic and one.said.line in lines),
                asked=tuple(
                    one for one in debrief.questions if topic in one.topics and one.asked.line in lines
                ),
            )
            if answers.told or answers.asked:
                found.append(answers)
    return Comparison(topic=topic, answers=tuple(found))


def company_of(interview: Interview, library: Library) -> Company:
    """The talk's company; one without facts where the library no longer has it."""
    if interview.notes is not None:
        return nobody(interview)
    known = library.companies.get(interview.company)
    return known or Company(
        slug=interview.company,
        name=interview.company or "the company",
        field="",
        place="",
        about="",
        facts=(),
    )


def people_of(interview: Interview, library: Library) -> dict[str, Who]:
    """The interviewers of a talk by slug, in the order of their coming in; a lost one's name is the slug."""
    if interview.notes is not None:
        return {interview.persona: Who(name=name_of(interview), role="")}
    slugs = [line.persona for line in interview.lines if line.speaker is not Speaker.COACH]
    people = {}
    for slug in dict.fromkeys((*slugs, interview.persona)):
        persona = library.personas.get(slug)
        people[slug] = (
            Who(name=persona.name, role=persona.role) if persona else Who(name=slug or "company", role="")
        )
    return people
