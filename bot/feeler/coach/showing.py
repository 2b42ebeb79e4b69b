"""The debrief on a phone: one message at a glance, the note ready to copy, and any part of it on demand."""

from feeler.coach.deeds import STRETCH
from feeler.coach.outline import NO_DEED, NOT_ENGLISH, TROUBLED, Item, outline, speaker_name, title, too_short
from feeler.coach.telling import quoted
from feeler.coach.topics import TITLES, WORTH
from feeler.coach.values import Debrief, Evidence, Figures
from feeler.interview.values import Speaker
from feeler.personas.values import Topic

LIMIT = 880  # characters of one message
PART = 3500  # characters of a part that is asked for
SHOWN = 2  # facts at a glance
GLANCE = 130  # characters of a quotation at a glance
MOMENT = 90  # of what was said at a moment
SHORTER = (1.0, 0.8, 0.6, 0.4)  # shares of these, until all of it fits
SHORT = 0.6  # from which on a deed is given in short: it is not cut
TO_COPY = "Your note, to send within a day. Copy it and change what does not sound like you:"
# What one learns that pays most first; the path of a person last.
_WORTH = (Topic.PROBLEM, *(topic for topic in WORTH if topic is not Topic.PROBLEM))


def messages(debrief: Debrief) -> tuple[str, ...]:
    """What is to be read at a glance, in less than 900 characters, and the note to copy if there is one."""
    if debrief.interview.notes is not None:
        return _from_notes(debrief)
    if debrief.short:
        lead = TROUBLED if debrief.troubled else too_short(debrief)
        told = _learned(debrief) if debrief.learned else ""
        return (_fitted(lead, told, _timed(debrief)),)
    if debrief.troubled:
        there = [_learned(debrief)] * bool(debrief.learned) + [_seen(debrief)] * bool(debrief.talents)
        return (_fitted(TROUBLED, *there),)
    glance = next((text for part in SHORTER if len(text := _glance(debrief, part)) <= LIMIT), "")
    glance = glance or _fitted(*_glance_parts(debrief, SHORTER[-1]))
    return (glance, f"{TO_COPY}\n\n{debrief.note.text}") if debrief.note else (glance,)


def _from_notes(debrief: Debrief) -> tuple[str, ...]:
    """The same of notes: what stands in them, in their words."""
    named = {one.key: one for one in outline(debrief)}
    parts = [
        "\n".join([f"{section.title}:", *map(_row, section.items[:SHOWN])])
        for key in ("learned", "seen", "promises")
        if (section := named.get(key))
    ]
    lead = next(named[key].lead for key in ("troubled", "notes") if key in named)
    glance = _fitted(f"📝 {_up(title(debrief))}.", lead, *parts)
    return (glance, f"{TO_COPY}\n\n{debrief.note.text}") if debrief.note else (glance,)


def _glance(debrief: Debrief, share: float) -> str:
    return "\n\n".join(part for part in _glance_parts(debrief, share) if part)


def _glance_parts(debrief: Debrief, share: float) -> tuple[str, ...]:
    """The three things and what changed, quotations cut to a share of their length."""
    return (
        _learned(debrief, share),
        _seen(debrief, share),
        _try(debrief, share),
        _timed(debrief),
        _change(debrief),
    )


def part(debrief: Debrief, key: str) -> str:
    """One section of the document as a message; empty where the debrief has none of that key."""
    section = next((one for one in outline(debrief) if one.key == key), None)
    return (
        _fitted(section.title, section.lead, *(_row(item) for item in section.items), longest=PART)
        if section
        else ""
    )


def _row(item: Item) -> str:
    words = f"{item.head.rstrip('.')}. {item.text}" if item.head and item.text else item.head or item.text
    rows = [item.box, f"• {words}" if words else "", f"→ {item.ask}" if item.ask else ""]
    rows += [
        f"  {one.who}: “{' '.join(one.words.split())}”{'' if one.ends else ' …'} (line {one.line})"
        for one in item.quotes
    ]
    return "\n".join(row for row in rows if row)


def _learned(debrief: Debrief, share: float = 1.0) -> str:
    who = debrief.interviewer.name
    if not debrief.learned:
        return f"📌 What you learned: nothing yet that {who} would not tell everybody."
    worthy = sorted(debrief.learned, key=lambda one: (_WORTH.index(one.topic), one.opened_by is None))[:SHOWN]
    rows = [f"• {_up(TITLES[one.topic])}: {quoted(one.said, round(share * GLANCE))}" for one in worthy]
    more = len(debrief.learned) - len(worthy)
    return "\n".join(
        [f"📌 What you learned from {who}{f' ({more} more in the document)' * bool(more)}:", *rows]
    )


def _seen(debrief: Debrief, share: float = 1.0) -> str:
    if debrief.foreign:
        return f"👀 {NOT_ENGLISH}"
    if not debrief.talents:
        return f"👀 What they saw in you: {NO_DEED[:1].lower()}{NO_DEED[1:]}"
    best = debrief.talents[0]
    shows = f"\nIt shows: {best.name}." if best.name else ""
    deed = best.shown[0] if share > SHORT else best.point
    return f"👀 What they saw in you:\n{quoted(deed, STRETCH)}{shows}"


def _try(debrief: Debrief, share: float) -> str:
    if not debrief.practice:
        return ""
    one = debrief.practice[0]
    above = [talent.point for talent in debrief.talents[:1]]  # the deed is given there, and whole
    said = [
        f"{_who(debrief, words)}: {quoted(words, round(share * MOMENT))}"
        for words in one.moment
        if words not in above
    ]
    return "\n".join([f"🎯 Try next: {one.aim}.", *said, f"→ {one.move}"])


def _who(debrief: Debrief, words: Evidence) -> str:
    line = debrief.interview.numbered(words.line)
    own = line.speaker is Speaker.CANDIDATE
    return "You" if own else speaker_name(debrief, line.speaker, line.persona).split()[0]


def _timed(debrief: Debrief) -> str:
    return f"⏱ {debrief.timing}" if debrief.timing else ""


def _change(debrief: Debrief) -> str:
    return debrief.progress.sentence if debrief.progress else ""


def _fitted(*parts: str, longest: int = LIMIT) -> str:
    """The parts with blank lines between them; those that do not fit go."""
    text = ""
    for one in parts:
        longer = f"{text}\n\n{one}" if text and one else text or one
        if len(longer) <= longest:
            text = longer
    return text


def _up(text: str) -> str:
    return text[:1].upper() + text[1:]


def history_text(talks: tuple[Figures, ...], noted: frozenset[str] = frozenset()) -> str:
    """Past talks, newest first, one line each, as `/history` shows them; the `noted` uncounted."""
    if not talks:
        return "No talks yet."
    rows = [
        f"{one.day or 'no date'} · 📝 {one.interviewer}, from your notes"
        if one.talk in noted
        else f"{one.day or 'no date'} · {one.interviewer}, {one.company}\n"
        f"   {_many(one.questions, 'question')}, {one.follow_ups} following up,"
        f" {_many(one.topics, 'topic')}, {_many(one.facts, 'fact')}"
        + (
            f"\n   ↻ {_many(one.again, 'moment')} tried again; the best of each is counted"
            if one.again
            else ""
        )
        for one in reversed(talks[-10:])
    ]
    older = len(talks) - 10
    return "\n".join([*rows, *([f"and {older} older"] if older > 0 else [])])


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
