"""Logging that never holds a token or a text: one redacting formatter for everything, libraries included."""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType
from urllib.parse import unquote, urlsplit

from pythonjsonlogger.json import JsonFormatter

from feeler.settings import Settings

TOKEN = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{6,}")
HIDDEN = "(hidden)"

# What these say below the given level quotes parameters, bodies or addresses with the token in them.
QUIET = {
    "telegram": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "psycopg": logging.INFO,
    "aiohttp.access": logging.WARNING,
    "matplotlib": logging.INFO,
    "fpdf": logging.WARNING,
    "fontTools": logging.WARNING,
    "PIL": logging.INFO,
}

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Redacting(logging.Formatter):
    """Shared by both formats: hides secrets, and keeps from exceptions what may quote somebody."""

    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":  # its further lines show tasks with what they raised
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return redacted(super().format(record), self.secrets)

    def formatException(self, ei: ExcInfo) -> str:
        """Kinds and places of an exception and its causes; not their messages, which may quote somebody."""
        kinds: list[str] = []
        error = ei[1]
        while error is not None:
            kinds += [
                f'  File "{f.filename}", line {f.lineno}, in {f.name}'
                for f in traceback.extract_tb(error.__traceback__)
            ]
            kinds.append(type(error).__name__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(kinds)


class PlainFormatter(_Redacting):
    """One line a record: time, level, room, words."""


class JsonLines(_Redacting, JsonFormatter):
    """One JSON object a record."""


def redacted(text: str, secrets: tuple[str, ...] = ()) -> str:
    """`text` without bot tokens and without these secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


def set_up_logs(settings: Settings) -> None:
    """Send all logs to stderr in the settings' level and format, redacted."""
    formatter: _Redacting
    if settings.log_format == "json":
        formatter = JsonLines("%(asctime)s %(levelname)s %(name)s %(message)s")
    else:
        formatter = PlainFormatter("%(asctime)s %(levelname)-7s %(name)s  %(message)s")
    formatter.secrets = _secrets(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    logging.captureWarnings(True)
    sys.excepthook = _log_the_end
    threading.excepthook = lambda ended: _log_the_end(ended.exc_type, ended.exc_value, ended.exc_traceback)
    sys.unraisablehook = lambda lost: _log_the_end(lost.exc_type, lost.exc_value, lost.exc_traceback)


def _log_the_end(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """For what nobody caught: Python itself would print the message, which may quote somebody."""
    error = error or kind()
    logging.getLogger("feeler").critical("ended by an error", exc_info=(kind, error, trace))


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Every secret of the settings, the longest first; of the token also the part after its colon."""
    kept = (settings.bot_token, settings.pairing_code, settings.webhook_secret, settings.remote_api_key)
    values = {each.get_secret_value() for each in kept if each}
    values.add(unquote(urlsplit(settings.database).password or ""))
    values |= {value.partition(":")[2] for value in values}
    return tuple(sorted((value for value in values if len(value) >= 4), key=len, reverse=True))
