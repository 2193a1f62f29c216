"""How a request to Twilio ends: which errors prove that nothing was done, and what to answer."""

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

# These errors prove that nothing was done.
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

# A retry that comes too early costs only one read of the ledger.
ASK_AGAIN_S = 5

UNREADABLE = (
    "Twilio's response cannot be read, so it may have carried out the request. "
    "Check Twilio's log before you retry."
)
UNKNOWN = "Twilio may have carried out the request, but the app got no usable response."
WITHOUT_KEY = (
    "Check Twilio's log before you retry; requests with an Idempotency-Key are safe to retry."
)
WITH_KEY = (
    "Retry with the same Idempotency-Key; after {seconds} s the app checks Twilio's list and "
    "sends again only if nothing was sent."
)
AMBIGUOUS = (
    "Twilio may have carried out the request, but its log doesn't show which entry belongs to it. "
    "Check the log; if it wasn't sent, retry with a new Idempotency-Key."
)


def did_nothing(error: BaseException) -> bool:
    """Whether an error of a request to Twilio proves that nothing was done.

    A 5xx from Twilio doesn't, nor a redirect, nor a 408, which may come from a proxy that timed
    out.
    """
    if not isinstance(error, TwilioRefusedError):
        return isinstance(error, _NOTHING_DONE)
    status = error.twilio_status
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_refusal and status != HTTPStatus.REQUEST_TIMEOUT


def unknown(
    cause: AppError | None = None, *, settled_in_s: int | None = None
) -> TwilioOutcomeUnknownError:
    """Return the error for a lost answer; with a key, say after how many seconds it is settled.

    Retry-After is sooner than that, since most reports come within seconds.
    """
    advice = WITH_KEY.format(seconds=settled_in_s) if settled_in_s else WITHOUT_KEY
    return TwilioOutcomeUnknownError(
        f"{UNKNOWN} {advice}",
        code=cause.code if cause else None,
        log_text=cause.log_text if cause else "",
        retry_after_s=min(settled_in_s, ASK_AGAIN_S) if settled_in_s else None,
    )


def ambiguous(retry_after_s: int) -> TwilioOutcomeUnknownError:
    """Return the error for when Twilio's list doesn't settle it either; a late report still may."""
    return TwilioOutcomeUnknownError(
        AMBIGUOUS, log_text="Twilio's list is ambiguous", retry_after_s=retry_after_s
    )


def present(value: object) -> str:
    """Return a text that every answer from Twilio has; if missing, the outcome is unknown."""
    if not isinstance(value, str) or not value:
        raise TwilioOutcomeUnknownError(UNREADABLE)
    return value
