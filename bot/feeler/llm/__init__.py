"""The language model: which weights, how they come here, and the engines that write with them.

From the outside in: `choose` turns settings into an engine; `cards` says which models there are; `weights`
and `fetch` put a verified file into the cache. Four engines keep the one promise of `feeler.ports.Engine`:

- `torch_engine`: a card's GGUF file on a CPU, one running batch for everybody; the default
- `transformers_engine`: any chat model in Hugging Face format, on CUDA where there is one
- `remote`: an OpenAI-compatible server
- `scripted`: given or improvised answers without a model

What they share: `chat_text` and `fitting` make the prompt's tokens, `detokenize` and `stops` the text that is
shown. Only this package imports torch and transformers.
"""

import os

# How long OpenMP's helpers look for work before they sleep; libgomp reads it when torch is imported. Its own
# choice, 300,000 rounds, is no quicker on idle cores, and where other work wants them a step takes a second.
os.environ.setdefault("GOMP_SPINCOUNT", "4000")
