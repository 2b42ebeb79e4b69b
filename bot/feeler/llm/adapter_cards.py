"""Adapter cards: small changes (LoRA) to a model's weights, and for which model each was made.

An adapter is a folder in the format of PEFT, `adapter_config.json` and `adapter_model.safetensors`, with a
`card.toml` beside them. Those that are shipped lie in `models/adapters/<slug>/`.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from feeler.errors import DataError, WeightsError
from feeler.llm.cards import EXACT, ModelCard, Sha256, Slug, shipped_models
from feeler.ports import Ability

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


@dataclass(frozen=True, kw_only=True)
class _Sums:
    """The sha256 of both files."""

    __pydantic_config__ = EXACT

    config: Sha256
    weights: Sha256


@dataclass(frozen=True, kw_only=True)
class AdapterCard:
    """One adapter that Feeler can put on a model."""

    __pydantic_config__ = EXACT

    slug: Slug
    name: str  # for people
    about: str  # one sentence: what it changes
    base: str  # slug of the model card whose weights it was made for
    licence: str
    sha256: _Sums
    judges: bool = False  # whether it was taught to say yes or no behind what may answer, or follow


def find_adapter(chosen: str, model: ModelCard) -> Path | None:
    """The checked folder of the adapter that FEELER_ADAPTER chooses for the model; None for none.

    Empty is the model card's own, "none" none, else a shipped adapter's slug or a folder. Raises DataError
    for a card that is wrong or made for another model, WeightsError for files that are missing or damaged.
    """
    name = chosen or model.adapter
    if not name or name == "none":
        return None
    shipped = shipped_models() / "adapters"
    folder = shipped / name if (shipped / name).is_dir() else Path(name).expanduser()
    if not folder.is_dir():
        there = ", ".join(sorted(path.parent.name for path in shipped.glob("*/card.toml"))) or "none"
        raise DataError(
            f"FEELER_ADAPTER={name!r} is neither a folder nor a shipped adapter; shipped: {there}"
        )
    card = read_adapter_card(folder)
    if card.base != model.slug:
        raise DataError(
            f"{folder / 'card.toml'}: base: the adapter was made for {card.base}, not for {model.slug}; "
            "set FEELER_ADAPTER=none, or FEELER_MODEL to that model"
        )
    _check(folder, card)
    return folder


def read_adapter_card(folder: Path) -> AdapterCard:
    """Read the folder's `card.toml`; DataError names the file and the field."""
    file = folder / "card.toml"
    try:
        return _ADAPTER.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: not a TOML file: {error}") from None
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def abilities_of(folder: Path) -> frozenset[Ability]:
    """What a checked adapter teaches beside what any model can do."""
    return frozenset({"skills", "judges"} if read_adapter_card(folder).judges else {"skills"})


def _check(folder: Path, card: AdapterCard) -> None:
    for name, wanted in ((CONFIG, card.sha256.config), (WEIGHTS, card.sha256.weights)):
        file = folder / name
        try:
            with file.open("rb") as bits:
                found = hashlib.file_digest(bits, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"the adapter's {file} cannot be read: {error.strerror}") from None
        if found != wanted:
            raise WeightsError(
                f"the adapter's {file} has sha256 {found}, its card says {wanted}: put the right file there "
                "(a Git LFS pointer stands for a file that was not fetched), or set FEELER_ADAPTER=none"
            )


_ADAPTER: TypeAdapter[AdapterCard] = TypeAdapter(AdapterCard)
