"""The real desk behind the durable bot: what people notice when it is busy, private or told to forget."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg
import pytest
from telegram import Update
from tests.durability.bots import answering, running, settings_for
from tests.durability.child import EchoDesk
from tests.durability.postgres import PostgresServer, find_postgres

from feeler.compose import build_desk, build_library, opened_store, running_engine
from feeler.errors import SettingsError
from feeler.llm.scripted import ScriptedEngine
from feeler.mailroom import Answer, Call, Incoming, Verdict
from feeler.phone.server import BotApiServer
from feeler.ports import Engine, Piece, Request
from feeler.settings import Settings
from feeler.store import Store, open_store
from feeler.telegram.run import run_bot
from feeler.usecases.values import Chat, Outcome

CANARY = "quicksilver-marmalade"
FEELER = Path(sys.executable).with_name("feeler")


@asynccontextmanager
async def interviewing(
    server: BotApiServer, folder: Path, given: Engine | None = None, **more: Any
) -> AsyncIterator[Store]:
    """The bot as it is, on the scripted engine or the one given."""
    settings = settings_for(server, folder, **more)
    async with opened_store(settings) as store, running_engine(settings) as engine:
        desk = build_desk(settings, build_library(settings), given or engine, store)
        async with running(settings, desk, store):
            yield store


async def test_help_is_answered_while_a_turn_runs(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path, seconds="12-12"):
        user = server.user(1001, "Ada")
        user.say("n1")
        await asyncio.sleep(0.5)
        helped = await user.ask("/help", timeout=11)  # the echo: it did not wait for the turn that runs
        assert "/help" not in helped.text.split("answer to")[0]


async def test_a_flood_of_messages_is_answered_with_how_long_to_wait(tmp_path: Path) -> None:
    async with (
        BotApiServer() as server,
        answering(server, tmp_path, seconds="1-1", max_waiting=3) as store,
    ):
        user = server.user(1001, "Ada")
        for number in range(12):
            user.say(f"n{number + 1}")
        told = await user.wait_for(lambda shown: "again in about" in shown.text)
        assert "still wait" in told.text
        assert (await store.counts()).turns_waiting <= 4
        assert sum("again in about" in shown.text for shown in user.received) == 1


async def test_a_stranger_is_told_that_the_bot_is_private_and_nothing_is_kept(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path, allowed_user_ids=(1001,)) as store:
        assert "answer to n1" in (await server.user(1001, "Ada").ask("n1")).text
        stranger = server.user(1002, "Bob")
        assert "private" in (await stranger.ask(CANARY)).text
        assert CANARY not in str(await store.everything(1002))


async def test_the_pairing_code_lets_somebody_in_and_is_not_kept(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path, pairing_code="open-sesame") as store:
        user = server.user(1001, "Ada")
        assert "pairing code" in (await user.ask("hello")).text
        assert "not the code" in (await user.ask("/start open-barley")).text
        assert "answer to /start" in (await user.ask("/start open-sesame")).text
        assert "answer to n1" in (await user.ask("n1")).text
        assert "sesame" not in str(await store.everything(1001))


async def test_guessing_the_code_ends_with_when_to_try_again(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path, pairing_code="open-sesame"):
        user = server.user(1001, "Ada")
        for number in range(6):  # before the first one nobody had asked for a code
            told = await user.ask(f"guess-{number}")
        assert "again in 24 hours" in told.text
        user.say("open-sesame")
        await asyncio.sleep(1.5)
        assert not any("answer" in shown.text for shown in user.received)


async def test_a_blocked_bot_drops_what_it_had_to_say_and_comes_back_when_written_to(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path) as store:
        user = server.user(1001, "Ada")
        await user.ask("n1")
        user.say("n2")
        user.block()
        await _until(lambda: _nothing_waits(store))
        assert "answer to n3" in (await user.ask("n3")).text


async def test_a_yes_after_forget_and_help_deletes_nothing(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        user = server.user(1001, "Ada")
        said = user.say("I ran a bakery for ten years.")
        await user.wait_for(lambda shown: "Coach" not in shown.text, after=said)
        await _until(lambda: _nothing_waits(store))
        for text in ("/forget", "/help", "Yes."):
            assert "is deleted" not in (await user.ask(text)).text
        assert len(await store.talks(1001)) == 1


async def test_blocking_the_bot_after_a_forget_leaves_no_trace(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        user = server.user(1001, "Ada")
        await user.ask("/forget")
        await user.ask("yes")
        await _until(lambda: _nobody_stored(store))
        user.block()
        server.user(1002, "Bob").say("/help")
        await server.user(1002, "Bob").wait_for()
        assert 1001 not in await store.chat_ids()


async def test_who_brings_the_bot_into_a_group_is_told_where_it_works(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        server.user(1001, "Ada")
        server.world.group(-9)
        await _until(lambda: _has_polled(server))
        was, now = ({"user": server.world.bot, "status": status} for status in ("left", "member"))
        place, ada = server.world.as_chat(-9), server.world.as_user(1001)
        change = {"chat": place, "from": ada, "date": 1, "old_chat_member": was, "new_chat_member": now}
        assert server.world.queue.add("my_chat_member", change)
        told = await server.user(1001).wait_for(group=-9)
        assert "private chat" in told.text
        assert await store.talks(-9) == ()


async def _has_polled(server: BotApiServer) -> bool:
    return server.world.queue.polled.is_set()


async def test_an_outage_of_the_server_uses_up_no_messages_last_chance(tmp_path: Path) -> None:
    async with BotApiServer() as server, answering(server, tmp_path) as store:
        user = server.user(1001, "Ada")
        await user.ask("n1")
        server.fault("error", times=0)
        user.say("n2")
        await asyncio.sleep(6)  # the repeat would have been due after two seconds
        server.faults.clear()
        assert "answer to n2" in (await user.wait_for(lambda shown: "n2 as" in shown.text, 60)).text
        assert (await store.counts()).uncertain == 0


async def test_an_outage_does_not_use_up_the_last_chance_of_what_another_began(
    tmp_path: Path,
) -> None:
    async with BotApiServer() as server:
        user = server.user(1001, "Ada")
        said = user.say("n1")
        store = await open_store(settings_for(server, tmp_path).database, bot_id=server.world.bot_id)
        update = Incoming(update_id=1, chat_id=1001, lane="chat", body="{}")
        await store.inbox.accept([update], lambda *_: Verdict(take=True))
        [work] = await store.turns.claim(1, 30)
        call = Call(method="sendMessage", params={"text": "begun elsewhere"})
        await store.turns.finish(work, Answer(chat=work.chat, calls=(call,)))
        await store.outbox.claim(1, 0, 0.0)  # and here that process met the outage
        await store.close()

        server.fault("error", method="sendMessage", times=0)
        server.fault("error", method="getMe", times=0, skip=1)  # the first one is asked at the start
        async with answering(server, tmp_path) as store:
            await asyncio.sleep(3)
            server.faults.clear()
            arrived = await user.wait_for(lambda shown: "begun elsewhere" in shown.text, 15, after=said)
            assert arrived.text.startswith("↻")
            assert (await store.counts()).uncertain == 0


async def test_an_error_that_nobody_foresaw_ends_the_bot_instead_of_its_polls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supervisor starts a process again that ended; one that polls no more, nobody would notice."""
    async with BotApiServer() as server:
        settings = settings_for(server, tmp_path)
        desk = EchoDesk(str(tmp_path / "generations"), "0-0")
        async with opened_store(settings) as store:
            monkeypatch.setattr(store.inbox, "accept", _broken)
            server.user(1001, "Ada").say("n1")
            with pytest.raises(RuntimeError):
                await run_bot(settings, desk=desk, store=store)


async def _broken(*_: object) -> int:
    raise RuntimeError


class UnshowableDesk(EchoDesk):
    """Says something now and then that cannot be shown, which turns up once the desk is done."""

    async def answer(self, update: Update, text: str, chat: Chat) -> Outcome:
        said = await super().answer(update, text, chat)
        return replace(said, replies=("not a reply",)) if CANARY in text else said  # type: ignore[arg-type]


async def test_an_error_after_the_answer_was_written_ends_with_an_apology_and_the_chat_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("feeler.telegram.worker.TRIES", 3)
    desk = UnshowableDesk(str(tmp_path / "generations"), "0-0")
    async with BotApiServer() as server, answering(server, tmp_path, desk=desk):
        user = server.user(1001, "Ada")
        assert "set it aside" in (await user.ask(CANARY)).text
        assert "answer to n1" in (await user.ask("n1")).text
    assert len((tmp_path / "generations").read_text().splitlines()) == 4
    assert "AttributeError" in caplog.text
    assert CANARY not in caplog.text


class PanicException(BaseException):
    """As libraries written in Rust raise it: no Exception."""


class CrashingEngine(ScriptedEngine):
    """Has a mistake of ours in it, until it is mended."""

    mended = False

    def __init__(self, error: BaseException) -> None:
        super().__init__(wants_drafts=2)  # for a story the model is asked, and not only plain questions
        self._error = error

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        if not self.mended:
            raise self._error
        async for piece in super().stream(request):
            yield piece


@pytest.mark.parametrize(
    "error",
    [
        KeyError(CANARY),
        MemoryError(CANARY),
        asyncio.CancelledError(CANARY),  # a cancel scope that leaked out of a library
        PanicException(CANARY),
        BaseExceptionGroup(CANARY, [PanicException(CANARY)]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_was_said_is_kept_for_again_when_its_answer_crashes_every_time(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("feeler.telegram.worker.FAILURES", 2)
    engine = CrashingEngine(error)
    async with BotApiServer() as server, interviewing(server, tmp_path, given=engine) as store:
        user = server.user(1001, "Ada")
        opened = user.say("/new johanna")
        await user.wait_for(lambda shown: "third generation" in shown.text, 10, after=opened)
        told = f"Last winter our oven broke, so I boiled {CANARY} in the bakery's kettles all night."
        assert "/again" in (await user.ask(told)).text
        assert "/again" in (await user.ask("/again")).text  # it still crashes, and nothing is lost
        [talk] = await store.talks(1001)
        assert [line.text for line in talk.lines[1:]] == [told]
        engine.mended = True
        answered = await user.ask("/again")
        [talk] = await store.talks(1001)
        assert talk.lines[2].text in answered.text
    assert type(error).__name__ in caplog.text
    assert CANARY not in caplog.text


async def test_forgetting_leaves_no_byte_of_what_was_said(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        await _talk_and_forget(server, store, tmp_path)
        assert not _found(tmp_path, CANARY)


@pytest.mark.slow
@pytest.mark.postgres
async def test_forgetting_leaves_no_byte_in_the_tables_of_postgresql(tmp_path: Path) -> None:
    """Its write-ahead log keeps a copy until it is recycled, which is the operator's to decide."""
    if find_postgres() is None:
        pytest.skip("no PostgreSQL server here; Debian: apt-get install postgresql")
    with PostgresServer() as postgres:
        settings: dict[str, Any] = {"database_url": postgres.url}
        async with BotApiServer() as server, interviewing(server, tmp_path, **settings) as store:
            await _talk_and_forget(server, store, postgres.data, on_disk=lambda: _to_disk(postgres.url))
            _to_disk(postgres.url)
            assert not [path for path in _found(postgres.data, CANARY) if "pg_wal" not in path]


def _to_disk(url: str) -> None:
    """Sample the tables, as PostgreSQL does by itself now and then, and write everything to its files."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")


async def _talk_and_forget(
    server: BotApiServer, store: Store, files: Path, on_disk: Callable[[], object] = lambda: None
) -> None:
    user = server.user(1001, "Ada")
    for text in ("/start", f"I am {CANARY}, a nurse", "teams", f"My story has {CANARY} in it"):
        await user.ask(text)
    on_disk()
    assert CANARY in str(await store.everything(1001))
    assert _found(files, CANARY)
    await user.ask("/forget")
    await user.ask("yes")
    await _until(lambda: _nobody_stored(store))
    await store.scrub()  # of the last words' own row, which names nobody's text
    assert CANARY not in str(await store.everything(1001))


async def _nothing_waits(store: Store) -> bool:
    counts = await store.counts()
    return not (counts.calls_waiting or counts.turns_waiting)


async def _nobody_stored(store: Store) -> bool:
    return not await store.chat_ids()


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 (the store has no event for it)
            await asyncio.sleep(0.1)


def _found(folder: Path, text: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


@pytest.mark.slow
@pytest.mark.parametrize("log_format", ["plain", "json"])
async def test_neither_token_nor_texts_reach_logs_or_metrics(tmp_path: Path, log_format: str) -> None:
    """The real command, at DEBUG, through an error of the network, a poison update and a refused call."""
    token = "7000000001:canary-token-AAAAAAAAAAAAAAAAAAAAAAA"
    async with BotApiServer(token=token) as server:
        log = tmp_path / "log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "FEELER_CACHE_DIR": str(Settings(_env_file=None).cache_dir),
            "FEELER_BOT_TOKEN": token,
            "FEELER_API_BASE_URL": server.api_base_url,
            "FEELER_DATA_DIR": str(tmp_path / "data"),
            "FEELER_ENGINE": "scripted",
            "FEELER_LOG_LEVEL": "DEBUG",
            "FEELER_LOG_FORMAT": log_format,
            "FEELER_METRICS_PORT": "18461",
        }
        server.fault("error", method="getUpdates")
        server.fault("drop", method="sendMessage")
        server.fault("lose", method="sendMessage", skip=2)
        process = _start(environment, tmp_path, log)
        try:
            user = server.user(1001, "Ada")
            chat = {"id": 1001, "type": "private"}
            poison = {"message_id": 9, "date": CANARY, "chat": chat, "text": CANARY}
            server.world.queue.inject({"update_id": 800_000_000, "message": poison})
            first = user.say("/start")
            await user.wait_for(lambda shown: "who are you" in shown.text.lower(), 30, after=first)
            for text in (f"{CANARY} here", "teams", f"And {CANARY} too?", "/end"):
                await user.ask(text, timeout=60)
            async with aiohttp.ClientSession() as session:
                seen = ""
                for path, wanted in (("livez", 200), ("readyz", 200), ("metrics", 200)):
                    async with session.get(f"http://127.0.0.1:18461/{path}") as response:
                        assert response.status == wanted
                        seen += await response.text()
            arguments = " ".join(psutil.Process(process.pid).cmdline())
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 15)
    written = log.read_text()
    assert "set aside" in written
    for secret in (CANARY, token, token.partition(":")[2]):
        assert secret not in written
        assert secret not in seen
        assert secret not in arguments
    assert "feeler_turns_total" in seen


def _start(environment: dict[str, str], folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """The real command, its output in `log`."""
    with log.open("ab") as written:
        return subprocess.Popen([FEELER, "run"], env=environment, cwd=folder, stdout=written, stderr=written)


@pytest.mark.slow
async def test_a_talk_survives_a_kill_of_the_real_command(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "FEELER_CACHE_DIR": str(Settings(_env_file=None).cache_dir),
            "FEELER_BOT_TOKEN": server.token,
            "FEELER_API_BASE_URL": server.api_base_url,
            "FEELER_DATA_DIR": str(tmp_path / "data"),
            "FEELER_ENGINE": "scripted",
        }

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen([FEELER, "run"], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)

        user = server.user(1001, "Ada")
        process = _start(environment, tmp_path, tmp_path / "log")
        try:
            await user.ask("/start", timeout=60)
            await user.ask("A nurse.")
            await user.ask("teams")
            process.kill()
            process.wait()
            said = user.say("I like to sort out conflicts.")
            process = _start(environment, tmp_path, tmp_path / "log")
            answer = await user.wait_for(lambda shown: "Coach" not in shown.text, 30, after=said)
            assert answer.text
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 15)
        with sqlite3.connect(tmp_path / "data" / "feeler.sqlite3") as connection:
            assert connection.execute("SELECT count(*) FROM turn WHERE state = 'new'").fetchone() == (0,)


async def test_roles_need_a_database_that_can_be_shared(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        with pytest.raises(SettingsError, match="PostgreSQL"):
            async with answering(server, tmp_path, role="work"):
                await asyncio.sleep(0.5)


async def test_a_refused_token_says_so_without_showing_it(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        wrong = "7000000001:another-token-entirely-000000"
        with pytest.raises(SettingsError, match="BotFather") as refused:
            async with answering(server, tmp_path, bot_token=wrong):
                await asyncio.sleep(1)
        assert "another-token" not in str(refused.value)


def test_without_a_token_the_command_says_where_one_comes_from(tmp_path: Path) -> None:
    done = subprocess.run(
        [FEELER, "run"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "FEELER_DATA_DIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "BotFather" in done.stderr
    assert "feeler phone" in done.stderr
    assert "Traceback" not in done.stderr


class SlowDesk(EchoDesk):
    """Writes for a minute, unless it is stopped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder / "generations"), "0-0")
        self._stops: dict[int, asyncio.Event] = {}

    def stop(self, chat_id: int) -> bool:
        found = self._stops.get(chat_id)
        if found:
            found.set()
        return found is not None

    async def answer(self, update: Update, text: str, chat: Chat) -> Outcome:
        if text.startswith("n"):
            stopped = self._stops[chat.chat_id] = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), 60)
            del self._stops[chat.chat_id]
            return Outcome(chat=chat)
        return await super().answer(update, text, chat)


@pytest.mark.parametrize("where", ["one process", pytest.param("two", marks=[pytest.mark.postgres])])
async def test_stop_ends_what_is_being_written(tmp_path: Path, where: str) -> None:
    if where == "two" and find_postgres() is None:
        pytest.skip("no PostgreSQL server here; Debian: apt-get install postgresql")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(BotApiServer())
        desk = SlowDesk(tmp_path)
        if where == "two":  # the command arrives in one, and the other one writes
            url = stack.enter_context(PostgresServer()).url
            for role in ("receive", "work", "send"):
                bot = answering(server, tmp_path, role=role, desk=desk, database_url=url)
                await stack.enter_async_context(bot)
        else:
            await stack.enter_async_context(answering(server, tmp_path, desk=desk))
        user = server.user(1001, "Ada")
        user.say("n1")
        await asyncio.sleep(1)
        stopped = await user.ask("/stop", timeout=40)  # unstopped, it writes for a minute
        assert "answer to /stop" in stopped.text
