"""The requests that a verb makes to its action when the call leaves it early."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from deskphone.line.session.steps import Fetch

Request = Callable[[], Fetch | None]


def _nothing() -> None:
    """Return no request."""


class ExitRequests:
    """`on_hang_up` and `on_redirect` make the requests; their responses are ignored."""

    def __init__(self) -> None:
        self.on_hang_up: Request = _nothing
        self.on_redirect: Request = _nothing

    @contextmanager
    def for_hang_up(self, request: Request) -> Generator[None]:
        """Set the request that Twilio makes if the person hangs up now."""
        before, self.on_hang_up = self.on_hang_up, request
        try:
            yield
        finally:
            self.on_hang_up = before

    @contextmanager
    def for_redirect(self, request: Request) -> Generator[None]:
        """Set the request that Twilio makes if the call is redirected from outside now."""
        before, self.on_redirect = self.on_redirect, request
        try:
            yield
        finally:
            self.on_redirect = before

    def cancel(self) -> None:
        """Make neither request."""
        self.on_hang_up = self.on_redirect = _nothing
