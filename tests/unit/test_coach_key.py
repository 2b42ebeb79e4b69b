"""Recorded talks: the debrief agrees with what a person read in them, and nothing in it was made up."""

from pathlib import Path

from tests.debriefs import KEYED, checked

TALKS = sorted((Path(__file__).parents[1] / "conversations" / "debriefs").glob("*.jsonl"))


def test_recorded_talks_agree_with_the_key_made_by_hand() -> None:
    figures, differences = checked(TALKS)
    assert figures["talks"] == 10
    assert figures["facts agreed"] == figures["facts in the key"]
    assert not [row for row in differences if KEYED not in row or "facts" in row]
    # 18 of 25; the word rules that were here before had 22, tuned on these very talks (docs/interview.md)
    assert figures["topics agreed"] >= 0.7 * figures["topics in the key"]
