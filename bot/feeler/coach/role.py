"""The role they might create, and the thank-you note, by rules: talents shown, needs told, nothing else."""

# ruff: noqa: E501  (patterns read better on one line)

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from feeler.coach.needs import HANGS_ON, Need, Task
from feeler.coach.talents import kind_named
from feeler.coach.values import Duty, Evidence, Learned, Note, Promise, Role, Talent
from feeler.coach.words import count, fold, sentences
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Topic

DUTIES = 3
BEST = 2  # of the talents that a task takes, those it is made for
TELLS = 6  # words of a quotation that a role can rest on
BEGINNINGS = (
    "Begin by listening for a week, and write down on one page what keeps going wrong",
    "Try out the smallest remedy with the people concerned, and report what changed",
)
POINT_WORDS = 26
NOTE_WORDS = 119  # a note stays under 120
OWN_WORDS = "It made me think of my own work. {own}"
WOULD_BRING = "What I would bring to it is what I told you about. {own}"
FOLLOWS_ADVICE = "I am going to do just that, and I will write to you what came of it."
THINKS_ON = "I am still thinking about it, and I will write to you if something comes of it that you can use."
# They have made a job for somebody before.
_PRECEDENT = re.compile(
    r"did not exist (?:before|until)|made a job of it|wrote them around|created (?:a|the) (?:job|role)"
)
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|helo|well|yes|so|right|ok|okay|honestly|good (?:morning|day|evening|afternoon))\b[\s,;:.!–—-]*)+",
    re.IGNORECASE,
)
_PROMISED = re.compile(
    r"\b(?:i'll|i’ll|i will|i'm going to|i am going to|i shall)\b.*", re.IGNORECASE | re.DOTALL
)
_DOES = re.compile(r"\b(?:send|bring|write|visit|show|draw|draft|call you|come by|pull in)\b")
_NOT_FOR_THANKS = (Topic.PAY, Topic.CONDITIONS, Topic.BUSINESS)


def role(talents: Sequence[Talent], needs: Sequence[Need], learned: Sequence[Learned]) -> Role | None:
    """A position for the talents shown at the needs told; None where they do not meet."""
    shown = _telling(talents)
    need = next((one for one in needs if any(_carries(one, talent) for talent in shown)), None)
    if need is None:
        return None
    duties = _duties(shown, need, needs)
    first = best_for(need, shown)
    kind = kind_named(first.name)
    assert kind is not None  # `shown` are of the catalogue
    precedent = next((one.said for one in learned if _PRECEDENT.search(fold(one.said.quote))), None)
    made = (
        f" They have made a job for somebody before (line {precedent.line})."
        if precedent
        else " It would be new work: nobody has to go for it."
    )
    return Role(
        title=f"{kind.title[:1].upper()}{kind.title[1:]} {need.trouble.field}",
        duties=duties,
        why=f"They told you of {need.trouble.name} (line {need.said.line}),"
        f" and your words show {first.name} (line {first.shown[0].line}).{made}",
        precedent=precedent,
    )


def _telling(talents: Sequence[Talent]) -> list[Talent]:
    """The talents of the catalogue whose first quotation stands by itself."""
    return [one for one in talents if kind_named(one.name) and count(one.shown[0].quote) >= TELLS]


def _carries(need: Need, talent: Talent) -> bool:
    """Whether a role could rest on it: a problem takes what it takes, a lesser need only what fits it best."""
    trouble = need.trouble
    return trouble.takes(talent.name) and (need.problem or trouble.place(talent.name) < BEST)


def best_for(need: Need, talents: Sequence[Talent]) -> Talent:
    """The talent that a role at this need is built on: well shown, and what the need takes first."""

    def distance(at: int) -> int:
        talent = talents[at]
        bare = HANGS_ON.match(talent.shown[0].quote) is not None
        return at + need.trouble.place(talent.name) + 3 * bare

    return talents[min((at for at, one in enumerate(talents) if _carries(need, one)), key=distance)]


def _duties(shown: Sequence[Talent], need: Need, needs: Sequence[Need]) -> tuple[Duty, ...]:
    """Three duties: what takes the talents shown, at this need first, then at others; then how one would begin."""
    found: list[Duty] = []
    used: list[Talent] = []
    others = [one for one in needs if one.trouble is not need.trouble]
    for at in (need, *others):
        for task in at.trouble.tasks:
            talent = _for(task, shown, used)
            if talent and len(found) < DUTIES and (at is need or talent not in used):
                found.append(_duty(task.text, talent, used.count(talent), at))
                used.append(talent)
    found.sort(key=lambda duty: duty.need != need.point)
    begun = [_duty(text, best_for(need, shown), 0, need) for text in BEGINNINGS]
    return tuple((*found, *begun)[:DUTIES])


def _for(task: Task, shown: Sequence[Talent], used: Sequence[Talent]) -> Talent | None:
    """The talent that a task takes: the one least used so far, what fits best among equals."""
    fitting = [talent for talent in shown if task.takes(talent.name)]
    return min(fitting, key=lambda one: (used.count(one), task.place(one.name)), default=None)


def _duty(text: str, talent: Talent, times: int, need: Need) -> Duty:
    return Duty(text=text, talent=talent.shown[min(times, len(talent.shown) - 1)], need=need.point)


def note(
    interview: Interview,
    names: Mapping[str, str],
    talents: Sequence[Talent],
    needs: Sequence[Need],
    learned: Sequence[Learned],
    promises: Sequence[Promise],
    offered: Role | None,
) -> Note | None:
    """A note on one point of theirs, in the candidate's own words; None where nothing told would carry one.

    `names`: the interviewers' by slug; the note goes to the one in the room.
    """
    need = next((one for one in needs if offered and one.point == offered.duties[0].need), None)
    found = (need.point, need.trouble.step) if need else _point(needs, learned)
    if found is None:
        return None
    point, step = found
    own = best_for(need, _telling(talents)).shown[0] if need else _first_shown(talents)
    speaker = interview.numbered(point.line).persona
    who = "you" if speaker == interview.persona else f"that {names[speaker]}"
    thanks = f"thank you for talking with me. One thing {who} said stays with me:\n“{point.quote}”"
    said_own = (OWN_WORDS if need else WOULD_BRING).format(own=tidied(own.quote)) if own else ""
    promised = next((_promised(one.said.quote) for one in promises if one.by is Speaker.CANDIDATE), "")
    ends = f"Kind regards,\n{interview.candidate.name.strip()[:60] or '[your name]'}"
    for own_part, does in ((said_own, promised or step), (said_own, step), ("", step)):
        middle = (own_part, does) if need else (does, own_part)
        text = "\n\n".join(filter(None, (f"Dear {names[interview.persona]},", thanks, *middle, ends)))
        if count(text) <= NOTE_WORDS:
            return Note(text=text, point=point, own=own if own_part else None)
    return None


def _first_shown(talents: Sequence[Talent]) -> Evidence | None:
    return next((one.shown[0] for one in talents), None)


def _point(needs: Sequence[Need], learned: Sequence[Learned]) -> tuple[Evidence, str] | None:
    """What to thank for where there is no role, and what to do with it: advice, a need, or what was asked for."""
    advice = next((one for one in learned if one.topic is Topic.ADVICE), None)
    if advice:
        return _short(advice.said), FOLLOWS_ADVICE
    if needs:
        return needs[0].point, needs[0].trouble.step
    rest = [one for one in learned if one.topic not in _NOT_FOR_THANKS]
    best = min(rest, key=lambda one: one.opened_by is None, default=None)
    return (_short(best.said), THINKS_ON) if best else None


def _short(said: Evidence) -> Evidence:
    """The words themselves, or of many words the first sentence."""
    if count(said.quote) <= POINT_WORDS:
        return said
    return replace(said, quote=next(sentences(said.quote)))


def _promised(sentence: str) -> str:
    """What the candidate promised in the talk, to be taken up in the note; empty for what is none of theirs."""
    match = _PROMISED.search(sentence)
    return f"As I said, {tidied(match.group())}" if match and _DOES.search(fold(sentence)) else ""


def tidied(words: str) -> str:
    """The candidate's words as one writes them in a letter: no greeting in front, "I" large, a stop at the end."""
    text = _GREETING.sub("", " ".join(words.split()))
    text = re.sub(r"\bi(?=[ '’]|m\b)", "I", text)
    text = re.sub(r"\bIm\b", "I'm", text)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
