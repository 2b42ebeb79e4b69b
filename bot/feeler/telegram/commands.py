"""What Telegram is told about the bot: its menu of commands and its description."""

from telegram import BotCommand

from feeler.usecases.commands import COMMANDS

BYPASS = frozenset({"stop", "help"})  # answered while a turn runs: they need not wait, and change nothing

DESCRIPTION = (
    "Practise the talk with a company that has no vacancy. An interviewer in character asks about your "
    "story; "
    "you find out what they really offer. Nothing is at stake. Press Start."
)
SHORT_DESCRIPTION = "Practise the talk with a company that has no vacancy."


def menu() -> tuple[BotCommand, ...]:
    """The commands for `set_my_commands`, in the order of the menu."""
    return tuple(BotCommand(command.name, command.about) for command in COMMANDS if command.listed)
