"""A real PostgreSQL server on loopback, in a folder of its own, run by a user that is not root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

USERS = ("postgres", "nobody")


def find_postgres() -> Path | None:
    """The folder of the newest server's programs, or None."""
    on_path = shutil.which("postgres")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgresServer:
    """`with PostgresServer() as server:` serves until the block ends; `server.url` is the database."""

    def __init__(self) -> None:
        programs = find_postgres()
        if programs is None:
            raise FileNotFoundError("no PostgreSQL server here; Debian: apt-get install postgresql")
        self._programs = programs
        self._user = _somebody_else() if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="feeler-postgres-", dir="/tmp"))
        self.data = self.folder / "data"
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"postgresql://feeler@127.0.0.1:{self.port}/feeler"

    def start(self) -> None:
        self._ctl("start", "-w", "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """Cut every connection and go."""
        self._ctl("stop", "-m", "immediate", "-w")

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "feeler", name)
        return self.url.removesuffix("feeler") + name

    def __enter__(self) -> "PostgresServer":
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", str(self.data), "-U", "feeler", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "feeler", "feeler")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _ctl(self, action: str, *more: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c max_connections=120"
        start = ("-o", options) if action == "start" else ()
        self._run("pg_ctl", "-D", str(self.data), action, *more, *start)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if self._user:
            command = ["runuser", "-u", self._user, "--", *command]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()[-400:]}")


def _somebody_else() -> str:
    """PostgreSQL refuses to run as root."""
    for name in USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise FileNotFoundError("no user to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
