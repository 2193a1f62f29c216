"""The environment of an app whose Twilio SDK is intercepted."""

import os
from collections.abc import Mapping
from pathlib import Path

from deskphone.run.bundles import NODE_VARIABLE, VARIABLES, Bundles
from deskphone.run.upstream import local_hosts
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN

PYTHON_SITE = Path(__file__).parent / "python_site"
"""A folder whose sitecustomize.py Python runs when it starts."""
ACCOUNT: Mapping[str, str] = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
"""The emulator accepts no other account, and a real token has no place in it."""
KEYS: Mapping[str, str] = {
    **dict.fromkeys(("TWILIO_API_KEY", "TWILIO_API_KEY_SID"), API_KEY_SID),
    **dict.fromkeys(
        ("TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET", "TWILIO_API_SECRET_KEY"), API_KEY_SECRET
    ),
}
"""Usual names for an API key, which are changed only if they are set."""
URL = "DESKPHONE_URL"


def environment_of(
    given: Mapping[str, str], url: str, proxy_url: str, bundles: Bundles
) -> dict[str, str]:
    """Return the user's environment with what the app needs. `url` is the emulator's."""
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy_url)
    return {
        **given,
        **proxies,
        **dict.fromkeys(("NO_PROXY", "no_proxy"), local_hosts(given)),
        **dict.fromkeys(VARIABLES, str(bundles.full)),
        NODE_VARIABLE: str(bundles.extra),
        "PHP_INI_SCAN_DIR": f"{given.get('PHP_INI_SCAN_DIR', '')}{os.pathsep}{bundles.php}",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PYTHON_SITE), given.get("PYTHONPATH")))),
        **ACCOUNT,
        **{name: KEYS[name] for name in KEYS if given.get(name)},
        URL: url,
    }


def replaced(given: Mapping[str, str]) -> list[str]:
    """Return the names of the user's credentials that the app doesn't get."""
    values = {**ACCOUNT, **KEYS}
    return [name for name in values if given.get(name, values[name]) not in ("", values[name])]
