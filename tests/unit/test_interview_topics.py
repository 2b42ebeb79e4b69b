"""Topics: their buttons, and which nobody touched yet."""

from datetime import UTC, datetime

import pytest

from feeler.interview.dossier import untouched
from feeler.interview.topics import LABELS, picked
from feeler.interview.values import Interview, Line, Phase, Speaker
from feeler.personas.library import Library, load_library
from feeler.personas.values import Topic

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


def test_every_button_is_understood() -> None:
    assert {picked(label) for label in LABELS.values()} == set(Topic)


def test_untouched_topics_are_those_nobody_spoke_of(library: Library) -> None:
    before = talk(said(1, Speaker.CANDIDATE, "What is your biggest problem?", topics=(Topic.PROBLEM,)))
    left = untouched(before, library.company("brandl"))
    assert len(left) == 3
    assert Topic.PROBLEM not in left
