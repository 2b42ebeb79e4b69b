"""Understands messages with the encoder: one pass for what a message does, one for what answers its questions."""

import threading
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.interview.acts import Act
from feeler.interview.language import is_english
from feeler.interview.reading import Reading
from feeler.interview.topics import picked
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Need
from feeler.interview.words import sentences, words
from feeler.llm.encoder import Encoder, EncoderFile, load_layers
from feeler.llm.heads import ACTS, TOPICS, Heads
from feeler.personas.values import Topic

# Probabilities from which on a label holds; set on rows that nothing was taught with (training/README.md).
LIKELY = 0.5
ACUTE, HEAVY = 0.5, 0.5
BEFORE = 60  # words of the company's line that are read with the message
LONGEST = 260  # words of a message that are read: the beginning and the end of a longer one
AT_ONCE = 24  # texts in one pass


class EncoderReader:
    """See `feeler.ports.Reader`."""

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self._encoder = encoder.eval()
        self._heads = heads.eval()
        self._one_at_a_time = threading.Lock()

    @classmethod
    def load(cls, base: Path, adapter: Path) -> "EncoderReader":
        """From the base's file and the adapter's folder; takes a second. Raises WeightsError."""
        encoder = Encoder(EncoderFile(base))
        heads = Heads(encoder.hidden)
        taught = {name: tensor.float() for name, tensor in load_file(adapter / "reader.safetensors").items()}
        load_layers(encoder, {n[7:]: t for n, t in taught.items() if n.startswith("layers.")})
        try:
            heads.load_state_dict({n[6:]: t for n, t in taught.items() if n.startswith("heads.")})
        except RuntimeError:
            raise WeightsError(
                f"{adapter}: was taught for other labels than these; fetch Feeler anew"
            ) from None
        return cls(encoder, heads)

    def read(self, before: str, said: str) -> Reading:
        """See `feeler.ports.Reader`."""
        if (topic := picked(said)) is not None:
            return Reading(
                acts=frozenset({Act.ASKED, Act.PICKED}), topics=(topic,), questions=(said.strip(),)
            )
        if not words(said):
            other = sum(sign.isalpha() for sign in said) >= 2
            return Reading(acts=frozenset({Act.LANGUAGE if other else Act.EMPTY}))
        text = _shortened(said, LONGEST)
        ids, places = self._encoder.tokens(text, _shortened(before, BEFORE))
        with self._one_at_a_time, torch.inference_mode():
            found, mask = self._encoder([ids])
            need = self._heads.need(found, mask)[0].softmax(-1)
            labels = self._heads.acts(found, mask)[0].sigmoid()
            topics = self._heads.topics(found, mask)[0].sigmoid()
            asked = self._heads.asked(found)[0].sigmoid()
        on = {name for name, chance in zip(ACTS, labels.tolist(), strict=True) if chance >= LIKELY}
        acts = {act for act in Act if act.value in on}
        questions = (
            _questions(text, places, asked.tolist()) if Act.ASKED in acts or Act.PERSONAL in acts else ()
        )
        acts |= {Act.ASKED} if questions else set()
        if Act.ASKED in acts and not questions:
            questions = (said.strip(),)
        if not is_english(said):
            acts |= {Act.LANGUAGE}
        ranked = sorted(zip(TOPICS, topics.tolist(), strict=True), key=lambda pair: -pair[1])
        likely = tuple(Topic(name) for name, chance in ranked if chance >= LIKELY)
        return Reading(
            acts=frozenset(acts),
            topics=(likely or (Topic(ranked[0][0]),)) if Act.ASKED in acts else (),
            questions=questions,
            follows="follows" in on and Act.ASKED in acts,
            need=_need(need.tolist(), said),
        )

    def match(self, before: str, question: str, texts: Sequence[str]) -> Sequence[float]:
        """See `feeler.ports.Reader`."""
        read = [self._encoder.tokens(question, text, _shortened(before, BEFORE))[0] for text in texts]
        order = sorted(range(len(read)), key=lambda at: len(read[at]))
        scores = [0.0] * len(read)
        with self._one_at_a_time, torch.inference_mode():
            for start in range(0, len(order), AT_ONCE):
                some = order[start : start + AT_ONCE]
                found = self._heads.match(*self._encoder([read[at] for at in some]))
                for at, score in zip(some, found.tolist(), strict=True):
                    scores[at] = score
        return scores


def _need(chances: Sequence[float], said: str) -> Need:
    """The classifier, joined with the tripwires: what either of them sees counts."""
    _, heavy, acute = chances
    if acute >= ACUTE or in_danger(said):
        return Need.ACUTE
    return Need.HEAVY if heavy + acute >= HEAVY else Need.NONE


def _questions(text: str, places: Sequence[tuple[int, int, int]], asked: Sequence[float]) -> tuple[str, ...]:
    """The sentences of `text` whose tokens are asked more likely than not, exactly as they stand."""
    found, at = [], 0
    for sentence in sentences(text):
        start = text.find(sentence, at)
        if start < 0:
            continue
        at = start + len(sentence)
        chances = [
            chance
            for (part, first, last), chance in zip(places, asked, strict=True)
            if part == 0 and first < at and last > start
        ]
        if chances and sum(chances) / len(chances) >= LIKELY:
            found.append(sentence.strip())
    return tuple(found)


def _shortened(text: str, most: int) -> str:
    parts = text.split()
    return text if len(parts) <= most else " ".join([*parts[: most // 2], *parts[-(most // 2) :]])
