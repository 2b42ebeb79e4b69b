"""How likely given texts are behind a prompt: a tree of tokens on its way through the batch.

Texts that begin alike share the tokens that they have in common; a row sees the prompt and its own way from
there (tree attention, as in SpecInfer, Miao et al. 2023). The tree's K and V lie behind the prompt's for as
long as the job runs, and the prompt's stay for whoever asks next.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import torch

from feeler.llm.attention import Lane
from feeler.llm.job import Job

Tensor = torch.Tensor
Path = tuple[int, ...]  # tokens behind the prompt: a place in the tree


class Weighing(Job):
    """The log-probabilities of several texts behind one prompt."""

    def __init__(
        self,
        prompt: list[int],
        texts: Sequence[Sequence[int]],  # tokens
        *,
        ends: frozenset[int] = frozenset(),  # if any: each text counts with the turn's end, by one of these
        tails: bool = False,  # what is told is the last token's log-probability, behind the rest of its text
        coarse: bool = False,  # 8 bits of each activation: half the work for the texts, not for the prompt
        emit: Callable[[list[float] | Exception], None],  # called once: nats of each text, or what went wrong
    ) -> None:
        super().__init__(prompt)
        self._texts = [tuple(text) for text in texts]
        self._ends = sorted(ends)
        self._tails = tails
        self._coarse = coarse
        self._emit = emit
        self._asked: dict[Path, list[Path]] = defaultdict(list)  # what is asked for behind a place
        paths = {text[:size] for text in self._texts for size in range(1, len(text) + 1)}
        for path in sorted(set(self._texts) if tails else paths):
            self._asked[path[:-1]].append(path)
        if ends:
            for text in set(self._texts):
                self._asked[text] += [(*text, end) for end in self._ends]
        fed = {at[:size] for at in self._asked for size in range(1, len(at) + 1)}
        self._fed = sorted(fed)  # parents come before their children
        place = {path: n for n, path in enumerate(self._fed)}
        self._sees = torch.zeros(len(place), len(place), dtype=torch.bool)
        for path, n in place.items():
            self._sees[n, [place[path[:size]] for size in range(1, len(path) + 1)]] = True
        self._done = 0  # of the tree's tokens
        self._places: list[Path] = []  # this step's wanted rows
        self._nats: dict[Path, float] = {}  # of a place's token behind the one before

    @property
    def rows(self) -> int:
        """The tree is one sequence to the scheduler."""
        return 1

    @property
    def room_behind_prompt(self) -> int:
        """The tree's tokens."""
        return len(self._fed)

    @property
    def may_lose(self) -> int:
        """The last token, which is read again: what a talk kept is worth more than the copy that it saves."""
        return 1

    def next_known(self, at_most: int) -> Lane:
        """What is left of the prompt; then the tree, whose K and V nobody else will read."""
        if rest := self.prompt[self.slot.length :]:
            self._places = [()] if len(rest) <= at_most and () in self._asked else []
            return self._lane(rest[:at_most], wanted=len(self._places))
        start, held = self._done, len(self.slot.own.tokens)
        fed = self._fed[start : start + at_most]
        self._places = [path for path in fed if path in self._asked]
        lane = self._lane([path[-1] for path in fed], wanted=len(self._places))
        lane.rows = [row for row, path in enumerate(fed) if path in self._asked]
        seen = self._sees[start : start + at_most, : start + len(fed)]
        lane.sees = torch.cat([torch.ones(len(seen), held, dtype=torch.bool), seen], 1)
        lane.depths = [len(path) - 1 for path in fed]
        lane.filled += start
        lane.coarse = self._coarse
        return lane

    def fed(self, lane: Lane) -> None:
        """The model has read these tokens."""
        if lane.sees is not None:
            self._done += len(lane.tokens)
        else:
            self.slot.own.tokens += lane.tokens
        self.reading = self.slot.length < len(self.prompt) or self._done < len(self._fed)

    def asked(self) -> list[tuple[int, int]]:
        """Rows of this step's wanted ones, and the tokens whose log-probabilities are wanted behind them."""
        return [(row, path[-1]) for row, at in enumerate(self._places) for path in self._asked[at]]

    def take(self, nats: Sequence[float]) -> None:
        """What was `asked`, in its order; tells the listener when it was the last."""
        asked = (path for at in self._places for path in self._asked[at])
        self._nats |= zip(asked, nats, strict=True)
        if not self.reading:
            self._emit([self._of(text) for text in self._texts])

    def fail(self, error: Exception) -> None:
        """Nothing more will come."""
        self._emit(error)

    def _of(self, text: Path) -> float:
        if self._tails:
            return self._nats[text]
        nats = sum(self._nats[text[:size]] for size in range(1, len(text) + 1))
        if self._ends:
            nats += float(torch.tensor([self._nats[(*text, end)] for end in self._ends]).logsumexp(0))
        return nats
