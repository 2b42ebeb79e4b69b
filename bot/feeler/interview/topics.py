"""The fields of the topic map as the keyboard names them, and the words that tell no topic from another."""

# ruff: noqa: E501, SIM905  (word lists read better on one line)

from feeler.interview.words import stem
from feeler.personas.values import Topic

LABELS: dict[Topic, str] = {
    Topic.PATH: "How you came here",
    Topic.DAY: "A day at work",
    Topic.ENTRY: "Getting in from outside",
    Topic.SUCCESS: "How success is judged",
    Topic.TEAM: "The team and its boss",
    Topic.CULTURE: "Culture and conflict",
    Topic.GROWTH: "Growing and learning",
    Topic.CONDITIONS: "Hours and pressure",
    Topic.BUSINESS: "How business is going",
    Topic.INDUSTRY: "Where the field is going",
    Topic.PAY: "What people earn",
    Topic.ADVICE: "Advice and people to meet",
    Topic.PROBLEM: "The problem that hurts",
}
# what nearly every question says, so that it tells nothing about which fact is meant
EMPTY = frozenset(
    stem(word)
    for word in """company work job people thing kind sort lot way year day question tell ask know explain describe
    example look mean happen happened happens usual usually typical typically actual actually general person long
    bit little time make today currently somebody someone work working place firm curious wonder interested hear
    hello thank understand believe guess feel honest honestly generally normal normally today everyone handle deal
    here nowadays role big best""".split()
)  # fmt: skip


def picked(text: str) -> Topic | None:
    """The topic whose keyboard button was tapped, if `text` is one."""
    bare = text.strip().strip("?.! ").lower()
    return next((topic for topic, label in LABELS.items() if label.lower() == bare), None)
