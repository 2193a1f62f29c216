"""`python -m deskphone compare`, against a second deskphone whose responses are changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from deskphone.compare.command import (
    CompareError,
    Logins,
    Options,
    compare,
    compare_saved,
    main,
)
from deskphone.compare.exchanges import Exchange, Request, Response
from deskphone.compare.forms import form_of
from deskphone.compare.local import OWN, OWN_TEST, seeded
from deskphone.compare.saving import read, saved
from deskphone.values import AUTH_TOKEN

LOGINS = Logins(OWN, OWN_TEST)
Change = Callable[[str, dict[str, Any]], None]


@asynccontextmanager
async def changed(url: str, session: aiohttp.ClientSession, change: Change) -> AsyncGenerator[str]:
    """Serve another service's responses, changed; yield the URL."""

    async def forward(request: web.Request) -> web.Response:
        headers = {"Authorization": request.headers.get("Authorization", "")}
        headers["Content-Type"] = request.headers.get("Content-Type", "")
        body = await request.read()
        target = f"{url}{request.path_qs}"
        async with session.request(request.method, target, data=body, headers=headers) as response:
            try:
                content = await response.json(content_type=None)
            except ValueError:
                return web.Response(status=404)
            if isinstance(content, dict):
                change(request.path, content)
            return web.json_response(content, status=response.status)

    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", forward)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def compared(change: Change) -> tuple[list[Exchange], list[str]]:
    """Compare with a second deskphone; headers that differ are left out."""

    async def run() -> tuple[list[Exchange], list[str]]:
        async with (
            aiohttp.ClientSession() as session,
            seeded(session) as theirs,
            changed(theirs, session, change) as url,
        ):
            return await compare(Options(url, None, with_deskphone=True), LOGINS)

    return asyncio.run(run())


def nothing(path: str, body: dict[str, Any]) -> None:
    """Change nothing."""


def test_the_same_service_has_no_differences() -> None:
    exchanges, found = compared(nothing)

    assert found == []
    assert len(exchanges) > 35


@pytest.mark.parametrize(
    ("member", "value", "what"),
    [
        ("annotation2", None, "no member"),
        ("price", "-0.007500", "price is never text -0.000000"),
        ("date_sent", "2026-01-01T00:00:00Z", "date_sent is never date of ISO 8601"),
    ],
)
def test_a_changed_row_is_reported(member: str, value: object, what: str) -> None:
    def change(path: str, body: dict[str, Any]) -> None:
        for row in body.get("messages", []):
            row[member] = value

    _, found = compared(change)

    assert any("GET Messages.json" in line and what in line for line in found)
    assert all("Messages.json" in line for line in found)


def test_a_changed_error_is_reported() -> None:
    def change(path: str, body: dict[str, Any]) -> None:
        if body.get("code") == 21211:
            body.update(code=21212, message="Another sentence")

    _, found = compared(change)

    assert {line.partition(": ")[2].split()[0] for line in found} == {"code", "message"}


def test_a_deskphone_is_refused_unless_asked_for() -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as session, seeded(session) as url:
            await compare(Options(url, None, with_deskphone=False), LOGINS)

    with pytest.raises(CompareError, match="deskphone"):
        asyncio.run(run())


def test_only_gets_are_made_with_the_accounts_own_login() -> None:
    asked: list[tuple[str, bool]] = []

    def change(path: str, body: dict[str, Any]) -> None:
        asked.append((path, OWN.account in path))

    exchanges, _ = compared(change)

    posts = [one.request for one in exchanges if one.request.form]
    with_test_login = sum(not is_own for _, is_own in asked)
    assert len(posts) == with_test_login > 10


def test_a_saved_file_can_be_read_again_and_has_nothing_personal(tmp_path: Path) -> None:
    exchanges, _ = compared(nothing)
    text = {"sid": "SM" + "a1" * 16, "to": "+48221234567", "body": "My code is 123456"}
    more = {"friendly_name": "Ada", "sms_url": "https://ada.example/x", "num_segments": "1"}
    uri = f"/2010-04-01/Accounts/AC{'b2' * 16}/Messages/{text['sid']}.json"
    error = {"code": 21211, "message": "Invalid 'To' Phone Number: 4822123XXXX"}
    row = Response(200, ["content-type"], {**text, **more, "uri": uri, "otp": "654321", **error})
    file = tmp_path / "answers.json"

    file.write_text(saved([*exchanges, Exchange(Request("Messages.json"), row)]), "utf-8")

    again = read(file)
    assert [one.request.name for one in again[:-1]] == [one.request.name for one in exchanges]
    body = again[-1].response.body
    assert {
        name: form_of(value) for name, value in body.items() if name not in ("otp", "body")
    } == {name: form_of(value) for name, value in row.body.items() if name not in ("otp", "body")}
    kept = json.dumps(body)
    secrets = ("a1a1", "b2b2", "4822123", "123456", "654321", "Ada", "ada.example")
    assert [one for one in secrets if one in kept] == []
    assert str(body["sid"]) in str(body["uri"])


@pytest.mark.parametrize("member", ["", "annotation2"])
def test_a_saved_file_is_compared_like_the_account(tmp_path: Path, member: str) -> None:
    def change(path: str, body: dict[str, Any]) -> None:
        for row in body.get("messages", []):
            if member:
                row[member] = None

    exchanges, found = compared(change)
    file = tmp_path / "report.json"
    file.write_text(saved(exchanges), "utf-8")

    assert asyncio.run(compare_saved(read(file))) == found
    assert bool(found) == bool(member)


def test_another_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.json"
    file.write_text("[]")

    assert main(["--from", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, place = tmp_path / "none.json", tmp_path / "missing" / "file.json"
    file.write_text(saved([]))

    assert main(["--from", str(file), "--save", str(place)]) == 2
    assert str(place) in capsys.readouterr().err


def test_without_credentials_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY_SID"):
        monkeypatch.delenv(name, raising=False)

    assert main([]) == 2
    assert "TWILIO_ACCOUNT_SID" in capsys.readouterr().err


def test_a_refused_login_is_an_error() -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as session, seeded(session) as url:
            wrong = LOGINS._replace(live=OWN._replace(password=AUTH_TOKEN[:-1] + "1"))
            await compare(Options(url, None, with_deskphone=True), wrong)

    with pytest.raises(CompareError, match="refuses"):
        asyncio.run(run())
