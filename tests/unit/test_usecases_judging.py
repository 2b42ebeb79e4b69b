"""What a model that was taught to judge makes of the few candidates that a head found."""

from collections.abc import Callable

import pytest

from feeler.errors import Unsupported
from feeler.interview.dossier import Known, Shares
from feeler.llm.scripted import ScriptedEngine
from feeler.llm.shares import ABLE
from feeler.ports import Likelihood, Message, Scoring
from feeler.usecases.judging import FEW, answers_prompt, judged, weighed

HOURS = Known(text="The hall starts at six.")
PAY = Known(text="Everybody is paid on the last day of the month.")
ASKED = "When does the day begin with you?"


def says_yes_to(right: str) -> Callable[[tuple[Message, ...], str], float]:
    """Yes is likelier than no behind this text alone."""
    return lambda _, text: -1.0 if (text.endswith(" yes")) == (right in text) else -9.0


def judge(right: str) -> ScriptedEngine:
    engine = ScriptedEngine(weigh=says_yes_to(right))
    engine.can = ABLE | {"judges"}
    return engine


async def test_the_model_has_the_last_word_among_what_the_head_found() -> None:
    found = await weighed(judge(HOURS.text), "", ASKED, [PAY, HOURS], Shares(each=(0.6, 0.3), none=0.1))
    assert found.each[1] > 0.9
    assert sum(found.each) + found.none == pytest.approx(1)


async def test_where_the_model_says_no_to_all_nothing_answers() -> None:
    found = await weighed(judge("-"), "", ASKED, [PAY, HOURS], Shares(each=(0.6, 0.3), none=0.1))
    assert found.none > 0.9


async def test_only_what_came_first_is_shown_to_the_model() -> None:
    things = [Known(text=f"Thing {at}.") for at in range(FEW + 5)]
    engine = judge(things[-1].text)
    each = tuple(0.5 / 2**at for at in range(len(things)))
    found = await weighed(engine, "", ASKED, things, Shares(each=each, none=0.1))
    [asked] = engine.weighed
    assert isinstance(asked, Scoring)
    assert len(asked.texts) == 2 * FEW
    assert found.each[FEW:] == (0.0,) * 5


async def test_a_model_that_was_not_taught_is_not_asked() -> None:
    engine, shares = ScriptedEngine(), Shares(each=(0.6, 0.3), none=0.1)
    assert await weighed(engine, "", ASKED, [PAY, HOURS], shares) == shares
    assert not engine.weighed


async def test_a_server_that_finds_out_only_now_that_it_cannot_leaves_the_head_alone() -> None:
    class Server(ScriptedEngine):
        async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
            raise Unsupported("no logprobs here")

    engine, shares = Server(), Shares(each=(0.6, 0.3), none=0.1)
    engine.can = ABLE | {"judges"}
    assert await weighed(engine, "", ASKED, [PAY, HOURS], shares) == shares


async def test_nothing_to_judge_asks_nothing() -> None:
    engine = judge("-")
    assert await judged(engine, answers_prompt("", ASKED), []) is None
    assert not engine.weighed


def test_the_line_before_is_shown_to_a_question_that_may_go_on_from_it() -> None:
    said = "We start at six."
    assert said in answers_prompt(said, "Why?")[-1].content
    assert said not in answers_prompt(said, "How many people work in the hall at night?")[-1].content
