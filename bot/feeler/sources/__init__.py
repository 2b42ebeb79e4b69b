"""Out of what somebody sent about a company: true sentences, sorted by topic, and what they leave open."""

from feeler.sources.company import OwnCompany, make_company
from feeler.sources.person import TEMPERS, Temper, person_of
from feeler.sources.story import StoryRead, read_story
from feeler.sources.values import Paper, Statement, StoryLine

__all__ = [
    "TEMPERS",
    "OwnCompany",
    "Paper",
    "Statement",
    "StoryLine",
    "StoryRead",
    "Temper",
    "make_company",
    "person_of",
    "read_story",
]
