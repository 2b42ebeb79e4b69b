"""Guessing the next tokens from what stood before."""

from feeler.llm.lookup import Lookup


def test_it_guesses_what_followed_the_last_time() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 2, 3])
    lookup.add(7)
    assert lookup.guess(3) == [8, 9, 2]
    assert lookup.guess(2) == [8, 9]


def test_it_guesses_as_many_as_stood_before_in_a_row() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 9, 2])
    assert lookup.guess(3) == [3]
    lookup.add(3)
    assert lookup.guess(3) == [4, 5]


def test_what_never_stood_before_is_not_guessed() -> None:
    assert Lookup([1, 2, 3, 4, 5, 6]).guess(3) == []
    assert Lookup([7]).guess(3) == []
    assert Lookup([1, 2, 1, 2]).guess(0) == []
