"""/remind: what somebody wants to hear of again tomorrow, or in a month. Only if they ask for it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from uuid import uuid4

from feeler.coach.care import troubled
from feeler.coach.findings import company_of, people_of
from feeler.coach.values import Debrief
from feeler.interview.values import Interview
from feeler.usecases import reminder_texts as texts
from feeler.usecases.past import stored
from feeler.usecases.values import Button, Chat, Kind, Outcome, Reminder, Reply
from feeler.usecases.visit import Visit, coach
from feeler.usecases.zones import zone_of

USAGE = "[note|month|delete 1]"
MORNING = time(9)
DAYS: dict[Kind, int] = {"note": 1, "month": 30}
TEXTS = {"note": texts.NOTE, "month": texts.MONTH}
LABELS = {"note": "Remind me of the note tomorrow", "month": "Ask me in a month how it went"}
MOST = 20
KEY = 12  # letters of a talk's id in a button
OFF = frozenset({"off", "none", "delete all"})


async def remind(visit: Visit, argument: str) -> Outcome:
    """/remind: what is to come; `note` or `month` sets something, `delete` and a number takes it away."""
    word, _, rest = argument.strip().casefold().partition(" ")
    if not word:
        return visit.answer(_listed(visit))
    if argument.strip().casefold() in OFF:
        return visit.answer(texts.ALL_DELETED if visit.chat.reminders else texts.NONE, reminders=())
    if word == "delete":
        return _delete(visit, rest.strip())
    kind = next((one for one in DAYS if one == word), None)
    return visit.answer(texts.BAD) if kind is None else await _set(visit, kind, rest.strip())


def offer(visit: Visit, found: Debrief) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons after a debrief; none near a need, nor where they would come to nothing."""
    talk = found.interview
    if found.troubled or found.short or not visit.means.reminds:
        return ()
    kinds = [kind for kind in DAYS if kind != "note" or found.note]
    return tuple((Button(label=LABELS[kind], data=f"/remind {kind} {talk.id[:KEY]}"),) for kind in kinds)


def without(chat: Chat, talk: Interview) -> Chat:
    """The chat with nothing to come of this talk, nor of the one that it branches off."""
    ids = {talk.id, talk.branch.of if talk.branch else ""}
    return replace(chat, reminders=tuple(one for one in chat.reminders if one.talk not in ids))


def reply_of(reminder: Reminder) -> Reply:
    """What is said when it is due."""
    return coach(TEXTS[reminder.kind].format(who=reminder.who))


async def _set(visit: Visit, kind: Kind, key: str) -> Outcome:
    if not visit.means.reminds:
        return visit.answer(texts.NOT_HERE)
    talk = await _talk_meant(visit, key)
    if refusal := _refused(talk):
        return visit.answer(refusal)
    assert talk
    there = next((one for one in visit.chat.reminders if (one.talk, one.kind) == (talk.id, kind)), None)
    if there is not None:
        return visit.answer(texts.THERE.format(when=_when(visit, there)))
    if len(visit.chat.reminders) >= MOST:
        return visit.answer(texts.FULL.format(most=MOST))
    zone = zone_of(visit) or UTC
    due = _morning(visit.now, DAYS[kind], zone)
    made = Reminder(id=uuid4().hex, talk=talk.id, kind=kind, who=_who(visit, talk), due=due)
    unknown = "" if zone_of(visit) else texts.ZONE_UNKNOWN
    told = texts.SET.format(what=texts.WHAT[kind], when=_when(visit, made)) + unknown
    return visit.answer(told, reminders=tuple(sorted((*visit.chat.reminders, made), key=lambda one: one.due)))


def _refused(talk: Interview | None) -> str:
    if talk is None:
        return texts.NO_TALK
    if troubled(talk):
        return texts.NOT_THIS
    return "" if talk.ended else texts.NOT_YET


async def _talk_meant(visit: Visit, key: str) -> Interview | None:
    """The talk of a button, else the one that the chat is in or has just left."""
    if not key:
        return visit.chat.interview
    return next((talk for talk in (await stored(visit)).values() if talk.id[:KEY] == key[:KEY]), None)


def _who(visit: Visit, talk: Interview) -> str:
    """ "Emil Wagner of Brandl"."""
    name = people_of(talk, visit.library)[talk.persona].name
    firm = company_of(talk, visit.library).name
    return f"{name} of {firm}" if firm and firm != name else name


def _morning(now: datetime, days: int, zone: tzinfo) -> datetime:
    """Nine o'clock, so many days from today, where the person is."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)


def _when(visit: Visit, one: Reminder) -> str:
    """ "Monday 23 November at 9:00 (Europe/Berlin)"."""
    zone = zone_of(visit) or UTC
    there = one.due.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B} at {there.hour}:{there:%M} ({zone})"


def _listed(visit: Visit) -> Reply:
    if not visit.chat.reminders:
        return coach(texts.NONE)
    rows = [
        f"{at}. {texts.LISTED[one.kind].format(who=one.who)}: {_when(visit, one)}"
        for at, one in enumerate(visit.chat.reminders, start=1)
    ]
    buttons = tuple(
        Button(label=f"🗑 {at}", data=f"/remind delete {at}") for at in range(1, len(visit.chat.reminders) + 1)
    )
    in_rows = tuple(buttons[at : at + 4] for at in range(0, len(buttons), 4))
    return coach("\n".join([texts.LIST, *rows, "", texts.HOW]), buttons=in_rows)


def _delete(visit: Visit, number: str) -> Outcome:
    there = visit.chat.reminders
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= len(there)):
        return visit.answer(texts.NO_SUCH.format(number=number[:20] or "0"))
    gone = there[int(number) - 1]
    told = texts.DELETED.format(what=texts.LISTED[gone.kind].format(who=gone.who))
    return visit.answer(told, reminders=tuple(one for one in there if one is not gone))
