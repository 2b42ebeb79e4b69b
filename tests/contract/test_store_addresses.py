"""Whatever the data folder is called: the database is there, its owner's alone, backed up from there."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeler.errors import SettingsError, StoreError
from feeler.interview.values import Interview
from feeler.settings import load_settings
from feeler.store import open_store
from feeler.store.backup import back_up, restore
from tests.contract.test_store import talk

ODD = st.text(alphabet=list("#?%41&=;:@+~' \"\\$*[]ab.é雪😀\u202e\n"), min_size=1, max_size=12)
ANY = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)
NAMES = (ODD | ANY).filter(lambda name: name not in (".", ".."))


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


async def remember(address: str, identifier: str) -> None:
    store = await open_store(address, bot_id=7)
    await store.remember(5, talk(identifier))
    await store.close()


async def remembered(address: str) -> tuple[Interview, ...]:
    store = await open_store(address, bot_id=7)
    talks = await store.talks(5)
    await store.close()
    return talks


def address_of(data: Path) -> str:
    """As the settings make it from the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FEELER_DATABASE_URL", raising=False)
        patch.setenv("FEELER_DATA_DIR", str(data))
        return load_settings().database


@settings(max_examples=40, deadline=None)
@given(first=NAMES, second=NAMES)
@example(first="a#b", second="a#c")
@example(first="%41", second="A")
@example(first="what?", second="what")
@example(first="what?mode=memory", second='it\'s "here" ')
@example(first="Käse und 雪", second="+")
@example(first=":memory:", second="file:x")
def test_the_database_is_in_the_folder_that_was_named(first: str, second: str) -> None:
    with TemporaryDirectory() as name:
        one, two = Path(name, "1" + first), Path(name, "2" + second)
        copy = Path(name, "3" + first)
        asyncio.run(remember(address_of(one), "a" * 32))
        asyncio.run(remember(address_of(two), "b" * 32))
        for folder in (one, two):
            assert [each.name for each in folder.iterdir()] == ["feeler.sqlite3"]
            assert stat.S_IMODE((folder / "feeler.sqlite3").stat().st_mode) == 0o600
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        back_up(address_of(one), copy)
        assert set(Path(name).iterdir()) == {one, two, copy}
        asyncio.run(restore(address_of(two), copy))
        assert asyncio.run(remembered(address_of(two))) == (talk("a" * 32),)
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_path_that_begins_with_two_slashes_is_that_path(folder: Path) -> None:
    asyncio.run(remember(address_of(Path(f"/{folder}") / "data"), "a" * 32))
    assert (folder / "data" / "feeler.sqlite3").stat().st_size > 0


def test_a_relative_folder_is_one_of_the_working_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    asyncio.run(remember(address_of(Path("my #1 data")), "a" * 32))
    asyncio.run(remember("sqlite:///beside.sqlite3", "a" * 32))
    assert {each.name for each in folder.iterdir()} == {"my #1 data", "beside.sqlite3"}
    assert (folder / "my #1 data" / "feeler.sqlite3").stat().st_size > 0


@pytest.mark.parametrize("rest", ["", ":memory:", "/tmp/what?/feeler.sqlite3", "file:x?mode=memory&uri=true"])
async def test_an_address_that_means_no_certain_file_is_refused(rest: str) -> None:
    with pytest.raises(SettingsError, match="FEELER_DATABASE_URL"):
        await open_store(f"sqlite:///{rest}")


@pytest.mark.parametrize("rest", ["", "h:abc/d", "h:1,i:x/d", "h/d?nosuch=1", "[::1/d"])
async def test_an_address_of_no_server_is_refused_and_not_repeated(rest: str) -> None:
    with pytest.raises(SettingsError, match="FEELER_DATABASE_URL") as refused:
        await open_store(f"postgresql://{rest and f'ada:secret@{rest}'}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"", b"not a database at all" * 99])
def test_what_is_no_database_is_not_backed_up_as_one(folder: Path, content: bytes | None) -> None:
    path, copy = folder / "feeler.sqlite3", folder / "copy"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"feeler\.sqlite3"):
        back_up(address_of(folder), copy)
    assert not copy.exists()
    assert list(folder.glob("copy*")) == []
    assert path.exists() == (content is not None)
