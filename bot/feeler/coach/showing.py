"""The debrief in two or three messages that fit a phone, in plain text."""

from feeler.coach.needs import needs_told
from feeler.coach.topics import TITLES, WORTH
from feeler.coach.values import Debrief, Evidence, Figures, Hidden
from feeler.personas.values import Topic

TROUBLED = (
    "There was a pause in this talk. It stays out of here, and there are no exercises and nothing to send."
    " Whatever follows can wait; you come first."
)
LIMIT = 880  # characters of one message
SHOWN = 4  # facts in the first message
TALENTS = 2  # talents in the second


def messages(debrief: Debrief) -> tuple[str, ...]:
    """Two or three messages of less than 900 characters: what you learned; how you came across; what next.

    The first two need no model, so they can go out before `prose` has written. A talk too short gives one.
    """
    told = _learned(debrief, SHOWN) if debrief.learned else ""
    if debrief.short:
        return (_fitted([TROUBLED if debrief.troubled else too_short(debrief), told]),)
    if debrief.troubled:
        talents = _talents(debrief) if debrief.talents else ""
        parts = ([_headline(debrief), TROUBLED, told], [talents])
        return tuple(text for part in parts if (text := _fitted(part)))
    first = [_headline(debrief), _learned(debrief, SHOWN), _hidden(debrief), _promises(debrief)]
    second = [
        _talents(debrief),
        _asked(debrief),
        _practice(debrief),
        _change(debrief),
        _talk(debrief),
        _topics(debrief),
    ]
    note = _note(debrief)
    roles = [_role(debrief, most) for most in (3, 1, 0)]  # the note must not be what goes
    role = next((text for text in roles if len(text) + 2 + len(note) <= LIMIT), roles[-1])
    third = [role, note]
    texts = [_fitted(parts) for parts in (first, second, third)]
    return tuple(text for text in texts if text)


def too_short(debrief: Debrief) -> str:
    """What is said instead of a debrief when almost nothing was said."""
    lines = len(debrief.interview.lines)
    if not debrief.interview.turn:
        return "You said nothing yet, so there is nothing to look back on. The talk begins with your words."
    told = "one line" if lines == 1 else f"{lines} lines"
    return f"This talk has only {told}: too little to say anything about you or to advise you."


def cut(text: str, longest: int) -> str:
    """`text` cut at a blank; the cut is shown outside of it by the caller."""
    if len(text) <= longest:
        return text
    at = text.rfind(" ", longest // 2, longest)
    return text[: at if at > 0 else longest].rstrip(" ,;:–—-")


def cited(evidence: Evidence, longest: int = 110) -> str:
    """The words in quotation marks with their line; where they are cut, the dots stand outside the marks."""
    words = " ".join(cut(evidence.quote, longest).split("\n"))
    dots = "" if len(words) >= len(evidence.quote) else " …"
    return f"“{words}”{dots} (line {evidence.line})"


def _fitted(parts: list[str]) -> str:
    """The parts with blank lines between them; the last ones go where they do not fit."""
    text = ""
    for part in parts:
        longer = f"{text}\n\n{part}" if text and part else text or part
        if len(longer) <= LIMIT:
            text = longer
    return text


def _headline(debrief: Debrief) -> str:
    who = debrief.interviewer
    turns = debrief.interview.turn
    return f"Your talk with {who.name}, {debrief.company} · {turns} message{'s' * (turns != 1)} of yours"


def _learned(debrief: Debrief, most: int) -> str:
    if not debrief.learned:
        return "" if debrief.short else "They told you nothing about themselves yet that is worth keeping."
    worthy = sorted(debrief.learned, key=lambda one: WORTH.index(one.topic))[:most]
    shown = [one for one in debrief.learned if one in worthy]
    rows = [f"• {_up(TITLES[one.topic])}: {cited(one.said, 84)}" for one in shown]
    more = len(debrief.learned) - most
    if more > 0:
        rows.append(f"• and {more} more in the document")
    return "\n".join([f"What you learned ({len(debrief.learned)}):", *rows])


def _hidden(debrief: Debrief) -> str:
    one = best_hidden(debrief)
    if one is None:
        return ""
    place = one.near or one.after
    where = f"after line {place.line} you might have asked" if place else "you might have asked"
    count = len(debrief.hidden)
    return (
        f"Still hidden: {count} thing{'s' * (count != 1)}. On {TITLES[one.topic]}, {where}:\n→ {one.question}"
    )


def best_hidden(debrief: Debrief) -> Hidden | None:
    """The hidden fact that the talk came closest to."""
    return debrief.hidden[0] if debrief.hidden else None


def _promises(debrief: Debrief) -> str:
    rows = [
        f"• {'You' if one.by == 'candidate' else 'They'}: {cited(one.said, 90)}"
        for one in debrief.promises[-3:]
    ]
    return "\n".join(["Promised:", *rows]) if rows else ""


def _talents(debrief: Debrief) -> str:
    if not debrief.talents:
        return f"What they could see in you: {_down(no_talents(debrief))}"
    rows = [f"• {_up(one.name)}: {cited(one.shown[0], 90)}" for one in debrief.talents[:TALENTS]]
    more = len(debrief.talents) - TALENTS
    if more > 0:
        rows.append(f"• and {more} more in the document")
    seen = _carried(debrief)
    return "\n".join(["What they could see in you:", *rows, seen])


def no_talents(debrief: Debrief) -> str:
    """What is said where no talent was found."""
    if debrief.foreign:
        return "Most of your words are not in English, the only language this coach reads."
    return "Your words made no talent plain. One example of something you did would."


def no_role(debrief: Debrief) -> str:
    """Why there is no role."""
    if debrief.talents and needs_told(debrief.learned):
        return "This talk does not carry one yet: what you showed and what hurts them have not met."
    return "This talk does not carry one yet: it takes one thing you did and one thing that hurts them."


def _down(text: str) -> str:
    return text[:1].lower() + text[1:]


def _up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _carried(debrief: Debrief) -> str:
    """How it carries over."""
    served = [one for one in debrief.talents if one.need] or debrief.talents
    return served[0].carries


def _asked(debrief: Debrief) -> str:
    questions = debrief.questions
    if debrief.foreign:  # whether they are open is read off English words
        return ""
    if not questions:
        return "You asked nothing. Half of such a talk is yours to ask in."
    parts = [
        f"{sum(one.open for one in questions)} open",
        f"{sum(one.specific for one in questions)} about this company",
        f"{sum(one.follows is not None for one in questions)} following up",
    ]
    return f"Your questions: {len(questions)} · {', '.join(parts)}"


def _topics(debrief: Debrief) -> str:
    left = [TITLES[one.topic] for one in debrief.topics if not one.covered]
    covered = len(debrief.topics) - len(left)
    text = f"Topics: {covered} of {len(Topic)}"
    return f"{text}; untouched: {', '.join(left[:4])}{', …' * (len(left) > 4)}" if left else text


def _talk(debrief: Debrief) -> str:
    balance = debrief.balance
    text = f"You spoke {balance.share:.0%} of the words; your longest message has {balance.longest_words}."
    if balance.passed_over:
        lines = ", ".join(str(one.question.line) for one in balance.passed_over[:4])
        plural = "s" * (len(balance.passed_over) > 1)
        text += f" Passed over: their question{plural} in line{plural} {lines}."
    return text


def _change(debrief: Debrief) -> str:
    return debrief.progress.sentence if debrief.progress else ""


def _role(debrief: Debrief, most: int) -> str:
    role = debrief.role
    if role is None:
        return f"A role they might create. {no_role(debrief)}"
    rows = [f"• {one.text} (lines {one.talent.line}, {one.need.line})" for one in role.duties[:most]]
    more = len(role.duties) - most
    if more > 0:
        rows.append(f"• {'and ' * bool(most)}{more} {'more ' * bool(most)}duties in the document")
    return "\n".join([f"A role they might create: {role.title}", *rows])


def _note(debrief: Debrief) -> str:
    return (
        f"To send within a day; change what doesn't sound like you:\n\n{debrief.note.text}"
        if debrief.note
        else ""
    )


def _practice(debrief: Debrief) -> str:
    rows = [f"{at}. {one.aim} {one.exercise}" for at, one in enumerate(debrief.practice, start=1)]
    return "\n".join(["To practise next:", *rows]) if rows else ""


def history_text(talks: tuple[Figures, ...]) -> str:
    """Past talks, newest first, one line each, as `/history` shows them."""
    if not talks:
        return "No talks yet."
    rows = [
        f"{one.day or 'no date'} · {one.interviewer}, {one.company}\n"
        f"   {_many(one.questions, 'question')}, {one.follow_ups} following up,"
        f" {_many(one.topics, 'topic')}, {_many(one.facts, 'fact')}"
        for one in reversed(talks[-10:])
    ]
    older = len(talks) - 10
    return "\n".join([*rows, *([f"and {older} older"] if older > 0 else [])])


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
