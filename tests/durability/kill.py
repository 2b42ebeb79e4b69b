"""Figures 1, 2 and 7: kill -9 at random points under load, and see what the people got.

python -m tests.durability.kill --kills 200
python -m tests.durability.kill --kills 200 --database postgres --processes 3
python -m tests.durability.kill --freeze 20 --database postgres --processes 3
python -m tests.durability.kill --every 2 --people 50 --messages 20 --database postgres --processes 3
"""

import argparse
import asyncio
import random
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from feeler.phone.server import BotApiServer
from tests.durability.crowd import Crowd, Findings, Processes, done_updates
from tests.durability.postgres import PostgresServer

LEASE = 4.0


@asynccontextmanager
async def talking(
    database: str, people: int, processes: int
) -> AsyncIterator[tuple[BotApiServer, Processes, Crowd]]:
    """People, and processes that answer them from one database."""
    with tempfile.TemporaryDirectory(prefix="feeler-kill-") as folder:
        async with BotApiServer() as server:
            bots = Processes(server, Path(folder), database, FEELER_LEASE_SECONDS=str(LEASE))
            crowd = Crowd(server, people)
            for _ in range(processes):
                bots.start()
            try:
                yield server, bots, crowd
            finally:
                bots.end_all()


async def kill_at_random(
    database: str, *, kills: int, people: int = 20, processes: int = 1, seed: int = 1
) -> Findings:
    """Keep `people` talking; kill a process at a random point, a fifth while it starts; start it again."""
    chance = random.Random(seed)
    async with talking(database, people, processes) as (server, bots, crowd):
        seen = 0
        for number in range(kills):
            feeding = asyncio.create_task(_feed(crowd))
            if chance.random() >= 0.2:  # a fifth of the kills come while it starts
                await _until_it_polls(server)
            await asyncio.sleep(chance.uniform(0, 2.0))
            feeding.cancel()
            bots.kill(chance.choice(bots.running))
            seen = crowd.note_stored(done_updates(database), bots.generations(), seen)
            bots.start()
            if number % 20 == 19:
                said = sum(crowd.said.values())
                print(f"{number + 1} kills, {said} said, {crowd.missing()} open", flush=True)
        await crowd.until_answered(60 + 2 * crowd.missing() / 20)
        crowd.note_stored(set(), bots.generations(), seen)
        notes = [line for line in bots.errors.read_text().splitlines() if "uncertain" in line]
    found = crowd.findings()
    found.notes += notes[:5]
    return found


async def freeze_at_random(
    database: str, *, freezes: int = 8, people: int = 12, processes: int = 3, seed: int = 1
) -> Findings:
    """Stop a process for longer than its lease and wake it again, as a laptop's lid or a hypervisor does."""
    chance = random.Random(seed)
    async with talking(database, people, processes) as (server, bots, crowd):
        await _until_it_polls(server)
        for _ in range(freezes):
            feeding = asyncio.create_task(_feed(crowd))
            await asyncio.sleep(chance.uniform(0.5, 2.0))
            victim = chance.choice(bots.running)
            victim.send_signal(signal.SIGSTOP)
            await asyncio.sleep(1.5 * LEASE)
            victim.send_signal(signal.SIGCONT)
            feeding.cancel()
        await crowd.until_answered(60 + crowd.missing())
    return crowd.findings()


async def kill_regularly(
    database: str,
    *,
    people: int = 50,
    messages: int = 20,
    processes: int = 3,
    every: float = 2.0,
    seed: int = 1,
) -> tuple[Findings, int, list[float]]:
    """Figure 7: everybody says all at once, one process is killed `every` seconds until all is answered.

    Returns what people got, the number of kills, and for each turn that a victim was writing the seconds
    until somebody else began it.
    """
    chance = random.Random(seed)
    killed: list[tuple[float, int, set[int]]] = []
    async with talking(database, people, processes) as (server, bots, crowd):
        await _until_it_polls(server)
        crowd.say_all(messages)
        end, seen = time.monotonic() + 20 * messages + 60, 0
        while crowd.missing() and time.monotonic() < end:
            await asyncio.sleep(every)
            victim = chance.choice(bots.running)
            bots.kill(victim)
            at, done = time.time(), done_updates(database)
            seen = crowd.note_stored(done, bots.generations(), seen)
            killed.append((at, victim.pid, done))
            bots.start()
        await asyncio.sleep(2 * LEASE)
        generations = bots.generations()
        crowd.note_stored(set(), generations, seen)
    return crowd.findings(), len(killed), _take_overs(killed, generations)


def _take_overs(
    killed: list[tuple[float, int, set[int]]], generations: list[tuple[int, float, int]]
) -> list[float]:
    """Seconds from a kill until the turns that died with it were begun elsewhere."""
    found: list[float] = []
    for at, victim, done in killed:
        orphans = {update for update, begun, owner in generations if owner == victim and begun <= at} - done
        for orphan in orphans:
            later = [begun - at for update, begun, _ in generations if update == orphan and begun > at]
            found += later[:1]
    return found


async def _until_it_polls(server: BotApiServer) -> None:
    """Wait for the next poll that comes: on a busy machine a start takes seconds."""
    before = len(server.log.of("getUpdates"))
    end = time.monotonic() + 10
    while len(server.log.of("getUpdates")) == before and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def _feed(crowd: Crowd) -> None:
    """Everybody with little open says something more: there is always work, and never a mountain."""
    while True:
        for user in crowd.users:
            if crowd.said[user.id] - crowd.answered(user) < 2:
                crowd.say(user)
        await asyncio.sleep(0.15)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--every", type=float, default=0, help="seconds between kills; default: random")
    parser.add_argument("--freeze", type=int, default=0, help="freeze and wake so often instead of killing")
    parser.add_argument("--messages", type=int, default=20, help="of each, with --every")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()

    async def run(database: str) -> Findings:
        if given.freeze:
            return await freeze_at_random(
                database, freezes=given.freeze, processes=given.processes, seed=given.seed
            )
        if given.every:
            found, kills, delays = await kill_regularly(
                database,
                people=given.people,
                messages=given.messages,
                processes=given.processes,
                every=given.every,
                seed=given.seed,
            )
            print(f"{kills} kills, leases of {LEASE:.0f} s, {len(delays)} turns taken over; seconds after:")
            if len(delays) > 1:
                marks = statistics.quantiles(delays, n=20)
                print(f"median {marks[9]:.1f}, 95% within {marks[18]:.1f}, the last {max(delays):.1f}")
            return found
        return await kill_at_random(
            database,
            kills=given.kills,
            people=given.people,
            processes=given.processes,
            seed=given.seed,
        )

    if given.database == "postgres":
        with PostgresServer() as server:
            found = asyncio.run(run(server.url))
    else:
        with tempfile.TemporaryDirectory(prefix="feeler-kill-db-") as folder:
            found = asyncio.run(run(f"sqlite:///{folder}/feeler.sqlite3"))
    took = time.monotonic() - begun
    what = f"{given.freeze} freezes" if given.freeze else "regular kills" if given.every else ""
    what = what or f"{given.kills} kills"
    print(f"{what}, {given.database}, {given.processes} processes, {took:.0f} s")
    print(found)
    for note in found.notes[:20]:
        print("  ", note)
    raise SystemExit(not found.clean)


if __name__ == "__main__":
    main()
