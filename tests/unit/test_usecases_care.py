"""What somebody in need notices: nobody interviews them, and they are told whom to call."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from telegram import Bot, Update
from tests.readers import ACUTE, HEAVY, TELLS, FedReader, asks, real_reader
from tests.unit.test_usecases_desk import LIBRARY, NOW, STORY, Person

from feeler.errors import DataError
from feeler.interview.acts import Act
from feeler.interview.guards import broken
from feeler.interview.language import language_of
from feeler.interview.plan import Job, Plan
from feeler.interview.reading import Reading
from feeler.interview.scene import Scene
from feeler.interview.values import Need, Phase, Speaker
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Topic
from feeler.telegram.handlers import dispatch
from feeler.usecases.care import GO_ON, KEYBOARD, STOP, cares
from feeler.usecases.drafting import open_talk
from feeler.usecases.helplines import EVERYWHERE, load_helplines, region_of, shipped_helplines
from feeler.usecases.written import CARES, care_line

DANGER = "Some nights I think about not being here any more."
GRIEF = "My brother died in spring and I still cry every day."
JOKE = "That deadline nearly killed me, I died laughing at the plan."
GERMAN = "Ich will nicht mehr leben und ich habe keine Kraft mehr für die Tage."
SAMPLES = {
    "en": "I can't see a way out of this any more.",
    "de": GERMAN,
    "fr": "Je ne veux plus être avec vous et je suis très fatigué.",
    "es": "No puedo más y no tengo con quién hablar de mi vida.",
    "it": "Non ho più forze e non so con chi parlare della mia vita.",
    "pt": "Não tenho mais forças e não sei com quem falar, estou muito só.",
    "nl": "Ik heb geen kracht meer en ik wil niet meer van mijn leven.",
    "pl": "Nie mam już siły i nie wiem, co robić z życiem, jestem bardzo zmęczona.",
    "tr": "Ben çok yoruldum ve bir çıkış yolu yok, ne yapayım bu hayat ile.",
    "ru": "Я больше не хочу жить и не вижу выхода.",
}
LANGUAGES = tuple(SAMPLES)
READINGS: Mapping[str, Reading] = {
    DANGER: ACUTE,
    GERMAN: replace(ACUTE, acts=frozenset({Act.LANGUAGE})),
    GRIEF: HEAVY,
    f"{GRIEF} All of it.": HEAVY,
    JOKE: TELLS,
    GO_ON: Reading(acts=frozenset({Act.GOES_ON})),
    STOP: Reading(acts=frozenset({Act.GOODBYE})),
}


def somebody(budget: int = 16) -> Person:
    return Person(reader=FedReader(READINGS), budget=budget)


async def test_in_danger_the_coach_alone_speaks_and_asks_nothing() -> None:
    person = somebody()
    await person("/settings country de", "/new emil", STORY)
    said = await person(DANGER)
    assert [reply.speaker for reply in person.replies] == [Speaker.COACH]
    assert "TelefonSeelsorge 0800 111 0 111" in said
    assert "call 112" in said
    assert EVERYWHERE in said
    assert '"go on"' in said
    assert "?" not in said
    assert person.replies[-1].keyboard == KEYBOARD


async def test_the_interviewer_stays_silent_until_they_go_on_and_the_key_then_goes() -> None:
    person = somebody()
    await person("/new emil", STORY, DANGER)
    spoken = person.company_lines()
    after = await person("I did not want to say that.")
    assert person.company_lines() == spoken
    assert "?" not in after
    assert person.replies[-1].keyboard == KEYBOARD
    await person(GO_ON)
    assert len(person.company_lines()) == len(spoken) + 1
    assert person.replies[0].keyboard is not None
    assert KEYBOARD[0] not in person.replies[0].keyboard


MORE = {
    "Nobody would miss me.": ACUTE,
    "I cry all day.": HEAVY,
    "I did not want to say that.": TELLS,
    "Are you even real?": Reading(acts=frozenset({Act.MACHINE})),
    "What is the weather like?": asks("What is the weather like?"),
    "Do you think I am bad?": asks("Do you think I am bad?"),
    "You are useless.": Reading(acts=frozenset({Act.INSULT})),
    "I went into the yard.": TELLS,
    "Still nothing.": TELLS,
    "It is dark.": TELLS,
}


@pytest.mark.parametrize("first", [DANGER, *(SAMPLES[language] for language in LANGUAGES)])
async def test_whatever_else_comes_the_coach_answers_with_other_words_and_asks_nothing(first: str) -> None:
    person = Person(reader=FedReader({**READINGS, first: ACUTE, **MORE}))
    await person("/settings country de", "/new emil", STORY)
    before, spoken = await person(first), person.company_lines()
    for said in (*MORE, *reversed(MORE)):
        answer = await person(said)
        assert [reply.speaker for reply in person.replies] == [Speaker.COACH]
        assert person.company_lines() == spoken
        assert answer != before
        assert "?" not in answer.removeprefix("🧭")
        assert "0800 111 0 111" in answer
        assert person.replies[-1].keyboard == KEYBOARD
        before = answer
    await person(GO_ON)
    assert len(person.company_lines()) == len(spoken) + 1


async def test_what_was_asked_meanwhile_is_answered_when_they_go_on() -> None:
    question = "How many people work in service?"
    fact = next(fact for fact in LIBRARY.company("brandl").facts if fact.topic is Topic.TEAM)
    reader = FedReader({**READINGS, question: asks(question)}, lambda asked, text: text == fact.text)
    person = Person(reader=reader)
    await person("/new emil", STORY, DANGER)
    assert "Go on" in await person(question)
    assert person.replies[-1].keyboard == KEYBOARD
    await person(GO_ON)
    assert person.replies[0].speaker is Speaker.COMPANY
    assert fact.id in person.talk.lines[-1].facts


async def test_nothing_said_while_the_interviewer_was_silent_is_quoted_at_the_end() -> None:
    deed = "I wrote twelve zqxletters and put them on the kitchen table."
    reading = Reading(acts=frozenset({Act.TOLD}), deed=True, span="wrote twelve zqxletters")
    person = Person(reader=FedReader({**READINGS, deed: reading, "bye": READINGS[STOP]}))
    await person("/new emil", STORY, DANGER, deed, GO_ON, STORY + " So.", "bye")
    assert person.talk.lines[-1].job == Job.LEAVE.value
    assert all("zqxletters" not in line for line in person.company_lines())


async def test_stop_here_is_taken_at_its_word_and_go_on_still_leads_back() -> None:
    for first in (DANGER, GRIEF):
        person = somebody()
        await person("/new emil", STORY, first)
        spoken = person.company_lines()
        said = await person(STOP)
        assert "stop here for today" in said
        assert "/end" in said
        assert person.company_lines() == spoken
        await person(GO_ON)
        assert len(person.company_lines()) == len(spoken) + 1


async def test_going_on_begins_gently_with_something_else_and_nothing_jolly() -> None:
    resume = LIBRARY.persona("emil").lines[Job.RESUME.value]
    for first in (DANGER, GRIEF):
        person = somebody(budget=12)
        await person("/new emil", *(f"{STORY} {number}" for number in range(7)), first)
        said = await person(GO_ON)
        assert said in resume
        assert said.count("?") == 1
        assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
async def test_grief_in_another_language_is_met_in_it_the_first_time(language: str) -> None:
    said = SAMPLES[language]
    person = Person(reader=FedReader({said: replace(HEAVY, acts=frozenset({Act.LANGUAGE}))}))
    answer = await person("/new emil", STORY, said)
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]
    lines = yaml.safe_load((shipped_prompts() / "coach.yaml").read_text(encoding="utf-8"))
    assert answer in lines[f"pause.{language}"]
    assert "?" not in answer


async def test_a_death_told_as_a_reason_is_not_asked_about_and_nothing_is_made_of_it() -> None:
    sad = "I had to give up the zqxshop after my daughter died, I calmed and led twelve people through it."
    reading = Reading(acts=frozenset({Act.TOLD, Act.SORROW}), deed=True, span="led twelve people through it")
    person = Person(reader=FedReader({**READINGS, sad: reading}), budget=10)
    await person("/new emil", STORY)
    assert await person(sad) in LIBRARY.persona("emil").lines[Job.RESUME.value]
    await person(*(f"{STORY} {number}" for number in range(8)))
    lines = person.company_lines()
    said = await person("/end", "/summary")
    files = [reply.document for reply in person.replies if reply.document]
    assert files
    shown = [said, *lines, *[file.content.decode().partition('id="transcript"')[0] for file in files]]
    for text in shown:
        assert "zqxshop" not in text
        assert "led twelve people" not in text
    assert "There was a pause" not in said


@pytest.mark.parametrize("typed", [GO_ON, "go on", '"go on"', "Go on."])
def test_the_key_and_what_the_coach_says_to_write_are_read_as_going_on(typed: str) -> None:
    assert real_reader().read("", typed).acts == {Act.GOES_ON}


async def test_grief_is_met_by_the_interviewer_with_a_pause_and_by_the_coach_where_it_recurs() -> None:
    person = somebody()
    said = await person("/new emil", STORY, GRIEF)
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]
    assert "?" not in said
    assert person.replies[-1].keyboard == KEYBOARD
    await person(f"{GRIEF} All of it.")
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY, Speaker.COACH]
    assert EVERYWHERE in person.replies[-1].text


async def test_a_dark_joke_stops_nothing() -> None:
    person = somebody()
    await person("/new emil", STORY, JOKE)
    assert [reply.speaker for reply in person.replies] == [Speaker.COMPANY]
    assert EVERYWHERE not in person.replies[-1].text


async def test_at_the_end_of_a_whole_talk_only_the_pause_is_spoken_of() -> None:
    person = somebody()
    told = "I led a team of twelve at night and calmed the people who shouted at us."
    hushed = "I never told my brothers-in-law about those nights."
    await person(
        "/new emil", STORY, JOKE, told, GRIEF, told + " Twice.", DANGER, hushed, GO_ON, STORY + " So."
    )
    words = person.talk.lines
    said = await person("/end", "/summary")
    assert "There was a pause in this talk" in said
    files = [reply.document for reply in person.replies if reply.document]
    assert all(b"Balance of the talk" in file.content for file in files)
    assert files
    shown = [said, await person("/history"), *[await person(f"/compare {topic.value}") for topic in Topic]]
    shown += [file.content.decode().partition('id="transcript"')[0] for file in files]
    care = [line.text for line in words if cares(line)]
    assert len(care) == 3
    for text in shown:
        for private in (DANGER, GRIEF, hushed, *care):
            assert private[:24] not in text
    assert person.talk.lines == words


async def test_nobody_is_sent_to_the_summary_in_a_moment_of_need() -> None:
    person = somebody(budget=10)
    await person("/new emil", *(f"{STORY} {number}" for number in range(9)))
    assert "/end" not in await person(DANGER)
    assert "/end" in await person(GO_ON)


@pytest.mark.parametrize("before", [("/start",), ("/start", "/skip"), (), ("/new emil", STORY, "/end")])
async def test_where_no_interviewer_hears_the_coach_does_and_keeps_nothing(before: tuple[str, ...]) -> None:
    person = somebody()
    for text in before:
        await person(text)
    chat = person.chat
    said = await person(DANGER)
    assert EVERYWHERE in said
    assert [reply.speaker for reply in person.replies] == [Speaker.COACH]
    assert person.chat == chat


async def test_going_on_leads_back_to_the_question_or_to_an_interviewer() -> None:
    person = somebody()
    assert "who are you" in await person("/start", DANGER, GO_ON)
    assert person.chat.candidate.background == ""
    out_of_the_blue = somebody()
    await out_of_the_blue(DANGER, GO_ON)
    assert out_of_the_blue.talk.turn == 0
    assert len(out_of_the_blue.company_lines()) == 1


async def test_where_reading_keeps_failing_plain_words_of_danger_are_still_met() -> None:
    person = somebody()
    await person("/new emil", STORY)
    person.desk = person.desk.resigned()
    said = await person("I want to kill myself.")
    assert EVERYWHERE in said
    assert person.talk.lines[-1].need is Need.ACUTE


async def test_they_are_answered_in_the_language_they_wrote_in_also_afterwards() -> None:
    person = somebody()
    await person("/settings country AT", "/new emil", STORY)
    assert "rufen Sie bitte 112 an" in await person(GERMAN)
    assert "TelefonSeelsorge 142" in await person("Hm.")


def every_care_line() -> list[str]:
    lines = yaml.safe_load((shipped_prompts() / "coach.yaml").read_text(encoding="utf-8"))
    found = []
    for key in sorted(CARES):
        for language in LANGUAGES:
            found += lines[key if language == "en" else f"{key}.{language}"]
    return found


@pytest.mark.parametrize("line", every_care_line())
def test_no_line_of_care_asks_promises_or_blames(line: str) -> None:
    assert "?" not in line
    assert "{helpline}" in line
    for word in ("commit", "confidential", "suicid", "therap", "secret", "everything will be"):
        assert word not in line.casefold()
    assert len(line) < 520


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(CARES))
def test_a_line_of_care_is_whole_with_and_without_a_country(key: str, language: str) -> None:
    said = SAMPLES[language]
    assert language_of(said) == language
    for country in (None, shipped_helplines().get("BE")):
        text = care_line(key, said=said, country=country, seed=0)
        assert "{" not in text
        assert EVERYWHERE in text
        assert ("1813" in text) is (country is not None)
        if key == "acute":
            assert ("112" in text) is (country is not None)
            assert "go on" in text


def test_the_companys_pause_asks_nothing_and_passes_every_guard() -> None:
    persona = LIBRARY.persona("emil")
    lines = persona.lines[Job.PAUSE.value]
    assert len(lines) >= 4
    scene = Scene(
        plan=Plan(turn=3, phase=Phase.STORY, job=Job.PAUSE),
        persona=persona,
        company=LIBRARY.company_of(persona),
        interview=open_talk(persona, LIBRARY.company_of(persona), id="a" * 32, now=NOW),
        heard=GRIEF,
    )
    for line in lines:
        assert "?" not in line
        assert broken(line, scene) == (), line


# --- the country ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["GB", "gb", "uk", "UNITED  KINGDOM", "Britain"])
async def test_a_country_is_set_by_code_or_name_and_shown(given: str) -> None:
    person = somebody()
    said = await person(f"/settings country {given}")
    assert "Samaritans 116 123" in said
    assert person.chat.country == "GB"
    assert "United Kingdom" in await person("/settings")
    assert "United Kingdom" in await person("/privacy")
    assert "no longer kept" in await person("/settings country off")
    assert person.chat.country == ""
    assert "not kept" in await person("/privacy")


@pytest.mark.parametrize("wrong", ["XX", "D", "DEU", "🇩🇪", "en-GB", "{x}", "%s", "y" * 90, "ÜK", "112"])
async def test_a_country_that_is_not_known_is_explained_and_changes_nothing(wrong: str) -> None:
    person = somebody()
    await person("/settings country DE")
    said = await person(f"/settings country {wrong}")
    assert "I have no numbers for" in said
    assert EVERYWHERE in said
    assert len(said) < 300
    assert person.chat.country == "DE"


async def test_the_country_alone_says_what_is_set_and_forget_takes_it() -> None:
    person = somebody()
    assert "don't know your country" in await person("/settings country")
    await person("/settings country DE")
    assert "Germany" in await person("/settings country")
    await person("/forget", "yes")
    assert person.chat.country == ""


@pytest.mark.parametrize(
    ("language", "region"),
    [
        ("en-GB", "GB"), ("pt-br", "BR"), ("pt_BR", "BR"), ("zh-hans", ""), ("zh-Hant-TW", "TW"),
        ("es-419", ""), ("en", ""), ("", ""), (None, ""), ("de-ÄÖ", ""), ("-", ""), ("GB", ""),
    ],
)  # fmt: skip
def test_a_language_names_a_country_only_where_it_has_a_region(language: str | None, region: str) -> None:
    assert region_of(language) == region


@pytest.mark.parametrize(
    ("language", "set_to", "called"),
    [
        ("en-GB", "", "Samaritans 116 123"),
        ("pt-br", "", "CVV 188"),
        ("en-GB", "FR", "3114"),
        ("en", "", "local"),
    ],
)
async def test_telegrams_language_says_the_country_unless_it_is_set_and_is_not_kept(
    language: str, set_to: str, called: str
) -> None:
    person = somebody()
    await person(f"/settings country {set_to or 'off'}", "/new emil", STORY)
    user = {"id": 7, "is_bot": False, "first_name": "Dana", "language_code": language}
    where = {"id": 7, "type": "private", "first_name": "Dana"}
    message = {"message_id": 1, "date": 1_795_000_000, "chat": where, "from": user, "text": DANGER}
    update = Update.de_json({"update_id": 1, "message": message}, Bot("1:test"))
    outcome = await dispatch(update, person.chat, person.desk, None, NOW)
    assert called in outcome.replies[-1].text
    assert outcome.chat.country == set_to


# --- the file ---------------------------------------------------------------------------------------------

ASKED_FOR = (
    "US CA GB IE AU NZ DE AT CH FR BE NL ES IT PT PL TR RU UA BR MX AR IN ZA NG KE JP KR SE NO DK FI CZ GR IL"
)
UNION = "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


def test_the_shipped_file_has_the_countries_asked_for_and_all_of_the_european_union() -> None:
    known = shipped_helplines().countries
    assert {*ASKED_FOR.split(), *UNION.split()} <= set(known)
    assert all(known[code].emergency == "112" for code in UNION.split())
    names = [name.casefold() for code, it in known.items() for name in (code, it.name, *it.also)]
    assert len(names) == len(set(names))


def test_every_number_names_the_page_it_comes_from() -> None:
    rows = (shipped_prompts() / "helplines.yaml").read_text("utf-8").splitlines()
    numbers = [row for row in rows if "number:" in row]
    assert len(numbers) > 30
    assert all("  # https://" in row for row in numbers)


def test_an_operators_own_file_takes_the_place_of_a_country(tmp_path: Path) -> None:
    own = 'DE:\n  name: Germany\n  emergency: "112"\n  lines: [{name: Our line, number: "030 123"}]\n'
    (tmp_path / "helplines.yaml").write_text(own, encoding="utf-8")
    found = load_helplines(tmp_path)
    assert "Our line 030 123" in (found.countries["DE"].listening)
    assert found.countries["GB"] == shipped_helplines().countries["GB"]
    assert load_helplines(tmp_path / "nowhere") == shipped_helplines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DE: {name: Germany}", "DE.emergency: is missing"),
        ("DE: {name: Germany, emergency: 112}", "DE.emergency: '112' is not text"),
        ('Germany: {name: Germany, emergency: "112"}', "Germany: .*two capitals"),
        ('DE: {name: "", emergency: "112"}', "DE.name: "),
        ('DE: {name: Germany, emergency: "call 112"}', "DE.emergency: .*telephone number"),
        ('DE: {name: Germany, emergency: "112", police: "110"}', "DE.police: is not a field"),
        ('DE: {name: Germany, emergency: "112", lines: [{name: X}]}', r"DE.lines.0.number: is missing"),
        ('DE: {name: Germany, emergency: "112", lines: [{name: X, number: "+"}]}', r"DE.lines.0.number: "),
        ('DE: {name: Germany, emergency: "112", lines: X}', "DE.lines: "),
        ("DE: 112", "DE: "),
        ("- DE", "is not a list of"),
        ('NO: {name: Norway, emergency: "113"}', "has the key False, which is not text"),
        ("DE: {", "is not valid YAML"),
        ("", "is not a list of"),
    ],
)
def test_a_wrong_file_names_itself_and_the_field(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "helplines.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"^helplines.yaml: {said}"):
        load_helplines(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "helplines.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"helplines\.yaml: is not UTF-8"):
        load_helplines(tmp_path)
