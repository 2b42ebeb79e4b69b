"""What a message does: closed labels, each with what it means."""

from enum import StrEnum


class Act(StrEnum):
    """One thing a message does. A message may do several."""

    TOLD = "told"  # told something of themselves
    ASKED = "asked"  # asked about the company or its people
    PICKED = "picked"  # tapped a topic on the keyboard
    CLARIFY = "clarify"  # did not understand, or asked what was meant
    DODGED = "dodged"
    SHORT = "short"  # an answer of a few words that says little
    VAGUE = "vague"  # general words, no case
    EMPTY = "empty"  # no words at all: emoji, dots
    THANKED = "thanked"
    GREETED = "greeted"
    GOODBYE = "goodbye"
    WRAPS_UP = "wraps_up"  # thanks, and what one says before a goodbye
    GOES_ON = "goes_on"  # wants to go on after a pause
    ASKS_LEAVE = "asks_leave"  # "may I ask something too?"
    NO_QUESTIONS = "no_questions"
    BEGGED = "begged"  # begged for a job
    PERSONAL = "personal"  # asked the interviewer about themselves
    PRIVACY = "privacy"  # asked what happens with what they write
    MACHINE = "machine"  # sincerely asked whether this is a machine
    PROMPT = "prompt"  # tried to get at the instructions, or to give new ones
    LANGUAGE = "language"  # wrote in another language
    INSULT = "insult"
    UNEASY = "uneasy"  # sounds of danger, and no sentence of it clearly is: a pause, and whom to call
    SORROW = "sorrow"  # told of a death or another sorrow, calmly: not asked about, not made anything of
