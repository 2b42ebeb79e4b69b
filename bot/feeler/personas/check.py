"""Everything that is wrong with a folder of personas and companies, and everything that could be better."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from feeler.personas.files import MAX_KNOWS_BYTES, Problem, context_bytes
from feeler.personas.library import Folder, Library, homeless, read_folder
from feeler.personas.values import SLOTS, Company, Fact, Persona, Reveal, Topic

FACTS_WANTED = 12
LONGEST_LINE = 60  # words: what one line of the company may hold
LONGEST_FACT = 40
LONGEST_BODY = 650
QUOTE = 5  # so many words in a row are a quotation
SLOT = re.compile(r"\{([^{}]*)\}")
ONE_QUESTION = ("ask", "push", "hand")


def check_folder(folder: Path, *, shipped: Library | None, do_not_ask: Mapping[str, str]) -> list[Problem]:
    """All problems of `folder`, errors first.

    `shipped` are the companies that its personas may belong to as well; `do_not_ask` maps what a company must
    not ask about to a pattern of it. Raises DataError where the folder holds neither personas nor companies.
    """
    found = read_folder(folder)
    known = {**(shipped.companies if shipped else {}), **found.companies}
    broken = {Path(problem.file).stem for problem in found.problems}
    problems = found.problems + [
        problem
        for problem in homeless(Library(personas=found.personas, companies=known))
        if found.personas[Path(problem.file).stem].company not in broken
    ]
    for company in found.companies.values():
        problems += _company(company, found)
    for persona in found.personas.values():
        problems += [
            replace(one, file=f"personas/{persona.slug}.md") for one in _persona(persona, do_not_ask)
        ]
        if persona.company in known:
            problems += _leaks(persona, known[persona.company])
    return sorted(problems, key=lambda problem: problem.warning)


def _company(company: Company, found: Folder) -> Iterator[Problem]:
    file = f"companies/{company.slug}.yaml"

    def warn(field: str, what: str) -> Problem:
        return Problem(file=file, field=field, what=what, warning=True)

    told = [fact for fact in company.facts if fact.reveal is not Reveal.NEVER]
    if len(told) < FACTS_WANTED:
        yield warn("facts", f"{len(told)} facts may be told; a talk needs about {FACTS_WANTED} or more")
    if missing := [topic for topic in Topic if topic not in {fact.topic for fact in told}]:
        yield warn("facts", f"nobody can learn anything about: {', '.join(missing)}")
    for level in (Reveal.VOLUNTEERED, Reveal.ASKED, Reveal.PROBED):
        if level not in {fact.reveal for fact in told}:
            yield warn("facts", f"no fact is told `{level}`")
    open_topics = {fact.topic for fact in told if fact.reveal is not Reveal.PROBED}
    for at, fact in enumerate(company.facts):
        if fact.reveal is Reveal.PROBED and fact.topic not in open_topics:
            yield warn(f"facts[{at}].reveal", f"a follow-up needs an easier fact on '{fact.topic}' before it")
        if len(fact.text.split()) > LONGEST_FACT:
            yield warn(f"facts[{at}].text", f"longer than {LONGEST_FACT} words; nobody would say it aloud")
        for secret in _secrets(company):
            if fact is not secret and fact.reveal is not Reveal.NEVER and _quotes(fact.text, secret):
                yield warn(f"facts[{at}].text", f"quotes {secret.id!r}, which must never be told")
    for secret in _secrets(company):
        if any(_quotes(text, secret) for text in (company.about, company.field)):
            yield warn("about", f"quotes {secret.id!r}, which must never be told")
    if company.slug not in {persona.company for persona in found.personas.values()}:
        yield warn("", "no persona in this folder works here")


def _persona(persona: Persona, do_not_ask: Mapping[str, str]) -> Iterator[Problem]:
    def problem(field: str, what: str, *, warning: bool = True) -> Problem:
        return Problem(file="", field=field, what=what, warning=warning)

    if (size := context_bytes(persona.knows)) > MAX_KNOWS_BYTES:
        yield problem("knows", f"{size} bytes may not fit a model's context; use at most {MAX_KNOWS_BYTES}")
    elif len(persona.knows.split()) > LONGEST_BODY:
        yield problem("knows", f"longer than {LONGEST_BODY} words; the model reads it before every talk")
    for at, example in enumerate(persona.examples):
        if example.job not in SLOTS:
            yield problem(f"examples[{at}].job", f"{example.job!r} is not one of {', '.join(SLOTS)}")
    for job, lines in persona.lines.items():
        if job not in SLOTS:
            yield problem(f"lines.{job}", f"is not one of {', '.join(SLOTS)}", warning=False)
            continue
        for at, line in enumerate(lines):
            if strange := set(SLOT.findall(line)) - SLOTS[job]:
                allowed = ", ".join(f"{{{slot}}}" for slot in sorted(SLOTS[job])) or "no slot"
                what = f"{{{min(strange)}}} is not a slot here; allowed: {allowed}"
                yield problem(f"lines.{job}[{at}]", what, warning=False)
            if line.count("?") + line.count("{question}") != 1 and job in ONE_QUESTION:
                yield problem(f"lines.{job}[{at}]", "asks no question or more than one")
    for field, text in _spoken(persona):
        if len(text.split()) > LONGEST_LINE:
            yield problem(field, f"longer than {LONGEST_LINE} words")
        for what, pattern in do_not_ask.items():
            if "?" in text and re.search(pattern, text, re.IGNORECASE):
                yield problem(field, f"asks about {what}, which a company must not ask")


def _spoken(persona: Persona) -> Iterator[tuple[str, str]]:
    yield "opening", persona.opening
    yield from ((f"examples[{at}].persona", one.persona) for at, one in enumerate(persona.examples))
    for job, lines in persona.lines.items():
        yield from ((f"lines.{job}[{at}]", line) for at, line in enumerate(lines))


def _leaks(persona: Persona, company: Company) -> Iterator[Problem]:
    texts = [("knows", persona.knows), ("temper", persona.temper), ("speech", persona.speech)]
    for field, text in [*texts, *_spoken(persona)]:
        for secret in _secrets(company):
            if _quotes(text, secret):
                what = f"quotes {secret.id!r}, which must never be told"
                yield Problem(file=f"personas/{persona.slug}.md", field=field, what=what, warning=True)


def _secrets(company: Company) -> tuple[Fact, ...]:
    return tuple(fact for fact in company.facts if fact.reveal is Reveal.NEVER)


def _quotes(text: str, secret: Fact) -> bool:
    """Whether `text` has QUOTE words in a row from the secret, or all of a shorter one."""
    words, hidden = (re.findall(r"\w+", one.lower()) for one in (text, secret.text))
    size = min(QUOTE, len(hidden))
    runs = {tuple(hidden[at : at + size]) for at in range(len(hidden) - size + 1)}
    return any(tuple(words[at : at + size]) in runs for at in range(len(words) - size + 1))
