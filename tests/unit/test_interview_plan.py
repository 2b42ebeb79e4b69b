"""What the company does next, by what the candidate did: a table, without a model."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.readers import ACUTE, HEAVY, TELLS, FedReader, asks

from feeler.interview.acts import Act
from feeler.interview.dossier import known, opened
from feeler.interview.phases import phase_at
from feeler.interview.plan import Job, Plan, asks_back, make_plan
from feeler.interview.reading import Reading
from feeler.interview.scene import Scene
from feeler.interview.values import Difficulty, Interview, Need, Phase, Speaker
from feeler.personas.library import load_library
from feeler.personas.values import Reveal, Topic
from feeler.usecases.drafting import open_talk
from feeler.usecases.written import coach_line, written_line

LIBRARY = load_library()
EMIL, BRANDL = LIBRARY.persona("emil"), LIBRARY.company("brandl")
NOW = datetime(2026, 1, 5, tzinfo=UTC)
FACTS = {fact.id: fact for fact in BRANDL.facts}
PROBED = next(fact for fact in BRANDL.facts if fact.reveal is Reveal.PROBED)
NEVER = next(fact for fact in BRANDL.facts if fact.reveal is Reveal.NEVER)
EASY = next(fact for fact in BRANDL.facts if fact.topic is PROBED.topic and fact.reveal is Reveal.ASKED)


def talk(**more: object) -> Interview:
    return open_talk(EMIL, BRANDL, id="1", now=NOW, **more)  # type: ignore[arg-type]


def did(*acts: Act) -> Reading:
    return Reading(acts=frozenset(acts))


def planned(
    before: Interview, reading: Reading, text: str = "…", fact: str = "", facts: tuple[str, ...] = ()
) -> Plan:
    """The plan where `fact`, or each of `facts` as well as the others, answers what is asked."""
    reader = FedReader(answers=lambda question, one: one == fact or one in facts)
    things = known(EMIL, BRANDL, before)
    shares = [reader.answers("", question, things) for question in reading.questions]
    return make_plan(before, EMIL, BRANDL, text, reading, opened(before, reading, things, shares), reader)


def after(before: Interview, reading: Reading, text: str, answer: str = "", **more: object) -> Interview:
    """The talk with one more message, and the company's answer to it if there was one."""
    last = before.lines[-1]
    heard = replace(
        last, number=last.number + 1, turn=before.turn + 1, speaker=Speaker.CANDIDATE, text=text,
        acts=tuple(reading.acts), need=reading.need, job="", topics=reading.topics,
        phase=phase_at(before.turn + 1, before.budget),
    )  # fmt: skip
    lines = [*before.lines, heard]
    if answer:
        answered = replace(heard, number=last.number + 2, text=answer, speaker=Speaker.COMPANY, acts=())
        lines.append(replace(answered, need=Need.NONE, **more))  # type: ignore[arg-type]
    return before.evolve(lines=tuple(lines))


@pytest.mark.parametrize(
    ("reading", "job"),
    [
        (TELLS, Job.ASK),
        (did(Act.SHORT), Job.PUSH),
        (did(Act.VAGUE), Job.PUSH),
        (did(Act.DODGED), Job.PUSH),
        (did(Act.CLARIFY), Job.EASE),
        (did(Act.BEGGED), Job.STEADY),
        (did(Act.INSULT), Job.STEADY),
        (did(Act.PROMPT), Job.DEFLECT),
        (did(Act.MACHINE), Job.SILENT),
        (did(Act.PRIVACY), Job.SILENT),
        (did(Act.ASKS_LEAVE), Job.HAND),
        (did(Act.GOODBYE), Job.LEAVE),
        (ACUTE, Job.SILENT),
        (HEAVY, Job.PAUSE),
    ],
)
def test_the_first_message_decides_the_job(reading: Reading, job: Job) -> None:
    assert planned(talk(), reading).job is job


def test_nobody_is_pushed_twice_in_a_row() -> None:
    once = after(talk(), did(Act.SHORT), "yes", "Which day was that?")
    assert planned(once, did(Act.SHORT)).job is Job.ASK


def test_a_tough_interviewer_wants_a_case_even_of_a_story_that_stays_vague() -> None:
    vague = did(Act.TOLD, Act.VAGUE)
    assert planned(talk(), vague).job is Job.ASK
    assert planned(talk(difficulty=Difficulty.TOUGH), vague).job is Job.PUSH


def test_a_question_is_answered_with_the_fact_that_answers_it() -> None:
    plan = planned(talk(), asks("How big is the team?"), fact=FACTS["size"].text)
    assert (plan.job, [fact.id for fact in plan.facts]) == (Job.TELL, ["size"])


def test_what_no_fact_answers_is_not_known_and_whose_remit_it_is_is_named() -> None:
    plan = planned(talk(), asks("Where are the books that you keep?"))
    assert plan.job is Job.UNKNOWN
    assert not plan.facts
    assert plan.knower == "Petra Moser, who keeps the books"


def test_nobody_is_named_whose_remit_it_is_no_more_than_another_s() -> None:
    assert planned(talk(), asks("Do you have a parrot?")).knower == ""


def test_asking_on_brings_the_reason_and_a_case_of_what_was_told_each_once() -> None:
    before = after(talk(), asks("How do you start somebody?"), "How?", answer=EASY.text, facts=(EASY.id,))
    told = []
    for question in ("Why?", "For example?"):
        plan = planned(before, asks(question, follows=True), question)
        [fact] = plan.facts
        assert (plan.job, fact.id) == (Job.TELL, EASY.id)
        told.append(fact.text)
        before = after(before, asks(question, follows=True), question, answer=fact.text, facts=(EASY.id,))
    assert sorted(told) == sorted(EASY.more)
    on = planned(before, asks("And?", follows=True), "And?")
    assert (on.job, on.facts) == (Job.NEAR, (PROBED,))


def test_asking_on_after_what_somebody_said_of_themselves_brings_what_they_add_each_once() -> None:
    note, more = next(iter(EMIL.more.items()))
    before = after(talk(), asks("And you?"), "And you?", answer=note, job=Job.MINE.value)
    told = []
    for question in ("Why?", "And then?"):
        plan = planned(before, asks(question, follows=True), question)
        assert (plan.job, plan.facts) == (Job.MINE, ())
        told.append(plan.note)
        before = after(before, asks(question, follows=True), question, answer=plan.note, job=Job.MINE.value)
    assert sorted(told) == sorted(more)
    assert planned(before, asks("And?", follows=True), "And?").job is Job.NO_MORE


def test_a_reason_is_told_only_right_after_what_it_is_the_reason_of() -> None:
    first = planned(talk(), asks("Why is that?"), "Why is that?", fact=EASY.more[0])
    assert first.job is Job.UNKNOWN
    before = after(talk(), asks("How do you start somebody?"), "How?", answer=EASY.text, facts=(EASY.id,))
    on = planned(before, asks("Why does one colleague have to answer?"), fact=EASY.more[0])
    assert [fact.text for fact in on.facts] == [EASY.more[0]]


def test_who_asks_again_hears_what_there_is_to_add_and_never_that_nobody_knows() -> None:
    told = after(talk(), asks("How do you start somebody?"), "How?", answer=EASY.text, facts=(EASY.id,))
    between = after(told, TELLS, "I was a baker.", answer="Who taught you?")
    again = asks("Once more, how do you start somebody?")
    [added] = planned(between, again, facts=(EASY.text, *EASY.more)).facts
    assert added.text in EASY.more
    repeated = planned(between, again, fact=EASY.text)
    assert (repeated.job, repeated.facts) == (Job.TELL, (EASY,))


@pytest.mark.parametrize("question", ["Why is it like this?", "Why do you think that is?", "Like who?"])
def test_what_is_only_about_the_line_before_gets_what_there_is_to_add_to_it(question: str) -> None:
    before = after(talk(), asks("How do you start somebody?"), "How?", answer=EASY.text, facts=(EASY.id,))
    [added] = planned(before, asks(question, follows=True), question, fact=FACTS["size"].text).facts
    assert added.text in EASY.more


def test_asking_on_brings_what_is_kept_for_that_and_then_says_that_it_is_all() -> None:
    all_of_it = " ".join((EASY.text, *EASY.more))
    before = after(talk(), asks("How do you start somebody?"), "How?", answer=all_of_it, facts=(EASY.id,))
    plan = planned(before, asks("And then?", follows=True), "And then?")
    assert (plan.job, plan.facts) == (Job.NEAR, (PROBED,))
    topic = [fact for fact in BRANDL.facts if fact.topic is EASY.topic]
    all_of_it = " ".join(text for fact in topic for text in (fact.text, *fact.more))
    told = tuple(fact.id for fact in topic)
    before = after(talk(), asks("How do you start somebody?"), "How?", answer=all_of_it, facts=told)
    plan = planned(before, asks("And then?", follows=True), "And then?")
    assert plan.job is Job.NO_MORE
    scene = Scene(plan=plan, persona=EMIL, company=BRANDL, interview=before, heard="And then?")
    said = written_line(scene, seed=1)
    assert said in [line.replace("{knower}", plan.knower) for line in EMIL.lines["no_more"]]


def test_who_is_not_content_with_not_known_is_told_what_comes_closest() -> None:
    asked = asks("Is the canteen any good?")
    before = after(talk(), asked, "Is the canteen any good?", answer="I don't know.", job=Job.UNKNOWN.value)
    lines = [
        replace(line, questions=asked.questions) if line.speaker is Speaker.CANDIDATE else line
        for line in before.lines
    ]
    plan = planned(before.evolve(lines=tuple(lines)), asks("Namely?"), "Namely?")
    assert plan.job is Job.NEAR
    assert plan.facts[0].reveal is not Reveal.NEVER


def test_after_the_leave_what_nothing_answers_gets_a_goodbye_and_what_something_does_an_answer() -> None:
    left = after(talk(), did(Act.GOODBYE), "Bye", answer="That stays with me.", job=Job.LEAVE.value)
    assert planned(left, asks("That's enough for me, was it?")).job is Job.BYE
    assert planned(left, asks("How big is the team?"), fact=FACTS["size"].text).job is Job.TELL


def test_a_question_about_the_person_is_answered_by_what_they_know_of_themselves() -> None:
    own = EMIL.knows.replace("\n", " ").split(". ")[0] + "."
    plan = planned(talk(), asks("And you, how did you get here?"), fact=own)
    assert (plan.job, plan.note) == (Job.MINE, own)


def test_what_nobody_may_know_is_not_even_looked_at() -> None:
    plan = planned(talk(), asks("Is it true?"), fact=NEVER.text)
    assert plan.job is Job.UNKNOWN


def test_the_harder_half_comes_out_on_a_follow_up_only() -> None:
    first = planned(talk(), asks("What goes wrong?"), fact=PROBED.text)
    assert PROBED not in first.facts
    assert first.more
    told = after(
        talk(), replace(asks("And here?"), topics=(PROBED.topic,)), "And here?", EASY.text,
        facts=(EASY.id,), topics=(PROBED.topic,),
    )  # fmt: skip
    on = planned(told, asks("what goes wrong then?", follows=True), fact=PROBED.text)
    assert [fact.id for fact in on.facts] == [PROBED.id]


def test_a_story_with_a_question_is_answered_and_taken_up() -> None:
    size = "How big is the team?"
    told = f"I led the night shift at the port for nine years. {size}"
    plan = planned(talk(), asks(size, told=True), told, fact=FACTS["size"].text)
    assert plan.job is Job.TELL
    assert plan.then_ask
    alone = planned(talk(), asks(size, told=True), f"Okay, {size}", fact=FACTS["size"].text)
    assert alone.job is Job.TELL
    assert not alone.then_ask


def test_half_of_the_talk_is_the_candidates() -> None:
    before = talk(budget=10)
    jobs = []
    for _ in range(9):
        plan = planned(before, TELLS)
        jobs.append(plan.job)
        before = after(before, TELLS, "And then I sold it.", f"Line {len(jobs)}.", job=plan.job.value)
    assert jobs[:4] == [Job.ASK] * 4
    assert {Job.HAND, Job.OFFER} <= set(jobs[4:])
    assert jobs.count(Job.ASK) <= 6


def test_who_asks_by_themselves_is_listened_to_when_they_tell_something_in_between() -> None:
    before = talk(budget=10)
    while planned(before, TELLS).phase is not Phase.QUESTIONS:
        before = after(before, TELLS, "And then I sold it.", "And then?", job=Job.ASK.value)
    silent = planned(before, did(Act.TOLD), "I can weld a bit.")
    asking = after(before, asks("How big is it?"), "How big is it?", "Twelve of us.", job=Job.TELL.value)
    assert silent.job is not Job.ASK
    assert planned(asking, did(Act.TOLD), "I can weld a bit.").job is Job.ASK


def test_a_talk_ends_with_leave_taken_once() -> None:
    plan = planned(talk(), did(Act.GOODBYE))
    assert plan.job is Job.LEAVE
    left = after(talk(), did(Act.GOODBYE), "bye", "I keep the hay.", job=Job.LEAVE.value)
    assert planned(left, did(Act.GOODBYE)).job is Job.BYE


def test_a_tapped_topic_asks_about_it() -> None:
    reading = Reading(acts=frozenset({Act.ASKED, Act.PICKED}), topics=(Topic.TEAM,), questions=("The team",))
    plan = planned(talk(), reading, fact=FACTS["size"].text)
    assert plan.facts[0].topic is Topic.TEAM


def test_nothing_is_asked_three_times() -> None:
    eased = after(
        talk(), did(Act.CLARIFY), "what do you mean", "Once more. What do you do?", job=Job.EASE.value
    )
    assert planned(eased, did(Act.CLARIFY), "why?").job is Job.HAND


# --- somebody in need -------------------------------------------------------------------------------------


def test_after_a_danger_the_interviewer_is_silent_until_the_person_goes_on() -> None:
    before = after(talk(), ACUTE, "better without me")
    assert planned(before, did(Act.GOES_ON), "let's go on").job is Job.RESUME
    crying = replace(did(Act.GOES_ON), need=Need.HEAVY)
    for reading, coach in (
        (TELLS, "aftercare"), (asks("how big is the team?"), "asked"), (HEAVY, "still"), (ACUTE, "still"),
        (did(Act.GOODBYE), "rest"), (did(Act.MACHINE), "program"), (did(Act.INSULT), "aftercare"),
        (did(Act.LANGUAGE), "aftercare"), (did(Act.TOLD, Act.SORROW), "aftercare"), (crying, "still"),
    ):  # fmt: skip
        plan = planned(before, reading, "it is late", fact=FACTS["size"].text)
        assert (plan.job, plan.coach) == (Job.SILENT, coach)
    assert planned(before, ACUTE, "better  without me").coach == "aftercare"


def test_who_was_stopped_and_asks_the_company_twice_is_answered() -> None:
    stopped = after(talk(), ACUTE, "this job kills me")
    once = after(stopped, asks("how big is the team?"), "how big is the team?")
    assert planned(once, asks("who leads it?"), "who leads it?", fact=FACTS["size"].text).job is Job.TELL
    crying = after(stopped, replace(asks("why me?"), need=Need.HEAVY), "why me?")
    assert planned(crying, asks("who leads it?"), "who leads it?").job is Job.SILENT
    sad = replace(asks("who leads it?"), acts=frozenset({Act.ASKED, Act.SORROW}))
    assert planned(once, sad, "who leads it?", fact=FACTS["size"].text).job is Job.SILENT
    assert planned(once, asks("am I bad?"), "am I bad?").job is Job.SILENT


def test_who_was_stopped_and_calmly_tells_of_their_work_twice_is_followed() -> None:
    stopped = after(talk(), ACUTE, "nobody in the audience knows i exist unless it goes eeeee")
    story = "we did half of the tour in fields, i once mixed a gig from inside a portaloo, not even joking"
    assert planned(stopped, TELLS, story).job is Job.SILENT
    once = after(stopped, TELLS, story)
    deed = replace(TELLS, deed=True)
    assert planned(once, deed, "we rebuilt the mix lower").job is Job.ASK
    assert planned(once, TELLS, "thank you").job is Job.SILENT
    assert planned(once, replace(deed, need=Need.HEAVY), "we rebuilt it").job is Job.SILENT
    assert planned(once, did(Act.TOLD, Act.SORROW), story).job is Job.SILENT
    plain = after(talk(), ACUTE, "i want to die")
    assert planned(after(plain, TELLS, story), deed, "we rebuilt the mix lower").job is Job.SILENT


def test_what_may_be_danger_is_a_pause_with_whom_to_call() -> None:
    uneasy = replace(HEAVY, acts=frozenset({Act.TOLD, Act.UNEASY}))
    plan = planned(talk(), uneasy, "no more roads. i go home")
    assert (plan.job, plan.coach) == (Job.PAUSE, "unsure")
    assert planned(talk(), HEAVY, "my brother died").coach == ""


def test_who_was_misread_can_shrug_at_what_the_coach_says_and_is_followed_where_they_tell_of_their_work() -> (
    None
):
    uneasy = replace(HEAVY, acts=frozenset({Act.TOLD, Act.UNEASY}))
    said = coach_line(planned(talk(), uneasy), said="then you come in when its dark", country=None)
    assert "findahelpline.com" in said
    assert "If I misread you, just go on." in said
    stopped = after(talk(), uneasy, "then you come in when its dark", "No question from me now.")
    story = replace(TELLS, deed=True)
    assert planned(stopped, story, "I moved the cut off, and mistakes dropped by half.").job is Job.ASK
    sad = replace(story, acts=frozenset({Act.TOLD, Act.SORROW}))
    assert planned(stopped, sad, "I nursed him at home until the end.").job is Job.RESUME


def test_what_is_heavy_after_a_danger_stays_with_the_coach() -> None:
    before = after(talk(), ACUTE, "better without me")
    gone_on = after(before, did(Act.GOES_ON), "go on", "Something easy.", job=Job.RESUME.value)
    plan = planned(gone_on, HEAVY, "i sit and cry")
    assert (plan.job, plan.coach) == (Job.SILENT, "heavy")
    assert planned(after(gone_on, HEAVY, "i sit and cry"), TELLS, "a lot").job is Job.SILENT


def test_a_sorrow_told_calmly_stops_nothing_and_is_not_asked_about() -> None:
    sad = did(Act.TOLD, Act.SORROW)
    plan = planned(talk(), sad, "my father died and i took the farm")
    assert (plan.job, plan.coach) == (Job.RESUME, "")
    both = replace(asks("How big is the team?", told=True), acts=frozenset({*sad.acts, Act.ASKED}))
    plan = planned(talk(), both, fact=FACTS["size"].text)
    assert (plan.job, plan.then_ask) == (Job.TELL, False)


def test_the_same_words_stop_nobody_twice() -> None:
    before = after(talk(), HEAVY, "This job is killing me", "We can leave that.")
    assert planned(before, HEAVY, "this job is  killing me").job is Job.RESUME
    assert planned(before, HEAVY, "my brother died").job is Job.PAUSE


def test_a_pause_is_followed_by_an_easy_beginning() -> None:
    before = after(talk(), HEAVY, "my brother died", "We can leave that.")
    assert planned(before, TELLS, "ok. I was a baker.").job is Job.RESUME
    assert planned(before, did(Act.GOODBYE), "stop here").coach == "rest"
    rested = after(before, did(Act.GOODBYE), "stop here")
    assert planned(rested, did(Act.GOES_ON), "go on").job is Job.RESUME


def test_the_coach_adds_a_line_only_where_it_recurs() -> None:
    assert planned(talk(), HEAVY, "one").coach == ""
    assert planned(after(talk(), HEAVY, "one", "Leave that."), HEAVY, "two").coach == "heavy"


def test_need_comes_before_everything_else_in_the_message() -> None:
    both = replace(asks("How big is the team?"), need=Need.ACUTE)
    assert planned(talk(), both, fact=FACTS["size"].text).coach == "acute"


def test_who_asked_enough_and_has_no_more_questions_is_not_handed_over_to_once_more() -> None:
    before = talk()
    for n in range(3):
        before = after(before, asks("How big is the team?"), f"How big, {n}?", "Twelve.")
    while planned(before, TELLS).phase is not Phase.QUESTIONS:
        before = after(before, TELLS, "More of it.", "And then?")
    done = did(Act.NO_QUESTIONS, Act.ASKS_LEAVE)
    assert planned(before, done, "I think I've asked everything").job is Job.LEAVE
    assert planned(before, done, "no more questions").job is Job.LEAVE
    assert planned(before, did(Act.NO_QUESTIONS), "wich ones").job is not Job.LEAVE


def test_who_asked_nothing_and_says_there_is_nothing_to_ask_is_handed_over_to() -> None:
    before = talk()
    while planned(before, TELLS).phase is not Phase.QUESTIONS:
        before = after(before, TELLS, "More of it.", "And then?")
    assert planned(before, did(Act.NO_QUESTIONS), "no questions").job is Job.HAND


def test_what_was_just_told_is_not_told_again_while_there_is_more_to_say() -> None:
    told = after(talk(), asks("How big is it?"), "How big?", FACTS["size"].text, facts=("size",))
    plan = planned(
        told, asks("On what grounds, please?"), "On what grounds, please?", fact=FACTS["size"].text
    )
    assert plan.job is Job.TELL
    assert [fact.text for fact in plan.facts] == [FACTS["size"].more[0]]


@pytest.mark.parametrize(
    ("said", "asked"), [("hows that", True), ("what", True), ("oh nice", False), ("", False)]
)
def test_a_few_words_may_ask_about_the_line_before(said: str, asked: bool) -> None:
    assert asks_back(said) is asked


def test_a_question_of_some_length_is_no_plea_for_the_last_one_in_other_words() -> None:
    before = after(talk(), TELLS, "People are nice at three.", "What's the story behind that?")
    both = replace(
        asks("say I break something in the first month, what happens"),
        acts=frozenset({Act.ASKED, Act.CLARIFY}),
    )
    said = "say I break something in the first month, what happens"
    assert planned(before, both, said, fact=FACTS["size"].text).job is Job.TELL
    assert planned(before, did(Act.CLARIFY), "what do you mean").job is Job.EASE
