"""One turn with an engine whose drafts are known: what is chosen, what is shown, and what happens when all
fail.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.readers import ACUTE, HEAVY, FedReader, asks, real_reader

from feeler.interview.acts import Act
from feeler.interview.plan import Job
from feeler.interview.reading import Reading
from feeler.interview.values import Candidate, Interview, Need, Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import Library, load_library
from feeler.personas.values import Reveal
from feeler.ports import Message, Reader, Request
from feeler.usecases.drafting import first_line, open_talk, switch_persona, take_turn
from feeler.usecases.questions import plain_questions

NOW = datetime(2026, 1, 5, tzinfo=UTC)
STORY = "I drove a tower crane in the port for eleven years. Twice I refused to lift because of the wind."
GOOD = "What wind speed did you read when you refused?"
OTHER = "How did you come to work in the port?"
BAD = "Who paid you for it, and how old are you?"


def free(*drafts: str) -> Callable[[Request, int], str]:
    """These drafts, whatever is asked."""
    return lambda request, draft: drafts[draft]


def alike(messages: tuple[Message, ...], text: str) -> float:
    """Every text as likely as any other, word for word."""
    return -float(len(text.split()))


def untaught(drafts: list[str]) -> ScriptedEngine:
    """An engine of a model as it came."""
    engine = ScriptedEngine(drafts)
    engine.can = frozenset()
    return engine


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
    library: Library,
    talk: Interview,
    text: str,
    engine: ScriptedEngine,
    shown: Shown | None = None,
    reader: Reader | None = None,
) -> Interview:
    persona = library.persona(talk.persona)
    return await take_turn(
        talk, persona, library.company_of(persona), text,
        engine=engine, reader=reader or FedReader(), preview=shown, now=NOW,
        people=library.colleagues(persona), )  # fmt: skip


async def test_the_draft_that_passes_is_said(library: Library) -> None:
    engine = ScriptedEngine(free(BAD, GOOD), wants_drafts=2)
    talk = await turn(library, start(library), STORY, engine)
    assert talk.lines[-1].text == GOOD
    assert talk.lines[-1].job == "ask"
    assert not talk.lines[-1].fallback


async def test_a_bad_draft_is_never_shown(library: Library) -> None:
    shown = Shown()
    await turn(library, start(library), STORY, ScriptedEngine(free(BAD, GOOD), wants_drafts=2), shown)
    assert shown.frames == [GOOD]


async def test_the_question_that_is_likely_after_this_story_is_asked(library: Library) -> None:
    def weigh(messages: tuple[Message, ...], text: str) -> float:
        here = "crane" in messages[-1].content
        return -10.0 if here and text == GOOD else -20.0

    engine = ScriptedEngine([(OTHER, GOOD)], wants_drafts=2, weigh=weigh)
    engine.can = frozenset({"likelihoods"})
    talk = await turn(library, start(library), STORY, engine)
    assert talk.lines[-1].text == GOOD


async def test_the_question_is_asked_that_a_reader_finds_right(library: Library) -> None:
    engine = ScriptedEngine(free(OTHER, GOOD), wants_drafts=2, weigh=alike)
    for right in (OTHER, GOOD):
        reader = FedReader(suit=(right,))
        talk = await turn(library, start(library), STORY, engine, reader=reader)
        assert talk.lines[-1].text == right


async def test_a_plain_question_of_the_personas_manner_is_asked_where_it_fits_better(
    library: Library,
) -> None:
    plain = plain_questions(library.persona("emil").manner)
    engine = ScriptedEngine(free(OTHER, GOOD), wants_drafts=2, weigh=alike)
    talk = await turn(library, start(library), STORY, engine, reader=FedReader(suit=plain))
    assert talk.lines[-1].text in plain
    reader = FedReader(suit=(talk.lines[-1].text,))
    again = await turn(library, talk, "I climbed down.", engine, reader=reader)
    assert again.lines[-1].text != talk.lines[-1].text  # no question comes twice


async def test_a_model_that_judges_has_the_last_word_on_what_is_asked(library: Library) -> None:
    plain = plain_questions(library.persona("emil").manner)
    for right in (OTHER, GOOD, plain[0]):

        def weigh(messages: tuple[Message, ...], text: str, right: str = right) -> float:
            return -1.0 if text == f"{right} yes" or text.endswith(" no") else -9.0

        engine = ScriptedEngine(free(OTHER, GOOD), wants_drafts=2, weigh=weigh)
        engine.can |= {"judges"}
        reader = FedReader(suit=plain[:1])  # the head would ask this
        talk = await turn(library, start(library), STORY, engine, reader=reader)
        assert talk.lines[-1].text == right


async def test_a_second_warmer_round_follows_where_no_draft_passes(library: Library) -> None:
    engine = untaught([BAD, GOOD])
    talk = await turn(library, start(library), STORY, engine)
    assert talk.lines[-1].text == GOOD
    first, second = engine.asked
    assert (second.sampling.temperature or 0) > (first.sampling.temperature or 0)


async def test_where_all_fail_a_plain_written_line_is_said_and_counted(library: Library) -> None:
    talk = await turn(library, start(library), STORY, untaught([BAD, BAD]))
    assert talk.lines[-1].fallback
    assert talk.lines[-1].text.endswith("?")


async def test_a_fact_is_told_as_it_stands_where_every_draft_goes_beyond_it(library: Library) -> None:
    fact = next(fact for fact in library.company("brandl").facts if fact.reveal is Reveal.ASKED)
    reader = FedReader({"and that?": asks("and that?")}, lambda question, text: text == fact.text)
    wild = f"{fact.text} Our elephants also paint the ceiling in purple stripes."
    talk = await turn(library, start(library), "and that?", ScriptedEngine([wild, wild]), reader=reader)
    assert talk.lines[-1].text == fact.text
    assert talk.lines[-1].facts == (fact.id,)


async def test_the_answer_and_then_a_question_on_what_was_told(library: Library) -> None:
    fact = next(fact for fact in library.company("brandl").facts if fact.reveal is Reveal.ASKED)
    text = f"{STORY} And with you?"
    reader = FedReader(
        {text: asks("And with you?", told=True)}, lambda question, one: one == fact.text, suit=(GOOD,)
    )
    talk = await turn(library, start(library), text, ScriptedEngine([GOOD]), reader=reader)
    assert talk.lines[-1].text == f"{fact.text} {GOOD}"


async def test_a_model_that_was_not_taught_gets_the_persona_and_the_task(library: Library) -> None:
    engine = ScriptedEngine([GOOD])
    engine.can = frozenset()
    await turn(library, start(library), STORY, engine)
    first, *_, last = engine.asked[0].messages
    persona = library.persona("emil")
    assert persona.name in first.content
    assert persona.temper in first.content
    assert STORY in last.content
    assert all(fact.text not in first.content for fact in library.company("brandl").facts)


async def test_somebody_in_need_is_met_without_the_model(library: Library) -> None:
    engine = ScriptedEngine([])  # any question to it would fail
    reader = FedReader({"I can't any more": HEAVY, "I want to die": ACUTE})
    talk = await turn(library, start(library), "I can't any more", engine, reader=reader)
    assert talk.lines[-1].job == Job.PAUSE
    assert "?" not in talk.lines[-1].text
    talk = await turn(library, talk, "I want to die", engine, reader=reader)
    assert talk.lines[-1].speaker is Speaker.COACH
    assert talk.lines[-2].need is Need.ACUTE


async def test_a_moment_of_need_never_enters_a_later_prompt(library: Library) -> None:
    reader = FedReader(
        {"my brother died in spring": HEAVY, "how big is the team?": asks("how big is the team?")}
    )
    engine = ScriptedEngine()
    engine.can = frozenset()
    talk = await turn(library, start(library), "my brother died in spring", engine, reader=reader)
    for text in ("how big is the team?", "I was a baker.", "Then I sold ovens."):
        talk = await turn(library, talk, text, engine, reader=reader)
    shown = "\n".join(message.content for asked in engine.asked for message in asked.messages)
    assert "brother" not in shown


async def test_what_somebody_wrote_at_the_start_is_taken_up_in_the_first_line(library: Library) -> None:
    talk = start(library, candidate=Candidate(background="I kept bees on a church roof."))
    persona = library.persona("emil")
    line = "How did you get the bees up there?"
    engine = ScriptedEngine([line])
    reader = FedReader(suit=(line,))
    opened = await first_line(talk, persona, library.company_of(persona), engine=engine, reader=reader)
    assert opened.lines[0].text.startswith("Welcome, welcome! I'm Emil")
    assert opened.lines[0].text.endswith(line)
    assert opened.lines[0].text.count("?") == 1
    assert "church roof" in engine.asked[0].messages[-1].content


async def test_without_a_word_about_them_the_opening_is_the_personas_own(library: Library) -> None:
    talk, persona = start(library), library.persona("emil")
    opened = await first_line(
        talk, persona, library.company_of(persona), engine=ScriptedEngine([]), reader=FedReader()
    )
    assert opened == talk


def test_a_colleague_comes_in(library: Library) -> None:
    persona = library.persona("johanna")
    talk = switch_persona(start(library), persona, library.company_of(persona), now=NOW)
    assert persona.name in talk.lines[-1].text
    assert talk.persona == "johanna"


@pytest.mark.parametrize("said", ["why was that", "haha why", "Why though?", "Meaning?"])
async def test_why_after_an_answer_that_ended_with_a_question_gets_the_reason(
    said: str, library: Library
) -> None:
    """It goes to what was told, for of a question nobody asks why like this."""
    engine = ScriptedEngine(free("What was in the cake?"))
    reader = real_reader()
    talk = await turn(
        library, start(library, "ruth"), "sheep, 410 ewes. sold up in september", engine, reader=reader
    )
    both = (
        "I went round all seven farms with a cake and one sheet of paper for each. "
        "Is it far to walk from one person to another in your building?"
    )
    talk = await turn(library, talk, both, engine, reader=reader)
    told, asked = talk.lines[-1].facts, talk.lines[-1].text
    assert told
    assert asked.endswith("?")
    talk = await turn(library, talk, said, engine, reader=reader)
    [fact] = [fact for fact in library.company(talk.company).facts if fact.id in told]
    assert talk.lines[-1].text in (fact.more if said == "Meaning?" else fact.more[:1])


LIFT = (
    "The brake of the hospital lift made a noise, and nothing on the paper was wrong. I put my own padlock on"
    " the switch for four days, until the inspector found the crack."
)
BYE = "I have to go now, bye!"
GOES = FedReader({BYE: Reading(acts=frozenset({Act.GOODBYE}))})


async def test_leave_is_taken_with_a_thing_of_the_story_that_is_said_after_no_other(
    library: Library,
) -> None:
    def padlock(messages: tuple[Message, ...], text: str) -> float:
        story = "padlock" in messages[-1].content
        return -1.0 if story and "padlock" in text else alike(messages, text)

    told = await turn(library, start(library), LIFT, ScriptedEngine(free(GOOD), weigh=padlock))
    left = await turn(library, told, BYE, ScriptedEngine([], weigh=padlock), reader=GOES)
    assert left.lines[-1].job == Job.LEAVE.value
    assert "padlock" in left.lines[-1].text
    assert "“" not in left.lines[-1].text


async def test_where_nothing_can_be_weighed_leave_is_taken_with_the_candidates_own_sentences(
    library: Library,
) -> None:
    engine = ScriptedEngine(free(GOOD))
    engine.can = frozenset({"skills"})
    told = await turn(library, start(library), LIFT, engine)
    left = await turn(library, told, BYE, engine, reader=GOES)
    assert "“" in left.lines[-1].text
