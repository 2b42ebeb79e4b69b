"""What engines share: stop strings, openings, prompts that are too long, text from tokens."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeler.errors import PromptTooLong
from feeler.llm.detokenize import Detokenizer
from feeler.llm.fitting import BLOCK, fit
from feeler.llm.stops import Opening, Stops
from feeler.ports import Message

SYSTEM = Message(role="system", content="persona")


@given(
    text=st.text(alphabet="abc\n", max_size=30),
    strings=st.lists(st.text(alphabet="abc\n", min_size=1, max_size=4), max_size=3),
    cuts=st.lists(st.integers(min_value=0, max_value=30), max_size=6),
)
def test_stop_strings_cut_the_same_however_the_text_arrives(
    text: str, strings: list[str], cuts: list[int]
) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    stops = Stops(tuple(strings))
    shown = [stops.feed(text[start:end]) for start, end in pairwise(edges)]
    found = [text.index(string) for string in strings if string in text]
    # a string that is complete only later may begin before one that is complete already: at worst the
    # text up to the later beginning was shown, and never any of the string that ended the answer
    whole = "".join(shown) + stops.rest()
    assert stops.reached == bool(found)
    assert text.startswith(whole)
    assert not any(string in whole for string in strings)
    if len(edges) <= 2:
        assert whole == (text[: min(found)] if found else text)


def test_text_that_may_become_a_stop_string_waits() -> None:
    stops = Stops(("\nYou:",))
    assert stops.feed("Well.\nYo") == "Well."
    assert stops.feed("ur turn") == "\nYour turn"
    assert stops.feed("\nYou: and") == ""
    assert stops.reached
    assert stops.rest() == ""


def test_no_stop_strings_hold_nothing_back() -> None:
    assert Stops(()).feed("anything") == "anything"
    assert Stops(("",)).feed("anything") == "anything"


@pytest.mark.parametrize(
    ("bits", "shown"),
    [
        (["We bu", "ild ma", "chines"], " machines"),
        (["We bu"], "We bu"),
        ([" machines"], " machines"),
        (["We build"], ""),
        (["We burn"], "We burn"),
    ],
)
def test_a_repeated_opening_is_taken_off(bits: list[str], shown: str) -> None:
    opening = Opening("We build")
    assert "".join(opening.feed(bit) for bit in bits) + opening.rest() == shown


def turns(count: int, words: int = 10) -> list[Message]:
    return [Message(role="user", content=f"{number} " + "x " * (words - 1)) for number in range(count)]


def count(messages: object) -> int:
    assert isinstance(messages, tuple)
    return sum(len(message.content.split()) for message in messages)


@given(old=st.integers(min_value=0, max_value=40), room=st.integers(min_value=11, max_value=450))
def test_the_oldest_turns_go_in_blocks_until_it_fits(old: int, room: int) -> None:
    messages = (SYSTEM, *turns(old + 1))
    kept = fit(messages, room, count)
    assert kept[0] == SYSTEM
    assert kept[1:] == messages[-len(kept) + 1 :]
    assert count(kept) <= room
    assert len(kept) == len(messages) or len(kept) == 2 or count(kept) + 10 * BLOCK > room


def test_the_beginning_stays_the_same_for_some_turns() -> None:
    """What an engine keeps of a prompt is of use only while the prompt begins the same."""
    firsts = [fit((SYSTEM, *turns(count_)), 301, count)[1] for count_ in range(31, 31 + BLOCK)]
    assert len({message.content for message in firsts}) <= 2


def test_persona_and_last_message_that_do_not_fit_are_refused() -> None:
    with pytest.raises(PromptTooLong, match="take 11 tokens, and the context has room for 10"):
        fit((SYSTEM, *turns(3)), 10, count)


def test_without_a_persona_the_last_message_stays() -> None:
    assert fit(tuple(turns(3)), 10, count) == tuple(turns(3)[-1:])


@given(text=st.text(max_size=40), prompt=st.text(max_size=10))
def test_text_from_byte_tokens_has_no_torn_characters(text: str, prompt: str) -> None:
    def decode(tokens: list[int]) -> str:
        return bytes(tokens).decode("utf-8", errors="replace")

    out = Detokenizer(decode, list(prompt.encode()))
    pieces = [out.feed(byte) for byte in text.encode()]
    assert "".join(pieces) == text
    assert all("\ufffd" not in piece for piece in pieces)


def test_blanks_that_a_tokenizer_drops_at_the_front_are_kept_between_pieces() -> None:
    words = ["▁we", "▁build", "▁machines", "s", "▁here"]

    def decode(tokens: list[int]) -> str:
        return "".join(words[token] for token in tokens).replace("▁", " ").removeprefix(" ")

    out = Detokenizer(decode, [0])
    assert [out.feed(token) for token in (1, 2, 3, 4)] == [" build", " machines", "s", " here"]
