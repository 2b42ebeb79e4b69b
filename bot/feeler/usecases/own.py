"""/companies and what follows it: a person's own companies are looked at, mended, shared and deleted."""

from collections.abc import Callable
from dataclasses import replace

from feeler.coach.topics import TITLES
from feeler.interview.words import words
from feeler.personas.files import write_company, write_persona
from feeler.personas.values import Fact
from feeler.sources import OwnCompany, Temper
from feeler.sources.cleaning import clean
from feeler.sources.person import TEMPERS
from feeler.usecases import meet_texts as texts
from feeler.usecases import meeting
from feeler.usecases.meeting import changed_person, counted, gaps, talk_button, temper_of
from feeler.usecases.people import show_companies
from feeler.usecases.privacy import is_no, is_yes
from feeler.usecases.values import Button, Document, Outcome
from feeler.usecases.visit import Visit, coach

PAGE = 8  # facts of a message
Doing = Callable[[Visit, OwnCompany, str], Outcome]


async def companies(visit: Visit, argument: str) -> Outcome:
    """/companies: everybody; with a name or a verb and a name, one of the person's own."""
    if not argument:
        return await show_companies(visit, argument)
    verb, _, rest = argument.partition(" ")
    doing = DOINGS.get(verb.casefold())
    given, more = (rest, "") if doing else (argument, "")
    made = find(visit, given)
    if doing and made is None:  # what stands behind the name: a number, a temper, a yes
        given, _, more = rest.partition(" ")
        made = find(visit, given)
    if made is None:
        first = visit.chat.own.companies[0].slug if visit.chat.own.companies else "kern-foods"
        return visit.answer(f"{texts.NO_SUCH.format(name=given[:60])}\n\n{texts.HOW.format(slug=first)}")
    return (doing or card)(visit, made, more.strip())


def find(visit: Visit, given: str) -> OwnCompany | None:
    """The company meant by its slug or its name."""
    wanted = given.strip().casefold()
    return next(
        (one for one in visit.chat.own.companies if wanted in (one.slug, one.company.name.casefold())), None
    )


def card(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """What there is of one company, and all that can be done with it."""
    firm, who, slug = made.company, made.persona, made.slug
    text = texts.CARD.format(
        name=firm.name, field=firm.field, place=firm.place, who=f"{who.name}, {who.role}",
        temper=temper_of(made).value, gaps=gaps(firm), **counted(firm),
    )  # fmt: skip
    buttons = (
        (talk_button(made), Button(label="What is known", data=f"/companies facts {slug}")),
        (
            Button(label="Who", data=f"/companies who {slug}"),
            Button(label="Temper", data=f"/companies temper {slug}"),
        ),
        (
            Button(label="Rename", data=f"/companies rename {slug}"),
            Button(label="Share", data=f"/companies share {slug}"),
        ),
        (Button(label="🗑 Delete", data=f"/companies delete {slug}"),),
    )
    return visit.answer(coach(text, buttons=buttons))


def facts(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """A page of what is known, each fact with its number."""
    known = made.company.facts
    last = (len(known) + PAGE - 1) // PAGE
    page = min(max(int(more) if more.isdecimal() else 1, 1), last)
    shown = list(enumerate(known, 1))[(page - 1) * PAGE : page * PAGE]
    head = texts.FACTS.format(
        name=made.company.name, first=shown[0][0], last=shown[-1][0], all=len(known), slug=made.slug
    )
    lines = [f"{number}. {fact.text}" for number, fact in shown]
    numbers = [Button(label=str(n), data=f"/companies fact {made.slug} {n}") for n, _ in shown]
    turn = [
        Button(label=label, data=f"/companies facts {made.slug} {to}")
        for label, to in (("← Back", page - 1), ("More →", page + 1))
        if 1 <= to <= last
    ]
    rows = [tuple(numbers[:4]), tuple(numbers[4:]), tuple(turn)]
    return visit.answer(coach("\n\n".join([head, *lines]), buttons=tuple(row for row in rows if row)))


def fact(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """One fact with the source's line."""
    at, found = _numbered(made, more)
    if found is None:
        return _no_such_fact(visit, made, more)
    source = texts.SOURCE.format(source=found.source, paper=found.paper) if found.paper else texts.OWN_WORDS
    text = texts.FACT.format(number=at + 1, text=found.text, topic=TITLES[found.topic], source=source)
    row = (
        Button(label="✏️ Change", data=f"/companies mend {made.slug} {at + 1}"),
        Button(label="🗑 Drop", data=f"/companies drop {made.slug} {at + 1}"),
    )
    return visit.answer(coach(text, buttons=(row,)))


def mend(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Ask how a fact should read."""
    _, found = _numbered(made, more)
    if found is None:
        return _no_such_fact(visit, made, more)
    return visit.answer(
        texts.ASK_MEND.format(text=found.text), awaiting="mend", subject=f"{made.slug} {found.id}"
    )


def drop(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Take a fact away."""
    _, found = _numbered(made, more)
    if found is None:
        return _no_such_fact(visit, made, more)
    left = tuple(one for one in made.company.facts if one is not found)
    if not left:
        return visit.answer(texts.LAST_FACT.format(name=made.company.name))
    changed = replace(made, company=replace(made.company, facts=left))
    return visit.answer(texts.DROPPED.format(text=found.text), own=visit.chat.own.with_company(changed))


def who(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Ask anew who will be met."""
    return meeting.ask_who(visit, made)


def temper(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Choose how the person is; without a choice, the buttons."""
    if not more:
        return meeting.ask_temper(visit.with_chat(subject=made.slug))
    if more.casefold() not in {one.value for one in Temper}:
        named = ", ".join(one.value for one in TEMPERS)
        return visit.answer(texts.BAD_TEMPER.format(tempers=named, slug=made.slug))
    changed = changed_person(made, Temper(more.casefold()))
    text = texts.TEMPER_SET.format(name=changed.persona.name, temper=more.casefold())
    return visit.answer(
        coach(text, buttons=((talk_button(made),),)), own=visit.chat.own.with_company(changed)
    )


def rename(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Ask what the company is called."""
    return visit.answer(texts.ASK_NAME.format(name=made.company.name), awaiting="name", subject=made.slug)


def delete(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """Delete the company, after a yes; a talk with it that goes on ends as it stands."""
    name, slug = made.company.name, made.slug
    if is_no(more):
        return visit.answer(texts.NOT_DELETED.format(name=name))
    if not is_yes(more):
        row = (
            Button(label="Delete it", data=f"/companies delete {slug} yes"),
            Button(label="Keep it", data=f"/companies delete {slug} no"),
        )
        return visit.answer(coach(texts.ASK_DELETE.format(name=name), buttons=(row,)))
    talk, undo = visit.talk, visit.chat.undo
    ended = talk.evolve(ended=visit.now) if talk and talk.company == slug else visit.chat.interview
    return visit.answer(
        texts.DELETED.format(name=name),
        own=visit.chat.own.without(slug),
        interview=ended,
        undo=None if undo and undo.company == slug else undo,
    )


def share(visit: Visit, made: OwnCompany, more: str) -> Outcome:
    """The company in the format of the shipped ones, without anything about whoever made it."""
    shared = shareable(made)
    firm, person = shared.company, shared.persona
    files = (
        Document(
            filename=f"{firm.slug}.yaml", media_type="application/yaml", content=write_company(firm).encode()
        ),
        Document(
            filename=f"{firm.slug}.md", media_type="text/markdown", content=write_persona(person).encode()
        ),
    )
    return visit.answer(
        texts.SHARED.format(name=firm.name), coach(f"companies/{files[0].filename}", document=files[0]),
        coach(f"personas/{files[1].filename}", document=files[1]),
    )  # fmt: skip


def shareable(made: OwnCompany) -> OwnCompany:
    """The same company and person without what was sent, and without the wishes of whoever sent it."""
    bare = tuple(replace(one, paper="", source="") for one in made.company.facts)
    firm = replace(made.company, facts=bare)
    return changed_person(replace(made, company=firm), None, about="")


DOINGS: dict[str, Doing] = {
    "facts": facts, "fact": fact, "mend": mend, "drop": drop, "who": who, "temper": temper, "rename": rename,
    "delete": delete, "share": share,
}  # fmt: skip


async def _hear_name(visit: Visit, text: str) -> Outcome:
    made = visit.chat.own.company(visit.chat.subject)
    name = meeting.plain_name(text)
    if made is None:
        return meeting.gone(visit)
    if not name:
        return visit.answer(texts.BAD_NAME)
    renamed = replace(made, company=replace(made.company, name=name))
    own = visit.chat.own.with_company(changed_person(renamed))
    return visit.answer(texts.RENAMED.format(name=name), own=own, awaiting="", subject="")


async def _hear_mend(visit: Visit, text: str) -> Outcome:
    slug, _, identifier = visit.chat.subject.partition(" ")
    made = visit.chat.own.company(slug)
    if made is None or all(one.id != identifier for one in made.company.facts):
        return visit.answer(texts.NO_SUCH.format(name=slug), awaiting="", subject="")
    said = " ".join(clean(text).split())
    if not 2 <= len(words(said)) <= meeting.LONGEST_FACT or len(said) > 400:
        return visit.answer(texts.BAD_FACT.format(most=meeting.LONGEST_FACT))
    changed = tuple(
        replace(one, text=said, source=said, paper="") if one.id == identifier else one
        for one in made.company.facts
    )
    own = visit.chat.own.with_company(replace(made, company=replace(made.company, facts=changed)))
    return visit.answer(texts.MENDED.format(text=said), own=own, awaiting="", subject="")


HEARERS = meeting.HEARERS | {"name": _hear_name, "mend": _hear_mend}


def _numbered(made: OwnCompany, given: str) -> tuple[int, Fact | None]:
    at = int(given) - 1 if given.isdecimal() and len(given) < 4 else -1
    known = made.company.facts
    return (at, known[at]) if 0 <= at < len(known) else (at, None)


def _no_such_fact(visit: Visit, made: OwnCompany, given: str) -> Outcome:
    return visit.answer(
        texts.NO_SUCH_FACT.format(
            name=made.company.name, given=given[:20] or "without a number", slug=made.slug
        )
    )
