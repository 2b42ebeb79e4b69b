"""/prepare: one page before the real talk with a company, as a message and on paper."""

import asyncio
from difflib import get_close_matches

from feeler.coach.preparing import Preparation, Quote, prepare
from feeler.personas.library import Library
from feeler.personas.values import Company
from feeler.usecases import story_texts as texts
from feeler.usecases.choosing import find_persona
from feeler.usecases.past import talks_of
from feeler.usecases.values import Button, Document, Outcome
from feeler.usecases.visit import Visit, coach

FROM_CV = "from your CV, {paper}"
TYPED = "from your story, your own words"


async def prepare_talk(visit: Visit, argument: str) -> Outcome:
    """/prepare: for the company named; else the own one last talked to or made, else the last talked to."""
    company = _named(visit.library, argument) if argument else _last(visit)
    if company is None:
        return visit.answer(_missing(visit.library, argument))
    story = [
        Quote(text=one.text, source=FROM_CV.format(paper=one.paper) if one.paper else TYPED)
        for one in visit.chat.own.story
    ]
    reader = None if visit.means.resigned else visit.means.reader
    talks = await talks_of(visit)
    page = await asyncio.to_thread(prepare, company, talks, story, visit.library, reader)
    content = await asyncio.to_thread(_on_paper, page)
    file = Document(
        filename=f"feeler-prepare-{company.slug}.pdf", media_type="application/pdf", content=content
    )
    titles = (page.title, *(part.title for part in page.parts()))
    return visit.answer(
        coach(page.text(), strong=titles),
        coach(texts.ON_PAPER, document=file, buttons=_buttons(visit, company)),
    )


def _on_paper(page: Preparation) -> bytes:
    from feeler.coach import onepage  # fpdf takes a moment to import

    return onepage.pdf(page)


def _named(library: Library, given: str) -> Company | None:
    """The company of this slug or name, or the one for which somebody of this name works."""
    wanted = given.strip().casefold()
    for firm in library.companies.values():
        if wanted in (firm.slug, firm.name.casefold()):
            return firm
    persona = find_persona(library, given)
    return library.company_of(persona) if persona else None


def _last(visit: Visit) -> Company | None:
    """Of the person's own companies the one last talked to, else the last made; else any last talked to."""
    talked = visit.chat.interview.company if visit.chat.interview else ""
    made = [one.slug for one in visit.chat.own.companies]
    slug = talked if talked in made or not made else made[-1]
    return visit.library.companies.get(slug)


def _missing(library: Library, given: str) -> str:
    if not given:
        return texts.NO_COMPANY.format(slug=next(iter(library.companies)))
    names = {firm.name.casefold(): firm.slug for firm in library.companies.values()}
    near = get_close_matches(given.casefold(), [*names, *names.values()], n=1, cutoff=0.6)
    guess = texts.NEAR.format(name=names.get(near[0], near[0])) if near else ""
    return texts.UNKNOWN_COMPANY.format(name=given[:60], near=guess)


def _buttons(visit: Visit, company: Company) -> tuple[tuple[Button, ...], ...]:
    people = visit.library.personas.values()
    who = next((one.slug for one in people if one.company == company.slug), "")
    talk = [Button(label="💬 Talk now", data=f"/new {who}")] if who else []
    return ((*talk, Button(label="My story", data="/story")),)
