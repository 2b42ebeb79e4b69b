"""Load a model by transformers: safetensors or GGUF, never pickles, never code of a model's repository."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from feeler.errors import WeightsError
from feeler.llm.adapter import add_to_modules, read_adapter
from feeler.llm.gguf import GgufFile


def load_model(
    source: str, gguf: str | None = None, device: str | None = None, adapter: Path | None = None
) -> tuple[Any, Any]:
    """Model and tokenizer of a folder, or a hub's `owner/name` or `owner/name@revision`.

    `gguf` is the name of a file in the folder; `device` is "cuda" by default where there is one; `adapter`
    is a checked folder. Raises WeightsError.
    """
    if gguf:
        _check_gguf(Path(source) / gguf)
    place, _, revision = (source, "", "") if Path(source).exists() else source.partition("@")
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    options: dict[str, Any] = {
        "trust_remote_code": False,
        "gguf_file": gguf,
        "revision": revision or "main",
    }
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, **options)
        weights = {} if gguf else {"use_safetensors": True}
        model: Any = AutoModelForCausalLM.from_pretrained(place, dtype="auto", **weights, **options)
    except Exception as error:  # the boundary: a broken file raises all kinds here, plain ones included
        raise WeightsError(
            f"transformers cannot load {source}: {_pointers(place) or _first_line(error)} (wanted is a "
            "folder or a hub's owner/name in Hugging Face format, with safetensors and without code of "
            "its own)"
        ) from error
    model.eval()
    model = model.to(device, _dtype(model.dtype, device))
    if adapter:
        add_to_modules(model, read_adapter(adapter))
    return model, tokenizer


def _pointers(place: str) -> str:
    """Which files of the folder only stand for files that were never fetched."""
    found = [
        file.name
        for file in sorted(Path(place).glob("*"))
        if file.is_file() and file.open("rb").read(42) == b"version https://git-lfs.github.com/spec/v1"
    ]
    return f"{', '.join(found)} are Git LFS pointers; `git lfs pull` fetches the files" if found else ""


def _check_gguf(weights: Path) -> None:
    """Raises WeightsError for what transformers would leave out of a GGUF file without a word."""
    file = GgufFile(weights)
    biased = file.metadata.get("general.architecture") == "llama" and any(
        name.endswith(".bias") for name in file.tensors
    )
    if biased or "rope_freqs.weight" in file.tensors:
        raise WeightsError(
            f"{weights} holds {'biases' if biased else 'rope scaling (rope_freqs.weight)'} that transformers "
            "does not read from GGUF; set FEELER_ENGINE=torch, or FEELER_MODEL to the model's own repository"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def _dtype(stored: torch.dtype, device: str) -> torch.dtype:
    """Float16 is slow and unsteady on a CPU; full float32 is wasted on a GPU."""
    if device == "cpu":
        return torch.bfloat16 if stored == torch.float16 else stored
    return torch.bfloat16 if stored == torch.float32 else stored
