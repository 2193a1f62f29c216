"""How a request to Twilio ends: what shows that nothing was done, and what is said otherwise."""

from http import HTTPStatus

from shared.errors import (
    AppError,
    ConfigurationError,
    InvalidRequestError,
    LedgerError,
    TwilioOutcomeUnknownError,
    TwilioRefusedError,
    TwilioUnreachableError,
    VaultError,
)
from shared.guard_errors import LimitReachedError, NotAllowedError
from shared.twilio_api.dispatch import TooLateError

# After these nothing was done, whatever Twilio's answer to something else may have been.
_NOTHING_DONE = (
    InvalidRequestError,
    ConfigurationError,
    VaultError,
    LedgerError,
    NotAllowedError,
    LimitReachedError,
    TooLateError,
    TwilioUnreachableError,
)

# A request that is too early costs one read of the ledger.
ASK_AGAIN_S = 5

UNREADABLE = (
    "Twilio's answer cannot be read, so it may have carried out the request. "
    "Check before you repeat it."
)
UNKNOWN = "Twilio may have carried out the request, but no usable answer came back."
WITHOUT_KEY = (
    "Check before you repeat it: Twilio's log shows what was sent. With an Idempotency-Key, and "
    "storage that works, the app checks by itself, and to repeat a request does no harm."
)
WITH_KEY = (
    "Repeat it with the same Idempotency-Key: a report of Twilio may settle it at any moment. In "
    "{seconds} s the app looks in Twilio's list, and it sends again only what was not sent."
)
AMBIGUOUS = (
    "It is not known whether Twilio carried out the request: its list does not show for sure "
    "which entry is this one, so nothing is sent again with this Idempotency-Key. Look at Twilio's "
    "log; if it was not sent, take a new key."
)


def did_nothing(error: BaseException) -> bool:
    """Whether an error of a request to Twilio shows that nothing was done.

    A 5xx of Twilio does not, nor a redirection, nor a 408: something in between did not want to
    wait.
    """
    if not isinstance(error, TwilioRefusedError):
        return isinstance(error, _NOTHING_DONE)
    status = error.twilio_status
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_refusal and status != HTTPStatus.REQUEST_TIMEOUT


def unknown(
    cause: AppError | None = None, *, settled_in_s: int | None = None
) -> TwilioOutcomeUnknownError:
    """The error for a lost answer; for a request with a key, after how many seconds it is settled.

    A caller who waits is told to ask sooner, since most reports come within seconds.
    """
    advice = WITH_KEY.format(seconds=settled_in_s) if settled_in_s else WITHOUT_KEY
    return TwilioOutcomeUnknownError(
        f"{UNKNOWN} {advice}",
        code=cause.code if cause else None,
        log_text=cause.log_text if cause else "",
        retry_after_s=min(settled_in_s, ASK_AGAIN_S) if settled_in_s else None,
    )


def ambiguous(retry_after_s: int) -> TwilioOutcomeUnknownError:
    """The error where Twilio's list does not help either; a late report still may."""
    return TwilioOutcomeUnknownError(
        AMBIGUOUS, log_text="Twilio's list is ambiguous", retry_after_s=retry_after_s
    )


def present(value: object) -> str:
    """A text that each answer of Twilio has; without it the outcome is unknown."""
    if not isinstance(value, str) or not value:
        raise TwilioOutcomeUnknownError(UNREADABLE)
    return value
