"""Who is meant by a name, and who fits somebody who named nobody."""

import asyncio
import re
from difflib import get_close_matches

from feeler.interview.topics import LABELS
from feeler.personas.library import Library
from feeler.personas.values import Persona, Topic
from feeler.usecases import texts
from feeler.usecases.values import Chat, Outcome
from feeler.usecases.visit import Visit

STOPWORDS = frozenset({"about", "and", "for", "from", "how", "into", "like", "the", "what", "with", "work"})


def find_persona(library: Library, given: str) -> Persona | None:
    """The persona meant by a slug, a whole name, or a first or last name that only one of them has."""
    wanted = given.strip().casefold()
    if wanted in library.personas:
        return library.personas[wanted]
    found = [
        persona
        for persona in library.personas.values()
        if wanted == persona.name.casefold() or wanted in persona.name.casefold().split()
    ]
    return found[0] if len(found) == 1 else None


def no_such_person(visit: Visit, given: str) -> Outcome:
    """Say that nobody has this name, and who comes near."""
    near = get_close_matches(given.casefold(), visit.library.personas, n=1, cutoff=0.5)
    guess = f" Did you mean {near[0]}?" if near else ""
    return visit.answer(texts.NO_SUCH_PERSON.format(slug=given[:60], near=guess))


async def topic_meant(visit: Visit, text: str) -> Topic | None:
    """The topic meant by its key ("day"), by a part of its label, or by a question about it."""
    bare = text.strip().casefold()
    for topic, label in LABELS.items():
        if bare and (bare == topic.value or bare in label.casefold()):
            return topic
    read = await asyncio.to_thread(visit.means.reader.read, "", text) if bare else None
    return next(iter(read.topics), None) if read is not None else None


def somebody(library: Library, chat: Chat) -> Persona:
    """Whose field comes nearest to what the user is curious about, and not the company of the last talk."""
    last = chat.interview.company if chat.interview else ""
    people = [person for person in library.personas.values() if person.company != last]
    wanted = _words(chat.candidate.curious)
    return max(people or library.personas.values(), key=lambda person: len(wanted & _field(library, person)))


def _field(library: Library, persona: Persona) -> set[str]:
    firm = library.company_of(persona)
    return _words(f"{firm.name} {firm.field} {firm.about} {persona.role} {persona.knows}")


def _words(text: str) -> set[str]:
    """The words of `text` that mean something, cut short: "machines" meets "machine"."""
    return {word[:6] for word in re.findall(r"[^\W\d_]{3,}", text.casefold()) if word not in STOPWORDS}
