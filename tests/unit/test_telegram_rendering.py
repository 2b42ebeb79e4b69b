"""Replies as Bot API calls: within Telegram's limits, nothing lost in the splitting, never a parse mode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeler.interview.values import Speaker
from feeler.telegram.rendering import MESSAGE_LIMIT, render, split_text, utf16_length
from feeler.usecases.values import Button, Document, Reply

PDF = Document(filename="talk.pdf", media_type="application/pdf", content=b"%PDF")
PNG = Document(filename="map.png", media_type="image/png", content=b"\x89PNG")


def test_the_coach_is_marked_and_the_interviewer_is_not() -> None:
    [coach] = render(Reply(text="Well done.", speaker=Speaker.COACH))
    [company] = render(Reply(text="Well done.", speaker=Speaker.COMPANY))
    assert coach.params["text"] == "🧭 Coach: Well done."
    assert company.params["text"] == "Well done."


def test_text_goes_out_plain_and_without_link_previews() -> None:
    [call] = render(Reply(text="<b>*_[x](http://example.org)", speaker=Speaker.COMPANY))
    assert call.params == {
        "text": "<b>*_[x](http://example.org)",
        "link_preview_options": {"is_disabled": True},
    }


def test_keyboards_appear_and_go_away() -> None:
    [shown] = render(Reply(text="Ask.", keyboard=(("Growth",), ("Pay",))))
    [gone] = render(Reply(text="Ask.", keyboard=()))
    assert shown.params["reply_markup"]["keyboard"] == [[{"text": "Growth"}], [{"text": "Pay"}]]
    assert gone.params["reply_markup"] == {"remove_keyboard": True}


def test_buttons_carry_their_command() -> None:
    [call] = render(Reply(text="Who?", buttons=((Button(label="Nadia", data="/persona nadia"),),)))
    rows = call.params["reply_markup"]["inline_keyboard"]
    assert rows == [[{"text": "Nadia", "callback_data": "/persona nadia"}]]


@pytest.mark.parametrize(("reply", "method", "field"), [
    (Reply(text="Here.", document=PDF), "sendDocument", "document"),
    (Reply(text="Here.", picture=PNG), "sendPhoto", "photo"),
])  # fmt: skip
def test_files_go_out_with_a_caption(reply: Reply, method: str, field: str) -> None:
    [call] = render(reply)
    assert (call.method, call.params["caption"]) == (method, "🧭 Coach: Here.")
    assert call.upload is not None
    assert call.upload.field == field


def test_a_long_caption_becomes_a_message_before_the_file() -> None:
    text, file = render(Reply(text="Sentence. " * 200, document=PDF))
    assert (text.method, file.method) == ("sendMessage", "sendDocument")
    assert "caption" not in file.params


def test_a_long_text_is_split_between_sentences_with_the_keyboard_on_the_last() -> None:
    calls = render(Reply(text="This is one sentence. " * 500, keyboard=()))
    assert len(calls) == 3
    assert all(call.params["text"].endswith(".") for call in calls)
    assert [("reply_markup" in call.params) for call in calls] == [False, False, True]


def test_two_equal_parts_get_one_keyboard() -> None:
    calls = render(Reply(text="x" * 2 * MESSAGE_LIMIT, speaker=Speaker.COMPANY, keyboard=()))
    assert [("reply_markup" in call.params) for call in calls] == [False, True]


def test_nothing_to_say_is_not_sent() -> None:
    assert render(Reply()) == ()


@given(st.text(alphabet=st.sampled_from("ab .\n🙂é!"), max_size=400), st.integers(2, 60))
def test_splitting_loses_no_letter_and_keeps_the_limit(text: str, limit: int) -> None:
    parts = list(split_text(text, limit))
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
