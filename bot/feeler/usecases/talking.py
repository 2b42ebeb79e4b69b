"""The talk itself: what is said, /stop, /again, /undo and /hint."""

from dataclasses import replace

from feeler.coach.care import troubled
from feeler.errors import EngineError, PromptTooLong
from feeler.interview.live import has_left
from feeler.interview.phases import is_over
from feeler.interview.topics import LABELS
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Interview, Line, Need, Phase, Speaker
from feeler.personas.values import Topic
from feeler.usecases import care, coaching, ending, reminding, retrying, texts
from feeler.usecases.choosing import somebody, topic_meant
from feeler.usecases.drafting import hear, take_turn
from feeler.usecases.starting import begin
from feeler.usecases.values import Button, Outcome, Reply
from feeler.usecases.visit import Stopped, Visit, coach, company

AFTER_STOP = ((Button(label="Answer after all", data="/again"), Button(label="Take it back", data="/undo")),)
Keyboard = tuple[tuple[str, ...], ...]


async def talk(visit: Visit, text: str) -> Outcome:
    """A plain message: the candidate's next line. Without a talk, one begins with it as its first line."""
    if visit.chat.interview is None:
        opened = begin(visit, somebody(visit.library, visit.chat), texts.STARTED_BY_ITSELF)
        answered = await talk(replace(visit, chat=opened.chat), text)
        return replace(answered, replies=opened.replies + answered.replies)
    if visit.talk is None:
        return visit.answer(texts.OVER.format(name=visit.name))
    if visit.interviewer is None:
        return visit.answer(texts.GONE)
    return await _say(visit, visit.talk, text)


async def again(visit: Visit, argument: str) -> Outcome:
    """/again: have the last line answered that got no answer."""
    unanswered = _unanswered(visit.talk)
    if visit.talk is None or unanswered is None or visit.interviewer is None:
        return visit.answer(texts.NOTHING_TO_REPEAT)
    before = visit.talk.evolve(lines=visit.talk.lines[:-1])
    return await _say(visit.with_chat(awaiting=""), before, unanswered.text)


async def stop(visit: Visit, argument: str) -> Outcome:
    """/stop: what was being written has been ended by `Writing.stop`; say where that leaves the talk."""
    note = visit.chat.note
    if note is not None and note.sure and not note.said:  # stopped while it was listened to
        return visit.answer(texts.STOPPED_NOTE, note=replace(note, sure=False))
    if _unanswered(visit.talk):
        return visit.answer(coach(texts.STOPPED.format(name=visit.name), buttons=AFTER_STOP))
    return visit.answer(texts.NOTHING_TO_STOP)


async def undo(visit: Visit, argument: str) -> Outcome:
    """/undo: the talk as it stood before the last message, switch or move."""
    back, now = visit.chat.undo, visit.chat.interview
    if back is None and now is not None and now.branch is not None:
        return await retrying.back(visit)
    if back is None:
        return visit.answer(texts.NOTHING_TO_UNDO)
    visit = visit.with_chat(interview=back, undo=None, awaiting="")  # the next line goes to the interviewer
    moved = now is not None and now.id != back.id
    last = next(line for line in reversed(back.lines) if line.speaker is Speaker.COMPANY)
    return visit.answer(
        texts.UNDONE_MOVE.format(name=visit.name) if moved else texts.UNDONE, company(last.text)
    )


async def hint(visit: Visit, argument: str) -> Outcome:
    """/hint: how to answer what was asked, and ways into topics not touched yet; never a ready question."""
    if argument:
        return await _hint_at(visit, argument)
    if visit.talk is None:
        return visit.answer(texts.NO_TALK)
    untouched = _untouched(visit.talk)[:3]
    parts = [texts.HINT_ANSWER.format(name=visit.name)] if _was_asked(visit.talk) else []
    parts.append(texts.HINT_ASK if untouched else texts.HINT_ALL_TOUCHED)
    parts += [_way_in(topic) for topic in untouched]
    if visit.talk.turn > 1:
        parts.append(texts.HINT_LAST)
    return visit.answer(coach("\n\n".join(parts), keyboard=keyboard_of(untouched) or None))


def keyboard_of(topics: tuple[Topic, ...]) -> Keyboard:
    """A reply keyboard with one topic a row."""
    return tuple((LABELS[topic],) for topic in topics)


async def _say(visit: Visit, before: Interview, text: str) -> Outcome:
    """One turn. However it ends, the candidate's line stays in the talk."""
    library = visit.library
    persona = library.persona(before.persona)
    if visit.means.resigned:
        line = _unplanned(visit, before, text)
        kept = before.evolve(lines=(*before.lines, line))
        if line.need is not Need.NONE:
            return visit.answer(care.stepping_out(visit, text, line.need), interview=kept, undo=before)
        return visit.answer(texts.UNAVAILABLE.format(name=visit.name), interview=kept, undo=before)
    try:
        async with visit.means.writing.stoppable(visit.chat.chat_id):
            await visit.means.ahead.done(visit.chat.chat_id)
            after = await take_turn(
                before,
                persona,
                library.company_of(persona),
                text,
                engine=visit.means.engine,
                reader=visit.means.reader,
                preview=visit.preview,
                now=visit.now,
                people=library.colleagues(persona),
                country=visit.country,
            )
    except Stopped:
        return visit.answer(interview=await _heard(visit, before, text), undo=before)
    except EngineError as error:
        sorry = texts.PROMPT_TOO_LONG if isinstance(error, PromptTooLong) else texts.UNAVAILABLE
        kept = await _heard(visit, before, text)
        return visit.answer(sorry.format(name=visit.name), interview=kept, undo=before)
    if troubled(after):
        visit = replace(visit, chat=reminding.without(visit.chat, after))
    replies = [_as_reply(line) for line in after.lines[len(before.lines) + 1 :]]
    if care.in_care(before) and all(reply.keyboard is None for reply in replies):
        replies = [replace(replies[0], keyboard=()), *replies[1:]]  # "Go on" has done its work
    if has_left(after):
        return await _left(visit, after, replies)
    compared = await retrying.side_by_side(visit, after)
    replies += compared or await coaching.word_in_time(visit, after)
    if _closes(after) and not _closes(before) and not compared:
        over = texts.CLOSING if after.turn >= after.budget else texts.GOODBYE
        replies.append(coach(over.format(name=persona.name), keyboard=(("/end",),)))
    return visit.answer(*replies, interview=after, undo=before)


async def _left(visit: Visit, talk: Interview, replies: list[Reply]) -> Outcome:
    """The end of a live talk: who had to go is gone, and the debrief follows."""
    ended = await ending.end(visit.with_chat(interview=talk), "")
    kept = replace(ended.chat, undo=None)
    return replace(ended, chat=kept, replies=(*replies, *ended.replies))


def _closes(talk: Interview) -> bool:
    """Whether the end may be offered: not in the moment in which somebody is in need."""
    return is_over(talk) and not care.in_care(talk)


async def _heard(visit: Visit, before: Interview, text: str) -> Interview:
    """The talk with the candidate's line, and no answer to it."""
    persona = visit.library.persona(before.persona)
    line = await hear(before, persona, text, reader=visit.means.reader, now=visit.now)
    return before.evolve(lines=(*before.lines, line))


def _unplanned(visit: Visit, before: Interview, text: str) -> Line:
    """The candidate's line as it came: whatever keeps failing here, it may well be the reading of it."""
    return Line(
        number=len(before.lines) + 1,
        turn=before.turn + 1,
        speaker=Speaker.CANDIDATE,
        persona=before.persona,
        phase=before.lines[-1].phase if before.lines else Phase.OPENING,
        text=text,
        at=visit.now,
        need=Need.ACUTE if in_danger(text) else Need.NONE,
    )


def _as_reply(line: Line) -> Reply:
    say = coach if line.speaker is Speaker.COACH else company
    return say(line.text, keyboard=care.KEYBOARD if care.cares(line) else keyboard_of(line.offers) or None)


def _unanswered(interview: Interview | None) -> Line | None:
    last = interview.lines[-1] if interview is not None and interview.lines else None
    return last if last is not None and last.speaker is Speaker.CANDIDATE else None


def _untouched(interview: Interview) -> tuple[Topic, ...]:
    touched = {
        topic for line in interview.lines if line.speaker is Speaker.CANDIDATE for topic in line.topics
    }
    return tuple(topic for topic in texts.HOW_TO_ASK if topic not in touched)


def _was_asked(interview: Interview) -> bool:
    said = [line for line in interview.lines if line.speaker is Speaker.COMPANY]
    return bool(said) and said[-1].text.rstrip().endswith("?")


def _way_in(topic: Topic) -> str:
    return f"• {LABELS[topic]}: {texts.HOW_TO_ASK[topic]}"


async def _hint_at(visit: Visit, wanted: str) -> Outcome:
    topic = await topic_meant(visit, wanted)
    if topic is None:
        return visit.answer(texts.TOPICS_KNOWN.format(topics=", ".join(LABELS.values())))
    return visit.answer(_way_in(topic).removeprefix("• "))
