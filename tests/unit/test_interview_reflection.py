"""What the candidate did, said back to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeler.interview.hooks import echo_of, hook_of, reflection_of, said_back


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("Once my fish man left. I put the dishwasher on fish.", "You put the dishwasher on fish"),
        (
            "I was tired of winning things for clients that I would not have wanted to see built.",
            "You were tired of winning things for clients",
        ),
        ("My knees are done, and I'd like to see daylight.", "You'd like to see daylight"),
        ("I'd seen his shadow, that's all.", "You'd seen his shadow"),
        ("hi im jess, i just finished school in june", "You just finished school in june"),
        (
            "once the board died before the show and i did the whole first act with two torches and my uncle",
            "You did the whole first act with two torches and your uncle",
        ),
        (
            "I rewrote the second year like that, and three schools took it over.",
            "You rewrote the second year",
        ),
        ("I'm a wedding photographer 📷💍 since 2015", "You're a wedding photographer since 2015"),
        ("Long haul, nineteen years, Lisbon to Tallinn and back.", "So Lisbon to Tallinn and back"),
        (
            "I guess I made our own plan for my sister's shop.",
            "You made your own plan for your sister's shop",
        ),
    ],
)
def test_a_deed_is_said_back_in_the_second_person(heard: str, said: str) -> None:
    assert said_back(heard, hook_of(heard)) == said


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "Accountant.",
        "How do you notice that somebody is good?",
        "I don't know, really.",
        "Sorry, I talk and talk.",
        "I have never worked anywhere near your field.",
        "I sat between a ministry and a telecom company with no trust left at all on either side.",
        "My English is not so perfect.",
        "I have two small children.",
        "I was ill for a year.",
        "i dont have any proper experience though",
        "👍👍",
    ],
)
def test_what_cannot_be_said_back_is_left_alone(heard: str) -> None:
    assert reflection_of(heard) == ""


@pytest.mark.parametrize("heard", ["Crane driver me, down the docks.", "You sit forty metre up on your own."])
def test_dialect_is_not_turned_round(heard: str) -> None:
    assert said_back(heard, hook_of(heard)) == ""


@given(st.text())
def test_never_the_candidates_first_person(heard: str) -> None:
    assert " i " not in f" {reflection_of(heard)} ".lower()


@pytest.mark.parametrize("heard", ["Accountant.", "Nine years", "Bored."])
def test_a_bare_word_is_taken_up(heard: str) -> None:
    assert echo_of(heard) == heard.rstrip(".")


@pytest.mark.parametrize(
    "heard", ["", "👍", "ok", "idk", "no", "Why?", "I left.", "Twelve years in a shoe shop in Leeds."]
)
def test_what_is_no_bare_word_is_not(heard: str) -> None:
    assert echo_of(heard) == ""
