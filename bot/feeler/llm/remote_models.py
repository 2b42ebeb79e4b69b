"""Which of a server's models is asked, where the settings name none: the first that can hold a talk."""

import re
from collections.abc import Collection
from typing import Any

from feeler.errors import EngineUnavailable

_NO_TALKER = re.compile(
    r"embed|rerank|whisper|transcri|speech|tts\b|moderation|dall-?e|diffusion|image|\bclip|siglip|\bflux"
    r"|minilm|colbert|splade|labse|paraphrase-|sentence-|llama-?guard|shieldgemma"
    r"|(^|[/_-])(bge|gte|e5|uae|stella|voyage|instructor)\b[-_:.]?",
    re.IGNORECASE,
)
_KINDS = (
    "type",
    "task",
    "kind",
    "mode",
    "pipeline_tag",
    "object_type",
    "model_type",
)  # of a model, by server


def first_chat_model(listed: object, url: str, unfit: Collection[str] = ()) -> str:
    """The name of the first model in the answer to `/models` that is made for talking, and not `unfit`.

    Raises EngineUnavailable where it is no list of models, or holds none of that kind.
    """
    if isinstance(listed, dict):
        listed = next((listed[key] for key in ("data", "models") if isinstance(listed.get(key), list)), None)
    if not isinstance(listed, list):
        raise EngineUnavailable(
            f"{url}/models is no list of models: check that FEELER_REMOTE_URL ends as the server wants it "
            "(often /v1), or set FEELER_REMOTE_MODEL"
        )
    named = [(_name(model), model) for model in listed]
    chosen = next((name for name, model in named if name and name not in unfit and _talks(name, model)), "")
    if not chosen:
        others = f" for talking, only {len(listed)} of other kinds" if listed else ""
        raise EngineUnavailable(f"{url} lists no model{others}; load one there, or set FEELER_REMOTE_MODEL")
    return chosen


def _name(model: object) -> str:
    if isinstance(model, dict):
        model = next((model[key] for key in ("id", "name", "model") if isinstance(model.get(key), str)), "")
    return model if isinstance(model, str) else ""


def _talks(name: str, model: Any) -> bool:
    if _NO_TALKER.search(name):
        return False
    if not isinstance(model, dict):
        return True
    if any(_NO_TALKER.search(str(model.get(kind, ""))) for kind in _KINDS):
        return False
    match model.get("capabilities"):
        case {"completion_chat": bool(able)} | {"chat_completion": bool(able)}:
            return able
        case [*able] if able:
            return any("completion" in str(each) or "chat" in str(each) for each in able)
    return True
