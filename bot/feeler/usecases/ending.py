"""How a talk ends and what stays of it: /end, /summary, /transcript, and the debrief."""

import asyncio

from feeler import coach as debriefing
from feeler.coach import Debrief
from feeler.interview.values import Interview
from feeler.usecases import texts
from feeler.usecases.past import chosen_talk, talks_of
from feeler.usecases.values import Button, Document, Outcome, Reply
from feeler.usecases.visit import Stopped, Visit, coach

AT_ONCE = 2  # messages of the debrief that need no model
AFTERWARDS = (
    (Button(label="New talk", data="/new"), Button(label="PDF", data="/transcript pdf")),
    (Button(label="My talks", data="/history"), Button(label="Who else?", data="/companies")),
)


async def end(visit: Visit, argument: str) -> Outcome:
    """/end: close the talk. What the rules say and the transcript come at once, the rest by an errand."""
    talk = visit.talk
    if talk is None:
        return visit.answer(_nothing_to_end(visit))
    ended = talk.evolve(ended=visit.now)
    found = await _findings(visit, ended)
    replies = (*_first_part(found), await _transcript_file(visit, ended))
    if found.short:
        replies = (*replies, coach(texts.AFTERWARDS, buttons=AFTERWARDS))
    errand = "" if found.short else f"debrief {ended.id}"
    return visit.answer(*replies, interview=ended, undo=talk, awaiting="").with_errand(errand)


async def summary(visit: Visit, argument: str) -> Outcome:
    """/summary: the debrief of the talk as it stands, or of an earlier one by its number."""
    talk = await chosen_talk(visit, argument)
    if isinstance(talk, str):
        return visit.answer(talk)
    found = await _findings(visit, talk)
    return visit.answer(*_first_part(found)).with_errand("" if found.short else f"debrief {talk.id}")


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
    return visit.answer(await _document(visit.means.debriefs.get(talk) or await _findings(visit, talk), kind))


async def run(visit: Visit, errand: str) -> Outcome:
    """What /end and /summary left to be done: the model writes its part, then the rest of the debrief."""
    _, _, wanted = errand.partition(" ")
    talk = next((talk for talk in await talks_of(visit) if talk.id == wanted), None)
    if talk is None:  # forgotten in the meantime
        return visit.answer()
    found = await _with_prose(visit, await _findings(visit, talk))
    visit.means.debriefs.keep(found)
    rest = [coach(text) for text in debriefing.messages(found)[AT_ONCE:]]
    return visit.answer(
        *rest,
        await _picture(found),
        await _document(found, "html"),
        coach(texts.AFTERWARDS, buttons=AFTERWARDS),
    )


def _nothing_to_end(visit: Visit) -> str:
    return texts.OVER.format(name=visit.name) if visit.chat.interview else texts.NOTHING_TO_END


async def _findings(visit: Visit, talk: Interview) -> Debrief:
    past = [one for one in await talks_of(visit) if one.id != talk.id]
    return await asyncio.to_thread(debriefing.findings, talk, visit.means.library, past)


async def _with_prose(visit: Visit, found: Debrief) -> Debrief:
    """With the model's sentences; without them where the user said /stop."""
    if visit.means.resigned:
        return found
    try:
        async with visit.means.writing.stoppable(visit.chat.chat_id):
            return await debriefing.prose(found, visit.means.engine)
    except Stopped:
        return found


def _first_part(found: Debrief) -> tuple[Reply, ...]:
    return tuple(coach(text, keyboard=()) for text in debriefing.messages(found)[:AT_ONCE])


async def _transcript_file(visit: Visit, talk: Interview) -> Reply:
    content = await asyncio.to_thread(debriefing.render_transcript, talk, visit.means.library, "txt")
    file = Document(
        filename=debriefing.filename(talk, "txt", "transcript"), media_type="text/plain", content=content
    )
    return coach(texts.TRANSCRIPT.format(count=len(talk.lines)), document=file)


async def _picture(found: Debrief) -> Reply:
    png = await asyncio.to_thread(debriefing.picture, found)
    name = debriefing.filename(found.interview, "png", "topics")
    return coach(texts.PICTURE, picture=Document(filename=name, media_type="image/png", content=png))


async def _document(found: Debrief, kind: str) -> Reply:
    file = Document(
        filename=debriefing.filename(found.interview, kind),
        media_type=debriefing.MEDIA_TYPES[kind],
        content=await asyncio.to_thread(debriefing.render, found, kind),
    )
    return coach(texts.DOCUMENT, document=file)
