"""What is kept and for how long: /privacy, /export, /forget. And how the next talk is to be: /settings."""

import json

from feeler.interview.values import Difficulty
from feeler.usecases import texts
from feeler.usecases.helplines import EVERYWHERE
from feeler.usecases.values import Button, Chat, Document, Outcome
from feeler.usecases.visit import Visit, coach
from feeler.usecases.zones import named, zone_of

YES = frozenset({"yes", "y", "yes please", "yes, forget everything", "delete", "delete everything"})
LEAST, MOST = 10, 24  # turns of a talk

SETTINGS_USAGE = f"[{'|'.join(level.value for level in Difficulty)}|{LEAST}-{MOST}|country XX|zone XX]"
UNSET = frozenset({"off", "none", "no country", "-"})
ASK_BUTTONS = (
    (Button(label="Delete everything", data="/forget yes"), Button(label="Keep it", data="/forget no")),
)
SETTINGS_BUTTONS = (
    tuple(Button(label=level.value.capitalize(), data=f"/settings {level.value}") for level in Difficulty),
    tuple(Button(label=f"{turns} messages", data=f"/settings {turns}") for turns in (12, 16, 20)),
)


async def tell_privacy(visit: Visit, argument: str) -> Outcome:
    """/privacy: what is kept, where, for how long, and how to get it or get rid of it."""
    days = visit.means.retention_days
    kept = texts.KEPT_FOR.format(days=days) if days else texts.KEPT_FOR_EVER
    country = _country_set(visit)
    where = texts.PRIVACY_COUNTRY.format(country=country) if country else texts.PRIVACY_NO_COUNTRY
    return visit.answer(texts.PRIVACY.format(engine=visit.means.engine.name, days=kept, country=where))


async def export(visit: Visit, argument: str) -> Outcome:
    """/export: everything stored about the user, as a JSON file."""
    stored = await visit.means.archive.everything(visit.chat.chat_id)
    content = json.dumps(stored, ensure_ascii=False, indent=2, default=str).encode()
    file = Document(filename="feeler-export.json", media_type="application/json", content=content)
    return visit.answer(coach(texts.EXPORT, document=file))


async def forget(visit: Visit, argument: str) -> Outcome:
    """/forget: ask once; after a yes everything stored about the user goes."""
    if not argument:
        return visit.answer(coach(texts.ASK_FORGET, buttons=ASK_BUTTONS), awaiting="forget")
    if not is_yes(argument):
        return visit.answer(texts.KEPT, awaiting="")
    blank = Chat(chat_id=visit.chat.chat_id)
    return Outcome(chat=blank, replies=(coach(texts.FORGOTTEN, keyboard=()),), forget=True)


def is_yes(text: str) -> bool:
    """Whether `text` agrees to the deletion, in so many words."""
    return text.strip().rstrip(".!").casefold() in YES


def is_no(text: str) -> bool:
    """Whether `text` declines the deletion, in so many words."""
    return text.strip().rstrip(".!").casefold() in {"no", "n", "no thanks", "keep it", "keep"}


async def settings(visit: Visit, argument: str) -> Outcome:
    """/settings: how hard interviewers are, how long the next talk is, and the country for helplines."""
    wanted = argument.strip().casefold().removeprefix("budget ").removeprefix("difficulty ")
    if not wanted:
        return _show_settings(visit)
    if wanted in {level.value for level in Difficulty}:
        return _set_difficulty(visit, Difficulty(wanted))
    name, _, given = wanted.partition(" ")
    if name == "country":
        return _set_country(visit, given.strip())
    if name == "zone":
        return _set_zone(visit, given.strip())
    if wanted.isdecimal() and LEAST <= int(wanted) <= MOST:
        return visit.answer(texts.SET_BUDGET.format(budget=int(wanted)), budget=int(wanted))
    return visit.answer(texts.BAD_SETTING.format(given=argument[:60], least=LEAST, most=MOST))


def _show_settings(visit: Visit) -> Outcome:
    level = visit.chat.difficulty
    text = texts.SETTINGS.format(
        difficulty=level.value,
        meaning=texts.MEANING[level],
        budget=visit.chat.budget or visit.means.budget,
        least=LEAST,
        most=MOST,
        country=_country_told(visit),
        zone=_zone_told(visit),
    )
    return visit.answer(coach(text, buttons=SETTINGS_BUTTONS))


def _set_difficulty(visit: Visit, level: Difficulty) -> Outcome:
    talk = visit.talk
    changed = talk.evolve(difficulty=level) if talk is not None else visit.chat.interview
    text = texts.SET_DIFFICULTY.format(difficulty=level.value, meaning=texts.MEANING[level])
    return visit.answer(text, difficulty=level, interview=changed)


def _set_country(visit: Visit, given: str) -> Outcome:
    if not given:
        return visit.answer(f"{_country_told(visit)} {texts.COUNTRY_HOW}")
    if given in UNSET:
        return visit.answer(texts.COUNTRY_UNSET, country="")
    code = visit.means.helplines.code_of(given)
    country = visit.means.helplines.get(code)
    if country is None:
        return visit.answer(texts.BAD_COUNTRY.format(given=given[:40], everywhere=EVERYWHERE))
    text = texts.SET_COUNTRY.format(
        country=country.name, emergency=country.emergency, listening=country.listening
    )
    return visit.answer(text, country=code)


def _set_zone(visit: Visit, given: str) -> Outcome:
    if not given:
        return visit.answer(f"{_zone_told(visit)} {texts.ZONE_HOW}")
    if given in UNSET or given == "no zone":
        return visit.answer(texts.ZONE_UNSET, zone="")
    zone = named(given)
    if zone is None:
        return visit.answer(texts.BAD_ZONE.format(given=given[:40]))
    return visit.answer(
        texts.SET_ZONE.format(zone=zone, time=f"{visit.now.astimezone(zone):%H:%M}"), zone=zone.key
    )


def _zone_told(visit: Visit) -> str:
    zone = zone_of(visit)
    if zone is None:
        return texts.ZONE_UNKNOWN
    return (texts.ZONE_SET if visit.chat.zone else texts.ZONE_GUESSED).format(zone=zone)


def _country_set(visit: Visit) -> str:
    """Name of the country that the user set; its code where no file has it any more, else empty."""
    known = visit.means.helplines.get(visit.chat.country)
    return known.name if known else visit.chat.country


def _country_told(visit: Visit) -> str:
    if name := _country_set(visit):
        return texts.COUNTRY_SET.format(country=name)
    if visit.country is not None:
        return texts.COUNTRY_GUESSED.format(country=visit.country.name)
    return texts.COUNTRY_UNKNOWN
