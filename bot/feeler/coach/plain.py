"""The debrief and the transcript as plain text and as Markdown."""

import re

from feeler.coach.care import printed
from feeler.coach.clock import clock, day_of
from feeler.coach.outline import Item, Section, outline, place, speaker_name, title, transcript_title
from feeler.coach.values import Debrief
from feeler.interview.values import Line

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def text(debrief: Debrief) -> str:
    """The whole debrief with its transcript as plain text."""
    parts = [f"Debrief: {title(debrief)}", day_of(debrief.interview)]
    for section in outline(debrief):
        parts.append(f"{section.title}\n{'-' * len(section.title)}\n{_text_of(section)}".rstrip())
    return _joined([*parts, transcript_text(debrief)])


def transcript_text(debrief: Debrief) -> str:
    """The transcript as plain text: number, time, speaker, words."""
    rows = [_row(debrief, line) for line in printed(debrief.interview)]
    head = transcript_title(debrief)
    return _joined([f"{head}\n{'-' * len(head)}", *(rows or ["(nothing was said)"])])


def _row(debrief: Debrief, line: Line) -> str:
    head = " · ".join(part for part in (str(line.number), clock(line), _speaker(debrief, line)) if part)
    return f"{head}\n{visible(line.text)}"


def _text_of(section: Section) -> str:
    rows = [section.lead] if section.lead else []
    for item in section.items:
        if item.box:
            rows.append(visible(item.box))
        words = visible(" ".join(part for part in (said(item), item.ask) if part))
        lines = f"({_lines(item.lines)})" if item.lines else ""
        if words or lines:
            rows.append(" ".join(part for part in ("*", words, lines) if part))
        rows += [
            f"    {one.who}, {place(one)}: “{visible(one.words)}”{'' if one.ends else ' …'}"
            for one in item.quotes
        ]
    return "\n".join(rows)


def said(item: Item) -> str:
    """Head and text of an item as one run of words."""
    head = f"{item.head.rstrip('.')}." if item.head else ""
    return " ".join(part for part in (head, item.text) if part)


def markdown(debrief: Debrief) -> str:
    """The whole debrief as Markdown; claims link to the lines of the transcript below it."""
    parts = [f"# Debrief: {escaped(title(debrief))}", day_of(debrief.interview)]
    for section in outline(debrief):
        parts.append(f"## {escaped(section.title)}")
        if section.lead:
            parts.append(escaped(section.lead))
        parts += [_markdown_item(item) for item in section.items]
    return _joined([*parts, transcript_markdown(debrief, level=2)])


def transcript_markdown(debrief: Debrief, level: int = 1) -> str:
    """The transcript as Markdown, every line with an anchor of its number."""
    rows = [
        f'<a id="l{line.number}"></a>**{line.number}**'
        f"{f' · {clock(line)}' if clock(line) else ''} · **{escaped(_speaker(debrief, line))}**  \n"
        f"{_broken(line.text)}"
        for line in printed(debrief.interview)
    ]
    return _joined([f"{'#' * level} {transcript_title(debrief)}", *(rows or ["(nothing was said)"])])


def _markdown_item(item: Item) -> str:
    if item.box:
        return "\n".join(f"> {escaped(row)}  " for row in item.box.split("\n"))
    links = ", ".join(f"[line {line}](#l{line})" for line in item.lines)
    head = f"**{escaped(item.head)}**" if item.head else ""
    ask = f"*{escaped(item.ask)}*" if item.ask else ""
    text = " ".join(part for part in (head, escaped(item.text), ask, f"({links})" if links else "") if part)
    quotes = [
        f"{escaped(one.who)}, [{place(one)}](#l{one.line}): “{_broken(one.words)}”{'' if one.ends else ' …'}"
        for one in item.quotes
    ]
    if not text:
        return "- " + "\n  ".join(quotes)
    return "\n".join([f"- {text}", *(f"  - {quote}" for quote in quotes)])


def escaped(words: str) -> str:
    """Words that Markdown shows as they are, on one line."""
    return _MARKUP.sub(r"\\\1", visible(words).replace("\n", " "))


def _broken(words: str) -> str:
    """Like `escaped`, with the line breaks kept."""
    return "  \n".join(escaped(row) for row in visible(words).split("\n"))


def visible(words: str) -> str:
    """Words without control characters and without marks that turn the reading direction of what follows."""
    return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def _speaker(debrief: Debrief, line: Line) -> str:
    return speaker_name(debrief, line.speaker, line.persona)


def _lines(lines: tuple[int, ...]) -> str:
    return f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part).rstrip() + "\n"
