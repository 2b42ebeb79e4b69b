"""Which of a server's models is asked, where the settings name none: the first that can hold a talk."""

import re
from collections.abc import Collection
from typing import Any

from feeler.errors import EngineUnavailable

_NO_TALKER = re.compile(
    r"embed|rerank|whisper|transcri|speech|tts\b|moderation|dall-?e|diffusion|image|\bclip|siglip|\bflux"
    r"|minilm|colbert|splade|labse|paraphrase-|sentence-|distiluse|similarity|cross-?encoder"
    r"|guard|shieldgemma|content-safety|reward|realtime|audio|video|[ti]2v\b|\b(sora|veo)\b|\bsd(xl|-?[0-9])"
    r"|parakeet|kokoro|musicgen|\bbark\b|wav2vec|sensevoice|cosyvoice|babbage|davinci|ocr(?![a-z])"
    r"|kandinsky|kolors|ideogram|hidream|cogview|seedream|recraft|\bkling\b|\bwan-?[0-9]"
    r"|retriev|contriever|colpali|colqwen|text2vec|mpnet|bert(a?)(?![a-z])"
    r"|(^|[/_-])(bge|gte|gtr|e5|m3e|uae|stella|voyage|instructor|sgpt|piccolo)(?![a-z])"
    r"|\*",  # a gateway's pattern, no name
    re.IGNORECASE,
)
_OTHER_KIND = re.compile(
    r"feature-extraction|classif|fill-mask|pooling|rank|\b(score|stt|asr)\b", re.IGNORECASE
)
_TALKER = re.compile(r"chat|completion|generat|^text$|message|response", re.IGNORECASE)
_KINDS = (  # of a model, and what it can be asked for, by server
    *("type", "task", "kind", "mode", "object", "pipeline_tag", "object_type", "model_type", "capabilities"),
    *("endpoints", "supported_endpoint_types", "supported_generation_methods", "output_modalities"),
)


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
    return model if isinstance(model, str) and model.strip() else ""


def _talks(name: str, model: Any) -> bool:
    if _NO_TALKER.search(name):
        return False
    if not isinstance(model, dict):
        return True
    if any(model.get(name) is False for name in ("supports_chat", "active")):
        return False
    inner = [model.get(place) for place in ("architecture", "model_info", "info", "capabilities")]
    for about in (model, *(each for each in inner if isinstance(each, dict))):
        if any(not _may_talk(about[kind]) for kind in _KINDS if kind in about):
            return False
    return True


def _may_talk(stated: object) -> bool:
    """Whether a word, a list of words or a table of abilities leaves it open that a model talks."""
    if isinstance(stated, dict):
        able = [bool(can) for name, can in stated.items() if "chat" in name or "completion" in name]
        return any(able) or not able
    words = [str(word) for word in (stated if isinstance(stated, list) else [stated])]
    others = [word for word in words if _NO_TALKER.search(word) or _OTHER_KIND.search(word)]
    return not others or any(_TALKER.search(word) for word in words if word not in others)
