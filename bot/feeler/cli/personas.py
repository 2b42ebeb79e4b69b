"""`feeler personas`: who can be practised with; check, import and export personas of one's own."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from feeler.errors import DataError

if TYPE_CHECKING:
    from feeler.personas.cards import Imported
    from feeler.personas.library import Library
    from feeler.personas.values import Company, Persona

Folder = Annotated[
    Path | None,
    typer.Option(help="Your own folder with personas/ and companies/ (default: FEELER_PERSONAS_DIR)."),
]


def register(app: typer.Typer) -> None:
    """Add `feeler personas list|show|check|import|export`."""
    personas = typer.Typer(
        help="The interviewers: list and read them, check, import and export your own.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
    )
    personas.command("list", epilog="Example: `feeler personas list --json`")(list_personas)
    personas.command("show", epilog="Example: `feeler personas show nadia`")(show)
    personas.command("check", epilog="Example: `feeler personas check my-folder`")(check)
    personas.command("import", epilog="Example: `feeler personas import card.png --folder my-folder`")(
        import_
    )
    personas.command("export", epilog="Example: `feeler personas export nadia --out nadia.json`")(export)
    app.add_typer(personas, name="personas")


def list_personas(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")] = False,
    folder: Folder = None,
) -> None:
    """List every interviewer with role and company."""
    library = _library(folder)
    rows = [
        {
            "slug": persona.slug,
            "name": persona.name,
            "role": persona.role,
            "company": library.company_of(persona).name,
        }
        for persona in library.personas.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(row["slug"]) for row in rows)
    for row in rows:
        typer.echo(f"{row['slug']:<{width}}  {row['name']}, {row['role']}, {row['company']}")


def show(slug: Annotated[str, typer.Argument(help="The interviewer's slug.")], folder: Folder = None) -> None:
    """Show one interviewer and the company. What is told only when asked, or never, stays hidden."""
    from feeler.personas.values import Reveal

    library = _library(folder)
    persona = library.persona(slug)
    company = library.company_of(persona)
    open_facts = [fact for fact in company.facts if fact.reveal is Reveal.VOLUNTEERED]
    hidden = sum(fact.reveal in (Reveal.ASKED, Reveal.PROBED) for fact in company.facts)
    typer.echo(f"{persona.name}, {persona.role}\n{company.name}: {company.field}, {company.place}\n")
    typer.echo(f"{company.about}\n\nTemper: {persona.temper}.\n\n“{persona.opening}”\n")
    if persona.interests:
        typer.echo("Wants to find out about you:\n" + "\n".join(f"- {one}" for one in persona.interests))
    typer.echo("\nTells without being asked:\n" + "\n".join(f"- {fact.text}" for fact in open_facts))
    typer.echo(f"\nHas {hidden} more things to tell to somebody who asks.")


def check(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder with personas/ and companies/; without it, what is shipped."),
    ] = None,
) -> None:
    """Say everything that is wrong with a folder. Exit code 1 where something in it cannot be used."""
    from feeler.interview.guards.unlawful import DO_NOT_ASK
    from feeler.personas.check import check_folder
    from feeler.personas.library import load_library, shipped_prompts

    problems = check_folder(
        folder or shipped_prompts(), shipped=load_library() if folder else None, do_not_ask=DO_NOT_ASK
    )
    for problem in problems:
        typer.echo(str(problem))
    errors = sum(not problem.warning for problem in problems)
    typer.echo(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


def import_(
    card: Annotated[Path, typer.Argument(help="A Character Card V2 or V3: .json or .png.")],
    company: Annotated[str, typer.Option(help="Slug of the company this person works for.")] = "",
    role: Annotated[str, typer.Option(help="The person's role there.")] = "",
    folder: Folder = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite whatever the message without it names.")
    ] = False,
) -> None:
    """Make an interviewer of a character card.

    The card's system prompt and creator's notes are kept for export and never reach the model.
    """
    from feeler.personas.card_file import read_card
    from feeler.personas.cards import import_card
    from feeler.personas.library import load_library

    target = _own_folder(folder)
    there = any((target / kind).is_dir() for kind in ("personas", "companies"))
    library = load_library(target if there else None)
    if company:
        library.company(company)
    names = {slug: one.name for slug, one in library.personas.items()}
    imported = import_card(read_card(_bytes(card)), company=company, role=role, taken=names)
    for warning in imported.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for line in _write(imported, target, library, force=force):
        typer.echo(line)
    slug = imported.persona.slug
    typer.echo(f"Try it: FEELER_PERSONAS_DIR={target} feeler chat --persona {slug}")


def export(
    slug: Annotated[str, typer.Argument(help="The interviewer's slug.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write; SLUG.json or SLUG.png without it.")
    ] = None,
    png: Annotated[bool, typer.Option("--png", help="Write a picture with the card inside.")] = False,
    picture: Annotated[
        Path | None, typer.Option(help="The picture to put the card in (implies --png).")
    ] = None,
    folder: Folder = None,
) -> None:
    """Write an interviewer and the company as a Character Card V3."""
    from feeler.personas.card_file import write_json, write_png
    from feeler.personas.cards import export_card

    library = _library(folder)
    persona = library.persona(slug)
    card = export_card(persona, library.company_of(persona))
    as_png = png or picture is not None or (out is not None and out.suffix.lower() == ".png")
    content = write_png(card, _bytes(picture) if picture else None) if as_png else write_json(card)
    path = out or Path(f"{slug}.{'png' if as_png else 'json'}")
    _save(path, content)
    typer.echo(f"wrote {path}")


def _library(folder: Path | None) -> "Library":
    from feeler.personas.library import load_library
    from feeler.settings import load_settings

    return load_library(folder or load_settings().personas_dir)


def _own_folder(folder: Path | None) -> Path:
    from feeler.settings import load_settings

    target = folder or load_settings().personas_dir
    if target is None:
        raise DataError("say where your own personas are kept: --folder FOLDER, or FEELER_PERSONAS_DIR")
    return target


def _write(imported: "Imported", target: Path, library: "Library", *, force: bool) -> list[str]:
    """Write the persona and, where it is new, the company; say what was written and who was there before.

    Nothing is written where somebody would be replaced without `force`, or where the folder would not load.
    """
    from feeler.personas.files import write_company, write_persona

    persona: Persona = imported.persona
    company: Company | None = imported.company
    files: dict[Path, str] = {}
    before: dict[Path, str] = {}
    if company is not None and (old := library.companies.get(company.slug)) != company:
        path = Path("companies") / f"{company.slug}.yaml"  # before the persona, who needs it
        files[path] = write_company(company)
        if old is not None and ((target / path).exists() or old.name != company.name):
            staff = [one.name for one in library.personas.values() if one.company == company.slug]
            before[path] = f"{old.name} (the company of {', '.join(staff) or 'nobody'})"
    path = Path("personas") / f"{persona.slug}.md"
    files[path] = write_persona(persona)
    known = library.personas.get(persona.slug)
    if known is not None and ((target / path).exists() or known.name != persona.name):
        before[path] = f"{known.name}, {known.role}"
    if before and not force:
        who = "; ".join(f"{target / path} is there already: {one}" for path, one in before.items())
        raise DataError(f"{who}; --force overwrites {'it' if len(before) == 1 else 'them'}")
    _install(files, target, company)
    return [f"wrote {target / path}" + (f" over {before[path]}" if path in before else "") for path in files]


def _install(files: dict[Path, str], target: Path, company: "Company | None") -> None:
    """Put `files` into the folder once a copy was seen to load with them and to give the company back."""
    from feeler.personas.library import load_library

    try:
        target.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target, prefix=".import-") as copy:
            stage = Path(copy)
            for kind, pattern in (("personas", "*.md"), ("companies", "*.y*ml")):
                (stage / kind).mkdir()
                for path in (target / kind).glob(pattern):
                    shutil.copyfile(path, stage / kind / path.name)
            for path, text in files.items():
                (stage / path).write_bytes(text.encode())
            read = load_library(stage)
            if company is not None and read.companies[company.slug] != company:
                raise DataError(f"another file in {target / 'companies'} overrules {company.slug}.yaml")
            for path in files:
                (target / path).parent.mkdir(exist_ok=True)
                (stage / path).replace(target / path)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}") from None
