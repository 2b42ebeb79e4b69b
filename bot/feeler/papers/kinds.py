"""What a file is, by its first bytes: a name can say anything."""

import io
import re
import zipfile
from typing import Literal

from feeler.errors import UnreadableFile

Kind = Literal["pdf", "docx", "html", "mhtml", "text"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word before 2007, and newer files behind a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|main|div|section|p|h1)[\s>]", re.IGNORECASE)
MHTML = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
HEAD = 4096  # bytes that are looked at


def kind_of(content: bytes) -> Kind:
    """The kind of a file that can be opened. Raises UnreadableFile for every other."""
    head = content[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _zipped(content)
    if content.startswith(OLE):
        raise UnreadableFile("password" if ENCRYPTED in content else "old")
    if MHTML.search(content[:HEAD]) and b"MIME-Version" in content[:HEAD]:
        return "mhtml"
    if HTML.search(head) and head.startswith(b"<"):
        return "html"
    if head.startswith(b"{\\rtf"):
        raise UnreadableFile("kind")
    if decoded(content) is None:
        raise UnreadableFile("kind")
    return "text"


def decoded(content: bytes) -> str | None:
    """Bytes as text; None where they are none. Windows' Latin letters are the last guess."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    strange = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in content[:HEAD])
    return None if strange else content.decode("cp1252", "replace")


def _zipped(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFile("broken") from None
    if "word/document.xml" not in names:
        raise UnreadableFile("kind")
    return "docx"
