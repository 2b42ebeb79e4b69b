"""A moment of need stays out of everything that the coach makes of a talk, and out of its documents."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from pypdf import PdfReader
from tests.readers import real_reader
from tests.unit.test_coach_findings import HARBOUR, talk

from feeler import coach
from feeler.coach.care import without_need
from feeler.coach.files import read_talk
from feeler.errors import DataError
from feeler.interview.values import Interview, Line, Need, Speaker
from feeler.personas.library import Library, load_library
from feeler.personas.values import Topic
from feeler.terminal.json_lines import of_line

DOCS = Path(__file__).parents[2] / "docs"
# What every part of the debrief would like: a talent, a promise, a question, the longest message.
NEED = (
    "zqxdanger I negotiated with myself all night and led a team of ten through it. I will send you my"
    " zqxnotes. What does a zqxpayday bring you? " + "I calmed the zqxpeople down again and again. " * 60
)
AFTER = "zqxafter I promise I will call my zqxsister. How is the zqxpay with you? I organised it all."
ANSWER = "zqxanswer I will send you a zqxletter, and we have a zqxhelpline."


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def planted(need: Need, *, at: int, silent: bool) -> Interview:
    """The harbour talk with a moment of need after its line `at`, and one more message before it goes on."""
    whole = talk(*HARBOUR)
    head, tail = whole.lines[:at], whole.lines[at:]
    turn = max((line.turn for line in head), default=0)
    model = whole.lines[0]

    def line(number: int, turn: int, speaker: Speaker, text: str, need: Need = Need.NONE) -> Line:
        return Line(
            number=number, turn=turn, speaker=speaker, persona=model.persona, phase=head[-1].phase, text=text,
            at=model.at + timedelta(minutes=number), need=need,
        )  # fmt: skip

    who = Speaker.COACH if silent else Speaker.COMPANY
    moment = [
        line(at + 1, turn + 1, Speaker.CANDIDATE, NEED, need),
        line(at + 2, turn + 1, who, ANSWER),
    ]
    if silent:
        moment += [
            line(at + 3, turn + 2, Speaker.CANDIDATE, AFTER),
            line(at + 4, turn + 2, Speaker.COACH, ANSWER),
        ]
    turns = 2 if silent else 1
    moved = [
        Line(**{**vars(one), "number": one.number + len(moment), "turn": one.turn + turns}) for one in tail
    ]
    return whole.evolve(lines=(*head, *moment, *moved))


def cases() -> Iterator[Interview]:
    for at in (3, 7, len(HARBOUR)):
        yield planted(Need.ACUTE, at=at, silent=True)
        yield planted(Need.HEAVY, at=at, silent=False)


def told_apart(found: coach.Debrief) -> Iterator[tuple[str, str]]:
    """Every output by name, without the transcript that the documents end with."""
    yield "messages", "\n".join(coach.messages(found))
    for kind in ("txt", "md", "html"):
        whole = coach.render(found, kind).decode()
        yield kind, re.split(r"Transcript\n-|## Transcript|<h2[^>]*>Transcript", whole)[0]
    pages = PdfReader(BytesIO(coach.render(found, "pdf"))).pages
    yield "pdf", "\n".join(page.extract_text() for page in pages).split("Transcript\n")[0]
    data = json.loads(coach.render(found, "json"))
    del data["transcript"]
    yield "json", json.dumps(data)


@pytest.mark.parametrize("interview", list(cases()))
def test_nothing_of_it_is_in_any_output(interview: Interview, library: Library) -> None:
    found = coach.findings(interview, library, reader=real_reader())
    assert found.troubled
    for name, text in told_apart(found):
        assert "zqx" not in text, name
        if name in ("txt", "md", "html", "pdf"):  # whole as far as the transcript
            assert "There was a pause in this talk" in " ".join(text.split())
            assert "Balance of the talk" in text
    assert any("pause" in text for text in coach.messages(found))
    assert (found.role, found.note, found.practice, found.well) == (None, None, (), ())
    assert all("zqx" not in json.dumps(one.__dict__, default=str) for one in found.promises)


@pytest.mark.parametrize("interview", list(cases()))
def test_figures_and_pictures_are_those_of_the_talk_without_it(
    interview: Interview, library: Library
) -> None:
    bare = talk(*HARBOUR)
    assert [one.text for one in without_need(interview).lines] == [one.text for one in bare.lines]
    found, other = coach.findings(interview, library), coach.findings(bare, library)
    assert coach.picture(found) == coach.picture(other)
    assert found.balance.share == other.balance.share
    assert [one.share for one in coach.history([interview], library)] == [other.balance.share]
    assert coach.history_text(coach.history([interview], library)) == coach.history_text(
        coach.history([bare], library)
    )
    strip = re.compile(r'class="strip".*?</div>', re.DOTALL)
    pages = [strip.findall(coach.render(one, "html").decode()) for one in (found, other)]
    assert pages[0] == pages[1] != []


@pytest.mark.parametrize("topic", list(Topic))
def test_comparing_two_interviewers_leaves_it_out(topic: Topic, library: Library) -> None:
    text = coach.comparison_text(coach.compare(list(cases()), library, topic))
    assert "zqx" not in text


def test_a_talk_that_held_little_else_is_not_called_too_short(library: Library) -> None:
    lines = planted(Need.ACUTE, at=3, silent=True).lines[1:7]
    found = coach.findings(talk(*HARBOUR).evolve(lines=lines), library)
    [text] = coach.messages(found)
    assert "pause" in text
    for shown in (text, coach.render(found, "txt").decode()):
        assert "too little" not in shown.casefold()


def test_nobody_in_need_is_told_what_their_words_did_not_show(library: Library) -> None:
    rows = [*(f"{who}: Hm, yes." for _ in range(5) for who in ("company", "candidate"))]
    interview = talk(*rows)
    last = interview.lines[-1]
    needy = Line(**{**vars(last), "need": Need.HEAVY})
    found = coach.findings(interview.evolve(lines=(*interview.lines[:-1], needy)), library)
    shown = "\n".join((*coach.messages(found), coach.render(found, "txt").decode()))
    for reproach in ("You asked nothing", "nothing that you did", "Try next", "Neither side"):
        assert reproach not in shown


@pytest.mark.parametrize("kind", ["txt", "md", "html", "json", "pdf"])
@pytest.mark.parametrize("need", [Need.HEAVY, Need.ACUTE])
def test_in_a_transcript_one_quiet_line_stands_for_it(kind: str, need: Need, library: Library) -> None:
    interview = planted(need, at=5, silent=need is Need.ACUTE)
    found = coach.findings(interview, library)
    for file in (coach.render_transcript(interview, library, kind), coach.render(found, kind)):
        text = file.decode() if kind != "pdf" else on_paper(file)
        shown = " ".join(text.replace("\\", "").split())
        assert "zqx" not in shown
        assert shown.count("There was a pause here.") == 1
        for line in talk(*HARBOUR).lines[4:7]:  # what was said before and after it is all there
            assert line.text in shown
    assert any("zqxdanger" in line.text for line in interview.lines)  # what is kept, and exported, has it


def on_paper(file: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)


@pytest.mark.parametrize("need", [Need.HEAVY, Need.ACUTE])
@pytest.mark.parametrize("of", ["transcript", "debrief", "lines"])
def test_a_file_keeps_the_need_and_its_debrief_the_silence(of: str, need: Need, library: Library) -> None:
    interview = planted(need, at=5, silent=need is Need.ACUTE)
    if of == "transcript":
        text = coach.render_transcript(interview, library, "json").decode()
        jsonschema.validate(json.loads(text), json.loads((DOCS / "transcript.schema.json").read_text()))
    elif of == "debrief":
        text = coach.render(coach.findings(interview, library), "json").decode()
        jsonschema.validate(json.loads(text), json.loads((DOCS / "debrief.schema.json").read_text()))
    else:
        text = "\n".join(json.dumps(of_line(line)) for line in interview.lines)
    back = read_talk(text, library, "talk.json")
    assert {line.need for line in back.lines} == {Need.NONE, need}
    found = coach.findings(back, library)
    assert found.troubled
    assert all("zqx" not in shown for _, shown in told_apart(found))


def test_a_need_that_is_none_of_ours_is_refused_with_its_line(library: Library) -> None:
    row = {"turn": 1, "speaker": "candidate", "persona": "emil", "phase": "story", "text": "x", "need": "sad"}
    with pytest.raises(DataError, match=r"need: .*sad"):
        read_talk(json.dumps(row), library, "talk.json")
