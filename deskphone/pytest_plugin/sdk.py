"""Twilio's SDK for Python, if it is installed, and the environment variables of all SDKs.

This is the only module that looks the SDK up.
"""

import importlib
import importlib.util
import os
import re
from collections.abc import Mapping
from typing import Any

import pytest

from deskphone.ports import LOOPBACK
from deskphone.values import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    AUTH_TOKEN,
    LINE,
    TEST_ACCOUNT_SID,
)

PACKAGE = "twilio"
HOST = re.compile(r"https://(?P<product>[a-z-]+)(?:\.[a-z0-9-]+)*\.twilio\.com(?=/|$)")
ACCOUNT = re.compile(r"(?<=/Accounts/)AC[0-9A-Za-z]+")
OWN_USERS = frozenset({ACCOUNT_SID, API_KEY_SID, TEST_ACCOUNT_SID})
OWN_ACCOUNTS = frozenset({ACCOUNT_SID, TEST_ACCOUNT_SID})
WITHOUT_PREFIX = frozenset({"api", "accounts"})
"""The products that the emulator has, by the path alone."""
VARIABLES: Mapping[str, str] = {
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    "TWILIO_API_KEY": API_KEY_SID,
    "TWILIO_API_SECRET": API_KEY_SECRET,
    "TWILIO_PHONE_NUMBER": LINE,
}
TOO_OLD = (
    "The installed twilio package can't be pointed at the emulator. Update it to 8.3 or newer, or "
    "set `deskphone_twilio = off` in pytest's options."
)
NEEDLESS = ("TWILIO_REGION", "TWILIO_EDGE")
"""They only choose another of Twilio's hosts."""


def set_variables(patch: pytest.MonkeyPatch, url: str) -> dict[str, str]:
    """Set the variables that SDKs and apps read, and keep proxies out. Return what was set.

    `url` is the emulator's.
    """
    bypassed = os.environ.get("NO_PROXY", "").split(",")
    if LOOPBACK not in bypassed:
        bypassed = [*filter(None, bypassed), LOOPBACK]
    variables = {**VARIABLES, "DESKPHONE_URL": url, "NO_PROXY": ",".join(bypassed)}
    for name, value in variables.items():
        patch.setenv(name, value)
    for name in NEEDLESS:
        patch.delenv(name, raising=False)
    return variables


def point_sdk(patch: pytest.MonkeyPatch, url: str) -> None:
    """Point each client of the SDK, sync and async, at the emulator. Do nothing without the SDK.

    Credentials that aren't the emulator's are replaced, since a client may have been made before.
    Raise pytest.UsageError for an SDK that is too old.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        return
    try:
        base: Any = importlib.import_module(f"{PACKAGE}.base.client_base").ClientBase
    except ImportError as error:
        raise pytest.UsageError(TOO_OLD) from error
    credentials = base.get_auth

    def get_hostname(client: object, uri: str) -> str:
        return local_url(uri, url)

    def get_auth(client: object, auth: tuple[str, str] | None) -> tuple[str, str]:
        given = credentials(client, auth)
        return given if given[0] in OWN_USERS else (ACCOUNT_SID, AUTH_TOKEN)

    patch.setattr(base, "get_hostname", get_hostname)
    patch.setattr(base, "get_auth", get_auth)


def local_url(url: str, emulator_url: str) -> str:
    """Return the emulator's URL for one of Twilio's; return any other URL unchanged.

    The product of another host than api. is put in front, so that an alert can name it.
    """
    found = HOST.match(url)
    if found is None:
        return url
    product = found["product"]
    path = ACCOUNT.sub(_own_account, url[found.end() :])
    return emulator_url + (path if product in WITHOUT_PREFIX else f"/{product}{path}")


def _own_account(found: re.Match[str]) -> str:
    return found[0] if found[0] in OWN_ACCOUNTS else ACCOUNT_SID
