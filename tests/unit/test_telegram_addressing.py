"""What is addressed to the bot, what belongs together, and where its answers go."""

import json
from itertools import permutations
from typing import Any

import pytest

from feeler.telegram.addressing import Me, topic_of
from feeler.telegram.inbox import read_updates
from feeler.telegram.parts import joined, patience, whole

ME = Me(id=7, username="feeler_bot")
GROUP = {"id": -100, "type": "supergroup", "title": "Job seekers", "is_forum": True}
DANA = {"id": 5, "is_bot": False, "first_name": "Dana"}
ANNA = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
OURS = {"message_id": 1, "date": 1, "chat": GROUP, "from": {"id": 7, "is_bot": True, "first_name": "F"}}


def heard(**raw: Any) -> bool:
    [read] = read_updates({"update_id": 1, **raw}, ME)
    return read.heard


def said(**content: Any) -> dict[str, Any]:
    return {"message_id": 2, "date": 1, "chat": GROUP, "from": DANA, **content}


@pytest.mark.parametrize(
    "content",
    [
        {"text": "/start"},
        {"text": "/start@Feeler_Bot payload"},
        {"text": "hello @FEELER_BOT, how do you work?"},
        {"text": "hello", "reply_to_message": OURS},
        {"photo": [], "caption": "@feeler_bot look"},
        {"text": "You!", "entities": [{"type": "text_mention", "offset": 0, "length": 3, "user": {"id": 7}}]},
    ],
)
def test_what_is_addressed_to_the_bot_in_a_group_is_answered(content: dict[str, Any]) -> None:
    assert heard(message=said(**content))


@pytest.mark.parametrize(
    "content",
    [
        {"text": "hello all"},
        {"text": "/start@otherbot"},
        {"text": "/roll 20"},
        {"text": "write to @feeler_bot_fan"},
        {"text": "@feeler_bot", "is_automatic_forward": True, "sender_chat": {"id": -200, "type": "channel"}},
        {"text": "/start", "from": ANNA, "sender_chat": GROUP},
        {"text": "/roll@otherbot", "reply_to_message": OURS},
        {"text": "hello", "reply_to_message": OURS | {"forum_topic_created": {"name": "x"}}},
        {"text": "@feeler_bot", "via_bot": ANNA},
        {"migrate_to_chat_id": -1001},
        {"photo": []},
    ],
)
def test_what_is_said_to_others_in_a_group_is_left_in_silence(content: dict[str, Any]) -> None:
    assert not heard(message=said(**content))


@pytest.mark.parametrize("kind", ["business_message", "message_reaction", "edited_channel_post"])
def test_kinds_of_updates_that_nobody_says_to_a_bot_are_left_in_silence(kind: str) -> None:
    assert not heard(**{kind: said(text="hello", chat={"id": 5, "type": "private"})})


def test_an_answer_belongs_to_the_topic_and_not_to_a_thread_of_replies() -> None:
    assert topic_of({"message": said(message_thread_id=9, is_topic_message=True)}) == 9
    assert topic_of({"callback_query": {"message": said(message_thread_id=9, is_topic_message=True)}}) == 9
    assert topic_of({"message": said(message_thread_id=9)}) is None
    assert topic_of({"message": said()}) is None


def raw(number: int, date: int = 100, **content: Any) -> str:
    chat = {"id": 5, "type": "private"}
    message = {"message_id": number, "date": date, "chat": chat, "from": DANA, **content}
    return json.dumps({"update_id": number, "message": message})


def test_three_parts_of_a_paste_are_one_text_without_a_seam() -> None:
    text = "".join(chr(97 + at % 26) for at in range(10_000))
    parts = [raw(at + 1, text=text[at * 4096 : (at + 1) * 4096]) for at in range(3)]
    body = joined(joined(parts[0], parts[1]), parts[2])
    assert whole(json.loads(body))["message"]["text"] == text
    assert [patience(part) > 0 for part in parts] == [True, True, False]


@pytest.mark.parametrize("order", [*permutations((1, 2, 3))])
def test_parts_are_joined_as_they_were_sent_in_whatever_order_they_come(order: tuple[int, int, int]) -> None:
    texts = {1: "a" * 4096, 2: "b" * 4096, 3: "c"}
    first, second, third = (raw(number, text=texts[number]) for number in order)
    body = joined(joined(first, second), third)
    assert whole(json.loads(body))["message"]["text"] == "".join(texts.values())
    assert patience(body) == 0


@pytest.mark.parametrize("rest", [{}, {"reply_to_message": {"message_id": 8}}])
def test_who_answers_with_a_paste_answers_with_all_of_it(rest: dict[str, Any]) -> None:
    first = raw(1, text="x" * 4096, reply_to_message={"message_id": 8}, message_thread_id=3)
    in_topic: dict[str, Any] = {"message_thread_id": 3, "reply_to_message": {"message_id": 3}}
    assert joined(first, raw(2, text="y", **in_topic | rest))


def test_a_part_from_between_two_others_is_waited_for() -> None:
    assert patience(joined(raw(1, text="a" * 4096), raw(3, text="c"))) > 0
    assert patience(joined(raw(1, text="a" * 4096), raw(2, text="b"))) == 0


def test_a_command_that_was_sent_after_a_long_message_is_no_part_of_it_though_it_comes_first() -> None:
    long, command = raw(1, text="x" * 3000), raw(2, text="/end")
    assert joined(long, command) == joined(command, long) == ""


@pytest.mark.parametrize(
    "second",
    [
        raw(2, date=161, text="later"),
        raw(2, text="from elsewhere", message_thread_id=3, is_topic_message=True),
        raw(2, text="theirs", forward_origin={"type": "hidden_user"}),
        raw(2, photo=[]),
        raw(2, text="to somebody else", reply_to_message={"message_id": 8}),
        raw(0, text="before"),
    ],
)
def test_what_does_not_follow_a_part_is_a_message_of_its_own(second: str) -> None:
    assert joined(raw(1, text="x" * 4096), second) == ""
    assert joined(raw(1, text="x" * 100), raw(2, text="y")) == ""


@pytest.mark.parametrize(("first", "seconds"), [(4096, 30), (4095, 6), (3600, 6), (3000, 2), (2048, 1)])
def test_the_fuller_a_part_is_the_longer_its_next_may_take(first: int, seconds: int) -> None:
    cut, rest = raw(1, text="x" * first), raw(2, date=100 + seconds, text="y")
    assert joined(cut, rest)
    assert patience(cut) >= min(seconds, 6) - 1
    assert patience(raw(1, text="x" * 2047)) == patience(rest) == 0


@pytest.mark.parametrize(
    ("end", "rest", "seam"),
    [(" by the", "river.", " "), (" there.", "Then it fell.", "\n"), (" such as:", "rails,", "\n")],
)
def test_what_an_app_takes_away_where_it_cuts_is_put_back(end: str, rest: str, seam: str) -> None:
    first = "x" * 4000 + end
    body = joined(raw(1, text=first), raw(2, text=rest))
    assert whole(json.loads(body))["message"]["text"] == first + seam + rest


def test_a_long_text_that_is_sent_on_in_parts_is_one_message() -> None:
    origin = {"type": "user", "sender_user": {"id": 9, "is_bot": False, "first_name": "B"}}
    first = raw(1, text="x" * 4096, forward_origin=origin | {"date": 50})
    rest = raw(2, text="y", forward_origin=origin | {"date": 51})
    assert whole(json.loads(joined(first, rest)))["message"]["text"] == "x" * 4096 + "y"
    other = raw(2, text="y", forward_origin={"type": "hidden_user", "sender_user_name": "C", "date": 51})
    assert joined(first, other) == ""


def test_nothing_is_joined_to_what_cannot_be_read_any_more() -> None:
    for held in ("", "{", "[" * 100_000, "[]", "7"):
        assert joined(held, raw(2, text="y")) == ""


def test_an_album_is_one_message_with_its_caption_wherever_that_is() -> None:
    first, second = raw(1, photo=[], media_group_id="a"), raw(2, photo=[], media_group_id="a", caption="Me")
    assert whole(json.loads(joined(first, second)))["message"]["caption"] == "Me"
    assert joined(first, raw(3, photo=[], media_group_id="b")) == ""
