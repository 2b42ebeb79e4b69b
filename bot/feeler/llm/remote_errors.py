"""What a model server's refusals mean, in words that say what to do."""

import re

import openai

from feeler.errors import EngineUnavailable

_TOO_LONG = re.compile(r"context|too long|maximum.*(length|tokens)|exceed.*tokens", re.IGNORECASE)


class Refused(Exception):
    """The server takes no such request (HTTP 400 or 422); the text is its reason."""

    @property
    def too_long(self) -> bool:
        """Whether the prompt's length was the reason."""
        return bool(_TOO_LONG.search(str(self)))


def explained(error: openai.OpenAIError, url: str, model: str) -> Exception:
    """The error to raise: Refused where another request may do, else EngineUnavailable with advice."""
    said = _reason(error)
    match error:
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return Refused(said)
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return EngineUnavailable(f"{url} wants another key: set FEELER_REMOTE_API_KEY")
        case openai.NotFoundError():
            return EngineUnavailable(
                f"{url} has no chat model {model!r}: set FEELER_REMOTE_MODEL, and check that "
                "FEELER_REMOTE_URL ends as the server wants it (often /v1)"
            )
        case openai.RateLimitError():
            return EngineUnavailable(f"{url} is busy or its quota is used up: {said}")
        case openai.APITimeoutError():
            return EngineUnavailable(f"{url} did not answer in time")
        case openai.APIConnectionError():
            return EngineUnavailable(
                f"no model server answers at {url}: start it, or set FEELER_REMOTE_URL to another"
            )
        case _ if _TOO_LONG.search(said):  # some servers say so in the stream, without a status
            return Refused(said)
    return EngineUnavailable(f"{url} failed: {said}")


def _reason(error: openai.OpenAIError) -> str:
    """What the server said, on one line, shortened."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(said or error).split())[:300]
