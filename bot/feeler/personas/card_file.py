"""Character Card files: bytes -> the card's JSON object, and back. JSON, or PNG with `ccv3` or `chara`.

Formats: character-card-spec-v2 (malfoyslastname) and SPEC_V3 (kwaroran). A card comes from anybody, so it is
read within bounds of size and depth, and its picture is never decoded: only the chunks are walked.
"""

import base64
import binascii
import io
import json
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from feeler.errors import DataError

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_CARD_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 24
KEYWORDS = (b"ccv3", b"chara")  # the newer form first
PNG = b"\x89PNG\r\n\x1a\n"


def read_card(content: bytes) -> dict[str, Any]:
    """The card's JSON object. Raises DataError where there is none, or it is too large or too deep."""
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"the card is larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
    text = _embedded(content) if content.startswith(PNG) else content
    if len(text) > MAX_CARD_BYTES:
        raise DataError(f"the card's text is larger than {MAX_CARD_BYTES // 1024 // 1024} MB")
    try:
        card = json.loads(text.decode("utf-8-sig"), parse_constant=lambda name: None)
    except UnicodeDecodeError:
        raise DataError("the card is neither a PNG picture nor UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"the card is not valid JSON: {type(error).__name__}") from None
    if not isinstance(card, dict):
        raise DataError("the card is not a JSON object")
    return {str(key): _bounded(value, MAX_DEPTH) for key, value in card.items()}


def write_json(card: dict[str, Any]) -> bytes:
    """The card as a JSON file."""
    return (json.dumps(card, ensure_ascii=False, indent=2) + "\n").encode()


def write_png(card: dict[str, Any], picture: bytes | None = None) -> bytes:
    """The card inside a PNG: `picture` if given (any format Pillow reads), else a plain square."""
    from PIL import Image, UnidentifiedImageError
    from PIL.PngImagePlugin import PngInfo

    try:
        image = Image.open(io.BytesIO(picture)) if picture else Image.new("RGB", (256, 256), (38, 70, 83))
        image.thumbnail((1024, 1024))
        image = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise DataError("the picture cannot be read") from None
    info = PngInfo()
    info.add_text("ccv3", base64.b64encode(json.dumps(card).encode()).decode())
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _embedded(content: bytes) -> bytes:
    """The JSON text of the first chunk that holds a card: `ccv3` ones before `chara` ones."""
    found = [(keyword, text) for kind, data in _chunks(content) if (one := _text_of(kind, data))
             for keyword, text in [one] if keyword in KEYWORDS]  # fmt: skip
    found.sort(key=lambda pair: KEYWORDS.index(pair[0]))
    for _, text in found:
        card = _unpacked(text)
        if card is not None:
            return card
    if found:
        raise DataError(f"the picture's {found[0][0].decode()} chunk is not base64 of a card's JSON")
    raise DataError("the picture holds no character card (no text chunk `ccv3` or `chara`)")


def _text_of(kind: bytes, data: bytes) -> tuple[bytes, bytes] | None:
    """Keyword and text of a PNG's text chunk, of any of its three kinds; None for what is none."""
    keyword, _, rest = data.partition(b"\0")
    if kind == b"tEXt":
        return keyword, rest
    if kind == b"zTXt":
        return keyword, _inflated(rest[1:])
    if kind == b"iTXt" and len(rest) >= 2:
        compressed = rest[0] == 1
        text = rest[2:].split(b"\0", 2)[-1]  # behind the language and the translated keyword
        return keyword, _inflated(text) if compressed else text
    return None


def _inflated(data: bytes) -> bytes:
    """What was deflated, as far as a card may be large; empty where it is damaged."""
    try:
        return zlib.decompressobj().decompress(data, 2 * MAX_CARD_BYTES)
    except zlib.error:
        return b""


def _unpacked(text: bytes) -> bytes | None:
    """The JSON behind the base64, with or without padding, in either alphabet; None where it is none."""
    bare = re.sub(rb"\s+", b"", text).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        card = base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
        whole = len(card) > MAX_CARD_BYTES or isinstance(json.loads(card.decode("utf-8-sig")), dict)
        return card if whole else None  # one that is too large is refused as that
    except (binascii.Error, ValueError, RecursionError):
        return None


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each whole chunk. A cut-off file ends early; a wrong checksum is passed over."""
    at = len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        if at + 12 + length > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _bounded(value: Any, depth: int) -> Any:
    """`value` with texts that can be stored: no lone surrogates, no NUL. DataError where it is too deep."""
    if depth == 0:
        raise DataError(f"the card is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_bounded(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_bounded(key, depth - 1): _bounded(item, depth - 1) for key, item in value.items()}
    return value
