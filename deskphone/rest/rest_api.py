"""Twilio's REST API, put together from its resources."""

from collections.abc import Callable, Mapping
from typing import Any

from deskphone.account.accounts import Accounts
from deskphone.account.store import Store
from deskphone.clock import Clock
from deskphone.line.calls.exchange import Exchange
from deskphone.line.conferences.moderation import Moderation
from deskphone.line.recording.recorder import Recorder
from deskphone.line.texts.texts import Texts
from deskphone.rest.api import Api, Part
from deskphone.rest.auth_tokens import AuthTokens
from deskphone.rest.authentication import secrets_of
from deskphone.rest.conferences.conferences import Conferences
from deskphone.rest.conferences.participants import Participants
from deskphone.rest.conferences.recordings import ConferenceRecordings
from deskphone.rest.resource import Resource
from deskphone.rest.resources.calls import Calls
from deskphone.rest.resources.keys import Keys
from deskphone.rest.resources.media import MessageFeedback, MessageMedia
from deskphone.rest.resources.members import Members
from deskphone.rest.resources.messages import Messages
from deskphone.rest.resources.phone_numbers import KINDS, NumbersOfOneKind, PhoneNumbers
from deskphone.rest.resources.queues import Queues
from deskphone.rest.resources.recordings import CallRecordings, Recordings


class RestApi:
    """Builds the API and each resource of it once.

    `api` answers the requests, `auth_tokens` those of accounts.twilio.com.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        exchange: Exchange,
        texts: Texts,
        recorder: Recorder,
        messaging_service: Callable[[], str],
    ) -> None:
        """`messaging_service` gives the SID that the app's settings name, or ""."""
        self._store = store
        self._clock = clock
        self._exchange = exchange
        self._recorder = recorder
        self._calls = Calls(store, clock, exchange)
        self._messages = Messages(store, clock, texts, messaging_service)
        self._queues = Queues(store, clock, exchange.queues)
        self._conferences = Conferences(store, clock, exchange.conferences, exchange.announcements)
        self._keys = Keys(store, clock)
        secrets = secrets_of(accounts, self._keys)
        self.api = Api(store, clock, accounts, secrets, self._resources(), self._parts())
        self.auth_tokens = AuthTokens(clock, accounts, secrets)

    def reset(self) -> None:
        """Forget what is kept by a resource alone."""
        self._keys.reset()

    def _resources(self) -> Mapping[str, Resource[Any]]:
        """Return the resources below the account by their name in the path."""
        store, clock = self._store, self._clock
        kinds = {
            f"IncomingPhoneNumbers/{name}": NumbersOfOneKind(store, clock, kind)
            for name, kind in KINDS.items()
        }
        return {
            "Messages": self._messages,
            "Calls": self._calls,
            "Recordings": Recordings(store, clock),
            "IncomingPhoneNumbers": PhoneNumbers(store, clock),
            **kinds,
            "Queues": self._queues,
            "Conferences": self._conferences,
            "Keys": self._keys,
        }

    def _parts(self) -> Mapping[str, Part]:
        """Return the resources below one record by both names in the path."""
        store, clock = self._store, self._clock
        return {
            "Calls/Recordings": lambda sid: CallRecordings(
                store, clock, self._calls.found(sid), self._recorder
            ),
            "Messages/Media": lambda sid: MessageMedia(store, clock, self._messages.found(sid)),
            "Messages/Feedback": lambda sid: MessageFeedback(
                store, clock, self._messages.found(sid)
            ),
            "Queues/Members": lambda sid: Members(
                store, clock, self._queues.found(sid).sid, self._queues, self._exchange
            ),
            "Conferences/Participants": self._participants,
            "Conferences/Recordings": lambda sid: ConferenceRecordings(
                store, clock, self._conferences.found(sid).sid
            ),
        }

    def _participants(self, conference: str) -> Participants:
        exchange = self._exchange
        return Participants(
            self._store,
            self._clock,
            conference,
            self._conferences,
            Moderation(exchange.conferences),
            exchange.announcements,
            self._calls,
        )
