"""Whether the app can work: its settings, its credentials and Twilio, in this order."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from shared import clients
from shared.config.settings import Secret
from shared.errors import AppError, NotHealthyError

if TYPE_CHECKING:
    from twilio.rest import Client


async def check() -> dict[str, object]:
    """Answer that each part works; raise NotHealthyError naming the first that does not."""
    await _part("settings", _check_settings())
    await _part("credentials", _check_credentials())
    await _part("twilio", clients.account().run_once(_list_one_message))
    return {"status": "healthy", "settings": "ok", "credentials": "ok", "twilio": "ok"}


async def _part(name: str, work: Awaitable[object]) -> None:
    try:
        await work
    except AppError as error:
        raise NotHealthyError(name, error) from error


async def _check_settings() -> None:
    clients.settings().require(*_secrets(), sender=True, public_url=True)
    clients.destinations().require_known_countries()


async def _check_credentials() -> None:
    await clients.credentials().get(*_secrets())


def _secrets() -> tuple[Secret, ...]:
    """What requests to Twilio need, and the token that proves the requests of Twilio."""
    return tuple(dict.fromkeys((*clients.settings().rest_secrets, Secret.AUTH_TOKEN)))


async def _list_one_message(client: "Client") -> None:
    """The cheapest request that every kind of API key may make; Standard keys may no /Accounts."""
    await client.messages.page_async(page_size=1)
