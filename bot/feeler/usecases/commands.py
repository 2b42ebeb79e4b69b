"""The table of commands: what each is called, what it does, and whether it works beside a running turn."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from feeler.usecases import ending, past, people, privacy, starting, talking, texts
from feeler.usecases.values import Outcome
from feeler.usecases.visit import Visit

COMMAND = re.compile(r"/(?P<name>[A-Za-z]\w*)(?:@\w+)?(?:\s+(?P<argument>.*))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command. `act` gets what was typed after it, stripped."""

    name: str
    about: str  # for /help and Telegram's menu
    act: Callable[[Visit, str], Awaitable[Outcome]]
    usage: str = ""  # what may follow it
    listed: bool = True


async def show_help(visit: Visit, argument: str) -> Outcome:
    """/help: every command in a line."""
    lines = [f"/{' '.join(filter(None, (it.name, it.usage)))} – {it.about}" for it in COMMANDS if it.listed]
    return visit.answer("\n\n".join((texts.HELP_TOP, "\n".join(lines), texts.HELP_END)))


COMMANDS = (
    Command(name="start", about="say who you are and begin", act=starting.start),
    Command(name="companies", about="who you can talk to", act=people.show_companies),
    Command(name="persona", usage="[name]", about="bring somebody into the room", act=people.bring_persona),
    Command(name="hint", usage="[topic]", about="how to go on from here", act=talking.hint),
    Command(name="undo", about="take back your last message", act=talking.undo),
    Command(name="stop", about="stop what is being written", act=talking.stop),
    Command(name="again", about="have your last line answered after all", act=talking.again),
    Command(name="end", about="close the talk with a summary", act=ending.end),
    Command(
        name="summary",
        usage="[number]",
        about="what this talk, or an earlier one, brought",
        act=ending.summary,
    ),
    Command(
        name="transcript",
        usage="[md|json|txt|html|pdf] [number]",
        about="the talk as a file",
        act=ending.transcript,
    ),
    Command(name="new", usage="[name]", about="start another talk", act=starting.new),
    Command(name="history", about="your talks so far, newest first", act=past.history),
    Command(name="compare", usage="[topic]", about="two interviewers on one topic", act=past.compare),
    Command(
        name="settings",
        usage=privacy.SETTINGS_USAGE,
        about="how hard, how long, which country",
        act=privacy.settings,
    ),
    Command(name="privacy", about="what is kept and for how long", act=privacy.tell_privacy),
    Command(name="export", about="everything stored about you", act=privacy.export),
    Command(name="forget", about="delete everything stored about you", act=privacy.forget),
    Command(name="help", about="what works here", act=show_help),
    Command(name="skip", about="go on without answering", act=starting.skip, listed=False),
)
BY_NAME = {command.name: command for command in COMMANDS}


def parse_command(text: str) -> tuple[str, str] | None:
    """Name and argument of a command such as "/persona@feeler_bot mira"; None where `text` is none."""
    found = COMMAND.fullmatch(text.strip())
    return (found["name"].casefold(), (found["argument"] or "").strip()) if found else None


async def perform(visit: Visit, name: str, argument: str) -> Outcome:
    """Do what the command says; one that does not exist gets a kind answer."""
    if command := BY_NAME.get(name):
        return await command.act(visit, argument)
    near = get_close_matches(name, BY_NAME, n=1)
    guess = f" Did you mean /{near[0]}?" if near else ""
    return visit.answer(texts.UNKNOWN_COMMAND.format(command=name[:32], near=guess))
