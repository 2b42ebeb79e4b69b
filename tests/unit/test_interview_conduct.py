"""Every conduct check against lines it must catch and lines it must let pass."""

# ruff: noqa: E501  (lines of talk read better whole)

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeler.interview.conduct import CHECKS, broken
from feeler.interview.conduct.choice import judge, tidy
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Asking, Job, make_plan
from feeler.interview.values import Candidate, Interview, Line, Phase, Speaker
from feeler.personas.values import Company, Example, Fact, Persona, Probe, Reveal, Topic

NOW = datetime(2026, 1, 5, tzinfo=UTC)
HEARD = "I drove a tower crane in the port for eleven years and I never dropped a load."
COMPANY = Company(
    slug="mill",
    name="Aldermill",
    field="maker of paper for books",
    place="Leith",
    about="Aldermill makes thin paper, and has done so since 1890.",
    people=("Oona Reid, who runs the wet end",),
    facts=(
        Fact(
            id="shifts", topic=Topic.CONDITIONS, reveal=Reveal.ASKED, keywords=("shifts", "hours"),
            text="We work four days on and three days off. Nobody works more than 38 hours a week.",
        ),
        Fact(
            id="sale", topic=Topic.BUSINESS, reveal=Reveal.NEVER,
            text="A Finnish investor is about to buy the whole mill and close the old machine.",
        ),
    ),
)  # fmt: skip
PERSONA = Persona(
    slug="isla",
    name="Isla Boyd",
    role="mill manager",
    company="mill",
    temper="calm",
    speech="plain",
    opening="I am Isla and I run this old paper mill by the water. What have you done so far?",
    knows="I began as a lab assistant. I came here because of the river. I dislike long meetings.",
    probes=(Probe(id="calm", about="staying calm", question="When did you stay calm?"),),
    examples=(
        Example(job="react and ask", candidate="I sold shoes.", persona="Shoes tell you a great deal about a person. Who came back to you?"),
    ),
)  # fmt: skip
BEFORE = Interview(
    id="1",
    persona="isla",
    company="mill",
    started=NOW,
    candidate=Candidate(name="Gwen Parry"),
    lines=(
        Line(number=1, turn=0, speaker=Speaker.COMPANY, persona="isla", phase=Phase.OPENING, text=PERSONA.opening, at=NOW),
    ),
)  # fmt: skip


def situation(heard: str = HEARD, **changes: Any) -> Situation:
    plan = make_plan(BEFORE, PERSONA, COMPANY, heard)
    return Situation(
        plan=replace(plan, **changes), persona=PERSONA, company=COMPANY, interview=BEFORE, heard=heard
    )


GOOD = "Eleven years with a load over other people's heads asks for a steady hand. Which lift did you refuse?"


def test_a_good_line_passes_everything() -> None:
    assert broken(GOOD, situation()) == ()


@pytest.mark.parametrize(
    ("check", "line"),
    [
        ("no stage directions", "*smiles* You drove a crane, how was it?"),
        ("no stage directions", "(laughs) You drove a crane, how was it?"),
        ("no stage directions", "You drove a crane. [asks] How was it?"),
        ("one voice", "You drove a crane, how was it?\nCandidate: It was fine."),
        ("one voice", "Isla: You drove a crane, how was it?"),
        ("not the candidate's part", "I drove a tower crane in the port too. What did you do?"),
        ("not the candidate's part", "I never dropped a load in the port. And you?"),
        ("not the candidate's part", "You drove a crane. I was the most upset person on the crane, and how was it?"),
        ("nothing put into their mouth", "You polished copper kettles in a monastery kitchen with your crane. How was it?"),
        ("to their face", "The candidate drove a crane, so how was it?"),
        ("to their face", "Gwen has a steady hand. What else?"),
        ("no prompt words", "According to the dossier a crane is useful. How was it?"),
        ("no prompt words", "As a language model I like a crane. How was it?"),
        ("no assistant's phrases", "Great question! A crane is big. How was it?"),
        ("no assistant's phrases", "How can I help you with the crane?"),
        ("no assistant's phrases", "Thank you for sharing that about the crane. How was it?"),
        ("own words", "Shoes tell you a great deal about a person and a crane. How was it?"),
        ("not the candidate's part", "You never dropped a load. I sat with the ministries until something moved. And then?"),
        ("not the candidate's part", "You drove it and never dropped a load, so I drove well. And then?"),
        ("own words", "You drove a crane, and shoes are like that. Who came back?"),
        ("no promise", "Yes, with that crane you would have a good chance. When?"),
        ("no prompt words", "You are Isla Boyd, mill manager. When?"),
        ("no promise", "A crane, good. Let's meet tomorrow. When?"),
        ("no promise", "A crane, good. Let's start tomorrow! When?"),
        ("no parrot", "Then I say that I drove a tower crane in the port for eleven years. When?"),
        ("no parrot", "A crane. In the port for eleven years and I never dropped a load. How was it?"),
        ("no repetition", "A crane, good. What have you done so far?"),
        ("no invented number", "A crane lifts 40 tons. How was it?"),
        ("no invented number", "We have seventy people and a crane. How was it?"),
        ("no invented name", "You should meet Trevor about the crane. How was it?"),
        ("no invented name", "A crane is like our Siemens line. How was it?"),
        ("no invented claim", "We offer free gym membership, yoga lessons and generous parental leave. And a crane?"),
        ("no promise", "A crane, good, you are hired. When?"),
        ("no promise", "A crane! I would be happy to give you a chance. When?"),
        ("no promise", "I will send you a contract for the crane. When?"),
        ("no promise", "We will create a position for you at the crane. When?"),
        ("no leak", "A Finnish investor is about to buy the mill and close the old machine. And your crane?"),
        ("nothing unlawful", "A crane at your age? How old are you?"),
        ("nothing unlawful", "You had a wife who waited below the crane. How was it?"),
        ("nothing unlawful", "Where are you originally from, with that crane?"),
        ("nothing unlawful", "And what does your husband say about the crane?"),
        ("nothing unlawful", "I assume you have children, so who looks after them while you are on the crane?"),
        ("nothing unlawful", "What did you earn on the crane in your last job?"),
        ("nothing unlawful", "Was the crane good for your health, any sick days?"),
        ("nothing unlawful", "When do you plan to retire from the crane?"),
        ("nothing unlawful", "May I ask whether you go to church?"),
        ("nothing unlawful", "What language do you speak at home?"),
        ("language of the talk", "Das ist sehr gut und ich habe das auch gerne mit dem Kran gemacht. Wie war es?"),
        ("language of the talk", "A crane 起重机. How was it?"),
        ("asks as planned", "You drove a crane and never dropped a load."),
        ("asks as planned", "A crane? In the port? How was it?"),
        ("touches", "That sounds fine. What did you like best?"),
        ("short enough", "crane " * 61 + "how was it?"),
        ("whole", "You drove a crane, how was it? And then"),
        ("no loop", "A crane is a crane is a crane is a crane is a crane is a crane. How was it?"),
    ],
)  # fmt: skip
def test_a_check_catches(check: str, line: str) -> None:
    assert check in {finding.check for finding in broken(line, situation())}


@pytest.mark.parametrize(
    "line",
    [
        "You never dropped a load, and I believe you. Who taught you to say no up there?",
        "A crane driver sees the whole port at once. What did you see from up there that nobody below saw?",
        "I began as a lab assistant and would be afraid of your crane. What calmed you?",
        "Two or three people must have hated you for saying no to a load. What did you tell them?",
    ],
)
def test_no_check_is_too_strict(line: str) -> None:
    assert broken(line, situation()) == ()


def answering(**changes: Any) -> Situation:
    return situation("What are your hours?", **changes)


def test_an_answer_holds_the_fact() -> None:
    assert answering().plan.job is Job.ANSWER
    told = "Four days on, three days off, and nobody goes over 38 hours a week. What hours did you keep up there?"
    assert broken(told, answering()) == ()
    for evaded in (
        "Our hours are quite flexible. What hours did you keep?",
        "Four days on and three days off, and people work 50 hours a week. And you?",
    ):
        assert "answers" in {finding.check for finding in broken(evaded, answering())}


def test_not_knowing_is_said_with_a_name() -> None:
    unknown = situation("Do you have a canteen?")
    assert unknown.plan.job is Job.UNKNOWN
    honest = "I don't know that. Oona Reid would know. What did you eat up on your crane?"
    assert "answers" not in {finding.check for finding in broken(honest, unknown)}
    assert "answers" in {finding.check for finding in broken("Yes, of course we have one. And you?", unknown)}


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (f'Isla: "{GOOD}"', GOOD),
        (f"*nods* {GOOD}", GOOD),
        (f"{GOOD} And what about the", GOOD),
        (f"{GOOD} And how long did it take?", GOOD),
        (f"Certainly! {GOOD}", GOOD),
    ],
)
def test_a_draft_is_tidied(draft: str, said: str) -> None:
    assert tidy(draft, situation()) == said


def test_a_failing_sentence_is_dropped_where_the_rest_passes() -> None:
    verdict = judge(f"I will send you a contract. {GOOD}", situation())
    assert verdict.passes
    assert verdict.text == GOOD


def test_no_question_where_none_is_wanted() -> None:
    assert (
        tidy("Thank you for the crane. Shall we meet again?", situation(asking=Asking.NONE))
        == "Thank you for the crane."
    )


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    for check in CHECKS.values():
        assert isinstance(check(text, situation()), str)
    judge(text, situation())


def complaints(line: str, of: Situation) -> set[str]:
    return {finding.check for finding in broken(line, of)}


def test_what_was_said_to_the_company_is_not_said_back_to_the_candidate() -> None:
    hostile = situation("So you're the one who takes people's afternoons. Great.")
    assert "no parrot" in complaints("So you're the one who takes people's afternoons. What now?", hostile)


def test_a_fact_of_the_house_is_not_the_persons_own_doing() -> None:
    asked = situation("What are the hours?", asking=Asking.MAY)
    assert "not turned round" in complaints(
        "I work four days on and three days off, nobody works more than 38 hours a week.", asked
    )
    assert not complaints(
        "We work four days on and three days off. Nobody works more than 38 hours a week.", asked
    )


def test_an_answer_is_the_fact_without_talk_around_it() -> None:
    asked = situation("What are the hours?", asking=Asking.MAY)
    draft = (
        "You keep people together by being there for them. We work four days on and three days off. "
        "Nobody works more than 38 hours a week. What do you know about hours?"
    )
    assert judge(draft, asked).text == (
        "We work four days on and three days off. Nobody works more than 38 hours a week."
    )


def test_an_answer_may_take_up_what_the_candidate_told_before() -> None:
    talk = BEFORE.evolve(
        lines=(*BEFORE.lines, said_before("I drove a crane and carried three hundred loads."))
    )
    asked = replace(situation("What are the hours?", asking=Asking.MAY), interview=talk)
    draft = (
        "For somebody who carried loads on a crane it is calm. We work four days on and three days off. "
        "Nobody works more than 38 hours a week."
    )
    assert "crane" in judge(draft, asked).text


def said_before(text: str) -> Line:
    return Line(
        number=2, turn=1, speaker=Speaker.CANDIDATE, persona="isla", phase=Phase.OPENING, text=text, at=NOW
    )


def test_a_hand_over_asks_what_they_want_to_know_and_wishes_nothing_itself() -> None:
    theirs = situation("You go ahead.", job=Job.HAND_OVER, asking=Asking.ONE)
    assert "answers" in complaints("I would love to hear about the work. Could you recommend anyone?", theirs)
    assert "answers" not in complaints("It is your turn now. What would you like to know about us?", theirs)


def test_a_close_says_what_could_come_of_it() -> None:
    end = situation("That was good, thank you.", job=Job.CLOSE, asking=Asking.MAY)
    assert "answers" in complaints("I'll take a notebook and a pencil.", end)
    page = situation("Thank you. I'll send the page by Thursday.", job=Job.CLOSE, asking=Asking.MAY)
    assert "not the candidate's part" in complaints(
        "I'll send the page by Thursday. Nothing is promised.", page
    )
    assert "answers" not in complaints("Nothing is promised. A second talk would be the next step.", end)
