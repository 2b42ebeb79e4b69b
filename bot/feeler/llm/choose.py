"""From settings to a running engine: which one, with which weights, with how many drafts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from feeler.errors import SettingsError
from feeler.llm.adapter_cards import find_adapter
from feeler.llm.cards import ModelCard, find_card, load_cards
from feeler.llm.weights import Progress, ensure_weights
from feeler.ports import Engine
from feeler.settings import Settings

if TYPE_CHECKING:
    from feeler.llm.remote import RemoteEngine

_TORCH_FAMILIES = ("qwen2", "llama")  # what `torch_engine` runs
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(@[\w.-]+)?")


def chosen_card(settings: Settings, cards: dict[str, ModelCard]) -> ModelCard | None:
    """The card whose weights these settings need; None where the engine needs no file of ours.

    Raises DataError for a slug that no card has, SettingsError for an engine that cannot run the model.
    """
    if settings.engine in ("remote", "scripted"):
        return None
    if not is_hugging_face(settings.model):
        card = find_card(settings.model, cards)
        if settings.engine == "torch" and card.family not in _TORCH_FAMILIES:
            raise SettingsError(
                f"FEELER_MODEL={card.slug!r} is of the family {card.family}, which FEELER_ENGINE=torch "
                "cannot run; set FEELER_ENGINE=transformers, or another model card"
            )
        return card
    if settings.engine == "torch":
        raise SettingsError(
            f"FEELER_MODEL={settings.model!r} is a folder or a hub's name, which FEELER_ENGINE=torch "
            "cannot run; set FEELER_ENGINE=transformers, or a model card's slug (`feeler models list`)"
        )
    return None


def is_hugging_face(model: str) -> bool:
    """Whether FEELER_MODEL names a folder or a hub's `owner/name[@revision]`, and no card."""
    return bool(_HUB_NAME.fullmatch(model)) or Path(model).expanduser().is_dir()


def make_engine(settings: Settings, progress: Progress | None = None) -> Engine:
    """Build the engine of the settings, and fetch missing weights. Takes seconds: call it in a thread.

    `auto` is the torch engine for a card (transformers with CUDA, or for a family unknown to torch), and
    transformers for a folder or a hub's name. Raises SettingsError, DataError, WeightsError or
    EngineUnavailable, each saying what to do.
    """
    if settings.engine == "scripted":
        from feeler.llm.scripted import ScriptedEngine

        return ScriptedEngine(wants_drafts=settings.drafts or 1)
    if settings.engine == "remote":
        return make_remote(settings)
    card = chosen_card(settings, load_cards())
    if card is None:
        from feeler.llm.transformers_engine import TransformersEngine

        model = Path(settings.model).expanduser()
        return TransformersEngine.load(
            str(model) if model.is_dir() else settings.model, wants_drafts=settings.drafts or 1
        )
    return _from_card(settings, card, ensure_weights(card, settings.cache_dir, progress))


def make_remote(settings: Settings) -> "RemoteEngine":
    """The engine for the server that the settings name; raises SettingsError where they cannot be used."""
    from feeler.llm.remote import RemoteEngine

    key = settings.remote_api_key
    return RemoteEngine(
        settings.remote_url,
        model=settings.remote_model,
        api_key=key.get_secret_value() if key else "",
        wants_drafts=settings.drafts or 1,
    )


def _from_card(settings: Settings, card: ModelCard, weights: Path) -> Engine:
    """The card's file on the engine that suits the machine."""
    import torch

    drafts = settings.drafts or card.wants_drafts
    adapter = find_adapter(settings.adapter, card)
    kernels = "fbgemm" in torch.backends.quantized.supported_engines  # not on ARM
    elsewhere = torch.cuda.is_available() or not kernels or card.family not in _TORCH_FAMILIES
    if settings.engine == "transformers" or (settings.engine == "auto" and elsewhere):
        from feeler.llm.transformers_engine import TransformersEngine

        return TransformersEngine.load(
            str(weights.parent),
            gguf=weights.name,
            context=card.context,
            sampling=card.sampling,
            wants_drafts=drafts,
            adapter=adapter,
        )
    from feeler.llm.torch_engine import TorchEngine

    return TorchEngine.load(
        weights,
        card,
        threads=settings.threads,
        kv_cache_mb=settings.kv_cache_mb,
        wants_drafts=drafts,
        adapter=adapter,
    )
