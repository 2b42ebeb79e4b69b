"""Load a model by transformers: safetensors or GGUF, never pickles, never code of a model's repository."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from feeler.boundary import is_wish_to_end
from feeler.errors import WeightsError
from feeler.llm.adapter import add_to_modules, read_adapter
from feeler.llm.gguf import GgufFile
from feeler.llm.shape import FAMILIES, read_rotations, read_shape, refuse_part

_SAMPLE = "Hello, Grüße, 你好 🙂"


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
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            place, dtype="auto", output_loading_info=True, **weights, **options
        )
        model, found = loaded
        _check_whole(model, tokenizer, sorted(found["missing_keys"]))
    except BaseException as error:  # the boundary: a broken file raises all kinds, and panics, here
        if is_wish_to_end(error):
            raise
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


def _check_whole(model: Any, tokenizer: Any, missing: list[str]) -> None:
    """Raises ValueError where transformers would go on with random weights, or with another's tokens."""
    if missing:
        raise ValueError(f"it lacks {len(missing)} of its weights, as {', '.join(missing[:3])}")
    rows = model.get_input_embeddings().num_embeddings
    added = getattr(tokenizer, "added_tokens_decoder", {})  # one to pad with often came after the training
    longest = max((token for token in tokenizer.get_vocab().values() if token not in added), default=-1)
    if longest >= rows or not tokenizer(_SAMPLE, add_special_tokens=False)["input_ids"]:
        raise ValueError(
            f"its tokenizer is empty or of another model (tokens to {longest}, weights for {rows})"
        )


def _check_gguf(weights: Path) -> None:
    """Raises WeightsError for what transformers would leave out of a GGUF file without a word."""
    file = GgufFile(weights)
    refuse_part(file)
    family = file.value("general.architecture")
    if family in FAMILIES:
        shape = read_shape(file)
        scaled = not read_rotations(file, shape).plain
    else:
        scaled = family != "gpt-oss" and _says_scaled(file, family)
    biased = family == "llama" and any(name.endswith(".bias") for name in file.tensors)
    if biased or scaled:
        torch_too = "FEELER_ENGINE=torch, or " if family in FAMILIES else ""
        raise WeightsError(
            f"{weights} holds {'biases' if biased else 'rope scaling'} that transformers "
            f"does not read from GGUF; set {torch_too}FEELER_MODEL to the model's own repository"
        )


def _says_scaled(file: GgufFile, family: str) -> bool:
    """Whether a family that is not known here has its rotations scaled."""
    said = [file.metadata.get(f"{family}.rope.{key}", 1.0) for key in ("scaling.factor", "scale_linear")]
    meant = file.metadata.get(f"{family}.rope.scaling.type") != "none" and said != [1.0, 1.0]
    return meant or any(name.startswith("rope_f") for name in file.tensors)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def _dtype(stored: torch.dtype, device: str) -> torch.dtype:
    """Float16 is slow and unsteady on a CPU; full float32 is wasted on a GPU."""
    if device == "cpu":
        return torch.bfloat16 if stored == torch.float16 else stored
    return torch.bfloat16 if stored == torch.float32 else stored
