"""What people bring themselves, on every database: kept over turns, exported, forgotten, aged out."""

from dataclasses import replace

from feeler.mailroom import Answer, Work
from feeler.personas.values import Company, Fact, Reveal, Topic
from feeler.sources import OwnCompany, Paper, StoryLine, Temper, person_of
from feeler.sources.values import Origin
from feeler.store import Store
from feeler.usecases.values import Chat, Own
from tests.contract.test_store import claim_one, postgres, store, take, update, url

__all__ = ["postgres", "store", "url"]  # fixtures

FACT = Fact(
    id="team-1", topic=Topic.TEAM, text="We are 40.", reveal=Reveal.VOLUNTEERED, source="They are 40."
)


def a_company(slug: str) -> OwnCompany:
    firm = Company(slug=slug, name="Canary", field="a firm", place="Leeds", about="A firm.", facts=(FACT,))
    return OwnCompany(company=firm, persona=person_of(firm, temper=Temper.WARM, name="Marta Kern"))


PAPER = Paper(name="about.pdf", origin=Origin.FILE, text="They are 40.")
STORY = (
    StoryLine(text="I ran a bakery for ten years.", paper="cv.pdf"),
    StoryLine(text="I wrote a cookbook."),
)
OWN = Own(companies=(a_company("second"), a_company("first")), papers=(PAPER,), story=STORY)


async def after(store: Store, number: int, own: Own) -> Work:
    """The next turn of the chat, once this one's answer left it with `own`."""
    await store.inbox.accept([update(number), update(number + 1)], take)
    work = await claim_one(store)
    following = await store.turns.finish(work, Answer(chat=replace(work.chat, own=own)))
    assert following is not None
    return following


async def test_companies_papers_and_story_are_there_in_the_next_turn_in_their_order(store: Store) -> None:
    following = await after(store, 1, OWN)
    assert following.chat.own == OWN
    changed = Own(companies=(a_company("second"),))
    last = await store.turns.finish(following, Answer(chat=replace(following.chat, own=changed)))
    assert last is None
    assert (await store.chat(5)).own == changed


async def test_they_are_exported_and_forgotten(store: Store) -> None:
    following = await after(store, 1, OWN)
    exported = await store.everything(5)
    assert [one["kind"] for one in exported["own"]] == ["company", "company", "papers", "story"]
    assert exported["own"][0]["value"]["company"]["facts"][0]["source"] == "They are 40."
    assert exported["own"][3]["value"][0] == {"text": "I ran a bakery for ten years.", "paper": "cv.pdf"}
    await store.turns.finish(following, Answer(chat=Chat(chat_id=5), forget=True))
    assert (await store.everything(5))["own"] == []
    await store.inbox.accept([update(9)], take)
    assert (await claim_one(store)).chat.own == Own()


async def test_they_go_with_the_chat_that_nobody_uses_any_more(store: Store) -> None:
    following = await after(store, 1, OWN)
    await store.turns.finish(following, Answer(chat=following.chat))
    await store.purge(1)
    assert (await store.everything(5))["own"]
    await store.purge(-1)  # everything is older than tomorrow
    assert (await store.everything(5))["own"] == []


async def test_a_line_that_is_dropped_is_gone_and_a_story_that_is_deleted_leaves_no_row(store: Store) -> None:
    following = await after(store, 1, OWN)
    await store.inbox.accept([update(3)], take)
    fewer = replace(OWN, story=STORY[1:])
    last = await store.turns.finish(following, Answer(chat=replace(following.chat, own=fewer)))
    assert last is not None
    assert last.chat.own.story == STORY[1:]
    assert "bakery" not in str(await store.everything(5))
    await store.turns.finish(last, Answer(chat=replace(last.chat, own=replace(fewer, story=()))))
    assert [one["kind"] for one in (await store.everything(5))["own"]] == ["company", "company", "papers"]
