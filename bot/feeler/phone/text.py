"""Text as Telegram counts it: UTF-16 units, and entities whose offsets are such units."""

import re

from feeler.phone.refusals import Json, bad_request

MAX_TEXT = 4096  # UTF-16 units of a message
MAX_CAPTION = 1024

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?)(?![\w/<>])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})\b"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
)


def units(text: str) -> int:
    """Length in UTF-16 units: what Telegram calls characters."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def pieces(text: str, limit: int = MAX_TEXT) -> list[str]:
    """A long text cut into messages, as the Telegram apps do for their users."""
    out, piece, size = [], "", 0
    for letter in text:
        width = 2 if ord(letter) > 0xFFFF else 1
        if size + width > limit:
            out.append(piece)
            piece, size = "", 0
        piece += letter
        size += width
    return [*out, piece]


def found_entities(text: str) -> list[Json]:
    """Commands, mentions, links, addresses and hashtags, which the server marks by itself."""
    return [
        {
            "type": match.lastgroup,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def check_entities(text: str, entities: object) -> list[Json]:
    """The bot's own entities, refused where they do not lie on whole characters of `text`."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    total = units(text)
    starts = _character_starts(text)
    for entity in entities:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse entities: can't parse MessageEntity")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
            raise bad_request("ENTITY_BOUNDS_INVALID")
        if offset + length > total:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {offset + length}"
            )
        if offset not in starts:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {offset}")
        if offset + length not in starts:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol "
                f"at byte offset {offset + length}"
            )
    return entities


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Text without white space around it, and the entities that are left, moved along."""
    lead = units(text) - units(text.lstrip())
    body = text.strip()
    total = units(body)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(total, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return body, kept


def _character_starts(text: str) -> set[int]:
    starts, at = {0}, 0
    for letter in text:
        at += 2 if ord(letter) > 0xFFFF else 1
        starts.add(at)
    return starts
