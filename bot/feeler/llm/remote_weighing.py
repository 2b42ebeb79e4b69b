"""How likely given texts are on a model server that tells the log-probabilities of a prompt: vLLM does.

Its `prompt_logprobs` has an entry for every token of the prompt, which ends with the text here.
"""

import asyncio
from collections.abc import Sequence

import httpx

from feeler.errors import PromptTooLong, Unsupported
from feeler.llm.remote_connection import Connection
from feeler.llm.remote_errors import ServerSaid, explained
from feeler.llm.shares import ABLE, check_options, choice_of, likelihoods_of
from feeler.ports import Ability, Choice, Choosing, Likelihood, Message, Scoring

_BEGUN = {"add_generation_prompt": False, "continue_final_message": True}
_ENDED = {"add_generation_prompt": False, "continue_final_message": False}


class RemoteWeighing:
    """Asks one server. Raises Unsupported where it cannot, PromptTooLong, EngineUnavailable."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        self._url = url
        self.can: frozenset[Ability] = ABLE  # as far as is known

    async def choose(self, asked: Choosing, model: str) -> Choice:
        """See `feeler.ports.Engine`."""
        check_options(asked.options)
        nats, _ = await self._weigh(model, asked.messages, asked.options, opening=asked.opening, ended=True)
        return choice_of(asked.options, nats)

    async def likelihoods(self, asked: Scoring, model: str) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        rows = await asyncio.gather(*(self._weigh(model, talk, asked.texts) for talk in asked.talks))
        return likelihoods_of([nats for nats, _ in rows], [counts for _, counts in rows])

    async def _weigh(
        self,
        model: str,
        messages: Sequence[Message],
        texts: Sequence[str],
        *,
        opening: str = "",
        ended: bool = False,
    ) -> tuple[list[float], list[int]]:
        """Nats and tokens of each text behind the messages; with the turn's end if `ended`."""
        if not self.can:
            raise Unsupported(f"{self._url} does not tell how likely a text is")
        said = [{"role": message.role, "content": message.content} for message in messages]
        begun = [*said, {"role": "assistant", "content": opening}]
        before = await (self._nats(model, begun, _BEGUN) if opening else self._nats(model, said, {}))
        whole = [[*said, {"role": "assistant", "content": opening + text}] for text in texts]
        read = await asyncio.gather(*(self._nats(model, each, _BEGUN) for each in whole))
        start, counts = len(before), [len(each) - len(before) for each in read]
        if min(counts) < 1:
            raise self._unable("does not tell how likely a prompt is (as vLLM does)")
        if ended:  # the template ends the turn: its first token behind the text
            closed = await asyncio.gather(*(self._nats(model, each, _ENDED) for each in whole))
            read = [each[: start + count + 1] for each, count in zip(closed, counts, strict=True)]
        return [sum(each[start:]) for each in read], counts

    async def _nats(self, model: str, said: list[dict[str, str]], form: dict[str, bool]) -> list[float]:
        """Of every token of the prompt; the first has none, 0.0."""
        body = {
            "model": model, "messages": said, "max_tokens": 1, "temperature": 0.0, "stream": False,
            "prompt_logprobs": 0, **form,
        }  # fmt: skip
        try:
            answer = await self._connection.answer(body)
        except ServerSaid as refusal:
            if refusal.too_long:
                raise PromptTooLong(f"the prompt is too long for the server: {refusal}") from None
            if refusal.refusal or refusal.status in (404, 500):  # it writes, and only this is beyond it
                raise self._unable(f"refused the request: {refusal}") from None
            raise explained(refusal, self._url, model) from None
        except httpx.HTTPError as error:
            raise explained(error, self._url, model) from None
        found = answer.get("prompt_logprobs") if isinstance(answer, dict) else None
        try:
            return [0.0] + [float(next(iter(each.values()))["logprob"]) for each in (found or [])[1:]]
        except (TypeError, ValueError, AttributeError, KeyError, StopIteration):
            raise self._unable("does not tell how likely a prompt is (as vLLM does)") from None

    def _unable(self, why: str) -> Unsupported:
        self.can = frozenset()
        return Unsupported(f"{self._url} {why}")
