"""Who may write, and how much may wait: pure decisions over how a chat stands. Refusals say how long."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from feeler.mailroom import Call, Incoming, Judge, Standing, Verdict
from feeler.settings import Settings
from feeler.telegram.parts import joined, patience
from feeler.usecases.commands import parse_command

NOTICE_PAUSE = 60.0  # seconds: a flood is answered once, not message by message
STRIKES = 5  # wrong pairing codes until none is heard for a day
MOMENT = 5.0  # seconds: the shortest wait that is named
SEAT = 15 * 60.0  # seconds until the seat of a talk that fell silent is free
DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the settings allow."""

    allowed: frozenset[int]
    code: str  # "" for none
    waiting: int
    waiting_overall: int
    turns_a_day: int
    talks: int

    @property
    def private(self) -> bool:
        return bool(self.allowed or self.code)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        allowed=frozenset(settings.allowed_user_ids),
        code=settings.pairing_code.get_secret_value() if settings.pairing_code else "",
        waiting=settings.max_waiting,
        waiting_overall=settings.max_queue,
        turns_a_day=settings.max_turns_a_day,
        talks=settings.max_talks,
    )


def judging(limits: Limits, turn_seconds: Callable[[], float]) -> Judge:
    """The judge of the inbox. `turn_seconds` estimates how long one answer takes now."""

    def judge(incoming: Incoming, standing: Standing) -> Verdict:
        if not incoming.heard:
            return _joining(incoming, standing) or Verdict(take=False)
        verdict = decide(incoming, standing)
        if verdict.notice and incoming.topic is not None:
            return replace(verdict, notice=in_topic(verdict.notice, incoming.topic))
        return verdict

    def decide(incoming: Incoming, standing: Standing) -> Verdict:
        if limits.private and not _is_in(limits, incoming.chat_id, standing):
            return _stranger(limits, incoming, standing)
        if part := _joining(incoming, standing):
            return part
        refusal, wait = _too_much(limits, incoming, standing, turn_seconds())
        if refusal:
            return _refuse_for(refusal, wait, standing)
        return Verdict(take=True, hold=patience(incoming.body) if incoming.lane == "chat" else 0.0)

    return judge


def _joining(incoming: Incoming, standing: Standing) -> Verdict | None:
    """Taken as a part of the chat's last turn; None where it is none."""
    may_join = standing.held and incoming.lane == "chat"
    both = joined(standing.held, incoming.body) if may_join else ""
    return Verdict(take=True, hold=patience(both), joined=both) if both else None


def _is_in(limits: Limits, chat_id: int, standing: Standing) -> bool:
    """On the list, or paired while pairing is on: without a code the list alone says who is in."""
    return chat_id in limits.allowed or bool(limits.code and standing.known)


def _stranger(limits: Limits, incoming: Incoming, standing: Standing) -> Verdict:
    """Somebody who is not on the list. Nothing they write is kept; the right code lets them in."""
    if not limits.code:
        return _refuse("This bot is private. Ask whoever runs it to let you in.", standing)
    if standing.strikes >= STRIKES:
        words = f"This bot is private, and {STRIKES} wrong codes came from you. "
        return _refuse(words + f"You can try again in {in_words(DAY - standing.struck)}.", standing)
    given = _code_in(limits, incoming.text)
    if given and hmac.compare_digest(given.encode(), limits.code.encode()):
        return Verdict(take=True, paired=True, body=_as_start(incoming.body))
    asked = standing.noticed < DAY  # who has not been asked for a code did not give a wrong one
    if given and (asked or parse_command(incoming.text)):
        last = standing.strikes + 1 >= STRIKES
        words = f"You can try again in {in_words(DAY)}." if last else "Ask whoever runs this bot."
        return _refuse(f"That is not the code. {words}", standing, 0.0, strike=True)
    return _refuse("This bot is private. Send me the pairing code to begin.", standing)


def _code_in(limits: Limits, text: str) -> str:
    """What may be meant as the code: what follows /start, or a text of as many words as the code has.
    Sentences and other commands are none."""
    command = parse_command(text)
    if command:
        return command[1] if command[0] == "start" else ""
    return text.strip() if len(text.split()) == len(limits.code.split()) else ""


def _as_start(body: str) -> str:
    """The update without the code; sent alone, the code is a beginning as well."""
    update = json.loads(body)
    update["message"].pop("caption", None)
    update["message"]["text"] = "/start"
    return json.dumps(update, ensure_ascii=False)


def _too_much(limits: Limits, incoming: Incoming, standing: Standing, seconds: float) -> tuple[str, float]:
    """Why this update cannot be taken now, and for how many seconds so; empty where it can."""
    if incoming.lane != "chat":
        return ("", 0.0) if standing.waiting < 2 * limits.waiting else ("Too much waits here.", MOMENT)
    if standing.waiting >= limits.waiting:
        return (
            f"{standing.waiting} of your messages still wait for an answer, so I left this one out. "
            f"/stop ends what I am writing now.",
            standing.waiting * seconds,
        )
    if standing.waiting_overall >= limits.waiting_overall:
        return (
            "So many people are talking to me that I cannot take this message.",
            standing.waiting_overall * seconds / max(1, min(limits.talks, 8)),
        )
    if incoming.command or not incoming.said:
        return "", 0.0
    if standing.turns_today >= limits.turns_a_day:
        return (
            f"You have sent {limits.turns_a_day} messages today, which is as many as I can take. "
            "Your talk is kept.",
            DAY - standing.now % DAY,
        )
    if not standing.talking and standing.others_talking >= limits.talks:
        return f"All {limits.talks} seats are taken by other talks.", SEAT
    return "", 0.0


def _refuse_for(words: str, seconds: float, standing: Standing) -> Verdict:
    """A notice covers whatever is sent before the wait it names is over; then the next is told anew."""
    told = (
        f"{words} Please send it again in about {in_words(seconds)}; what comes before that is left out too."
    )
    named = max(MOMENT, seconds - MOMENT / 2)  # `in_words` rounds to steps of five seconds
    return _refuse(told, standing, min(NOTICE_PAUSE, named))


def _refuse(words: str, standing: Standing, pause: float = NOTICE_PAUSE, strike: bool = False) -> Verdict:
    notice = message(words) if standing.noticed >= pause else None
    return Verdict(take=False, notice=notice, strike=strike)


def message(text: str) -> Call:
    """A plain message of the bot's own."""
    return Call(method="sendMessage", params={"text": text, "link_preview_options": {"is_disabled": True}})


def in_topic(call: Call, topic: int | None) -> Call:
    """The call in its topic of the chat; as it is where that has none."""
    return call if topic is None else replace(call, params={**call.params, "message_thread_id": topic})


def in_words(seconds: float) -> str:
    """A rough duration for people: "20 seconds", "3 minutes", "5 hours"."""
    if seconds < 55:
        rough, unit = max(5, round(seconds / 5) * 5), "second"
    elif seconds < 55 * 60:
        rough, unit = round(seconds / 60), "minute"
    else:
        rough, unit = round(seconds / 3600), "hour"
    return f"{rough} {unit}" + ("s" if rough != 1 else "")
