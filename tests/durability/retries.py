"""Kill -9 at random points while people have moments again: nothing said is lost, and nothing is there twice.

python -m tests.durability.retries --kills 50
python -m tests.durability.retries --kills 50 --database postgres
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from feeler.interview.branches import TRIES, anew
from feeler.interview.values import Interview, Speaker
from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown
from feeler.store import open_store
from feeler.telegram.delivery import AGAIN
from tests.durability.crowd import Processes
from tests.durability.postgres import PostgresServer

LEASE = 4.0
PATIENCE = 90.0  # seconds for one answer, restarts included
STORY = "I rebuilt the oven in one night, and that was the {number}th story of mine."


class Person:
    """Somebody who talks, ends, and has the first two moments again three times each; over and over."""

    def __init__(self, user: PhoneUser) -> None:
        self.user = user
        self.said: list[str] = []
        self.repeats = 0  # answers that came a second time without the mark of a repeat
        self.open = 0  # what was never answered

    async def go_on(self) -> None:
        while True:
            for text, wanted in self._script():
                asked = self.user.say(text)
                try:
                    await self.user.wait_for(_saying(wanted), PATIENCE, after=asked)
                except TimeoutError:
                    self.open += 1

    def _script(self) -> Iterator[tuple[str, str]]:
        yield "/new emil", "story"
        for _ in range(3):
            yield self._story(), ""
        for line in (2, 4):
            for _ in range(TRIES):
                yield f"/retry {line}", f"Line {line} again"
                yield self._story(), "both ways"
        yield "/retry 4", "three tries"

    def _story(self) -> str:
        self.said.append(STORY.format(number=len(self.said) + 1))
        return self.said[-1]


def _saying(words: str):  # type: ignore[no-untyped-def]
    def fits(message: Shown) -> bool:
        return bool(message.text) and words in message.text

    return fits


@asynccontextmanager
async def practising(
    database: str, people: int
) -> AsyncIterator[tuple[BotApiServer, Processes, list[Person]]]:
    """People who practise, and the bot that answers them."""
    with tempfile.TemporaryDirectory(prefix="feeler-retries-") as folder:
        async with BotApiServer() as server:
            more = {
                "FEELER_LEASE_SECONDS": str(LEASE),
                "FIGURES_TALKS": "1",
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            }
            bots = Processes(server, Path(folder), database, **more)
            bots.start()
            try:
                yield server, bots, [Person(server.user(5001 + at, f"P{at}")) for at in range(people)]
            finally:
                bots.end_all()


async def kill_at_random(database: str, *, kills: int, people: int, seed: int) -> tuple[Counter[str], int]:
    """What is wrong in the end, by kind, and how many messages were said."""
    chance = random.Random(seed)
    wrong: Counter[str] = Counter()
    async with practising(database, people) as (server, bots, crowd):
        going = [asyncio.create_task(person.go_on()) for person in crowd]
        for number in range(kills):
            if chance.random() >= 0.2:  # a fifth of the kills come while it starts
                await _until_it_polls(server)
            await asyncio.sleep(chance.uniform(0.0, 4.0))
            bots.kill(bots.running[0])
            bots.start()
            if number % 10 == 9:
                print(f"{number + 1} kills, {sum(len(one.said) for one in crowd)} said", flush=True)
        await asyncio.sleep(20)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        await asyncio.sleep(10)  # what was said last is answered
    store = await open_store(database, bot_id=int(server.token.partition(":")[0]))
    for person in crowd:
        wrong += _checked(person, await _talks(store, person.user.id))
    await store.close()
    return wrong, sum(len(person.said) for person in crowd)


async def _until_it_polls(server: BotApiServer) -> None:
    """Wait for the next poll that comes: on a busy machine a start takes seconds."""
    before = len(server.log.of("getUpdates"))
    end = time.monotonic() + PATIENCE
    while len(server.log.of("getUpdates")) == before and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _talks(store, chat_id: int) -> tuple[Interview, ...]:  # type: ignore[no-untyped-def]
    return await store.talks(chat_id)  # type: ignore[no-any-return]


def _checked(person: Person, talks: tuple[Interview, ...]) -> Counter[str]:
    wrong: Counter[str] = Counter(unanswered=person.open)
    stored: Counter[str] = Counter()
    for talk in talks:
        first = talk.branch.line if talk.branch else 0
        own = [line for line in talk.lines if line.speaker is Speaker.CANDIDATE and line.number >= first]
        stored.update(line.text for line in own)
    wrong["lost"] = sum(not stored[text] for text in person.said)
    wrong["twice"] = sum(stored[text] > 1 for text in person.said)
    numbers = Counter((one.branch.of, one.branch.line, one.branch.number) for one in talks if one.branch)
    wrong["two branches of one number"] = sum(many > 1 for many in numbers.values())
    wrong["more than three tries"] = sum(one.branch.number > TRIES for one in talks if one.branch)
    wrong["branches without a word"] = max(0, sum(anew(one) is None for one in talks if one.branch) - 1)
    heard = Counter(one.text for one in person.user.received if "both ways" in one.text)
    wrong["unmarked repeats"] = sum(many - 1 for text, many in heard.items() if not text.startswith(AGAIN))
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()

    async def run(database: str) -> tuple[Counter[str], int]:
        return await kill_at_random(database, kills=given.kills, people=given.people, seed=given.seed)

    if given.database == "postgres":
        with PostgresServer() as server:
            wrong, said = asyncio.run(run(server.url))
    else:
        with tempfile.TemporaryDirectory(prefix="feeler-retries-db-") as folder:
            wrong, said = asyncio.run(run(f"sqlite:///{folder}/feeler.sqlite3"))
    print(f"{given.kills} kills, {given.database}, {said} messages, {time.monotonic() - begun:.0f} s")
    print(dict(wrong))
    raise SystemExit(any(wrong.values()))


if __name__ == "__main__":
    main()
