"""What the model may say in a debrief: each sentence is checked against the transcript, and goes where it fails."""

# ruff: noqa: E501  (patterns read better on one line)

import re
from collections.abc import Mapping, Sequence

from feeler.coach.values import Debrief
from feeler.coach.words import content, count, fold, sentences
from feeler.interview.guards.truth import FREE_NAMES
from feeler.interview.words import numbers

GROUNDED = 0.6  # share of a sentence's telling words that were said in the talk, or are courtesies
LONGEST = 40  # words of a sentence

_QUOTED = re.compile(r"[“\"«„]([^”\"»“«]*)(?:[”\"»“]|$)")
_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w'’-]*")
_PLACEHOLDER = re.compile(
    r"[\[\]{}<>*#_|`]|\b(?:subject|dear|regards|sincerely|title|why|note|candidate|interviewer):?\s*$", re.I
)
_VERDICT = re.compile(
    r"\b(?:score|rating|grade|percent|perfect (?:fit|candidate)|ideal (?:fit|candidate)|best candidate|hire|hired|hiring|hireab"
    r"|qualif(?:y|ied)|guarantee|definitely|certainly|exactly what (?:they|we) need|as an ai|language model|assistant)\b"
)
_BEGS = re.compile(
    r"\b(?:consider me|hear back|look(?:ing)? forward to (?:join|work|the opportunity|your (?:reply|decision|response))"
    r"|hope to (?:join|work|be)|would love to (?:join|work)|opportunity to (?:join|work)|part of your (?:team|company)"
    r"|contribut\w* to your|grateful for any|eager to|excited (?:about|to)|thrilled|honou?red)\b"
)
# What a debrief or a note says without its being a claim on the talk.
_COURTESY = content(
    """thank thanks talk talking conversation time today appreciate showed show shown learned saw seen heard hear remember
    stayed stays mind words word said told tell describe described line example experience skill talent strength useful
    help helps helpful matter matters important value fits fit carry carries bring brings needs need problem problems here
    company team people work working role someone somebody person kind thought think thinking idea ideas interesting open
    honest honesty share shared sharing made make makes know knowing understand understanding able ability could would
    use used using way ways there where side sides both same also well good great best regards story moment point"""
)


_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[.!?]")
_ENDS = frozenset(".!?")
_JOINING = frozenset(("and", "but", "then", "also"))  # may stand between words that are retold
_TURNING = re.compile(  # may not be left out before words of the same sentence that stay
    r"(?:not|no|nobody|none|never|nothing|without|hardly|nearly|almost|if|unless|when|while|until|because|\w+n't|cannot"
    r"|could|would|might)$"
)
_SAME = {"was": "be", "were": "be", "am": "be", "are": "be", "is": "be"}
TO_YOU = {"i": "you", "me": "you", "my": "your", "mine": "yours", "i'm": "you're", "i've": "you've", "i'd": "you'd",
          "we": "you", "us": "you", "our": "your", "we've": "you've", "we'd": "you'd"}  # fmt: skip


def retells(part: str, source: str, turned: Mapping[str, str] | None = None) -> bool:
    """Whether `part` says what `source` says: its words in their order, with joining words between them.

    `turned`: pronouns of the source as they must stand in `part`. Left out may be words, but no negation and
    no condition before words of its sentence that stay. So who did what to whom cannot change.
    """
    have = [_canonical((turned or {}).get(word, word)) for word in _WORDS.findall(fold(source))]
    at = 0
    for word in (_canonical(word) for word in _WORDS.findall(fold(part)) if word not in _ENDS):
        if word in _JOINING and have[at : at + 1] != [word]:
            continue
        place = next((place for place in range(at, len(have)) if have[place] == word), None)
        if place is None or any(_TURNING.match(left) for left in _since_end(have[at:place])):
            return False
        at = place + 1
    return at > 0


def _since_end(words: Sequence[str]) -> Sequence[str]:
    """The words after the last end of a sentence."""
    ends = [at for at, word in enumerate(words) if word in _ENDS]
    return words[ends[-1] + 1 :] if ends else words


def _canonical(word: str) -> str:
    return _SAME.get(word, word)


class Checks:
    """The words of one talk, ready to hold sentences against."""

    def __init__(self, debrief: Debrief) -> None:
        talk = debrief.interview
        self._lines = tuple(line.text for line in talk.lines)
        named = [debrief.company, talk.candidate.name, *(who.name for who in debrief.people.values())]
        said = "\n".join((*self._lines, *named))
        self._numbers = numbers(said)
        self._capitals = {fold(word) for word in _CAPITAL.findall(said)} | FREE_NAMES
        self._all = {part for word in _CAPITAL.findall(said) for part in re.split(r"[-'’]", fold(word))}
        self._small = set(re.findall(r"(?<![\w'’])[a-zà-ÿ][\w'’-]*", said))
        self._said = content(said)

    def kept(self, text: str, *, note: bool = False) -> tuple[str, ...]:
        """The sentences of `text` that pass, in order. `note`: it is to be sent, so it must not beg or promise."""
        return tuple(sentence for sentence in sentences(text) if not self.wrong(sentence, note=note))

    def wrong(self, sentence: str, *, note: bool = False) -> str:
        """What is wrong with a sentence; empty where nothing is."""
        folded = fold(sentence)
        if not sentence.endswith((".", "!", "”", '"')) or count(sentence) < 4 or count(sentence) > LONGEST:
            return "no whole sentence"
        if any(not self._is_said(words) for words in _QUOTED.findall(sentence)):
            return "quotes what nobody said"
        if numbers(sentence) - self._numbers:
            return "a number from nowhere"
        if self._strangers(sentence):
            return "a name from nowhere"
        if _PLACEHOLDER.search(sentence) or _VERDICT.search(folded):
            return "a verdict or a placeholder"
        if note and _BEGS.search(folded):
            return "begs"
        telling = content(sentence) - _COURTESY
        if telling and len(telling & self._said) < GROUNDED * len(telling):
            return "not grounded in the talk"
        return ""

    def _is_said(self, words: str) -> bool:
        words = words.strip().rstrip(".,!?")
        return bool(words) and any(words in line for line in self._lines)

    def _strangers(self, sentence: str) -> list[str]:
        """Words with a capital that nobody used; at the start of a sentence any word that may be written small."""
        found = []
        for match in _CAPITAL.finditer(sentence):
            word = fold(match.group()).removesuffix("'s")
            first = not sentence[: match.start()].strip(" \"“'")
            if word in self._capitals or word in self._all or (first and self._plain(word)):
                continue
            found.append(match.group())
        return found

    def _plain(self, word: str) -> bool:
        """Whether a word is no name: function words, courtesies, and what stood small in the talk."""
        return not content(word) or bool(content(word) & _COURTESY) or word in self._small
