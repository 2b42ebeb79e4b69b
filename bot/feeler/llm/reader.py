"""What a message means, read off an encoder's vectors by taught heads: the same whichever engine writes."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.interview.acts import Act
from feeler.interview.reading import Shown, Understood
from feeler.interview.values import Need
from feeler.llm.encoder import Encoder, EncoderFile, load_layers, pooled
from feeler.llm.need import NEEDS, load_need, stretches
from feeler.llm.places import key_of, load_places
from feeler.llm.talents import DeedReader, deed_vectors
from feeler.llm.towers import (
    ANSWERING_NONE,
    ASKING_NONE,
    SHARP,
    Towers,
    load_towers,
    next_parts,
    said_parts,
)
from feeler.llm.upper import UpperHead, card_of, check_card, taught_file
from feeler.personas.values import Topic

log = logging.getLogger(__name__)
Tensor = torch.Tensor

UNTAUGHT = {Act.PICKED, Act.SORROW, Act.UNEASY}  # a tap on the keyboard, and what the need head sees
ACTS = tuple(act for act in Act if act not in UNTAUGHT)
TOPICS = tuple(Topic)
SORTS = (None, *Topic)  # what a sentence of a page is about
AT_ONCE = 8  # texts that are read side by side
LONGEST = 300  # words that are read: the beginning and the end of a longer message
TOKENS = 200  # of a message and the line before it
LIKELY = 0.5  # of a token, to belong to a piece
SENTENCE = re.compile(r"\S(?:[^.!?…\n]|[.!?…](?=\S))*[.!?…]*")
FEWEST = 3  # words of a piece that is less than half of its sentence
# What the cosine with a fact's place is multiplied with beside `SHARP`, and how close a question has to come.
# Chosen on 990 questions of strangers: of 749 with an answer 393 found it first, 356 without places.
ASKED, CLOSE = 30.0, 0.62
KEPT = 2048  # vectors of texts that are asked for again and again: a dossier's facts


class Heads(torch.nn.Module):
    """Linear maps of a text's mean vector, and of its tokens' vectors: (texts, hidden) -> (texts, labels)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.need = torch.nn.Linear(hidden, len(NEEDS))
        self.acts = torch.nn.Linear(hidden, len(ACTS))
        self.topics = torch.nn.Linear(hidden, len(TOPICS))
        self.follows = torch.nn.Linear(hidden, 1)
        self.deed = torch.nn.Linear(hidden, 1)
        self.tokens = torch.nn.Linear(hidden, 2)  # asked: part of a question; span: what matters most
        self.meaning = torch.nn.Linear(hidden, hidden, bias=False)  # where questions lie close to answers
        self.none = torch.nn.Parameter(torch.tensor([16.0]))  # what a fact has to beat


class PageHead(torch.nn.Module):
    """Sorts sentences of a company's pages: (texts, hidden) -> (texts, SORTS); see `training/pages.py`."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.mean = torch.nn.Parameter(torch.zeros(hidden), requires_grad=False)
        self.spread = torch.nn.Parameter(torch.ones(hidden), requires_grad=False)
        self.sorts = torch.nn.Linear(hidden, len(SORTS))

    def forward(self, vectors: Tensor) -> Tensor:
        found: Tensor = self.sorts((vectors - self.mean) / self.spread)
        return found

    @classmethod
    def load(cls, file: Path, hidden: int, reader: Path) -> "PageHead":
        """Raises WeightsError where it is missing, damaged, or was taught on another reader's vectors."""
        card = check_card(file)
        if card.get("reader") != card_of(reader)["sha256"]:
            raise WeightsError(f"{file}: was taught on another reader; `make pages` teaches anew")
        head = cls(hidden)
        try:
            head.load_state_dict(load_file(file))
        except RuntimeError:
            raise WeightsError(f"{file}: was taught for another Feeler than this one") from None
        return head.eval()


def encoded(
    encoder: Encoder, texts: Sequence[tuple[str, ...]]
) -> tuple[Tensor, Tensor, list[list[tuple[int, int, int]]]]:
    """Texts in parts -> tokens (texts, tokens, hidden), each first part's mean (texts, hidden), places."""
    ids, places = zip(*(encoder.tokens(*parts) for parts in texts), strict=True)
    found, _ = encoder([one[:TOKENS] for one in ids])
    own = torch.zeros(found.shape[:2])
    for row, where in enumerate(places):
        for at, (part, _, _) in enumerate(where[:TOKENS]):
            own[row, at] = float(part == 0)
    own[own.sum(1) == 0, 0] = 1.0  # no token at all: the start stands for it
    return found, pooled(found, own), [where[:TOKENS] for where in places]


class MessageReader:
    """Reads messages and compares texts. Computes for some milliseconds, one message at a time."""

    def __init__(
        self,
        encoder: Encoder,
        heads: Heads,
        need: UpperHead,
        asking: Towers,
        answering: Towers,
        deeds: DeedReader | None = None,
        asked_for: Mapping[str, Tensor] | None = None,
    ) -> None:
        self._encoder, self._heads, self._need = encoder.eval(), heads.eval(), need.eval()
        self._asking, self._answering, self._deeds = asking.eval(), answering.eval(), deeds
        self._asked_for = asked_for or {}
        # a thread of its own without OpenMP helpers: with the model's they would be more than the cores
        self._thread = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))
        self._meaning: Callable[[str], Tensor] = lru_cache(KEPT)(self._vector)
        # where texts lie that were compared before
        self._places: dict[UpperHead, dict[str, Tensor]] = {asking: {}, answering: {}}
        self._page: Callable[[], PageHead] | None = None  # seldom needed, so loaded with the first page

    @classmethod
    def load(cls, base: Path, folder: Path) -> "MessageReader":
        """From the encoder's file and the folder of what was taught, each with its card beside it.

        Takes a second. Raises WeightsError where one is missing, damaged or made for something else.
        """
        adapter = taught_file(folder, "reader")
        check_card(adapter)
        encoder = Encoder(EncoderFile(base))
        in_need = load_need(encoder, taught_file(folder, "need"))
        questions = load_towers(encoder, taught_file(folder, "asking"), ASKING_NONE)
        answers = load_towers(encoder, taught_file(folder, "answering"), ANSWERING_NONE)
        heads = Heads(encoder.hidden)
        taught = {name: tensor.float() for name, tensor in load_file(adapter).items()}
        load_layers(encoder, taught)
        try:
            heads.load_state_dict({n[5:]: t for n, t in taught.items() if n.startswith("head.")})
        except RuntimeError:
            raise WeightsError(f"{adapter}: was taught for another Feeler than this one") from None
        deeds = _deed_reader(adapter.with_name("talents.safetensors"), adapter)
        answering = taught_file(folder, "answering")
        asked_for = load_places(answering.with_name("places.safetensors"), answering)
        reader = cls(encoder, heads, in_need, questions, answers, deeds, asked_for)
        reader._page = lru_cache(1)(
            lambda: PageHead.load(adapter.with_name("pages.safetensors"), encoder.hidden, adapter)
        )
        return reader

    def understand(self, before: str, said: str) -> Understood:
        """What `said` means after the company's line `before`."""
        return self._thread.submit(self._understand, before, said).result()

    def topics(self, before: str, said: str) -> dict[Topic, float]:
        """What a question in `said` is about: probabilities that add to 1."""
        return self._thread.submit(self._topics, before, said).result()

    def shares(self, before: str, question: str, texts: Sequence[str]) -> tuple[list[float], float]:
        """The probability of each text to be the answer, and that of none; they add to 1."""
        places = self._kept(self._answering, texts)
        asked_for = [self._asked_for.get(key_of(text)) for text in texts]
        return self._thread.submit(self._shares, before, question, places, asked_for).result()

    def asked_at(self, questions: Sequence[str]) -> Tensor:
        """Where the head that answers sees questions: vectors of length 1, float32 (questions, size)."""
        parts = [said_parts(question, "") for question in questions]
        groups = [parts[at : at + AT_ONCE] for at in range(0, len(parts), AT_ONCE)]
        found = [self._thread.submit(self._placed, self._answering, group).result() for group in groups]
        return torch.cat(found)

    def closeness(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosine of each of the others with `text`, in [-1, 1]."""
        return self._thread.submit(self._closeness, text, others).result()

    def sorts(self, texts: Sequence[str]) -> list[dict[Topic | None, float]]:
        """What each sentence of a page is about, None for nothing: probabilities that add to 1.

        Messages that come meanwhile are read in between. Raises WeightsError, see `PageHead.load`.
        """
        if self._page is None:
            raise WeightsError("this reader was not taught to sort pages")
        head = self._page()
        with torch.inference_mode():
            shares = head(self.vectors(texts)).softmax(-1).tolist()
        return [dict(zip(SORTS, row, strict=True)) for row in shares]

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """The mean vector of each text: float32 (texts, hidden)."""
        groups = [texts[at : at + AT_ONCE] for at in range(0, len(texts), AT_ONCE)]
        found = [self._thread.submit(self._mean, group).result() for group in groups]
        return torch.cat(found) if found else torch.zeros(0, self._encoder.hidden)

    @torch.inference_mode()
    def _mean(self, texts: Sequence[str]) -> Tensor:
        return encoded(self._encoder, [(_shortened(text),) for text in texts])[1]

    def shows(self, texts: Sequence[str]) -> list[Shown]:
        """What each of these deeds shows; nothing where that was taught beside another reader."""
        return self._thread.submit(self._shows, texts).result()

    @torch.inference_mode()
    def _shows(self, texts: Sequence[str]) -> list[Shown]:
        if self._deeds is None or not texts:
            return [Shown(telling=0.0, talents={}) for _ in texts]
        return self._deeds.shown(deed_vectors(self._encoder, texts))

    def suits(self, before: str, said: str, questions: Sequence[str]) -> list[float]:
        """How well each question follows from what was `said` after the company's line `before`: the log-odds
        to asking nothing.
        """
        places = self._kept(self._asking, questions)
        return self._thread.submit(self._suits, before, said, places).result() if places else []

    def _kept(self, head: Towers, texts: Sequence[str]) -> list[Tensor]:
        """Where a head sees each text that may come next; what is new to it is read, and kept.

        Messages that come meanwhile are read in between.
        """
        before = self._places[head]
        found = {text: before[text] for text in texts if text in before}
        new = sorted(set(texts) - set(found), key=len)
        for at in range(0, len(new), AT_ONCE):
            group = new[at : at + AT_ONCE]
            places = self._thread.submit(self._placed, head, [next_parts(text) for text in group]).result()
            found.update(zip(group, places, strict=True))
        self._places[head] = {**before, **found} if len(before) < KEPT else found
        return [found[text] for text in texts]

    @torch.inference_mode()
    def _suits(self, before: str, said: str, places: Sequence[Tensor]) -> list[float]:
        [place] = self._placed(self._asking, [said_parts(_shortened(said), before)])
        nothing = float(place @ self._asking.none)
        return [SHARP * (float(place @ other) - nothing) for other in places]

    @torch.inference_mode()
    def _understand(self, before: str, said: str) -> Understood:
        shown = _shortened(said)
        found, mean, (places,) = encoded(self._encoder, [_parts(shown, before)])
        heads, vector = self._heads, mean[0]
        (need, *parts), sorrow, goes_on = self._in_need(shown)
        marked = heads.tokens(found[0]).sigmoid()
        own = [(at, place) for at, place in enumerate(places) if place[0] == 0]
        asked = [(place[1:], float(marked[at, 0])) for at, place in own]
        span = [(place[1:], float(marked[at, 1])) for at, place in own]
        return Understood(
            need=need,
            parts=tuple(parts),
            sorrow=sorrow,
            goes_on=goes_on,
            acts=dict(zip(ACTS, heads.acts(vector).sigmoid().tolist(), strict=True)),
            topics=self._about(vector),
            follows=float(heads.follows(vector).sigmoid()),
            deed=float(heads.deed(vector).sigmoid()),
            asked=pieces(shown, asked, whole=True),
            spans=pieces(shown, span, whole=False),
        )

    def _in_need(self, said: str) -> tuple[list[dict[Need, float]], float, float]:
        """Need of the whole message and of its sentences; the most sorrow in any; going on.

        Somebody in need is heard by their own words: the line before only drowned them in talks read whole.
        """
        logits = self._needs([said])
        goes_on = float(logits[0, -1].sigmoid())
        if pieces := stretches(said):
            logits = torch.cat([logits, self._needs(pieces)])
        needs = [dict(zip(NEEDS, row, strict=True)) for row in logits[:, : len(NEEDS)].softmax(-1).tolist()]
        return needs, float(logits[:, len(NEEDS)].sigmoid().max()), goes_on

    def _needs(self, texts: Sequence[str]) -> Tensor:
        """What the need head makes of each text: (texts, labels)."""
        ids = [self._encoder.tokens(text)[0][:TOKENS] for text in texts]
        found: Tensor = self._need(*self._encoder.below(ids, self._need.first))
        return found

    @torch.inference_mode()
    def _topics(self, before: str, said: str) -> dict[Topic, float]:
        _, mean, _ = encoded(self._encoder, [_parts(_shortened(said), before)])
        return self._about(mean[0])

    def _about(self, vector: Tensor) -> dict[Topic, float]:
        return dict(zip(TOPICS, self._heads.topics(vector).softmax(-1).tolist(), strict=True))

    @torch.inference_mode()
    def _shares(
        self, before: str, question: str, places: Sequence[Tensor], asked_for: Sequence[Tensor | None]
    ) -> tuple[list[float], float]:
        [asked] = self._placed(self._answering, [said_parts(question, before)])
        nothing = float(self._answering.none)
        words = [float(asked @ place) for place in places]
        scores = [SHARP * close for close in words]
        if any(place is not None for place in asked_for):
            for at, (close, place) in enumerate(zip(words, asked_for, strict=True)):
                # what has no place stands back where its words alone are too far
                scores[at] += ASKED * (
                    close - nothing / SHARP if place is None else float(asked @ place) - CLOSE
                )
        *each, none = torch.tensor([*scores, nothing]).softmax(-1).tolist()
        return each, none

    @torch.inference_mode()
    def _placed(self, head: UpperHead, texts: Sequence[tuple[str, ...]]) -> Tensor:
        """Where a head sees texts among the others: vectors of length 1, (texts, size)."""
        ids = [self._encoder.tokens(*parts)[0][:TOKENS] for parts in texts]
        found = head(*self._encoder.below(ids, head.first))
        return torch.nn.functional.normalize(found, dim=-1)

    @torch.inference_mode()
    def _closeness(self, text: str, others: Sequence[str]) -> list[float]:
        own = self._vector(text)
        return [float(own @ self._meaning(one)) for one in others]

    def _vector(self, text: str, before: str = "") -> Tensor:
        _, mean, _ = encoded(self._encoder, [_parts(text, before)])
        return torch.nn.functional.normalize(self._heads.meaning(mean[0]), dim=-1)


def _parts(said: str, before: str) -> tuple[str, ...]:
    """The message, and the line before it where there is one."""
    return (said, before) if before else (said,)


def pieces(text: str, marked: Sequence[tuple[tuple[int, int], float]], *, whole: bool) -> tuple[str, ...]:
    """The stretches of `text` whose tokens are likely: exact pieces of it, whole words, one a sentence.

    Where `whole`, most of a sentence stands for all of it, and a word or two of one for nothing.
    """
    found = []
    for sentence in SENTENCE.finditer(text):
        inside = [
            (max(start, sentence.start()), min(end, sentence.end()))
            for (start, end), chance in marked
            if chance >= LIKELY and start < sentence.end() and end > sentence.start()
        ]
        if not inside:
            continue
        start, end = inside[0][0], inside[-1][1]
        if whole and 2 * sum(last - first for first, last in inside) >= sentence.end() - sentence.start():
            start, end = sentence.span()
        while start > sentence.start() and not text[start - 1].isspace():
            start -= 1
        while end < sentence.end() and not text[end].isspace():
            end += 1
        piece = text[start:end].strip()
        if piece and (not whole or len(piece.split()) >= FEWEST or (start, end) == sentence.span()):
            found.append(piece)
    return tuple(found)


def _shortened(said: str) -> str:
    parts = said.split()
    if len(parts) <= LONGEST:
        return said
    return " ".join([*parts[: LONGEST // 2], *parts[-(LONGEST // 2) :]])


def _deed_reader(file: Path, adapter: Path) -> DeedReader | None:
    """What names talents; without it a debrief tells of deeds in the person's own words alone."""
    try:
        return DeedReader.load(file, adapter)
    except WeightsError as error:
        log.warning("debriefs name no talents: %s", error)
        return None
