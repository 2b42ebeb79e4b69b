"""/story: the person's own side, kept for their chat alone: lines of a CV or typed, looked at and mended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from feeler.errors import Reason, UnreadableFile
from feeler.interview.acts import Act
from feeler.interview.language import is_english
from feeler.interview.values import Need
from feeler.ports import Reader
from feeler.sources import StoryLine, StoryRead, read_story
from feeler.sources.story import LONGEST, MOST_LINES
from feeler.usecases import meet_texts
from feeler.usecases import story_texts as texts
from feeler.usecases.meeting import contents, plain_name
from feeler.usecases.privacy import is_no, is_yes
from feeler.usecases.values import Button, Outcome
from feeler.usecases.visit import Visit, coach

PAGE = 8  # lines of a message
TRIED = 5  # of the most telling lines, to open a talk with
COLLECTING = ((Button(label="✅ Done", data="/story done"), Button(label="My story", data="/story show")),)
Doing = Callable[[Visit, str], Awaitable[Outcome]]


async def story(visit: Visit, argument: str) -> Outcome:
    """/story: what is kept, or how to give it; with a verb, what that says."""
    if not argument:
        return await (show if visit.chat.own.story else add)(visit, "")
    verb, _, rest = argument.partition(" ")
    doing = DOINGS.get(verb.casefold())
    return await doing(visit, rest.strip()) if doing else visit.answer(texts.HOW)


async def add(visit: Visit, more: str) -> Outcome:
    """Wait for a file or sentences."""
    own = visit.chat.own.story
    if not own:
        return visit.answer(coach(texts.BEGIN, keyboard=()), awaiting="story")
    asked = texts.MORE.format(count=_lines(len(own)))
    return visit.answer(coach(asked, buttons=COLLECTING), awaiting="story")


async def done(visit: Visit, more: str) -> Outcome:
    """Nothing more is to come."""
    own = visit.chat.own.story
    said = texts.DONE.format(count=_lines(len(own))) if own else texts.NONE
    return visit.answer(coach(said, buttons=_LOOK if own else ()), awaiting="")


async def take_file(visit: Visit, name: str, content: bytes | Reason, caption: str) -> Outcome:
    """A CV or profile: its content, or why that is not here. What is written under it is read as well."""
    name = plain_name(name) or "The file"
    try:
        read = await contents(visit, content)
    except UnreadableFile as refused:
        return visit.answer(meet_texts.UNREADABLE[refused.reason].format(name=name))
    return await _take(visit, f"{caption}\n{read.text}" if caption else read.text, f"“{name}”", paper=name)


async def take_text(visit: Visit, text: str) -> Outcome:
    """Sentences of their own, or a profile pasted."""
    return await _take(visit, text, "what you wrote")


async def _take(visit: Visit, text: str, name: str, paper: str = "") -> Outcome:
    own, reader = visit.chat.own, visit.means.reader
    read = await asyncio.to_thread(
        read_story, text, paper=paper, acts=lambda line: reader.read("", line).acts, there=own.story
    )
    kept = (*own.story, *read.lines)
    said = coach("\n\n".join(_came_of(read, name, len(kept))), buttons=COLLECTING)
    return visit.answer(said, own=replace(own, story=kept), awaiting="story")


def _came_of(read: StoryRead, name: str, count: int) -> list[str]:
    """What was kept and what was not, and of the latter no word."""
    new = len(read.lines)
    told = (
        texts.TAKEN.format(name=name, kept=_lines(new), count=_lines(count))
        if new
        else texts.NOTHING_KEPT.format(name=name)
    )
    parts = [told]
    if read.left_out:
        kinds = ", ".join(texts.ONE_KIND.format(kind=kind, count=n) for kind, n in read.left_out.items())
        parts.append(texts.LEFT_OUT.format(lines=_lines(sum(read.left_out.values())), kinds=kinds))
    if read.too_long:
        parts.append(texts.TOO_LONG.format(lines=_lines(read.too_long), most=LONGEST))
    if read.too_many:
        parts.append(texts.TOO_MANY.format(lines=_lines(read.too_many), most=MOST_LINES))
    return [*parts, texts.SEND_MORE]


# --- looking after it -------------------------------------------------------------------------------------


async def show(visit: Visit, more: str) -> Outcome:
    """A page of the lines, each with its number."""
    own = visit.chat.own.story
    if not own:
        return visit.answer(texts.NONE)
    last = (len(own) + PAGE - 1) // PAGE
    page = min(max(int(more) if _is_number(more) else 1, 1), last)
    shown = list(enumerate(own, 1))[(page - 1) * PAGE : page * PAGE]
    head = texts.SHOWN.format(first=shown[0][0], last=shown[-1][0], all=len(own))
    numbers = tuple(Button(label=str(number), data=f"/story line {number}") for number, _ in shown)
    turn = tuple(
        Button(label=label, data=f"/story show {to}")
        for label, to in (("← Back", page - 1), ("More →", page + 1))
        if 1 <= to <= last
    )
    rest = (Button(label="Add", data="/story add"), Button(label="🗑 Delete all", data="/story delete"))
    rows = tuple(row for row in (numbers[:4], numbers[4:], turn, rest) if row)
    text = "\n\n".join([head, *(f"{number}. {line.text}" for number, line in shown)])
    return visit.answer(coach(text, buttons=rows))


async def line(visit: Visit, more: str) -> Outcome:
    """One line, with where it comes from."""
    found = _numbered(visit, more)
    if found is None:
        return _no_such(visit, more)
    row = (
        Button(label="✏️ Change", data=f"/story mend {more}"),
        Button(label="🗑 Drop", data=f"/story drop {more}"),
    )
    text = texts.ONE.format(number=int(more), text=found.text, source=found.paper or texts.TYPED)
    return visit.answer(coach(text, buttons=(row, (Button(label="← All", data="/story show"),))))


async def mend(visit: Visit, more: str) -> Outcome:
    """Ask how a line should read."""
    found = _numbered(visit, more)
    if found is None:
        return _no_such(visit, more)
    return visit.answer(texts.ASK_MEND.format(text=found.text), awaiting="story line", subject=found.text)


async def drop(visit: Visit, more: str) -> Outcome:
    """Take a line away."""
    found = _numbered(visit, more)
    if found is None:
        return _no_such(visit, more)
    own = visit.chat.own
    left = tuple(one for one in own.story if one is not found)
    said = coach(texts.DROPPED.format(text=found.text), buttons=_LOOK if left else ())
    return visit.answer(said, own=replace(own, story=left), awaiting="", subject="")


async def delete(visit: Visit, more: str) -> Outcome:
    """Delete all of it, after a yes."""
    own = visit.chat.own
    if not own.story:
        return visit.answer(texts.NONE)
    if is_no(more):
        return visit.answer(texts.NOT_DELETED)
    if not is_yes(more):
        row = (
            Button(label="Delete it", data="/story delete yes"),
            Button(label="Keep it", data="/story delete no"),
        )
        return visit.answer(coach(texts.ASK_DELETE.format(count=_lines(len(own.story))), buttons=(row,)))
    return visit.answer(texts.DELETED, own=replace(own, story=()), awaiting="", subject="")


async def hear_mend(visit: Visit, text: str) -> Outcome:
    """How a line should read, in the person's words; the same is left out of it as of a file."""
    own, before, reader = visit.chat.own, visit.chat.subject, visit.means.reader
    if all(one.text != before for one in own.story):
        return visit.answer(texts.NONE if not own.story else texts.HOW, awaiting="", subject="")
    read = await asyncio.to_thread(
        read_story, " ".join(text.split()), paper="", acts=lambda line: reader.read("", line).acts
    )
    if read.left_out:
        return visit.answer(texts.PROTECTED.format(kind=", ".join(read.left_out)))
    if len(read.lines) != 1:
        return visit.answer(texts.BAD_LINE.format(most=LONGEST))
    changed = tuple(read.lines[0] if one.text == before else one for one in own.story)
    said = coach(texts.MENDED.format(text=read.lines[0].text), buttons=_LOOK)
    return visit.answer(said, own=replace(own, story=changed), awaiting="", subject="")


_LOOK = ((Button(label="My story", data="/story show"), Button(label="Prepare", data="/prepare")),)
DOINGS: dict[str, Doing] = {
    "show": show, "add": add, "done": done, "line": line, "mend": mend, "drop": drop, "delete": delete,
}  # fmt: skip
HEARERS: dict[str, Doing] = {"story": take_text, "story line": hear_mend}


def telling_line(lines: tuple[StoryLine, ...], reader: Reader) -> str:
    """The line that tells most of what somebody did; empty where none does in English. It computes.

    One in which somebody seems to be in need, or which asks for something, is not taken up.
    """
    english = [one.text for one in lines if is_english(one.text)]
    shown = reader.shows(english) if english else []
    ranked = sorted(zip(english, shown, strict=True), key=lambda found: -found[1].telling)
    for text, _ in ranked[:TRIED]:
        read = reader.read("", text)
        if read.need is Need.NONE and not read.acts & {Act.SORROW, Act.PROMPT, Act.MACHINE, Act.ASKED}:
            return text
    return ""


def _numbered(visit: Visit, given: str) -> StoryLine | None:
    own = visit.chat.own.story
    at = int(given) - 1 if _is_number(given) else -1
    return own[at] if 0 <= at < len(own) else None


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdecimal() and len(given) < 4


def _no_such(visit: Visit, given: str) -> Outcome:
    own = visit.chat.own.story
    told = texts.NO_SUCH.format(given=given[:20] or "without a number", all=len(own))
    return visit.answer(told if own else texts.NONE)


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"
