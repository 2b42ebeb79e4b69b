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
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from feeler.errors import DataError
from feeler.personas.card_fields import MAX_DEPTH, OURS, fields_of, holds_something

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_CARD_BYTES = 2 * 1024 * 1024
MAX_ENCODED_BYTES = 2 * MAX_CARD_BYTES  # a chunk's text once unpacked: base64 is a third longer
MAX_CHUNKS = 8  # tried of each keyword
KEYWORDS = (b"ccv3", b"chara")  # the better one first
PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = (b"\xff\xd8\xff", b"RIFF", b"GIF8", b"\0\0\0\x1cftyp", b"\0\0\0\x20ftyp", b"BM")


def read_card(content: bytes) -> dict[str, Any]:
    """The card's JSON object. Raises DataError where there is none, or it is too large or too deep."""
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"the card is larger than {MAX_FILE_BYTES // 1024 // 1024} MB")
    if content.startswith(PNG) and (cards := _embedded(content)):
        return cards
    picture = content.startswith((PNG, *PICTURES))
    if content.startswith(b"PK\3\4") or (picture and zipfile.is_zipfile(io.BytesIO(content))):
        return _card(_packed(content))  # behind a picture: RisuAI's CHARX that looks like one
    if content.startswith(PNG):
        raise DataError("the picture holds no character card (no text chunk `ccv3` or `chara`)")
    if picture:
        raise DataError("the card is a picture of another kind than PNG; of pictures only a PNG holds a card")
    return _card(content)


def _card(text: bytes, where: str = "") -> dict[str, Any]:
    """The card in a JSON text: UTF-8, or UTF-16 and UTF-32 as editors save it, with or without BOM."""
    if len(text) > MAX_CARD_BYTES:
        raise DataError(f"the card's text is larger than {MAX_CARD_BYTES // 1024 // 1024} MB")
    if text.startswith(b"{") and text[1:2] != b"\0":
        text = text.rstrip(b"\0")  # what a tool without strings of its own writes at the end
    try:
        card = _opened(_json(text))
    except UnicodeDecodeError:
        what = f"what the picture's {where} holds is no" if where else "the card is neither a PNG picture nor"
        raise DataError(f"{what} UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise DataError(f"the card is not valid JSON: {error.msg} in line {error.lineno}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"the card is not valid JSON: {type(error).__name__}") from None
    if not isinstance(card, dict):
        raise DataError("the card is not a JSON object")
    if not card:
        raise DataError("the card is empty")
    return {str(key): _bounded(value, MAX_DEPTH) for key, value in card.items()}


def _opened(card: Any) -> Any:
    """The card itself where it is the text in a text, or alone in a list; the same of its `data`."""
    for _ in range(2):
        if isinstance(card, list) and len(card) == 1:
            card = card[0]
        if isinstance(card, str) and card.lstrip()[:1] in ("{", "["):
            card = _json(card)
    if isinstance(card, dict) and isinstance(inner := card.get("data"), str) and inner.lstrip()[:1] == "{":
        return {**card, "data": _json(inner)}
    return card


def _json(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=lambda name: None, strict=False)  # lines within texts


def _packed(content: bytes) -> bytes:
    """The JSON text of a CHARX file (SPEC_V3): a zip with `card.json` in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("card.json") as file:
            return file.read(MAX_CARD_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, RuntimeError, NotImplementedError, EOFError):
        raise DataError("the file is an archive without a `card.json` that can be read") from None


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


def _embedded(content: bytes) -> dict[str, Any] | None:
    """The card of a PNG's `ccv3` chunks or, failing those, of its `chara` chunks: the first that tells of
    somebody or, failing that, names somebody, or can be read. None where there is no such chunk.
    """
    found: dict[bytes, list[tuple[bytes, bytes]]] = {keyword: [] for keyword in KEYWORDS}
    for kind, data in _chunks(content):
        keyword, _, rest = data.partition(b"\0")
        if kind in (b"tEXt", b"zTXt", b"iTXt") and keyword.lower() in found:
            found[keyword.lower()].append((kind, rest))
    problems: list[DataError] = []
    cards: list[dict[str, Any]] = []
    for keyword in KEYWORDS:
        for kind, rest in found[keyword][:MAX_CHUNKS]:
            try:
                cards.append(
                    _card(_decoded(_text(kind, rest), keyword.decode()), f"{keyword.decode()} chunk")
                )
            except DataError as error:
                problems.append(error)
            else:
                if _worth(cards[-1]) == 2:
                    return cards[-1]
    if problems and not cards:
        raise problems[0]
    return max(cards, key=_worth, default=None)


def _worth(card: dict[str, Any]) -> int:
    """2 for a card that tells of somebody, 1 for a name alone, 0 for nobody."""
    fields = fields_of(card)
    name, *texts = (isinstance(it := fields.get(each), str) and holds_something(it) for each in OURS)
    return 1 + any(texts) if name else 0


def _text(kind: bytes, rest: bytes) -> bytes:
    """A text chunk's text, unpacked; `rest` is what follows its keyword. Raises DataError."""
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":  # method, text
        return _unpacked(rest[1:])
    language = rest[2:].partition(b"\0")[2]  # packed or not, method, language, translated keyword, text
    text = language.partition(b"\0")[2]
    return _unpacked(text) if rest[:1] == b"\1" else text


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, MAX_ENCODED_BYTES + 1)
    except zlib.error:
        raise DataError("the picture's compressed text is damaged") from None
    if len(text) > MAX_ENCODED_BYTES:
        raise DataError(f"the card's text is larger than {MAX_CARD_BYTES // 1024 // 1024} MB")
    if not stream.eof:
        raise DataError("the picture's compressed text is cut off")
    return text


def _decoded(text: bytes, keyword: str) -> bytes:
    """The JSON text in base64 as tools write it: url-safe or not, padded or not, in lines; or bare JSON."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    if text.startswith(b"data:"):  # an address that holds what it leads to
        text = text.partition(b",")[2]
    if text.lstrip().startswith(b"{"):
        return text
    signs = re.sub(rb"[^A-Za-z0-9+/]", b"", text.translate(bytes.maketrans(b"-_", b"+/")))
    try:
        return base64.b64decode(signs + b"=" * (-len(signs) % 4))
    except binascii.Error:
        raise DataError(f"the picture's {keyword} chunk is not base64") from None


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
