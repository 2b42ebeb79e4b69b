"""A company of one's own: what is asked, what comes of what was sent, and how it is looked after."""

from pathlib import Path

import yaml
from tests.readers import FedReader
from tests.unit.test_usecases_desk import LIBRARY, NOW, Person

from feeler.papers import PaperReader
from feeler.personas.library import load_library
from feeler.personas.values import Topic
from feeler.usecases.values import Chat, Outcome

PAGE = """About Kern Foods
Kern Foods makes oat drinks and yoghurt in a former dairy near Leeds. The company was founded
in 1987 by two cousins, Edda and Paul Kern. Today we employ 140 people, half of them in shifts.
Mistakes are talked over in a round on Mondays.
"""


def person() -> Person:
    """Somebody whose reader needs no weights: a sentence with a figure says something of the team."""
    found = Person(reader=FedReader(), library=LIBRARY)
    found.desk.means = found.desk.means.__class__(**{**found.desk.means.__dict__, "files": PaperReader(60)})
    return found


async def with_company(*, name: str = "") -> Person:
    anna = person()
    await anna(f"/meet {name}", PAGE, "/meet ready")
    return anna


async def send(anna: Person, name: str, content: bytes) -> str:
    anna.outcome = await anna.desk.take_file(anna.chat, name, content, NOW)
    anna.chat = anna.outcome.chat
    return "\n".join(reply.text for reply in anna.outcome.replies)


async def test_what_was_sent_becomes_a_company_in_its_own_voice_with_the_line_it_stands_in() -> None:
    anna = await with_company()
    (made,) = anna.chat.own.companies
    assert made.company.name == "Kern Foods"
    texts = {fact.text: fact.source for fact in made.company.facts}
    founded = "We were founded in 1987 by two cousins, Edda and Paul Kern."
    assert texts[founded] == "The company was founded in 1987 by two cousins, Edda and Paul Kern."
    assert "Today we employ 140 people, half of them in shifts." in texts
    assert anna.chat.own.papers == ()
    assert anna.chat.awaiting == "meet"


async def test_three_questions_then_the_temper_then_a_talk() -> None:
    anna = await with_company()
    assert "what is Marta Kern's job" in await anna("Marta Kern")
    assert "asked about" in await anna("head of operations")
    await anna("leading a team, the gap in my CV")
    assert "/companies temper kern-foods silent" in anna.buttons
    assert "sceptical" in await anna("/companies temper kern-foods sceptical")
    opened = await anna("/new kern-foods")
    assert "I'm Marta Kern, head of operations at Kern Foods." in opened
    assert "asked about this: leading a team, the gap in your CV." in opened
    assert anna.talk.company == "kern-foods"
    who = anna.chat.own.companies[0].persona
    assert who.interests == ("leading a team", "the gap in my CV")


async def test_every_question_may_be_skipped_and_nobody_gets_an_invented_name() -> None:
    anna = await with_company()
    await anna("/skip", "/skip", "/skip")
    assert "I'm from Kern Foods." in await anna("/new kern-foods")


async def test_what_nobody_said_is_not_known_in_character() -> None:
    anna = await with_company()
    await anna("/skip", "/skip", "/skip", "/new kern-foods")
    assert set(anna.chat.own.companies[0].company.open_topics) == set(Topic) - {Topic.TEAM}


async def test_a_file_is_read_and_a_bad_one_refused_kindly() -> None:
    anna = person()
    await anna("/meet")
    assert "“about.txt” (" in await send(anna, "about.txt", PAGE.encode())
    assert "locked with a password" not in await send(anna, "x.png", b"\x89PNG\0")
    assert "a format that I don't read" in "\n".join(reply.text for reply in anna.replies)
    assert "I have that one already" in await send(anna, "again.txt", PAGE.encode())
    assert len(anna.chat.own.papers) == 1


async def test_ready_without_enough_says_what_is_missing_and_keeps_what_is_there() -> None:
    anna = person()
    await anna("/meet")
    assert "nothing about a company" in await anna("/meet ready")
    await anna("They employ 40 people.")
    assert "too little" in await anna("/meet ready")
    assert len(anna.chat.own.papers) == 1
    assert "Taken back" in await anna("/meet undo")
    assert "nothing that you sent" in await anna("/meet cancel")
    assert anna.chat.awaiting == ""


async def test_another_language_and_a_page_of_slogans_are_told_so() -> None:
    anna = person()
    german = "Wir sind ein Unternehmen mit 40 Menschen, und wir bauen Maschinen für Bäcker und Brauer. " * 3
    await anna("/meet Brauer", german)
    assert "another language" in await anna("/meet ready")
    await anna(
        "/meet cancel", "/meet Slogans", "We live our values, and we are proud of what we do every day. " * 3
    )
    assert "I invent nothing" in await anna("/meet ready")
    assert anna.chat.own.companies == ()
    assert anna.chat.own.papers


async def test_a_company_is_listed_renamed_mended_and_deleted() -> None:
    anna = await with_company()
    assert "Kern Foods: Your interviewer" in await anna("/companies")
    assert "/companies kern-foods" in anna.buttons
    assert "140 people" in await anna("/companies facts kern-foods")
    number = next(n for n, f in enumerate(anna.chat.own.companies[0].company.facts, 1) if "140" in f.text)
    assert "Source: “Today we employ 140 people" in await anna(f"/companies fact kern-foods {number}")
    await anna(f"/companies mend kern-foods {number}")
    assert "It now reads: We are 145 people now." in await anna("We are 145 people now.")
    assert "your own words" in await anna(f"/companies fact kern-foods {number}")
    assert "Gone" in await anna(f"/companies drop kern-foods {number}")
    assert "no fact number 9" in await anna("/companies fact kern-foods 9")
    await anna("/companies rename kern-foods")
    assert "called Kern & Daughters now" in await anna("Kern & Daughters")
    assert "Delete Kern & Daughters" in await anna("/companies delete kern-foods")
    assert anna.chat.own.companies
    assert "deleted" in await anna("/companies delete kern-foods yes")
    assert anna.chat.own.companies == ()
    assert "no company of yours" in await anna("/companies kern-foods")


async def test_deleting_the_company_of_a_talk_ends_the_talk_and_leaves_the_bot_working() -> None:
    anna = await with_company()
    await anna("/skip", "/skip", "/skip", "/new kern-foods", "/companies delete kern-foods yes")
    assert anna.talk.ended is not None
    for command in ("/start", "/companies", "/persona", "/history", "/summary", "/transcript"):
        assert await anna(command)


async def test_a_shared_company_loads_elsewhere_and_says_nothing_of_who_made_it(tmp_path: Path) -> None:
    anna = await with_company()
    await anna("Marta Kern, head of operations", "my divorce and the gap in my CV")
    await anna("/companies share kern-foods")
    for reply in anna.replies:
        if reply.document:
            path = tmp_path / reply.text
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(reply.document.content)
    library = load_library(tmp_path)
    assert library.company("kern-foods").name == "Kern Foods"
    assert library.persona("kern-foods").name == "Marta Kern"
    whole = "".join(reply.document.content.decode() for reply in anna.replies if reply.document)
    assert "divorce" not in whole
    assert "message 1" not in whole
    assert yaml.safe_load((tmp_path / "companies/kern-foods.yaml").read_text())["facts"]


async def test_an_own_company_takes_no_shipped_ones_place() -> None:
    anna = await with_company(name="Brandl")
    (made,) = anna.chat.own.companies
    assert made.slug == "brandl-2"
    assert "Johanna" in await anna("/companies")


async def test_forget_takes_the_companies_along() -> None:
    anna = await with_company()
    await anna("/forget", "/forget yes")
    assert anna.outcome == Outcome(chat=Chat(chat_id=7), replies=anna.replies, forget=True)
