"""What a model server takes, found out by what it refuses, and a request's body in these manners.

One mechanism: a parameter that a refusal names is dropped or renamed; where it names none, what fewest
servers know goes first. Each step leaves less, so the search ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from feeler.llm.cards import SamplingDefaults
from feeler.llm.chat_text import taking_turns
from feeler.llm.remote_errors import ServerSaid
from feeler.ports import Message, Request

_EXTRAS = frozenset(  # beyond what OpenAI defines
    (
        "top_k",
        "repetition_penalty",
        "repeat_penalty",
        "add_generation_prompt",
        "continue_final_message",
        "chat_template_kwargs",
    )
)
_NEEDED = frozenset(("model", "messages", "stream"))
_THINKING_ROOM = 2048  # tokens beside the answer's, for a model that thinks first


def optional(sent: dict[str, Any]) -> set[str]:
    """The parameters of a request that it can do without."""
    return sent.keys() - _NEEDED


def wants_answer(request: Request) -> bool:
    """Whether more is wanted than that the prompt be read."""
    return request.sampling.max_tokens > 1


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What this server has been found to take."""

    without: frozenset[str] = frozenset()  # parameters that it refuses
    completion_tokens: bool = False  # it calls `max_tokens` `max_completion_tokens`
    begun: bool = True  # a last message of the assistant's, to be continued
    turns: bool = True  # user and assistant in any order
    system: bool = True  # a message of the system's
    thinks: bool = False  # its model thinks before it answers, which takes tokens, too
    headless: bool = False  # and says when that ends, but not when it begins

    @property
    def several(self) -> bool:
        """Whether one request may ask for several answers."""
        return "n" not in self.without

    def room(self, request: Request) -> int:
        """Tokens that the model may write."""
        thinking = _THINKING_ROOM if self.thinks and wants_answer(request) else 0
        return request.sampling.max_tokens + thinking

    def body(
        self,
        request: Request,
        messages: tuple[Message, ...],
        defaults: SamplingDefaults,
        *,
        first: int,
        drafts: int,
    ) -> dict[str, Any]:
        """The request for drafts `first` and following, as the server wants it; all but the model's name.

        Stop strings are watched for here: servers take few of them, or none, and look for them in thoughts.
        """
        sampling = defaults.fill(request.sampling)
        continued = bool(request.opening) and self.begun
        limit = "max_completion_tokens" if self.completion_tokens else "max_tokens"
        every: dict[str, Any] = {
            "messages": self._said(request, messages),
            "stream": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            limit: self.room(request),
            "top_k": sampling.top_k,
            "repetition_penalty": sampling.repetition_penalty,
            "repeat_penalty": sampling.repetition_penalty,
            "chat_template_kwargs": {"enable_thinking": False},
            "reasoning_effort": "none" if self.thinks else None,
            "add_generation_prompt": False if continued else None,
            "continue_final_message": True if continued else None,
            "seed": None if sampling.seed is None else sampling.seed + first,
            "n": drafts if drafts > 1 else None,
        }
        return {
            name: value for name, value in every.items() if value is not None and name not in self.without
        }

    def less(self, refusal: ServerSaid, sent: dict[str, Any], *, opening: bool) -> "Manners | None":
        """Simpler manners after `refusal` of the body `sent`; None where nothing is left to go without."""
        return next((simpler for simpler in self._simpler(refusal, sent, opening) if simpler != self), None)

    def _simpler(self, refusal: ServerSaid, sent: dict[str, Any], opening: bool) -> Iterator["Manners"]:
        spare = optional(sent)
        streamed = sent.keys() & {"stream"}
        unbegun = replace(self, begun=self.begun and not opening)
        in_turn = replace(self, turns=False)
        unled = replace(in_turn, system=False)
        if refusal.about_beginning:
            yield unbegun
        if named := {name for name in spare if refusal.names(name)}:
            yield self._dropping(named)
        if streamed and refusal.about_streaming:
            yield replace(self, without=self.without | streamed)
        if refusal.about_thinking:
            yield self._dropping(spare & {"chat_template_kwargs", "reasoning_effort"})
        if refusal.about_system:
            yield unled
        if refusal.about_roles:
            yield in_turn
            yield unled
        yield self._dropping(spare & {"n"})
        yield self._dropping(spare & _EXTRAS)
        yield unbegun
        yield unled
        yield replace(self, without=self.without | spare)

    def _dropping(self, names: set[str]) -> "Manners":
        if "max_tokens" in names:
            return replace(self._dropping(names - {"max_tokens"}), completion_tokens=True)
        dropped = names | (_EXTRAS if names & _EXTRAS and names != {"chat_template_kwargs"} else set())
        return replace(self, without=self.without | dropped)

    def _said(self, request: Request, messages: tuple[Message, ...]) -> list[dict[str, str]]:
        said = [{"role": message.role, "content": message.content} for message in messages]
        if not self.turns:
            led = self.system and said[0]["role"] == "system"
            said = said[:led] + taking_turns(said[led:])
        if request.opening and self.begun:
            said.append({"role": "assistant", "content": request.opening})
        elif request.opening:
            said[-1]["content"] += f'\n\nBegin your answer with exactly these words: "{request.opening}"'
        return said
