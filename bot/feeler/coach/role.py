"""The role they might create, and the thank-you note, by rules: talents shown, needs told, nothing else."""

from collections.abc import Sequence

from feeler.coach.talents import kind_named, needs_told, serving
from feeler.coach.values import Duty, Evidence, Learned, Note, Promise, Role, Talent
from feeler.coach.words import content, count
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Topic

DUTIES = 3
OWN_WORDS = "It made me think of my own work. As I told you: “{quote}”"
BEGINNINGS = (
    "Begin by listening where it hurts, and write down on one page what keeps going wrong",
    "Try out the smallest remedy with the people concerned, and report what changed",
)
NOTE_WORDS = 119  # a note stays under 120


def role(talents: Sequence[Talent], learned: Sequence[Learned]) -> Role | None:
    """A position for the talents shown at the needs told; None where either is missing."""
    served = sorted((one for one in talents if one.need), key=lambda one: -_weight(one, learned))
    duties = _duties(served, learned) or _trial(talents, learned)
    if not duties:
        return None
    need, own = duties[0].need, duties[0].talent
    first = next(talent for talent in talents if own in talent.shown)
    return Role(
        title=kind_named(first.name).title.capitalize(),
        duties=duties,
        why=(
            f"They told you in line {need.line} where it hurts, and your words in line {own.line}"
            f" show {first.name}. Nobody has to be replaced for that: it is work that somebody should do."
        ),
    )


def _weight(talent: Talent, learned: Sequence[Learned]) -> float:
    """How much a talent and its need have to do with each other; a problem is worth more."""
    problem = any(one.said == talent.need and one.topic is Topic.PROBLEM for one in learned)
    return (
        len(kind_named(talent.name).serves & content(talent.need.quote if talent.need else ""))
        + 0.5 * problem
    )


def _duties(talents: Sequence[Talent], learned: Sequence[Learned]) -> tuple[Duty, ...]:
    """Three duties: talents at the needs they serve, no need twice while there are others; how to begin."""
    free = needs_told(learned)
    found: list[Duty] = []
    for talent in talents[:DUTIES]:
        if need := serving(talent.name, free) or talent.need:
            deed = kind_named(talent.name).deed
            found.append(Duty(text=deed[0].upper() + deed[1:], talent=talent.shown[0], need=need))
            free = [one for one in free if one.said != need]
    return _begun(found)


def _trial(talents: Sequence[Talent], learned: Sequence[Learned]) -> tuple[Duty, ...]:
    """Where no talent plainly serves a need: the strongest, tried out on a problem that was told."""
    problem = next((one.said for one in learned if one.topic is Topic.PROBLEM), None)
    if problem is None or not talents:
        return ()
    text = f"Try out what {talents[0].name} can do about it"
    return _begun([Duty(text=text, talent=talents[0].shown[0], need=problem)])


def _begun(found: list[Duty]) -> tuple[Duty, ...]:
    """Filled up to three with how one would begin on the first."""
    more = [Duty(text=text, talent=one.talent, need=one.need) for one in found[:1] for text in BEGINNINGS]
    return (*found, *more)[:DUTIES]


def note(
    interview: Interview,
    interviewer: str,
    talents: Sequence[Talent],
    learned: Sequence[Learned],
    promises: Sequence[Promise],
    offered: Role | None,
) -> Note | None:
    """A note on one point of theirs, in the candidate's own words; None where nothing was told."""
    point = offered.duties[0].need if offered else best_point(learned)
    if point is None:
        return None
    own = offered.duties[0].talent if offered else next((talent.shown[0] for talent in talents), None)
    promised = next((one.said for one in promises if one.by is Speaker.CANDIDATE), None)
    name = interview.candidate.name.strip()[:60] or "[your name]"
    for with_own, with_promise in ((True, True), (True, False), (False, False)):
        text = _note_text(
            interviewer, point, own if with_own else None, promised if with_promise else None, name
        )
        if count(text) <= NOTE_WORDS:
            return Note(text=text, point=point, own=own if with_own else None)
    return None


def best_point(learned: Sequence[Learned]) -> Evidence | None:
    """What they told that is most worth taking up: a problem, then what was asked for."""
    ranked = sorted(learned, key=lambda one: (one.topic is not Topic.PROBLEM, one.opened_by is None))
    return ranked[0].said if ranked else None


def _note_text(
    interviewer: str, point: Evidence, own: Evidence | None, promised: Evidence | None, name: str
) -> str:
    parts = [f"Dear {interviewer},", "thank you for talking with me. One thing you said stays with me:"]
    parts.append(f"“{point.quote}”")
    if own:
        parts.append(OWN_WORDS.format(quote=own.quote))
    if promised:
        parts.append(f"And as I said: “{promised.quote}”")
    else:
        parts.append(
            "I will think through what I would try first there, and write it down on one page for you."
        )
    return "\n".join((*parts, "Kind regards,", name))
