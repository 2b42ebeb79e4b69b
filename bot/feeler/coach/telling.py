"""How words of the transcript are shown: cited with their line, and which sentence stands alone."""

import re
from dataclasses import replace

from feeler.coach.values import Evidence
from feeler.coach.words import count, sentences

CITED = 140  # characters of a citation on a phone
ALONE = 26  # words of a sentence that is quoted alone
FEWEST = 5
# A sentence that begins or ends so hangs on the one before it.
_HANGS_ON = re.compile(r"(?:That|This|It|They|He|She|Them|Those|These|Then|There|But|And|So|Yes|No|Well)\b")
_ENDS = re.compile(r"[.!?](?=\s)")
_ENDS_ON = re.compile(r" (?:it|that|them|so)[.!]?$")


def cut(text: str, longest: int) -> str:
    """`text` cut behind a sentence, or at a blank; the cut is shown outside of it by the caller."""
    if len(text) <= longest:
        return text
    ends = [end.end() for end in _ENDS.finditer(text, 0, longest) if end.end() > longest // 2]
    if ends:
        return text[: ends[-1]]
    at = text.rfind(" ", longest // 2, longest)
    return text[: at if at > 0 else longest].rstrip(" ,;:–—-")


def quoted(evidence: Evidence, longest: int = CITED) -> str:
    """The words in quotation marks; where they are cut, the dots stand outside the marks."""
    words = " ".join(cut(evidence.quote, longest).split())
    dots = " …" if evidence.cut or len(words) < len(" ".join(evidence.quote.split())) else ""
    return f"“{words}”{dots}"


def cited(evidence: Evidence, longest: int = CITED) -> str:
    """The words in quotation marks with their line."""
    return f"{quoted(evidence, longest)} (line {evidence.line})"


def standing_alone(said: Evidence) -> Evidence | None:
    """The first sentence of what was said that can be quoted without the others; None where none can."""
    return next(
        (
            replace(said, quote=part, cut=False)
            for part in sentences(said.quote)
            if FEWEST <= count(part) <= ALONE
            and part.endswith((".", "!"))
            and not _HANGS_ON.match(part)
            and not _ENDS_ON.search(part)
        ),
        None,
    )
