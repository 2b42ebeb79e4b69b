"""The small decisions behind the durable bot: limits, lanes, errors, marks, logs, systemd."""

import json
import logging
import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from telegram.error import BadRequest, EndPointNotFound, Forbidden, NetworkError, RetryAfter, TimedOut

from feeler.logs import JsonLines, PlainFormatter, redacted
from feeler.mailroom import Call, Incoming, Standing
from feeler.telegram.delivery import judge, marked
from feeler.telegram.health import tell_systemd
from feeler.telegram.inbox import next_offset, read_updates
from feeler.telegram.limits import DAY, Limits, in_words, judging

FREE = Standing(
    known=False,
    waiting=0,
    waiting_overall=0,
    turns_today=0,
    others_talking=0,
    talking=False,
    strikes=0,
    struck=float("inf"),
    noticed=float("inf"),
    now=20 * 3600.0,
)
LIMITS = Limits(allowed=frozenset(), code="", waiting=5, waiting_overall=100, turns_a_day=50, talks=8)
SAID = Incoming(update_id=1, chat_id=5, lane="chat", body='{"text": "hello"}', text="hello")


def told(standing: Standing, said: Incoming = SAID, limits: Limits = LIMITS) -> str:
    """What the user is told instead of an answer; empty where the message is taken."""
    verdict = judging(limits, lambda: 12.0)(said, standing)
    assert verdict.take == (verdict.notice is None)
    return verdict.notice.params["text"] if verdict.notice else ""


def test_within_the_limits_everything_is_taken() -> None:
    assert told(FREE) == ""


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (replace(FREE, waiting=5), "in about 1 minute"),
        (replace(FREE, waiting_overall=100), "in about 2 minutes"),
        (replace(FREE, turns_today=50), "in about 4 hours"),
        (replace(FREE, others_talking=8), "15 minutes"),
    ],
)
def test_every_refusal_says_how_long(standing: Standing, words: str) -> None:
    assert words in told(standing)
    assert "what comes before that is left out too" in told(standing)


def test_who_is_talking_keeps_the_seat() -> None:
    assert told(replace(FREE, others_talking=8, talking=True)) == ""


def test_stop_and_help_get_through_a_full_queue() -> None:
    for lane in ("stop", "aside"):
        assert told(replace(FREE, waiting=6, waiting_overall=100), replace(SAID, lane=lane)) == ""


def test_commands_do_not_count_as_messages_of_the_day() -> None:
    assert told(replace(FREE, turns_today=50), replace(SAID, command=True)) == ""


@pytest.mark.parametrize("text", ["/1 my answer", "/ my answer", "//", "/hint! And more.", "my answer"])
def test_what_is_said_to_the_interviewer_counts_even_where_it_begins_like_a_command(text: str) -> None:
    raw = {"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "text": text}}
    [said] = read_updates(raw)
    assert "in about 4 hours" in told(replace(FREE, turns_today=50), said)


def test_a_flood_is_told_once_a_minute() -> None:
    verdict = judging(LIMITS, lambda: 1.0)(SAID, replace(FREE, waiting=5, noticed=3.0))
    assert not verdict.take
    assert verdict.notice is None


def test_nothing_is_left_out_in_silence_once_the_wait_that_was_named_is_over() -> None:
    full = replace(FREE, waiting=2)
    assert "in about 25 seconds" in told(full, limits=replace(LIMITS, waiting=2))
    assert "in about 25 seconds" in told(replace(full, noticed=25.0), limits=replace(LIMITS, waiting=2))


def test_the_right_code_is_cut_out_of_what_is_stored() -> None:
    private = replace(LIMITS, code="open-sesame")
    for text in ("/start open-sesame", "open-sesame"):
        body = json.dumps({"update_id": 1, "message": {"text": text}})
        verdict = judging(private, lambda: 1.0)(replace(SAID, text=text, body=body), FREE)
        assert verdict.take
        assert verdict.paired
        assert json.loads(verdict.body or "") == {"update_id": 1, "message": {"text": "/start"}}


PRIVATE = replace(LIMITS, code="open-sesame")
ASKED = replace(FREE, noticed=120.0)


@pytest.mark.parametrize("text", ["Hello, may I try this?", "I have no code yet", "/help", "/hint pay"])
def test_sentences_and_commands_are_no_wrong_codes(text: str) -> None:
    verdict = judging(PRIVATE, lambda: 1.0)(replace(SAID, text=text), ASKED)
    assert not verdict.take
    assert not verdict.strike
    assert verdict.notice
    assert "pairing code" in verdict.notice.params["text"]


@pytest.mark.parametrize("text", ["sesame", "/start sesame", "/start@feeler_bot sesame"])
def test_a_wrong_code_counts_and_is_told(text: str) -> None:
    verdict = judging(PRIVATE, lambda: 1.0)(replace(SAID, text=text), ASKED)
    assert verdict.strike
    assert verdict.notice
    assert "not the code" in verdict.notice.params["text"]


def test_the_fifth_wrong_code_says_when_to_try_again() -> None:
    fifth = replace(ASKED, strikes=4, struck=60.0)
    assert "again in 24 hours" in told(fifth, replace(SAID, text="sesame"), PRIVATE)


@pytest.mark.parametrize("text", ["open-sesame", "Please let me in"])
def test_after_five_wrong_codes_nobody_is_asked_for_one_but_told_when_to_try_again(text: str) -> None:
    struck = replace(ASKED, strikes=5, struck=DAY / 2)
    words = told(struck, replace(SAID, text=text), PRIVATE)
    assert "again in 12 hours" in words
    assert "Send me" not in words


def test_who_paired_earlier_is_in_only_while_there_is_a_code() -> None:
    paired = replace(FREE, known=True)
    assert told(paired, limits=PRIVATE) == ""
    assert "private" in told(paired, limits=replace(LIMITS, allowed=frozenset({9})))
    assert told(FREE, limits=replace(LIMITS, allowed=frozenset({5}))) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "5 seconds"), (42, "40 seconds"), (60, "1 minute"), (3000, "50 minutes"), (86_400, "24 hours")],
)
def test_durations_are_rough(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_updates_are_read_just_far_enough() -> None:
    chat = {"id": 42, "type": "private"}
    raw = [
        {"update_id": 7, "message": {"chat": chat, "text": "/Stop@feeler_bot now"}},
        {"update_id": 8, "message": {"chat": chat, "text": "/help"}},
        {"update_id": 9, "callback_query": {"id": "1", "from": chat, "message": {"chat": {"id": 43}}}},
        {"update_id": 10, "edited_message": {"chat": chat, "text": "/stop"}},
        {"update_id": 11, "something_new": {"user": {"id": 44}}},
        {"update_id": 12},
        {"update_id": True, "message": {}},
        {"no": "id"},
        "nonsense",
    ]
    read = read_updates(raw)
    assert [(each.update_id, each.chat_id, each.lane) for each in read] == [
        (7, 42, "stop"),
        (8, 42, "aside"),
        (9, 43, "chat"),
        (10, 42, "chat"),
        (11, 44, "chat"),
        (12, 0, "chat"),
    ]
    assert next_offset(read) == 13
    assert next_offset([]) == 0


CHANNEL = {"id": -200, "type": "channel", "title": "News"}


def _membership(place: dict[str, object], status: str) -> dict[str, object]:
    return {"my_chat_member": {"chat": place, "from": {"id": 42}, "new_chat_member": {"status": status}}}


@pytest.mark.parametrize(
    ("raw", "chat_id"),
    [
        ({"channel_post": {"chat": CHANNEL, "text": "/start"}}, -200),
        (_membership(CHANNEL, "administrator"), -200),
        (_membership({"id": -100, "type": "supergroup"}, "member"), -100),
    ],
)
def test_who_brings_the_bot_somewhere_is_answered_there(raw: dict[str, object], chat_id: int) -> None:
    [read] = read_updates({"update_id": 1, **raw})
    assert read.chat_id == chat_id
    assert judging(LIMITS, lambda: 1.0)(read, FREE).take


@pytest.mark.parametrize(
    "raw",
    [
        {"channel_post": {"chat": CHANNEL, "text": "News of today"}},
        {"channel_post": {"chat": CHANNEL, "photo": []}},
        _membership({"id": 42, "type": "private"}, "kicked"),
        _membership({"id": 42, "type": "private"}, "member"),
        _membership({"id": -100, "type": "supergroup"}, "left"),
    ],
)
def test_what_is_not_meant_for_the_bot_is_left_in_silence_and_nowhere_kept(raw: dict[str, object]) -> None:
    [read] = read_updates({"update_id": 1, **raw})
    assert read.chat_id == 0
    verdict = judging(replace(LIMITS, code="open-sesame"), lambda: 1.0)(read, FREE)
    assert not verdict.take
    assert verdict.notice is None


def test_a_lone_surrogate_can_be_stored() -> None:
    [read] = read_updates({"update_id": 1, "message": {"chat": {"id": 1}, "text": "\ud83d"}})
    json.loads(read.body)
    read.body.encode()
    judging(replace(LIMITS, code="open-sesame"), lambda: 1.0)(read, FREE)


def _caused(error: NetworkError, cause: Exception) -> NetworkError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "result", "pause"),
    [
        (RetryAfter(30), "later", 30.1),
        (Forbidden("bot was blocked by the user"), "blocked", 1.02),
        (BadRequest("message text is empty"), "refused", 1.02),
        (_caused(TimedOut(), httpx.PoolTimeout("full")), "later", 2.0),
        (_caused(NetworkError("x"), httpx.ConnectError("refused")), "later", 2.0),
        (_caused(NetworkError("x"), httpx.ReadError("cut")), "unknown", 2.0),
        (TimedOut(), "unknown", 2.0),
        (NetworkError("Bad Gateway"), "unknown", 2.0),
        (EndPointNotFound("what the library makes of a token that was revoked"), "later", 2.0),
        (TimeoutError(), "unknown", 2.0),
    ],
)
def test_what_an_error_means_for_a_message(error: NetworkError, result: str, pause: float) -> None:
    found, _, waits = judge(error)
    assert found == result
    assert waits == pytest.approx(pause)


def test_a_repeat_is_marked_and_its_entities_move_along() -> None:
    call = Call(method="sendMessage", params={"text": "bold", "entities": [{"offset": 0, "length": 4}]})
    assert marked(call, 1) == call
    assert marked(call, 2).params == {"text": "↻ bold", "entities": [{"offset": 2, "length": 4}]}
    assert marked(Call(method="sendDocument", params={}), 2).params == {"caption": "↻ "}


def test_tokens_never_pass_the_formatters(caplog: pytest.LogCaptureFixture) -> None:
    token = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"
    assert token not in redacted(f"https://api.telegram.org/bot{token}/getMe")
    for formatter in (PlainFormatter("%(message)s"), JsonLines("%(message)s")):
        formatter.secrets = ("sesame",)
        try:
            raise ValueError(f"told {token} and sesame in confidence")
        except ValueError as error:
            record = logging.LogRecord(
                "x", logging.ERROR, "f.py", 1, "with %s", (token,), (type(error), error, error.__traceback__)
            )
        written = formatter.format(record)
        assert token not in written
        assert "sesame" not in written
        assert "confidence" not in written  # an exception's text may quote somebody
        assert "ValueError" in written
        assert "test_durable_parts.py" in written


def test_what_a_lost_task_raised_is_not_quoted() -> None:
    told = "Task exception was never retrieved\nfuture: <Task exception=ValueError('in confidence')>"
    record = logging.LogRecord("asyncio", logging.ERROR, "f.py", 1, told, (), None)
    assert PlainFormatter("%(message)s").format(record) == "Task exception was never retrieved"


def test_systemd_is_told_over_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        tell_systemd("READY=1")
        assert systemd.recv(64) == b"READY=1"
    tell_systemd("READY=1")  # gone: noted, no crash
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_systemd("READY=1")
