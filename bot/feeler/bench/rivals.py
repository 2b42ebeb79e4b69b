"""Others to measure beside: llama.cpp's server in a process of its own, and transformers' own generation."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feeler.errors import EngineUnavailable
from feeler.ports import Engine

_SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_parallel = int(sys.argv[3])
params.n_ctx = 4096 * params.n_parallel
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[2])
if sys.argv[4] == "guesses":
    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_MAP_K]
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@contextmanager
def llama_cpp(
    weights: Path, *, threads: int, chats: int, guesses: bool = True
) -> Iterator[tuple[Engine, int]]:
    """llama.cpp's server on the same file, and its process id; it ends with the block.

    `guesses` are its own, from n-grams of prompt and answer (`--spec-type ngram-map-k`). Raises
    EngineUnavailable where the package xllamacpp is missing or the server does not start.
    """
    from feeler.llm.remote import RemoteEngine

    command = [sys.executable, "-c", _SERVER, str(weights), str(threads), str(chats)]
    command.append("guesses" if guesses else "plain")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            address = process.stdout.readline().strip() if process.stdout else ""
            if not address:
                raise EngineUnavailable("llama.cpp's server did not start; is xllamacpp installed?")
            yield RemoteEngine(f"{address}/v1"), process.pid
        finally:
            process.kill()


def plain_transformers(weights: Path) -> Engine:
    """transformers' `generate` in bfloat16 on the file's weights, dequantized."""
    from feeler.bench.quality import reference_model
    from feeler.llm.gguf import GgufFile
    from feeler.llm.tokenizer import read_tokenizer
    from feeler.llm.transformers_engine import TransformersEngine

    file = GgufFile(weights)
    return TransformersEngine(reference_model(file), read_tokenizer(file), name="transformers bfloat16")
