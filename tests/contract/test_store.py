"""What the store promises, asked of SQLite and of a real PostgreSQL: nothing twice, nothing out of order."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select

from feeler.errors import LeaseLost, StoreError
from feeler.interview.values import Candidate, Interview, Line, Phase, Speaker
from feeler.mailroom import (
    Answer,
    Call,
    Claim,
    Incoming,
    Lane,
    Parcel,
    SendResult,
    Standing,
    Upload,
    Verdict,
    Work,
)
from feeler.settings import Settings
from feeler.store import Store, open_store, tables
from feeler.store.tables import chat
from feeler.telegram.addressing import Me
from feeler.telegram.inbox import read_updates
from feeler.telegram.limits import judging, limits_of
from feeler.telegram.parts import whole
from feeler.usecases.values import Chat
from tests.durability.postgres import PostgresServer, find_postgres

LEASE = 30.0
BOT = 7_000_000_001


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    if find_postgres() is None:
        pytest.skip("no PostgreSQL server here; Debian: apt-get install postgresql")
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'store' / 'feeler.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database(f"t{uuid4().hex}")


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await open_store(url, bot_id=BOT)
    async with store.serving():
        yield store
    await store.close()


def take(incoming: Incoming, standing: Standing) -> Verdict:
    return Verdict(take=True)


def update(number: int, chat: int = 5, lane: Lane = "chat") -> Incoming:
    return Incoming(update_id=number, chat_id=chat, lane=lane, body=f'{{"update_id": {number}}}')


def say(text: str) -> Call:
    return Call(method="sendMessage", params={"text": text})


def talk(identifier: str = "a" * 32, text: str = "Welcome.") -> Interview:
    line = Line(
        number=1,
        turn=0,
        speaker=Speaker.COMPANY,
        persona="mira",
        phase=Phase.OPENING,
        text=text,
        at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    return Interview(
        id=identifier,
        persona="mira",
        company="mill",
        started=datetime(2026, 1, 2, tzinfo=UTC),
        candidate=Candidate(name="Ada"),
        lines=(line,),
    )


async def claim_one(store: Store) -> Work:
    [work] = await store.turns.claim(1, LEASE)
    return work


async def answer_all(store: Store, *texts: str) -> None:
    """Answer what waits with these texts, one turn each."""
    for text in texts:
        work = await claim_one(store)
        await store.turns.finish(work, Answer(chat=work.chat, calls=(say(text),)), keep=False)


async def test_an_update_is_stored_once_however_often_it_comes(store: Store) -> None:
    assert await store.inbox.accept([update(1), update(2), update(1)], take) == 2
    assert await store.inbox.accept([update(2)], take) == 0
    assert (await store.counts()).turns_waiting == 2


async def test_turns_of_a_chat_are_answered_in_the_order_they_were_sent(store: Store) -> None:
    await store.inbox.accept([update(12), update(11), update(13)], take)
    work: Work | None = await claim_one(store)
    seen = []
    while work:
        seen.append(work.turn.update_id)
        work = await store.turns.finish(work, Answer(chat=work.chat))
    assert seen == [11, 12, 13]


async def test_a_claimed_chat_is_nobody_elses_and_chats_go_side_by_side(store: Store) -> None:
    await store.inbox.accept([update(1, chat=5), update(2, chat=6), update(3, chat=5)], take)
    works = await store.turns.claim(10, LEASE)
    assert {work.claim.chat_id for work in works} == {5, 6}
    assert await store.turns.claim(10, LEASE) == []


async def test_who_was_served_least_recently_goes_first(store: Store) -> None:
    await store.inbox.accept([update(1, chat=5), update(2, chat=5), update(3, chat=6)], take)
    first = await claim_one(store)
    assert first.claim.chat_id == 5
    await store.turns.finish(first, Answer(chat=first.chat), keep=False)
    assert (await claim_one(store)).claim.chat_id == 6


async def test_chat_talk_and_outbox_come_back_as_they_were(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    work = await claim_one(store)
    assert work.chat == Chat(chat_id=5)
    chat = replace(work.chat, interview=talk(), candidate=Candidate(name="Ada"))
    file = Upload(field="document", filename="talk.txt", media_type="text/plain", content=b"\x00\xffA")
    call = Call(method="sendDocument", params={"caption": "¿Zoë? 🧭"}, upload=file)
    await store.turns.finish(work, Answer(chat=chat, calls=(call,)))

    assert await store.talks(5) == (talk(),)
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.01)
    assert parcel.call == call
    await store.inbox.accept([update(2)], take)
    assert (await claim_one(store)).chat == chat


async def test_a_lost_lease_writes_nothing(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    slow = (await store.turns.claim(1, -1))[0]  # its lease is over at once, as a frozen process's would be
    quick = await claim_one(store)
    with pytest.raises(LeaseLost):
        await store.turns.finish(slow, Answer(chat=slow.chat, calls=(say("late"),)))
    await store.turns.finish(quick, Answer(chat=quick.chat, calls=(say("in time"),)))
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.01)
    assert parcel.call.params == {"text": "in time"}
    assert (await store.counts()).calls_waiting == 1


async def test_an_answer_whose_commit_was_not_heard_of_is_written_once(store: Store) -> None:
    """The connection may break between the commit and the word of it; then the same is stored again."""
    await store.inbox.accept([update(1), update(2)], take)
    work = await claim_one(store)
    answer = Answer(chat=work.chat, calls=(say("once"),), errand="debrief")
    first = await store.turns.finish(work, answer)
    again = await store.turns.finish(work, answer)
    assert first
    assert again
    assert first.turn.seq == again.turn.seq
    counts = await store.counts()
    assert (counts.turns_waiting, counts.calls_waiting) == (2, 1)


async def test_a_state_that_cannot_be_read_holds_up_nobody(store: Store) -> None:
    await store.inbox.accept([update(1, chat=5), update(2, chat=6)], take)
    await store._database.run(lambda tx: tx.execute(chat.update().values(value="[]")))
    assert [work.chat for work in await store.turns.claim(5, LEASE)] == [Chat(chat_id=5), Chat(chat_id=6)]


async def test_leases_are_renewed_only_while_they_are_ours(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    work = await claim_one(store)
    stranger = Claim(chat_id=5, token="not this one")
    assert await store.turns.renew([work.claim, stranger], LEASE) == {work.claim.token}


async def test_a_released_turn_comes_again_with_its_try_given_back(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    await store.turns.release(await claim_one(store))
    again = await claim_one(store)
    assert (again.turn.update_id, again.turn.tries) == (1, 1)


async def test_tries_are_counted_where_a_process_died(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    await store.turns.claim(1, -1)
    await store.turns.claim(1, -1)
    assert (await claim_one(store)).turn.tries == 3


async def test_stop_is_seen_by_whoever_answers_and_goes_first(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    work = await claim_one(store)
    assert await store.turns.stops([work.claim]) == set()
    await store.inbox.accept([update(3, lane="stop")], take)
    assert await store.turns.stops([work.claim]) == {work.claim.token}
    following = await store.turns.finish(work, Answer(chat=work.chat))
    assert following
    assert following.turn.update_id == 3
    assert await store.turns.stops([work.claim]) == set()


async def test_help_is_answered_beside_a_running_turn_and_changes_nothing(store: Store) -> None:
    await store.inbox.accept([update(1), update(2, lane="aside")], take)
    running = await claim_one(store)
    [aside] = await store.turns.claim_asides(5, LEASE)
    assert await store.turns.claim_asides(5, LEASE) == []
    changed = replace(aside.chat, candidate=Candidate(name="nobody"))
    await store.turns.finish(aside, Answer(chat=changed, calls=(say("help"),)))
    with pytest.raises(LeaseLost):
        await store.turns.finish(aside, Answer(chat=changed, calls=(say("help"),)))
    await store.turns.finish(running, Answer(chat=running.chat))
    await store.inbox.accept([update(3)], take)
    assert (await claim_one(store)).chat == Chat(chat_id=5)


async def test_help_is_answered_in_order_where_nothing_runs(store: Store) -> None:
    await store.inbox.accept([update(1, lane="aside"), update(2)], take)
    assert await store.turns.claim_asides(5, LEASE) == []
    work = await claim_one(store)
    assert work.turn.update_id == 1
    changed = replace(work.chat, candidate=Candidate(name="Ada"))
    following = await store.turns.finish(work, Answer(chat=changed))
    assert following
    assert following.chat == changed


async def test_an_errand_runs_before_what_was_said_meanwhile(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    work = await claim_one(store)
    errand = await store.turns.finish(work, Answer(chat=work.chat, errand="debrief"))
    assert errand
    assert (errand.turn.lane, errand.turn.body) == ("errand", "debrief")
    following = await store.turns.finish(errand, Answer(chat=errand.chat))
    assert following
    assert following.turn.update_id == 2


async def test_poison_is_set_aside_and_the_next_turn_goes_on(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    following = await store.turns.set_aside(await claim_one(store), "cannot be parsed")
    assert following
    assert following.turn.update_id == 2
    [found] = await store.quarantined()
    assert (found.kind, found.id, found.chat_id, found.reason) == ("update", 1, 5, "cannot be parsed")


async def test_the_outbox_is_sent_in_order_and_one_at_a_time_in_a_chat(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    await answer_all(store, "first", "second")
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert (parcel.call.params["text"], parcel.tries) == ("first", 1)
    assert (await store.outbox.claim(5, LEASE, 0.0))[0] == []
    await store.outbox.done(parcel, "sent", message_id=9, pause=30)
    parcels, again = await store.outbox.claim(5, LEASE, 0.0)
    assert parcels == []
    assert again == pytest.approx(30, abs=3)


async def test_an_ambiguous_send_is_repeated_once_and_then_given_up(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    await answer_all(store, "perhaps")
    for tries in (1, 2):
        [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
        assert parcel.tries == tries
        await store.outbox.done(parcel, "unknown", pause=0)
    assert (await store.outbox.claim(5, LEASE, 0.0))[0] == []
    assert (await store.counts()).uncertain == 1


async def test_a_sender_that_died_counts_as_an_ambiguous_send(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    await answer_all(store, "perhaps")
    [dead], _ = await store.outbox.claim(5, -1, 0.0)
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert parcel.tries == 2
    with pytest.raises(LeaseLost):
        await store.outbox.done(dead, "sent", message_id=1)


async def test_a_definite_refusal_gives_the_try_back(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    await answer_all(store, "later")
    for _ in range(3):
        [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
        assert parcel.tries == 1
        await store.outbox.done(parcel, "later", pause=0)


async def test_what_telegram_refuses_is_set_aside_and_the_next_goes_on(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    await answer_all(store, "bad", "good")
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    await store.outbox.done(parcel, "refused", reason="BadRequest", pause=0)
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert parcel.call.params["text"] == "good"
    assert [(found.kind, found.reason) for found in await store.quarantined()] == [("call", "BadRequest")]


async def test_a_blocked_chat_is_sent_nothing_until_its_user_writes_again(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    await answer_all(store, "one", "two")
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    await store.outbox.done(parcel, "blocked", reason="blocked", pause=0)
    assert (await store.outbox.claim(5, LEASE, 0.0))[0] == []
    await store.inbox.accept([update(3)], take)
    await answer_all(store, "three")
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert parcel.call.params["text"] == "three"


async def test_slots_of_the_overall_rate_lie_apart(store: Store) -> None:
    await store.inbox.accept([update(number, chat=number) for number in range(1, 9)], take)
    for work in await store.turns.claim(8, LEASE):
        await store.turns.finish(work, Answer(chat=work.chat, calls=(say("hello"),)))
    parcels, again = await store.outbox.claim(8, LEASE, 30.0)
    assert len(parcels) == 1
    assert again == pytest.approx(30, abs=3)
    assert (await store.outbox.claim(8, LEASE, 30.0))[0] == []
    assert not await store.outbox.take_slot(30.0)


async def test_a_refused_update_keeps_no_text_and_is_told_once(store: Store) -> None:
    def refuse(incoming: Incoming, standing: Standing) -> Verdict:
        return Verdict(take=False, notice=say("too much") if standing.noticed > 60 else None)

    secret = replace(update(1), body="canary")
    assert await store.inbox.accept([secret, replace(secret, update_id=2)], refuse) == 2
    assert await store.turns.claim(5, LEASE) == []
    assert (await store.counts()).calls_waiting == 1
    assert "canary" not in str(await store.everything(5))


async def test_the_judge_sees_how_the_chat_stands(store: Store) -> None:
    seen: list[Standing] = []

    def look(incoming: Incoming, standing: Standing) -> Verdict:
        seen.append(standing)
        return Verdict(take=True, paired=incoming.update_id == 2)

    await store.inbox.accept([update(1), update(2), update(3), update(4, chat=6)], look)
    assert [each.waiting for each in seen] == [0, 1, 2, 0]
    assert [each.waiting_overall for each in seen] == [0, 1, 2, 3]
    assert [each.turns_today for each in seen] == [0, 1, 2, 0]
    assert [each.known for each in seen] == [False, False, True, False]
    assert [each.others_talking for each in seen] == [0, 0, 0, 1]


async def test_export_holds_everything_and_forget_leaves_nothing(store: Store) -> None:
    await store.inbox.accept([replace(update(1), body='{"text": "canary"}')], take)
    waiting = await store.everything(5)
    assert "canary" in str(waiting["updates"])
    work = await claim_one(store)
    chat = replace(work.chat, interview=talk(text="canary"))
    await store.turns.finish(work, Answer(chat=chat, calls=(say("canary"),)))
    exported = await store.everything(5)
    assert exported["talks"][0]["lines"][0]["text"] == "canary"
    assert exported["messages"][0]["params"] == {"text": "canary"}

    await store.inbox.accept([update(2)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=work.chat, calls=(say("All gone."),), forget=True))
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    assert parcel.call.params == {"text": "All gone."}
    await store.outbox.done(parcel, "sent", message_id=1)
    assert await store.talks(5) == ()
    assert await store.chat_ids() == ()
    assert "canary" not in str(await store.everything(5))
    assert await store.inbox.accept([update(1), update(2)], take) == 0  # still known, without whose it was


async def test_the_country_that_a_user_set_is_kept_exported_and_forgotten(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=replace(work.chat, country="PT")))
    await store.inbox.accept([update(2)], take)
    work = await claim_one(store)
    assert work.chat.country == "PT"
    assert (await store.everything(5))["chat"]["state"]["country"] == "PT"
    await store.turns.finish(work, Answer(chat=Chat(chat_id=5), forget=True))
    await store.inbox.accept([update(3)], take)
    assert (await claim_one(store)).chat == Chat(chat_id=5)


async def _forget_while_sending(store: Store) -> Parcel:
    """Chat 5 says /forget while "canary" is on its way to it; chat 6 is answered after that."""
    await store.inbox.accept([update(1), update(2)], take)
    await answer_all(store, "canary")
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=work.chat, calls=(say("All gone."),), forget=True))
    assert "canary" not in str(await store.everything(5))
    await store.inbox.accept([update(3, chat=6)], take)
    await answer_all(store, "to somebody else")
    return parcel


async def _sent_until_nothing_waits(store: Store) -> list[str]:
    sent = []
    while parcels := (await store.outbox.claim(5, LEASE, 0.0))[0]:
        for parcel in parcels:
            sent.append(parcel.call.params["text"])
            await store.outbox.done(parcel, "sent", message_id=9, pause=0)
    return sent


@pytest.mark.parametrize("result", ["sent", "later", "unknown", "refused"])
async def test_what_was_on_its_way_at_a_forget_ends_alone(store: Store, result: SendResult) -> None:
    parcel = await _forget_while_sending(store)
    await store.outbox.done(parcel, result, pause=0)
    assert sorted(await _sent_until_nothing_waits(store)) == ["All gone.", "to somebody else"]
    assert await store.chat_ids() == (6,)
    assert (await store.everything(5))["messages"] == []


async def test_what_was_on_its_way_at_a_forget_is_not_repeated_after_a_crash(store: Store) -> None:
    await _forget_while_sending(store)
    await store._clear_owners()
    assert sorted(await _sent_until_nothing_waits(store)) == ["All gone.", "to somebody else"]
    assert await store.chat_ids() == (6,)


async def test_files_are_rewritten_after_a_crash_as_well(store: Store, url: str) -> None:
    await store.inbox.accept([replace(update(1), body="canary"), update(2)], take)
    work = await claim_one(store)
    following = await store.turns.finish(work, Answer(chat=work.chat, forget=True))  # and here it died
    assert following
    again = await open_store(url, bot_id=BOT)
    assert await again._to_scrub() == 1
    await again.scrub()
    assert await again._to_scrub() == 0
    await again.close()


async def test_retention_deletes_what_is_old(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=replace(work.chat, interview=talk())))
    assert await store.purge(0) == 0
    assert await store.purge(1) == 0
    assert len(await store.talks(5)) == 1
    assert await store.purge(-1) == 1  # everything is older than tomorrow
    assert await store.talks(5) == ()
    assert await store.chat_ids() == ()


async def test_a_talk_ages_from_its_last_line_whatever_else_its_user_does(store: Store) -> None:
    await store.inbox.accept([update(1)], take)
    work = await claim_one(store)
    await store.turns.finish(work, Answer(chat=replace(work.chat, interview=talk(), undo=talk())))
    two_days_earlier = tables.talk.update().values(changed=tables.talk.c.changed - 2 * 86_400)
    await store._database.run(lambda tx: tx.execute(two_days_earlier))
    await store.inbox.accept([update(2)], take)
    await answer_all(store, "your talks so far")

    assert await store.purge(1) == 1
    await store.inbox.accept([update(3)], take)
    work = await claim_one(store)
    assert work.chat == Chat(chat_id=5)
    await store.turns.finish(work, Answer(chat=work.chat))
    assert await store.talks(5) == ()


async def test_a_new_line_keeps_a_talk(store: Store) -> None:
    await store.inbox.accept([update(1), update(2)], take)
    work = await claim_one(store)
    following = await store.turns.finish(work, Answer(chat=replace(work.chat, interview=talk())))
    assert following
    two_days_earlier = tables.talk.update().values(changed=tables.talk.c.changed - 2 * 86_400)
    await store._database.run(lambda tx: tx.execute(two_days_earlier))
    await store.turns.finish(following, Answer(chat=replace(work.chat, interview=talk(text="Well?"))))
    assert await store.purge(1) == 0
    assert await store.talks(5) == (talk(text="Well?"),)


async def test_wrong_codes_outlive_the_clean_up(store: Store) -> None:
    seen: list[int] = []

    def strike(incoming: Incoming, standing: Standing) -> Verdict:
        seen.append(standing.strikes)
        return Verdict(take=False, notice=say("That is not the code."), strike=True)

    await store.inbox.accept([update(1)], strike)
    [parcel], _ = await store.outbox.claim(5, LEASE, 0.0)
    await store.outbox.done(parcel, "sent", message_id=1)
    await store.purge(30)
    await store.inbox.accept([update(2)], strike)
    assert seen == [0, 1]


async def test_wrong_codes_are_forgotten_after_a_day(store: Store) -> None:
    seen: list[int] = []

    def strike(incoming: Incoming, standing: Standing) -> Verdict:
        seen.append(standing.strikes)
        return Verdict(take=False, strike=True)

    await store.inbox.accept([update(1), update(2)], strike)
    a_day_later = chat.update().values(struck=chat.c.struck - 86_401)
    await store._database.run(lambda tx: tx.execute(a_day_later))
    await store.inbox.accept([update(3), update(4)], strike)
    assert seen == [0, 1, 0, 1]


async def test_two_bots_in_one_database_do_not_meet(store: Store, url: str) -> None:
    await store.inbox.accept([update(1)], take)
    other = await open_store(url, bot_id=8)
    try:
        assert await other.inbox.accept([update(1)], take) == 1
        [work] = await other.turns.claim(5, LEASE)
        await other.turns.finish(work, Answer(chat=replace(work.chat, interview=talk())))
        assert len(await other.talks(5)) == 1
        assert await store.talks(5) == ()
    finally:
        await other.close()


async def test_a_wrong_address_is_a_store_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StoreError):
        await open_store(f"sqlite:///{blocked}/feeler.sqlite3")
    with pytest.raises(StoreError):
        await open_store("postgresql://feeler@127.0.0.1:9/none")


def part(
    number: int, text: str, *, date: int = 100, who: int = 5, group: int = 0, **more: Any
) -> dict[str, Any]:
    """An update with a part of what somebody pasted."""
    person = {"id": who, "is_bot": False, "first_name": "Ada"}
    place = {"id": group, "type": "supergroup"} if group else {"id": who, "type": "private"}
    message = {"message_id": number, "date": date, "chat": place, "from": person, "text": text}
    return {"update_id": number, "message": message | more}


async def test_a_paste_is_one_turn_though_its_parts_come_apart_and_the_bot_starts_anew(url: str) -> None:
    """Its second part comes five seconds after the first, and the program was started anew in between."""
    judge = judging(limits_of(Settings()), lambda: 1.0)
    for number, text in ((1, "x" * 4090), (2, "y")):
        store = await open_store(url, bot_id=BOT)
        async with store.serving():
            await store.inbox.accept(read_updates(part(number, text, date=100 + 5 * number)), judge)
            works = await store.turns.claim(1, LEASE)
            if number == 1:
                assert works == []
            else:
                [work] = works
                assert whole(json.loads(work.turn.body))["message"]["text"] == "x" * 4090 + " y"
        await store.close()


@pytest.mark.parametrize("order", [*permutations((1, 2, 3))])
async def test_a_paste_is_one_turn_in_whatever_order_its_parts_come(
    store: Store, order: tuple[int, int, int]
) -> None:
    """Each comes by itself, and none is begun before all are there: an earlier turn is still running."""
    judge = judging(limits_of(Settings()), lambda: 1.0)
    await store.inbox.accept([update(9)], take)
    running = await claim_one(store)
    texts = {11: "x" * 4096, 12: "y" * 4096, 13: "z"}
    for number in order:
        await store.inbox.accept(read_updates(part(number + 10, texts[number + 10])), judge)
    following = await store.turns.finish(running, Answer(chat=running.chat))
    assert following is not None
    assert whole(json.loads(following.turn.body))["message"]["text"] == "".join(texts.values())
    assert await store.turns.finish(following, Answer(chat=following.chat)) is None
    assert (await store.counts()).turns_waiting == 0


@pytest.mark.parametrize(
    ("names", "answers"),
    [("@feeler_bot ", {}), ("", {"reply_to_message": {"message_id": 1, "from": {"id": BOT}}})],
)
async def test_in_a_group_the_rest_of_a_paste_belongs_to_its_beginning_though_it_names_nobody(
    store: Store, names: str, answers: dict[str, Any]
) -> None:
    """What others say between, and the same person later, is neither heard nor kept."""
    judge, me = judging(limits_of(Settings()), lambda: 1.0), Me(id=BOT, username="feeler_bot")
    texts = (names + "x" * (4096 - len(names)), "y" * 4096, "z")
    for number, said in enumerate(
        (
            part(1, "Who has been to Brandl?", group=-100),
            part(2, texts[0], group=-100, **answers),
            part(3, "Not me.", who=6, group=-100),
            part(4, texts[1], group=-100),
            part(5, "Elsewhere.", group=-101),
            part(6, texts[2], group=-100),
            part(7, "And you?", group=-100),
        )
    ):
        await store.inbox.accept(read_updates(said, me), judge)
        assert (await store.counts()).turns_waiting == int(number > 0)
    await store._database.run(lambda tx: tx.execute(tables.turn.update().values(until=0)))
    work = await claim_one(store)
    assert work.claim.chat_id == -100
    assert whole(json.loads(work.turn.body))["message"]["text"] == "".join(texts)
    assert await store.turns.finish(work, Answer(chat=work.chat)) is None
    kept = await store._database.run(lambda tx: tx.execute(select(chat.c.chat_id)).scalars().all())
    assert set(kept) == {0, -100}
    bodies = await store._database.run(lambda tx: tx.execute(select(tables.turn.c.body)).scalars().all())
    assert not any("Not me." in body or "And you?" in body for body in bodies)
