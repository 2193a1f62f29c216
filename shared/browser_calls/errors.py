"""Why a browser gets no token."""

from http import HTTPStatus

from shared.errors import AppError, ConfigurationError


class NotSetUpError(ConfigurationError):
    """Something that only browser calls need is missing; `detail` names it, never its value."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Browser calls are not set up"


class NotSignedInError(AppError):
    """The platform didn't identify the caller."""

    status = HTTPStatus.FORBIDDEN
    title = "Not signed in"

    def __init__(self, detail: str, *, setting: str = "") -> None:
        """Take the reason; only the name of the setting to check, if any, is logged."""
        super().__init__(detail, log_text=setting)
