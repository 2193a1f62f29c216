"""What a caller is told when it is not known whether Twilio carried out a request."""

from shared.errors import AppError, TwilioOutcomeUnknownError

UNKNOWN = "Twilio may have carried out the request, but no usable answer came back."
WITHOUT_KEY = (
    "Check before you repeat it: Twilio's log shows what was sent. With an Idempotency-Key, and "
    "storage that works, the app checks by itself, and to repeat a request does no harm."
)
WITH_KEY = (
    "Repeat it with the same Idempotency-Key in {seconds} s: by then the app knows, or looks in "
    "Twilio's list, and it sends again only what was not sent."
)
AMBIGUOUS = (
    "It is not known whether Twilio carried out the request: its list does not show for sure "
    "which entry is this one, so nothing is sent again with this Idempotency-Key. Look at Twilio's "
    "log; if it was not sent, take a new key."
)


def unknown(
    cause: AppError | None = None, *, retry_after_s: int | None = None
) -> TwilioOutcomeUnknownError:
    """The error for a lost answer; with `retry_after_s` for a request that has a key."""
    advice = WITH_KEY.format(seconds=retry_after_s) if retry_after_s else WITHOUT_KEY
    return TwilioOutcomeUnknownError(
        f"{UNKNOWN} {advice}",
        code=cause.code if cause else None,
        log_text=cause.log_text if cause else "",
        retry_after_s=retry_after_s,
    )


def ambiguous(retry_after_s: int) -> TwilioOutcomeUnknownError:
    """The error where Twilio's list does not help either; a late report still may."""
    return TwilioOutcomeUnknownError(
        AMBIGUOUS, log_text="Twilio's list is ambiguous", retry_after_s=retry_after_s
    )
