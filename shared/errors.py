"""All errors that this app raises on purpose.

AppError
├── ConfigurationError            a setting or a secret is missing or malformed     500
├── InvalidRequestError           the caller's request is invalid                   400
│   ├── NotFoundError             the requested item does not exist                 404
│   ├── RangeError                the requested range is beyond the end of a file   416
│   ├── UnknownFieldError         the request has a field that does not exist       400
│   ├── TooLongError              the request is too large                          413
│   ├── KeyReusedError            the idempotency key belongs to another request    422
│   └── StillRunningError         a request with this key is still in progress      409
├── ForgedRequestError            a webhook without a valid signature               403
├── NotAllowedError               guard_errors: the app's settings forbid it        403
│   └── OptedOutError             guard_errors: the recipient opted out             403
├── LimitReachedError             guard_errors: a limit in the settings is reached  429
├── ForbiddenLinkError            a link that is invalid or has expired             403
├── NotHealthyError               GetHealth found a part that fails                 503
├── VaultError                    Key Vault cannot be read                          503
├── LedgerError                   the ledger's storage is unavailable               503
├── TooLateError                  dispatch: the send ran out of time before it left 503
└── TwilioError                   a request to Twilio failed                        502
    ├── TwilioRefusedError        Twilio rejected it; `code` is its number   400/429/502
    ├── TwilioUnreachableError    no connection; nothing was sent                   502
    ├── TwilioTimeoutError        a read from Twilio timed out                      504
    ├── FileTooLongError          a file at Twilio is too large for the app         502
    └── TwilioOutcomeUnknownError sent, but no usable answer came back              504
"""

from http import HTTPStatus

# How long to wait before retrying while an Azure service is down, in seconds.
RETRY_AFTER_OUTAGE_S = 10


class AppError(Exception):
    """Base of all errors that become an HTTP response; `detail` is for the caller.

    `log_text` is safe to log. It is empty if `detail` may contain something the caller sent.
    `retry_after_s` is how many whole seconds to wait before a retry makes sense.
    """

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    title: str = "The request failed"

    def __init__(
        self,
        detail: str,
        *,
        field: str | None = None,
        code: int | None = None,
        log_text: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.code = code
        self.retry_after_s = retry_after_s
        self.log_text = log_text


class ConfigurationError(AppError):
    """A setting or a secret is missing or malformed; `detail` names it, never its value."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "The app is not set up correctly"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, log_text=detail)


class InvalidRequestError(AppError):
    """The request is invalid; `field` names the invalid field, if known."""

    status = HTTPStatus.BAD_REQUEST
    title = "Invalid request"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, field=field, log_text=f"field {field}" if field else "")


class NotFoundError(InvalidRequestError):
    """The requested item does not exist."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class RangeError(InvalidRequestError):
    """The requested range is beyond the end of the file."""

    status = HTTPStatus.RANGE_NOT_SATISFIABLE
    title = "The range is beyond the end of the file"

    def __init__(self, length: int) -> None:
        """Store the length of the file, in bytes."""
        super().__init__(f"The file has only {length} bytes. Request a range within it.")
        self.length = length


class UnknownFieldError(InvalidRequestError):
    """The request has an unknown field. Its name comes from the caller, so it is not logged."""

    def __init__(self, detail: str, *, field: str) -> None:
        super().__init__(detail, field=field)
        self.log_text = ""


class TooLongError(InvalidRequestError):
    """The request is larger than any valid one; it was not parsed."""

    status = HTTPStatus.CONTENT_TOO_LARGE
    title = "The request is too large"


class KeyReusedError(InvalidRequestError):
    """The key belongs to a different request (IETF draft "The Idempotency-Key HTTP Header")."""

    status = HTTPStatus.UNPROCESSABLE_CONTENT
    title = "The idempotency key was already used for a different request"


class StillRunningError(InvalidRequestError):
    """A request with this idempotency key is in progress; its outcome is not known yet."""

    status = HTTPStatus.CONFLICT
    title = "The request is still in progress"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ForgedRequestError(AppError):
    """A request that only Twilio may make has no valid signature."""

    status = HTTPStatus.FORBIDDEN
    title = "The request is not signed by Twilio"

    def __init__(self, reason: str, url: str, explanation: str = "", **checked: object) -> None:
        """`reason` and `checked` must not quote the request; only the log gets `explanation`."""
        super().__init__(
            f"{reason} The signed URL is {url} (PUBLIC_URL plus the request's path and query). "
            "To sign a test request, run: python3 dev.py sign URL name=value",
            log_text=f"{reason} {explanation}".rstrip(),
        )
        checks = {"fields": [], "tokens": [], "algorithm": "HMAC_SHA1", **checked}
        self.signature: dict[str, object] = {"reason": reason, "url": url, **checks}


class ForbiddenLinkError(AppError):
    """A link to a recording is not one of this app's, or it has expired."""

    status = HTTPStatus.FORBIDDEN
    title = "The link is invalid or has expired"


class NotHealthyError(AppError):
    """A part fails; `detail` starts with its name. `about` goes into the response as well."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The app is unhealthy"

    def __init__(self, part: str, cause: AppError, about: dict[str, object]) -> None:
        log_text = f"part {part}, {type(cause).__name__}"
        super().__init__(f"{part}: {cause.detail}", code=cause.code, log_text=log_text)
        self.about = about


class VaultError(AppError):
    """Key Vault, or the app's identity for it, is unavailable."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The credentials cannot be read"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, log_text=detail, retry_after_s=RETRY_AFTER_OUTAGE_S)


class LedgerError(AppError):
    """The ledger's storage is unavailable; `detail` contains no input."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The ledger is unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, log_text=detail, retry_after_s=RETRY_AFTER_OUTAGE_S)


class TwilioError(AppError):
    """A request to Twilio failed."""

    status = HTTPStatus.BAD_GATEWAY
    title = "The request to Twilio failed"


class TwilioRefusedError(TwilioError):
    """Twilio responded with an error; `code` is Twilio's error code.

    `status` is 400 if Twilio rejected the caller's input (a 400 or 404), 429 if it got too many
    requests, otherwise 502. `retry_after_s` comes from Twilio.
    """

    title = "Twilio rejected the request"

    def __init__(
        self,
        detail: str,
        *,
        code: int | None,
        twilio_status: int,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(
            detail,
            code=code,
            log_text=f"Twilio answered {twilio_status}",
            retry_after_s=retry_after_s,
        )
        self.twilio_status = twilio_status
        if twilio_status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
            self.status = HTTPStatus.BAD_REQUEST
        elif twilio_status == HTTPStatus.TOO_MANY_REQUESTS:
            self.status = HTTPStatus.TOO_MANY_REQUESTS


class TwilioUnreachableError(TwilioError):
    """Could not connect to Twilio. Nothing was sent, so the caller may retry."""

    title = "Twilio is unreachable"


class TwilioTimeoutError(TwilioError):
    """A read from Twilio timed out. It is safe to retry."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "Twilio did not respond in time"


class FileTooLongError(TwilioError):
    """A file at Twilio is larger than the app can hold."""

    title = "The file is too large"


class TwilioOutcomeUnknownError(TwilioError):
    """The request went out but no usable answer came back: Twilio may have processed it."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "Twilio may or may not have processed the request"
