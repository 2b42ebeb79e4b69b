"""/meet: out of what a person sends about a company, a company to practise on, for their chat alone."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from feeler.coach.topics import TITLES
from feeler.errors import Reason, UnreadableFile
from feeler.interview.words import words
from feeler.personas.values import Company, Fact, Topic
from feeler.ports import ReadFile
from feeler.sources import TEMPERS, OwnCompany, Paper, Temper, make_company, person_of
from feeler.sources.cleaning import clean
from feeler.sources.company import LONGEST_NAME, name_of
from feeler.sources.person import ANY_ROLE, UNNAMED
from feeler.sources.reading import count_foreign, statements
from feeler.sources.values import Origin
from feeler.usecases import meet_texts as texts
from feeler.usecases.values import Button, Outcome
from feeler.usecases.visit import Stopped, Visit, coach

ERRAND = "meet"  # what is left to do after "I am reading it"
COLLECTS = frozenset({"papers", "firm"})
MOST_PAPERS = 12
MOST_OF_ALL = 240_000  # characters of all papers
LEAST_WORDS = 20
MOST_COMPANIES = 6
LONGEST_FACT = 40  # words
NEED_WORDS = 80  # a longer message is a text about a company, not somebody speaking of themselves
FOREIGN = 0.5
EXAMPLES = 3
READY = Button(label="✅ Ready", data="/meet ready")
COLLECTING = (
    (READY,),
    (Button(label="Take the last back", data="/meet undo"), Button(label="Drop all", data="/meet cancel")),
)


async def meet(visit: Visit, argument: str) -> Outcome:
    """/meet: collect what there is about a company. /meet ready makes it; /meet NAME begins with its name."""
    if action := ACTIONS.get(argument.casefold()):
        return await action(visit)
    own = visit.chat.own
    if len(own.companies) >= MOST_COMPANIES:
        return visit.answer(texts.TOO_MANY.format(most=MOST_COMPANIES))
    if own.papers and not argument:
        names = ", ".join(paper.name for paper in own.papers)
        text = texts.GO_ON.format(count=_things(len(own.papers)), names=names)
        return visit.answer(coach(text, buttons=COLLECTING), awaiting="papers")
    name = plain_name(argument)
    text = texts.BEGIN.format(name=f" about {name}" if name else "")
    return visit.answer(coach(text, keyboard=()), awaiting="papers", subject=name)


def may_be_need(text: str) -> bool:
    """Whether somebody could be speaking of themselves: what is longer was written about a company."""
    return len(words(text)) <= NEED_WORDS


# --- collecting -------------------------------------------------------------------------------------------


async def contents(visit: Visit, content: bytes | Reason) -> ReadFile:
    """What a file says: its bytes, or why they are not here. Raises UnreadableFile."""
    assert visit.means.files is not None
    if isinstance(content, str):
        raise UnreadableFile(content)
    return await visit.means.files.read(content)


async def take_file(visit: Visit, name: str, content: bytes | Reason, caption: str) -> Outcome:
    """A file about the company: its content, or why that is not here."""
    name = plain_name(name) or "The file"
    try:
        read = await contents(visit, content)
    except UnreadableFile as refused:
        return visit.answer(coach(texts.UNREADABLE[refused.reason].format(name=name), buttons=_ready(visit)))
    text = clean(f"{caption}\n{read.text}" if caption else read.text)
    paper = Paper(name=name, origin=Origin.FILE, text=text, title=clean(read.title)[:120])
    pages = f"{read.pages} pages, " if read.pages > 1 else ""
    return _taken(visit, paper, f" ({pages}{len(words(text)):,} words)")


def take_text(visit: Visit, text: str, *, forwarded: bool = False) -> Outcome:
    """A text about the company, written, pasted or sent on."""
    number = len(visit.chat.own.papers) + 1
    name = f"{'forwarded post' if forwarded else 'message'} {number}"
    kept = clean(text)
    paper = Paper(name=name, origin=Origin.FORWARDED if forwarded else Origin.WRITTEN, text=kept)
    return _taken(visit, paper, f" ({_things(len(words(kept)), 'word')})")


def _taken(visit: Visit, paper: Paper, size: str) -> Outcome:
    papers = visit.chat.own.papers
    if not words(paper.text):
        return visit.answer(coach(texts.NOTHING_IN_IT.format(name=paper.name), buttons=_ready(visit)))
    if any(paper.text == other.text for other in papers):
        return visit.answer(coach(texts.ALREADY_THERE, buttons=COLLECTING))
    whole = sum(len(each.text) for each in papers) + len(paper.text)
    if len(papers) >= MOST_PAPERS or whole > MOST_OF_ALL:
        most = f"{MOST_PAPERS} things, {MOST_OF_ALL:,} characters"
        return visit.answer(coach(texts.FULL.format(most=most), buttons=COLLECTING))
    own = replace(visit.chat.own, papers=(*papers, paper))
    text = texts.GOT.format(name=_quoted(paper), size=size, count=_things(len(own.papers)))
    return visit.answer(coach(text, buttons=COLLECTING), own=own, awaiting="papers")


def _quoted(paper: Paper) -> str:
    if paper.origin is Origin.FILE:
        return f"“{paper.name}”"
    return f"{'the' if paper.origin is Origin.FORWARDED else 'your'} {paper.name}"


def _ready(visit: Visit) -> tuple[tuple[Button, ...], ...]:
    return COLLECTING if visit.chat.own.papers else ()


async def _undo(visit: Visit) -> Outcome:
    papers = visit.chat.own.papers
    if not papers:
        return visit.answer(texts.NONE_YET)
    own = replace(visit.chat.own, papers=papers[:-1])
    text = texts.TAKEN_BACK.format(name=papers[-1].name, count=_things(len(own.papers)))
    return visit.answer(coach(text, buttons=COLLECTING if own.papers else ()), own=own, awaiting="papers")


async def _cancel(visit: Visit) -> Outcome:
    if not visit.chat.own.papers and visit.chat.awaiting not in COLLECTS:
        return visit.answer(texts.NOTHING_TO_CANCEL)
    return visit.answer(texts.CANCELLED, own=replace(visit.chat.own, papers=()), awaiting="", subject="")


async def _make(visit: Visit) -> Outcome:
    """Ready: say so, and leave the reading to be done after that message is out."""
    papers = visit.chat.own.papers
    many = sum(len(words(paper.text)) for paper in papers)
    if not papers:
        return visit.answer(texts.NONE_YET, awaiting="papers")
    if many < LEAST_WORDS:
        text = texts.TOO_LITTLE.format(words=many)
        return visit.answer(coach(text, buttons=COLLECTING), awaiting="papers")
    name = visit.chat.subject if visit.chat.awaiting in ("papers", "firm", "") else ""
    name = name or await asyncio.to_thread(name_of, papers)
    if not name:
        return visit.answer(texts.ASK_FIRM, awaiting="firm")
    return visit.answer(coach(texts.READING, keyboard=()), awaiting="", subject=name).with_errand(ERRAND)


async def _hear_firm(visit: Visit, text: str) -> Outcome:
    name = plain_name(text)
    if not name or len(words(name)) > 6:
        return visit.answer(texts.BAD_NAME)
    return await _make(visit.with_chat(subject=name))


ACTIONS: dict[str, Callable[[Visit], Awaitable[Outcome]]] = {
    "ready": _make, "undo": _undo, "cancel": _cancel,
}  # fmt: skip


# --- making -----------------------------------------------------------------------------------------------


async def run(visit: Visit) -> Outcome:
    """Read the papers and make the company; the papers are kept wherever it is not made."""
    chat = visit.chat
    if not chat.own.papers or not chat.subject:  # forgotten or dropped in the meantime
        return visit.answer()
    if visit.means.resigned:
        return visit.answer(texts.FAILED)
    try:
        async with visit.means.writing.stoppable(chat.chat_id):
            return await _made(visit, chat.own.papers, chat.subject)
    except Stopped:
        return visit.answer(texts.STOPPED)


async def _made(visit: Visit, papers: tuple[Paper, ...], name: str) -> Outcome:
    if await asyncio.to_thread(count_foreign, papers) > FOREIGN:
        return visit.answer(coach(texts.FOREIGN, buttons=COLLECTING), awaiting="papers")
    said = await asyncio.to_thread(statements, papers, visit.means.reader)
    if not said:
        return visit.answer(coach(texts.NOTHING_SAID, buttons=COLLECTING), awaiting="papers")
    library = visit.library
    company = make_company(papers, said, name=name, taken={*library.companies, *library.personas})
    made = OwnCompany(company=company, persona=person_of(company, temper=Temper.BRISK))
    own = replace(visit.chat.own.with_company(made), papers=())
    examples = "\n".join(f"• {fact.text}" for fact in _examples(company))
    text = texts.MADE.format(name=name, examples=examples, gaps=gaps(company), **counted(company))
    return visit.answer(text, texts.ASK_WHO, own=own, awaiting="meet", subject=company.slug)


def _examples(company: Company) -> list[Fact]:
    """One of each of some topics."""
    first = {topic: next((f for f in company.facts if f.topic is topic), None) for topic in Topic}
    return [fact for fact in first.values() if fact is not None and len(fact.text) < 200][:EXAMPLES]


def counted(company: Company) -> dict[str, str | int]:
    """How much is known, for the coach's texts."""
    topics = len(Topic) - len(company.open_topics)
    return {"facts": _things(len(company.facts), "fact"), "topics": topics, "all": len(Topic)}


def gaps(company: Company) -> str:
    """What nobody knows."""
    missing = ", ".join(TITLES[topic] for topic in company.open_topics)
    return texts.GAPS.format(topics=missing) if missing else texts.NO_GAPS


# --- who it will be ---------------------------------------------------------------------------------------


def ask_who(visit: Visit, made: OwnCompany) -> Outcome:
    """Who will they meet, of a company that is there already."""
    return visit.answer(texts.ASK_WHO, awaiting="meet", subject=made.slug)


async def _hear_who(visit: Visit, text: str) -> Outcome:
    name, _, role = text.partition(",")
    name, role = plain_name(name), plain_name(role)
    if not name or len(words(name)) > 5:
        return visit.answer(texts.BAD_NAME)
    changed = _with_person(visit, name=name, role=role)
    if changed is None:
        return gone(visit)
    return _ask_asks(changed) if role else changed.answer(texts.ASK_ROLE.format(name=name), awaiting="role")


async def _hear_role(visit: Visit, text: str) -> Outcome:
    changed = _with_person(visit, role=plain_name(text))
    return _ask_asks(changed) if changed else gone(visit)


async def _hear_asks(visit: Visit, text: str) -> Outcome:
    changed = _with_person(visit, about=clean(text)[:300].replace("\n", ", "))
    return ask_temper(changed) if changed else gone(visit)


def _ask_asks(visit: Visit) -> Outcome:
    return visit.answer(texts.ASK_ASKS, awaiting="asks")


def ask_temper(visit: Visit) -> Outcome:
    """The last question, by buttons."""
    made = visit.chat.own.company(visit.chat.subject)
    if made is None:
        return gone(visit)
    rows = [
        Button(label=temper.value.capitalize(), data=f"/companies temper {made.slug} {temper.value}")
        for temper in TEMPERS
    ]
    who = "your interviewer" if made.persona.name == UNNAMED else made.persona.name
    text = texts.ASK_TEMPER.format(name=who) + "\n\n" + texts.TALK.format(command=f"/new {made.slug}")
    return visit.answer(
        coach(text, buttons=(tuple(rows[:2]), tuple(rows[2:]), (talk_button(made),))), awaiting="", subject=""
    )


def talk_button(made: OwnCompany) -> Button:
    return Button(label="💬 Talk now", data=f"/new {made.slug}")


def skip(visit: Visit) -> Outcome:
    """/skip: on to the next question, or leave something as it was."""
    match visit.chat.awaiting:
        case "meet":
            return visit.answer(texts.ASK_ROLE_UNNAMED, awaiting="role")
        case "role":
            return _ask_asks(visit)
        case "asks":
            return ask_temper(visit)
        case "papers" | "firm":
            return visit.answer(coach(texts.READY_OR_DROP, buttons=COLLECTING))
        case _:
            return visit.answer(texts.LEFT_AS_IT_WAS, awaiting="", subject="")


def _with_person(visit: Visit, **changes: str) -> Visit | None:
    """The visit with its company's person changed; None where the company is gone."""
    made = visit.chat.own.company(visit.chat.subject)
    if made is None:
        return None
    return visit.with_chat(own=visit.chat.own.with_company(changed_person(made, None, **changes)))


def changed_person(made: OwnCompany, temper: Temper | None = None, /, **changes: str) -> OwnCompany:
    """The company with its person made anew: the same but for `name`, `role`, `about` or `temper`."""
    old = made.persona
    now = {
        "name": "" if old.name == UNNAMED else old.name,
        "role": "" if old.role == ANY_ROLE else old.role,
        "about": ", ".join(old.interests),
    }
    now |= changes
    person = person_of(
        made.company, temper=temper or temper_of(made), name=now["name"], role=now["role"], about=now["about"]
    )
    return replace(made, persona=person)


def temper_of(made: OwnCompany) -> Temper:
    return Temper(made.persona.extra.get("temper", Temper.BRISK))


def gone(visit: Visit) -> Outcome:
    """The company that the coach waits for a word about is not there any more."""
    return visit.answer(texts.NO_SUCH.format(name=visit.chat.subject), awaiting="", subject="")


def plain_name(text: str) -> str:
    """Some words that may stand as a name: one plain line."""
    return re.sub(r"\s+", " ", clean(text).replace("\n", " ")).strip(" .,;:/")[:LONGEST_NAME].strip()


def _things(count: int, thing: str = "thing") -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


async def _hear_paper(visit: Visit, text: str) -> Outcome:
    return take_text(visit, text)


HEARERS: dict[str, Callable[[Visit, str], Awaitable[Outcome]]] = {
    "papers": _hear_paper, "firm": _hear_firm, "meet": _hear_who, "role": _hear_role, "asks": _hear_asks,
}  # fmt: skip
