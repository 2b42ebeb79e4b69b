"""The torch engine on the small real model: the same choices as transformers, and everybody in one batch."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from feeler.bench.quality import measure_quality, reference_model
from feeler.bench.talk import history, talk
from feeler.errors import EngineError, EngineUnavailable, PromptTooLong
from feeler.llm import scheduler
from feeler.llm.attention import Lane
from feeler.llm.cards import load_cards
from feeler.llm.chat_text import ChatText
from feeler.llm.gguf import GgufFile
from feeler.llm.model import Decoder
from feeler.llm.tokenizer import read_tokenizer
from feeler.llm.torch_engine import TorchEngine
from feeler.llm.weights import ensure_weights
from feeler.ports import Choosing, Message, Piece, Request, Sampling, Scoring
from feeler.settings import load_settings

pytestmark = pytest.mark.slow

SYSTEM = Message(
    role="system", content="You are Dana, head of nursing at a hospital. You like short answers."
)
QUESTION = Message(role="user", content="Hello! What does a bad night look like at your hospital?")


def ask(
    *,
    tokens: int = 12,
    drafts: int = 1,
    temperature: float = 0.0,
    seed: int | None = None,
    messages: tuple[Message, ...] = (SYSTEM, QUESTION),
    stop: tuple[str, ...] = (),
) -> Request:
    sampling = Sampling(temperature=temperature, max_tokens=tokens, seed=seed, stop=stop)
    return Request(messages=messages, sampling=sampling, drafts=drafts)


@pytest.fixture(scope="module")
def weights() -> Path:
    return ensure_weights(load_cards()["smollm2-135m-instruct"], load_settings().cache_dir)


@pytest.fixture
async def engine(weights: Path) -> AsyncIterator[TorchEngine]:
    made = await asyncio.to_thread(TorchEngine.load, weights, kv_cache_mb=96, threads=1)
    yield made
    await made.close()


async def texts(engine: TorchEngine, request: Request) -> list[str]:
    written = [""] * request.drafts
    async with aclosing(engine.stream(request)) as pieces:
        async for piece in pieces:
            written[piece.draft] += piece.text
    return written


def reading(engine: TorchEngine, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list to which every step adds the number of its rows."""
    read: list[int] = []
    model = engine._scheduler.model

    def noted(lanes: list[Lane], then: Callable[[list[Lane]], torch.Tensor] = model.read) -> torch.Tensor:
        read.append(sum(len(lane.tokens) for lane in lanes))
        return then(lanes)

    monkeypatch.setattr(model, "read", noted)
    return read


def test_the_tokenizer_is_the_one_that_transformers_makes(weights: Path) -> None:
    mine = read_tokenizer(GgufFile(weights))
    theirs = AutoTokenizer.from_pretrained(str(weights.parent), gguf_file=weights.name)
    said = [{"role": message.role, "content": message.content} for message in talk()]
    odd = "I'm äöü 12345 🦊🏽 \n\n  x\t日本語 don't <|im_end|> é e\u0301"
    assert mine(odd).input_ids == theirs(odd).input_ids
    assert mine.decode(mine(odd).input_ids) == theirs.decode(theirs(odd).input_ids)
    assert mine.apply_chat_template(said, tokenize=False) == theirs.apply_chat_template(said, tokenize=False)
    assert mine.eos_token_id == theirs.eos_token_id


def test_it_chooses_as_transformers_does_on_dequantized_weights(weights: Path) -> None:
    quality = measure_quality(weights, positions=160, threads=1)
    assert quality.kl_mean < 0.01
    assert quality.same_first > 0.9  # 135 million parameters are often of two minds


def test_a_prompt_read_in_pieces_gives_the_same_answer_as_one_read_at_once(weights: Path) -> None:
    file = GgufFile(weights)
    model = Decoder(file, threads=1)
    tokens = ChatText(read_tokenizer(file)).tokens(history(2))
    s = model.shape
    found = []
    for size in (len(tokens), 50):
        own = torch.empty(s.layers, 2, s.kv_heads, len(tokens), s.head_dim, dtype=torch.float16)
        for start in range(0, len(tokens), size):
            part = tokens[start : start + size]
            logits = model.step([Lane(tokens=part, position=start, own=own, filled=start)])
        found.append(logits[-1].log_softmax(-1))
    torch.testing.assert_close(found[0], found[1], atol=0.05, rtol=0)
    exact = reference_model(file, torch.float32)(torch.tensor([tokens])).logits[0, -1].log_softmax(-1)
    assert exact.argmax() == found[0].argmax()


def test_what_several_see_is_as_if_each_saw_it_alone(weights: Path) -> None:
    model = Decoder(GgufFile(weights), threads=1)
    s = model.shape

    def strip(*lanes: int, room: int = 24) -> torch.Tensor:
        return torch.zeros(s.layers, 2, *lanes, s.kv_heads, room, s.head_dim, dtype=torch.float16)

    def lanes() -> list[Lane]:
        """Two chats with a persona in common, one of their own, and one with two drafts."""
        persona = strip()
        model.step([Lane(tokens=list(range(50, 70)), position=0, own=persona, filled=0)])
        shared, head = persona[:, :, :, :20], persona[:, :, :, :8]
        return [
            Lane(tokens=[300, 301, 302], position=20, past=[shared], own=strip(), filled=0, wanted=3),
            Lane(tokens=[310, 311], position=0, own=strip(), filled=0, wanted=2),
            Lane(tokens=[320], position=20, past=[shared], own=strip(), filled=0),
            Lane(tokens=[330, 331], position=8, past=[head], own=strip(2), filled=0, wanted=2),
        ]

    together = model.step(lanes())
    alone = torch.cat([model.step([lane]) for lane in lanes()])
    torch.testing.assert_close(together, alone, atol=0.02, rtol=0)


async def test_texts_in_a_tree_weigh_what_each_weighs_in_a_pass_of_its_own(engine: TorchEngine) -> None:
    model = engine._scheduler.model
    s = model.shape
    said = ("What broke?", "What broke at night, and who mended it?", "Who sings?", "What broke at sea?")
    talks = ((SYSTEM, QUESTION), (SYSTEM, Message(role="user", content="I fish for herring at sea.")))
    rows = await engine.likelihoods(Scoring(talks=talks, texts=said))
    for messages, row in zip(talks, rows, strict=True):
        choice = await engine.choose(Choosing(messages=messages, options=said))
        for text, found in zip(said, row, strict=True):
            prompt, [tokens] = engine._text.continued(messages, [text])
            own = torch.empty(s.layers, 2, s.kv_heads, len(prompt + tokens), s.head_dim, dtype=torch.float16)
            lane = Lane(tokens=prompt + tokens, position=0, own=own, filled=0, wanted=len(tokens) + 1)
            alone = model.step([lane]).log_softmax(-1)
            nats = float(alone[torch.arange(len(tokens)), tokens].sum())
            end = float(alone[-1, sorted(engine._ends)].logsumexp(0))
            assert choice.scores[text] == pytest.approx(nats + end, abs=0.05 * len(tokens) ** 0.5)
            assert found.tokens == len(tokens)
            assert found.nats == pytest.approx(nats, abs=4)  # 8 bits are little for so small a model


async def test_weighing_reads_what_is_new_and_takes_nothing_from_a_talk(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading(engine, monkeypatch)
    persona = replace(SYSTEM, content=SYSTEM.content * 20)
    await texts(engine, ask(messages=(persona, QUESTION)))
    whole = sum(read)
    read.clear()
    other = Message(role="user", content="I fish for herring.")
    asked = Scoring(talks=((persona, other), (persona, QUESTION)), texts=("Where?", "With whom do you fish?"))
    await engine.likelihoods(asked)
    assert sum(read) < whole / 4
    read.clear()
    await engine.likelihoods(asked)
    assert sum(read) < 2 * 12  # the texts and the prompts' last tokens
    read.clear()
    await texts(engine, ask(messages=(persona, QUESTION)))
    assert read[0] == 1  # the prompt's last token, as if nobody had weighed anything


async def test_everybody_is_answered_as_if_alone(engine: TorchEngine) -> None:
    requests = [ask(messages=history(1, chat=n)) for n in range(6)]
    together = await asyncio.gather(*(texts(engine, request) for request in requests))
    alone = [await texts(engine, request) for request in requests]
    same = sum(one == other for one, other in zip(together, alone, strict=True))
    assert same >= 5  # attention over shared and own stretches rounds differently, and may tip a close choice


async def test_a_persona_that_several_ask_for_at_once_is_read_once(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading(engine, monkeypatch)
    persona = replace(SYSTEM, content=SYSTEM.content * 20)
    requests = [
        ask(tokens=1, messages=(persona, replace(QUESTION, content=f"{n}. {QUESTION.content}")))
        for n in range(4)
    ]
    await asyncio.gather(*(texts(engine, request) for request in requests))
    assert sum(read) < 2 * len(engine._prompt(requests[0]))


async def test_a_seed_decides_and_drafts_differ(engine: TorchEngine) -> None:
    first = await texts(engine, ask(drafts=4, temperature=1.0, seed=5))
    again = await texts(engine, ask(drafts=4, temperature=1.0, seed=5))
    assert first[0] == again[0]
    assert len(set(first)) > 1


@pytest.mark.parametrize("temperature", [0.0, 0.9])
async def test_guesses_save_steps_and_change_nothing(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch, temperature: float
) -> None:
    line = "The night shift starts at ten, and the day shift starts at six."
    repeat = Message(role="user", content=f'Say this three times: "{line}"')
    request = ask(tokens=48, temperature=temperature, seed=3, messages=(SYSTEM, repeat))
    steps = count()
    model = engine._scheduler.model
    monkeypatch.setattr(model, "read", lambda lanes, read=model.read: (next(steps), read(lanes))[1])
    found = []
    for rows in (0, 4):
        monkeypatch.setattr(scheduler, "_CHEAP_ROWS", rows)
        before = next(steps)
        found.append((await texts(engine, request), next(steps) - before))
    (plain, slow), (guessed, quick) = found
    assert guessed == plain
    assert quick < 0.9 * slow
    before = next(steps)
    assert await texts(engine.without_guesses(), request) == plain
    assert next(steps) - before == slow


async def test_cancelling_frees_the_place_and_the_others_go_on(engine: TorchEngine) -> None:
    other = asyncio.create_task(texts(engine, ask(tokens=30)))
    pieces = engine.stream(ask(tokens=2000, messages=history(1)))
    assert isinstance(await anext(pieces), Piece)
    await pieces.aclose()
    assert (await other)[0]
    async with asyncio.timeout(60):
        await texts(engine, ask(tokens=2))


async def test_a_hundred_at_once_are_all_answered_or_stopped_within_the_memory(engine: TorchEngine) -> None:
    def asked(count: int, tokens: int) -> list[asyncio.Task[list[str]]]:
        requests = [ask(tokens=tokens, messages=history(1, chat=n % 30)) for n in range(count)]
        return [asyncio.create_task(texts(engine, request)) for request in requests]

    chats = [*asked(5, tokens=200), *asked(90, tokens=3), *asked(5, tokens=200)]
    answered, stopped = chats[5:95], [*chats[:5], *chats[95:]]
    await asyncio.wait(answered, return_when=asyncio.FIRST_COMPLETED)
    for task in stopped:  # some are writing, some still queue
        task.cancel()
    await asyncio.wait(stopped)
    assert all(await asyncio.gather(*answered))
    prefixes = engine._scheduler.prefixes
    assert prefixes.borrowed == 0
    assert prefixes.used() <= prefixes.limit


async def test_a_step_that_cannot_be_planned_ends_its_requests_and_not_the_engine(
    engine: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        """As libraries written in Rust raise it: no Exception."""

    def panic(self: object) -> None:
        raise PanicException("out of bounds")

    with monkeypatch.context() as broken:
        broken.setattr(scheduler.Scheduler, "_schedule", panic)
        with pytest.raises(EngineError, match="the model failed"):
            await texts(engine, ask())
    assert await texts(engine, ask())


async def test_a_stop_string_is_never_shown(engine: TorchEngine) -> None:
    whole = (await texts(engine, ask(tokens=24)))[0]
    stop = whole[len(whole) // 2 :][:4]
    assert (await texts(engine, ask(tokens=24, stop=(stop,))))[0] == whole[: whole.index(stop)]


async def test_the_oldest_turns_go_first_and_the_persona_never(weights: Path) -> None:
    engine = await asyncio.to_thread(TorchEngine.load, weights, kv_cache_mb=64, threads=1)
    engine._context = 700
    assert (await texts(engine, ask(messages=history(20))))[0]
    endless = Message(role="user", content="and then " * 2000)
    with pytest.raises(PromptTooLong):
        await texts(engine, ask(messages=(SYSTEM, endless)))
    await engine.close()


async def test_closing_ends_what_still_runs(weights: Path) -> None:
    engine = await asyncio.to_thread(TorchEngine.load, weights, kv_cache_mb=64, threads=1)
    pieces = engine.stream(ask(tokens=500))
    await anext(pieces)
    await engine.close()
    with pytest.raises(EngineUnavailable):
        async for _ in pieces:
            pass
    with pytest.raises(EngineError):
        await texts(engine, ask())


@pytest.mark.model
def test_the_default_model_is_true_to_its_file() -> None:
    card = load_cards()["qwen2.5-coder-1.5b-instruct"]
    quality = measure_quality(ensure_weights(card, load_settings().cache_dir), positions=256)
    assert quality.kl_mean < 0.02
    assert quality.same_first > 0.95
