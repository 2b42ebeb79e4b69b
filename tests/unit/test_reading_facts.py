"""Whether a candidate's question finds the fact that answers it, measured on questions in many people's words."""

# ruff: noqa: E501  (lines of talk read better whole)

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from feeler.interview.questions import questions_in
from feeler.interview.values import Interview, Line, Phase, Speaker
from feeler.personas.library import Library, load_library
from feeler.personas.values import Reveal, Topic
from feeler.reading.facts import find_facts

QUESTIONS = Path(__file__).parent / "data" / "questions.yaml"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def talk(*lines: Line) -> Interview:
    return Interview(id="1", persona="emil", company="brandl", started=NOW, lines=lines)


def said(
    number: int, speaker: Speaker, text: str, *, topics: tuple[Topic, ...] = (), facts: tuple[str, ...] = ()
) -> Line:
    return Line(
        number=number, turn=1, speaker=speaker, persona="emil", phase=Phase.QUESTIONS, text=text, at=NOW,
        topics=topics, facts=facts,
    )  # fmt: skip


def test_most_questions_find_a_fact_that_a_reader_would_accept(library: Library) -> None:
    company = library.company("brandl")
    rows = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    found = 0
    for row in rows:
        opened = find_facts(talk(), company, questions_in(row["ask"]))
        told = {fact.id for fact in opened.facts}
        found += bool(told & set(row["facts"])) if row["facts"] else (not told or opened.near)
    assert len(rows) >= 120
    assert found / len(rows) >= 0.85


def test_what_nobody_may_know_is_never_opened(library: Library) -> None:
    for company in library.companies.values():
        for fact in company.facts:
            if fact.reveal is Reveal.NEVER:
                asked = (f"Is it true? {fact.text}", f"What about {' '.join(fact.keywords)}?")
                assert fact not in find_facts(talk(), company, asked).facts


def test_the_harder_half_comes_out_on_a_follow_up_only(library: Library) -> None:
    company = library.company("brandl")
    first = find_facts(talk(), company, ("Do you travel a lot, are people away too much?",))
    assert first.withheld
    assert "travel-weight" not in {fact.id for fact in first.facts}
    before = talk(
        said(1, Speaker.CANDIDATE, "Is it stressful?", topics=(Topic.CONDITIONS,)),
        said(2, Speaker.COMPANY, "It is.", topics=(Topic.CONDITIONS,), facts=("before-delivery",)),
    )
    after = find_facts(before, company, ("And how many nights is somebody abroad?",))
    assert [fact.id for fact in after.facts] == ["travel-weight"]


def test_a_bare_follow_up_goes_on_about_the_same_topic(library: Library) -> None:
    before = talk(
        said(1, Speaker.CANDIDATE, "What is your biggest problem?", topics=(Topic.PROBLEM,)),
        said(2, Speaker.COMPANY, "The old hands.", topics=(Topic.PROBLEM,), facts=("knowledge-walks",)),
    )
    opened = find_facts(before, library.company("brandl"), ("What have you tried against it?",))
    assert opened.followed
    assert opened.facts[0].topic is Topic.PROBLEM


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("What goes wrong with such people?", "salesman-left"),
        ("And what did they learn from that?", "salesman-left"),
        ("What do you pay people who come from outside?", "contract-plus"),
        ("How does your company really earn its money?", "spare-parts"),
    ],
)
def test_what_is_asked_on_about_and_what_is_meant_by_the_way(
    library: Library, question: str, fact: str
) -> None:
    before = talk(
        said(1, Speaker.CANDIDATE, "How does somebody get in?", topics=(Topic.ENTRY,)),
        said(2, Speaker.COMPANY, "With a godparent.", topics=(Topic.ENTRY,), facts=("godparents",)),
    )
    assert [one.id for one in find_facts(before, library.company("brandl"), (question,)).facts] == [fact]
