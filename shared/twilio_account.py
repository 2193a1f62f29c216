"""Work with the app's Twilio account: current credentials in, our own errors out."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar, cast

from shared.credentials import Credentials
from shared.errors import AppError, TwilioError, TwilioOutcomeUnknownError, TwilioRefusedError
from shared.settings import Secret

if TYPE_CHECKING:
    from twilio.base.exceptions import TwilioException
    from twilio.rest import Client

UNREADABLE = (
    "Twilio's answer cannot be read, so it may have carried out the request. "
    "Check before you repeat it."
)

Result = TypeVar("Result")
# From the values of the account's REST secrets to a client of the running event loop.
Connect = Callable[[tuple[str, ...]], "Client"]


class TwilioAccount:
    """Runs operations of Twilio's SDK with the account's credentials."""

    def __init__(
        self, credentials: Credentials, rest_secrets: tuple[Secret, ...], connect: Connect
    ) -> None:
        self._credentials = credentials
        self._rest_secrets = rest_secrets
        self._connect = connect

    async def run(self, operation: Callable[["Client"], Awaitable[Result]]) -> Result:
        """Run an operation once; only when Twilio refuses the credentials, once more with new ones.

        Twilio checks credentials before anything else, so a refused operation did nothing. Raise
        ConfigurationError, VaultError or a TwilioError.
        """
        used = await self._credentials.get(*self._rest_secrets)
        try:
            return await self._attempt(operation, used)
        except TwilioRefusedError as error:
            if error.twilio_status != HTTPStatus.UNAUTHORIZED:
                raise
            await self._credentials.refresh(*self._rest_secrets)
            current = await self._credentials.get(*self._rest_secrets)
            if current == used:
                raise
        return await self._attempt(operation, current)

    async def _attempt(
        self, operation: Callable[["Client"], Awaitable[Result]], secrets: tuple[str, ...]
    ) -> Result:
        client = self._connect(secrets)
        from twilio.base.exceptions import TwilioException

        try:
            return await operation(client)
        except TwilioException as error:
            raise _translated(error) from error
        except AppError:  # of the transport
            raise
        except Exception as error:  # whatever the SDK stumbles over in an answer
            raise TwilioOutcomeUnknownError(UNREADABLE, log_text=type(error).__name__) from error


def present(value: object) -> str:
    """A text that each answer of Twilio has; without it the outcome is unknown."""
    if not isinstance(value, str) or not value:
        raise TwilioOutcomeUnknownError(UNREADABLE)
    return value


def _translated(error: "TwilioException") -> TwilioError:
    """Translate the SDK's two error classes; the newer one is for RFC 9457 answers.

    Their base class alone is what the SDK raises for a page of a list that it cannot read.
    """
    from twilio.base.exceptions import TwilioRestException, TwilioServiceException

    error = _with_status(error)
    if isinstance(error, TwilioRestException):
        text = str(error.msg)
    elif isinstance(error, TwilioServiceException):
        text = f"{error.title} {error.detail or ''}".strip()
    else:
        return TwilioOutcomeUnknownError(UNREADABLE)
    given = cast("object", error.status)  # an RFC 9457 answer says it itself, in any type
    status = given if isinstance(given, int) else HTTPStatus.BAD_GATEWAY
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        text += " (Twilio may have carried out the request; check before you repeat it.)"
    # Without a number of its own the SDK gives the HTTP status; Twilio's numbers have 5 digits.
    code = error.code if isinstance(error.code, int) and error.code >= 10_000 else None
    return TwilioRefusedError(text, code=code, twilio_status=status)


def _with_status(error: "TwilioException") -> "TwilioException":
    """Lists raise the base class with the answer as its second argument; others are complete."""
    from twilio.base.version import Version
    from twilio.http.response import Response

    if len(error.args) > 1 and isinstance(error.args[1], Response):
        return Version.exception("GET", "", error.args[1], str(error.args[0]))
    return error
