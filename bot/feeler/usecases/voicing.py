"""Voice notes, both ways: what somebody spoke, and the interviewer's lines read aloud. And /voice."""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import get_args

from feeler.errors import SpeechError
from feeler.interview.topics import LABELS
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Persona, Timbre
from feeler.usecases import starting, talking, texts
from feeler.usecases.values import Aloud, Button, Chat, Document, Note, Outcome, Reply
from feeler.usecases.visit import Visit, coach

log = logging.getLogger(__name__)

ERRAND = "heard"  # what hearing a note leaves to be done: the answer to it
NUMBER = re.compile(r"\d[\d.,:%]*")

Say = Callable[[Chat, str], Awaitable[Outcome]]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A voice note, an audio file, the sound of a round video."""

    content: bytes
    note: int  # number of the message that brought it
    caption: str = ""  # what was written under it


async def hear(visit: Visit, sound: Sound) -> Outcome:
    """Show what was understood. It counts, by an errand, where there is little doubt; else it is asked."""
    ears = visit.means.ears
    if ears is None:
        return _sorry(visit, sound.note, texts.NO_EARS)
    try:
        heard = await ears.hear(sound.content, hint(visit))
    except SpeechError as error:
        if error.why == "failed" and not visit.means.resigned:
            raise
        told = texts.UNHEARD[error.why].format(language=texts.LANGUAGES.get(error.detail, "another language"))
        sorry = _sorry(visit, sound.note, told)
        if not sound.caption:
            return sorry
        written = Note(
            id=sound.note, text=sound.caption, speech=None, sure=True, awaiting=visit.chat.awaiting
        )
        return replace(sorry, chat=replace(sorry.chat, note=written)).with_errand(_errand(visit))
    text = f"{heard.text}\n\n{sound.caption}".strip()
    if len(text) > visit.means.max_chars:
        return _sorry(visit, sound.note, texts.TOO_LONG.format(length=len(text), most=visit.means.max_chars))
    speech = replace(heard.speech, note=sound.note)
    state = Note(id=sound.note, text=text, speech=speech, sure=heard.sure, awaiting=visit.chat.awaiting)
    shown = understood(state)
    if not heard.sure:
        return visit.answer(shown, note=state)
    return visit.answer(shown, note=state).with_errand(_errand(visit))


def _errand(visit: Visit) -> str:
    return f"{ERRAND} {visit.region}".strip()  # whoever is in need gets the numbers of their country


def understood(note: Note) -> Reply:
    """What was understood, under the note, and how to mend it."""
    shown = texts.UNDERSTOOD if note.sure else texts.UNSURE
    numbers = texts.NUMBERS if NUMBER.search(note.text) else ""
    no = Button(label=texts.NOT_WHAT_I_SAID, data=f"/unsaid {note.id}")
    yes = Button(label=texts.WHAT_I_SAID, data=f"/heard {note.id}")
    return coach(
        shown.format(text=note.text) + numbers,
        reply_to=note.id,
        strong=tuple(dict.fromkeys(NUMBER.findall(note.text))),
        buttons=((no,),) if note.sure else ((yes,), (no,)),
    )


def hint(visit: Visit) -> str:
    """Names and terms that are likely to come up: it halves what is misheard."""
    persona = visit.interviewer
    if persona is None:
        return ""
    company = visit.library.company_of(persona)
    topics = ", ".join(label.lower() for label in LABELS.values())
    return (
        f"A talk with {persona.name}, {persona.role} at {company.name} in {company.place}, {company.field}. "
        f"Topics: {topics}."
    )


async def answer(chat: Chat, say: Say) -> Outcome:
    """The errand: what was understood goes where it belongs, as if it had been typed."""
    note = chat.note
    if note is None or note.said or not note.sure:
        return Outcome(chat=chat)
    outcome = await say(replace(chat, note=replace(note, said=True)), note.text)
    talk = outcome.chat.interview
    return replace(outcome, chat=replace(outcome.chat, interview=_timed(talk, chat.interview, note)))


def _timed(talk: Interview | None, before: Interview | None, note: Note) -> Interview | None:
    """The talk with how it was said at the line that came of the note, where one did."""
    line = _last_line(talk)
    old = _last_line(before) if before and talk and before.id == talk.id else None
    if talk is None or line is None or (old is not None and old.number == line.number):
        return talk
    timed = replace(line, speech=note.speech)
    return talk.evolve(lines=tuple(timed if one is line else one for one in talk.lines))


async def confirm(visit: Visit, argument: str) -> Outcome:
    """/heard: what was understood is right after all."""
    note = visit.chat.note
    if note is None or note.said or argument not in ("", str(note.id)):
        return visit.answer(texts.OLD_BUTTON)
    return visit.answer(note=replace(note, sure=True)).with_errand(_errand(visit))


async def take_back(visit: Visit, argument: str) -> Outcome:
    """/unsaid: what was understood is not what was said. It leaves no trace in the talk."""
    note = visit.chat.note
    if note is None or argument not in ("", str(note.id)):
        return visit.answer(texts.UNSAID_LATE)
    visit = visit.with_chat(note=None)
    if not note.said:
        return visit.answer(texts.UNSAID)
    if note.awaiting in ("who", "curious"):
        return starting.ask_again(visit.with_chat(awaiting=note.awaiting))
    if not _is_last(visit.chat, note):
        return visit.answer(texts.UNSAID_LATE)
    undone = await talking.undo(visit, "")
    return replace(undone, replies=(coach(texts.UNSAID), *undone.replies[1:]))


def _is_last(chat: Chat, note: Note) -> bool:
    """Whether the note's line is the one that /undo takes back."""
    line = _last_line(chat.interview)
    back = _last_line(chat.undo)
    return line is not None and line.speech == note.speech and chat.undo is not None and back != line


def _last_line(talk: Interview | None) -> Line | None:
    return talk.last(Speaker.CANDIDATE) if talk else None


async def set_voice(visit: Visit, argument: str) -> Outcome:
    """/voice: whether the interviewer is heard, read, or both."""
    wanted = argument.strip().casefold()
    if not wanted:
        current = texts.VOICE_NOW[visit.chat.voice]
        return visit.answer(coach(f"{current}\n\n{texts.VOICE_HOW}", buttons=VOICE_BUTTONS))
    if wanted not in get_args(Aloud):
        return visit.answer(coach(texts.BAD_VOICE.format(given=argument[:40]), buttons=VOICE_BUTTONS))
    if wanted in ("on", "both") and visit.means.mouth is None:
        return visit.answer(texts.NO_MOUTH)
    return visit.answer(texts.VOICE_NOW[wanted], voice=wanted)


VOICE_BUTTONS = (
    (Button(label="Voice only", data="/voice on"), Button(label="Voice and text", data="/voice both")),
    (Button(label="Text only", data="/voice off"), Button(label="As I do", data="/voice auto")),
)


def wants_voice(chat: Chat) -> bool:
    """Whether the interviewer's lines are spoken: as the user chose, else in kind."""
    if chat.voice in ("", "auto"):
        return chat.note is not None and chat.note.said
    return chat.voice in ("on", "both")


async def aloud(visit: Visit, outcome: Outcome) -> Outcome:
    """The same outcome; where the user listens, the interviewer's lines have a voice. No text is lost."""
    mouth, talk = visit.means.mouth, outcome.chat.interview
    persona = visit.library.personas.get(talk.persona) if talk else None
    if mouth is None or persona is None or visit.means.resigned or not wants_voice(outcome.chat):
        return outcome
    replies = []
    for reply in outcome.replies:
        if reply.speaker is Speaker.COMPANY and reply.text:
            try:
                spoken = await mouth.say(reply.text, timbre_of(persona))
            except SpeechError as error:
                log.warning("a line is not spoken: %s", error.why)
            else:
                sound = Document(
                    filename="line.ogg",
                    media_type="audio/ogg",
                    content=spoken.content,
                    seconds=spoken.seconds,
                )
                reply = replace(reply, voice=sound, covered=outcome.chat.voice == "on")
        replies.append(reply)
    return replace(outcome, replies=tuple(replies))


def timbre_of(persona: Persona) -> str:
    """The voice that the persona's file names, else one that is always the same for this persona."""
    names = sorted(Timbre)
    chosen = persona.voice or names[sha256(persona.slug.encode()).digest()[0] % len(names)]
    return chosen.value


def _sorry(visit: Visit, note: int, text: str) -> Outcome:
    return visit.answer(coach(text, reply_to=note))
