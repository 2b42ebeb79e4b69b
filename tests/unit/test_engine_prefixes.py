"""K and V that are kept: what is reused, what is shared, what is thrown out."""

import torch

from feeler.llm.prefixes import Prefixes, Slot

PERSONA = list(range(1000, 1200))


def make(tokens: int) -> Prefixes:
    prefixes = Prefixes(layers=1, kv_heads=1, head_dim=2, limit=0)
    prefixes.limit = tokens * prefixes.token_bytes
    return prefixes


def read(slot: Slot, prompt: list[int]) -> None:
    """As the model does: K and V of the rest of the prompt, here the tokens themselves."""
    start = len(slot.own.tokens)
    rest = prompt[slot.length :]
    as_numbers = slot.own.kv.view(torch.int16)
    as_numbers[:, :, :, start : start + len(rest)] = torch.tensor(rest, dtype=torch.int16)[:, None]
    slot.own.tokens += rest


def held(slot: Slot) -> list[int]:
    strips = [strip for strip in (slot.shared, slot.own) if strip]
    return [int(value) for strip in strips for value in strip.filled.view(torch.int16)[0, 0, 0, :, 0]]


def play(prefixes: Prefixes, prompt: list[int]) -> int:
    """One request from beginning to end; how many tokens did not have to be read."""
    slot = prefixes.acquire(prompt, extra=8)
    assert slot is not None
    reused = slot.length
    read(slot, prompt)
    assert held(slot) == prompt
    prefixes.release(slot)
    return reused


def test_the_next_turn_reads_only_what_is_new() -> None:
    prefixes = make(2000)
    first = [*PERSONA, 1, 2, 3]
    assert play(prefixes, first) == 0
    assert play(prefixes, [*first, 4, 5]) == len(first)
    assert play(prefixes, [*first, 7, 8, 9]) == len(first)


def test_the_last_token_is_always_read() -> None:
    prefixes = make(2000)
    play(prefixes, PERSONA)
    assert play(prefixes, PERSONA) == len(PERSONA) - 1


def test_chats_share_a_persona_and_keep_their_own_history() -> None:
    prefixes = make(5000)
    chats = [[*PERSONA, *range(n * 100, n * 100 + 60)] for n in range(1, 6)]
    busy = [prefixes.acquire(chat, 8) for chat in chats[:1]]
    assert busy[0] is not None
    read(busy[0], chats[0])
    prefixes.release(busy[0])
    assert [play(prefixes, chat) for chat in chats[1:]] == [len(PERSONA)] * 4
    for chat in chats:
        assert play(prefixes, [*chat, 9, 9, 9]) == len(chat)
    assert prefixes.used() < 5 * 200 * prefixes.token_bytes  # not five personas


def test_memory_stays_within_the_limit_and_the_oldest_goes_first() -> None:
    prefixes = make(1000)
    prompts = [[n] * 200 for n in range(12)]
    for prompt in prompts:
        play(prefixes, prompt)
        assert prefixes.used() <= prefixes.limit
    assert play(prefixes, [*prompts[-1], 5]) == 200
    assert play(prefixes, [*prompts[0], 5]) == 0


def test_what_is_in_use_is_never_thrown_out() -> None:
    prefixes = make(600)
    slot = prefixes.acquire([1] * 300, 8)
    assert slot is not None
    read(slot, [1] * 300)
    assert prefixes.acquire([2] * 300, 8) is None
    prefixes.release(slot)
    assert prefixes.acquire([2] * 300, 8) is not None


def test_a_talk_that_grows_is_not_copied_every_turn() -> None:
    prefixes = make(5000)
    prompt = list(PERSONA)
    strips = set()
    for turn in range(10):
        prompt += range(turn * 50, turn * 50 + 50)
        slot = prefixes.acquire(prompt, extra=8)
        assert slot is not None
        assert slot.length == (len(prompt) - 50 if turn else 0)
        read(slot, prompt)
        assert held(slot) == prompt
        strips.add(slot.own.kv.data_ptr())
        assert prefixes.used() <= (len(prompt) + 40) * prefixes.token_bytes
        prefixes.release(slot)
    assert len(strips) <= 3
