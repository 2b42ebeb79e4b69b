"""What a debrief claims, held against the talk it is about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.readers import real_reader

from feeler.coach import compare, comparison_text, findings, history, history_text, messages, part, render
from feeler.coach.hearing import understood
from feeler.coach.questions import is_open
from feeler.coach.records import debrief_json
from feeler.coach.topics import OPENERS
from feeler.coach.values import Debrief, Evidence
from feeler.interview.values import Candidate, Interview, Line, Need, Phase, Speaker
from feeler.personas.library import Library, load_library
from feeler.personas.values import Reveal, Topic

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
HARBOUR = (
    "company: Welcome. There is no vacancy and nothing is at stake. What made you curious about us?",
    "candidate: Hello! I was in government liaison at a PR firm for twelve years. How are you?",
    "company: Twelve years, that is long. Tell me about one time when it nearly fell apart?",
    "candidate: In 2019 we had a permit for a harbour that three offices blocked. I got them to the same"
    " table and in two weeks we had a compromise. Mostly I calmed down angry officials.",
    "company: You calmed the officials, good. And what did you do when they shouted at you?",
    "candidate: What does an ordinary day look like in the hall?",
    "company: The hall starts at six and the offices at eight. At nine everybody stops for bread and coffee"
    " at one long table.",
    "candidate: And what happens at that long table when hall and office disagree? Is the pay good?",
    "company: Between the hall and the design office there is an old wall. Last year a crew rebuilt a machine"
    " at night because nobody would ask the other side.",
    "candidate: Thank you. I will send you a page about how we did it in the harbour.",
    "company: I'll introduce you to Lena, she leads design. Thank you for coming!",
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def talk(*rows: str, persona: str = "emil", company: str = "brandl", id: str = "1" * 32) -> Interview:
    """A talk from rows like "candidate: Hello", a row forty seconds after the other."""
    lines: list[Line] = []
    for at, row in enumerate(rows):
        who, _, text = row.partition(": ")
        speaker = Speaker(who)
        turn = sum(line.speaker is Speaker.CANDIDATE for line in lines) + (speaker is Speaker.CANDIDATE)
        line = Line(
            number=at + 1,
            turn=turn,
            speaker=speaker,
            persona=persona,
            phase=Phase.STORY,
            text=text,
            at=START + timedelta(seconds=40 * at),
        )
        lines.append(line)
    said = Interview(
        id=id,
        persona=persona,
        company=company,
        started=START,
        candidate=Candidate(name="Mara"),
        lines=tuple(lines),
    )
    return understood(said, real_reader())


def evidence(value: Any) -> Iterator[Evidence]:
    """Every quotation anywhere in a debrief."""
    if isinstance(value, Evidence):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from evidence(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Interview):
        for item in vars(value).values():
            yield from evidence(item)


def test_every_quotation_is_an_exact_part_of_its_line(library: Library) -> None:
    found = findings(talk(*HARBOUR), library)
    quotes = list(evidence(found))
    assert len(quotes) > 20
    assert all(one.quote and one.quote in found.interview.lines[one.line - 1].text for one in quotes)


def test_facts_are_learned_at_the_line_that_told_them(library: Library) -> None:
    found = findings(talk(*HARBOUR), library)
    assert [(one.fact, one.said.line) for one in found.learned] == [
        ("six-o-clock", 7),
        ("hall-and-office", 9),
    ]
    assert found.learned[1].opened_by == Evidence(
        line=8, quote="And what happens at that long table when hall and office disagree?"
    )


def test_what_was_said_to_be_only_near_is_learned_and_counts_for_no_question(library: Library) -> None:
    held = talk(*HARBOUR)
    lines = [replace(line, job="near") if line.number == 9 else line for line in held.lines]
    found = findings(held.evolve(lines=tuple(lines)), library)
    assert [(one.fact, one.opened_by) for one in found.learned][1] == ("hall-and-office", None)


def test_the_candidate_s_own_words_teach_nothing_about_the_company(library: Library) -> None:
    fact = next(fact for fact in library.company("brandl").facts if fact.id == "six-o-clock")
    found = findings(talk(*HARBOUR[:2], f"candidate: {fact.text}", "company: I see. Go on?"), library)
    assert found.learned == ()


def test_hidden_facts_do_not_give_themselves_away(library: Library) -> None:
    found = findings(talk(*HARBOUR), library)
    facts = {fact.id: fact for fact in library.company("brandl").facts}
    assert {one.fact for one in found.hidden}.isdisjoint({"six-o-clock", "hall-and-office"})
    assert all(facts[one.fact].reveal is not Reveal.NEVER for one in found.hidden)
    assert all(facts[one.fact].text not in debrief_json(found) for one in found.hidden)
    assert all(one.question.endswith("?") for one in found.hidden)


def test_a_hidden_fact_names_the_question_that_came_near(library: Library) -> None:
    found = findings(talk(*HARBOUR), library, reader=real_reader())
    pay = next(one for one in found.hidden if one.topic is Topic.PAY)
    assert pay.near == Evidence(line=8, quote="Is the pay good?")


def test_questions_are_told_apart(library: Library) -> None:
    day, table, pay = findings(talk(*HARBOUR), library).questions
    assert (day.open, day.follows, day.topics) == (True, None, (Topic.DAY,))
    assert table.open
    assert table.specific
    assert table.follows is not None
    assert table.follows.line == 7
    assert not pay.open


def test_a_question_passed_over_is_seen_and_a_short_answer_is_not_one(library: Library) -> None:
    passed = findings(talk(*HARBOUR), library).balance.passed_over
    assert [(one.question.line, one.reply.line) for one in passed] == [(5, 6)]
    answered = talk(
        "company: Do you like it here?", "candidate: Yes.", "company: Good.", "candidate: Thanks."
    )
    assert findings(answered, library).balance.passed_over == ()


def test_balance_counts_words(library: Library) -> None:
    balance = findings(talk("company: One two three.", "candidate: Four five six seven."), library).balance
    assert (balance.company_words, balance.candidate_words, balance.longest_words) == (3, 4, 4)
    assert round(balance.share, 2) == 0.57


def test_promises_of_both_sides(library: Library) -> None:
    found = findings(talk(*HARBOUR), library).promises
    assert [(one.by, one.said.line) for one in found] == [(Speaker.CANDIDATE, 10), (Speaker.COMPANY, 11)]


@pytest.mark.parametrize(
    "offer",
    [
        "Come by on a test Friday, and then we see what both sides think.",
        "Write to Karim about it.",
        "A second talk would be right, with Denise in the room.",
        "You should see our bed meeting once, and then we both decide whether to talk on.",
    ],
)
def test_what_they_offer_at_the_end_is_a_next_step(library: Library, offer: str) -> None:
    held = talk(*HARBOUR[:10], f"company: I can promise you nothing. {offer} Come home safe!")
    found = findings(held, library)
    assert [one.quote for one in found.invited] == [offer]
    steps = part(found, "promises")
    assert "next steps" in steps
    assert offer in steps


def test_the_candidate_s_words_said_back_are_no_offer(library: Library) -> None:
    held = talk(*HARBOUR[:10], "company: What stays with me: “I rang. Come by, I said.” Write to Karim.")
    assert [one.quote for one in findings(held, library).invited] == ["Write to Karim."]


def test_a_goodbye_offers_nothing(library: Library) -> None:
    held = talk(*HARBOUR[:10], "company: Thank you for coming to talk. Goodbye, and eat good bread!")
    assert findings(held, library).invited == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Let me ask you something else.",
        "I might send you a note.",
        "Will you call me?",
        "I'll tell you a story.",
    ],
)
def test_no_promise(library: Library, sentence: str) -> None:
    assert findings(talk(*HARBOUR[:3], f"candidate: {sentence}"), library).promises == ()


@pytest.mark.parametrize("rows", [(), HARBOUR[:1], HARBOUR[:3]])
def test_a_talk_that_was_hardly_held_says_so_and_claims_nothing(
    library: Library, rows: tuple[str, ...]
) -> None:
    found = findings(talk(*rows), library)
    assert found.short
    assert (found.talents, found.role, found.note, found.practice, found.hidden) == ((), None, None, (), ())
    (text,) = messages(found)
    assert "nothing" in text or "too little" in text


def test_two_hundred_turns(library: Library) -> None:
    found = findings(talk(*HARBOUR * 40), library)
    assert found.interview.turn == 200
    assert len(found.practice) == 2


def test_no_score_of_the_person(library: Library) -> None:
    text = debrief_json(findings(talk(*HARBOUR), library)).casefold()
    assert not any(word in text for word in ("score", "rating", "hireab", "out of ten", "grade"))


def test_progress_speaks_of_the_last_three_talks(library: Library) -> None:
    before = [
        talk(*HARBOUR[:6], id=str(at) * 32).evolve(started=START - timedelta(days=at)) for at in (4, 3, 2)
    ]
    found = findings(talk(*HARBOUR, id="9" * 32), library, before)
    assert found.progress is not None
    assert found.progress.sentence.startswith("Since your last 3 talks (on average): questions asked 1 → 3")
    assert "facts uncovered 0 → 2" in found.progress.sentence
    first = findings(talk(*HARBOUR), library)
    assert first.progress is not None
    assert first.progress.sentence == ""


def test_a_talk_is_not_compared_with_itself_or_with_later_ones(library: Library) -> None:
    this = talk(*HARBOUR)
    later = this.evolve(id="2" * 32, started=START + timedelta(days=1))
    found = findings(this, library, [this, later])
    assert found.progress is not None
    assert len(found.progress.talks) == 1


def test_history_and_comparison(library: Library) -> None:
    other = talk(
        *HARBOUR[:5], "candidate: What does an ordinary day look like?",
        "company: At quarter past seven all four hospitals meet on the phone for twelve minutes. We count"
        " beds, staff and what could go wrong today.", persona="ruth", company="tamarack", id="2" * 32,
    )  # fmt: skip
    talks = (talk(*HARBOUR), other)
    assert "Emil Wagner" in history_text(history(talks, library))
    side_by_side = comparison_text(compare(talks, library, Topic.DAY))
    assert "The hall starts at six" in side_by_side
    assert "At quarter past seven" in side_by_side
    assert comparison_text(compare(talks, library, Topic.PAY, real_reader())).count("Is the pay good?") == 1
    assert "Nobody" in comparison_text(compare((), library, Topic.PAY))


def test_a_persona_that_is_gone_from_the_library_still_has_a_debrief(library: Library) -> None:
    found: Debrief = findings(talk(*HARBOUR, persona="gone", company="closed"), library)
    assert found.interviewer.name == "gone"
    assert found.learned == ()
    assert messages(found)


def test_a_topic_tapped_on_the_keyboard_counts_as_asked(library: Library) -> None:
    found = findings(
        talk(*HARBOUR[:5], "candidate: What people earn", *HARBOUR[6:]), library, reader=real_reader()
    )
    assert next(one for one in found.topics if one.topic is Topic.PAY).asked == (6, 8)


def said_in(*messages: str) -> tuple[str, ...]:
    """Rows of a talk in which the candidate says these messages."""
    return ("company: Hello, what do you do?", *(f"candidate: {one}" for one in messages), "company: I see.")


def test_the_note_names_the_colleague_who_said_it(library: Library) -> None:
    rows = talk(*HARBOUR)
    moved = rows.evolve(
        persona="johanna",
        lines=(*rows.lines[:9], *(replace(line, persona="johanna") for line in rows.lines[9:])),
    )
    note = findings(moved, library).note
    assert note is not None
    assert note.text.startswith("Dear Johanna Brandl,")
    assert "One thing Emil Wagner said has stayed with me" in note.text


def test_who_spoke_of_distress_gets_no_exercise_and_no_letter(library: Library) -> None:
    held = talk(
        *HARBOUR,
        "candidate: I think it would be easier if I just wasn't here any more.",
        "company: I hear you.",
        "candidate: I will call my sister and bring her a cake tonight.",
    )
    at = len(HARBOUR)
    needy = replace(held.lines[at], need=Need.ACUTE)
    found = findings(held.evolve(lines=(*held.lines[:at], needy, *held.lines[at + 1 :])), library)
    assert found.troubled
    assert (found.role, found.note, found.practice) == (None, None, ())
    shown = "\n".join(messages(found)) + render(found, "txt").decode().partition("Transcript")[0]
    assert "you come first" in shown
    assert "wasn't here" not in shown
    assert "my sister" not in shown


def test_words_in_another_language_are_not_judged(library: Library) -> None:
    found = findings(
        talk(
            "company: Hello, what do you do?",
            "candidate: Guten Tag, ich war vierzehn Jahre lang Standesbeamtin in einer kleinen Stadt.",
            "company: I see.",
            "candidate: Wie sieht bei Ihnen ein ganz normaler Tag aus?",
            "company: I see.",
        ),
        library,
    )
    assert found.foreign
    assert [one.kind for one in found.practice] == ["language"]
    assert "not in English" in messages(found)[0]


@pytest.mark.parametrize(
    ("question", "open"),
    [
        ("Who has to say yes here before anything moves?", True),
        ("When did you last create a role for somebody, and how did it come about?", True),
        ("And the worst stretch you had last year?", True),
        ("Can you give me an example of that?", True),
        ("Who is your boss?", False),
        ("When is it really on fire?", False),
        ("What time do you start in the morning?", False),
        ("What do people earn?", False),
        ("How many of you are there, all in all, in the four houses?", False),
        ("Is it hard to get in from outside the field?", False),
    ],
)
def test_open_and_closed(question: str, open: bool) -> None:
    assert is_open(question) is open


def test_a_question_after_i_do_not_know_follows_up_on_nothing(library: Library) -> None:
    found = findings(
        talk(*HARBOUR[:5], "candidate: What is the worst problem?", "company: I don't know, ask Lena.",
             "candidate: And what have you tried against it?", "company: I see."), library
    )  # fmt: skip
    assert [one.follows for one in found.questions] == [None, None]
    assert found.questions[0].topics == (Topic.PROBLEM,)


def test_every_question_that_the_coach_offers_is_an_open_one() -> None:
    assert [one for field in OPENERS.values() for one in field if not is_open(one)] == []


def test_why_stays_with_what_was_asked_before(library: Library) -> None:
    found = findings(
        talk(*HARBOUR[:7], "candidate: Why is that?", "company: It was always so here, since the first day."),
        library,
    )
    assert [one.topics for one in found.questions] == [(Topic.DAY,), (Topic.DAY,)]
    assert found.questions[1].follows is not None
