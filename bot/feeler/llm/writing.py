"""An answer on its way through the batch: its drafts, and what it feeds to the model next."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from feeler.llm.attention import Lane
from feeler.llm.detokenize import Detokenizer
from feeler.llm.job import Job
from feeler.llm.lookup import Lookup
from feeler.llm.sampler import Draw
from feeler.llm.stops import Stops
from feeler.ports import Finish, Piece, Sampling

Tensor = torch.Tensor
Emit = Callable[[Piece | Exception | None], None]


@dataclass(kw_only=True)
class Draft:
    """One of the answers being written."""

    number: int
    text: Detokenizer
    stops: Stops
    seed: str
    tokens: list[int] = field(default_factory=list)

    def chance(self, ahead: int) -> float:
        """Uniform in [0, 1), for the token so many places ahead: the place decides, however it is reached."""
        return random.Random(f"{self.seed}/{len(self.tokens) + ahead}").random()


class Writing(Job):
    """An answer in one or several drafts."""

    def __init__(
        self,
        prompt: list[int],
        sampling: Sampling,  # filled: no field that may be None is, but the seed
        *,
        drafts: int,
        ends: frozenset[int],
        stop: tuple[str, ...],
        decode: Callable[[list[int]], str],
        emit: Emit,
        guesses: bool = True,
    ) -> None:
        super().__init__(prompt)
        self.sampling = sampling
        self.ends = ends
        self.emit = emit
        seed = sampling.seed if sampling.seed is not None else random.SystemRandom().getrandbits(48)
        self.drafts = [
            Draft(
                number=n,
                text=Detokenizer(decode, prompt),
                stops=Stops(stop),
                seed=f"{seed}/{n}",
            )
            for n in range(drafts)
        ]
        self.live = list(self.drafts)
        self._guessing = guesses and drafts == 1
        self._lookup: Lookup | None = None
        self._guesses: list[int] = []  # fed in this step behind the token drawn last
        self._tails: Tensor | None = None  # (layers, 2, drafts, kv_heads, room, dim)
        self._in_tails = 0

    @property
    def rows(self) -> int:
        """One a draft."""
        return len(self.drafts)

    @property
    def room_behind_prompt(self) -> int:
        """Tokens written right behind the prompt: those of a single draft."""
        return self.sampling.max_tokens if len(self.drafts) == 1 else 0

    def tail_bytes(self, token_bytes: int) -> int:
        """Of K and V that several drafts hold beside the prompt's."""
        return len(self.drafts) * self.sampling.max_tokens * token_bytes if len(self.drafts) > 1 else 0

    def next_known(self, at_most: int) -> Lane:
        """The next piece of the prompt."""
        at = self.slot.length
        tokens = self.prompt[at : at + at_most]
        return self._lane(tokens, wanted=int(at + len(tokens) == len(self.prompt)))

    def next_tokens(self, guesses: int = 0) -> Lane:
        """The tokens drawn last, one a draft; behind that of a single one, up to so many `guesses`."""
        slot = self.slot
        tokens = [draft.tokens[-1] for draft in self.live]
        if self._guessing and guesses > 0:
            self._lookup = self._lookup or Lookup(self.prompt + self.live[0].tokens)
            left = self.sampling.max_tokens - len(self.live[0].tokens)
            self._guesses = self._lookup.guess(min(guesses, left - 1))
            tokens += self._guesses
        if self._tails is None:
            return self._lane(tokens, wanted=len(tokens))
        return Lane(
            tokens=tokens,
            position=slot.length + self._in_tails,
            past=[strip.filled for strip in (slot.shared, slot.own) if strip and strip.tokens],
            own=self._tails,
            filled=self._in_tails,
            wanted=len(tokens),
        )

    def fed(self, lane: Lane) -> None:
        """The model has read these tokens."""
        if lane.parallel:
            self._in_tails += 1
            return
        self.slot.own.tokens += lane.tokens
        if self.reading and self.slot.length == len(self.prompt):
            self.reading = False
            if len(self.drafts) > 1:
                layers, two, heads, _, dim = self.slot.own.kv.shape
                room = self.sampling.max_tokens
                shape = (layers, two, len(self.drafts), heads, room, dim)
                self._tails = torch.empty(shape, dtype=torch.float16)

    def draws(self) -> list[Draw]:
        """How the next token of every live draft is drawn, and the one behind each guess if it is right."""
        how = self.sampling
        seen = self.prompt if how.repetition_penalty != 1.0 else []
        return [
            Draw(
                temperature=how.temperature or 0.0,
                top_p=1.0 if how.top_p is None else how.top_p,
                top_k=how.top_k or 0,
                repetition_penalty=how.repetition_penalty or 1.0,
                seen=torch.tensor(
                    seen + draft.tokens + self._guesses[:ahead] if seen else [], dtype=torch.int64
                ),
                chance=draft.chance(ahead),
            )
            for draft in self.live
            for ahead in range(len(self._guesses) + 1)
        ]

    def take(self, tokens: list[int]) -> None:
        """What was drawn by `draws`: tell the listener; drafts that end are live no more."""
        if self._lookup:
            kept = [0] if self._take_guessed(self._lookup, self.live[0], tokens) else []
        else:
            kept = [
                n
                for n, (draft, token) in enumerate(zip(self.live, tokens, strict=True))
                if self._goes_on(draft, token)
            ]
        if len(kept) < len(self.live) and self._tails is not None:
            self._tails = self._tails[:, :, kept]
        self.live = [self.live[n] for n in kept]
        if not self.live:
            self.emit(None)

    def _take_guessed(self, lookup: Lookup, draft: Draft, tokens: list[int]) -> bool:
        """A single draft's next token, and more as far as its guesses were right; whether it goes on."""
        guesses, self._guesses = self._guesses, []
        right = next((n for n, guess in enumerate(guesses) if guess != tokens[n]), len(guesses))
        if wrong := len(guesses) - right:
            del self.slot.own.tokens[-wrong:]
        for token in tokens[: right + 1]:
            if not self._goes_on(draft, token):
                return False
            lookup.add(token)
        return True

    def fail(self, error: Exception) -> None:
        """Nothing more will come."""
        self.emit(error)

    def _goes_on(self, draft: Draft, token: int) -> bool:
        if token in self.ends:
            return self._end(draft, draft.stops.rest(), "stop")
        draft.tokens.append(token)
        text = draft.stops.feed(draft.text.feed(token))
        if draft.stops.reached:
            return self._end(draft, text, "stop")
        if len(draft.tokens) >= self.sampling.max_tokens:
            return self._end(draft, text + draft.stops.rest(), "length")
        if text:
            self.emit(Piece(draft=draft.number, text=text, tokens=len(draft.tokens)))
        return True

    def _end(self, draft: Draft, text: str, finish: Finish) -> bool:
        self.emit(Piece(draft=draft.number, text=text, tokens=len(draft.tokens), finish=finish))
        return False
