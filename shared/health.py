"""Health check: the app's settings, its credentials, Twilio and the ledger, in that order."""

import json
import os
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared import clients
from shared.clients import Clients
from shared.config.settings import Secret, all_settings
from shared.errors import AppError, LedgerError, NotHealthyError

if TYPE_CHECKING:
    from twilio.rest import Client

    from shared.live_settings.reader import InForce

# `python3 dev.py package` writes this file to the root of the package.
BUILD_FILE = Path(__file__).parents[1] / "build.json"
WITHOUT_LEDGER = {
    False: "Requests with an Idempotency-Key are refused; others are sent, but don't count "
    "toward the limits.",
    True: "Requests are sent, but a repeat may send again, and nothing counts toward the limits.",
}
OUT_OF_DATE = "(The live settings can't be read right now, so the last known ones apply.)"


async def check() -> dict[str, object]:
    """Return a report if the app can send; otherwise raise NotHealthyError for the first fault.

    `status` is `degraded` if the app sends without a part that fails, as STORAGE_OUTAGE says.
    """
    app = await _part("settings", _checked_settings())
    await _part("credentials", app.credentials.get(*_secrets(app)))
    await _part("twilio", app.account.run_once(_list_one_message))
    in_force, error = await app.live_settings.examined()
    ledger = _ledger(app, error)
    return {
        "status": "healthy" if ledger == "ok" else "degraded",
        **{"settings": "ok", "credentials": "ok", "twilio": "ok", "ledger": ledger},
        "sending": _sending(in_force, error),
        "limits": dict(in_force.limits),
        **_about(os.environ),
    }


def _ledger(app: Clients, error: AppError | None) -> str:
    """Return "ok", or why the ledger fails and what the app does without it."""
    if error is None:
        return "ok"
    outage = app.settings.storage_outage
    if outage == "refuse_all":
        raise NotHealthyError("ledger", error, _about(os.environ)) from error
    sends_keyed = outage == "send_all" and isinstance(error, LedgerError)
    return f"{error.detail} {WITHOUT_LEDGER[sends_keyed]}"


def _sending(in_force: "InForce", error: AppError | None) -> str:
    """Return "ok", or what stops all sending, and whether that may be out of date."""
    state = in_force.stop.detail if in_force.stop else "ok"
    return f"{state} {OUT_OF_DATE}" if error else state


def _about(environment: Mapping[str, str]) -> dict[str, object]:
    """Return what the app reports about itself, healthy or not; never a setting's value.

    `commit` is the one that the package was built from, or "" without a package. App settings
    haven't always reached every worker (Azure/azure-functions-python-worker #1732, #1770), so
    `settings_seen` lists the names that this one sees.
    """
    names = [row.name for row in all_settings()] + [secret.setting for secret in Secret]
    seen = [name for name in names if environment.get(name, "").strip()]
    return {"settings_seen": seen, "commit": packaged_commit(BUILD_FILE)}


def packaged_commit(build_file: Path) -> str:
    """Return the commit in a package's build file, as 40 hexadecimal digits, or ""."""
    try:
        return str(json.loads(build_file.read_bytes())["commit"])
    except FileNotFoundError:
        return ""


async def _part[Result](name: str, work: Awaitable[Result]) -> Result:
    try:
        return await work
    except AppError as error:
        raise NotHealthyError(name, error, _about(os.environ)) from error


async def _checked_settings() -> Clients:
    app = clients.current()
    app.settings.require(*_secrets(app), sender=True, public_url=True)
    return app


def _secrets(app: Clients) -> tuple[Secret, ...]:
    """Return the secrets for requests to Twilio, and the token that verifies Twilio's requests."""
    return tuple(dict.fromkeys((*app.settings.rest_secrets, Secret.AUTH_TOKEN)))


async def _list_one_message(client: "Client") -> None:
    """Make the cheapest request that any kind of API key may make.

    A standard key can't read /Accounts.
    """
    await client.messages.page_async(page_size=1)
