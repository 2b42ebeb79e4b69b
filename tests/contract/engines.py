"""Real engines for the conformance tests: a tiny random model made on the spot, and llama.cpp's server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sentencepiece
import torch
from transformers import LlamaConfig, LlamaForCausalLM

_SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 4 * 1024
params.n_parallel = 4
params.cpuparams.n_threads = 1  # it spins, and other tests run beside it
params.warmup = False
if len(sys.argv) > 2:
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(sys.argv[2], 1.0)]
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""

_WORDS = (
    "we were talking about the work that you did before and what you would like to try next in our company",
    "my team builds machines and my manager asks how a shift went when something broke at night",
    "user assistant system hello please tell me more about a day that went well, and one that did not!",
)

_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def make_tiny_llama(folder: Path, *, template: str | None = _TEMPLATE, context: int = 1024) -> Path:
    """A random Llama of two layers with a SentencePiece tokenizer trained here, in Hugging Face format."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "words.txt"
    text.write_text("\n".join(_WORDS * 20))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=340,
        byte_fallback=True,
        model_type="bpe",
        minloglevel=2,
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=340,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder, safe_serialization=True)
    settings = (
        '"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"'
    )
    (folder / "tokenizer_config.json").write_text("{" + settings + "}")
    if template:
        (folder / "chat_template.jinja").write_text(template)
    return folder


@contextmanager
def llama_cpp_server(weights: Path, adapter: Path | None = None) -> Iterator[str]:
    """llama.cpp's server in a process of its own; yields its OpenAI-compatible URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(weights), *([str(adapter)] if adapter else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), "llama.cpp's server did not start"
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(timeout=60)
