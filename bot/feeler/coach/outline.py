"""The debrief as sections and items, the same for HTML, PDF, Markdown and plain text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feeler.coach.closing import NAMES
from feeler.coach.goals import reached
from feeler.coach.spoken import how_it_was_said
from feeler.coach.topics import TITLES
from feeler.coach.tries import counted
from feeler.coach.values import Debrief, Evidence, Hidden, Question, Tried
from feeler.coach.words import quote
from feeler.interview.phases import LEADS
from feeler.interview.values import Speaker
from feeler.personas.values import Reveal, Topic

TROUBLED = (
    "There was a pause in this talk. It stays out of here, and there are no exercises and nothing to send."
    " Whatever follows can wait; you come first."
)
NOT_ENGLISH = "Most of your words are not in English, the only language this coach reads."
NO_DEED = "You told of nothing that you did. One example would show more than anything else."

NOTED = "This rests on your notes alone. Quotations are from them; the words may have been others."
UNMARKED = (
    "Your notes don't say who said what, so nothing is made of them here. Begin a line with “they:” or “me:”"
    " another time, and there is more to show."
)
NO_PROMISE = "Nobody promised anything in so many words; what they said at the end may still invite you."


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A quotation as the documents show it."""

    who: str
    line: int
    words: str
    ends: bool  # whether the sentence ends where the quotation does; dots stand behind it otherwise
    you: bool = False
    again: int = 0  # which try it is from; 0: from the talk itself


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


def too_short(debrief: Debrief) -> str:
    """What is said instead of a debrief when almost nothing was said."""
    lines = len(debrief.interview.lines)
    if not debrief.interview.turn:
        return "You said nothing yet, so there is nothing to look back on. The talk begins with your words."
    told = "one line" if lines == 1 else f"{lines} lines"
    return f"This talk has only {told}: too little to say anything about you or to advise you."


def title(debrief: Debrief) -> str:
    """What the document is about, in one line."""
    who = debrief.interviewer
    if debrief.interview.notes is not None:
        firm = f", {debrief.company}" if debrief.company not in ("", who.name) else ""
        return f"{who.name}{firm}, from your notes"
    role = f", {who.role}" if who.role else ""
    return f"{who.name}{role}, {debrief.company}"


def outline(debrief: Debrief) -> tuple[Section, ...]:
    """The sections that have something to say, in reading order."""
    if debrief.short:
        return tuple(_short(debrief))
    if debrief.interview.notes is not None:
        return tuple(section for section in _noted(debrief) if section.items or section.lead)
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
    yield from (section for section in (_close(debrief),) if section.lead)


def _sections(debrief: Debrief) -> Iterator[Section]:
    """All parts in reading order. A further part of the debrief is a further section here."""
    if debrief.troubled:
        yield Section(key="troubled", title="Before anything else", lead=TROUBLED)
    yield _goals(debrief)
    yield _learned(debrief)
    yield _seen(debrief)
    if not debrief.troubled:
        yield _well(debrief)
        yield _practice(debrief)
        yield _note(debrief)
        yield _role(debrief)
        yield _story(debrief)
    yield _hidden(debrief)
    yield _unknown(debrief)
    yield _questions(debrief)
    yield _topics(debrief)
    yield _talk(debrief)
    yield Section(key="spoken", title="How you said it", lead=how_it_was_said(debrief.interview))
    yield _promises(debrief)
    yield _close(debrief)
    yield _tried(debrief)
    yield _progress(debrief)


def _noted(debrief: Debrief) -> Iterator[Section]:
    """The parts of a debrief that is made of notes: nothing is counted, or claimed to be word for word."""
    if debrief.troubled:
        yield Section(key="troubled", title="Before anything else", lead=TROUBLED)
    else:
        yield Section(key="notes", title="From your notes", lead=NOTED if debrief.marked else UNMARKED)
    theirs = [quote(line) for line in debrief.interview.lines if line.speaker is Speaker.COMPANY]
    yield Section(
        key="learned",
        short="What they said",
        title="What they said, as you noted it",
        items=tuple(Item(quotes=_quoted(debrief, one)) for one in theirs if one.quote),
    )
    if debrief.talents:
        yield replace(_seen(debrief), title="What you told them that you did")
    if not debrief.troubled:
        if debrief.marked:
            yield _note(debrief)
        asked = tuple(Item(quotes=_quoted(debrief, one.asked)) for one in debrief.questions)
        yield Section(key="questions", short="Your questions", title="What you asked", items=asked)
    if debrief.promises:
        yield replace(_promises(debrief), title="Promises, as you noted them")


def _goals(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=one.goal.title,
            text=_first_up(reached(one)),
            quotes=_quoted(debrief, one.shown),
        )
        for one in debrief.goals
    )
    return Section(key="goals", title="Your goals" if len(items) > 1 else "Your goal", items=items)


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


def _unknown(debrief: Debrief) -> Section:
    """What the papers of a company of one's own leave open."""
    items = tuple(
        Item(
            head=_titled(one.topic) if one.topic else "", ask=one.question, quotes=_quoted(debrief, one.asked)
        )
        for one in debrief.unknown
    )
    lead = "What you brought about them does not say this, and nobody here made it up. Ask on the day."
    return Section(
        key="unknown", short="Ask them", title="Ask them this", lead=lead if items else "", items=items
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
    items = [
        Item(
            head=_first_up(talent.name) if talent.name else "What you did",
            text=talent.means,
            quotes=_quoted(debrief, *talent.shown, talent.heard),
        )
        for talent in debrief.talents
    ]
    lead = "" if items else NOT_ENGLISH if debrief.foreign else NO_DEED
    return Section(
        key="seen", short="About you", title="What they learned about you", lead=lead, items=tuple(items)
    )


def _questions(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=", ".join(_titled(topic) for topic in one.topics),
            text=described(one),
            quotes=_quoted(debrief, one.asked, one.got),
        )
        for one in debrief.questions
    )
    lead = "" if items else "You asked nothing. Half of such a talk is yours to ask in."
    if debrief.foreign:
        items, lead = (), NOT_ENGLISH
    return Section(key="questions", short="Your questions", title="Your questions", lead=lead, items=items)


def described(question: Question) -> str:
    """ "Open, about this company, following up on what they said. Day-to-day work." """
    parts = [
        "open" if question.open else "closed",
        "about this company" if question.specific else "would fit any company",
        f"following up on line {question.follows.line}" if question.follows else "starting something new",
        "and it got you this" if question.got else "",
    ]
    parts = [part for part in parts if part]
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
    promised = [Item(quotes=_quoted(debrief, one.said)) for one in debrief.promises]
    invited = [Item(head="They offered", quotes=_quoted(debrief, one)) for one in debrief.invited]
    lead = "" if promised else NO_PROMISE if not invited else "Nobody promised anything; this is open to you."
    title = "Promises and next steps" if invited else "Promises"
    return Section(
        key="promises",
        short="Next steps" if invited else "",
        title=title,
        lead=lead,
        items=(*promised, *invited),
    )


def _role(debrief: Debrief) -> Section:
    role = debrief.role
    name = "The role they might create"
    if role is None:
        return Section(key="role", short="Role", title=name, lead=debrief.missing)
    items: list[Item] = []
    shown: list[Evidence] = []
    for one in role.duties:
        fresh = [words for words in (one.talent, one.need) if words not in shown]
        again = tuple(words.line for words in (one.talent, one.need) if words in shown)
        shown += fresh
        items.append(Item(head=one.text, quotes=_quoted(debrief, *fresh), lines=again))
    return Section(key="role", short="Role", title=f"{name}: {role.title}", lead=role.why, items=tuple(items))


def _story(debrief: Debrief) -> Section:
    """The one thing in the debrief that nobody said in the talk, and it says so."""
    lead = (
        "Of what you keep with /story, this comes closest to the trouble they named. You did not say it in "
        f"this talk: “{debrief.from_story}”"
    )
    return Section(
        key="story",
        short="Your story",
        title="From your CV, not from this talk",
        lead=lead if debrief.from_story else "",
    )


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


def _well(debrief: Debrief) -> Section:
    items = tuple(Item(text=one.text, quotes=_quoted(debrief, *one.moment)) for one in debrief.well)
    return Section(key="well", short="Done well", title="What you did well", items=items)


def _practice(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=one.aim,
            text=one.because,
            ask=one.move,
            quotes=_quoted(debrief, *one.moment),
            lines=one.lines,
        )
        for one in debrief.practice
    )
    return Section(key="practice", short="To try", title="What to try next time", items=items)


def _close(debrief: Debrief) -> Section:
    items = tuple(
        Item(
            head=_first_up(NAMES[one.item]),
            text="" if one.shown else "Not shown.",
            quotes=_quoted(debrief, one.shown),
        )
        for one in debrief.close
    )
    return Section(
        key="close", short="The close", title="How the talk was closed", lead=debrief.timing, items=items
    )


def _tried(debrief: Debrief) -> Section:
    """Every way of every moment that was tried again; the first way is in the transcript."""
    items = []
    for one in debrief.tries:
        items.append(Item(head=f"Line {one.line}", text=one.why))
        for way in one.ways:
            text = f"{' '.join(way.changed)} What it opened: {way.opened}" if way.number else ""
            items.append(
                Item(
                    head=f"Try {way.number}" if way.number else "The first way",
                    text=text,
                    quotes=_ways_words(debrief, one.line, way),
                )
            )
    lead = counted(debrief.first, debrief.best) if debrief.first and debrief.best else ""
    return Section(
        key="tries", short="Tried again", title="What you tried again", lead=lead, items=tuple(items)
    )


def _ways_words(debrief: Debrief, line: int, way: Tried) -> tuple[Quoted, ...]:
    them = debrief.interview.numbered(line).persona
    said = [
        ("you", way.said, True),
        *((speaker_name(debrief, Speaker.COMPANY, them), one, False) for one in way.answers),
    ]
    return tuple(
        Quoted(who=who, line=line, words=words, ends=True, you=you, again=way.number)
        for who, words, you in said
    )


def _progress(debrief: Debrief) -> Section:
    sentence = debrief.progress.sentence if debrief.progress else ""
    return Section(key="progress", short="Progress", title="Since your last talks", lead=sentence)


def transcript_title(debrief: Debrief) -> str:
    """What stands above the lines."""
    return "Transcript" if debrief.interview.notes is None else "Your notes"


def place(one: Quoted) -> str:
    """ "line 7", "line 7, try 2" """
    return f"line {one.line}" + (f", try {one.again}" if one.again else "")


def speaker_name(debrief: Debrief, speaker: Speaker, persona: str) -> str:
    """Who spoke a line, as the documents show it."""
    if debrief.interview.notes is not None:
        them = debrief.interviewer.name if debrief.interview.notes.who else "They"
        said = {Speaker.CANDIDATE: "You", Speaker.COMPANY: them}
        return f"{said[speaker]}, as noted" if speaker in said else "Note"
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
            if line.speaker is Speaker.CANDIDATE and debrief.interview.notes is None
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
