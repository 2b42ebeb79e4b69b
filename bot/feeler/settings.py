"""The only reader of the environment: every setting of Feeler, its default and what it may be."""

from os.path import expanduser
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from feeler.addresses import sqlite_address
from feeler.errors import SettingsError


class Settings(BaseSettings):
    """Read from the environment with the prefix FEELER_, then from `.env` in the working folder."""

    model_config = SettingsConfigDict(
        env_prefix="FEELER_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    bot_token: SecretStr | None = None
    api_base_url: str = "https://api.telegram.org/bot"
    api_file_url: str = "https://api.telegram.org/file/bot"
    allowed_user_ids: Annotated[tuple[int, ...], NoDecode] = ()
    pairing_code: SecretStr | None = None

    database_url: str = ""
    data_dir: Path = Field(default_factory=lambda: user_data_path("feeler"))
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("feeler"))
    personas_dir: Path | None = None
    retention_days: int = Field(default=90, ge=0)

    engine: Literal["auto", "torch", "transformers", "remote", "scripted"] = "auto"
    model: str = "qwen2.5-coder-1.5b-instruct"
    adapter: str = ""
    threads: int | None = Field(default=None, ge=1)
    kv_cache_mb: int = Field(default=384, ge=64)
    remote_url: str = "http://127.0.0.1:8080/v1"
    remote_model: str = ""
    remote_api_key: SecretStr | None = None
    drafts: int | None = Field(default=None, ge=1, le=8)

    turn_budget: int = Field(default=16, ge=10, le=24)
    max_message_chars: int = Field(default=16_000, ge=200)
    max_waiting: int = Field(default=20, ge=1)
    max_turns_a_day: int = Field(default=200, ge=1)
    max_talks: int = Field(default=64, ge=1)
    max_queue: int = Field(default=1000, ge=1)

    webhook_url: str = ""
    webhook_secret: SecretStr | None = None
    webhook_listen: str = "127.0.0.1:8443"
    lease_seconds: float = Field(default=24.0, ge=2)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["plain", "json"] = "plain"

    @field_validator("allowed_user_ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part for part in value.replace(",", " ").split() if part]
        return value

    @field_validator("data_dir", "cache_dir", "personas_dir", mode="before")
    @classmethod
    def _at_home(cls, value: object) -> object:
        """A shell writes ~ out; from `.env` or a unit file it comes as it is."""
        return expanduser(value) if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The database URL, SQLite in the data folder where none is set."""
        return self.database_url or sqlite_address(self.data_dir / "feeler.sqlite3")


def load_settings() -> Settings:
    """Read the settings; SettingsError names the variable, the value and what is allowed, on one line."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "FEELER_" + str(first["loc"][0]).upper()
        given = (
            "(hidden)"
            if any(word in name for word in ("TOKEN", "SECRET", "KEY", "CODE"))
            else repr(first["input"])
        )
        raise SettingsError(f"{name}={given} is not valid: {first['msg']}") from None
