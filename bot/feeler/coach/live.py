"""A word in time: one short line after a message of the candidate's, where something plainly shows.

It names what was seen and never grades. It is silent in the turn after it spoke, where the practice partner
speaks anyway, and for the rest of a talk in which somebody was in need.
"""

from collections.abc import Iterator

from feeler.coach.bothways import quoted
from feeler.coach.follow import goes_on
from feeler.coach.moments import LEFT_ALONE, more_behind
from feeler.coach.questions import is_yes_or_no
from feeler.coach.words import count, sentences
from feeler.interview.acts import Act
from feeler.interview.phases import PROBES
from feeler.interview.plan import ASKS
from feeler.interview.values import Interview, Line, Need, Speaker
from feeler.personas.values import Company

LONGEST = 80  # characters of one's own words in it
FEWEST = 4  # words that are worth saying back
WENT_ON = (
    "You went on from what they had just said.",
    "That question hung on to their last answer.",
)
LEFT_MORE = (
    "A new question; their last answer had more behind it.",
    "You moved on; there was more to hear where you were.",
)
ANEW = ("Two new subjects in a row.", "A new subject once more.")
CLOSED = ("Yes or no is an answer to that one.", "That one can be answered with yes or no.")
DEED = ("You told what you did: {said}", "There is something you did in it: {said}")
GENERAL = (
    "That was general; a case of yours is not in it yet.",
    "General words so far, without a case of yours.",
)


def word(talk: Interview, company: Company) -> str:
    """The line for the candidate's last message in `talk`, which has been answered; empty for silence."""
    said = dict(_words(talk, company))
    return said.get(talk.turn, "")


def _words(talk: Interview, company: Company) -> Iterator[tuple[int, str]]:
    """By turn, what is said in it: never in two turns that follow each other."""
    spoken = {line.turn for line in talk.lines if line.speaker is Speaker.COACH}
    before: Line | None = None
    last = -1
    for line in talk.lines:
        if line.speaker is Speaker.COMPANY:
            before = line
        if line.need is not Need.NONE:
            return
        if line.speaker is not Speaker.CANDIDATE or line.turn in spoken or line.turn == last + 1:
            continue
        if text := _seen(line, before, talk, company):
            last = line.turn
            yield line.turn, text


def _seen(line: Line, before: Line | None, talk: Interview, company: Company) -> str:
    """What plainly shows in the line."""
    acts = set(line.acts)
    if not acts or (LEFT_ALONE | {Act.BEGGED, Act.INSULT, Act.PICKED}) & acts:
        return ""
    if Act.ASKED in acts:
        return _asked(line, before, talk, company)
    wanted = before is not None and (before.job in ASKS or not before.turn) and line.phase in PROBES
    if not wanted:
        return ""
    if line.deed:
        told = _told(line)
        return _one(DEED, line).format(said=told) if told else ""
    return _one(GENERAL, line) if Act.VAGUE in acts else ""


def _asked(line: Line, before: Line | None, talk: Interview, company: Company) -> str:
    went = goes_on(line, before)
    if went:
        return _one(WENT_ON, line)
    if went is False and before is not None:
        known = talk.evolve(lines=tuple(one for one in talk.lines if one.number < line.number))
        if more_behind(known, before, company):
            return _one(LEFT_MORE, line)
    if line.questions and is_yes_or_no(line.questions[0]):
        return _one(CLOSED, line)
    return _one(ANEW, line) if went is False and _anew_before(line, talk) else ""


def _anew_before(line: Line, talk: Interview) -> bool:
    """Whether the candidate's last message was a question that started anew, too."""
    earlier = [one for one in talk.lines if one.number < line.number and one.turn == line.turn - 1]
    last = next((one for one in earlier if one.speaker is Speaker.CANDIDATE), None)
    if last is None:
        return False
    heard = [one for one in talk.lines if one.number < last.number and one.speaker is Speaker.COMPANY]
    return goes_on(last, heard[-1] if heard else None) is False


def _one(choices: tuple[str, ...], line: Line) -> str:
    return choices[line.turn // 2 % len(choices)]


def _told(line: Line) -> str:
    """The sentence with what matters most in the line, quoted; empty where that is hardly a few words."""
    if count(line.span) < FEWEST:
        return ""
    whole = next((one for one in sentences(line.text) if line.span in one), line.span)
    return quoted(whole, LONGEST)
