"""What servers refuse, and how: the engine finds the words they take, or says what is wrong."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.model_server import DONE, RawServer, Said, always, answer, as_json, ask, chunk, raw_serving, stream

from feeler.errors import EngineError, EngineUnavailable, PromptTooLong, SettingsError, Unsupported
from feeler.llm.remote import RemoteEngine
from feeler.network import httpx_options
from feeler.ports import Message, Scoring

FINE = Said(content=stream(chunk("Yes."), chunk(finish="stop"), DONE))
TALK = (
    Message(role="system", content="You are Ruth."),
    *(Message(role=("user", "assistant")[at % 2], content=str(at)) for at in range(13)),
)


def picky(trouble: Callable[[dict[str, Any]], str], *, status: int = 400) -> RawServer:
    """Refuses with what `trouble` says of a request; empty: it answers."""

    def reply(body: dict[str, Any]) -> Said:
        words = trouble(body)
        return as_json({"error": {"message": words}}, status) if words else FINE

    return RawServer(reply)


WORDINGS = (  # of one thing, by who has them; shortened
    ("vLLM", "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
    ("vLLM", "You passed 4097 input tokens, but the model's context length is only 4096 tokens."),
    ("SGLang", "Requested token count exceeds the model's maximum context length of 4096 tokens."),
    ("TGI", "Input validation error: `inputs` must have less than 3936 tokens. Given: 5000"),
    ("llama.cpp", "request (5000 tokens) exceeds the available context size (4096 tokens)"),
    ("llama.cpp", "input (5000 tokens) is too large to process. increase the physical batch size"),
    ("Ollama", "the input length exceeds the context length"),
    ("LM Studio", "Trying to keep the first 5000 tokens when context the overflows."),
    ("LM Studio", "Cannot truncate prompt with n_keep (5000) >= n_ctx (4096)"),
    ("LM Studio", "Reached context length of 4096 tokens, but the model does not support overflow."),
    ("text-generation-webui", "This model maximum context length is 2048 tokens. Yours are over 2100."),
    ("OpenAI", "Your input exceeds the context window of this model."),
    ("OpenAI", "Invalid 'messages[1].content': string too long. Maximum length 1048576, got 1540820."),
    ("LiteLLM", "litellm.ContextWindowExceededError: litellm.BadRequestError: the upstream's words"),
    ("Mistral", "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"),
    ("DeepSeek", "This model's maximum context length is 65536 tokens, you requested 70000 tokens."),
    ("Bedrock", "Malformed input request: expected maxLength: 50000, actual: 51000"),
    ("xAI", "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    ("Baidu", "the max input characters is 11200"),
)
TOO_LONG = [
    as_json({"error": {"message": "Too much.", "code": "context_length_exceeded", "param": "messages"}}, 400),
    as_json(
        {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9"}, 422
    ),
    as_json({"detail": "ValueError: Request length 5012 is greater than max_seq_len 4096"}, 500),
    as_json({"error": {"type": "exceed_context_size_error", "message": "no", "code": 400}}, 400),
    as_json(
        {"message": "This model's maximum context length is 4096 tokens. Please reduce the length."}, 400
    ),
    as_json({"error": {"message": "The input (5000 tokens) is longer than the model's context length"}}, 400),
    as_json(
        [{"error": {"code": 400, "message": "input token count (9) exceeds the maximum number of tokens"}}],
        400,
    ),
    as_json({"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}, 400),
    as_json(
        {
            "error": {
                "message": "'max_tokens' is too large: 160. This model's maximum context length is 4096 "
                "tokens and your request has 4000 input tokens",
                "param": "max_tokens",
            }
        },
        400,
    ),
    as_json({"error": {"message": "input length exceeds maximum context length"}}, 500),
    as_json({"message": "Request Entity Too Large"}, 413),
    as_json({"error": {"message": "Range of input length should be [1, 30720]"}}, 400),
    as_json({"error": {"message": "Please reduce the length of the messages or completion."}}, 400),
    as_json({"error": {"message": "Conversation history is too long"}}, 400),
    as_json({"error": {"message": "max_tokens must be at least 1, got -904."}}, 400),
    as_json({"error": {"message": "Prompt 超长", "code": "1261"}}, 400),
    as_json({"error": {"message": "Token 超过上限"}}, 400),
    as_json({"message": "输入内容过长"}, 500),
    as_json({"error": {"message": "no", "code": "request_too_large"}}, 400),
    as_json({"detail": "prompt has 5,000 tokens, but the configured context size is 4,096 tokens"}, 500),
    as_json({"error": {"message": "max_new_tokens should be at least 1, got -904"}}, 400),
    as_json({"error": {"message": "the request exceeds the available context size"}}, 503),
    *[
        as_json({"error": {"message": words}}, 400)
        for words in (
            "context shift is disabled",
            "The number of tokens in the prompt (5000) is above the limit of 4096",
            "prompt contains 5000 tokens but the model only supports 4096",
            "failed to decode: the context is full",
            "could not find a KV slot for the batch - try reducing its size or increase the context",
            "Your message is longer than allowed",
        )
    ],
    *[as_json({"error": {"message": words}}, 400) for _, words in WORDINGS],
    *[
        as_json({"error": {"message": "no", "code": code}}, 400)
        for code in (
            *("prompt_too_long", "model_context_window_exceeded", "string_above_max_length"),
            *("ContextWindowExceededError", "context_overflow"),
        )
    ],
    Said(content=b"context_length_exceeded", status=502),
    Said(content=b"Requested tokens (5000) exceed context window of 2048", status=500),
    Said(
        content=stream({"error": {"message": "the request exceeds the available context size", "code": 500}})
    ),
]


@pytest.mark.parametrize("said", TOO_LONG)
async def test_a_talk_that_is_too_long_loses_its_beginning_and_begins_with_the_user(said: Said) -> None:
    server = RawServer(lambda body: said if len(body["messages"]) > 4 else FINE)
    async with raw_serving(server) as engine:
        assert await answer(engine, ask(*TALK)) == "Yes."
        roles = [message["role"] for message in server.bodies[-1]["messages"]]
        assert roles == ["system", *["user", "assistant"] * ((len(roles) - 1) // 2), "user"]
        server.reply = lambda body: said
        with pytest.raises(PromptTooLong):
            await answer(engine)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("context deadline exceeded", 500),
        ("context canceled", 500),
        ("Post http://x: context deadline exceeded (Client.Timeout exceeded while awaiting headers)", 502),
        ("context canceled", 400),
        ("request timed out: maximum of 600 tokens", 408),
        ("rate limit exceeded: 40000 tokens per minute", 429),
        ("Request queue size exceeded maximum of 100", 500),
        ("You've exceeded your token limit for today", 400),
        ("Too many tokens in the last 5 seconds", 400),
        ("max_tokens must be less than or equal to 100", 400),
        ("The request took too long to process", 500),
        ("operation exceeded time limit (tokens: 5)", 503),
        ("CUDA out of memory while allocating 4096 tokens, reduce the load", 500),
        ("Usage limit reached: 1000 of 1000 tokens used. Upgrade your plan.", 400),
        ("the length of messages must be an odd number", 400),
        ("'top_k' must be at most the number of tokens in the vocabulary", 400),
        ("Invalid 'max_output_tokens': Expected a value >= 16, but got 1 instead.", 400),
        ("Request too large for model on tokens per minute (TPM): Limit 6000, Requested 9000", 413),
        ("max_tokens is too large: 9000. This model supports at most 4096 completion tokens", 400),
        ("too many tokens: max tokens must be less than or equal to 4000, the maximum output", 400),
        ("thinking.budget_tokens: Input should be greater than or equal to 1024", 400),
        ("'max_tokens' Input should be greater than 0", 422),
        ("Invalid 'stop': array too long. Expected an array with maximum length 4, but got 5", 400),
        ("Invalid 'user': string too long. Expected a string with maximum length 64", 400),
        ("Failed to parse the body: unexpected token at position 5", 400),
        ("model requires more system memory (8.0 GiB) than is available (4.0 GiB)", 500),
        ("token id 151700 is larger than vocabulary size 151664", 500),
        ("server busy: maximum number of pending requests exceeded", 503),
        ("messages.0.content: Input should be a valid string", 422),
        ("At most 1 image(s) may be provided in one request.", 400),
    ],
)
async def test_other_limits_do_not_cost_the_talk_its_beginning(words: str, status: int) -> None:
    server = picky(lambda body: words, status=status)
    async with raw_serving(server) as engine:
        with pytest.raises(EngineError) as caught:
            await answer(engine, ask(*TALK))
    assert not isinstance(caught.value, PromptTooLong)
    assert {len(body["messages"]) for body in server.bodies} <= {len(TALK), len(TALK) - 1}


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize(
    "words",
    [
        "System role not supported",
        "jinja2.exceptions.TemplateError: System role not supported",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Only user and assistant roles are supported!",
        "'system' is not a valid role",
        "messages[0].role: expected 'user' or 'assistant'",
        "Value is not callable: null at row 12, column 40",
        "Invalid value: 'system'. Supported values are: 'user', 'assistant', 'function'.",
        "A conversation must start with a user message.",
        "unsupported role",
    ],
)
async def test_where_no_system_message_is_taken_the_user_says_it(words: str, status: int) -> None:
    server = picky(lambda body: words if body["messages"][0]["role"] == "system" else "", status=status)
    async with raw_serving(server) as engine:
        assert await answer(engine) == "Yes."
        asked = len(server.bodies)
        assert await answer(engine) == "Yes."
    assert server.bodies[-1]["messages"] == [{"role": "user", "content": "You are Ruth.\n\nHello?"}]
    assert "top_k" in server.bodies[-1]  # nothing else was given up
    assert (asked, len(server.bodies)) in ((2, 3), (3, 4))


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(
    "words",
    [
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "After the optional system message, conversation roles must alternate user/assistant/...",
        "Consecutive user messages are not allowed",
        "Expected role 'assistant' after 'user', found 'user'",
    ],
)
@pytest.mark.parametrize("begins_with_system", [True, False])
async def test_where_turns_must_alternate_they_do(begins_with_system: bool, words: str, status: int) -> None:
    def strict(body: dict[str, Any]) -> str:
        roles = [message["role"] for message in body["messages"]]
        roles = roles[1:] if begins_with_system and roles[0] == "system" else roles
        in_turn = all(role == ("user", "assistant")[at % 2] for at, role in enumerate(roles))
        return "" if in_turn else words

    server = picky(strict, status=status)
    talk = (*TALK[:1], *TALK[2:3], *TALK[1:2], *TALK[3:4])  # the company begins, the user speaks twice
    async with raw_serving(server) as engine:
        assert await answer(engine, ask(*talk)) == "Yes."
    said = json.dumps(server.bodies[-1]["messages"])
    assert all(message.content in said for message in talk)
    assert (server.bodies[-1]["messages"][0]["role"] == "system") == begins_with_system
    assert "top_k" in server.bodies[-1]


@pytest.mark.parametrize(
    "words",
    [
        "Assistant response prefill is incompatible with enable_thinking.",
        "Please ensure that single turn requests end with a user role.",
        "continue_final_message is set but the final message does not appear in the chat",
    ],
)
async def test_where_no_answer_can_be_begun_nothing_else_is_given_up(words: str) -> None:
    server = picky(lambda body: words if body["messages"][-1]["role"] == "assistant" else "")
    async with raw_serving(server) as engine:
        assert await answer(engine, ask(opening="We build")) == "Yes."
    assert {"top_k", "chat_template_kwargs"} <= server.bodies[-1].keys()


def openai_reasons(body: dict[str, Any]) -> str:
    for name in ("chat_template_kwargs", "top_k", "repeat_penalty", "repetition_penalty"):
        if name in body:
            return f"Unrecognized request argument supplied: {name}"
    if "max_tokens" in body:
        return "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    for name in ("temperature", "top_p"):
        if name in body:
            return f"Unsupported value: '{name}' does not support 0.7 with this model. Only 1 is supported."
    return ""


def extra_forbidden(body: dict[str, Any]) -> str:
    known = {"messages", "model", "stream", "max_tokens", "temperature"}
    unknown = sorted(body.keys() - known)
    return f"{unknown[0]}: Extra inputs are not permitted" if unknown else ""


def whole_only(body: dict[str, Any]) -> str:
    return "Your organization must be verified to stream this model." if "stream" in body else ""


def mute(body: dict[str, Any]) -> str:
    return "" if body.keys() <= {"messages", "model", "stream"} else "Bad request"


@pytest.mark.parametrize(
    ("trouble", "kept"),
    [
        (openai_reasons, {"max_completion_tokens": 160}),
        (extra_forbidden, {"max_tokens": 160, "temperature": 0.7}),
        (mute, {}),
        (whole_only, {"max_tokens": 160, "top_k": 50}),
        (lambda body: "reasoning is not supported" if "chat_template_kwargs" in body else "", {"top_k": 50}),
        (lambda body: "'seed' must be null" if "seed" in body else "", {"max_tokens": 160}),
    ],
)
async def test_what_a_server_refuses_is_left_out_from_then_on(
    trouble: Callable[[dict[str, Any]], str], kept: dict[str, Any]
) -> None:
    server = picky(trouble)
    async with raw_serving(server) as engine:
        assert await answer(engine) == "Yes."
        asked = len(server.bodies)
        assert await answer(engine) == "Yes."
    assert len(server.bodies) == asked + 1
    assert kept.keys() <= server.bodies[-1].keys()
    if "max_completion_tokens" in kept:
        assert "max_tokens" not in server.bodies[-1]


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize(
    "words",
    [
        '"odd-name" does not support chat',
        "This model is only supported in v1/responses and not in v1/chat/completions.",
    ],
)
async def test_a_model_of_our_choice_that_turns_out_not_to_talk_is_passed_over(
    words: str, status: int
) -> None:
    server = picky(lambda body: words if body["model"] == "odd-name" else "", status=status)
    server.models = as_json({"data": [{"id": "odd-name"}, {"id": "other"}]})
    async with raw_serving(server, model="") as engine:
        assert await answer(engine) == "Yes."
        server.models = as_json({"data": [{"id": "odd-name"}]})
    async with raw_serving(server, model="") as engine:
        with pytest.raises(EngineUnavailable, match="FEELER_REMOTE_MODEL"):
            await answer(engine)
    assert [body["model"] for body in server.bodies] == ["odd-name", "other", "odd-name"]


async def test_what_a_validation_error_quotes_of_the_talk_is_not_taken_for_its_reason() -> None:
    quoted = {
        "messages": [{"role": "system", "content": "context length exceeded, temperature, system role"}]
    }
    detail = [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "Extra inputs", "input": quoted}]
    server = RawServer(lambda body: as_json({"detail": detail}, 422) if "top_k" in body else FINE)
    async with raw_serving(server) as engine:
        assert await answer(engine, ask(*TALK)) == "Yes."
    assert len(server.bodies[-1]["messages"]) == len(TALK)
    assert "temperature" in server.bodies[-1]


@pytest.mark.parametrize("code", [400, 500, None, "unsupported_parameter"])
@pytest.mark.parametrize("status", [200, 403, 404, 500])
async def test_an_error_that_names_a_parameter_is_a_refusal_whatever_its_number(
    status: int, code: int | str | None
) -> None:
    error = {"error": {"message": "unexpected keyword argument 'max_tokens'", "code": code}}
    said = Said(content=stream(error)) if status == 200 else as_json(error, status)
    server = RawServer(lambda body: said if "max_tokens" in body else FINE)
    async with raw_serving(server) as engine:
        assert await answer(engine) == "Yes."
    assert "max_completion_tokens" in server.bodies[-1]


async def test_a_server_in_trouble_that_lists_what_it_was_sent_refuses_nothing() -> None:
    error = {"detail": "engine died at SamplingParams(temperature=0.7, top_k=50)"}
    server = RawServer(lambda body: as_json(error, 500))
    async with raw_serving(server) as engine:
        with pytest.raises(EngineUnavailable, match="engine died"):
            await answer(engine)
        server.reply = lambda body: FINE
        assert await answer(engine) == "Yes."
    assert {"temperature", "top_k"} <= server.bodies[-1].keys()


@pytest.mark.parametrize("status", [400, 404, 500, 501])
async def test_a_server_that_cannot_weigh_is_asked_once_and_writes_as_ever(status: int) -> None:
    sorry = Said(content=b"Internal Server Error", status=status, media_type="text/plain")
    server = RawServer(lambda body: FINE if body.get("stream") else sorry)
    async with raw_serving(server) as engine:
        with pytest.raises(Unsupported):
            await engine.likelihoods(Scoring(talks=(TALK,), texts=("Why?", "When?")))
        assert not engine.can
        assert await answer(engine) == "Yes."


PROXY = "http://127.0.0.1:9"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0"])
@pytest.mark.parametrize("proxy", [PROXY, "socks5://127.0.0.1:9", "nonsense"])
async def test_a_server_on_this_machine_is_reached_without_the_proxy(
    proxy: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    server = always(chunk("Yes."), DONE)
    async with raw_serving(server):
        engine = RemoteEngine(server.url.replace("127.0.0.1", host), model="served", tries=1)
        assert await answer(engine) == "Yes."
        await engine.close()


def test_a_server_by_this_machines_own_name_is_reached_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Desk")
    monkeypatch.setenv("http_proxy", PROXY)
    assert "proxy" not in httpx_options("http://desk:8080/v1")
    assert httpx_options("http://desk.example/v1")["proxy"] == PROXY


async def test_another_server_is_reached_through_the_proxy_whatever_else_needs_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + stream(chunk("Yes."), DONE))
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    monkeypatch.setenv("no_proxy", "10.0.0.0/8,fd00::/8,[::1]")
    engine = RemoteEngine("http://model.example/v1", model="served", tries=1)
    assert await answer(engine) == "Yes."
    assert asked == ["POST http://model.example/v1/chat/completions HTTP/1.1\r\n"]
    await engine.close()
    server.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("https_proxy", "http://127.0.0.1:99999"),
        ("all_proxy", "::::"),
        ("SSL_CERT_FILE", "/nowhere.pem"),
    ],
)
def test_what_the_environment_names_wrongly_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name.upper()):
        RemoteEngine("https://model.example/v1", model="served")


async def test_a_crash_of_ours_is_an_error_that_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeler.llm.remote_stream._bit", lambda choice: 1 / 0)
    async with raw_serving(always(chunk("Yes."), DONE)) as engine:
        with pytest.raises(EngineUnavailable, match="ZeroDivisionError"):
            await answer(engine)
