"""What was taught, on disk: tensors, and beside them the card that they are checked against when loaded."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor


def save_taught(tensors: Mapping[str, Tensor], file: Path, **about: str | Sequence[str]) -> None:
    """Write `file` and its card: what is told `about` it, and its sha256. Makes the folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors), file)
    card = about | {"sha256": sha256_of(file)}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in card.items()]  # such JSON is TOML, too
    file.with_suffix(".toml").write_text("".join(lines), encoding="utf-8")


def sha256_of(file: Path) -> str:
    with file.open("rb") as bits:
        return hashlib.file_digest(bits, "sha256").hexdigest()
