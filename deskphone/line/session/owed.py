"""The requests that a verb owes its action when the call leaves it in its midst."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from deskphone.line.session.steps import Fetch

Request = Callable[[], Fetch | None]


def _nothing() -> None:
    """Return no request."""


class Owed:
    """`on_hang_up` and `on_redirect` make the requests; the answers are not used."""

    def __init__(self) -> None:
        self.on_hang_up: Request = _nothing
        self.on_redirect: Request = _nothing

    @contextmanager
    def upon_hang_up(self, request: Request) -> Generator[None]:
        """Name the request that Twilio makes if the person hangs up now."""
        before, self.on_hang_up = self.on_hang_up, request
        try:
            yield
        finally:
            self.on_hang_up = before

    @contextmanager
    def upon_redirect(self, request: Request) -> Generator[None]:
        """Name the request that Twilio makes if the call is sent elsewhere from outside."""
        before, self.on_redirect = self.on_redirect, request
        try:
            yield
        finally:
            self.on_redirect = before

    def cancel(self) -> None:
        """Owe neither request any more."""
        self.on_hang_up = self.on_redirect = _nothing
