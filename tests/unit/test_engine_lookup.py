"""Guessing the next tokens from what stood before."""

from feeler.llm.lookup import Lookup


def test_it_guesses_what_followed_the_last_time() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 2, 3])
    assert lookup.guess(3) == [7, 8, 9]
    lookup.add(4)
    assert lookup.guess(2) == [5, 6]


def test_what_never_stood_before_is_not_guessed() -> None:
    assert Lookup([1, 2, 3, 4, 5, 6]).guess(3) == []
    assert Lookup([7]).guess(3) == []
    assert Lookup([1, 2, 1, 2]).guess(0) == []


def test_wrong_guesses_make_it_careful_and_it_tries_again() -> None:
    lookup = Lookup([1, 2, 3, 4, 5] * 3)
    assert len(lookup.guess(3)) == 3
    lookup.learn(3, 0)
    assert len(lookup.guess(3)) == 1
    while lookup.guess(3):
        lookup.learn(1, 0)
    for _ in range(20):
        lookup.guess(3)
    assert len(lookup.guess(3)) == 1
    for _ in range(10):
        lookup.learn(1, 1)
    assert len(lookup.guess(3)) == 3
