"""Drafts while transformers generates them: new text is handed on after every step; each ends by itself."""

from collections.abc import Callable
from typing import Any

import torch
from transformers import StoppingCriteria

from feeler.llm.detokenize import Detokenizer
from feeler.llm.stops import Stops
from feeler.ports import Finish, Piece


class Watch(StoppingCriteria):
    """Called by transformers after every step with all tokens so far: hands on the new text, ends drafts.

    It stands in for a streamer, which cannot end anything, and which transformers allows for one draft only.
    """

    def __init__(
        self, drafts: "list[Draft]", hand_over: Callable[[Piece | None], None], ended: Callable[[], bool]
    ) -> None:
        self.drafts = drafts
        self.ended = ended
        self._hand_over = hand_over

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        ended = self.ended()
        for draft, token in zip(self.drafts, input_ids[:, -1].tolist(), strict=True):
            if not ended and not draft.finish and (piece := draft.take(token)):
                self._hand_over(piece)
        return torch.tensor([ended or bool(draft.finish) for draft in self.drafts], device=input_ids.device)


class Draft:
    """One draft as its tokens come."""

    def __init__(
        self, number: int, *, text: Detokenizer, stops: Stops, ends: frozenset[int], limit: int
    ) -> None:
        self._number = number
        self._ends = ends
        self._limit = limit
        self._text = text
        self._stops = stops
        self._tokens = 0
        self.finish: Finish | None = None

    def take(self, token: int) -> Piece | None:
        """The piece that this token makes, if any."""
        self._tokens += 1
        text = "" if token in self._ends else self._stops.feed(self._text.feed(token))
        if token in self._ends or self._stops.reached:
            self.finish = "stop"
        elif self._tokens >= self._limit:
            self.finish = "length"
        if self.finish:
            text += self._stops.rest()
        if not text and not self.finish:
            return None
        return Piece(draft=self._number, text=text, tokens=self._tokens, finish=self.finish)
