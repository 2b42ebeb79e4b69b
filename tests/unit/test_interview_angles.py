"""What the interviewer asks on about."""

from hypothesis import given
from hypothesis import strategies as st

from feeler.interview.angles import ALWAYS, ANGLES, PUSHES, angles_of
from feeler.interview.conduct.listening import POINTS_BACK

WAYS = {angle for angle, _ in ANGLES} | set(ALWAYS)


def test_the_question_fits_what_was_told() -> None:
    assert angles_of(("I read people's shoulders.",)) == ("How did you learn to notice that?",)
    assert angles_of(("I once found a mistake of 40,000 pounds.",)) == ("How did you notice it?",)
    assert angles_of(("The director was shouting.",)) == ("What did you say to them, word for word?",)


def test_what_is_left_is_not_leaving() -> None:
    assert angles_of(("There was no trust left on either side.",)) != angles_of(("I left the firm.",))


def test_each_points_back_at_what_was_told() -> None:
    assert all(POINTS_BACK.search(angle) for angle in (*WAYS, PUSHES[1], PUSHES[3]))


def test_nobody_is_asked_the_same_twice() -> None:
    told = ("I saw his shadow.",) * 5
    assert len(set(angles_of(told))) == 5


@given(st.lists(st.text(max_size=60), max_size=30))
def test_every_message_has_one_and_history_never_changes(told: list[str]) -> None:
    angles = angles_of(tuple(told))
    assert len(angles) == len(told)
    assert set(angles) <= WAYS
    assert angles[:-1] == angles_of(tuple(told[:-1]))
