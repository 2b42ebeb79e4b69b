"""Figures 3 to 6, 8, 9 and 11, and the added latency. Each is a coroutine that returns what was measured.

python -m tests.durability.figures            # all, in full: about ten minutes
python -m tests.durability.figures dropped rates
"""

import argparse
import asyncio
import json
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp

from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown
from tests.durability.bots import answering
from tests.durability.crowd import Crowd, Findings, Processes
from tests.durability.postgres import PostgresServer

SECRET = "figures-secret"


async def dropped_responses(folder: Path, times: int = 100) -> Findings:
    """Figure 3: the message is accepted, and the response to `sendMessage` never comes."""
    async with BotApiServer() as server, answering(server, folder):
        crowd = Crowd(server, 10)
        for _ in range(times // 10):
            server.fault("drop", method="sendMessage", times=10)
            crowd.say_all()
            await crowd.until_answered(60)
            await _until(
                lambda: not server.faults.waiting and crowd.findings().marked_repeats >= _cut(server)
            )
        return crowd.findings()


def _cut(server: BotApiServer) -> int:
    return sum(call.code == 0 for call in server.log.of("sendMessage"))


async def _until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 (the other side is the stand-in or a file: no event to wait for)
        await asyncio.sleep(0.05)


async def database_away(
    folder: Path, kind: str, seconds: float = 60, postgres: PostgresServer | None = None
) -> tuple[float, bool, Findings]:
    """Figure 4: the database is locked, gone, full or stopped.

    Returns: seconds until all was answered after it came back, whether the offset was held meanwhile, and
    what people got.
    """
    path = folder / "db" / "feeler.sqlite3"
    database = postgres.url if postgres else f"sqlite:///{path}"
    more: dict[str, Any] = {"lease_seconds": 4} if postgres else {}
    async with BotApiServer() as server, answering(server, folder, database_url=database, **more):
        crowd = Crowd(server, 5)
        crowd.say_all()
        assert await crowd.until_answered(30)
        back = await asyncio.to_thread(_take_away, kind, path, postgres)
        crowd.say_all(2)
        await asyncio.sleep(seconds)
        held = bool(server.world.queue.pending)
        back()
        begun = time.monotonic()
        await crowd.until_answered(60)
        return time.monotonic() - begun, held, crowd.findings()


def _take_away(kind: str, path: Path, postgres: PostgresServer | None) -> Callable[[], object]:
    """Make the database unusable; returns what brings it back."""
    if postgres:
        postgres.stop()
        return postgres.start
    if kind == "locked":
        connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN EXCLUSIVE")
        return connection.close
    if kind == "gone":
        elsewhere = path.with_name("elsewhere")
        path.rename(elsewhere)
        return lambda: elsewhere.rename(path)
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the next commit needs room
    filling = path.with_name("filling")  # "full": the folder is a small file system of its own
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return filling.unlink


class SmallDisk:
    """A file system of `size` bytes at `folder`; needs root."""

    def __init__(self, folder: Path, size: str = "16m") -> None:
        self._folder, self._size = folder, size

    def __enter__(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size}", "tmpfs", str(self._folder)]
        subprocess.run(command, check=True, capture_output=True)
        return self._folder

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", str(self._folder)], check=False, capture_output=True)


POISON: tuple[dict[str, object], ...] = (
    {"message": {"message_id": 1, "date": "yesterday", "chat": {"id": 77, "type": "private"}}},
    {"message": {"message_id": 1}},
    {"message": "not an object"},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 77, "type": "private"}, "entities": 5}},
    {"callback_query": {"id": []}},
)


async def poison(folder: Path) -> tuple[float, int]:
    """Figure 5: updates that cannot be parsed.

    Returns the slowest answer to the message after one, in seconds, and how many were set aside.
    """
    slowest = 0.0
    async with BotApiServer() as server, answering(server, folder) as store:
        crowd = Crowd(server, 1)
        user = crowd.users[0]
        for number, update in enumerate(POISON):
            server.world.queue.inject({"update_id": 800_000_000 + 10 * number, **update})
            begun = time.monotonic()
            crowd.say(user)
            await user.wait_for(lambda shown: shown.text.startswith("answer"), 10, after=_last(user.received))
            slowest = max(slowest, time.monotonic() - begun)
        return slowest, sum(each.kind == "update" for each in await store.quarantined())


def _last(shown: Sequence[Shown]) -> int:
    return shown[-1].id if shown else 0


async def webhooks(folder: Path, postgres: PostgresServer, times: int = 100) -> tuple[int, int, int]:
    """Figure 6: one update, `times` times, through three receivers.

    Returns inbox rows, answers, and how many of the same without the secret were let in.
    """
    import psycopg

    async with BotApiServer() as server:
        ports = [18441, 18442, 18443]
        bots = Processes(server, folder, postgres.url, FEELER_WEBHOOK_SECRET=SECRET)
        user = server.user(4001, "Ada")
        user.say("/start")  # a bot may not write first
        server.world.queue.drop_all()
        try:
            for port in ports:
                bots.start(
                    "receive",
                    FEELER_WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
                    FEELER_WEBHOOK_LISTEN=f"127.0.0.1:{port}",
                )
            bots.start("work")
            bots.start("send")
            chat = {"id": 4001, "type": "private", "first_name": "Ada"}
            sender = {**chat, "is_bot": False}
            message = {"message_id": 50, "date": 1_800_000_000, "chat": chat, "from": sender, "text": "n1"}
            body = json.dumps({"update_id": 900_000_001, "message": message})
            async with aiohttp.ClientSession() as session:
                for port in ports:
                    await _until_up(session, port)
                codes = await asyncio.gather(
                    *(_post(session, ports[number % 3], body, SECRET) for number in range(times))
                )
                wrong = [await _post(session, port, body, secret) for port in ports for secret in ("", "x")]
            assert set(codes) == {200}
            await user.wait_for(lambda shown: shown.text.startswith("answer to n1"), 20)
            await asyncio.sleep(2.5)
            answers = sum(shown.text.startswith("answer to n1") for shown in user.received)
            with psycopg.connect(postgres.url) as connection:
                found = connection.execute("SELECT count(*) FROM turn WHERE update_id = 900000001").fetchone()
            return (found[0] if found else 0), answers, sum(code == 200 for code in wrong)
        finally:
            bots.end_all()


async def _post(session: aiohttp.ClientSession, port: int, body: str, secret: str) -> int:
    headers = {"Content-Type": "application/json"}
    if secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    async with session.post(f"http://127.0.0.1:{port}/hook", data=body, headers=headers) as response:
        return response.status


async def _until_up(session: aiohttp.ClientSession, port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            await _post(session, port, "{}", SECRET)
            return
        except aiohttp.ClientConnectionError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)


async def flood_in_one_chat(folder: Path, rounds: int = 25) -> tuple[float, float, int]:
    """Figure 8: one chat is told to wait 30 s. Returns the others' 95th percentiles without and with that, in
    seconds, and how often the flooded chat was written to within its 30 s."""
    async with BotApiServer() as server, answering(server, folder):
        crowd = Crowd(server, 9)
        flooded, others = crowd.users[0], crowd.users[1:]
        before = await _latencies(crowd, others, rounds)
        crowd.say(flooded)
        server.fault("flood", method="sendMessage", chat_id=flooded.id, seconds=30)
        crowd.say(flooded)
        during = await _latencies(crowd, others, rounds)
        after = await _latencies(crowd, others, rounds)
        refused = [call for call in server.log.of("sendMessage", chat_id=flooded.id) if call.code == 429]
        early = [
            call
            for call in server.log.of("sendMessage", chat_id=flooded.id)
            if refused and refused[0].at < call.at < refused[0].at + 30
        ]
        return _p95(before + after), _p95(during), len(early)


async def _latencies(crowd: Crowd, users: Sequence[PhoneUser], rounds: int) -> list[float]:
    """Seconds from saying to seeing the answer; one message at a time, so that only the bot is measured."""
    taken: list[float] = []
    for number in range(rounds * len(users)):
        user = users[number % len(users)]
        await asyncio.sleep(0.13)  # a chat's turn comes every second: its own rate is not what is measured
        taken.append(await latency(crowd, user))
    return taken


async def latency(crowd: Crowd, user: PhoneUser) -> float:
    begun = time.monotonic()
    crowd.say(user)
    wanted = crowd.said[user.id]
    await user.wait_until(lambda: crowd.answered(user) == wanted, 20)
    return time.monotonic() - begun


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def rates(folder: Path, people: int = 40, each: int = 25) -> tuple[int, int, int, float]:
    """Figure 9.

    Returns sends, the most in any second overall, the most in any second of one chat, and seconds in all.
    """
    async with BotApiServer() as server, answering(server, folder):
        crowd = Crowd(server, people)
        begun = time.monotonic()
        crowd.say_all(each)
        assert await crowd.until_answered(60 + people * each / 10)
        took = time.monotonic() - begun
        sends = server.log.of("sendMessage")
        in_one = max(server.log.peak("sendMessage", chat_id=user.id) for user in crowd.users)
        return len(sends), server.log.peak("sendMessage"), in_one, took


async def ended_in_mid_generation(folder: Path) -> tuple[float, Findings]:
    """Figure 11. Returns the seconds from SIGTERM to the end, and what the person got after the restart."""
    async with BotApiServer() as server:
        bots = Processes(server, folder, f"sqlite:///{folder}/feeler.sqlite3")
        crowd = Crowd(server, 1)
        try:
            first = bots.start(FIGURES_SECONDS="60-60")
            crowd.say_all()
            await _until(bots.generations)
            begun = time.monotonic()
            first.send_signal(signal.SIGTERM)
            await asyncio.to_thread(first.wait, 30)
            took = time.monotonic() - begun
            bots.running.remove(first)
            bots.start(FIGURES_SECONDS="0-0")
            await crowd.until_answered(20)
            return took, crowd.findings()
        finally:
            bots.end_all()


async def added_latency(folder: Path, turns: int = 100) -> tuple[float, float]:
    """Medians, in seconds, from saying to seeing: a bare loop that keeps nothing, and ours on SQLite."""
    from telegram import Bot

    bare_folder, our_folder = folder / "bare", folder / "ours"
    bare_folder.mkdir()
    our_folder.mkdir()
    async with BotApiServer(rates=None) as server:
        crowd = Crowd(server, 10)

        async def bare() -> None:
            async with Bot(server.token, base_url=server.api_base_url) as bot:
                offset, heard = 0, 0
                while True:
                    for update in await bot.get_updates(offset=offset, timeout=10):
                        offset = update.update_id + 1
                        message = update.effective_message
                        assert message
                        heard += 1
                        await bot.send_message(message.chat_id, f"answer to {message.text} as {heard}")

        loop = asyncio.create_task(bare())
        plain = await _medians(crowd, turns)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    async with BotApiServer(rates=None) as server, answering(server, our_folder):
        ours = await _medians(Crowd(server, 10), turns)
    return plain, ours


async def _medians(crowd: Crowd, turns: int) -> float:
    taken = [await latency(crowd, crowd.users[number % 10]) for number in range(10)]
    taken.clear()  # those were to get warm
    for number in range(turns):
        await asyncio.sleep(0.11)
        taken.append(await latency(crowd, crowd.users[number % 10]))
    return statistics.median(taken)


async def _all(names: list[str]) -> None:
    async def told(name: str, measure: Callable[[Path], Awaitable[object]]) -> None:
        if names and name not in names:
            return
        with tempfile.TemporaryDirectory(prefix="feeler-figure-") as folder:
            begun = time.monotonic()
            found = await measure(Path(folder))
            shown = " ".join(str(part) for part in found) if isinstance(found, tuple) else str(found)
            print(f"{name}: {shown}  ({time.monotonic() - begun:.0f} s)", flush=True)

    await told("latency", added_latency)
    await told("dropped", dropped_responses)
    await told("poison", poison)
    await told("flood", flood_in_one_chat)
    await told("rates", rates)
    await told("sigterm", ended_in_mid_generation)
    await told("locked", lambda folder: database_away(folder, "locked"))
    await told("gone", lambda folder: database_away(folder, "gone"))

    async def full(folder: Path) -> object:
        with SmallDisk(folder / "db"):
            return await database_away(folder, "full")

    await told("full", full)

    async def stopped(folder: Path) -> object:
        with PostgresServer() as postgres:
            return await database_away(folder, "stopped", postgres=postgres)

    async def hooked(folder: Path) -> object:
        with PostgresServer() as postgres:
            return await webhooks(folder, postgres)

    await told("stopped", stopped)
    await told("webhooks", hooked)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="which figures; default: all")
    asyncio.run(_all(parser.parse_args().names))


if __name__ == "__main__":
    main()
