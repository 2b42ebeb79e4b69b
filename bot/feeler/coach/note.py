"""The thank-you note: one thing they said, one of the person's that answers it, and what they will do.

Every part is a whole sentence: theirs as it was said, the person's only where it stands alone, ours else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from feeler.coach.telling import ALONE, standing_alone
from feeler.coach.topics import WORTH
from feeler.coach.values import Deed, Evidence, Learned, Note, Promise
from feeler.coach.words import count, sentences
from feeler.interview.acts import Act
from feeler.interview.typos import mended
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Topic

WORDS = 89  # a note stays under 90
TERSE = 14  # words of most messages of somebody who is brief
FEWEST = 5  # words of the person's that are taken into the note
PROMISED = 22  # words of what they promised
# Where they told what troubles them; below, anything else.
BRINGS = "The story I told you is what I would bring to it."
MINE = "As I told you,"
TRIES = "I will think about what I would try first, and write to you within two weeks."
MINE_TOO = "It made me think of something I told you:"
STEP = "I would like to understand that better, and will come back to you with one question."
# What one thanks for least: it can sound as if only that had counted.
_LAST = (Topic.PAY, Topic.CONDITIONS, Topic.BUSINESS)
_FIRST = (Topic.PROBLEM, Topic.ADVICE)
_CLEAN = re.compile(r"[^\W_][\w'’-]*,?(?: [^\W_][\w'’-]*,?)*\.")  # words alone
_MINE = re.compile(r"(?:I|We)\b", re.IGNORECASE)
_SMALL_I = re.compile(r"\bi\b")
_PROMISED = re.compile(r"I(?:['’]ll| will|['’]m going to| am going to) [^?!\n]+\.")


def note(
    talk: Interview, names: Mapping[str, str], deeds: Sequence[Deed], learned: Sequence[Learned],
    promises: Sequence[Promise],
) -> Note | None:  # fmt: skip
    """A note on one point of theirs; None where nothing they told would carry one.

    `names`: the interviewers' by slug; the note goes to the one in the room.
    """
    found = _point(learned)
    if found is None:
        return None
    topic, point = found
    own = _own(deeds)
    trouble = topic is Topic.PROBLEM
    step = _promise(promises) or (TRIES if trouble else STEP)
    speaker = talk.numbered(point.line).persona
    who = "you" if speaker == talk.persona else names[speaker]
    brief = _is_brief(talk)
    thanks = "thank you for your time." if brief else "thank you for talking with me."
    stays = f"This stayed with me, what {who} said:" if brief else f"One thing {who} said has stayed with me:"
    name = talk.candidate.name.strip()[:60] or "[your name]"
    unsaid = BRINGS if trouble and deeds else ""
    begins = MINE if trouble else MINE_TOO
    middle = f"{begins} {_as_mine(own.quote)}" if own and topic is not Topic.ADVICE else unsaid
    for part in (middle, unsaid):
        text = "\n\n".join(
            filter(
                None,
                (
                    f"Dear {names[talk.persona]},",
                    f"{thanks} {stays} “{' '.join(point.quote.split())}”",
                    part,
                    step,
                    name if brief else f"Kind regards,\n{name}",
                ),
            )
        )
        if count(text) <= WORDS:
            return Note(text=text, point=point, own=own if part != unsaid else None)
    return None


def letter(
    talk: Interview, name: str, deeds: Sequence[Deed], points: Sequence[Evidence], promises: Sequence[Promise]
) -> Note | None:
    """The note after a real conversation, by what somebody noted; None where no sentence of theirs is there.

    Their words are given as noted, and nothing is promised that the person did not promise.
    """
    own = _own(deeds)
    signed = f"Kind regards,\n{talk.candidate.name.strip()[:60] or '[your name]'}"
    told = f"As I told you, {_as_mine(own.quote)}" if own else ""
    for point in points[:1]:
        stays = f"One thing you said has stayed with me; I noted it as “{' '.join(point.quote.split())}”"
        for part in (told, ""):
            parts = (
                f"Dear {name},",
                f"thank you for talking with me. {stays}",
                part,
                _promise(promises),
                signed,
            )
            text = "\n\n".join(filter(None, parts))
            if count(text) <= WORDS:
                return Note(text=text, point=point, own=own if part else None)
    return None


def _point(learned: Sequence[Learned]) -> tuple[Topic, Evidence] | None:
    """What to thank for, a sentence that stands alone: their trouble, advice, then what was asked for."""

    def rank(one: Learned) -> tuple[int, bool, int]:
        place = _FIRST.index(one.topic) if one.topic in _FIRST else len(_FIRST) + (one.topic in _LAST)
        return (place, one.opened_by is None, WORTH.index(one.topic))

    for one in sorted(learned, key=rank):
        if point := standing_alone(one.said):
            return one.topic, point
    return next(
        ((one.topic, one.said) for one in sorted(learned, key=rank) if count(one.said.quote) <= ALONE), None
    )


def _own(deeds: Sequence[Deed]) -> Evidence | None:
    """The most telling deed from its first sentence in the first person to its end, with what came of it.

    None where that cannot stand in a letter as it is.
    """
    for deed in deeds[:1]:
        whole = list(sentences(deed.point.quote))
        first = next((at for at, sentence in enumerate(whole) if _MINE.match(sentence)), len(whole))
        told = whole[first:]
        if told and all(_is_clean(sentence) for sentence in told):
            start = deed.point.quote.index(told[0])
            own = replace(deed.point, quote=deed.point.quote[start:])
            return own if count(own.quote) >= FEWEST else None
    return None


def _is_clean(sentence: str) -> bool:
    """Whether it can stand in a letter as it is, but for a small "i"."""
    told = _SMALL_I.sub("I", sentence)
    return _CLEAN.fullmatch(told) is not None and mended(told) == told


def _as_mine(told: str) -> str:
    """As it goes on after a comma or a colon."""
    told = " ".join(_SMALL_I.sub("I", told).split())
    return told if told.startswith("I") else f"we{told[2:]}"


def _promise(promises: Sequence[Promise]) -> str:
    """What the candidate promised in the talk, where it is a whole sentence."""
    said = [one.said.quote for one in promises if one.by is Speaker.CANDIDATE]
    return next(
        (
            f"As I said: {one}"
            for one in reversed(said)
            if _PROMISED.fullmatch(one) and count(one) <= PROMISED
        ),
        "",
    )


def _is_brief(talk: Interview) -> bool:
    """Whether most of the candidate's messages are short."""
    own = [line for line in talk.lines if line.speaker is Speaker.CANDIDATE and Act.PICKED not in line.acts]
    return bool(own) and median(count(line.text) for line in own) <= TERSE
