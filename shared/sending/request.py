"""Request: the protocol of what the outbox can send, a text or a call."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.guards.guards import Outgoing
from shared.http.urls import PublicUrls
from shared.sending.claim import IdempotencyClaim
from shared.sending.lookups import Listed, Lookups

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance
    from twilio.rest.api.v2010.account.message import MessageInstance


class Request(Outgoing, Protocol):
    """A checked request, ready to send. Guards judge it by what `Outgoing` says."""

    @property
    def sender(self) -> str | None:
        """The sender's number, short code or name; None for the app's own or a service's."""
        ...

    @property
    def messaging_service_sid(self) -> str | None:
        """The messaging service that picks the sender, or None."""
        ...

    def with_sender(self, config: Settings) -> "Request":
        """Return the request with the app's sender, if it doesn't name one.

        Raise ConfigurationError listing every setting that is missing.
        """
        ...

    def require_possible(self, now: datetime, guards: GuardSettings) -> None:
        """Raise InvalidRequestError or NotAllowedError if it can't be sent at this time."""
        ...

    def creation(
        self, urls: PublicUrls, request_url: str, reference: str, guards: GuardSettings
    ) -> "Callable[[Client], Awaitable[MessageInstance | CallInstance]]":
        """Return the operation that hands the request to Twilio and returns what Twilio created.

        Reports go to functions beside `request_url` and name `reference`, if there is one.
        """
        ...

    def find(self, lookups: Lookups, claim: IdempotencyClaim) -> Awaitable[Listed | None]:
        """Find what an attempt of the claim has created; see `Lookups`."""
        ...
