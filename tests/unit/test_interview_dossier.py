"""What a question opens, by how well each thing in the dossier answers it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.readers import FedReader, asks, real_reader
from training.reader import rows_of

from feeler.interview.acts import Act
from feeler.interview.dossier import PURPOSE, Opened, Shares, known, opened
from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Phase
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import load_library
from feeler.personas.values import Reveal, Topic
from feeler.usecases.drafting import open_talk
from feeler.usecases.finding import open_dossier

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LIBRARY = load_library()
EMIL, BRANDL = LIBRARY.persona("emil"), LIBRARY.company("brandl")
THINGS = known(EMIL, BRANDL)
PROBED = next(fact for fact in BRANDL.facts if fact.reveal is Reveal.PROBED)
EASY = next(fact for fact in BRANDL.facts if fact.topic is PROBED.topic and fact.reveal is Reveal.ASKED)


def talk() -> Interview:
    return open_talk(EMIL, BRANDL, id="1", now=NOW)


def after(fact_text: str, *, topic: Topic, fact: str = "") -> Interview:
    """A talk in which the company has just said something about a topic."""
    before = talk()
    line = replace(
        before.lines[0], number=2, turn=1, phase=Phase.QUESTIONS, text=fact_text, topics=(topic,),
        facts=(fact,) if fact else (),
    )  # fmt: skip
    return before.evolve(lines=(*before.lines, line))


def share(weights: Mapping[str, float], none: float) -> Shares:
    """Shares in which the things with these texts have these weights."""
    return Shares(each=tuple(weights.get(thing.text, 0.0) for thing in THINGS), none=none)


def open_with(before: Interview, weights: Mapping[str, float], none: float = 0.1) -> Opened:
    return opened(before, asks("so?"), THINGS, [share(weights, none)])


def test_what_nobody_may_know_is_not_even_there() -> None:
    for company in LIBRARY.companies.values():
        for persona in LIBRARY.personas.values():
            texts = {thing.text for thing in known(persona, company)}
            secret = {fact.text for fact in company.facts if fact.reveal is Reveal.NEVER}
            assert secret
            assert not texts & secret


def test_the_best_answer_is_told_and_none_where_none_is_best() -> None:
    assert open_with(talk(), {EASY.text: 0.8, PROBED.text: 0.1}).facts == (EASY,)
    assert not open_with(talk(), {EASY.text: 0.2}, none=0.8).facts


def test_what_only_comes_near_says_so() -> None:
    found = open_with(talk(), {EASY.text: 0.4}, none=0.5)
    assert found.facts == (EASY,)
    assert found.near
    unsure = open_with(talk(), {EASY.text: 0.5}, none=0.1)
    assert (unsure.facts, unsure.near) == ((EASY,), True)
    assert not open_with(talk(), {EASY.text: 0.7}, none=0.1).near


def test_the_harder_half_comes_out_only_where_its_topic_was_touched() -> None:
    first = open_with(talk(), {PROBED.text: 0.6, EASY.text: 0.3})
    assert first.withheld
    assert first.facts == (EASY,)
    assert not first.near
    touched = after("It is.", topic=PROBED.topic)
    assert open_with(touched, {PROBED.text: 0.6, EASY.text: 0.3}).facts == (PROBED,)


def test_nothing_on_another_matter_stands_for_what_may_not_be_told_yet() -> None:
    other = next(
        fact for fact in BRANDL.facts if fact.reveal is Reveal.ASKED and fact.topic is not EASY.topic
    )
    found = open_with(talk(), {PROBED.text: 0.6, other.text: 0.3, EASY.text: 0.05}, none=0.05)
    assert found.facts == (EASY,)
    assert found.near
    assert not open_with(talk(), {PROBED.text: 0.6, other.text: 0.3}, none=0.05).facts


def test_why_is_not_answered_with_what_was_just_said() -> None:
    said = after(EASY.text, topic=EASY.topic, fact=EASY.id)
    other = next(fact for fact in BRANDL.facts if fact.reveal is Reveal.VOLUNTEERED)
    assert open_with(said, {EASY.text: 0.5, other.text: 0.3}).facts == (other,)


def test_what_the_person_knows_of_themselves_answers_and_so_does_why_we_talk() -> None:
    own = next(thing.text for thing in THINGS if thing.fact is None)
    assert open_with(talk(), {own: 0.9}).note == own
    assert open_with(talk(), {PURPOSE: 0.9}).note == PURPOSE


def test_of_several_things_of_ones_own_that_answer_alike_the_best_is_said() -> None:
    own = [thing.text for thing in THINGS if thing.fact is None][:3]
    facts = [thing.text for thing in THINGS if thing.fact is not None and thing.fact.reveal is Reveal.ASKED][
        :3
    ]
    alike = (0.17, 0.16, 0.15)
    rows = dict(zip(own, alike, strict=True))
    personal = replace(asks("And you, where were you before?"), acts=frozenset({Act.ASKED, Act.PERSONAL}))
    assert opened(talk(), personal, THINGS, [share(rows, 0.3)]).note == own[0]
    assert not open_with(talk(), rows).note  # who asks about the company gets no story of one's own
    assert not open_with(talk(), dict(zip(facts, alike, strict=True))).facts


def test_two_questions_get_two_answers_and_three_no_lecture() -> None:
    easy = [fact for fact in BRANDL.facts if fact.reveal is Reveal.ASKED][:3]
    rows = [share({fact.text: 0.9}, 0.1) for fact in easy]
    assert opened(talk(), asks("so?"), THINGS, rows).facts == tuple(easy[:2])


def test_a_message_that_asks_nothing_opens_nothing() -> None:
    found = asyncio.run(
        open_dossier(talk(), EMIL, BRANDL, Reading(), engine=ScriptedEngine(), reader=FedReader())
    )
    assert found == Opened()


@pytest.mark.slow
def test_what_strangers_ask_finds_what_readers_found() -> None:
    """Questions of people who knew nothing of the company; nothing is taught with them."""
    reader = real_reader()
    rows = rows_of("held_strangers.jsonl")
    right = near = 0
    for row in rows:
        persona = LIBRARY.persona(row["persona"])
        things = known(persona, LIBRARY.company_of(persona))
        share = reader.answers("", row["asked"], things)
        best = max(range(len(things)), key=lambda at: share.each[at])
        fact = things[best].fact
        found = fact.id if fact else things[best].text
        right += found in row["use"]
        near += bool(row["use"]) and found in {*row["use"], *row["near"]}
    answered = sum(bool(row["use"]) for row in rows)
    assert answered > 100
    assert right / answered >= 0.65
    assert near / answered >= 0.8
