"""What a debrief says of how lines were spoken."""

from dataclasses import replace
from datetime import UTC, datetime

from feeler.coach.spoken import how_it_was_said
from feeler.interview.values import Interview, Line, Need, Phase, Speaker, Speech

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SPEECH = Speech(seconds=30.0, words=70, pauses=1, fillers=0, longest=18.4)


def line(number: int, speech: Speech | None, need: Need = Need.NONE) -> Line:
    return Line(
        number=number, turn=number, speaker=Speaker.CANDIDATE, persona="emil", phase=Phase.STORY, text="…",
        at=NOW, speech=speech, need=need,
    )  # fmt: skip


def talk(*lines: Line) -> Interview:
    return Interview(id="a", persona="emil", company="brandl", started=NOW, lines=lines)


def test_pace_stretch_pauses_and_fillers_are_told_in_two_sentences() -> None:
    said = how_it_was_said(talk(line(1, SPEECH), line(2, None), line(3, replace(SPEECH, words=80))))
    assert said == (
        "You spoke 2 of your 3 lines, at about 150 words a minute, and for up to 18 seconds without a longer "
        "pause. There were 2 pauses of more than two seconds, and no fillers such as “um”."
    )


def test_who_only_wrote_or_hardly_spoke_hears_nothing_of_it() -> None:
    assert how_it_was_said(talk(line(1, None))) == ""
    assert how_it_was_said(talk(line(1, replace(SPEECH, seconds=4.0)))) == ""


def test_a_moment_of_need_is_left_out() -> None:
    assert how_it_was_said(talk(line(1, SPEECH, Need.ACUTE))) == ""
    said = how_it_was_said(talk(line(1, SPEECH, Need.HEAVY), line(2, SPEECH)))
    assert "1 of your 2 lines, at about 140 words" in said
