"""The debrief as sections and items, the same for HTML, PDF, Markdown and plain text."""

from collections.abc import Iterator
from dataclasses import dataclass

from feeler.coach.showing import TROUBLED, no_role, no_talents, too_short
from feeler.coach.topics import TITLES
from feeler.coach.values import Debrief, Evidence, Hidden, Question
from feeler.interview.phases import LEADS
from feeler.interview.values import Speaker
from feeler.personas.values import Reveal, Topic


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A quotation as the documents show it."""

    who: str
    line: int
    words: str
    ends: bool  # whether the sentence ends where the quotation does; dots stand behind it otherwise
    you: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One claim: what is said in our words, the quotations under it, and further lines it rests on."""

    head: str = ""  # what it is about, in a word or two
    text: str = ""
    ask: str = ""  # a question to ask another time
    quotes: tuple[Quoted, ...] = ()
    lines: tuple[int, ...] = ()
    box: str = ""  # text to copy out, such as the note: kept with its line breaks


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str  # "learned", for anchors and styles
    title: str
    short: str = ""  # the title in a word or two, where there is little room
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
    said = (section for section in _sections(debrief) if section.items or section.lead)
    if debrief.troubled:  # nobody is told then what their words did not show
        return tuple(section for section in said if section.items or section.key in ("troubled", "progress"))
    return tuple(said)


def _short(debrief: Debrief) -> Iterator[Section]:
    if debrief.troubled:
        yield Section(key="troubled", title="Before anything else", lead=TROUBLED)
    else:
        yield Section(key="short", title="Too little was said", lead=too_short(debrief))
    if debrief.learned:
        yield _learned(debrief)


def _sections(debrief: Debrief) -> Iterator[Section]:
    if debrief.troubled:
        yield Section(key="troubled", title="Before anything else", lead=TROUBLED)
    yield _learned(debrief)
    yield _hidden(debrief)
    yield _seen(debrief)
    yield _questions(debrief)
    yield _topics(debrief)
    yield _talk(debrief)
    yield _promises(debrief)
    if not debrief.troubled:
        yield _role(debrief)
        yield _note(debrief)
        yield _practice(debrief)
    yield _progress(debrief)


def _learned(debrief: Debrief) -> Section:
    items = []
    for one in debrief.learned:
        items.append(Item(head=_titled(one.topic), quotes=_quoted(debrief, one.opened_by, one.said)))
    lead = "" if items else "They told you no facts about the company."
    return Section(
        key="learned",
        short="What you learned",
        title="What you learned about them",
        lead=lead,
        items=tuple(items),
    )


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
        " A question of this kind would have led there."
    )
    return Section(
        key="hidden", short="Hidden", title="What stayed hidden", lead=lead if items else "", items=items
    )


def _hidden_item(one: Hidden, many: int, debrief: Debrief) -> Item:
    head = f"{_titled(one.topic)}: {'one thing' if many == 1 else f'{many} things'}"
    if one.near:
        quotes = _quoted(debrief, one.near)
        asks_on = one.reveal is Reveal.PROBED
        text = (
            "You asked, and there is more for somebody who asks on:"
            if asks_on
            else "You asked. One more question:"
        )
        return Item(head=head, text=text, ask=one.question, quotes=quotes)
    if one.after:
        quotes = _quoted(debrief, one.after)
        return Item(head=head, text="This was the place to ask:", ask=one.question, quotes=quotes)
    return Item(head=head, ask=one.question)


def _seen(debrief: Debrief) -> Section:
    items = [Item(text=one.text, lines=one.lines) for one in debrief.seen]
    needs: list[Evidence | None] = []
    for talent in debrief.talents:
        need = None if talent.need in needs else talent.need  # shown once; its line is named again
        needs.append(talent.need)
        quotes = _quoted(debrief, *talent.shown, talent.heard, need)
        items.append(Item(head=_first_up(talent.name), text=talent.carries, quotes=quotes))
    lead = "" if items else no_talents(debrief)
    return Section(
        key="seen", short="About you", title="What they learned about you", lead=lead, items=tuple(items)
    )


def _questions(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=", ".join(_titled(topic) for topic in one.topics),
            text=described(one),
            quotes=_quoted(debrief, one.asked, one.follows),
        )
        for one in debrief.questions
    )
    lead = "" if items else "You asked nothing. Half of such a talk is yours to ask in."
    if debrief.foreign:
        items, lead = (), no_talents(debrief)
    return Section(key="questions", short="Your questions", title="Your questions", lead=lead, items=items)


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
                quotes=_quoted(debrief, balance.longest),
            )
        )
    for one in balance.passed_over:
        quotes = _quoted(debrief, one.question, one.reply)
        yours = debrief.interview.numbered(one.reply.line).phase in LEADS
        text = "You passed over their question, in the half that is yours to ask in: that is fine."
        items.append(Item(text=text if yours else "You passed over their question.", quotes=quotes))
    return Section(key="talk", short="Balance", title="Balance of the talk", items=tuple(items))


def _promises(debrief: Debrief) -> Section:
    items = tuple(Item(quotes=_quoted(debrief, one.said)) for one in debrief.promises)
    lead = "" if items else "Neither side promised anything."
    return Section(key="promises", title="Promises", lead=lead, items=items)


def _role(debrief: Debrief) -> Section:
    role = debrief.role
    name = "The role they might create"
    if role is None:
        return Section(key="role", short="Role", title=name, lead=no_role(debrief))
    items: list[Item] = []
    shown: list[Evidence] = []
    for one in role.duties:
        fresh = [words for words in (one.talent, one.need) if words not in shown]
        again = tuple(words.line for words in (one.talent, one.need) if words in shown)
        shown += fresh
        items.append(Item(head=one.text, quotes=_quoted(debrief, *fresh), lines=again))
    if role.precedent:
        items.append(Item(text="They have done it before.", quotes=_quoted(debrief, role.precedent)))
    return Section(key="role", short="Role", title=f"{name}: {role.title}", lead=role.why, items=tuple(items))


def _note(debrief: Debrief) -> Section:
    name = "A thank-you note, to send within a day"
    if debrief.note is None:
        return Section(
            key="note",
            short="Thank-you note",
            title=name,
            lead="Nothing they told would carry a note yet: it takes one point of theirs to take up.",
        )
    note = debrief.note
    lines = (note.point.line, *([note.own.line] if note.own else []))
    return Section(key="note", short="Thank-you note", title=name, items=(Item(box=note.text, lines=lines),))


def _practice(debrief: Debrief) -> Section:
    items = tuple(
        Item(head=one.aim, text=f"{one.exercise} {one.because}", lines=one.lines) for one in debrief.practice
    )
    return Section(
        key="practice",
        short="To practise",
        title="Two things to practise next" if len(items) > 1 else "To practise next",
        items=items,
    )


def _progress(debrief: Debrief) -> Section:
    sentence = debrief.progress.sentence if debrief.progress else ""
    return Section(key="progress", short="Progress", title="Since your last talks", lead=sentence)


def speaker_name(debrief: Debrief, speaker: Speaker, persona: str) -> str:
    """Who spoke a line, as the documents show it."""
    if speaker is Speaker.CANDIDATE:
        return debrief.interview.candidate.name.strip() or "You"
    if speaker is Speaker.COACH:
        return "Practice partner"
    who = debrief.people.get(persona)
    return who.name if who else persona


def _quoted(debrief: Debrief, *found: Evidence | None) -> tuple[Quoted, ...]:
    """The quotations that are there, with who said them."""
    return tuple(
        Quoted(
            who="you"
            if line.speaker is Speaker.CANDIDATE
            else speaker_name(debrief, line.speaker, line.persona),
            line=one.line,
            words=one.quote,
            ends=ends(one, line.text),
            you=line.speaker is Speaker.CANDIDATE,
        )
        for one in found
        if one is not None
        for line in (debrief.interview.numbered(one.line),)
    )


def ends(one: Evidence, text: str) -> bool:
    """Whether a quotation runs to the end of a sentence of `text`, or of its line."""
    after = text[text.index(one.quote) + len(one.quote) :].lstrip(' \t”"»)')
    return one.quote.endswith((".", "!", "?", "…", "”", '"')) or not after or after[0] in "\n.!?…"


def _titled(topic: Topic) -> str:
    return _first_up(TITLES[topic])


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
