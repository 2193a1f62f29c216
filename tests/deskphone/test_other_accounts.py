"""Requests with the credentials of a real account: refused, and explained by an alert."""

import pytest
from aiohttp import encode_basic_auth

from deskphone.values import ACCOUNT_SID, API_KEY_SID
from tests.deskphone.in_process import World, in_process


def alerts_after(user: str) -> list[int | None]:
    """Return the codes of the alerts after a request with a wrong password."""
    codes: list[int | None] = []

    async def use(world: World) -> None:
        headers = {"Authorization": encode_basic_auth(user, "wrong")}
        path = f"/2010-04-01/Accounts/{user}/Messages.json"
        async with world.http.get(path, headers=headers) as response:
            assert response.status == 401
        codes.extend(world.alerts())

    in_process(use)
    return codes


@pytest.mark.parametrize("user", ["AC" + "f" * 32, "SK" + "f" * 32])
def test_another_account_raises_an_alert(user: str) -> None:
    assert alerts_after(user) == [20003]


@pytest.mark.parametrize("user", [ACCOUNT_SID, API_KEY_SID, "someone", ""])
def test_wrong_password_of_the_own_account_raises_none(user: str) -> None:
    assert alerts_after(user) == []
