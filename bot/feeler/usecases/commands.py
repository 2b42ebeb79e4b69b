"""The table of commands: what each is called, what it does, and whether it works beside a running turn."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from feeler.interview.words import UNSEEN, trimmed
from feeler.usecases import (
    after,
    aiming,
    coaching,
    ending,
    going_live,
    living,
    meeting,
    own,
    past,
    people,
    preparing,
    privacy,
    reflecting,
    reminding,
    retrying,
    starting,
    story,
    talking,
    texts,
    voicing,
)
from feeler.usecases.live_texts import SHUT
from feeler.usecases.values import Outcome
from feeler.usecases.visit import Visit

COMMAND = re.compile(rf"/(?P<name>[A-Za-z]\w*)(?:@\w+)?(?:[\s{UNSEEN}]+(?P<argument>.*))?", re.DOTALL)


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
    Command(name="companies", usage="[name]", about="who you can talk to", act=own.companies),
    Command(name="meet", usage="[company]", about="build the company you will meet", act=meeting.meet),
    Command(name="story", about="your CV, or a few sentences", act=story.story),
    Command(
        name="prepare",
        usage="[company]",
        about="one page before the real talk",
        act=preparing.prepare_talk,
    ),
    Command(name="persona", usage="[name]", about="bring somebody into the room", act=people.bring_persona),
    Command(name="hint", usage="[topic]", about="how to go on from here", act=talking.hint),
    Command(name="undo", about="take back your last message", act=talking.undo),
    Command(
        name="retry",
        usage=retrying.USAGE,
        about="have a moment again",
        act=retrying.retry,
    ),
    Command(name="coach", usage=coaching.USAGE, about="a word in time, or quiet", act=coaching.choose),
    Command(name="stop", about="stop the writing", act=talking.stop),
    Command(name="again", about="have your last line answered", act=talking.again),
    Command(name="end", about="close the talk with a summary", act=ending.end),
    Command(
        name="summary",
        usage="[part] [number]",
        about="what a talk brought",
        act=ending.summary,
    ),
    Command(
        name="transcript",
        usage="[md|json|txt|html|pdf] [number]",
        about="the talk as a file",
        act=ending.transcript,
    ),
    Command(name="new", usage="[name]", about="start another talk", act=starting.new),
    Command(
        name="goal",
        usage=aiming.USAGE,
        about="what you want of a talk",
        act=aiming.goal,
    ),
    Command(
        name="live",
        usage=going_live.USAGE,
        about="a talk by the clock",
        act=going_live.live,
    ),
    Command(name="ready", usage="[1-10]", about="how ready you feel", act=reflecting.ready),
    Command(
        name="reflect",
        usage="[surprised|draws|out] [sentence]",
        about="what a talk left with you",
        act=reflecting.reflect,
    ),
    Command(name="after", usage=after.USAGE, about="a debrief of your real talk", act=after.after),
    Command(name="remind", usage=reminding.USAGE, about="reminders", act=reminding.remind),
    Command(name="history", about="your talks so far, newest first", act=past.history),
    Command(name="compare", usage="[topic]", about="two interviewers on one topic", act=past.compare),
    Command(
        name="settings",
        usage=privacy.SETTINGS_USAGE,
        about="how hard, how long, where",
        act=privacy.settings,
    ),
    Command(
        name="voice",
        usage="[on|off|both|auto]",
        about="hear them, read, or both",
        act=voicing.set_voice,
    ),
    Command(name="privacy", about="what is kept and for how long", act=privacy.tell_privacy),
    Command(name="export", about="all that is stored of you", act=privacy.export),
    Command(name="forget", about="delete it all", act=privacy.forget),
    Command(name="help", about="what works here", act=show_help),
    Command(name="heard", about="what was understood is right", act=voicing.confirm, listed=False),
    Command(name="unsaid", about="what was understood is wrong", act=voicing.take_back, listed=False),
    Command(name="skip", about="go on without answering", act=starting.skip, listed=False),
)
BY_NAME = {command.name: command for command in COMMANDS}


def parse_command(text: str) -> tuple[str, str] | None:
    """Name and argument of a command such as "/persona@feeler_bot mira"; None where `text` is none."""
    found = COMMAND.fullmatch(trimmed(text))  # what is copied brings marks along that nobody sees
    return (found["name"].casefold(), trimmed(found["argument"] or "")) if found else None


async def perform(visit: Visit, name: str, argument: str) -> Outcome:
    """Do what the command says; one that does not exist gets a kind answer."""
    if living.rests(visit, name):
        return visit.answer(SHUT.format(name=visit.name, command=name))
    if command := BY_NAME.get(name):
        return await command.act(visit, argument)
    near = get_close_matches(name, BY_NAME, n=1)
    guess = f" Did you mean /{near[0]}?" if near else ""
    return visit.answer(texts.UNKNOWN_COMMAND.format(command=name[:32], near=guess))
