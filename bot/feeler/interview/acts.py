"""What the candidate did with a message, read off its words alone."""

from enum import StrEnum


class Act(StrEnum):
    """One thing a message does. A message may do several."""

    TOLD = "told"  # told something of themselves
    ASKED = "asked"  # asked about the company or its people
    FOLLOWED_UP = "followed up"  # asked on about what was just said
    PICKED = "picked"  # tapped a topic on the keyboard
    CLARIFY = "clarify"  # did not understand, or asked what was meant
    DODGED = "dodged"
    SHORT = "short"  # a word or two
    EMPTY = "empty"  # no words at all: emoji, dots
    THANKED = "thanked"
    GREETED = "greeted"
    GOODBYE = "goodbye"
    BEGGED = "begged"  # begged for a job
    PAY_FIRST = "pay first"  # pay or perks before anything else
    PERSONAL = "personal"  # asked the interviewer about themselves
    MACHINE = "machine"  # sincerely asked whether this is a machine
    PROMPT = "prompt"  # tried to get at the instructions, or to give new ones
    LANGUAGE = "language"  # wrote in another language
    INSULT = "insult"
    DISTRESS = "distress"  # personal distress: the role is put aside
