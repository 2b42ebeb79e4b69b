"""One turn with an engine whose drafts are known: what is chosen, what is shown, and what happens when all fail."""

# ruff: noqa: E501  (lines of talk read better whole)

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from feeler.interview.conduct import broken
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import make_plan
from feeler.interview.values import Difficulty, Interview, Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import Library, load_library
from feeler.personas.values import Reveal
from feeler.usecases.drafting import open_talk, switch_persona, take_turn
from feeler.usecases.prompting import messages_for

NOW = datetime(2026, 1, 5, tzinfo=UTC)
STORY = "I drove a tower crane in the port for eleven years and I never dropped a load."
SAID_BACK = "You drove a tower crane in the port for eleven years, bravo! What did you get"  # by rule
GOOD = " better at in the port?"
BAD = " paid for it, and how old are you?"


class Shown:
    """Keeps what the preview was given."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    async def show(self, text: str) -> None:
        self.frames.append(text)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def start(library: Library, slug: str = "emil", **more: object) -> Interview:
    persona = library.persona(slug)
    return open_talk(persona, library.company_of(persona), id="1", now=NOW, **more)  # type: ignore[arg-type]


async def turn(
    library: Library, talk: Interview, text: str, engine: ScriptedEngine, shown: Shown | None = None
) -> Interview:
    persona = library.persona(talk.persona)
    return await take_turn(
        talk, persona, library.company_of(persona), text,
        engine=engine, preview=shown, now=NOW, people=library.colleagues(persona),
    )  # fmt: skip


async def test_the_draft_that_passes_is_said(library: Library) -> None:
    engine = ScriptedEngine([(BAD, GOOD)], wants_drafts=2)
    talk = await turn(library, start(library), STORY, engine)
    assert talk.lines[-1].text == f"{SAID_BACK}{GOOD}"
    assert not talk.lines[-1].fallback
    assert len(engine.asked) == 1


async def test_a_bad_draft_is_never_shown(library: Library) -> None:
    shown = Shown()
    await turn(library, start(library), STORY, ScriptedEngine([(BAD, GOOD)], wants_drafts=2), shown)
    assert shown.frames
    assert all(f"{SAID_BACK}{GOOD}".startswith(frame) for frame in shown.frames)


async def test_a_second_round_follows_with_the_job_put_plainer(library: Library) -> None:
    said = iter([BAD, GOOD])
    engine = ScriptedEngine(lambda request, draft: f"{request.opening}{next(said)}")
    talk = await turn(library, start(library), STORY, engine)
    assert talk.lines[-1].text.endswith(GOOD)
    assert not talk.lines[-1].fallback
    first, second = engine.asked
    assert second.sampling.temperature != first.sampling.temperature
    assert second.messages[-1].content != first.messages[-1].content


async def test_the_personas_own_line_is_the_last_resort(library: Library) -> None:
    talk = await turn(library, start(library), STORY, ScriptedEngine([BAD, BAD]))
    line = talk.lines[-1]
    assert line.fallback
    persona = library.persona("emil")
    plan = make_plan(start(library), persona, library.company("brandl"), STORY)
    situation = Situation(
        plan=plan, persona=persona, company=library.company("brandl"), interview=start(library), heard=STORY
    )
    assert broken(line.text, situation) == ()


async def test_a_question_about_the_company_brings_the_fact(library: Library) -> None:
    fact = next(fact for fact in library.company("brandl").facts if fact.id == "contract-plus")
    engine = ScriptedEngine(
        lambda request, draft: f"I will tell you. {fact.text} What do you earn your living with?"
    )
    talk = await turn(library, start(library), "What would I earn with you?", engine)
    assert talk.lines[-1].facts == ("contract-plus",)
    assert fact.text in engine.asked[0].messages[-1].content


async def test_no_secret_enters_a_prompt(library: Library) -> None:
    for persona in library.personas.values():
        company = library.company_of(persona)
        talk = start(library, persona.slug)
        for heard in (
            STORY,
            "What is your biggest problem?",
            "Is anybody leaving, is there a recall or a sale?",
        ):
            plan = make_plan(talk, persona, company, heard)
            situation = Situation(plan=plan, persona=persona, company=company, interview=talk, heard=heard)
            prompt = "\n".join(message.content for message in messages_for(situation))
            for fact in company.facts:
                if fact.reveal is Reveal.NEVER:
                    assert fact.text not in prompt


async def test_the_practice_partner_answers_whether_it_is_a_machine(library: Library) -> None:
    engine = ScriptedEngine([])
    talk = await turn(library, start(library), "Honestly, are you a real person?", engine)
    assert talk.lines[-1].speaker is Speaker.COACH
    assert "machine" in talk.lines[-1].text
    assert not engine.asked


async def test_distress_is_met_outside_the_role(library: Library) -> None:
    talk = await turn(library, start(library), "I can't go on, I want to die.", ScriptedEngine([]))
    assert [line.speaker for line in talk.lines[-2:]] == [Speaker.CANDIDATE, Speaker.COACH]
    assert "emergency" in talk.lines[-1].text


async def test_another_language_is_answered_in_both(library: Library) -> None:
    german = "Ich habe zwölf Jahre in einer Bank gearbeitet und möchte etwas anderes machen."
    talk = await turn(library, start(library), german, ScriptedEngine([]))
    assert "Englisch" in talk.lines[-1].text
    assert "English" in talk.lines[-1].text


async def test_who_only_answers_is_invited_to_ask_but_not_every_time(library: Library) -> None:
    talk = start(library, budget=16)
    for number in range(14):
        talk = await turn(
            library, talk, f"In year {number} I moved {number + 3} loads of timber.", ScriptedEngine()
        )
    coached = [line.turn for line in talk.lines if line.speaker is Speaker.COACH]
    assert 1 <= len(coached) <= 3
    assert all(later - earlier >= 3 for earlier, later in pairwise(coached))
    assert len(next(line.offers for line in talk.lines if line.speaker is Speaker.COACH)) == 3


async def test_a_colleague_comes_into_the_room(library: Library) -> None:
    talk = await turn(library, start(library), STORY, ScriptedEngine([GOOD]))
    other = library.colleagues(library.persona("emil"))[0]
    talk = switch_persona(talk, other, library.company("brandl"), now=NOW)
    assert talk.persona == other.slug
    assert other.name in talk.lines[-1].text
    engine = ScriptedEngine()
    await turn(library, talk, "I left because the port was closed down by the city.", engine)
    assert any(STORY in message.content for message in engine.asked[0].messages)


async def test_the_prompt_only_grows_at_its_end(library: Library) -> None:
    talk = start(library)
    engine = ScriptedEngine()
    for number in range(6):
        talk = await turn(library, talk, f"In year {number} I moved {number + 3} loads of timber.", engine)
    prompts = [request.messages for request in engine.asked]
    for earlier, later in pairwise(prompts):
        assert later[: len(earlier) - 1] == earlier[:-1]


async def test_a_strong_model_writes_one_draft(library: Library) -> None:
    engine = ScriptedEngine([GOOD], wants_drafts=1)
    await turn(library, start(library, difficulty=Difficulty.TOUGH), STORY, engine)
    assert [request.drafts for request in engine.asked] == [1]
