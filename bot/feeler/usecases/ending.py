"""How a talk ends and what stays of it: /end, /summary, /transcript, and the debrief."""

import asyncio
from dataclasses import replace

from feeler import coach as debriefing
from feeler.coach import Debrief
from feeler.coach.closing import checklist
from feeler.coach.preparing import untold
from feeler.coach.role import trouble_of
from feeler.interview.values import Interview
from feeler.usecases import aiming, reflecting, reminding, retrying, texts
from feeler.usecases.past import branches_of, chosen_talk, talks_of
from feeler.usecases.values import Button, Document, Outcome, Reply
from feeler.usecases.visit import Visit, coach

# What stays behind buttons: parts of the document, each also asked for with /summary and its name.
PARTS = {
    "advice": "practice",
    "well": "well",
    "seen": "seen",
    "learned": "learned",
    "role": "role",
    "hidden": "hidden",
    "questions": "questions",
    "promises": "promises",
    "goals": "goals",
    "close": "close",
    "unknown": "unknown",
}
AFTERWARDS = (
    (
        Button(label="What to try", data="/summary advice"),
        Button(label="A role for me", data="/summary role"),
    ),
    (
        Button(label="Still hidden", data="/summary hidden"),
        Button(label="My questions", data="/summary questions"),
    ),
    (Button(label="New talk", data="/new"), Button(label="PDF", data="/transcript pdf")),
)
AFTER_NOTES = (
    (Button(label="Promises", data="/summary promises"), Button(label="PDF", data="/transcript pdf")),
)
AFTER_LITTLE = ((Button(label="New talk", data="/new"), Button(label="Who else?", data="/companies")),)


async def end(visit: Visit, argument: str) -> Outcome:
    """/end: close the talk. What is to be read at a glance comes at once, the rest by an errand."""
    talk = visit.talk
    if talk is None:
        return visit.answer(_nothing_to_end(visit))
    if await retrying.is_aside(visit):
        return await retrying.back(visit)
    ended = talk.evolve(ended=visit.now)
    found = await _findings(visit, ended)
    replies: tuple[Reply, ...] = (_at_a_glance(found),)
    if found.short:
        replies = (*replies, coach(texts.AFTERWARDS, buttons=AFTER_LITTLE))
    errand = "" if found.short else f"debrief {ended.id}"
    return visit.answer(*replies, interview=ended, undo=talk, awaiting="").with_errand(errand)


async def summary(visit: Visit, argument: str) -> Outcome:
    """/summary: the debrief of the talk as it stands, or of an earlier one by its number; or a part of it."""
    key, _, number = argument.casefold().partition(" ")
    if key.isdecimal():
        key, number = "", key
    if key and key not in PARTS:
        return visit.answer(texts.WHICH_PART.format(parts=", ".join(PARTS)))
    talk = await chosen_talk(visit, number)
    if isinstance(talk, str):
        return visit.answer(talk)
    found = await _findings(visit, talk)
    if key:
        return visit.answer(debriefing.part(found, PARTS[key]) or texts.NO_PART)
    return visit.answer(_at_a_glance(found)).with_errand("" if found.short else f"debrief {talk.id}")


async def transcript(visit: Visit, argument: str) -> Outcome:
    """/transcript: the exact words as a file; with a format, the whole document with the debrief."""
    kind, _, number = argument.casefold().partition(" ")
    if kind.isdecimal():
        kind, number = "", kind
    if kind and kind not in debriefing.MEDIA_TYPES:
        formats = ", ".join(debriefing.MEDIA_TYPES)
        return visit.answer(texts.WHICH_FORMAT.format(formats=formats))
    talk = await chosen_talk(visit, number)
    if isinstance(talk, str):
        return visit.answer(talk)
    if not kind:
        return visit.answer(await _transcript_file(visit, talk))
    return visit.answer(await _document(await _findings(visit, talk), kind))


async def run(visit: Visit, errand: str) -> Outcome:
    """What /end and /summary left to be done: the note, the picture and the document."""
    _, _, wanted = errand.partition(" ")
    talk = next((talk for talk in await talks_of(visit) if talk.id == wanted), None)
    if talk is None:  # forgotten in the meantime
        return visit.answer()
    found = await _findings(visit, talk)
    if talk.notes is not None:
        return visit.answer(*await after_notes(visit, found))
    note = [coach(text) for text in debriefing.messages(found)[1:]]
    return visit.answer(
        *note,
        await _picture(found),
        await _document(found, "html", buttons=AFTERWARDS),
        *await retrying.to_practise(visit, found),
        *_for_oneself(visit, found),
    )


async def after_notes(visit: Visit, found: Debrief) -> tuple[Reply, ...]:
    """The letter and the document of a debrief that is made of notes; nothing in it can be had again."""
    letter = tuple(coach(text) for text in debriefing.messages(found)[1:])
    file = await _document(found, "html", buttons=AFTER_NOTES)
    return (*letter, replace(file, text=texts.NOTES_DOCUMENT), *_for_oneself(visit, found))


def _for_oneself(visit: Visit, found: Debrief) -> tuple[Reply, ...]:
    """How ready they feel now, and what stays with them; not after a moment of need, nor an older talk."""
    here = visit.chat.interview
    if found.troubled or here is None or here.id != found.interview.id or here.ended is None:
        return ()
    asked = reflecting.after_debrief(here)
    return (replace(asked, buttons=(*asked.buttons, *reminding.offer(visit, found))),)


async def glance(visit: Visit, talk: Interview) -> Reply:
    """What is to be read at a glance."""
    return _at_a_glance(await _findings(visit, talk))


def _nothing_to_end(visit: Visit) -> str:
    return texts.OVER.format(name=visit.name) if visit.chat.interview else texts.NOTHING_TO_END


async def _findings(visit: Visit, talk: Interview) -> Debrief:
    past = [one for one in await talks_of(visit) if one.id != talk.id]
    branches = await branches_of(visit)
    found = await asyncio.to_thread(
        debriefing.findings, talk, visit.library, past, branches, visit.means.reader
    )
    found = await _with_story(visit, found)
    return await _closed(visit, await aiming.judged(visit, found))


async def _with_story(visit: Visit, found: Debrief) -> Debrief:
    """With a line of the person's story beside the trouble that was named, where there are both."""
    story, trouble = [one.text for one in visit.chat.own.story], trouble_of(found.learned)
    if not story or trouble is None or found.short or found.troubled or visit.means.resigned:
        return found
    reader = visit.means.reader
    return found.evolve(
        from_story=await asyncio.to_thread(untold, story, found.interview, trouble.quote, reader)
    )


async def _closed(visit: Visit, found: Debrief) -> Debrief:
    """With how the candidate closed the talk, where it is over."""
    talk = found.interview
    if visit.means.resigned or found.short or talk.ended is None or talk.notes is not None:
        return found
    reader = visit.means.reader
    return found.evolve(close=await asyncio.to_thread(checklist, found.interview, reader))


def _at_a_glance(found: Debrief) -> Reply:
    return coach(debriefing.messages(found)[0], keyboard=())


async def _transcript_file(visit: Visit, talk: Interview) -> Reply:
    content = await asyncio.to_thread(debriefing.render_transcript, talk, visit.library, "txt")
    file = Document(
        filename=debriefing.filename(talk, "txt", "transcript"), media_type="text/plain", content=content
    )
    told = texts.TRANSCRIPT if talk.notes is None else texts.NOTES_FILE
    return coach(told.format(count=len(talk.lines)), document=file)


async def _picture(found: Debrief) -> Reply:
    png = await asyncio.to_thread(debriefing.picture, found)
    name = debriefing.filename(found.interview, "png", "topics")
    return coach(texts.PICTURE, picture=Document(filename=name, media_type="image/png", content=png))


async def _document(found: Debrief, kind: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> Reply:
    file = Document(
        filename=debriefing.filename(found.interview, kind),
        media_type=debriefing.MEDIA_TYPES[kind],
        content=await asyncio.to_thread(debriefing.render, found, kind),
    )
    return coach(texts.DOCUMENT, document=file, buttons=buttons)
