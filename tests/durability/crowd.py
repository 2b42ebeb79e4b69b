"""People who write, processes that answer, and what came of it: the ground of all figures."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feeler.addresses import sqlite_path, sqlite_uri
from feeler.phone.server import BotApiServer
from feeler.telegram.delivery import AGAIN

CHILD = Path(__file__).with_name("child.py")
ROOMY = {  # limits are a figure of their own
    "FEELER_MAX_WAITING": "10000",
    "FEELER_MAX_QUEUE": "100000",
    "FEELER_MAX_TURNS_A_DAY": "1000000",
    "FEELER_MAX_TALKS": "1000",
}


class Processes:
    """The bot's processes: started, killed, ended."""

    def __init__(self, server: BotApiServer, folder: Path, database: str, **more: str) -> None:
        self.folder, self.database = folder, database
        self.log = folder / "generations"
        self.errors = folder / "stderr"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHILD.parents[2]),  # its desk is fed by the tests' reader
            "HOME": str(folder),
            "FEELER_BOT_TOKEN": server.token,
            "FEELER_API_BASE_URL": server.api_base_url,
            "FEELER_DATABASE_URL": database,
            "FEELER_DATA_DIR": str(folder),
            "FIGURES_LOG": str(self.log),
            **ROOMY,
            **more,
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, role: str = "all", **more: str) -> subprocess.Popen[bytes]:
        with self.errors.open("ab") as errors:
            process = subprocess.Popen(
                [sys.executable, str(CHILD), role],
                env=self.environment | more,
                cwd=self.folder,
                stderr=errors,
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def end_all(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def generations(self) -> list[tuple[int, float, int]]:
        """(update id, time, process) of everything that was generated, in order."""
        if not self.log.exists():
            return []
        lines = self.log.read_text().splitlines()
        return [(int(a), float(b), int(c)) for a, b, c in (line.split() for line in lines)]


@dataclass
class Findings:
    """What the people saw, in the end."""

    said: int = 0
    lost: int = 0
    out_of_order: int = 0
    unmarked_repeats: int = 0
    marked_repeats: int = 0
    heard_twice: int = 0  # the chat's own count went on by more than one: a turn was committed twice
    regenerated: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (
            self.lost or self.out_of_order or self.unmarked_repeats or self.heard_twice or self.regenerated
        )

    def __str__(self) -> str:
        return (
            f"{self.said} messages: {self.lost} lost, {self.out_of_order} out of order, "
            f"{self.unmarked_repeats} unmarked repeats, {self.marked_repeats} marked repeats, "
            f"{self.heard_twice} answered twice, {self.regenerated} generated again after being stored"
        )


class Crowd:
    """`people` chats. What each says is numbered, so that what was answered can be checked."""

    def __init__(self, server: BotApiServer, people: int, first: int = 5001) -> None:
        self.server = server
        self.users = [server.user(first + number, f"P{number}") for number in range(people)]
        self.said: Counter[int] = Counter()
        self._stored: set[int] = set()
        self._regenerated: set[int] = set()

    def say(self, user: Any) -> None:
        self.said[user.id] += 1
        user.say(f"n{self.said[user.id]}")

    def say_all(self, times: int = 1) -> None:
        for _ in range(times):
            for user in self.users:
                self.say(user)

    def answered(self, user: Any) -> int:
        """How many different messages of this person were answered."""
        return len({_number(shown.text) for shown in user.received})

    def missing(self) -> int:
        return sum(self.said[user.id] - self.answered(user) for user in self.users)

    async def until_answered(self, timeout: float) -> bool:  # noqa: ASYNC109
        """Wait until everything has an answer; False where that does not come."""
        end = time.monotonic() + timeout
        while self.missing():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.2)
        return True

    def note_stored(self, done: set[int], generations: list[tuple[int, float, int]], seen: int) -> int:
        """Check that nothing stored earlier was generated since; returns how much of the log was seen."""
        self._regenerated |= {
            update_id for update_id, _, _ in generations[seen:] if update_id in self._stored
        }
        self._stored |= done
        return len(generations)

    def findings(self) -> Findings:
        found = Findings(said=sum(self.said.values()), regenerated=len(self._regenerated))
        for user in self.users:
            expected, last_heard = 1, 0
            seen: set[int] = set()
            for shown in user.received:
                number, heard = _number(shown.text), _heard(shown.text)
                repeat = shown.text.startswith(AGAIN)
                if number in seen:
                    found.marked_repeats += repeat
                    found.unmarked_repeats += not repeat
                    if number != expected - 1:
                        found.out_of_order += 1
                        found.notes.append(f"{user.id}: {number} again after {expected - 1}")
                    continue
                if number != expected:
                    found.out_of_order += 1
                    found.notes.append(f"{user.id}: {number} where {expected} was due")
                if heard != last_heard + 1 and number == expected:
                    found.heard_twice += 1
                    found.notes.append(f"{user.id}: heard {heard} after {last_heard}")
                seen.add(number)
                expected, last_heard = number + 1, heard
            found.lost += self.said[user.id] - len(seen)
        return found


def _number(text: str) -> int:
    """17 in "↻ answer to n17 as 17"."""
    return int(text.removeprefix(AGAIN).split()[2].removeprefix("n"))


def _heard(text: str) -> int:
    return int(text.rsplit(" ", 1)[1])


def done_updates(database: str) -> set[int]:
    """The updates whose answer is stored, read past the bot."""
    query = "SELECT update_id FROM turn WHERE state <> 'new'"
    if database.startswith("sqlite"):
        import sqlite3

        path = sqlite_path(database)
        if not path.exists():
            return set()
        try:
            with sqlite3.connect(sqlite_uri(path, "ro"), uri=True, timeout=5) as connection:
                return {row[0] for row in connection.execute(query)}
        except sqlite3.OperationalError:
            return set()  # killed before the tables were there
    import psycopg

    try:
        with psycopg.connect(database) as postgres:
            return {row[0] for row in postgres.execute(query)}
    except psycopg.Error:
        return set()
