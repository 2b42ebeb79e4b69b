"""What is shipped keeps the promises that a talk rests on."""

from collections import Counter
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
import yaml

from feeler.interview.acts import Act
from feeler.interview.conduct import broken
from feeler.interview.conduct.fairness import DO_NOT_ASK
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Asking, Job, Plan
from feeler.interview.values import Interview, Phase
from feeler.personas.check import check_folder
from feeler.personas.library import load_library, shipped_prompts
from feeler.personas.values import SLOTS, Company, Persona, Reveal, Topic

LIBRARY = load_library()
PARTS = {"say back", "nod", "bridge", "back to you", "kindly", "take away"}  # pieces of lines, and no jobs
SCRIPTS = Path(__file__).parents[1] / "conversations"
companies = pytest.mark.parametrize("company", LIBRARY.companies.values(), ids=lambda one: one.slug)
personas = pytest.mark.parametrize("persona", LIBRARY.personas.values(), ids=lambda one: one.slug)


def test_the_check_finds_nothing_to_complain_about() -> None:
    assert check_folder(shipped_prompts(), shipped=None, do_not_ask=DO_NOT_ASK) == []


def test_there_are_written_lines_for_every_job_the_plan_can_give() -> None:
    assert {str(job) for job in Job} - {"silent"} == set(SLOTS) - PARTS - {"arrive"}


@companies
def test_a_company_has_something_to_tell_on_every_topic(company: Company) -> None:
    told = [fact for fact in company.facts if fact.reveal is not Reveal.NEVER]
    assert {fact.topic for fact in told} == set(Topic)
    assert len(told) >= 18


@companies
def test_good_questions_pay_and_follow_ups_pay_more(company: Company) -> None:
    levels = Counter(fact.reveal for fact in company.facts)
    assert levels[Reveal.ASKED] >= levels[Reveal.VOLUNTEERED] > levels[Reveal.PROBED] >= 5
    assert levels[Reveal.NEVER] in (1, 2)


@personas
def test_an_opening_says_that_nothing_is_at_stake_and_asks_one_question(persona: Persona) -> None:
    assert persona.opening.count("?") == 1
    assert persona.name.split()[0] in persona.opening


@personas
def test_the_probes_of_two_colleagues_differ(persona: Persona) -> None:
    others = {probe.question for one in LIBRARY.colleagues(persona) for probe in one.probes}
    assert not others & {probe.question for probe in persona.probes}


@personas
def test_every_written_line_can_be_said(persona: Persona) -> None:
    """Filled in after somebody told a story, it passes every conduct check."""
    company = LIBRARY.company_of(persona)
    heard, hook = "I ran a garden centre with my uncle for eleven years.", "a garden centre with my uncle"
    talk = Interview(id="x", persona=persona.slug, company=company.slug, started=datetime.now(UTC))
    fact = next(fact for fact in company.facts if fact.reveal is Reveal.PROBED)
    note = persona.knows.split(". ")[2] + "."
    said = [(job, line) for job in SLOTS if job not in {"arrive", *PARTS} for line in persona.lines[job]]
    for (job, written), probe in product(said, persona.probes):
        if "{question}" not in written and probe != persona.probes[0]:
            continue
        asking = Asking.ONE if job in ("react and ask", "push", "rephrase") else Asking.MAY
        plan = Plan(
            turn=2, phase=Phase.STORY, acts=(Act.TOLD,), job=Job(job), asking=asking, probe=probe, note=note,
            facts=(fact,) if "fact" in SLOTS[job] else (), hook=hook, knower=company.people[0],
        )  # fmt: skip
        text = written
        for slot, value in (
            ("hook", hook),
            ("question", probe.question),
            ("fact", fact.text),
            ("note", note),
        ):
            text = text.replace(f"{{{slot}}}", value)
        text = text.replace("{knower}", company.people[0])
        situation = Situation(plan=plan, persona=persona, company=company, interview=talk, heard=heard)
        may_not_touch = "{hook}" not in written  # for when there is nothing to pick up
        findings = [one for one in broken(text, situation) if one.check != "touches" or not may_not_touch]
        assert not findings, text


def test_no_written_line_is_used_by_two_personas() -> None:
    lines = [
        line
        for one in LIBRARY.personas.values()
        for job in one.lines.values()
        for line in job
        if "{" not in line
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
