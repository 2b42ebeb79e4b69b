"""The texts of a character card: what of them is said aloud, and the exchanges in its example messages."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from feeler.personas.files import CHAT_MARKUP
from feeler.personas.gestures import gap, without_gestures
from feeler.personas.macros import without_macros
from feeler.personas.values import Example

STRESS = re.compile(r"(?<!\*)\*\*+([^*\n]+)\*\*+|(?<!\w)__([^_\n]+)__(?!\w)")  # **a stressed word** is said
ACTION = re.compile(  # *in a line*, *or over two*, _or so_
    r"[ \t]{0,3}(?:\*[^*\n]+\*|\*(?!\s)(?:[^*\n]|\n(?![ \t]*\n))+(?<!\s)\*"
    r"|(?<!\w)_(?![\s_])[^_\n]+(?<!\s)_(?!\w))"
)
TIMES = re.compile(r"(?<=\d)( ?)\*(?= ?\d)")
QUOTATION_MARKS = re.compile(r'["“”„‟«»‹›「」『』﹁﹂〝〞〟❝❞＂]')
SENTENCE_END = re.compile(r"[.!?…]['’)\]]*(?=\s)|[。！？｡।॥؟۔።។։]")
UNSAID = re.compile(  # comments, what is for a browser, pictures
    r"<!--.*?(?:-->|\Z)|<(style|script)\b.*?(?:</\1\s*>|\Z)|!\[[^\[\]\n]*\]\([^()\n]*\)",
    re.DOTALL | re.IGNORECASE,
)
INLINE = re.compile(
    r"</?(?:a|b|i|u|s|q|em|strong|small|big|mark|del|ins|sub|sup|code|kbd|span|font|center|img)\b[^<>]{0,400}>",
    re.IGNORECASE,
)
TAG = re.compile(r"</?[a-z][^<>]{0,400}>", re.IGNORECASE)
MARKS = re.compile(r"`+|^[ \t]*#{1,6}[ \t]+", re.MULTILINE)
LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\s]*\)")
ESCAPED = re.compile(r"\\([*_`#\"~])")
MAX_EXAMPLES = 20
MAX_SAID = 600
ROUNDS = 8


def unmarked(text: str) -> str:
    """`text` without markup of chat templates and without control characters."""
    for _ in range(ROUNDS):
        text, found = CHAT_MARKUP.subn("", text)
        if not found:
            break
    else:  # markup inside markup inside markup: somebody is trying
        text = text.translate(dict.fromkeys(map(ord, "<>[]|")))
    return "".join(sign for sign in text if ord(sign) >= 32 or sign in "\n\t")


def plain(text: str) -> str:
    """`text` without HTML and the Markdown that is not for the ear: a line that is said shows no tags."""
    text = MARKS.sub("", TAG.sub("\n", INLINE.sub("", UNSAID.sub("", text))))
    return html.unescape(LINK.sub(r"\1", ESCAPED.sub(r"\1", text)))


def said(text: str, char: str) -> str:
    """Prose about the person, its macros made into text."""
    return unmarked(plain(without_macros(text, char=char, user="the other person"))).strip()


def spoken(text: str, char: str) -> str:
    """What is said aloud: no *actions* or (smiles), no quotation marks around speech, in one paragraph."""
    text = TIMES.sub(r"\1×", plain(without_macros(text, char=char, user="you")).replace("＊", "*"))
    text = ACTION.sub(gap, STRESS.sub(lambda found: found[1] or found[2], text))
    text = QUOTATION_MARKS.sub("", without_gestures(text, char).replace("*", " "))
    return one_line(text).strip(" -–—")


def one_line(text: str) -> str:
    """`text` in one paragraph. Markup goes last: what else is taken out may have kept two halves apart."""
    return unmarked(re.sub(r"\s+", " ", text)).strip()


def shortened(text: str, longest: int) -> str:
    """`text` in at most `longest` characters: up to the end of a sentence or, failing that, of a word."""
    text = text.strip()
    if len(text) <= longest:
        return text
    ends = [found.end() for found in SENTENCE_END.finditer(text, 0, longest + 1) if found.end() <= longest]
    if ends and ends[-1] >= longest // 4:  # else it is the dot of an abbreviation
        return text[: ends[-1]]
    words = text[:longest].rsplit(maxsplit=1)[0]  # one character is kept for the dots
    return f"{words[: longest - 1].rstrip(' ,;:')}…"


def slug_of(name: str, *, default: str, longest: int = 40, taken: Mapping[str, str] = {}) -> str:
    """A slug for `name`, ending in a short hash where Latin letters cannot tell it from another name's.

    `taken` says whose a slug is.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    told = slug and len(slug) <= longest and not any(s.isalnum() and not s.isascii() for s in letters)
    if told and taken.get(slug, name) == name:
        return slug
    told_apart = hashlib.blake2s(folded.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{(slug or default)[: longest - 9].strip('-')}-{told_apart}"


def examples_in(text: str, ours: dict[str, Any], char: str, warnings: list[str]) -> tuple[Example, ...]:
    """The exchanges in a card's `mes_example`; our own export's, where nobody has changed them since."""
    own = _own_examples(ours.get("examples"))
    if own and rendered(own).strip() == text.strip():
        return own
    found: list[tuple[str, str]] = []
    for block in re.split(r"<START>", text, flags=re.IGNORECASE):
        found += _exchanges(block, char)
    if text and not found:
        warnings.append("mes_example: no exchange of {{user}} and {{char}} found in it")
    if len(found) > MAX_EXAMPLES:
        warnings.append(f"mes_example: only the first {MAX_EXAMPLES} of {len(found)} exchanges were taken")
    short = [
        (shortened(asked, MAX_SAID), shortened(answer, MAX_SAID)) for asked, answer in found[:MAX_EXAMPLES]
    ]
    if cut := sum(pair != kept for pair, kept in zip(found, short, strict=False)):
        warnings.append(f"mes_example: {cut} exchanges were cut to {MAX_SAID} characters a line")
    return tuple(Example(job=_job(asked, answer), candidate=asked, persona=answer) for asked, answer in short)


def _exchanges(block: str, char: str) -> list[tuple[str, str]]:
    speaker = rf"^[ \t]*(\{{\{{\s*(?:user|char)\s*\}}\}}|<(?:user|bot|char)>|you|{re.escape(char)})[ \t]*:"
    parts = re.split(speaker, block, flags=re.IGNORECASE | re.MULTILINE)
    turns = [
        (re.sub(r"\W", "", who).lower() in ("user", "you"), spoken(words, char))
        for who, words in zip(parts[1::2], parts[2::2], strict=True)
    ]
    return [
        (asked, answer)
        for (by_user, asked), (next_by_user, answer) in pairwise(turns)
        if by_user and not next_by_user and asked and answer
    ]


def _job(candidate: str, persona: str) -> str:
    if candidate.endswith("?"):
        return "answer"
    return "react and ask" if persona.count("?") == 1 else "tell"


def rendered(examples: tuple[Example, ...]) -> str:
    """The exchanges as a card's `mes_example`."""
    return "".join(f"<START>\n{{{{user}}}}: {e.candidate}\n{{{{char}}}}: {e.persona}\n" for e in examples)


def _own_examples(value: Any) -> tuple[Example, ...]:
    return tuple(
        Example(job=item["job"], candidate=item["candidate"], persona=item["persona"])
        for item in (value if isinstance(value, list) else [])
        if isinstance(item, dict) and all(clean(item.get(k)) for k in ("job", "candidate", "persona"))
    )[:60]


def clean(value: Any, longest: int = 600) -> bool:
    """Whether `value` is a text that can be taken as it is."""
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= longest
        and unmarked(value).strip() == value.strip()
    )
