"""A draft made presentable: what is no speech is cut, and nothing is added."""

import re

from feeler.interview.plan import ASKS
from feeler.interview.scene import Scene
from feeler.interview.words import sentences

QUOTES = re.compile(r'^\s*["“”]+|["“”]+\s*$')
NOTE = re.compile(r"\[[^\]]*\]?|\*[^*]{0,80}\*")
ENDED = re.compile(r"[.!?…][\"'”’)]*$")


def tidy(draft: str, scene: Scene) -> str:
    """Without label, quotes, notes, a half sentence at the end, and what trails behind a question."""
    names = "|".join(re.escape(name) for name in {scene.persona.name, scene.persona.name.split()[0]})
    text = re.sub(
        rf"^\s*(?:{names}|interviewer|assistant|you said)\s*:\s*", "", draft.strip(), flags=re.IGNORECASE
    )
    text = NOTE.sub(" ", text).split("\n")[0]
    if text.count('"') % 2 or (QUOTES.match(text) and text.count('"') <= 2):
        text = QUOTES.sub("", text)
    kept: list[str] = []
    for sentence in sentences(" ".join(text.split())):
        if not ENDED.search(sentence):
            break
        kept.append(sentence)
        if "?" in sentence and scene.plan.job in ASKS:
            break
    said = " ".join(kept)
    return said[:1].upper() + said[1:]
