"""transformers' tokenizer, built straight from what the GGUF file says.

`AutoTokenizer.from_pretrained(gguf_file=...)` does the same in 6 to 12 seconds, most of it spent in reading
the vocabulary twice; a kind of vocabulary that is not known here goes that way.
"""

from collections.abc import Callable
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from feeler.boundary import is_wish_to_end
from feeler.errors import WeightsError
from feeler.llm.gguf import GgufFile

_CONTROL, _USER_DEFINED = 3, 4  # ggml's token types
_ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>")
_ANOTHER = "take a file that was converted with its tokenizer"
_QWEN2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def read_tokenizer(file: GgufFile) -> Any:
    """The tokenizer of the file, chat template and special tokens included.

    Raises WeightsError where the file has none that can be read.
    """
    meta = file.metadata
    words = _pre_tokenizer(meta.get("tokenizer.ggml.pre", ""))
    if file.value("tokenizer.ggml.model") != "gpt2" or words is None:
        return _read_or_say(file, _by_transformers)
    tokens, merges = file.value("tokenizer.ggml.tokens"), file.value("tokenizer.ggml.merges")
    if not isinstance(tokens, list) or not isinstance(merges, list):
        raise WeightsError(f"{file.path}: its tokens and merges are no lists; {_ANOTHER}")
    if "token_embd.weight" in file.tensors and len(tokens) > file.tensor("token_embd.weight").rows:
        raise WeightsError(f"{file.path} names more tokens than it has weights for; {_ANOTHER}")
    return _read_or_say(file, lambda it: _by_metadata(it, words))


def _read_or_say(file: GgufFile, read: Callable[[GgufFile], Any]) -> Any:
    """What `read` makes of the file. The boundary: a broken file raises all kinds, plain ones included, and
    the panic of another language, which is no Exception.
    """
    try:
        return read(file)
    except BaseException as error:
        if is_wish_to_end(error):
            raise
        raise WeightsError(
            f"{file.path} has no tokenizer that can be read ({type(error).__name__}); {_ANOTHER}"
        ) from error


def _by_metadata(file: GgufFile, words: Any) -> Any:
    meta = file.metadata
    tokens: list[str] = file.value("tokenizer.ggml.tokens")
    kinds: list[int] = meta.get("tokenizer.ggml.token_type", [0] * len(tokens))
    merges = [tuple(merge.split(" ", 1)) for merge in file.value("tokenizer.ggml.merges")]
    made = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=merges))
    made.pre_tokenizer = words
    made.decoder = decoders.ByteLevel()
    if meta["tokenizer.ggml.pre"] == "qwen2":
        made.normalizer = normalizers.NFC()
    made.add_tokens(_added(tokens, kinds, _USER_DEFINED))
    made.add_special_tokens(_added(tokens, kinds, _CONTROL))
    named = {
        f"{name}_token": tokens[meta[f"tokenizer.ggml.{key}_token_id"]]
        for name, key in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"))
        if f"tokenizer.ggml.{key}_token_id" in meta
    }
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made,
        chat_template=meta.get("tokenizer.chat_template"),
        clean_up_tokenization_spaces=False,
        extra_special_tokens=[str(t) for t in _added(tokens, kinds, _CONTROL)],
        **named,
    )


def _by_transformers(file: GgufFile) -> Any:
    from transformers import AutoTokenizer  # 6 MB that nobody else needs

    return AutoTokenizer.from_pretrained(str(file.path.parent), gguf_file=file.path.name)


def end_tokens(file: GgufFile) -> frozenset[int]:
    """Tokens after which an answer is over. Raises WeightsError where the file names one that it has not."""
    meta = file.metadata
    kinds = meta.get("tokenizer.ggml.token_type", [])
    named = [
        n
        for n, (token, kind) in enumerate(zip(file.value("tokenizer.ggml.tokens"), kinds, strict=False))
        if kind == _CONTROL and token in _ENDS
    ]
    ends = [
        meta[key] for key in ("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id") if key in meta
    ]
    if not all(isinstance(end, int) and 0 <= end < len(meta["tokenizer.ggml.tokens"]) for end in ends):
        raise WeightsError(f"{file.path} ends answers with a token that it does not have; {_ANOTHER}")
    return frozenset(named + ends)


def _added(tokens: list[str], kinds: list[int], wanted: int) -> list[AddedToken]:
    special = wanted == _CONTROL
    return [
        AddedToken(token, special=special, normalized=False)
        for token, kind in zip(tokens, kinds, strict=True)
        if kind == wanted
    ]


def _pre_tokenizer(kind: str) -> Any:
    """How a text is cut into words before they are cut into tokens; None for a kind not known here."""
    if kind == "qwen2":
        bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(_QWEN2_WORDS), "isolated"), bytes_only])
    if kind == "smollm":
        by_words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), by_words])
    return None
