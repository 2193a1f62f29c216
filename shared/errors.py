"""Everything this app raises on purpose.

AppError
├── ConfigurationError            a setting or a secret is missing or malformed     500
├── InvalidRequestError           the caller sent something unusable                400
│   ├── NotFoundError             what the caller asks for does not exist           404
│   ├── RangeError                the caller wants bytes beyond the end of a file   416
│   ├── UnknownFieldError         the caller sent a field that does not exist       400
│   ├── TooLongError              the caller sent more than any request needs       413
│   ├── KeyReusedError            an idempotency key of another request             422
│   └── StillRunningError         the request of this idempotency key is under way  409
├── ForgedRequestError            a webhook without a valid signature               403
├── NotAllowedError               guard_errors: the app's settings forbid it        403
│   └── OptedOutError             guard_errors: the recipient opted out             403
├── LimitReachedError             guard_errors: the settings allow no more          429
├── ForbiddenLinkError            a link that is wrong or has expired               403
├── NotHealthyError               GetHealth found a part that fails                 503
├── VaultError                    Key Vault cannot be read                          503
├── LedgerError                   the storage of the ledger cannot be used          503
├── TooLateError                  dispatch: a send's time was over before it left   503
└── TwilioError                   something went wrong between us and Twilio        502
    ├── TwilioRefusedError        Twilio refused; `code` is its number       400/429/502
    ├── TwilioUnreachableError    no connection; nothing was sent                   502
    ├── TwilioTimeoutError        something was read, but did not come in time      504
    ├── FileTooLongError          a file of Twilio is longer than the app hands on  502
    └── TwilioOutcomeUnknownError sent, but no usable answer came back              504
"""

from http import HTTPStatus

# When to come back while a service of Azure is down, in seconds.
RETRY_AFTER_OUTAGE_S = 10


class AppError(Exception):
    """Base of all errors that become an HTTP answer; `detail` is for the caller.

    `log_text` is what a log may show. It is empty where `detail` may hold what the caller sent.
    `retry_after_s`, in whole seconds, is when a repeated request may do better.
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
    """The caller sent something unusable; `field` is the input at fault, if it is one."""

    status = HTTPStatus.BAD_REQUEST
    title = "Invalid request"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, field=field, log_text=f"field {field}" if field else "")


class NotFoundError(InvalidRequestError):
    """What the caller asks for does not exist."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class RangeError(InvalidRequestError):
    """The caller wants a part of a file that lies beyond its end."""

    status = HTTPStatus.RANGE_NOT_SATISFIABLE
    title = "The range is beyond the end of the file"

    def __init__(self, length: int) -> None:
        """Remember the length of the file, in bytes."""
        super().__init__(f"The file has only {length} bytes. Request a range within it.")
        self.length = length


class UnknownFieldError(InvalidRequestError):
    """The caller sent a field that does not exist. Its name is input, so no log shows it."""

    def __init__(self, detail: str, *, field: str) -> None:
        super().__init__(detail, field=field)
        self.log_text = ""


class TooLongError(InvalidRequestError):
    """The body is longer than any sensible request; nobody has read it."""

    status = HTTPStatus.CONTENT_TOO_LARGE
    title = "The request is too large"


class KeyReusedError(InvalidRequestError):
    """The idempotency key belongs to another request (IETF draft, The Idempotency-Key header)."""

    status = HTTPStatus.UNPROCESSABLE_CONTENT
    title = "The idempotency key was already used for a different request"


class StillRunningError(InvalidRequestError):
    """The request with this idempotency key is under way; it is not known yet how it ends."""

    status = HTTPStatus.CONFLICT
    title = "The request is still in progress"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ForgedRequestError(AppError):
    """A request that only Twilio may make carries no valid signature."""

    status = HTTPStatus.FORBIDDEN
    title = "The request is not signed by Twilio"

    def __init__(self, reason: str, url: str, explanation: str = "", **checked: object) -> None:
        """Say why (no input), the URL and what else was `checked`; `explanation` is for the log."""
        super().__init__(
            f"{reason} The signed URL is {url} (PUBLIC_URL, path and query). "
            "To sign a test request, run: python3 dev.py sign URL name=value",
            log_text=f"{reason} {explanation}".rstrip(),
        )
        checks = {"fields": [], "tokens": [], "algorithm": "HMAC_SHA1", **checked}
        self.signature: dict[str, object] = {"reason": reason, "url": url, **checks}


class ForbiddenLinkError(AppError):
    """A link to a recording that this app did not make, or whose time is over."""

    status = HTTPStatus.FORBIDDEN
    title = "The link is invalid or has expired"


class NotHealthyError(AppError):
    """A part does not work; `detail` begins with its name. `about`: what the app tells anyway."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The app is unhealthy"

    def __init__(self, part: str, cause: AppError, about: dict[str, object]) -> None:
        log_text = f"part {part}, {type(cause).__name__}"
        super().__init__(f"{part}: {cause.detail}", code=cause.code, log_text=log_text)
        self.about = about


class VaultError(AppError):
    """Key Vault, or the identity that opens it, cannot be used now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The credentials cannot be read"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, log_text=detail, retry_after_s=RETRY_AFTER_OUTAGE_S)


class LedgerError(AppError):
    """The storage of the ledger cannot be used now; `detail` holds no input."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The ledger is unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, log_text=detail, retry_after_s=RETRY_AFTER_OUTAGE_S)


class TwilioError(AppError):
    """Something went wrong between this app and Twilio."""

    status = HTTPStatus.BAD_GATEWAY
    title = "The request to Twilio failed"


class TwilioRefusedError(TwilioError):
    """Twilio answered with an error; `code` is Twilio's number for it.

    `status` is 400 where Twilio found fault with the caller's input (it answered 400 or 404),
    429 where it asked for fewer requests, otherwise 502. `retry_after_s` is Twilio's wish.
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
    """No connection to Twilio: nothing was sent, so the caller may repeat the request."""

    title = "Twilio is unreachable"


class TwilioTimeoutError(TwilioError):
    """Something that was only to be read did not come in time; to repeat it does no harm."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "Twilio did not respond in time"


class FileTooLongError(TwilioError):
    """A file that Twilio keeps is longer than what the app can hold."""

    title = "The file is too large"


class TwilioOutcomeUnknownError(TwilioError):
    """The request went out and no usable answer came back: Twilio may have carried it out."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    title = "Twilio may or may not have processed the request"
