"""Short versions of the figures for durable turns; the full ones are scripts under tests/durability."""

import os
from pathlib import Path

import pytest
from tests.durability import figures
from tests.durability.kill import kill_at_random
from tests.durability.postgres import PostgresServer, find_postgres

needs_postgres = pytest.mark.skipif(
    find_postgres() is None, reason="no PostgreSQL server here; Debian: apt-get install postgresql"
)


@pytest.mark.slow
async def test_killing_the_bot_at_random_loses_and_reorders_nothing(tmp_path: Path) -> None:
    found = await kill_at_random(f"sqlite:///{tmp_path}/feeler.sqlite3", kills=4, people=8)
    assert found.said >= 8
    assert found.clean, found


@pytest.mark.slow
@pytest.mark.postgres
@needs_postgres
async def test_killing_one_of_three_processes_loses_and_reorders_nothing() -> None:
    with PostgresServer() as postgres:
        found = await kill_at_random(postgres.url, kills=3, people=8, processes=3)
    assert found.clean, found


async def test_a_response_that_never_comes_leads_to_one_marked_repeat(tmp_path: Path) -> None:
    found = await figures.dropped_responses(tmp_path, times=10)
    assert found.clean, found
    assert found.marked_repeats == 10


@pytest.mark.parametrize("kind", ["locked", "gone"])
async def test_a_database_that_is_away_for_a_while_loses_nothing(tmp_path: Path, kind: str) -> None:
    recovered, held, found = await figures.database_away(tmp_path, kind, seconds=3)
    assert found.clean, found
    assert held
    assert recovered < 30


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    try:
        disk = figures.SmallDisk(tmp_path / "db").__enter__()
    except Exception as error:
        pytest.skip(f"no small disk can be mounted here: {type(error).__name__}")
    try:
        recovered, held, found = await figures.database_away(tmp_path, "full", seconds=3)
    finally:
        figures.SmallDisk(disk).__exit__()
    assert found.clean, found
    assert held
    assert recovered < 30


@pytest.mark.slow
@pytest.mark.postgres
@needs_postgres
async def test_a_database_server_that_stops_for_a_while_loses_nothing(tmp_path: Path) -> None:
    with PostgresServer() as postgres:
        recovered, held, found = await figures.database_away(tmp_path, "stopped", 3, postgres)
    assert found.clean, found
    assert held
    assert recovered < 30


async def test_what_cannot_be_parsed_is_set_aside_and_the_next_message_is_answered(tmp_path: Path) -> None:
    slowest, quarantined = await figures.poison(tmp_path)
    assert quarantined == len(figures.POISON)
    assert slowest < 5


@pytest.mark.slow
@pytest.mark.postgres
@needs_postgres
async def test_one_update_through_three_receivers_is_answered_once(tmp_path: Path) -> None:
    with PostgresServer() as postgres:
        rows, answers, strangers = await figures.webhooks(tmp_path, postgres, times=30)
    assert (rows, answers, strangers) == (1, 1, 0)


@pytest.mark.slow
async def test_flood_control_in_one_chat_slows_no_other(tmp_path: Path) -> None:
    without, with_it, early = await figures.flood_in_one_chat(tmp_path, rounds=4)
    assert early == 0
    assert with_it < without * 1.5 + 0.1  # few samples on a busy machine; the full figure is a script


@pytest.mark.slow
async def test_nobody_is_sent_more_than_telegram_allows(tmp_path: Path) -> None:
    sends, overall, in_one_chat, _ = await figures.rates(tmp_path, people=40, each=3)
    assert sends == 120
    assert overall <= 30
    assert in_one_chat == 1


async def test_ended_in_mid_generation_the_turn_is_answered_after_the_restart(tmp_path: Path) -> None:
    seconds, found = await figures.ended_in_mid_generation(tmp_path)
    assert seconds < 10
    assert found.clean, found
