"""Keyboards as a bot sends them: checked, and told apart."""

from feeler.phone.refusals import Json, bad_request
from feeler.phone.text import units
from feeler.phone.values import Keyboard

MAX_DATA = 64  # bytes of callback data
MAX_KEYS = 100


def check_inline(markup: object) -> Json | None:
    """The inline keyboard in `reply_markup`, or None; refused where a button is wrong."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton")
    keys = [[_inline_key(key) for key in row] for row in rows if row]
    if sum(map(len, keys)) > MAX_KEYS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": keys} if keys else None


def _inline_key(key: object) -> Json:
    if not isinstance(key, dict) or not isinstance(key.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not key["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")  # an empty label
    if "callback_data" in key:
        data = key["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in key:
        if not str(key["url"]).startswith(("http://", "https://", "tg://")):
            raise bad_request(
                f"inline keyboard button URL '{key['url']}' is invalid: Unsupported URL protocol"
            )
    else:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    return key


def reply_keyboard(markup: object) -> tuple[bool, Keyboard | None]:
    """Whether `reply_markup` changes the reply keyboard, and what it is then; None takes it away."""
    if not isinstance(markup, dict):
        return False, None
    if markup.get("remove_keyboard"):
        return True, None
    if "keyboard" not in markup:
        return False, None
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse reply keyboard: expected an Array of Array of KeyboardButton")
    labels = tuple(tuple(_label(key) for key in row) for row in rows if row)
    if not labels:
        raise bad_request("reply keyboard must be non-empty")
    return True, Keyboard(
        rows=labels,
        one_time=bool(markup.get("one_time_keyboard")),
        placeholder=str(markup.get("input_field_placeholder") or ""),
    )


def _label(key: object) -> str:
    text = key.get("text") if isinstance(key, dict) else key
    if not isinstance(text, str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if not text.strip() or units(text) > 4096:
        raise bad_request("BUTTON_TEXT_INVALID")
    return text
