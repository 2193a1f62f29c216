"""Errors that the guards raise. Nothing was sent when one of them is raised."""

from http import HTTPStatus

from shared.errors import AppError

# Twilio's error for a recipient who opted out, and the detail for the caller.
# https://www.twilio.com/docs/api/errors/21610
OPTED_OUT = 21610
OPTED_OUT_DETAIL = (
    "The recipient opted out of texts from this sender, so Twilio doesn't deliver them. "
    "Don't retry: only the recipient can undo this, by texting START to the sender."
)


class NotAllowedError(AppError):
    """The app's own settings forbid it; `detail` names the setting."""

    status = HTTPStatus.FORBIDDEN
    title = "Not allowed by the app's settings"

    def __init__(
        self, detail: str, *, setting: str, field: str | None = None, code: int | None = None
    ) -> None:
        """Take the reason and the fix as `detail`; only the setting's name is logged."""
        super().__init__(detail, field=field, code=code, log_text=setting)


class OptedOutError(NotAllowedError):
    """Twilio rejected a text with error 21610 because its recipient opted out."""

    title = "The recipient has opted out"

    def __init__(self) -> None:
        super().__init__(OPTED_OUT_DETAIL, setting="opted out", field="to", code=OPTED_OUT)


class LimitReachedError(AppError):
    """The texts or calls that the settings allow are used up."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Limit reached"

    def __init__(
        self, detail: str, *, setting: str, retry_after_s: int, field: str | None = None
    ) -> None:
        """Take the limit's setting, and how many seconds to wait before a retry."""
        super().__init__(detail, field=field, log_text=setting, retry_after_s=retry_after_s)
