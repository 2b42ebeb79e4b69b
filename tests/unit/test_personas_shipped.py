"""What is shipped keeps the promises that a talk rests on."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from feeler.interview.dossier import notes
from feeler.interview.guards import broken
from feeler.interview.guards.unlawful import DO_NOT_ASK
from feeler.interview.plan import Job, Plan
from feeler.interview.scene import Scene
from feeler.interview.values import Interview, Phase
from feeler.personas.check import check_folder
from feeler.personas.library import load_library, shipped_prompts
from feeler.personas.values import SLOTS, Company, Manner, Persona, Reveal, Topic
from feeler.usecases.questions import plain_questions

LIBRARY = load_library()
SCRIPTS = Path(__file__).parents[1] / "conversations"
companies = pytest.mark.parametrize("company", LIBRARY.companies.values(), ids=lambda one: one.slug)
personas = pytest.mark.parametrize("persona", LIBRARY.personas.values(), ids=lambda one: one.slug)


def test_the_check_finds_nothing_to_complain_about() -> None:
    assert check_folder(shipped_prompts(), shipped=None, do_not_ask=DO_NOT_ASK) == []


def test_there_are_written_lines_for_every_job_the_plan_can_give() -> None:
    told = {"open", "tell", "mine", "offer", "silent"}  # these have a fact, or the persona's own opening
    assert {str(job) for job in Job} - told == set(SLOTS) - {"arrive", "keep"}


@companies
def test_a_company_has_something_to_tell_on_every_topic(company: Company) -> None:
    told = [fact for fact in company.facts if fact.reveal is not Reveal.NEVER]
    assert {fact.topic for fact in told} == set(Topic)
    assert len(told) >= 18


@companies
def test_good_questions_pay_and_follow_ups_pay_more(company: Company) -> None:
    levels = Counter(fact.reveal for fact in company.facts)
    assert levels[Reveal.ASKED] >= levels[Reveal.VOLUNTEERED] + levels[Reveal.PROBED]
    assert min(levels[Reveal.VOLUNTEERED], levels[Reveal.PROBED]) >= 5
    assert levels[Reveal.NEVER] in (1, 2)


@personas
def test_an_opening_says_that_nothing_is_at_stake_and_asks_one_question(persona: Persona) -> None:
    assert persona.opening.count("?") == 1
    assert persona.name.split()[0] in persona.opening


@personas
def test_every_written_line_can_be_said(persona: Persona) -> None:
    """Filled in after somebody told a story, it passes every guard."""
    company = LIBRARY.company_of(persona)
    heard = "I ran a garden centre with my uncle for eleven years."
    talk = Interview(id="x", persona=persona.slug, company=company.slug, started=datetime.now(UTC))
    fact = next(fact for fact in company.facts if fact.reveal is Reveal.ASKED)
    beside = {"keep": Job.LEAVE}
    said = [(job, line) for job in SLOTS if job != "arrive" for line in persona.lines[job]]
    for job, written in said:
        plan = Plan(
            turn=2, phase=Phase.STORY, job=beside.get(job) or Job(job),
            facts=(fact,) if "fact" in SLOTS[job] else (),
            knower=company.people[0],
        )  # fmt: skip
        values = {
            "fact": fact.text,
            "knower": company.people[0],
            "question": "What did your uncle say about the greenhouse?",
            "thing": "garden centre",
        }
        text = written
        for slot, value in values.items():
            text = text.replace(f"{{{slot}}}", value)
        scene = Scene(plan=plan, persona=persona, company=company, interview=talk, heard=heard)
        safe = [one for one in broken(text, scene) if one.guard != "asks or not"]
        assert not safe, text


def test_whatever_somebody_says_of_themselves_has_a_reason_and_a_case_for_who_asks_on() -> None:
    for persona in LIBRARY.personas.values():
        assert set(persona.more) == set(notes(persona))
        added = [text for more in persona.more.values() for text in more]
        assert all(len(more) == 2 for more in persona.more.values())
        assert len(set(added)) == len(added)


def test_no_plain_question_asks_what_nobody_may_ask() -> None:
    asked = [question for manner in Manner for question in plain_questions(manner)]
    assert len(asked) > 500
    assert all(len(set(plain_questions(manner))) == len(plain_questions(manner)) for manner in Manner)
    assert all(question.endswith("?") for question in asked)
    wrong = [one for one in asked for what in DO_NOT_ASK.values() if re.search(what, one, re.IGNORECASE)]
    assert not wrong


def test_no_written_line_is_used_by_two_personas() -> None:
    plain = {
        line
        for job in yaml.safe_load((shipped_prompts() / "plain.yaml").read_text("utf-8")).values()
        for line in job
    }
    lines = [
        line
        for one in LIBRARY.personas.values()
        for job in one.lines.values()
        for line in job
        if "{" not in line and line not in plain
    ]
    assert [line for line, count in Counter(lines).items() if count > 1] == []


def test_there_are_scripts_of_many_people_and_a_key_that_fits_them() -> None:
    scripts = {path.stem: path.read_text("utf-8").splitlines() for path in SCRIPTS.glob("*.txt")}
    key = yaml.safe_load((SCRIPTS / "key.yaml").read_text("utf-8"))
    assert len(scripts) >= 28
    assert set(key) == set(scripts)
    for slug, lines in scripts.items():
        messages = [line for line in lines if not line.startswith("/")]
        assert 8 <= len(messages) <= 16, slug
        asks = key[slug]["asks"]
        assert all(1 <= number <= len(messages) for number in asks), slug
        assert all(Topic(topic) for topics in asks.values() for topic in topics)
        assert set(key[slug].get("follow_ups", [])) <= set(asks), slug
