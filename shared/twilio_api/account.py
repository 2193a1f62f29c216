"""Run operations on the app's Twilio account with current credentials, raising our own errors."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from shared.errors import AppError, TwilioError, TwilioOutcomeUnknownError, TwilioRefusedError
from shared.phone_numbers import with_masked_numbers
from shared.twilio_api import dispatch
from shared.twilio_api.outcomes import UNREADABLE, did_nothing

if TYPE_CHECKING:
    from twilio.base.exceptions import (
        TwilioException,
        TwilioRestException,
        TwilioServiceException,
    )
    from twilio.http.response import Response
    from twilio.rest import Client

    from shared.twilio_api.retries import Retries
    from shared.twilio_api.sign_in import RestCredentials

Result = TypeVar("Result")
# Maps the values of the account's REST secrets to a client.
Connect = Callable[[tuple[str, ...]], "Client"]


class TwilioAccount:
    """Runs operations of Twilio's SDK with the account's credentials."""

    def __init__(
        self,
        credentials: "RestCredentials",
        connect: Connect,
        retries: "Retries",
    ) -> None:
        self._credentials = credentials
        self._connect = connect
        self._retries = retries

    async def run(self, operation: Callable[["Client"], Awaitable[Result]]) -> Result:
        """Run an operation; retry it only if Twilio did nothing (see `Retries`).

        Raise ConfigurationError, VaultError or a TwilioError.
        """
        return await self._retries.run(lambda: self.run_once(operation))

    async def run_once(self, operation: Callable[["Client"], Awaitable[Result]]) -> Result:
        """Run an operation once; repeat it with other credentials if Twilio refuses the first.

        Twilio checks credentials before anything else, so an operation refused for them did
        nothing. Raise ConfigurationError, VaultError or a TwilioError.
        """
        tried = [await self._credentials.first()]
        while True:
            try:
                result = await self._attempt(operation, tried[-1])
            except TwilioRefusedError as error:
                if error.twilio_status != HTTPStatus.UNAUTHORIZED:
                    raise
                other = await self._credentials.after(tried)
                if other is None:
                    raise
                tried.append(other)
            else:
                self._credentials.note_success(tried[-1])
                return result

    async def _attempt(
        self, operation: Callable[["Client"], Awaitable[Result]], secrets: tuple[str, ...]
    ) -> Result:
        client = self._connect(secrets)
        from twilio.base.exceptions import TwilioException

        try:
            return await operation(client)
        except TwilioException as error:
            translated = self._translated(error)
            if did_nothing(translated):
                dispatch.note_refusal()
            raise translated from error
        except AppError:  # from the transport
            raise
        except Exception as error:  # the SDK raises anything for a malformed answer
            raise TwilioOutcomeUnknownError(UNREADABLE, log_text=type(error).__name__) from error

    def _translated(self, error: "TwilioException") -> TwilioError:
        """Translate an error of the SDK, using Twilio's answer if the error carries it.

        The plain base class without an answer means that a page of a list could not be read.
        """
        from twilio.base.exceptions import TwilioRestException, TwilioServiceException

        answer = _answer_of(error)
        if answer is not None:
            error = _of_answer(error, answer)
        if isinstance(error, TwilioRestException):
            text = str(error.msg)
        elif isinstance(error, TwilioServiceException):
            text = f"{error.title} {error.detail or ''}".strip()
        else:
            return TwilioOutcomeUnknownError(UNREADABLE)
        status = _status(error) if answer is None else answer.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            text += " (Twilio may have carried out the request. Check before you retry.)"
        # Without a Twilio code, the SDK gives the HTTP status; Twilio's codes have 5 digits.
        code = error.code if isinstance(error.code, int) and error.code >= 10_000 else None
        wait_s = self._retries.wait_asked_for(_header(answer, "Retry-After"))
        # Twilio quotes the invalid number, and the caller may log or store our answer.
        text = with_masked_numbers(text)
        return TwilioRefusedError(text, code=code, twilio_status=status, retry_after_s=wait_s)


def _answer_of(error: "TwilioException") -> "Response | None":
    """Return Twilio's answer, which lists and our transport attach to the base class."""
    from twilio.http.response import Response

    if len(error.args) > 1 and isinstance(error.args[1], Response):
        return error.args[1]
    return None


def _of_answer(
    error: "TwilioException", answer: "Response"
) -> "TwilioRestException | TwilioServiceException":
    """Return the SDK's specific error for an answer."""
    from twilio.base.version import Version

    return Version.exception("GET", "", answer, str(error.args[0]))


def _status(error: "TwilioRestException | TwilioServiceException") -> int:
    """Return the HTTP status for an error without its answer.

    TwilioRestException has the real one. The newer class, for RFC 9457 answers, has only the status
    in their body, which proves nothing.
    """
    from twilio.base.exceptions import TwilioRestException

    is_proof = isinstance(error, TwilioRestException)
    return error.status if is_proof else HTTPStatus.BAD_GATEWAY


def _header(answer: "Response | None", name: str) -> str | None:
    return answer.headers.get(name) if answer is not None and answer.headers else None
