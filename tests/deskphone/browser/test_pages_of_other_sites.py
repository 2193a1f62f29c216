"""What pages of other sites may use: the shim and the sounds; local ones also the signaling."""

import io
import wave
from collections.abc import Mapping

import pytest
from aiohttp import WSServerHandshakeError

from tests.deskphone.browser.softphone import Exchange, Softphone, token, with_browsers

OTHERS: tuple[Mapping[str, str], ...] = (
    {"Origin": "http://localhost:5500", "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"},
)
SOUNDS = (
    "incoming", "outgoing", "disconnect", "cowbell", "dtmf-star", "dtmf-hash",
    *(f"dtmf-{digit}" for digit in range(10)),
)  # fmt: skip


@pytest.mark.parametrize(
    "origin", ["http://localhost:5500", "https://127.0.0.1:8443", "http://[::1]:3000"]
)
def test_a_page_of_this_machine_can_connect_a_device(origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-site"}

    async def use(line: Exchange) -> None:
        socket = await line.world.http.ws_connect("/signal", headers=headers)
        phone = Softphone(line.world, socket)
        await phone.listen(token("alice"))
        await phone.next("connected")

    with_browsers(use)


@pytest.mark.parametrize(
    "origin", ["https://example.com", "http://localhost.example.com", "null", "http://[", ""]
)
def test_a_page_on_the_internet_cannot_connect_a_device(origin: str) -> None:
    async def use(line: Exchange) -> None:
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        with pytest.raises(WSServerHandshakeError) as refused:
            await line.world.http.ws_connect("/signal", headers=headers)

        assert refused.value.status == 403

    with_browsers(use)


@pytest.mark.parametrize("headers", OTHERS)
@pytest.mark.parametrize("path", ["/voice-shim.js", "/sounds/1.0.0/incoming.mp3?cache=2.18.5"])
def test_a_page_of_another_site_can_load(path: str, headers: Mapping[str, str]) -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get(path, headers=headers) as response:
            assert response.status == 200
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    with_browsers(use)


@pytest.mark.parametrize("headers", OTHERS)
@pytest.mark.parametrize(
    "path",
    ["/", "/events", "/emulator/faults", "/signal/", "/voice-shim.js/", "/sounds", "/signal%2f"],
)
def test_a_page_of_another_site_can_load_nothing_else(
    path: str, headers: Mapping[str, str]
) -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get(path, headers=headers) as response:
            assert response.status == 403

    with_browsers(use)


@pytest.mark.parametrize("path", ["/signal", "/voice-shim.js", "/sounds/incoming.mp3"])
def test_another_host_name_is_refused(path: str) -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get(path, headers={"Host": "example.com"}) as response:
            assert response.status == 403

    with_browsers(use)


def test_chromium_may_ask_before_it_loads_from_this_machine() -> None:
    async def use(line: Exchange) -> None:
        headers = {
            "Origin": "https://example.com",
            "Access-Control-Request-Private-Network": "true",
        }
        path = "/sounds/1.0.0/incoming.mp3"
        async with line.world.http.options(path, headers=headers) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Private-Network"] == "true"

    with_browsers(use)


@pytest.mark.parametrize("name", SOUNDS)
def test_each_sound_of_the_sdk_can_be_heard(name: str) -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get(f"/sounds/1.0.0/{name}.mp3") as response:
            content = await response.read()

        with wave.open(io.BytesIO(content)) as sound:
            assert 0.1 <= sound.getnframes() / sound.getframerate() <= 20
            assert any(sound.readframes(sound.getnframes()))

    with_browsers(use)


@pytest.mark.parametrize("name", ["nothing", "dtmf-x", "dtmf-", "dtmf", "..%2fx"])
def test_an_unknown_sound_is_not_found(name: str) -> None:
    async def use(line: Exchange) -> None:
        async with line.world.http.get(f"/sounds/1.0.0/{name}.mp3") as response:
            assert response.status == 404

    with_browsers(use)
