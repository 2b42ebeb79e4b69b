"""The parameters of one call, however they came: query string, form, JSON or multipart."""

import json
from dataclasses import dataclass, field
from typing import Any

from feeler.phone.refusals import Json, bad_request


@dataclass(frozen=True, kw_only=True)
class Upload:
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Params:
    """Values by name, and the files that came along. Wrong ones are refused as the real server does."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if isinstance(value, bool) or value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            return default  # as the real server: what is no number counts as absent

    def boolean(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:
        """A parameter that is a JSON value, decoded; None where absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def chat_id(self) -> int:
        """The chat meant, refused where it is no number: usernames stand for channels, and there are none."""
        text = self.text("chat_id").strip()
        if not text:
            raise bad_request("chat_id is empty")
        try:
            return int(text)
        except ValueError:
            raise bad_request("chat not found") from None

    def upload(self, name: str) -> Upload | None:
        """The file sent under this name, also as `attach://part`."""
        direct = self.uploads.get(name)
        if direct is not None:
            return direct
        value = self.text(name)
        return self.uploads.get(value.removeprefix("attach://")) if value.startswith("attach://") else None
