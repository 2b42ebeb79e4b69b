"""All personas and companies at hand: what is shipped, then a folder of the user's that adds or overrides."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol, TypeVar

from feeler.errors import DataError
from feeler.personas.files import (
    Lines,
    Problem,
    problems_as_error,
    read_company,
    read_lines,
    read_persona,
)
from feeler.personas.values import Company, Persona

Thing = TypeVar("Thing", Company, Persona)
ENOUGH = 3  # lines for a job
Made = TypeVar("Made", Company, Persona, Lines, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Library:
    """Personas and companies by slug. Every persona has a company and lines for every job."""

    personas: dict[str, Persona]
    companies: dict[str, Company]
    plain: Lines = field(default_factory=dict)  # lines for jobs for which somebody has none of their own

    def persona(self, slug: str) -> Persona:
        """The persona of this slug; DataError says which ones there are."""
        return _named(self.personas, slug, "persona")

    def company(self, slug: str) -> Company:
        """The company of this slug; DataError says which ones there are."""
        return _named(self.companies, slug, "company")

    def company_of(self, persona: Persona) -> Company:
        """The company this persona works for."""
        return self.company(persona.company)

    def colleagues(self, persona: Persona) -> tuple[Persona, ...]:
        """The other personas of the same company."""
        return tuple(
            other
            for other in self.personas.values()
            if other.company == persona.company and other.slug != persona.slug
        )

    def joined(self, people: Iterable[tuple[Company, Persona]]) -> "Library":
        """This library and more companies, each with one person; they take no shipped one's place."""
        companies, personas = dict(self.companies), dict(self.personas)
        for firm, who in people:
            companies.setdefault(firm.slug, firm)
            personas.setdefault(who.slug, _furnished(who, self.plain))
        return replace(self, companies=companies, personas=personas)


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What one folder holds, with everything that is wrong in it."""

    personas: dict[str, Persona]
    companies: dict[str, Company]
    problems: list[Problem]


def shipped_prompts() -> Path:
    """The folder `prompts` that comes with Feeler: in an installed wheel, or in the repository."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_data" / "prompts", package.parents[1] / "prompts"):
        if (folder / "personas").is_dir():
            return folder
    raise DataError("Feeler's own prompts are missing; install it again")


def load_library(folder: Path | None = None) -> Library:
    """Load what is shipped and, over it, the user's `folder` with `personas/` and `companies/` in it.

    Raises DataError that names the file, the field and what is allowed.
    """
    shipped = read_folder(shipped_prompts())
    own = read_folder(folder) if folder is not None else Folder(personas={}, companies={}, problems=[])
    library = Library(
        personas={**shipped.personas, **own.personas}, companies={**shipped.companies, **own.companies}
    )
    if problems := (shipped.problems + own.problems or homeless(library)):
        raise problems_as_error(problems)
    plain, found = _read(shipped_prompts() / "plain.yaml", read_lines)
    if plain is None:
        raise problems_as_error(found)
    furnished = {slug: _furnished(persona, plain) for slug, persona in library.personas.items()}
    return replace(library, personas=furnished, plain=plain)


def read_folder(folder: Path) -> Folder:
    """Read `personas/*.md` and `companies/*.yaml`. Raises DataError where `folder` has neither."""
    if not (folder / "personas").is_dir() and not (folder / "companies").is_dir():
        raise DataError(f"{folder} has neither a folder `personas` nor a folder `companies`")
    personas: dict[str, Persona] = {}
    companies: dict[str, Company] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "companies").glob("*.y*ml")):
        company, found = _read(path, read_company)
        problems += found
        if company is not None:
            companies[company.slug] = company
    for path in sorted((folder / "personas").glob("*.md")):
        persona, found = _read(path, read_persona)
        problems += found
        if persona is not None:
            personas[persona.slug] = persona
    return Folder(personas=personas, companies=companies, problems=problems)


def homeless(library: Library) -> list[Problem]:
    """Personas whose company does not exist."""
    there = ", ".join(sorted(library.companies)) or "none"
    return [
        Problem(
            file=f"personas/{persona.slug}.md",
            field="company",
            what=f"{persona.company!r} is not a company; there are: {there}",
        )
        for persona in library.personas.values()
        if persona.company not in library.companies
    ]


def _furnished(persona: Persona, plain: Lines) -> Persona:
    """With plain lines for the jobs it has none for, or so few that they would come twice."""
    own = {job: lines for job, lines in persona.lines.items() if lines}
    few = {
        job: tuple(dict.fromkeys((*lines, *plain.get(job, ()))))
        for job, lines in own.items()
        if len(lines) < ENOUGH
    }
    return replace(persona, lines={**plain, **own, **few})


class _Reader(Protocol[Made]):
    def __call__(self, text: str, slug: str, file: str) -> tuple[Made | None, list[Problem]]: ...


def _read(path: Path, reader: _Reader[Made]) -> tuple[Made | None, list[Problem]]:
    file = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = (
            "is not UTF-8 text"
            if isinstance(error, UnicodeDecodeError)
            else f"cannot be read: {error.strerror}"
        )
        return None, [Problem(file=file, field="", what=what)]
    return reader(text, path.stem, file)


def _named(things: dict[str, Thing], slug: str, kind: str) -> Thing:
    if slug in things:
        return things[slug]
    near = get_close_matches(slug, things, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no {kind} {slug[:60]!r}.{hint} There are: {', '.join(sorted(things))}.")
