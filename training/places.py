"""Make the places of the shipped facts, for the head that was taught which fact answers (half a minute).

usage: python -m training.places [--out models/adapters/answering]
Of each fact, and of each sentence that the people say of themselves, the mean of its wordings' places
(`wordings_*.jsonl`).
"""

import logging
from collections import defaultdict
from pathlib import Path

from feeler.llm.cards import reader_card
from feeler.llm.places import key_of
from feeler.llm.reader import MessageReader
from feeler.llm.weights import weights_path
from feeler.settings import load_settings
from training.answering import shipped
from training.course import begin, options
from training.saving import save_taught, sha256_of

log = logging.getLogger(__name__)


def wordings() -> dict[str, list[str]]:
    """How strangers asked, by the text of what answers."""
    asked: dict[str, list[str]] = defaultdict(list)
    for told in shipped():
        for question in told.questions if not told.whole else ():
            for use in question.right:
                asked[told.facts[use]].append(question.text)
    return {text: sorted(set(found)) for text, found in asked.items()}


def main() -> None:
    given = begin(options(__doc__, out=Path("models/adapters/answering"), epochs=0))
    file = given.out / "places.safetensors"
    file.unlink(missing_ok=True)  # of another head, perhaps
    reader = MessageReader.load(weights_path(reader_card(), load_settings().cache_dir), given.out.parent)
    places = {key_of(text): reader.asked_at(asked).mean(0).half() for text, asked in wordings().items()}
    save_taught(places, file, answering=sha256_of(given.out / "answering.safetensors"))
    log.info("%d places", len(places))


if __name__ == "__main__":
    main()
