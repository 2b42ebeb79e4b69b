"""Who speaks for a company of one's own: one of four tempers, a name where there is one, nothing invented."""

import re
from dataclasses import dataclass
from enum import StrEnum

from feeler.personas.values import Company, Manner, Persona

UNNAMED = "Your interviewer"
ANY_ROLE = "who speaks for the company"
KNOWS = (
    "I am here to find out what you are good at, and what you want. "
    "I tell you what I know of the company, and where I don't know something I say so."
)

COMES = "I hear that you want to be asked about this: {wishes}. We will come to it."
ASKED = "You wanted to be asked about this: {wish}. What should I know about it?"
YOURS = {"my": "your", "me": "you", "i": "you", "mine": "yours", "myself": "yourself", "i'm": "you're"}


class Temper(StrEnum):
    """How the person is, as the buttons offer it."""

    WARM = "warm"
    BRISK = "brisk"
    SCEPTICAL = "sceptical"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Nature:
    """What a temper is made of."""

    manner: Manner
    temper: str
    speech: str
    opening: str
    lines: dict[str, tuple[str, ...]]


TEMPERS: dict[Temper, Nature] = {
    Temper.WARM: Nature(
        manner=Manner.WARM,
        temper="warm and patient; wants the other to feel at ease, and listens to the end",
        speech="Quiet and friendly. Says what was good to hear, then asks on.",
        opening="Hello, I'm glad you came. {me} There is no job on the table today, so nothing can go wrong. "
        "Tell me a little about yourself: what do you do?",
        lines={
            "unknown": (
                "I'd like to tell you, and I honestly don't know. Note it down and ask it on the day.",
                "That I don't know, I'm sorry. It is a good question to bring.",
                "I can't say, and I'd rather not guess. Do keep that question.",
            ),
            "hand": (
                "Now I'd like to hear your side. What would you like to know about us?",
                "What have you been wanting to ask us all along?",
                "Your turn, and take your time. What should I tell you about us?",
            ),
        },
    ),
    Temper.BRISK: Nature(
        manner=Manner.BLUNT,
        temper="brisk and busy; friendly enough, has half an hour and wants to get to the point",
        speech="Short sentences. Takes one word and asks on.",
        opening="Good, let's start. {me} There is no vacancy behind this, I want to know what you can do. "
        "So, what is it that you do?",
        lines={
            "unknown": (
                "Don't know. Ask it on the day.",
                "No idea, and I won't guess. Next one.",
                "That one I can't answer. Write it down.",
            ),
            "hand": (
                "Your turn. What do you want to know?",
                "Right, now you. What should I answer?",
                "Ask me something. What matters most to you?",
            ),
        },
    ),
    Temper.SCEPTICAL: Nature(
        manner=Manner.EXACT,
        temper="sceptical and fair; wants to know how you know, and respects a plain answer",
        speech="How many, how long, how do you know. No flattery.",
        opening=(
            "Good day. {me} I will say it openly: we have no vacancy, and I am not yet sure what brings you "
            "to us. What have you done so far?"
        ),
        lines={
            "unknown": (
                "That I don't know, and I don't claim what I can't show.",
                "I have no figure for that, so I say nothing. Ask it again when you meet us.",
                "I can't answer that. A fair question, though.",
            ),
            "hand": (
                "Now question me. What would convince you?",
                "Turn it round. Where do you doubt us?",
                "Your questions, please. What do you want to check?",
            ),
        },
    ),
    Temper.SILENT: Nature(
        manner=Manner.DRY,
        temper="silent; says little, waits, and lets the other talk",
        speech="Very few words. Leaves pauses.",
        opening="Good day. {me} No vacancy. I listen. What do you do?",
        lines={
            "unknown": ("I don't know.", "Can't say.", "That I don't know. Ask there."),
            "hand": ("Your turn. What is it?", "You ask. What?", "And you? What do you want to know?"),
        },
    ),
}


def person_of(
    company: Company, *, temper: Temper, name: str = "", role: str = "", about: str = ""
) -> Persona:
    """The person across the table. `about` is what the candidate wants to be asked about."""
    nature = TEMPERS[temper]
    wishes = tuple(part.strip()[:118] for part in about.split(",") if part.strip())[:8]
    me = (
        f"I'm {name}{f', {role}' if role else ''} at {company.name}." if name else f"I'm from {company.name}."
    )
    if wishes:
        me = f"{me} {COMES.format(wishes=_to_you(', '.join(wishes)))}"
    asked = [ASKED.format(wish=_to_you(wish)) for wish in wishes]
    return Persona(
        slug=company.slug, name=name or UNNAMED, role=role or ANY_ROLE, company=company.slug,
        manner=nature.manner, temper=nature.temper, speech=nature.speech,
        opening=nature.opening.format(me=me),
        knows=KNOWS,
        interests=wishes,
        lines={**nature.lines, "hand": (*nature.lines["hand"], *asked)},
        extra={"temper": temper.value},
    )  # fmt: skip


def _to_you(text: str) -> str:
    """What somebody said of themselves, said to them: "the gap in my CV" -> "the gap in your CV"."""
    return re.sub(
        r"\b(?:I['’]m|\w+)\b", lambda found: YOURS.get(found[0].lower().replace("’", "'"), found[0]), text
    )
