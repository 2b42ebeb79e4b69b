"""The search for one good line: drafts are judged as they are written, and the first good one ends it."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from zlib import crc32

from feeler.interview.conduct import broken_so_far
from feeler.interview.conduct.choice import GOOD, Verdict, judge, tidy
from feeler.interview.conduct.listening import TELLS
from feeler.interview.conduct.situation import Situation
from feeler.interview.words import sentences
from feeler.ports import Engine, Preview, Request, Sampling
from feeler.usecases.beginnings import opening_for
from feeler.usecases.prompting import messages_for
from feeler.usecases.written import written_line

LONGEST = 100  # tokens of an answer
HEAT = (0.6, 0.95)  # temperature of each round
CALM = (0.3, 0.6)  # and where a line only has to tell what is in its prompt
STOPS = ("\n\n", "\n[", "\nCandidate:", "\nYou:")


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What was chosen, and what it took."""

    text: str
    fallback: bool
    seconds_to_first_text: float | None
    seconds: float
    tokens: int


@dataclass(kw_only=True)
class _Draft:
    """One draft while it is written."""

    text: str = ""
    tokens: int = 0
    checked: int = 0  # sentences that were looked at already
    lost: str = ""  # the first complaint; a lost draft may still be mended at its end
    done: bool = False

    def add(self, text: str) -> None:
        """Write on; a new sentence after the opening begins with a blank."""
        gap = " " if not self.tokens and self.text[-1:] in (".", "!", "?") and text[:1].strip() else ""
        self.text += gap + text


@dataclass(kw_only=True)
class _Search:
    """The drafts of one turn, over all rounds, and the best line so far."""

    situation: Situation
    preview: Preview | None
    clock: Callable[[], float]
    started: float
    best: Verdict | None = None
    best_tokens: int = 0
    shown_at: float | None = None
    shown: str = ""
    leader: int | None = None

    async def run(self, engine: Engine, request: Request) -> None:
        """Read one round of drafts; stops as soon as one is good, or as soon as none can be any more."""
        drafts = [_Draft(text=request.opening) for _ in range(request.drafts)]
        self.leader = None
        async with aclosing(engine.stream(request)) as pieces:
            async for piece in pieces:
                one = drafts[piece.draft]
                if one.done:
                    continue
                one.add(piece.text)
                one.tokens = piece.tokens
                await self._follow(piece.draft, one)
                if piece.finish or self._complete(one):
                    one.done = True
                    if self._finish(one) or all(draft.done for draft in drafts):
                        return

    async def _follow(self, number: int, one: _Draft) -> None:
        """Look at a sentence when it is whole: show it if it passes and this draft leads."""
        said = sentences(one.text)
        whole = said[: len(said) - 1] if one.text.rstrip()[-1:] not in ".!?…" else said
        if len(whole) <= one.checked or one.lost:
            return
        one.checked = len(whole)
        so_far = " ".join(whole)
        found = broken_so_far(so_far, self.situation)
        if found:
            one.lost = found[0].complaint
            self.leader = None if self.leader == number else self.leader
        elif self.leader in (None, number):
            self.leader = number
            await self._show(tidy(so_far, self.situation))

    async def _show(self, text: str) -> None:
        if not text or text == self.shown:
            return
        if self.shown_at is None:
            self.shown_at = self.clock() - self.started
        self.shown = text
        if self.preview is not None:
            await self.preview.show(text)

    def _complete(self, one: _Draft) -> bool:
        """A line that has asked its question needs no more; neither does one of sixty words."""
        ended = one.text.rstrip()[-1:] == "?" and len(sentences(one.text)) >= 2
        return ended or len(one.text.split()) > 75

    def _finish(self, one: _Draft) -> bool:
        """Judge a finished draft. True where nobody needs to wait for another."""
        verdict = judge(one.text, self.situation)
        if not verdict.passes:
            return False
        if self.best is None or verdict.score > self.best.score:
            self.best, self.best_tokens = verdict, one.tokens
        return verdict.score >= GOOD


async def draft(
    situation: Situation, *, engine: Engine, preview: Preview | None, clock: Callable[[], float] = monotonic
) -> Drafted:
    """The best passing draft of up to two rounds, or else the persona's own written line."""
    started = clock()
    search = _Search(situation=situation, preview=preview, clock=clock, started=started)
    tells = situation.plan.job in TELLS
    for number, heat in enumerate(CALM if tells else HEAT):
        alone = number == 0 and tells
        request = Request(
            messages=messages_for(situation, again=number > 0),
            opening=opening_for(situation, again=number),
            sampling=Sampling(temperature=heat, max_tokens=LONGEST, stop=STOPS),
            # telling a fact seldom goes wrong, and the engine guesses the words of a single answer ahead
            drafts=1 if alone else engine.wants_drafts,
        )
        await search.run(engine, request)
        if search.best is not None:
            break
    return _chosen(search)


def _chosen(search: _Search) -> Drafted:
    seconds = search.clock() - search.started
    first = search.shown_at if search.shown_at is not None else seconds
    if search.best is not None:
        return Drafted(
            text=search.best.text,
            fallback=False,
            seconds_to_first_text=first,
            seconds=seconds,
            tokens=search.best_tokens,
        )
    situation = search.situation
    seed = crc32(f"{situation.interview.id}{situation.plan.turn}".encode())
    return Drafted(
        text=written_line(situation, seed=seed),
        fallback=True,
        seconds_to_first_text=seconds,
        seconds=seconds,
        tokens=0,
    )
