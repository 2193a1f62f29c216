"""Download files of the account, with its credentials: recordings and the media of texts."""

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from shared.errors import NotFoundError, TwilioRefusedError
from shared.twilio_api.account import TwilioAccount

if TYPE_CHECKING:
    from twilio.rest import Client


class Download(NamedTuple):
    """Twilio's response; `media_type` is in lower case and has no parameters."""

    status: int
    body: bytes
    media_type: str = ""


class Downloads(Protocol):
    """The part of the transport that downloads files."""

    async def download(self, url: str, auth: tuple[str, str], *, max_bytes: int) -> Download:
        """Return Twilio's response; raise a TwilioError without one."""
        ...


class Files:
    """Downloads files of the app's account."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def fetch(self, path: str, *, what: str, max_bytes: int) -> Download:
        """Return the file at a path below the account; `what` names it in errors.

        Raise NotFoundError, ConfigurationError, VaultError or a TwilioError. Always send the
        credentials, though an account may allow access to its files without them.
        """

        async def fetch(client: "Client") -> Download:
            account = f"/2010-04-01/Accounts/{client.account_sid}"
            url = client.get_hostname(f"https://api.twilio.com{account}/{path}")
            transport = cast("Downloads", client.http_client)
            auth = (client.username or "", client.password or "")
            return _checked(await transport.download(url, auth, max_bytes=max_bytes), what)

        return await self._account.run(fetch)


def _checked(download: Download, what: str) -> Download:
    if download.status == HTTPStatus.NOT_FOUND:
        raise NotFoundError(
            f"Twilio doesn't have this {what}. A new one may take a moment.", field="sid"
        )
    if download.status != HTTPStatus.OK:
        raise TwilioRefusedError(
            f"Twilio returned {download.status} instead of the {what}.",
            code=None,
            twilio_status=download.status,
        )
    return download
