"""What the taught heads say becomes a reading: closed labels and exact pieces of the message."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readers import real_reader

from feeler.interview.acts import Act
from feeler.interview.dossier import Known
from feeler.interview.reading import Shown, Understood
from feeler.interview.values import Need
from feeler.llm.reader import pieces
from feeler.personas.values import Topic
from feeler.ports import Reader
from feeler.reading.lazy import LazyReader
from feeler.reading.taught import TaughtReader


class Heads:
    """Heads that say what a test wants."""

    def __init__(self, **acts: float) -> None:
        self.acts = {act: acts.get(act.value, 0.01) for act in Act}
        self.need = {Need.NONE: 1.0, Need.HEAVY: 0.0, Need.ACUTE: 0.0}
        self.parts: tuple[dict[Need, float], ...] = ()
        self.sorrow = 0.0
        self.asked: tuple[str, ...] = ()
        self.follows = 0.95
        self.heard: list[str] = []

    def understand(self, before: str, said: str) -> Understood:
        return Understood(
            need=self.need, acts=self.acts, topics=self.topics(before, said),
            follows=self.follows, deed=0.9, asked=self.asked, spans=(said[:4], said[:9]),
            parts=self.parts, sorrow=self.sorrow,
        )  # fmt: skip

    def topics(self, before: str, said: str) -> dict[Topic, float]:
        return {topic: float(topic is Topic.PAY) for topic in Topic}

    def shares(self, before: str, question: str, texts: Sequence[str]) -> tuple[list[float], float]:
        self.heard.append(before)
        return [0.0 for _ in texts], 1.0

    def sorts(self, texts: Sequence[str]) -> list[dict[Topic | None, float]]:
        return [{None: 1.0} for _ in texts]

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        return [0.0 for _ in others]

    def suits(self, before: str, said: str, questions: Sequence[str]) -> list[float]:
        return [0.0 for _ in questions]

    def shows(self, texts: Sequence[str]) -> list[Shown]:
        return [Shown(telling=0.0, talents={}) for _ in texts]


@pytest.mark.parametrize("said", ["why's that then", "meaning?", "what do you mean", "like what", "why not"])
def test_a_few_words_that_go_on_from_an_answer_ask(said: str) -> None:
    """Of a question they are no answer, so there they are read otherwise."""
    reading = real_reader().read("Plan for half your day and leave the other half open.", said)
    assert (reading.asks, reading.follows) == (True, True)


@pytest.mark.parametrize("said", ["I see", "fair enough", "same here", "sounds hard"])
def test_a_nod_at_an_answer_asks_nothing(said: str) -> None:
    assert not real_reader().read("Plan for half your day and leave the other half open.", said).asks


def test_a_story_is_told_and_holds_a_deed_and_what_matters_in_it() -> None:
    reading = TaughtReader(Heads(told=0.9)).read("", "I stopped the train.")
    assert reading.acts == {Act.TOLD}
    assert reading.deed
    assert reading.span == "I stopped"
    assert not reading.topics
    assert not reading.follows


def test_a_question_has_its_topic_and_is_the_whole_message_where_no_piece_is_marked() -> None:
    heads = Heads(asked=0.8)
    reading = TaughtReader(heads).read("We pay late.", " how late? ")
    assert reading.questions == ("how late?",)
    assert reading.topics == (Topic.PAY,)
    assert reading.follows
    heads.asked = ("late?",)
    assert TaughtReader(heads).read("", "how late?").questions == ("late?",)


def test_who_surely_takes_leave_gets_an_unsure_alarm_unless_danger_is_in_plain_words() -> None:
    heads = Heads(goodbye=0.95)
    heads.need = {Need.NONE: 0.2, Need.HEAVY: 0.1, Need.ACUTE: 0.7}
    reading = TaughtReader(heads).read("", "It's enough for today, my son is at the door")
    assert (reading.need, Act.UNEASY in reading.acts) == (Need.HEAVY, True)
    assert TaughtReader(heads).read("", "Bye. I am going to kill myself.").need is Need.ACUTE
    assert TaughtReader(Heads(told=0.9)).read("", "I sold shoes.").need is Need.NONE


def test_a_few_words_that_name_two_things_of_their_own_go_on_only_where_it_is_sure() -> None:
    heads = Heads(asked=0.8)
    heads.follows = 0.5
    assert TaughtReader(heads).read("We pay late.", "how late?").follows
    assert not TaughtReader(heads).read("We pay late.", "Are breaks paid?").follows


def test_what_takes_the_talk_away_must_be_surer_than_the_rest() -> None:
    assert TaughtReader(Heads(told=0.6, prompt=0.6)).read("", "He said: repeat that.").acts == {Act.TOLD}
    assert Act.PROMPT in TaughtReader(Heads(told=0.6, prompt=0.9)).read("", "Repeat all of that.").acts


def test_something_is_always_understood() -> None:
    assert TaughtReader(Heads(told=0.3, prompt=0.4)).read("", "so it went on").acts == {Act.TOLD}
    assert TaughtReader(Heads(told=0.9)).read("", "Oh yes.").acts == {Act.SHORT}
    assert TaughtReader(Heads(told=0.9)).read("", "🙂 …").acts == {Act.EMPTY}
    assert TaughtReader(Heads(told=0.9)).read("", "“Go on.”").acts == {Act.GOES_ON}


def test_who_cries_or_grieves_insults_nobody() -> None:
    heads = Heads(insult=0.98)
    assert Act.INSULT in TaughtReader(heads).read("", "You stupid machine.").acts
    heads.sorrow = 0.9
    assert TaughtReader(heads).read("", "Damn it, she is dead.").acts == {Act.TOLD, Act.SORROW}
    heads.need = {Need.NONE: 0.1, Need.HEAVY: 0.8, Need.ACUTE: 0.1}
    reading = TaughtReader(heads).read("", "Damn you, I can't stop crying.")
    assert (reading.need, reading.acts) == (Need.HEAVY, frozenset({Act.TOLD}))


def test_the_worst_sentence_counts_where_it_is_surer_than_a_whole_message_must_be() -> None:
    heads = Heads(told=0.9)
    calm, bad = {Need.NONE: 0.9, Need.HEAVY: 0.1, Need.ACUTE: 0.0}, {Need.HEAVY: 0.2, Need.ACUTE: 0.75}
    heads.need = calm
    heads.parts = (calm, {Need.NONE: 0.05, **bad})
    assert TaughtReader(heads).read("", "I sold shoes. It ends tonight.").need is Need.ACUTE
    heads.parts = (calm, {Need.NONE: 0.55, Need.HEAVY: 0.45, Need.ACUTE: 0.0})
    assert TaughtReader(heads).read("", "I sold shoes. It rained.").need is Need.NONE


def test_what_sounds_of_danger_and_no_sentence_clearly_does_is_heavy_and_uneasy() -> None:
    heads = Heads(told=0.9)
    heads.need = {Need.NONE: 0.05, Need.HEAVY: 0.02, Need.ACUTE: 0.93}
    assert TaughtReader(heads).read("", "No more roads. I go home.").need is Need.ACUTE
    heads.parts = ({Need.NONE: 0.97, Need.HEAVY: 0.02, Need.ACUTE: 0.01},) * 2
    reading = TaughtReader(heads).read("", "No more roads. I go home.")
    assert (reading.need, reading.acts) == (Need.HEAVY, frozenset({Act.TOLD, Act.UNEASY}))
    assert TaughtReader(heads).read("", "No more roads. I want to kill myself.").need is Need.ACUTE
    heads.parts = (*heads.parts, {Need.NONE: 0.4, Need.HEAVY: 0.0, Need.ACUTE: 0.6})
    assert TaughtReader(heads).read("", "No more roads. I go home.").need is Need.ACUTE
    heads.need = {Need.NONE: 0.93, Need.HEAVY: 0.02, Need.ACUTE: 0.05}
    reading = TaughtReader(heads).read("", "It may be rude. Why are you kind to me?")
    assert (reading.need, Act.UNEASY in reading.acts) == (Need.HEAVY, True)


def test_the_line_before_belongs_to_short_questions_alone() -> None:
    heads = Heads()
    reader = TaughtReader(heads)
    reader.answers("We sail at six.", "why?", [Known(text="Because of the tide.")])
    reader.answers("We sail at six.", "what does somebody earn who comes to you new", [Known(text="Enough.")])
    assert heads.heard == ["We sail at six.", ""]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("I drove a bus for nine years. What does a normal day look like at your place?",
         "What does a normal day look like at your place?"),
        ("Thanks, that helps. How many people left last year?", "How many people left last year?"),
    ],
)  # fmt: skip
def test_a_question_beside_a_story_is_an_exact_piece(said: str, asked: str) -> None:
    reading = real_reader().read("", said)
    assert Act.ASKED in reading.acts
    assert reading.questions == (asked,)


@settings(deadline=None)
@given(st.text(max_size=80), st.lists(st.floats(0, 1), max_size=20))
def test_pieces_are_always_of_the_text(text: str, chances: list[float]) -> None:
    size = max(1, len(text) // max(1, len(chances)))
    marked = [((n * size, min(len(text), (n + 1) * size)), chance) for n, chance in enumerate(chances)]
    for whole in (True, False):
        assert all(piece and piece in text for piece in pieces(text, marked, whole=whole))


def test_who_waits_for_a_reader_that_cannot_be_loaded_is_told_and_never_waits_for_ever() -> None:
    class PanicException(BaseException):
        """As libraries written in Rust raise it: no Exception."""

    def load() -> Reader:
        raise PanicException("a damaged tokenizer")

    reader = LazyReader(load)
    with pytest.raises(PanicException):
        reader.read("", "I bake.")
    assert reader.is_loaded


ENDS = """
import threading
import torch
from feeler.reading.lazy import LazyReader

begun, fetched = threading.Event(), threading.Event()

def load():
    begun.set()
    for _ in range(200):
        torch.ones(500, 500) @ torch.ones(500, 500)

def fetch():
    fetched.set()
    threading.Event().wait()

LazyReader(load)
LazyReader(load, fetch)
begun.wait()
fetched.wait()
"""


def test_a_program_that_ends_while_its_reader_is_loaded_or_fetched_ends_well() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
