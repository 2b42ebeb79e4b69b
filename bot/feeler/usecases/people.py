"""Who one can talk to: /companies, /persona, and the choice of somebody who fits."""

from collections.abc import Iterable

from feeler.interview.values import Interview
from feeler.personas.library import Library
from feeler.personas.values import Company, Persona
from feeler.sources import OwnCompany
from feeler.usecases import meet_texts, texts
from feeler.usecases.choosing import find_persona, no_such_person
from feeler.usecases.drafting import switch_persona
from feeler.usecases.starting import meet
from feeler.usecases.values import Button, Outcome
from feeler.usecases.visit import Visit, coach, company


async def show_companies(visit: Visit, argument: str) -> Outcome:
    """/companies: each company in two sentences, with its people."""
    library, own = visit.library, {one.slug for one in visit.chat.own.companies}
    blocks = [
        f"{firm.name}, {firm.place}\n{firm.about.strip()}\n"
        + "\n".join(f"• {_introduced(person)}" for person in _people_of(library, firm))
        for firm in library.companies.values()
        if firm.slug not in own and _people_of(library, firm)
    ]
    if own:
        blocks.append(meet_texts.OWN + "".join(f"\n• {_owned(one)}" for one in visit.chat.own.companies))
    blocks.append(meet_texts.OWN_HOW)
    buttons = _buttons(library.personas.values(), visit.talk)
    cards = tuple(
        (Button(label=f"⚙️ {one.company.name}", data=f"/companies {one.slug}"),)
        for one in visit.chat.own.companies
    )
    text = "\n\n".join([texts.PEOPLE, *blocks, *_legend(visit)])
    return visit.answer(coach(text, buttons=(*buttons, *cards)))


async def bring_persona(visit: Visit, argument: str) -> Outcome:
    """/persona: a colleague of the same company joins the talk; somebody from elsewhere starts a new one."""
    library, talk = visit.library, visit.talk
    if not argument:
        return _list_people(visit)
    persona = find_persona(library, argument)
    if persona is None:
        return no_such_person(visit, argument)
    if talk is None or talk.company != persona.company:
        return await meet(visit, persona)
    if talk.persona == persona.slug:
        return visit.answer(texts.ALREADY_HERE.format(name=persona.name, slug=persona.slug))
    firm = library.company_of(persona)
    joined = switch_persona(talk, persona, firm, now=visit.now)
    return visit.answer(
        *(company(line.text) for line in joined.lines[len(talk.lines) :]),
        interview=joined,
        undo=talk,
        awaiting="",
    )


def _list_people(visit: Visit) -> Outcome:
    talk = visit.talk
    people = sorted(visit.library.personas.values(), key=lambda person: _is_elsewhere(person, talk))
    lines = [f"• {_introduced(person)} at {visit.library.company_of(person).name}" for person in people]
    text = "\n".join([texts.PEOPLE, "", *lines, *(["", *_legend(visit)] if talk else [])])
    return visit.answer(coach(text, buttons=_buttons(people, talk)))


def _people_of(library: Library, firm: Company) -> list[Persona]:
    return [persona for persona in library.personas.values() if persona.company == firm.slug]


def _introduced(persona: Persona) -> str:
    return f"{persona.name}, {persona.role} (/persona {persona.slug})"


def _owned(made: OwnCompany) -> str:
    who = made.persona
    return f"{made.company.name}: {who.name}, {who.role} (/persona {who.slug}; /companies {made.slug})"


def _is_elsewhere(persona: Persona, talk: Interview | None) -> bool:
    return talk is not None and persona.company != talk.company


def _legend(visit: Visit) -> list[str]:
    if visit.talk is None:
        return []
    return [texts.PEOPLE_JOIN.format(company=visit.library.company(visit.talk.company).name)]


def _buttons(people: Iterable[Persona], talk: Interview | None) -> tuple[tuple[Button, ...], ...]:
    """One button a person who is not in the room yet, two in a row."""
    buttons = [
        Button(label=_sign(person, talk) + person.name, data=f"/persona {person.slug}")
        for person in people
        if talk is None or person.slug != talk.persona
    ]
    return tuple(tuple(buttons[index : index + 2]) for index in range(0, len(buttons), 2))


def _sign(persona: Persona, talk: Interview | None) -> str:
    if talk is None:
        return ""
    return "✨ " if _is_elsewhere(persona, talk) else "🚪 "
