"""Whom to call, by country: `prompts/helplines.yaml`, and the operator's own file over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from feeler.errors import DataError
from feeler.personas.library import shipped_prompts
from feeler.personas.strict_yaml import load_yaml

FILE = "helplines.yaml"
EVERYWHERE = "findahelpline.com"  # lists lines in most countries; named beside every other

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Number = Annotated[str, StringConstraints(pattern=r"^[+(]?[0-9][0-9 ()-]{1,24}$")]


class Line(BaseModel):
    """One line where people listen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    number: Number


class Country(BaseModel):
    """Whom to call in one country."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    also: tuple[Name, ...] = ()  # how people call it, too
    emergency: Number
    lines: Annotated[tuple[Line, ...], Field(max_length=3)] = ()

    @property
    def listening(self) -> str:
        """The lines with their numbers, as they are shown."""
        return " · ".join([*(f"{line.name} {line.number}" for line in self.lines), EVERYWHERE])


_SHAPE: TypeAdapter[dict[Code, Country]] = TypeAdapter(dict[Code, Country])


@dataclass(frozen=True)
class Helplines:
    """The countries by code."""

    countries: Mapping[str, Country]

    def get(self, code: str) -> Country | None:
        """The country of this code; None where there is no entry."""
        return self.countries.get(code)

    def code_of(self, given: str) -> str:
        """The code meant by "de", "Germany" or "Deutschland"; empty where it is none of those known."""
        wanted = " ".join(given.split()).casefold()
        for code, country in self.countries.items():
            if wanted in {name.casefold() for name in (code, country.name, *country.also)}:
                return code
        return ""


@cache
def shipped_helplines() -> Helplines:
    """Those that come with Feeler."""
    return Helplines(_read(shipped_prompts() / FILE))


def load_helplines(folder: Path | None = None) -> Helplines:
    """What is shipped and, over it country by country, the `helplines.yaml` of `folder` where it has one.

    Raises DataError that names the file, the field and what is wrong.
    """
    own = folder / FILE if folder is not None else None
    if own is None or not own.exists():
        return shipped_helplines()
    return Helplines({**shipped_helplines().countries, **_read(own)})


def region_of(language: str | None) -> str:
    """The country that a language tag names: "GB" of "en-GB"; empty where it names none."""
    parts = (language or "").replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isascii() and part.isalpha()), "")


def _read(path: Path) -> dict[str, Country]:
    try:
        return _SHAPE.validate_python(load_yaml(path.read_text(encoding="utf-8")))
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: is not UTF-8 text") from None
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise DataError(f"{path.name}: {field}: {_explained(first['type'], first['input'])}") from None


def _explained(kind: str, given: object) -> str:
    """What is wrong with a field, for whoever wrote the file."""
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field that is known here"
        case "string_type":
            return f"{str(given)[:40]!r} is not text; put it in quotes"
        case "string_pattern_mismatch":
            return f"{str(given)[:40]!r} is neither a country's code (two capitals) nor a telephone number"
        case _:
            return f"{str(given)[:40]!r} does not belong there ({kind.replace('_', ' ')})"
