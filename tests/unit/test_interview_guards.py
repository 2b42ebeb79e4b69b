"""What the company's person must not say, and what is taken up of a message."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feeler.interview.grounded import grounded
from feeler.interview.guards import broken
from feeler.interview.plan import Job, Plan
from feeler.interview.scene import Scene
from feeler.interview.tidying import tidy
from feeler.interview.values import Phase
from feeler.personas.library import load_library
from feeler.personas.values import Reveal
from feeler.usecases.drafting import open_talk

LIBRARY = load_library()
RUTH, TAMARACK = LIBRARY.persona("ruth"), LIBRARY.company("tamarack")
STORY = (
    "I was a supply sergeant. The road was closed, so I rerouted 40 trucks over a farmer's track "
    "and bought his hay."
)
TALK = open_talk(RUTH, TAMARACK, id="1", now=datetime(2026, 1, 5, tzinfo=UTC))


def scene(job: Job, heard: str = STORY, **plan: object) -> Scene:
    made = Plan(turn=1, phase=Phase.STORY, job=job, **plan)  # type: ignore[arg-type]
    return Scene(plan=made, persona=RUTH, company=TAMARACK, interview=TALK, heard=heard)


def names(text: str, where: Scene) -> set[str]:
    return {finding.guard for finding in broken(text, where)}


@pytest.mark.parametrize(
    ("line", "guard"),
    [
        ("You rerouted 400 trucks. Who had to agree?", "no invented number"),
        ("Did General Petrov agree to that?", "no invented name"),
        ("How old were you when you did that?", "nothing unlawful"),
        ("What did your wife say to that?", "nothing unlawful"),
        ("How did I find the farmer?", "whose life it is"),
        ("We rerouted it. What did the farmer say?", "whose life it is"),
        ("Who had to agree? And who was against it?", "asks or not"),
        ("You bought his hay.", "asks or not"),
        ("*smiles* Who had to agree?", "no stage directions"),
        ("As an AI, may I ask who had to agree?", "no assistant's phrases"),
        ("You can start on Monday, who would stop you?", "no promise"),
        ("Who had to agree to the", "whole"),
        ("Wer musste dem zustimmen, bevor Sie gefahren sind?", "language of the talk"),
    ],
)
def test_a_question_that_must_not_be_asked(line: str, guard: str) -> None:
    assert guard in names(line, scene(Job.ASK))


@pytest.mark.parametrize(
    "line",
    [
        "You bought his hay. What did he say to that?",
        "How did you know that the track would carry 40 trucks?",
    ],
)
def test_a_plain_question_passes(line: str) -> None:
    assert not broken(line, scene(Job.ASK))


def test_an_answer_says_its_fact_and_no_more() -> None:
    fact = next(fact for fact in TAMARACK.facts if fact.reveal is Reveal.ASKED)
    where = scene(Job.TELL, "what about that?", facts=(fact,))
    assert not broken(fact.text, where)
    told = f"{fact.text} Our helicopters painted the lighthouse in gold leaf."
    assert "nothing beside the fact" in names(told, where)


def test_an_answer_keeps_numbers_and_names_and_adds_no_yes_or_no() -> None:
    pay = next(fact for fact in TAMARACK.facts if "52 thousand" in fact.text)
    where = scene(Job.TELL, "is it enough?", facts=(pay,))
    assert "keeps the fact" in names("We pay by a public table.", where)
    assert "keeps the fact" in names(f"Yes, they do. {pay.text}", where)
    assert "keeps the fact" not in names(pay.text, where)


def test_what_nobody_may_know_does_not_get_out() -> None:
    for fact in TAMARACK.facts:
        if fact.reveal is Reveal.NEVER:
            assert "no leak" in names(fact.text, scene(Job.TELL, "tell me"))


def test_no_question_comes_twice() -> None:
    asked = replace(TALK.lines[0], text="What did the farmer say when you bought his hay?")
    again = replace(scene(Job.ASK), interview=TALK.evolve(lines=(asked,)))
    assert "no repetition" in names("What did that farmer say when you bought the hay?", again)


@pytest.mark.parametrize(
    ("sentence", "taken_up"),
    [
        ("You bought his hay.", True),
        ("You rerouted 40 trucks over a farmer's track.", True),
        ("The road was closed.", True),
        ("The farmer bought your hay.", False),
        ("You were a brave man.", False),
        ("You bought 40 trucks.", False),
        ("", False),
    ],
)
def test_taking_up_is_the_candidates_own_words_in_their_order(sentence: str, taken_up: bool) -> None:
    assert grounded(sentence, STORY) is taken_up


def test_what_was_retold_wrongly_is_cut_and_the_question_stays() -> None:
    draft = "The hay drove the trucks. How long did it take you to find the track? I see."
    assert tidy(draft, scene(Job.ASK)) == "How long did it take you to find the track?"
    kept = "You bought his hay. What did he say to that?"
    assert tidy(f'Ruth: "{kept}"', scene(Job.ASK)) == kept


@pytest.mark.parametrize(
    "gesture", ["*smiles*\n", "(smiles and pours coffee)", "(Ruth looks up)\n", "(a pause)"]
)
def test_what_is_done_and_not_said_is_cut_from_a_draft(gesture: str) -> None:
    kept = "You bought his hay. What did he say to that?"
    assert "no stage directions" in names(f"(nods) {kept}", scene(Job.ASK))
    assert tidy(f"{gesture} {kept}", scene(Job.ASK)) == kept
    fact = "We are small (about 40 people)."
    assert tidy(f"{gesture} {fact}", scene(Job.TELL)) == fact
