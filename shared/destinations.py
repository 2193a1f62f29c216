"""Which numbers the app may text and call."""

from shared.settings import Settings


class Destinations:
    """The numbers that the settings allow."""

    def __init__(self, config: Settings) -> None:
        self._config = config

    def require(self, number: str, field: str) -> None:
        """Raise NotAllowedError naming `field` for a number (E.164) that is not to be reached."""
