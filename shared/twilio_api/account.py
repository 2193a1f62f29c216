"""Work with the app's Twilio account: current credentials in, our own errors out."""

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
# From the values of the account's REST secrets to a client.
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
        """Run an operation; repeat it only where Twilio did nothing, as `Retries` has it.

        Raise ConfigurationError, VaultError or a TwilioError.
        """
        return await self._retries.run(lambda: self.run_once(operation))

    async def run_once(self, operation: Callable[["Client"], Awaitable[Result]]) -> Result:
        """Run an operation once; only where Twilio refuses the credentials, again with others.

        Twilio checks credentials before anything else, so a refused operation did nothing. Raise
        ConfigurationError, VaultError or a TwilioError.
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
        except AppError:  # of the transport
            raise
        except Exception as error:  # whatever the SDK stumbles over in an answer
            raise TwilioOutcomeUnknownError(UNREADABLE, log_text=type(error).__name__) from error

    def _translated(self, error: "TwilioException") -> TwilioError:
        """Translate an error of the SDK, with the answer of Twilio where it comes along.

        The base class of the SDK's errors alone is a page of a list that cannot be read.
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
            text += " (Twilio may have carried out the request; check before you repeat it.)"
        # Without a number of its own the SDK gives the HTTP status; Twilio's numbers have 5 digits.
        code = error.code if isinstance(error.code, int) and error.code >= 10_000 else None
        wait_s = self._retries.wait_asked_for(_header(answer, "Retry-After"))
        # Twilio tells the number at fault, and whoever asks may keep what an answer says.
        text = with_masked_numbers(text)
        return TwilioRefusedError(text, code=code, twilio_status=status, retry_after_s=wait_s)


def _answer_of(error: "TwilioException") -> "Response | None":
    """What Twilio answered: lists and our transport raise the base class with it."""
    from twilio.http.response import Response

    if len(error.args) > 1 and isinstance(error.args[1], Response):
        return error.args[1]
    return None


def _of_answer(
    error: "TwilioException", answer: "Response"
) -> "TwilioRestException | TwilioServiceException":
    """The error that the SDK has for an answer."""
    from twilio.base.version import Version

    return Version.exception("GET", "", answer, str(error.args[0]))


def _status(error: "TwilioRestException | TwilioServiceException") -> int:
    """The HTTP status of an answer that did not come along, as for one that is no refusal.

    The newer class of error is for RFC 9457 answers and has what they say themselves: no proof.
    """
    from twilio.base.exceptions import TwilioRestException

    is_proof = isinstance(error, TwilioRestException)
    return error.status if is_proof else HTTPStatus.BAD_GATEWAY


def _header(answer: "Response | None", name: str) -> str | None:
    return answer.headers.get(name) if answer is not None and answer.headers else None
