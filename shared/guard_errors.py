"""What the guards raise; after each of these nothing was sent."""

from http import HTTPStatus

from shared.errors import AppError

# Twilio's error for a recipient who opted out of the sender, and what we tell the caller about it.
# https://www.twilio.com/docs/api/errors/21610
OPTED_OUT = 21610
OPTED_OUT_DETAIL = (
    "The recipient opted out of texts from this sender, so Twilio doesn't deliver them. "
    "Don't retry: only the recipient can undo this, by texting START to the sender."
)


class NotAllowedError(AppError):
    """The app's own settings forbid it: nothing was sent. `detail` names the setting."""

    status = HTTPStatus.FORBIDDEN
    title = "Not allowed by the app's settings"

    def __init__(
        self, detail: str, *, setting: str, field: str | None = None, code: int | None = None
    ) -> None:
        """Say why and what can be done about it; only the name of the setting is logged."""
        super().__init__(detail, field=field, code=code, log_text=setting)


class OptedOutError(NotAllowedError):
    """Twilio refused a text with error 21610, because its recipient opted out of the sender."""

    title = "The recipient has opted out"

    def __init__(self) -> None:
        super().__init__(OPTED_OUT_DETAIL, setting="opted out", field="to", code=OPTED_OUT)


class LimitReachedError(AppError):
    """As many texts or calls were sent as the settings allow; nothing was sent."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Limit reached"

    def __init__(
        self, detail: str, *, setting: str, retry_after_s: int, field: str | None = None
    ) -> None:
        """Say which limit it is, and after how many seconds a repeated request may do better."""
        super().__init__(detail, field=field, log_text=setting, retry_after_s=retry_after_s)
