"""What servers send in place of a tidy stream: the answer comes whole, or the turn can be had again."""

import json
import logging
from typing import Any

import pytest
from tests.model_server import (
    DONE,
    RawServer,
    Said,
    always,
    answer,
    as_json,
    ask,
    chunk,
    in_turn,
    raw_serving,
    stream,
)

from feeler.errors import EngineUnavailable, PromptTooLong
from feeler.ports import Message

YES, NO = chunk("Yes, "), chunk("we do.")
STOP = chunk(finish="stop")
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize(
    "events",
    [
        (YES, NO, {"id": "1", "choices": None, "usage": USAGE}, STOP, DONE),
        ({"choices": None, "usage": USAGE}, YES, NO, STOP, {"choices": [], "usage": USAGE}, DONE),
        (YES, "data: null\n\n", NO, STOP, DONE),
        (YES, "data: 7\n\ndata: []\n\ndata: \n\n", NO, STOP, DONE),
        ("retry: 3000\n\n", "event: ping\n\n", YES, "event: ping\ndata: {}\n\n", NO, STOP, DONE),
        (": keep-alive\n\n", YES, "id: 4\n\n", NO, ":\n\n", STOP, DONE),
        ("data: queued\n\n", YES, "data: still writing…\n\n", NO, STOP, DONE),
        (chunk("Yes, ", "stop"), chunk("we ", "stop"), chunk("do.", "stop"), DONE),
        (chunk("Yes, ", "stop"), chunk("we do.", "stop")),
        (YES, NO, DONE),
        (chunk("Yes, ", ""), chunk("we do.", "null"), DONE),
        (YES, NO, STOP),
        (chunk(role="assistant"), YES, chunk(), chunk(""), NO, STOP, {"choices": [{"delta": None}]}, DONE),
        (YES, chunk([{"type": "text", "text": "we "}, {"type": "text", "text": "do."}]), STOP, DONE),
        (
            YES,
            {"choices": [{"delta": {"content": "we do."}}]},
            {"choices": [{"finish_reason": "stop"}]},
            DONE,
        ),
        (YES, {"choices": [{"index": "0", "text": "we do.", "finish_reason": "stop"}]}, DONE),
        (YES, NO, {**STOP, "error": None}, DONE),
        (YES, NO, STOP, {"choices": [{"index": 0, "message": {"content": "Yes, we do."}}]}, DONE),
        (YES, NO, STOP, DONE, "data: more that nobody waits for\n\n"),
        (stream(YES, NO, STOP).decode().replace("\n\n", "\n"), DONE),
        ("\ufeff", stream(YES, NO, STOP).decode().replace("\n", "\r\n"), DONE),
        (stream(YES, NO, STOP).decode().replace("\n", "\r"), DONE),
        (
            f"data: {json.dumps(YES, indent=1)}\n\n".replace("\n ", "\ndata:  ").replace("\n}", "\ndata: }"),
            NO,
            DONE,
        ),
        ("data:" + json.dumps(YES) + "\n\n", NO, STOP, "data:[DONE]\n\n"),
        ("data: " + json.dumps(YES) + "data: " + json.dumps(NO) + "\n\n", STOP, DONE),
        ("data: " + json.dumps(YES) + json.dumps(NO) + "\n\n", STOP, DONE),
        ("data: data: " + json.dumps(YES) + "\n\n", NO, "data: data: [DONE]\n\n"),
        ("DATA: " + json.dumps(YES) + "\n\n", "\ufeffdata: " + json.dumps(NO) + "\n\n", DONE),
        (YES, NO, "data: [done]\n\n"),
        (YES, NO, "event: done\ndata: {}\n\n"),
        (YES, NO, chunk(finish=True)),
        (json.dumps(YES) + "\n" + json.dumps(NO) + "\n" + json.dumps(STOP) + "\n",),
        (json.dumps([YES, NO, STOP]),),
        ("[" + json.dumps(YES) + "\n,\n" + json.dumps(NO) + "\n,\n" + json.dumps(STOP) + "\n]",),
        ({"choices": {"index": 0, "delta": {"content": "Yes, "}}}, NO, STOP, DONE),
        ({"data": {"choices": [{"delta": {"content": "Yes, "}}]}}, NO, STOP, DONE),
        ({"choices": [{"delta": "Yes, "}]}, {"choices": [{"delta": ["we do."]}]}, STOP, DONE),
        ({"choices": [{"delta": {}, "message": {"content": "Yes, we do."}, "finish_reason": "stop"}]}, DONE),
        (
            {"choices": [{"message": {"content": "Yes, "}}]},
            {"choices": [{"message": {"content": "we do."}}]},
            DONE,
        ),
        (
            {"choices": [{"message": {"content": "Yes, "}}]},
            {"choices": [{"message": {"content": "Yes, we do."}}]},
            DONE,
        ),
        ({"code": 0, "message": "success"}, YES, {"error": {"code": 0, "message": ""}, **NO}, STOP, DONE),
        ({"code": 200, "message": "ok", "choices": None}, YES, {"error": [], **NO}, STOP, DONE),
        (YES, chunk("we do.<|im_end|>"), STOP, DONE),
        (YES, chunk("we do.</"), chunk("s> What else?"), STOP, DONE),
        (YES, chunk("we\x00 do."), STOP, DONE),
        (YES, NO, STOP, "data: [DONE]"),
        (YES, NO, "data: DONE\n\n"),
        (YES, NO, "data: [END]\n\n"),
        (YES, NO, {"done": True}),
        (YES, NO, 'event: message_stop\ndata: {"type": "message_stop"}\n\n'),
        (YES, NO, {"choices": [], "usage": USAGE}),
        (YES, NO, {"choices": [{"index": 0, "delta": {}, "finishReason": "stop"}]}),
        (YES, NO, {"choices": [{"index": 0, "delta": {}, "stop_reason": "end_turn"}]}),
        ({"result": {"choices": [{"delta": {"content": "Yes, "}}]}}, NO, STOP, DONE),
        (chunk(role="assistant", finish="stop"), chunk("Yes, ", "MAX_TOKENS"), chunk("we do.", "stop"), DONE),
        (json.dumps({"choices": [{"message": {"role": "assistant", "content": "Yes, we do."}}]}, indent=2),),
    ],
)
async def test_the_answer_is_whole(events: tuple[Any, ...]) -> None:
    async with raw_serving(always(*events)) as engine:
        assert await answer(engine) == "Yes, we do."
    together = stream(*events)
    bit_by_bit = [together[at : at + 3] for at in range(0, len(together), 3)]
    async with raw_serving(in_turn([Said(content=bit_by_bit)])) as engine:
        assert await answer(engine) == "Yes, we do."


@pytest.mark.parametrize("end", [STOP, {"choices": [{"delta": {}, "finish_reason": "stop"}]}])
@pytest.mark.parametrize(
    "garbled",
    [
        'data: {"choices": [{"index": 0, "delta": {"content": "or n\n\n',
        'data: {"choices": [{"delta": {"content": "or no',
        "data: b'" + json.dumps(chunk("or not")) + "'\n\n",
    ],
)
async def test_an_answer_with_a_hole_is_no_answer(garbled: str, end: Any) -> None:
    async with raw_serving(always(YES, garbled, "\n", NO, end, DONE)) as engine:
        with pytest.raises(EngineUnavailable, match="cannot be read"):
            await answer(engine)


async def test_a_letter_whose_halves_come_in_two_chunks_is_one_and_half_a_letter_none() -> None:
    halves = [
        '{"choices": [{"delta": {"content": "Yes \\ud83d"}}]}',
        '{"choices": [{"delta": {"content": "\\ude00"}}]}',
    ]
    lone = '{"choices": [{"delta": {"content": " \\ude00, we do."}}]}'
    async with raw_serving(always(*(f"data: {it}\n\n" for it in (*halves, lone)), STOP, DONE)) as engine:
        assert await answer(engine) == "Yes 😀 \ufffd, we do."


async def test_letters_and_line_ends_that_arrive_in_halves() -> None:
    data = json.dumps(chunk("Schöne 日\u2028本 😀"), ensure_ascii=False)
    said = f"data: {data}\r\n\r\n".encode()
    parts = [bytes([byte]) for byte in said] + [stream(STOP, DONE)]
    async with raw_serving(in_turn([Said(content=parts)])) as engine:
        assert await answer(engine) == "Schöne 日\u2028本 😀"


async def test_a_server_that_never_hangs_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeler.llm.remote._GRACE", 0.2)
    async with raw_serving(always(YES, NO, STOP, stays_open=True)) as engine:
        assert await answer(engine) == "Yes, we do."


@pytest.mark.parametrize(
    "parts",
    [
        [stream(chunk("Yes, ", "stop")), stream(chunk("we do.", "stop")), stream(DONE)],
        [stream(chunk(role="assistant", finish="stop")), stream(YES, NO, STOP, DONE)],
        [stream({"choices": [{"message": {"content": "Yes, "}}]}), stream({"choices": [{"text": "we do."}]})],
    ],
)
async def test_a_reason_to_end_that_is_not_meant_ends_no_pause(
    parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeler.llm.remote._GRACE", 0.05)
    async with raw_serving(in_turn([Said(content=parts, pause=0.3)])) as engine:
        assert await answer(engine) == "Yes, we do."


async def test_pings_are_no_answer() -> None:
    async with raw_serving(always(YES, stays_open=True), silence_seconds=0.3) as engine:
        with pytest.raises(EngineUnavailable, match="did not answer in time"):
            await answer(engine)


ERRORS = [
    {"object": "error", "message": "the engine died", "code": 500},
    {"error": {"message": "the engine died", "type": "server_error", "param": None, "code": None}},
    {"error": "the engine died"},
    [{"error": {"code": 500, "message": "the engine died", "status": "INTERNAL"}}],
    {"detail": "the engine died"},
    {"type": "error", "error": {"type": "overloaded_error", "message": "the engine died"}},
    {
        "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}],
        "error": {"message": "the engine died"},
    },
    {"message": "the engine died", "code": "internal", "type": "x"},
    'error: {"code": 500, "message": "the engine died"}\n\n',
    "event: error\ndata: the engine died\n\n",
    'event: error\ndata: {"message": "the engine died"}\n\n',
    {"text": "the engine died", "error_code": 50002},
    {"error_code": 336100, "error_msg": "the engine died"},
    {"success": False, "message": "the engine died"},
    {"errors": [{"message": "the engine died", "code": 5007}], "result": {}, "messages": []},
    {"status": "error", "message": "the engine died"},
    {"code": 500, "msg": "the engine died", "data": None},
    {"data": {"error": {"message": "the engine died"}}},
    {"type": "response.failed", "response": {"error": {"code": "x", "message": "the engine died"}}},
    {"choices": [{"delta": {"content": ""}, "error": {"code": 502, "message": "the engine died"}}]},
    "data: {'error': 'the engine died'}\n\n",
    "data: [ERROR] the engine died\n\n",
    "Internal Server Error: the engine died\n\n",
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("before", [(), (chunk(role="assistant"),), (YES,)])
async def test_an_error_inside_of_a_good_status(error: Any, before: tuple[Any, ...]) -> None:
    for after in ((), (DONE,)):  # which some send as if all were well
        async with raw_serving(always(*before, error, *after)) as engine:
            with pytest.raises(EngineUnavailable, match="the engine died"):
                await answer(engine)


@pytest.mark.parametrize(
    "reason",
    [
        "error",
        "ERROR",
        "canceled",
        "abort",
        "network_error",
        "timeout",
        "insufficient_system_resource",
        "content_filter",
        "SAFETY",
        "RECITATION",
        "refusal",
        "sensitive",
    ],
)
async def test_a_reason_that_breaks_an_answer_off(reason: str) -> None:
    async with raw_serving(always(YES, chunk(finish=reason), DONE)) as engine:
        with pytest.raises(EngineUnavailable, match=reason):
            await answer(engine)


@pytest.mark.parametrize(
    "events",
    [
        (STOP, DONE),
        (chunk("", "stop"),),
        (chunk(role="assistant"), chunk(finish="tool_calls"), DONE),
        ({"choices": [{"delta": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]}, DONE),
        (chunk(finish="content_filter"), DONE),
    ],
)
async def test_an_answer_without_a_word_is_none(events: tuple[Any, ...]) -> None:
    async with raw_serving(always(*events)) as engine:
        for drafts in (1, 2):
            with pytest.raises(EngineUnavailable):
                await answer(engine, ask(drafts=drafts))


async def test_a_web_page_in_place_of_an_answer_is_named() -> None:
    page = Said(content=b"<!DOCTYPE html>\n<title>Sign in</title>", media_type="text/html")
    async with raw_serving(in_turn([page])) as engine:
        with pytest.raises(EngineUnavailable, match=r"web page.*FEELER_REMOTE_URL"):
            await answer(engine)


@pytest.mark.parametrize(
    "said",
    [
        Said(content=b""),
        Said(content=b"<html><body>Sign in</body></html>", media_type="text/html"),
        Said(content=b"\x00\xff\xfe\x80" * 400),
        Said(content=b"[" * 100_000),
        Said(content=b"data: {" + b"x" * 3_000_000),
        Said(content=stream(YES, '{"choices": [{"delta": {"content": "and th')),
        Said(content=stream(DONE)),
        Said(
            content=stream("data: {}\n\n", chunk(role="assistant"), {"choices": "none"}, {"choices": [None]})
        ),
        as_json({}),
        as_json(None),
        as_json("no"),
        Said(content=b"", status=204),
        Said(content=b"<html>Bad Gateway</html>", status=502, media_type="text/html"),
        Said(content=b"\xff\xfe", status=500),
        as_json(["no"], status=503),
        Said(content=b"{", status=418),
    ],
)
async def test_whatever_else_comes_the_turn_can_be_had_again(said: Said) -> None:
    async with raw_serving(in_turn([said])) as engine:
        with pytest.raises(EngineUnavailable):
            await answer(engine)


@pytest.mark.parametrize(
    "models",
    [
        {"data": [{"id": "nomic-embed-text"}, {"id": "bge-m3:latest"}, {"id": "llama-3.2"}]},
        {"data": [{"id": "a", "type": "embeddings"}, {"id": "llama-3.2", "type": "llm"}]},
        {"data": [{"id": "a", "capabilities": {"completion_chat": False}}, {"id": "llama-3.2"}]},
        {"models": [{"name": "a", "capabilities": ["embedding"]}, {"name": "llama-3.2"}]},
        ["text-embedding-3-small", "whisper-1", "llama-3.2"],
        ["cross-encoder/ms-marco-electra-base", "llama-prompt-guard-2-86m", "sora-2", "llama-3.2"],
        {"data": [{"id": " "}, {"id": "a", "supported_endpoint_types": ["embeddings"]}, {"id": "llama-3.2"}]},
        {"data": [{"id": "a", "architecture": {"output_modalities": ["image"]}}, {"id": "llama-3.2"}]},
        ["m3e-base", "bge_m3", "stella_en_1.5B_v5", "text2vec-large", "bert-base", "llama-3.2"],
        ["deepseek-ocr", "sensevoice-small", "kolors", "sd3.5-large", "wan2.2", "llama-3.2"],
        ["qwen3guard-8b", "nemotron-340b-reward", "inf-retriever-v1", "openai/*", "llama-3.2"],
        {
            "data": [
                {"id": "a", "task": "feature-extraction"},
                {"id": "b", "object": "embedding"},
                {"id": "c", "capabilities": {"type": "embeddings"}},
                {"id": "d", "supports_chat": False},
                {"id": "e", "active": False},
                {"id": "llama-3.2", "active": True},
            ]
        },
        {
            "data": [
                {"id": "a", "type": "text-embedding"},
                {"id": "b", "capabilities": {"embeddings": True, "chat": False}},
                {"id": "llama-3.2", "task": "text-generation", "capabilities": ["tool_use"]},
            ]
        },
    ],
)
async def test_no_model_that_cannot_talk_is_taken(models: Any) -> None:
    server = always(YES, NO, DONE)
    server.models = as_json(models)
    async with raw_serving(server, model="") as engine:
        await answer(engine)
        assert "llama-3.2" in engine.name
    assert server.bodies[0]["model"] == "llama-3.2"


@pytest.mark.parametrize(
    ("models", "words"),
    [
        (as_json({"data": [{"id": "nomic-embed-text"}]}), "FEELER_REMOTE_MODEL"),
        (as_json({"data": []}), "lists no model"),
        (as_json({"object": "list", "data": None}), "FEELER_REMOTE_URL"),
        (as_json([None, 3, {}]), "FEELER_REMOTE_MODEL"),
        (Said(content=b"<!doctype html><title>Router</title>", media_type="text/html"), "FEELER_REMOTE_URL"),
        (Said(content=b"\xff\xff{"), "FEELER_REMOTE_URL"),
        (Said(content=b"[" * 100_000), "FEELER_REMOTE_URL"),
        (Said(content=b"", status=404), "FEELER_REMOTE_URL"),
    ],
)
async def test_a_list_of_models_that_is_of_no_use_says_what_to_do(models: Said, words: str) -> None:
    server = always(YES, DONE)
    server.models = models
    async with raw_serving(server, model="") as engine:
        with pytest.raises(EngineUnavailable, match=words):
            await answer(engine)


LONG = "Okay, the user asks something. " * 20
THINKING = [
    (chunk(reasoning_content=LONG), chunk(content=None, reasoning_content="Hm."), YES, NO, STOP, DONE),
    (chunk(reasoning=LONG), YES, NO, STOP, DONE),
    (chunk("<think>\n" + LONG), chunk("\n</think>\n\nYes, "), NO, STOP, DONE),
    (chunk("<thi"), chunk("nk>" + LONG + "</th"), chunk("ink>Yes, <THINK>"), chunk("no?</think>"), NO, DONE),
    (
        chunk("<|channel|>analysis<|message|>" + LONG),
        chunk("<|end|><|start|>assistant<|chan"),
        chunk("nel|>final<|message|>Yes, we do.<|return|>"),
        DONE,
    ),
    (chunk("<thoughts>" + LONG + "</thoughts>Yes, "), NO, STOP, DONE),
    (chunk("[THINK]" + LONG + "[/THINK]"), YES, NO, STOP, DONE),
    (chunk([{"type": "thinking", "thinking": [{"type": "text", "text": LONG}]}]), YES, NO, STOP, DONE),
    (chunk(LONG + "</think>Yes, "), NO, STOP, DONE),
    (chunk(reasoning_details=[{"type": "reasoning.text", "text": LONG}]), YES, NO, STOP, DONE),
    (chunk(thinking_blocks=[{"type": "thinking", "thinking": LONG}]), YES, NO, STOP, DONE),
    (chunk(thought=LONG), YES, NO, STOP, DONE),
    (chunk(f"<think>{LONG}</think>\n<ans"), chunk("wer>\n\nYes, "), chunk("we do.</answer>"), DONE),
    (chunk(f"<|START_THINKING|>{LONG}<|END_THINKING|><|START_RESPONSE|>Yes, "), NO, STOP, DONE),
    (chunk(f"<|channel>thought\n{LONG}<channel|>Yes, "), NO, STOP, DONE),
    (
        chunk(f"<|start|>assistant<|channel|>analysis<|message|>{LONG}<|end|>"),
        chunk("<|start|>assistant"),
        chunk("<|channel|>final<|message|>Yes, we do.<|return|>"),
        DONE,
    ),
]


@pytest.mark.parametrize("events", THINKING)
async def test_thoughts_are_no_answer_and_the_operator_is_told(
    events: tuple[Any, ...], caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_serving(always(*events)) as engine:
        assert await answer(engine, ask(stop=("\n\n",))) == "Yes, we do."
        assert "thinks before it answers" in engine.remark
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "thinks before it answers" in told[0].getMessage()
    assert "Okay" not in caplog.text


@pytest.mark.parametrize(
    "thoughts", [chunk(reasoning_content=LONG), chunk(f"<think>{LONG}"), chunk(f"<think>{LONG}</think>")]
)
async def test_a_model_that_spends_its_tokens_on_thinking_is_given_more(thoughts: Any) -> None:
    server = in_turn(
        [
            Said(content=stream(thoughts, chunk(finish="length"), DONE)),
            Said(
                content=stream(
                    thoughts, chunk("</think>" if "<think>" in str(thoughts) else ""), YES, NO, DONE
                )
            ),
            Said(content=stream(YES, NO, DONE)),
        ]
    )
    async with raw_serving(server) as engine:
        assert await answer(engine) == "Yes, we do."
        assert await answer(engine) == "Yes, we do."
    first, second, third = server.bodies
    assert second["max_tokens"] == third["max_tokens"] > first["max_tokens"] + 1000
    assert second["reasoning_effort"] == "none"


async def test_a_model_that_only_thinks_is_named_as_the_trouble() -> None:
    server = always(chunk(f"<think>{LONG}"), chunk(finish="length"), DONE)
    async with raw_serving(server) as engine:
        with pytest.raises(EngineUnavailable, match="only thought"):
            await answer(engine)
    assert len(server.bodies) == 2


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS"])
async def test_thoughts_that_the_server_keeps_to_itself_are_given_more_as_well(reason: str) -> None:
    spent = Said(content=stream(chunk("", role="assistant"), chunk(finish=reason), DONE))
    server = in_turn([spent, Said(content=stream(YES, NO, DONE)), spent, spent])
    async with raw_serving(server) as engine:
        assert await answer(engine) == "Yes, we do."
        assert "thinks before it answers" in engine.remark
        with pytest.raises(EngineUnavailable, match="never answered"):
            await answer(engine)
    assert server.bodies[1]["max_tokens"] > server.bodies[0]["max_tokens"] + 1000


EMPTY = Said(content=stream(chunk("", finish="length"), DONE))  # LMDeploy, where the prompt fills the context
TALK = [
    Message(role="system", content="You are Ruth."),
    *[Message(role=role, content=role) for role in ("user", "assistant") * 3],
    Message(role="user", content="Hello?"),
]


@pytest.mark.parametrize("empty", [EMPTY, Said(content=stream(chunk(" ", "max_tokens")))])
@pytest.mark.parametrize("known", [False, True])
async def test_a_prompt_that_fills_the_context_without_a_word_of_it_is_shortened(
    empty: Said, known: bool
) -> None:
    whole = Said(content=stream(YES, NO, STOP, DONE))
    server = RawServer(lambda body: empty if len(body["messages"]) > 4 else whole)
    async with raw_serving(server) as engine:
        if known:
            await answer(engine)
        assert (await answer(engine, ask(*TALK))).strip() == "Yes, we do."
        assert engine.remark == ""
    last = server.bodies[-1]
    assert [each["role"] for each in last["messages"]] == ["system", "user", "assistant", "user"]
    assert last["max_tokens"] == 160
    assert len(server.bodies) == 3


async def test_a_refusal_of_more_room_does_not_make_a_model_one_that_thinks() -> None:
    whole = Said(content=stream(YES, NO, STOP, DONE))
    refused = as_json({"error": {"message": "The prompt is longer than the context length"}}, 400)
    said = {True: refused, False: EMPTY}
    server = RawServer(lambda body: said[body["max_tokens"] > 160] if len(body["messages"]) > 4 else whole)
    async with raw_serving(server) as engine:
        assert await answer(engine, ask(*TALK)) == "Yes, we do."
        assert engine.remark == ""
    assert server.bodies[-1]["max_tokens"] == 160


async def test_a_persona_that_fills_the_context_is_named_as_the_trouble() -> None:
    async with raw_serving(RawServer(lambda body: EMPTY)) as engine:
        for drafts in (1, 2):
            with pytest.raises(PromptTooLong, match="before its first word"):
                await answer(engine, ask(*TALK, drafts=drafts))
        assert engine.remark == ""


async def test_a_prompt_that_is_only_to_be_read_is_not_thought_about() -> None:
    server = always(chunk(reasoning_content="Hm"), chunk(finish="length"), DONE)
    async with raw_serving(server) as engine:
        for _ in range(2):
            assert await answer(engine, ask(tokens=1)) == ""
        assert engine.remark
    assert [body["max_tokens"] for body in server.bodies] == [1, 1]


async def test_one_draft_that_is_all_thought_does_not_spoil_the_others() -> None:
    first = {"choices": [{"index": 0, "delta": {"reasoning_content": LONG}, "finish_reason": "length"}]}
    second = {"choices": [{"index": 1, "delta": {"content": "Yes, we do."}, "finish_reason": "stop"}]}
    async with raw_serving(always(first, second, DONE)) as engine:
        pieces = [piece async for piece in engine.stream(ask(drafts=2))]
    assert "".join(piece.text for piece in pieces if piece.draft == 1) == "Yes, we do."
    assert sorted(piece.draft for piece in pieces if piece.finish) == [0, 1]


@pytest.mark.parametrize("end", ["</think>", "assistantfinal"])
async def test_thoughts_that_begin_without_a_tag_are_held_back_from_the_second_time_on(end: str) -> None:
    words = [chunk(word + " ") for word in LONG.split()]
    server = always(*words, chunk(end), YES, NO, STOP, DONE)
    async with raw_serving(server) as engine:
        with pytest.raises(EngineUnavailable, match="thoughts"):
            await answer(engine)
        assert await answer(engine) == "Yes, we do."
        server.reply = lambda body: Said(content=stream(YES, NO, STOP, DONE))
        assert await answer(engine) == "Yes, we do."  # for once without a thought


async def test_an_answer_may_speak_of_less_and_more() -> None:
    said = "a < b, <thin ice>, [THIN], x</i>"
    async with raw_serving(always(*map(chunk, said), STOP, DONE)) as engine:
        assert await answer(engine) == said


async def test_a_refusal_after_the_first_words_does_not_begin_the_answer_anew() -> None:
    error = {"error": {"message": "maximum context length is 4096 tokens", "code": "context_length_exceeded"}}
    server = always(YES, error)
    async with raw_serving(server) as engine:
        with pytest.raises(EngineUnavailable):
            await answer(engine, ask(*[Message(role="user", content="x")] * 8))
    assert len(server.bodies) == 1
