"""A company of one's own over real HTTP: files and forwarded posts from the phone, kept over a restart."""

from pathlib import Path

from tests.e2e.test_durability_behaviour import interviewing
from tests.unit.test_papers import a_pdf

from feeler.phone.server import BotApiServer
from feeler.usecases.texts import MARK

PAGE = (
    "Kern Foods makes oat drinks and yoghurt in a former dairy near Leeds. The company was founded in 1987 "
    "by two cousins. Innovation is in our DNA. Today Kern Foods employs 140 people, half of them in shifts."
)
POST = "We cannot find enough food technologists, and a new line has stood still since March."


async def test_a_company_is_made_of_a_file_and_a_post_and_is_there_after_a_restart(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        ada = server.user(1001, "Ada")
        async with interviewing(server, tmp_path, api_file_url=server.file_base_url) as store:
            early = ada.document("about.pdf", a_pdf((PAGE, 12)), "application/pdf")
            await ada.wait_for(lambda shown: "send /meet first" in shown.text, after=early, timeout=240)
            await ada.ask("/meet")
            sent = ada.document("about.pdf", a_pdf((PAGE, 12)), "application/pdf")
            await ada.wait_for(lambda shown: "“about.pdf” (" in shown.text, after=sent, timeout=240)
            got = await ada.wait_for(
                lambda shown: "forwarded" in shown.text, after=ada.forward(POST), timeout=60
            )
            ada.press(got, "✅ Ready")
            await ada.wait_for(lambda shown: "I am reading it" in shown.text, after=got, timeout=60)
            made = await ada.wait_for(
                lambda shown: "Kern Foods is ready" in shown.text, after=got, timeout=120
            )
            assert "We were founded in 1987 by two cousins." in made.text
            assert "DNA" not in made.text
            asked = await ada.wait_for(lambda shown: "Who will you meet" in shown.text, after=got, timeout=60)
            role = ada.say("Marta Kern, head of operations")
            assert asked.id < role.id
            await ada.wait_for(lambda shown: "asked about" in shown.text, after=role, timeout=60)
            stored = await store.everything(1001)
            assert [one["kind"] for one in stored["own"]] == ["company"]
        async with interviewing(server, tmp_path, api_file_url=server.file_base_url) as store:
            talk = ada.say("/new kern-foods")
            opened = await ada.wait_for(
                lambda shown: not shown.text.startswith(MARK), after=talk, timeout=240
            )
            assert "Marta Kern, head of operations at Kern Foods" in opened.text
            told = ada.say("How many people work for you?")
            answer = await ada.wait_for(
                lambda shown: not shown.text.startswith(MARK), after=told, timeout=240
            )
            assert "140 people" in answer.text
            await ada.ask("/forget")
            gone = ada.say("/forget yes")
            await ada.wait_for(lambda shown: "deleted" in shown.text, after=gone)
            assert (await store.everything(1001))["own"] == []
