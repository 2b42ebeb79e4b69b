"""The formats, each opened by a well-kept library: bytes -> {"title", "text", "pages"}. For the child alone.

What no reader of the file would see is left out: hidden elements, white or tiny letters, comments.
"""

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from feeler.papers.kinds import decoded
from feeler.sources.cleaning import unwrapped

MOST_PAGES = 60
MOST_UNPACKED = 40 * 2**20  # bytes of a Word file's own text
MOST_HTML = 4 * 2**20
TINY = 3.0  # points: nobody reads it
Found = dict[str, Any]


class Refused(Exception):
    """Why there is no text: a reason of `feeler.errors.UnreadableFile`."""


def open_text(content: bytes) -> Found:
    return _found("", decoded(content) or "")


def open_pdf(content: bytes) -> Found:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("password")
        pages = [_page(page) for page in reader.pages[:MOST_PAGES]]
    except FileNotDecryptedError:
        raise Refused("password") from None
    except PyPdfError as error:
        raise Refused("password" if "decrypt" in str(error).lower() else "broken") from None
    if not pages:
        raise Refused("empty")
    return _found("", "\n\n".join(pages), len(reader.pages))


def open_docx(content: bytes) -> Found:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(
                each.file_size for each in packed.infolist() if each.filename.endswith((".xml", ".rels"))
            ) > (MOST_UNPACKED):
                raise Refused("slow")
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError):
        raise Refused("broken") from None
    return _found("", "\n".join(_blocks(document)))


def open_html(content: bytes) -> Found:
    import lxml.html
    import trafilatura

    if len(content) > MOST_HTML:
        raise Refused("big")
    page = lxml.html.fromstring(decoded(content) or "", parser=lxml.html.HTMLParser(no_network=True))
    title = " ".join((page.findtext(".//title") or "").split())[:200]
    site = page.xpath("string(//meta[@property='og:site_name']/@content)")[:80]
    _without_hidden(page)
    text = trafilatura.extract(
        lxml.html.tostring(page, encoding="unicode"), include_comments=False, include_links=False,
        include_images=False, include_tables=True, favor_recall=True, deduplicate=False,
    )  # fmt: skip
    return _found(site or title, text or page.text_content())


def open_mhtml(content: bytes) -> Found:
    """A page saved as a single file: the first part of it that is HTML."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            assert isinstance(page, bytes)
            return open_html(page)
    raise Refused("empty")


OPENERS: dict[str, Callable[[bytes], Found]] = {
    "text": open_text, "pdf": open_pdf, "docx": open_docx, "html": open_html, "mhtml": open_mhtml,
}  # fmt: skip


def _found(title: str, text: str, pages: int = 1) -> Found:
    return {"title": title, "text": text, "pages": pages}


# --- PDF --------------------------------------------------------------------------------------------------


def _page(page: Any) -> str:
    """A page's text with its lines joined to paragraphs; what is tiny is left out."""
    kept: list[str] = []

    def take(text: str, _cm: Any, matrix: Any, _font: Any, size: float) -> None:
        tall = abs(size * (matrix[3] or matrix[0] or 1.0))
        if tall >= TINY or not text.strip():
            kept.append(text)

    page.extract_text(visitor_text=take)
    return unwrapped("".join(kept), loose=True)


# --- Word -------------------------------------------------------------------------------------------------


def _blocks(document: Any) -> Iterator[str]:
    """Paragraphs and rows of tables in their order; a row's cells as one line."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if not isinstance(block, Table):
            yield _visible(block)
            continue
        for row in block.rows:
            cells = [" ".join(_visible(one) for one in cell.paragraphs).strip() for cell in row.cells]
            yield ": ".join(dict.fromkeys(cell for cell in cells if cell))


def _visible(paragraph: Any) -> str:
    from docx.text.hyperlink import Hyperlink

    parts: list[str] = []
    for part in paragraph.iter_inner_content():
        runs = part.runs if isinstance(part, Hyperlink) else [part]
        parts += [run.text for run in runs if not _unseen(run.font)]
    return "".join(parts)


def _unseen(font: Any) -> bool:
    white = font.color is not None and font.color.rgb is not None and str(font.color.rgb) == "FFFFFF"
    return bool(font.hidden or white or (font.size is not None and font.size.pt < TINY))


# --- web pages --------------------------------------------------------------------------------------------

HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white|transparent)\b",
    re.IGNORECASE,
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
UNREAD = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "nav",
)


def _without_hidden(page: Any) -> None:
    """Take out of the page what its visitor does not see or does not come to read."""
    names = _hidden_names(" ".join(page.xpath("//style/text()"))[:200_000])
    for element in list(page.iter()):
        unread = not isinstance(element.tag, str) or element.tag in UNREAD  # a comment's tag is no text
        if unread or _is_hidden(element, names):
            _drop(element)


def _is_hidden(element: Any, names: frozenset[str]) -> bool:
    own = {f".{name}" for name in element.get("class", "").split()} | {f"#{element.get('id', '')}"}
    return bool(
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or HIDES.search(element.get("style", ""))
        or own & names
    )


def _hidden_names(css: str) -> frozenset[str]:
    """Classes and ids that the page's own style hides, where they are named alone."""
    return frozenset(
        name.strip()
        for selectors, rules in RULE.findall(css)
        if HIDES.search(rules) and "white" not in rules and "#fff" not in rules
        for name in selectors.split(",")
        if re.fullmatch(r"[.#][\w-]+", name.strip())
    )


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()
