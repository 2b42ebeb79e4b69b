"""One line of the company's: drafts of one small skill, what a guard refuses dropped, the one that belongs
chosen.

The taught model tells a fact as it stands; any other writes an answer as one calm draft, shown while it is
written. What is asked next is chosen by a head that was taught with readers' marks (`Reader.suits`). With the
taught model plain questions compete, and after a story its own drafts beside them; any other model's drafts
compete alone, and the model itself tells how much likelier each is after this message than after others'.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from time import monotonic
from zlib import crc32

import yaml

from feeler.errors import EngineError, Unsupported
from feeler.interview.acts import Act
from feeler.interview.guards import broken, broken_so_far
from feeler.interview.plan import STORY, TELLS, Job, last_question
from feeler.interview.private import shared_lines
from feeler.interview.scene import Scene
from feeler.interview.tidying import tidy
from feeler.interview.values import Speaker
from feeler.interview.words import content, last_asked, sentences, words
from feeler.personas.library import shipped_prompts
from feeler.ports import Engine, Message, Preview, Reader, Request, Sampling, Scoring
from feeler.usecases.judging import follows_prompt, judged
from feeler.usecases.prompting import fields_for, messages_for
from feeler.usecases.questions import FIRST, LISTS, question_lists
from feeler.usecases.skills import prompt_for, skills
from feeler.usecases.written import written_line

LONGEST = 80  # tokens of a line
CALM = 0.3  # temperature of what only has to say what its prompt holds
WARM = 0.5  # and of what is to be found
STOPS = ("\n",)
# Of several questions the one that belongs is chosen. The taught model writes no other lines: people wrote
# them, or a fact is told as it stands, for 7 of 31 answers in its own words were turned round.
BELONGS = frozenset({Job.ASK, Job.OPEN, Job.PUSH})
TAUGHT = frozenset({Job.ASK, Job.OPEN})  # after "oh, this and that" it asked about what had been told before
SUITS = 0.4  # nats a token that a question gains for each point of its log-odds to follow from what was said
AGAIN = 0.1  # nats a token that a question loses for each earlier one that began with the same words
ECHO = 0.3  # nats a token that a question loses whose every word was just said: it asks for nothing new
PALE = 1.0  # log-odds that a plain question loses after a story, beside those that were written on it
LONG = 40  # words of a story that is most often told to its end: there a plain one loses twice as much
# Log-odds from which on a plain question is asked: one for some stories only where it is sure, for of the
# surest third readers let 65% pass, of the others 45%.
WORTH = {FIRST: 0.0, "any": 0.0, "special": 0.9}
LOOKED_AT = 4  # plain questions of each list that the model judges beside its drafts
BESIDE = 0.7  # what a point of the head's log-odds counts beside a point of the model's
OWN = 1  # of the candidate's earlier messages that the question should not be about


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What was chosen, and what it took."""

    text: str
    fallback: bool = False
    seconds_to_first_text: float | None = None
    seconds: float = 0.0
    tokens: int = 0


@dataclass(kw_only=True)
class _Stage:
    """Shows the line as far as it is certain, and remembers when its first words were seen."""

    preview: Preview | None
    clock: Callable[[], float]
    started: float
    first: float | None = None
    shown: str = field(default="")

    async def show(self, text: str) -> None:
        if not text or text == self.shown:
            return
        if self.first is None:
            self.first = self.clock() - self.started
        self.shown = text
        if self.preview is not None:
            await self.preview.show(text)


async def write_line(
    scene: Scene,
    *,
    engine: Engine,
    reader: Reader,
    preview: Preview | None,
    clock: Callable[[], float] = monotonic,
) -> Drafted:
    """The line that the plan asks for; where no draft passes the guards, the persona's own written one.

    Raises EngineError where the model cannot answer. Cancelling the task closes the engine's stream.
    """
    stage = _Stage(preview=preview, clock=clock, started=clock())
    said = await _line(scene, engine, reader, stage)
    if scene.plan.then_ask and scene.plan.job in TELLS:
        asking = replace(scene, plan=replace(scene.plan, job=Job.ASK, facts=(), note=""))
        asked = await _line(asking, engine, reader, stage)
        if not asked.fallback:  # the answer alone is a whole line
            both = f"{said.text} {asked.text}"
            said = replace(said, text=both, tokens=said.tokens + asked.tokens)
    await stage.show(said.text)
    return replace(said, seconds_to_first_text=stage.first, seconds=clock() - stage.started)


async def _line(scene: Scene, engine: Engine, reader: Reader, stage: _Stage) -> Drafted:
    """A plain question that follows; else the best of the drafts that pass, in a second, warmer round where
    none did.
    """
    if "skills" in engine.can:
        if scene.plan.job not in TAUGHT:
            return Drafted(text=written_line(scene, seed=_seed(scene)))
        if question := await _following(scene, engine, reader):
            return question
    calm = scene.plan.job in TELLS
    for round_, heat in enumerate((CALM, WARM) if calm else (WARM, 1.0)):
        # telling a fact seldom goes wrong, and the engine guesses the words of a single answer ahead
        alone = calm and not round_
        request = _request(scene, engine, heat, drafts=1 if alone else engine.wants_drafts)
        drafts = await _drafts(scene, engine, request, stage if alone else None)
        if passing := _passing(scene, drafts):
            best = await _belonging(scene, engine, reader, tuple(passing))
            return Drafted(text=best, tokens=passing[best])
    return Drafted(text=written_line(scene, seed=_seed(scene)), fallback=True)


def _request(scene: Scene, engine: Engine, heat: float, drafts: int) -> Request:
    sampling = Sampling(temperature=heat, repetition_penalty=1.0, max_tokens=LONGEST, stop=STOPS)
    return Request(messages=messages_for(scene, engine), sampling=sampling, drafts=drafts)


def _passing(scene: Scene, drafts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """The drafts, tidied, that no guard refuses, each with its tokens."""
    tidied = {tidy(text, scene): tokens for text, tokens in drafts}
    return {text: tokens for text, tokens in tidied.items() if not broken(text, scene)}


def _seed(scene: Scene) -> int:
    return crc32(f"{scene.interview.id}{scene.plan.turn}".encode())


async def _drafts(
    scene: Scene, engine: Engine, request: Request, stage: _Stage | None
) -> list[tuple[str, int]]:
    """All drafts as they came, each with its tokens; a single one is shown sentence by sentence."""
    texts, tokens = [""] * request.drafts, [0] * request.drafts
    async with aclosing(engine.stream(request)) as pieces:
        async for piece in pieces:
            texts[piece.draft] += piece.text
            tokens[piece.draft] = piece.tokens
            if stage is not None and (so_far := _whole(texts[0])) and not broken_so_far(so_far, scene):
                await stage.show(so_far)
    return list(zip(texts, tokens, strict=True))


async def _begun(scene: Scene, engine: Engine, request: Request) -> list[tuple[str, int]]:
    """Drafts that were made to begin as a good question to this message may, as many as the engine wants."""
    said = "\n".join(scene.own_lines)
    beginnings = list(_beginnings(scene))
    random.Random(_seed(scene)).shuffle(beginnings)
    chosen = sorted(beginnings, key=said.count)[: engine.wants_drafts]  # those not used in this talk first
    try:
        async with asyncio.TaskGroup() as group:
            writing = [
                group.create_task(_drafts(scene, engine, replace(request, opening=words), None))
                for words in chosen
            ]
    except* EngineError as failed:
        raise failed.exceptions[0] from None
    return [
        (words + text, tokens)
        for words, drafts in zip(chosen, writing, strict=True)
        for text, tokens in drafts.result()
    ]


def _beginnings(scene: Scene) -> tuple[str, ...]:
    """First words of questions that suit what was told: a deed, or anything else."""
    skill = skills()[scene.plan.job]
    return (skill.beginnings_deed if scene.plan.reading.deed else ()) or skill.beginnings


def _whole(text: str) -> str:
    """The sentences of `text` that are finished."""
    said = sentences(text)
    return " ".join(said if text.rstrip()[-1:] in ".!?…" else said[:-1])


async def _following(scene: Scene, engine: Engine, reader: Reader) -> Drafted | None:
    """The question that follows best: a plain one, or one of the taught model's drafts, some of them made to
    begin otherwise than it would; a model that does not judge drafts only after a story. None where none
    follows.
    """
    judges = "judges" in engine.can and scene.plan.job is Job.ASK
    plain = await _plain(scene, reader, LOOKED_AT if judges else 1)
    reading = scene.plan.reading
    size = len(words(scene.heard))
    story = reading.deed or (size >= STORY and scene.plan.job is not Job.OPEN)
    tokens: dict[str, int] = {}
    if engine.wants_drafts > 1 and (story or judges):  # one only is wanted where many talk
        request = _request(scene, engine, WARM, drafts=engine.wants_drafts)
        drafts = await _drafts(scene, engine, request, None)
        drafts += await _begun(scene, engine, replace(request, drafts=1))
        tokens = _passing(scene, drafts)
    pale = PALE * (2 if size >= LONG else 1)
    ready = {line: suit - pale for line, suit in plain.items()} if story and tokens else plain
    worth = ready | (await _suits(scene, reader, tuple(tokens)) if tokens else {})
    if judges:
        return await _judged(scene, engine, worth, tokens)
    best = max(worth, key=lambda line: worth[line], default="")
    return Drafted(text=best, tokens=tokens.get(best, 0)) if best and worth[best] > -pale else None


async def _judged(
    scene: Scene, engine: Engine, suits: Mapping[str, float], drafts: Mapping[str, int]
) -> Drafted | None:
    """Of plain questions and drafts the one that the model itself finds to follow; what the head makes of
    them counts a little beside it.
    """
    lines = tuple(suits)
    prompt = follows_prompt(last_question(scene.interview), scene.heard)
    odds = await judged(engine, prompt, [last_asked(line) or line for line in lines])
    if not odds:
        return None
    worth = {line: own + BESIDE * suits[line] for line, own in zip(lines, odds, strict=True)}
    best = max(lines, key=lambda line: worth[line])
    return Drafted(text=best, tokens=drafts.get(best, 0))


async def _plain(scene: Scene, reader: Reader, most: int) -> dict[str, float]:
    """The plain questions of the persona's manner that pass and were not asked in this talk, with how well
    they follow: of each list the best that follows, or as many as are to be looked at again.
    """
    said = "\n".join(scene.own_lines)
    names = (FIRST,) if scene.plan.job is Job.OPEN else LISTS
    lists = {name: question_lists()[scene.persona.manner][name] for name in names}
    suits = await _suits(
        scene, reader, [line for each in lists.values() for line in each if line not in said]
    )
    best_first = sorted(suits, key=lambda line: -suits[line])
    found = {}
    for name, lines in lists.items():
        least = WORTH[name] if most == 1 else float("-inf")
        ready = (line for line in best_first if line in lines and suits[line] > least)
        for line in islice((line for line in ready if not broken(line, scene)), most):
            found[line] = suits[line]
    return found


async def _suits(scene: Scene, reader: Reader, lines: Sequence[str]) -> dict[str, float]:
    """How well each line follows from what was heard, in log-odds."""
    before = last_question(scene.interview)
    questions = [last_asked(line) or line for line in lines]
    found = await asyncio.to_thread(reader.suits, before, scene.heard, questions)
    return dict(zip(lines, found, strict=True))


async def _belonging(scene: Scene, engine: Engine, reader: Reader, lines: tuple[str, ...]) -> str:
    """The draft that fits this message best; the first where nothing is to be chosen."""
    if len(lines) == 1 or scene.plan.job not in BELONGS:
        return lines[0]
    told = set(content(scene.heard))
    begun = [_beginning(line) for line in scene.own_lines]
    suits = await _suits(scene, reader, lines)
    likely = await _likelier(scene, engine, lines)

    def worth(line: str) -> float:
        own = set(content(line))
        again = AGAIN * begun.count(_beginning(line)) + ECHO * (bool(own) and own <= told)
        return SUITS * suits[line] + likely.get(line, 0.0) - again

    return max(lines, key=worth)


async def _likelier(scene: Scene, engine: Engine, lines: tuple[str, ...]) -> dict[str, float]:
    """Of each line the mean log-likelihood a token, twice that after this message less the most after
    another's (pointwise mutual information); nothing where the engine cannot tell.

    The taught model's drafts are for the head alone to choose from.
    """
    if "likelihoods" not in engine.can or "skills" in engine.can:
        return {}
    try:
        here, *elsewhere = await engine.likelihoods(Scoring(talks=_swapped(scene), texts=lines))
    except Unsupported:  # a server may find out only when it is asked
        return {}
    return {
        line: (2 * own.nats - max(there[at].nats for there in elsewhere)) / max(1, own.tokens)
        for at, (line, own) in enumerate(zip(lines, here, strict=True))
    }


def _beginning(line: str) -> str:
    """The first words of what a line asks: "What do you"."""
    return " ".join((last_asked(line) or line).casefold().split()[:3])


def _swapped(scene: Scene) -> tuple[tuple[Message, ...], ...]:
    """The prompt with this message, and with those of others; the candidate's own earlier ones among them."""
    manner = scene.persona.manner
    fields = fields_for(scene)
    told = [
        line.text
        for line in shared_lines(scene.interview)
        if line.speaker is Speaker.CANDIDATE and Act.TOLD in line.acts
    ]
    others = [*_others(), *({"asked": "", "said": text} for text in told[-OWN:])]
    return tuple(prompt_for(Job.ASK, manner, shown) for shown in (fields, *others))


@cache
def _others() -> tuple[dict[str, str], ...]:
    path = shipped_prompts() / "others.yaml"
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8")))
