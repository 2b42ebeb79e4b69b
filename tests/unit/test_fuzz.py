"""Strange input of every kind: nothing but our own errors may come of it.

Quick here; the full figure is 10,000 cases each: `FUZZ_CASES=10000 pytest tests/unit/test_fuzz.py`.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Update
from tests.readers import FedReader

from feeler.coach.files import read_talk
from feeler.coach.findings import findings
from feeler.coach.rendering import render as render_debrief
from feeler.compose import build_desk, build_library
from feeler.errors import FeelerError
from feeler.interview.values import Interview, Speaker
from feeler.llm.cards import read_card as read_model_card
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.card_file import read_card
from feeler.personas.cards import import_card
from feeler.personas.files import read_company, read_persona
from feeler.personas.library import Library, shipped_prompts
from feeler.settings import Settings, load_settings
from feeler.store import Store, open_store
from feeler.telegram.handlers import dispatch
from feeler.telegram.inbox import read_updates
from feeler.telegram.limits import Limits, judging
from feeler.telegram.parts import whole
from feeler.telegram.rendering import render
from feeler.usecases.commands import COMMANDS
from feeler.usecases.desk import Desk
from feeler.usecases.values import Chat

QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
cases = settings(
    max_examples=int(os.environ.get("FUZZ_CASES", "40")), deadline=None, suppress_health_check=QUIET
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


class NoArchive:
    """Nothing is stored yet."""

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        return ()

    async def unreadable(self, chat_id: int) -> dict[str, datetime]:
        return {}

    async def everything(self, chat_id: int) -> dict[str, Any]:
        return {}


@cache
def library() -> Library:
    return build_library(Settings(_env_file=None))


@cache
def desk() -> Desk:
    return build_desk(Settings(_env_file=None), library(), ScriptedEngine(), NoArchive(), FedReader())


@pytest.fixture(scope="module")
def store(loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("fuzz") / "feeler.sqlite3"
    store = loop.run_until_complete(open_store(f"sqlite:///{path}", bot_id=7))
    yield store
    loop.run_until_complete(store.close())


PRIVATE = Limits(
    allowed=frozenset({5}), code="open-sesame", waiting=5, waiting_overall=100, turns_a_day=50, talks=8
)
HALVES = st.text(st.characters(exclude_categories=()), max_size=40)  # JSON can hold half of an emoji
CHAT = st.fixed_dictionaries(
    {"id": st.just(5) | st.integers(), "type": st.sampled_from(["private", "group", "channel", "supergroup"])}
)
USER = st.fixed_dictionaries({"id": st.just(5), "is_bot": st.booleans(), "first_name": st.text(max_size=20)})
MESSAGE = st.fixed_dictionaries(
    {"message_id": st.integers(1, 10**9), "date": st.integers(0, 2**33), "chat": CHAT},
    optional={
        "from": USER,
        "text": st.text(max_size=300) | HALVES | st.sampled_from([f"/{it.name}" for it in COMMANDS]),
        "caption": st.text(max_size=50),
        "entities": st.lists(ANYTHING, max_size=2),
        "sticker": ANYTHING,
        "photo": ANYTHING,
        "voice": ANYTHING,
        "forward_origin": ANYTHING,
        "pinned_message": ANYTHING,
        "new_chat_members": st.lists(USER, max_size=2),
    },
)
UPDATE = st.fixed_dictionaries(
    {"update_id": st.integers(0, 2**40)},
    optional={
        "message": MESSAGE | ANYTHING,
        "edited_message": MESSAGE,
        "callback_query": st.fixed_dictionaries(
            {"id": st.text(max_size=9), "from": USER, "chat_instance": st.just("1")},
            optional={"data": st.text(max_size=64), "message": MESSAGE},
        ),
        "something_new": ANYTHING,
    },
)


@cases
@given(UPDATE | ANYTHING | st.lists(UPDATE, max_size=3))
def test_updates(loop: asyncio.AbstractEventLoop, store: Store, raw: object) -> None:
    """Whatever arrives is stored; what the library can parse is answered, and the answer can be sent."""
    found = read_updates(raw)
    loop.run_until_complete(store.inbox.accept(found, judging(PRIVATE, lambda: 1.0)))
    for incoming in found:
        try:
            update = Update.de_json(json.loads(incoming.body), None)
        except Exception:
            continue  # the worker sets it aside: see the tests of its own
        outcome = loop.run_until_complete(dispatch(update, Chat(chat_id=5), desk(), None, NOW))
        for reply in outcome.replies:
            json.dumps([call.params for call in render(reply)])


WRITTEN = st.text(st.characters(categories=["L", "N", "P"]), max_size=60).map(
    lambda it: f"I mend bridges {it}"
)
WITH = st.fixed_dictionaries(
    {},
    optional={
        "edit_date": st.integers(0, 2**31),
        "message_thread_id": st.integers(1, 2**31),
        "is_topic_message": st.booleans(),
        "via_bot": USER,
        "sender_business_bot": USER,
        "media_group_id": st.text(max_size=9),
        "has_protected_content": st.booleans(),
        "paid_star_count": st.integers(0, 9),
        "effect_id": st.text(max_size=9),
        "something_new": ANYTHING,
    },
)
PICTURE = {"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}


@cases
@given(WRITTEN, WITH, st.booleans(), st.integers(1, 2**40))
def test_what_is_written_is_heard_once(
    loop: asyncio.AbstractEventLoop, text: str, more: dict[str, Any], captioned: bool, number: int
) -> None:
    """Whatever else a private message holds, its words become one line of the talk."""
    content = {"caption": text, "photo": [PICTURE]} if captioned else {"text": text}
    about = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}
    sender = {"id": 5, "is_bot": False, "first_name": "D"}
    [found] = read_updates({"update_id": number, "message": about | more | content | {"from": sender}})
    assert found.heard
    update = Update.de_json(whole(json.loads(found.body)), None)
    outcome = loop.run_until_complete(dispatch(update, Chat(chat_id=5), desk(), None, NOW))
    assert outcome.chat.interview is not None
    said = [line.text for line in outcome.chat.interview.lines if line.speaker is Speaker.CANDIDATE]
    assert said == [text]


LINE = st.text(max_size=300) | st.builds(
    "/{}{}{}".format,
    st.sampled_from([it.name for it in COMMANDS]) | st.text(max_size=12),
    st.sampled_from(["", " ", "@feeler_bot ", "  \n"]),
    st.text(max_size=40) | st.sampled_from(["mira", "json", "pdf", "growth", "yes", "hard"]),
)


@cases
@given(st.lists(LINE, min_size=1, max_size=6))
def test_commands(loop: asyncio.AbstractEventLoop, lines: list[str]) -> None:
    """A whole chat of odd things said and commanded."""

    async def talk() -> None:
        chat, own = Chat(chat_id=5), desk()
        for line in lines:
            outcome = await own.hear(chat, line, None, NOW)
            if outcome.errand:
                outcome = await own.run(outcome.chat, outcome.errand, None, NOW)
            chat = outcome.chat
            for reply in outcome.replies:
                json.dumps([call.params for call in render(reply)])

    loop.run_until_complete(talk())


@cache
def _shipped(kind: str) -> tuple[str, ...]:
    files = sorted((shipped_prompts() / kind).glob("*.*"))
    return tuple(file.read_text(encoding="utf-8") for file in files)


@st.composite
def damaged(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """A good file with something cut out, put in or swapped; or no file at all."""
    if draw(st.booleans()) and draw(st.booleans()):
        return draw(st.text(max_size=300))
    text = draw(st.sampled_from(texts))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 120)))
    return (
        text[:start]
        + draw(st.text(max_size=20) | st.sampled_from(["---", ": [", "\x00", "!!", "&a *a"]))
        + text[end:]
    )


@cases
@given(st.data())
def test_persona_files(data: st.DataObject) -> None:
    """A damaged persona or company is read or has its problems named."""
    persona, problems = read_persona(data.draw(damaged(_shipped("personas"))), "some", "some.md")
    assert persona or problems
    company, problems = read_company(data.draw(damaged(_shipped("companies"))), "some", "some.yaml")
    assert company or problems


@cases
@given(
    st.binary(max_size=400)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {},
        optional={
            "spec": st.sampled_from(["chara_card_v2", "chara_card_v3", "x"]),
            "data": st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "description",
                        "personality",
                        "first_mes",
                        "mes_example",
                        "extensions",
                        "character_book",
                        "tags",
                        "scenario",
                    ]
                ),
                ANYTHING,
            ),
        },
    ).map(lambda value: json.dumps(value).encode())
)
def test_character_cards(content: bytes) -> None:
    """A foreign card is imported or refused with a reason."""
    with suppress(FeelerError):
        import_card(read_card(content), company="brandl")


@cases
@given(st.data())
def test_model_cards(data: st.DataObject) -> None:
    """A damaged model card is read or refused with a reason."""
    from feeler.llm.cards import shipped_models

    texts = tuple(file.read_text() for file in sorted(shipped_models().glob("*.toml")))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.toml"
        file.write_text(data.draw(damaged(texts)), encoding="utf-8", errors="replace")
        with suppress(FeelerError):
            read_model_card(file)


TALK = json.dumps(
    {
        "interview": "a" * 32,
        "turn": 1,
        "speaker": "candidate",
        "persona": "nadia",
        "phase": "story",
        "text": "I once repaired a roof in a storm. What does a day look like?",
    }
)


@cases
@given(
    damaged((TALK, TALK + "\n" + TALK.replace("candidate", "company"), "[" + TALK + "]"))
    | st.lists(ANYTHING, max_size=3).map(lambda lines: "\n".join(json.dumps(line) for line in lines))
)
def test_transcripts(text: str) -> None:
    """A damaged transcript is debriefed or refused with a reason."""
    with suppress(FeelerError):
        debrief = findings(read_talk(text, library(), "talk.json"), library())
        for kind in ("text", "json", "md"):
            render_debrief(debrief, kind)


NAMES = sorted(f"FEELER_{name.upper()}" for name in Settings.model_fields)


@cases
@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30) | st.integers().map(str), max_size=4))
def test_settings(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """Any environment is a set of settings, or one line that names the variable."""
    with monkeypatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        patched.chdir(folder)
        for name, value in values.items():
            with suppress(ValueError, UnicodeError):  # what the system itself refuses in an environment
                os.fsencode(value)
                patched.setenv(name, value)
        words = "FEELER_"
        try:
            load_settings()
        except FeelerError as error:
            words = str(error)
        assert words.startswith("FEELER_")
        assert "\n" not in words
