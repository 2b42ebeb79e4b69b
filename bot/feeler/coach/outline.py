"""The debrief as sections and items, the same for HTML, PDF, Markdown and plain text."""

from collections.abc import Iterator
from dataclasses import dataclass

from feeler.coach.showing import too_short
from feeler.coach.topics import TITLES
from feeler.coach.values import Debrief, Evidence, Hidden, Question
from feeler.interview.values import Speaker
from feeler.personas.values import Topic


@dataclass(frozen=True, kw_only=True)
class Item:
    """One claim: what is said in our words, the quotations under it, and further lines it rests on."""

    head: str = ""  # what it is about, in a word or two
    text: str = ""
    ask: str = ""  # a question to ask another time
    quotes: tuple[tuple[str, Evidence], ...] = ()  # who spoke, and the words
    lines: tuple[int, ...] = ()
    box: str = ""  # text to copy out, such as the note: kept with its line breaks


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str  # "learned", for anchors and styles
    title: str
    lead: str = ""
    items: tuple[Item, ...] = ()


def title(debrief: Debrief) -> str:
    """What the document is about, in one line."""
    who = debrief.interviewer
    role = f", {who.role}" if who.role else ""
    return f"{who.name}{role}, {debrief.company}"


def outline(debrief: Debrief) -> tuple[Section, ...]:
    """The sections that have something to say, in reading order."""
    if debrief.short:
        return tuple(_short(debrief))
    return tuple(section for section in _sections(debrief) if section.items or section.lead)


def _short(debrief: Debrief) -> Iterator[Section]:
    yield Section(key="short", title="Too little was said", lead=too_short(debrief))
    if debrief.learned:
        yield _learned(debrief)


def _sections(debrief: Debrief) -> Iterator[Section]:
    yield _learned(debrief)
    yield _hidden(debrief)
    yield _seen(debrief)
    yield _questions(debrief)
    yield _topics(debrief)
    yield _talk(debrief)
    yield _promises(debrief)
    yield _role(debrief)
    yield _note(debrief)
    yield _practice(debrief)
    yield _progress(debrief)


def _learned(debrief: Debrief) -> Section:
    items = []
    for one in debrief.learned:
        quotes = [("you", one.opened_by)] if one.opened_by else []
        items.append(
            Item(
                head=_titled(one.topic),
                quotes=(*quotes, (_company_at(debrief, one.said.line), one.said)),
            )
        )
    lead = "" if items else "Nothing from their dossier was told in this talk."
    return Section(key="learned", title="What you learned about them", lead=lead, items=tuple(items))


def _hidden(debrief: Debrief) -> Section:
    """One item a topic: of several hidden facts of a topic, the one the talk came closest to."""
    nearest: dict[Topic, Hidden] = {}
    many: dict[Topic, int] = {}
    for one in debrief.hidden:
        nearest.setdefault(one.topic, one)
        many[one.topic] = many.get(one.topic, 0) + 1
    items = tuple(_hidden_item(one, many[one.topic], debrief) for one in nearest.values())
    lead = (
        "What they did not tell is not given away here: another talk should still pay."
        " A question of this kind would have opened it."
    )
    return Section(key="hidden", title="What stayed hidden", lead=lead if items else "", items=items)


def _hidden_item(one: Hidden, many: int, debrief: Debrief) -> Item:
    head = f"{_titled(one.topic)}: {'one thing' if many == 1 else f'{many} things'}"
    if one.near:
        quotes = (("you", one.near),)
        return Item(head=head, text="You came near. One more question:", ask=one.question, quotes=quotes)
    if one.after:
        said = ((_company_at(debrief, one.after.line), one.after),)
        return Item(head=head, text="This was the place to ask:", ask=one.question, quotes=said)
    return Item(head=head, ask=one.question)


def _seen(debrief: Debrief) -> Section:
    items = [Item(text=one.text, lines=one.lines) for one in debrief.seen]
    for talent in debrief.talents:
        quotes = [("you", one) for one in talent.shown]
        if talent.heard:
            quotes.append((_company_at(debrief, talent.heard.line), talent.heard))
        if talent.need and talent.need != talent.heard:
            quotes.append((_company_at(debrief, talent.need.line), talent.need))
        items.append(Item(head=_first_up(talent.name), text=talent.carries, quotes=tuple(quotes)))
    lead = (
        ""
        if items
        else ("Your words made no talent plain. One example of something you did would change that.")
    )
    return Section(key="seen", title="What they learned about you", lead=lead, items=tuple(items))


def _questions(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=", ".join(_titled(topic) for topic in one.topics),
            text=described(one),
            quotes=(
                ("you", one.asked),
                *([(_company_at(debrief, one.follows.line), one.follows)] if one.follows else []),
            ),
        )
        for one in debrief.questions
    )
    lead = "" if items else "You asked nothing. Half of such a talk is yours to ask in."
    return Section(key="questions", title="Your questions", lead=lead, items=items)


def described(question: Question) -> str:
    """ "Open, about this company, following up on what they said. Day-to-day work." """
    parts = [
        "open" if question.open else "closed",
        "about this company" if question.specific else "would fit any company",
        "following up on what they had just said" if question.follows else "starting something new",
    ]
    return f"{_first_up(', '.join(parts))}."


def _topics(debrief: Debrief) -> Section:
    covered = [one for one in debrief.topics if one.covered]
    left = [TITLES[one.topic] for one in debrief.topics if not one.covered]
    items = []
    for one in covered:
        how = " and ".join(["asked"] * bool(one.asked) + ["told"] * bool(one.told))
        items.append(
            Item(
                head=_titled(one.topic),
                text=f"{_first_up(how)}.",
                lines=tuple(sorted({*one.asked, *one.told})),
            )
        )
    if left:
        items.append(Item(head="Left out", text=f"{', '.join(left)}."))
    lead = f"{len(covered)} of {len(debrief.topics)} fields of the topic map."
    return Section(key="topics", title="Topics", lead=lead, items=tuple(items))


def _talk(debrief: Debrief) -> Section:
    balance = debrief.balance
    items = [
        Item(
            text=f"You spoke {balance.candidate_words} words, they {balance.company_words}:"
            f" {balance.share:.0%} of the talk was yours."
        )
    ]
    if balance.longest:
        items.append(
            Item(
                text=f"Your longest message has {balance.longest_words} words.",
                quotes=(("you", balance.longest),),
            )
        )
    for one in balance.passed_over:
        speaker = _company_at(debrief, one.question.line)
        items.append(
            Item(text="You passed over their question.", quotes=((speaker, one.question), ("you", one.reply)))
        )
    return Section(key="talk", title="Balance of the talk", items=tuple(items))


def _promises(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            quotes=(
                ("you" if one.by is Speaker.CANDIDATE else _company_at(debrief, one.said.line), one.said),
            )
        )
        for one in debrief.promises
    )
    lead = "" if items else "Neither side promised anything."
    return Section(key="promises", title="Promises", lead=lead, items=items)


def _role(debrief: Debrief) -> Section:
    role = debrief.role
    name = "The role they might create"
    if role is None:
        lead = "This talk does not carry one yet: it takes a thing you did and a thing that hurts them."
        return Section(key="role", title=name, lead=lead)
    items = [
        Item(
            head=one.text,
            quotes=(("you", one.talent), (_company_at(debrief, one.need.line), one.need)),
        )
        for one in role.duties
    ]
    return Section(key="role", title=f"{name}: {role.title}", lead=role.why, items=tuple(items))


def _note(debrief: Debrief) -> Section:
    name = "A thank-you note, to send within a day"
    if debrief.note is None:
        return Section(key="note", title=name, lead="They told nothing specific that a note could thank for.")
    note = debrief.note
    lines = (note.point.line, *([note.own.line] if note.own else []))
    return Section(key="note", title=name, items=(Item(box=note.text, lines=lines),))


def _practice(debrief: Debrief) -> Section:
    items = tuple(
        Item(head=one.aim, text=f"{one.exercise} {one.because}", lines=one.lines) for one in debrief.practice
    )
    return Section(key="practice", title="Two things to practise next", items=items)


def _progress(debrief: Debrief) -> Section:
    sentence = debrief.progress.sentence if debrief.progress else ""
    return Section(key="progress", title="Since your last talks", lead=sentence)


def speaker_name(debrief: Debrief, speaker: Speaker, persona: str) -> str:
    """Who spoke a line, as the documents show it."""
    if speaker is Speaker.CANDIDATE:
        return debrief.interview.candidate.name.strip() or "You"
    if speaker is Speaker.COACH:
        return "Practice partner"
    who = debrief.people.get(persona)
    return who.name if who else persona


def _company_at(debrief: Debrief, line: int) -> str:
    said = debrief.interview.lines[line - 1]
    return speaker_name(debrief, said.speaker, said.persona)


def _titled(topic: Topic) -> str:
    return _first_up(TITLES[topic])


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
