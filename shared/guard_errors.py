"""What the guards raise; after each of these nothing was sent."""

from http import HTTPStatus

from shared.errors import AppError

# Twilio's number for a recipient who has texted STOP to the sender.
OPTED_OUT = 21610


class NotAllowedError(AppError):
    """The app's own settings forbid it: nothing was sent. `detail` names the setting."""

    status = HTTPStatus.FORBIDDEN
    title = "The app does not allow this"

    def __init__(
        self, detail: str, *, setting: str, field: str | None = None, code: int | None = None
    ) -> None:
        """Say why and what can be done about it; only the name of the setting is logged."""
        super().__init__(detail, field=field, code=code, log_text=setting)


class OptedOutError(NotAllowedError):
    """Whom the text is for has texted STOP to this sender. Source: Twilio's error 21610."""

    title = "The recipient has opted out"

    def __init__(self) -> None:
        super().__init__(
            "The recipient has texted STOP to this sender, so Twilio delivers nothing from it. "
            "Only the recipient can change that, by texting START.",
            setting="opted out",
            field="to",
            code=OPTED_OUT,
        )


class LimitReachedError(AppError):
    """As many texts or calls were sent as the settings allow; nothing was sent."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "The limit is reached"

    def __init__(
        self, detail: str, *, setting: str, retry_after_s: int, field: str | None = None
    ) -> None:
        """Say which limit it is, and after how many seconds a repeated request may do better."""
        super().__init__(detail, field=field, log_text=setting, retry_after_s=retry_after_s)
