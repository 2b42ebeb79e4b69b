"""The connection to the Bot API: python-telegram-bot's Bot; what it says never reaches a log."""

import json
import warnings
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from feeler.errors import SettingsError
from feeler.network import httpx_options
from feeler.settings import Settings

NO_TOKEN = (
    "FEELER_BOT_TOKEN is not set. Open a chat with @BotFather in Telegram, send /newbot, and put the "
    "token into .env as FEELER_BOT_TOKEN=… (`feeler phone` needs none)"
)

# The outbox holds calls by name and parameters, so they go through do_api_request whatever their name is.
warnings.filterwarnings("ignore", message="Please use 'Bot\\.", category=PTBUserWarning)


class QuietRequest(HTTPXRequest):
    """Does not quote an unreadable response in the log, as its parent does: it may hold somebody's text."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            parsed = json.loads(payload)
        except ValueError:
            raise TelegramError("the server's answer is not JSON") from None
        if not isinstance(parsed, dict):
            raise TelegramError("the server's answer is not an object")
        return parsed


def token_of(settings: Settings) -> str:
    """The bot's token. SettingsError says where one comes from."""
    token = settings.bot_token.get_secret_value().strip() if settings.bot_token else ""
    if not token:
        raise SettingsError(NO_TOKEN)
    number, colon, rest = token.partition(":")
    if not (number.isdecimal() and colon and rest):
        raise SettingsError(
            "FEELER_BOT_TOKEN=(hidden) is not valid: @BotFather gives tokens like 123456:ABC…"
        )
    return token


def make_bot(settings: Settings) -> Bot:
    """A bot with a connection of its own for getUpdates and a pool for everything else.

    Raises SettingsError for a missing token, and for a proxy or certificates that cannot be used.
    """
    token = token_of(settings)
    network = httpx_options(settings.api_base_url)
    request = QuietRequest(
        connection_pool_size=64,
        pool_timeout=5,
        read_timeout=15,
        connect_timeout=8,
        write_timeout=15,
        httpx_kwargs=network,
    )
    polling = QuietRequest(connection_pool_size=1, read_timeout=15, connect_timeout=8, httpx_kwargs=network)
    return Bot(
        token,
        base_url=settings.api_base_url,
        base_file_url=settings.api_file_url,
        request=request,
        get_updates_request=polling,
    )
