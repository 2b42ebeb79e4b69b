"""What a debrief says about a person: their deeds, the note, the role, and advice from this very talk."""

import re
from dataclasses import replace

import pytest
from tests.readers import real_reader
from tests.unit.test_coach_findings import HARBOUR, evidence, talk

from feeler.coach import Debrief, findings, messages, part
from feeler.coach.deeds import STRETCH, deeds, most_telling
from feeler.coach.talents import PLAIN, kind_of, vocabulary
from feeler.coach.telling import quoted
from feeler.coach.values import Deed, Evidence
from feeler.interview.plan import Job
from feeler.interview.values import Need
from feeler.personas.library import Library, load_library
from feeler.reading.lazy import LazyReader

LIFT = (
    "In 2017 a brake made a noise I did not like. My boss said put it back on. I put my own padlock on it."
    " Four days later the inspector found the crack."
)
TROUBLE = (
    "What our old hands know stands in no book."
    " When Franz Gruber is out for a day, three machines wait for him."
)
MECHANIC = (
    "company: Welcome, I am Emil Wagner. What do you do?",
    "candidate: I fix lifts, mostly doors.",
    "company: What did you do when something went wrong?",
    "candidate: Normal work.",
    "company: And the worst day you had?",
    f"candidate: {LIFT}",
    "company: You put your own padlock on it. Good.",
    "candidate: Which problem would you pay to have solved?",
    f"company: {TROUBLE}",
    "candidate: What do people earn here?",
    "company: I don't know that, ask Lena.",
    "candidate: Thank you. I will send you a page about it.",
    "company: Goodbye.",
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="module")
def found(library: Library) -> Debrief:
    return findings(talk(*MECHANIC), library, reader=real_reader())


def test_the_most_telling_deed_is_found_by_what_was_done(found: Debrief) -> None:
    assert "padlock" in found.talents[0].shown[0].quote
    assert "crack" in found.talents[0].shown[0].quote  # with what came of it
    assert all(one.quote in found.interview.numbered(one.line).text for one in evidence(found))


def test_the_interviewer_takes_leave_with_the_deed_that_the_debrief_names(found: Debrief) -> None:
    taken = most_telling(found.interview, real_reader())
    assert taken is not None
    assert quoted(taken, STRETCH) == f"“{found.talents[0].point.quote}”"
    assert found.talents[0].point.quote.endswith("Four days later the inspector found the crack.")


def test_what_was_taken_leave_with_comes_first_whatever_was_told_after_it() -> None:
    held = talk(
        *HARBOUR[:5],
        f"candidate: {LIFT}",
        "company: The officials will stay with me.",
    )
    last = replace(held.lines[-1], job=Job.LEAVE.value, span="Mostly I calmed down angry officials.")
    held = held.evolve(lines=(*held.lines[:-1], last))
    assert deeds(held, real_reader())[0].said.line == 4


LAMBS = (
    "It was the third night of the frost and we had sixty lambs in the lower field. My father wanted to"
    " wait for the vet, as one does. I carried them up to the kitchen in fish boxes, four at a time, until"
    " it got light. We lost two. He has called me before every frost since."
)
RUN_ON = (
    "so the boiler went down on the coldest night and nobody came and i rang the three plumbers i knew,"
    " then i moved the old ladies into the dining room with every blanket we had, and i kept the stove"
    " going by hand until the part came from the next town at noon and not one of them caught so much as a"
    " cold and the owner never asked me how it was done"
)


@pytest.mark.parametrize("told", [LIFT, LAMBS, RUN_ON])
def test_a_deed_is_quoted_in_whole_sentences_with_what_came_of_it(library: Library, told: str) -> None:
    held = talk(*(row.replace(LIFT, told) for row in MECHANIC))
    best = findings(held, library, reader=real_reader()).talents[0]
    for words, most in ((best.shown[0], 70), (best.point, 33)):
        assert words.quote in told
        assert len(words.quote.split()) <= most
        behind = told[told.index(words.quote) + len(words.quote) :]
        assert words.quote.endswith(".") or words.cut or not behind
        assert words.cut is (told == RUN_ON)
    if told == LAMBS:
        assert "fish boxes" in best.point.quote
        assert "We lost two." in best.point.quote


def test_the_act_is_quoted_and_not_what_led_to_it_nor_what_is_said_of_it(library: Library) -> None:
    told = (
        "It was the year the mill changed hands and nobody knew who would stay. We were nine in the dye "
        "house and the new owners counted everything, even the tea. The old ones said keep your head down "
        "and wait for the spring. One night I let the blue run through twice against the sheet, because "
        "the wool was from another farm and I could smell it. Then I hung forty metres in the yard so "
        "that everybody saw it in daylight. They dropped the sheet in March. I still think of that yard "
        "when I pass a clothes line. My sister says I talk of wool as others do of weather. It was a good "
        "place to be young in, with a canteen and a choir."
    )
    held = talk(*(row.replace(LIFT, told) for row in MECHANIC))
    shown = findings(held, library, reader=real_reader()).talents[0].shown[0].quote
    assert "One night I let the blue run" in shown
    assert "Then I hung forty metres" in shown
    assert len(shown) < len(told)


def test_a_sentence_that_does_not_end_is_cut_at_a_clause_and_shows_it(library: Library) -> None:
    held = talk(*(row.replace(LIFT, RUN_ON) for row in MECHANIC))
    found = findings(held, library, reader=real_reader())
    for words in (found.talents[0].shown[0], found.talents[0].point):
        behind = RUN_ON[RUN_ON.index(words.quote) + len(words.quote) :]
        assert behind.startswith((", ", " and ", " until "))
    short = most_telling(held, real_reader())
    assert short is not None
    assert quoted(short, STRETCH) == f"“{found.talents[0].point.quote}” …"
    assert f"“{found.talents[0].shown[0].quote}” … (line 6)" in part(found, "role")
    assert f"“{found.talents[0].shown[0].quote}” …" in messages(found)[0]
    assert found.note is not None
    assert "boiler" not in found.note.text  # half a sentence is nothing to send


def test_on_the_phone_the_deed_is_not_cut_where_room_is_short(library: Library) -> None:
    rows = [row.replace(LIFT, LAMBS).replace("Thank you", "Thank you so much " * 40) for row in MECHANIC]
    found = findings(talk(*rows), library, reader=real_reader())
    [shown] = re.findall(r"What they saw in you:\n“(.+?)”(.*)", messages(found)[0])
    assert shown in ((found.talents[0].shown[0].quote, ""), (found.talents[0].point.quote, ""))


@pytest.mark.parametrize(
    "said",
    [
        "I would love to lead a team one day.",
        "What did you do when the machine broke?",
        "Hello, nice to meet you all.",
        "Please hire me, I would do anything for you.",
    ],
)
def test_wishes_questions_greetings_and_begging_are_no_deeds(said: str) -> None:
    assert deeds(talk(*HARBOUR[:3], f"candidate: {said}"), real_reader()) == ()


def test_a_moment_of_need_is_no_deed() -> None:
    held = talk(*MECHANIC)
    needy = tuple(replace(line, need=Need.HEAVY) if line.text == LIFT else line for line in held.lines)
    assert all("padlock" not in deed.said.quote for deed in deeds(held.evolve(lines=needy), real_reader()))


def test_a_question_inside_a_story_is_not_quoted_as_a_deed() -> None:
    told = (
        "I drove the night bus for nine years. Do you have buses here? I once drove straight to the hospital."
    )
    for deed in deeds(talk(*HARBOUR[:3], f"candidate: {told}"), real_reader()):
        assert "?" not in deed.said.quote


def test_a_talent_is_named_only_where_it_is_plain() -> None:
    words = Evidence(line=1, quote="I stopped the train.")
    clear = Deed(said=words, point=words, telling=1.0, shows={"safety": PLAIN + 0.01, "care": 0.2})
    assert kind_of(clear) is vocabulary()["safety"]
    assert kind_of(replace(clear, shows={"safety": PLAIN - 0.01})) is None
    assert kind_of(replace(clear, shows={})) is None


def test_without_a_name_the_deed_stands_in_the_person_s_own_words(library: Library) -> None:
    bare = findings(talk(*MECHANIC), library)  # no reader: nothing is named
    assert bare.talents
    assert all(one.name == "" for one in bare.talents)
    assert "padlock" in messages(bare)[0]
    assert "It shows" not in messages(bare)[0]


def test_one_message_at_a_glance_then_the_note_to_copy(found: Debrief) -> None:
    glance, note = messages(found)
    for part_of_it in ("What you learned from Emil Wagner", "What they saw in you", "Try next"):
        assert part_of_it in glance
    assert found.note is not None
    assert note.endswith(found.note.text)
    assert all(len(text) < 900 for text in (glance, note))


def test_messages_fit_a_phone_whatever_was_said(library: Library) -> None:
    long = [row.replace("Thank you", "Thank you " + "very much " * 80) for row in HARBOUR]
    for rows in (HARBOUR, HARBOUR * 4, long):
        texts = messages(findings(talk(*rows), library, reader=real_reader()))
        assert 1 <= len(texts) <= 2
        assert all(0 < len(text) < 900 for text in texts)


def test_the_note_holds_one_point_of_theirs_and_what_was_promised(found: Debrief) -> None:
    assert found.note is not None
    note = found.note.text
    assert note.startswith("Dear Emil Wagner,")
    assert note.endswith("Mara")
    assert found.note.point.quote in note
    assert found.note.point.quote in TROUBLE
    assert "As I said: I will send you a page about it." in note
    assert len(note.split()) < 90


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("I stopped the train with my own hands.", "As I told you, I stopped the train with my own hands."),
        (
            "i rang every one of them on their birthday.",
            "As I told you, I rang every one of them on their birthday.",
        ),
        ("so yeah - dunno, stopped the train (14:20) w/ my hands", "The story I told you"),
        ("I didnt wait for the order and stopped the train.", "The story I told you"),
        (
            "It was snowing. I stopped the train with my own hands. Two hundred people got home.",
            "As I told you, I stopped the train with my own hands. Two hundred people got home.",
        ),
        ("I stopped the train with my own hands. 200 people (all of them!) got home", "The story I told you"),
    ],
)
def test_the_person_s_sentence_is_taken_whole_or_not_at_all(library: Library, told: str, taken: str) -> None:
    rows = [row.replace(LIFT, told) for row in MECHANIC]
    note = findings(talk(*rows), library, reader=real_reader()).note
    assert note is not None
    assert taken in note.text or not deeds(talk(*rows), real_reader())


def test_the_role_quotes_their_trouble_and_the_person_s_deed(found: Debrief) -> None:
    assert found.role is not None
    assert "padlock" in found.role.why
    assert found.role.duties[0].need.quote in TROUBLE
    assert len(found.role.duties) == 3


def test_without_a_trouble_the_talk_says_what_is_missing(library: Library) -> None:
    bare = findings(talk(*MECHANIC[:7], "candidate: What do people earn?", "company: I see."), library)
    assert bare.role is None
    assert "padlock" in bare.missing
    assert "Which problem would you pay to have solved" in bare.missing


def test_without_a_deed_the_talk_says_what_one_story_would_have_to_show(library: Library) -> None:
    bare = findings(talk(*MECHANIC[:5], *MECHANIC[7:]), library)
    assert bare.role is None
    assert "One story would have to show" in bare.missing


def test_advice_names_the_moment_and_the_move(found: Debrief) -> None:
    kinds = {one.kind: one for one in found.practice}
    assert kinds["asking on"].moment[0].quote in TROUBLE
    assert "tried against that problem" in kinds["asking on"].move
    assert kinds["one case"].moment[-1].quote == "Normal work."
    assert "what you did first" in kinds["one case"].move


def test_begging_is_met_with_something_to_offer(library: Library) -> None:
    begging = findings(talk(*HARBOUR[:9], "candidate: Please hire me, I would do anything."), library)
    assert begging.practice[0].kind == "asking for work"
    assert begging.practice[0].moment[0].line == 10


def test_who_asked_nothing_is_shown_where(library: Library) -> None:
    silent = talk(
        *MECHANIC[:7], "candidate: I see.", f"company: {TROUBLE}", "candidate: Thanks.", "company: Bye."
    )
    assert "asking" in [one.kind for one in findings(silent, library).practice]


def test_what_went_well_is_quoted_with_what_it_got(found: Debrief) -> None:
    asked = found.well[0].moment
    assert [one.line for one in asked] == [8, 9]
    assert "What you did well" in part(found, "well")


def test_a_part_that_is_asked_for_is_one_message(found: Debrief) -> None:
    assert "Stay with what hurts them" in part(found, "practice")
    assert part(found, "nonsense") == ""


def test_a_reader_that_loads_beside_the_start_shows_the_same() -> None:
    texts = ["I stopped the train before it reached the bridge."]
    lazy = LazyReader(real_reader)
    assert lazy.shows(texts) == real_reader().shows(texts)


def test_the_shipped_maps_belong_to_the_shipped_reader() -> None:
    [shown] = real_reader().shows(["I taught forty farmers to read a weather map with a torch."])
    assert set(shown.talents) == set(vocabulary()), "run `make talents` after teaching the reader"
