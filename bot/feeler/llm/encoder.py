"""A small multilingual encoder: what a text is about, as vectors, in milliseconds and without the language
model.

Base weights: multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672; MIT) with 4-bit blocks of 32 weights
(the Q4_0 form of llama.cpp), in one file: header, SentencePiece pieces with their scores, a directory,
tensors. The rows of its 250,037 word vectors stay packed; a text unpacks the few it needs.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

from feeler.errors import WeightsError

Tensor = torch.Tensor

BLOCK = 32
_BYTES = 18  # of a block: a half-precision scale, and 32 weights of 4 bits
START, PAD, END = 0, 1, 2  # tokens
LAYERS = "layers."  # what the names of taught layers begin with
_PARTS = {  # of a layer: the file's name -> transformers' name
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class EncoderFile:
    """The base file: sizes, pieces and tensors. Raises WeightsError where it is not one."""

    def __init__(self, path: Path) -> None:
        try:
            self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
            self._at = 0
            self._read_header(path)
        except (OSError, ValueError, struct.error, IndexError) as error:
            raise WeightsError(f"{path}: is not an encoder's file ({error})") from None

    def floats(self, name: str) -> Tensor:
        """A tensor kept in float32, as one row."""
        return torch.from_numpy(np.frombuffer(self._raw(name), np.float32).copy())

    def matrix(self, name: str, rows: int, columns: int) -> Tensor:
        """A packed matrix, unpacked to float32."""
        return torch.from_numpy(unpack(np.frombuffer(self._raw(name), np.uint8), rows, columns))

    def packed(self, name: str, rows: int, columns: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """A packed matrix as it lies in the file: (rows, bytes of a row)."""
        start, size = self._tensors[name]
        return self._bytes[start : start + size].reshape(rows, columns // BLOCK * _BYTES)

    def _raw(self, name: str) -> bytes:
        start, size = self._tensors[name]
        return self._bytes[start : start + size].tobytes()

    def _read_header(self, path: Path) -> None:
        if self._bytes[:4].tobytes() != b"E5S1":
            raise ValueError("it begins otherwise")
        self._at = 8
        (self.hidden, self.layers, self.heads, self.inner, self.words, self.longest, self.kinds) = self._take(
            "7i"
        )
        (self.epsilon,) = self._take("f")
        self._take("i")
        count, *special = self._take("5i")
        self.unknown = special[3]
        (size,) = self._take("Q")
        ends = self._array(np.uint32, count + 1)
        scores = self._array(np.float32, count)
        blob = self._bytes[self._at : self._at + size].tobytes()
        self._at += size
        self.pieces = [
            (blob[start:end].decode("utf-8", "replace"), float(score))
            for start, end, score in zip(ends, ends[1:], scores, strict=False)
        ]
        _, skipped = self._take("iI")  # its own table of normal forms: NFKC does as well
        self._at += skipped
        (entries,) = self._take("i")
        self._tensors: dict[str, tuple[int, int]] = {}
        for _ in range(entries):
            (length,) = self._take("H")
            name = self._bytes[self._at : self._at + length].tobytes().decode()
            self._at += length
            _, _, start, size = self._take("BIQQ")
            if start + size > len(self._bytes):
                raise ValueError(f"it ends before {name}")
            self._tensors[name] = (start, size)

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self._bytes.data, self._at)
        self._at += struct.calcsize("<" + form)
        return found

    def _array(self, kind: Any, count: int) -> Any:
        size = count * np.dtype(kind).itemsize
        found = np.frombuffer(self._bytes[self._at : self._at + size].tobytes(), kind)
        self._at += size
        return found


def unpack(raw: Any, rows: int, columns: int) -> Any:
    """Blocks of 4-bit weights -> float32 (rows, columns)."""
    blocks = raw.reshape(rows, columns // BLOCK, _BYTES)
    scale = blocks[:, :, :2].copy().view(np.float16).astype(np.float32)
    low, high = blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4
    return ((np.concatenate([low, high], -1).astype(np.float32) - 8) * scale).reshape(rows, columns)


class Encoder(torch.nn.Module):
    """Texts -> a vector for each of their tokens."""

    def __init__(self, file: EncoderFile) -> None:
        super().__init__()
        self._rows = file.packed("emb.word", file.words, file.hidden)
        self.hidden = file.hidden
        self._longest = file.longest - 2
        self._tokenizer = _tokenizer(file)
        self.body = _body(file)

    def tokens(self, *parts: str) -> tuple[list[int], list[tuple[int, int, int]]]:
        """The tokens of the parts, each ended, and where they stand: (part, first character, end) of every
        token.
        """
        ids, places = [START], [(-1, 0, 0)]
        for number, part in enumerate(parts):
            found = self._tokenizer.encode(part)
            ids += [*found.ids, END]
            places += [*((number, *place) for place in found.offsets), (-1, 0, 0)]
        return ids[: self._longest], places[: self._longest]

    def forward(self, texts: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        """float32 (texts, tokens, hidden), and which of the tokens are there, 1.0 or 0.0: (texts, tokens)."""
        states, mask = self.states(texts)
        return states[-1], mask

    def states(self, texts: Sequence[list[int]]) -> tuple[tuple[Tensor, ...], Tensor]:
        """What each layer is given and what the last one gives, float32, and which tokens are there."""
        embedded, mask = self._embedded(texts)
        found = self.body(inputs_embeds=embedded, attention_mask=mask, output_hidden_states=True)
        return tuple(state.float() for state in found.hidden_states), mask

    def below(self, texts: Sequence[list[int]], first: int) -> tuple[Tensor, Tensor]:
        """What layer `first` is given, without computing those above; and which tokens are there."""
        embedded, mask = self._embedded(texts)
        state = self.body.embeddings(inputs_embeds=embedded)
        return through(self.body.encoder.layer[:first], state, mask).float(), mask

    def _embedded(self, texts: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        longest = max(map(len, texts))
        ids = np.array([[*text, *[PAD] * (longest - len(text))] for text in texts])
        mask = torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])
        rows = unpack(self._rows[ids.reshape(-1)], ids.size, self.hidden)
        return torch.from_numpy(rows).view(*ids.shape, self.hidden), mask


def through(layers: Iterable[torch.nn.Module], state: Tensor, mask: Tensor) -> Tensor:
    """What `layers` make of `state`, float (texts, tokens, hidden); they see the tokens that are there."""
    closed = (1.0 - mask[:, None, None, :]) * torch.finfo(state.dtype).min
    for layer in layers:
        state = layer(state, closed)
    return state


def pooled(found: Tensor, mask: Tensor) -> Tensor:
    """The mean over a text's tokens: (texts, hidden)."""
    return (found * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def load_layers(encoder: Encoder, taught: Mapping[str, Tensor]) -> None:
    """Put the layers among what was `taught` in the place of the base's. Raises WeightsError for names or
    sizes that don't fit.
    """
    own = encoder.body.state_dict()
    layers = {name[len(LAYERS) :]: tensor for name, tensor in taught.items() if name.startswith(LAYERS)}
    for name, tensor in layers.items():
        if name not in own or own[name].shape != tensor.shape:
            raise WeightsError(f"the reader's adapter does not fit the encoder: {name}")
        own[name].copy_(tensor)


def _tokenizer(file: EncoderFile) -> Tokenizer:
    found = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown))
    found.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    found.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return found


def _body(file: EncoderFile) -> BertModel:
    config = BertConfig(
        vocab_size=1, hidden_size=file.hidden, num_hidden_layers=file.layers, num_attention_heads=file.heads,
        intermediate_size=file.inner, max_position_embeddings=file.longest, type_vocab_size=file.kinds,
        layer_norm_eps=file.epsilon, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        pad_token_id=0, )  # fmt: skip
    body = BertModel(config, add_pooling_layer=False)
    state = body.state_dict()
    size, inner = file.hidden, file.inner
    state["embeddings.position_embeddings.weight"].copy_(file.floats("emb.pos").view(-1, size))
    state["embeddings.token_type_embeddings.weight"].copy_(file.floats("emb.type").view(-1, size))
    state["embeddings.LayerNorm.weight"].copy_(file.floats("emb.ln.w"))
    state["embeddings.LayerNorm.bias"].copy_(file.floats("emb.ln.b"))
    for number in range(file.layers):
        at = f"encoder.layer.{number}."
        for short, name in _PARTS.items():
            rows, columns = {"fi": (inner, size), "fo": (size, inner)}.get(short, (size, size))
            state[f"{at}{name}.weight"].copy_(file.matrix(f"l{number}.{short}.w", rows, columns))
            state[f"{at}{name}.bias"].copy_(file.floats(f"l{number}.{short}.b"))
        for short, name in _NORMS.items():
            state[f"{at}{name}.weight"].copy_(file.floats(f"l{number}.{short}.w"))
            state[f"{at}{name}.bias"].copy_(file.floats(f"l{number}.{short}.b"))
    return body
