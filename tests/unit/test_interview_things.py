"""What somebody named in a story: the pieces that leave may be taken with."""

import pytest

from feeler.interview.things import things


@pytest.mark.parametrize(
    ("story", "named"),
    [
        ("I wrote a list on the wall, with numbers.", ("list", "list on the wall", "wall")),
        ("We mixed up two sets of ashes.", ("sets", "sets of ashes", "ashes")),
        ("I put my own padlock on it.", ("padlock",)),
        ("The farm was the chairman's.", ("farm",)),
        ("I got a warning in the third week.", ("third",)),
        ("I ran and ran.", ()),
        ("After the lymphoma my wife drove the van.", ("van",)),
    ],
)
def test_things_are_exact_pieces_without_articles_and_never_what_hurts(
    story: str, named: tuple[str, ...]
) -> None:
    assert things(story) == named
    assert all(thing in story for thing in things(story))
