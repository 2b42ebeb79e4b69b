"""Who may come in: the page's own requests, and phones that typed the code; nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from feeler.phone.doors import new_pairing_code
from feeler.phone.server import BotApiServer

ADA = 1001
CODE = "204816"


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(rates=None) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "evil.example"}, 403),  # a name that was made to point here
        ({"Host": "localhost.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_requests_from_elsewhere_are_turned_away(
    server: BotApiServer, session: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    for path in ("", "phone/people", f"bot{server.token}/getMe"):
        async with session.get(server.page_url + path, headers=headers) as response:
            assert response.status == status


async def test_a_form_from_elsewhere_cannot_send(
    server: BotApiServer, session: aiohttp.ClientSession
) -> None:
    url = f"{server.page_url}phone/{ADA}/send"
    async with session.post(url, data={"text": "hi"}) as response:
        assert response.status == 415
    async with session.post(url, json={"text": "hi"}, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    assert server.user(ADA).chat == []


async def test_a_text_is_taken_once_however_often_it_is_sent(
    server: BotApiServer, session: aiohttp.ClientSession
) -> None:
    for _ in range(3):
        async with session.post(
            f"{server.page_url}phone/{ADA}/send", json={"text": "hi", "key": "k1"}
        ) as response:
            assert response.status == 200
    async with session.post(f"{server.page_url}phone/{ADA}/send", json={"text": "  "}) as response:
        assert response.status == 400
    assert [message.text for message in server.user(ADA).chat] == ["hi"]


async def test_the_page_allows_only_its_own_resources(
    server: BotApiServer, session: aiohttp.ClientSession
) -> None:
    async with session.get(server.page_url) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        text = await response.text()
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
    for name in ("..%2Fserver.py", "server.py", "nothing.js"):
        async with session.get(f"{server.page_url}page/{name}") as response:
            assert response.status == 404


async def test_a_document_of_the_bots_opens_without_any_rights(
    server: BotApiServer, session: aiohttp.ClientSession
) -> None:
    ada = server.user(ADA)
    served = {
        "debrief.html": ("text/html", "text/html"),
        "notes.md": ("text/markdown", "text/plain"),
        "evil.svg": ("image/svg+xml", "application/octet-stream"),
        "debrief.pdf": ("application/pdf", "application/pdf"),
    }
    for name, (sent, expected) in served.items():
        message = ada.document(name, b"<script>alert(1)</script>", sent)
        async with session.get(f"{server.page_url}phone/{ADA}/file/{message.id}") as response:
            assert response.content_type == expected
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            if expected == "text/html":
                assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
            opens = expected != "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("inline" if opens else "attachment")


@pytest.fixture
async def lan(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotApiServer]:
    """A stand-in that takes everybody for a stranger from the network."""
    monkeypatch.setattr("feeler.phone.doors._is_loopback", lambda address: False)
    async with BotApiServer(rates=None, pairing_code=CODE) as server:
        yield server


async def test_a_phone_in_the_network_needs_the_code(
    lan: BotApiServer, session: aiohttp.ClientSession
) -> None:
    people = f"{lan.page_url}phone/people"
    async with session.get(people) as response:
        assert response.status == 401
    async with session.get(lan.page_url) as response:
        assert response.url.path == "/pair"
    async with session.post(f"{lan.page_url}pair", data={"code": "000000"}) as response:
        assert response.url.query.get("wrong")
    async with session.post(f"{lan.page_url}pair", data={"code": f" {CODE} "}) as response:
        assert response.url.path == "/"
    async with session.get(people) as response:
        assert response.status == 200
    async with session.get(f"{lan.api_base_url}{lan.token}/getMe") as response:
        assert response.status == 403  # the Bot API stays on this machine


async def test_after_five_wrong_codes_even_the_right_one_waits(
    lan: BotApiServer, session: aiohttp.ClientSession
) -> None:
    for _ in range(5):
        await session.post(f"{lan.page_url}pair", data={"code": "111111"})
    async with session.post(f"{lan.page_url}pair", data={"code": CODE}) as response:
        assert response.url.query.get("wrong")


async def test_a_paired_phone_stays_paired_over_a_restart(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("feeler.phone.doors._is_loopback", lambda address: False)
    state = tmp_path / "phone.sqlite3"
    async with BotApiServer(state=state, pairing_code=CODE) as server:
        await session.post(f"{server.page_url}pair", data={"code": CODE})
    async with (
        BotApiServer(state=state, pairing_code="999999") as server,
        session.get(f"{server.page_url}phone/people") as response,
    ):
        assert response.status == 200


def test_codes_are_six_digits() -> None:
    assert all(len(code) == 6 and code.isdigit() for code in (new_pairing_code() for _ in range(50)))
