"""A draft made presentable: what is no speech is cut, and nothing is added."""

import re

from feeler.interview.grounded import grounded
from feeler.interview.plan import ASKS, Job
from feeler.interview.scene import Scene
from feeler.interview.words import sentences
from feeler.personas.gestures import without_gestures

QUOTES = re.compile(r'^\s*["“”]+|["“”]+\s*$')
NOTE = re.compile(r"\[[^\]]*\]?|\*[^*]{0,80}\*")
_LISTENS = frozenset({Job.OPEN, Job.ASK, Job.PUSH})
ENDED = re.compile(r"[.!?…][\"'”’)]*$")


def tidy(draft: str, scene: Scene) -> str:
    """Without label, quotes, notes, a half sentence at the end, and what trails behind a question."""
    names = "|".join(re.escape(name) for name in {scene.persona.name, scene.persona.name.split()[0]})
    text = re.sub(
        rf"^\s*(?:{names}|interviewer|assistant|you said)\s*:\s*", "", draft.strip(), flags=re.IGNORECASE
    )
    text = without_gestures(NOTE.sub(" ", text), scene.persona.name).strip().split("\n")[0]
    if text.count('"') % 2 or (QUOTES.match(text) and text.count('"') <= 2):
        text = QUOTES.sub("", text)
    kept: list[str] = []
    for sentence in sentences(" ".join(text.split())):
        if not ENDED.search(sentence):
            break
        kept.append(sentence)
        if "?" in sentence and scene.plan.job in ASKS:
            break
    if scene.plan.job in _LISTENS:
        # what is said back before the question is theirs word by word, or it is left out
        kept = [one for one in kept if "?" in one or grounded(one, scene.heard)]
    said = " ".join(kept)
    return said[:1].upper() + said[1:]
