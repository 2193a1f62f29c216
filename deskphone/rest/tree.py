"""Maps paths to resources, including those that only the real Twilio has."""

from collections.abc import Callable, Mapping
from typing import Any

from deskphone.account.account import Account
from deskphone.account.store import Store
from deskphone.browser.messages import CallMessages
from deskphone.clock import Clock
from deskphone.line.conferences.moderation import Moderation
from deskphone.line.network import Network
from deskphone.rest.conferences.conference_recordings import ConferenceRecordingsResource
from deskphone.rest.conferences.conferences import ConferencesResource
from deskphone.rest.conferences.participants import ParticipantsResource
from deskphone.rest.messages.media import FeedbackResource, MediaResource
from deskphone.rest.messages.messages import MessagesResource
from deskphone.rest.resource import Resource
from deskphone.rest.resources.accounts import ACCOUNT_PARTS, AccountsResource
from deskphone.rest.resources.applications import ApplicationsResource
from deskphone.rest.resources.calls import CALL_PARTS, CallsResource
from deskphone.rest.resources.incoming_phone_numbers import (
    KINDS,
    NumbersOfOneKindResource,
    NumbersResource,
)
from deskphone.rest.resources.keys import KeysResource
from deskphone.rest.resources.members import MembersResource
from deskphone.rest.resources.queues import QueuesResource
from deskphone.rest.resources.recordings import CallRecordingsResource, RecordingsResource
from deskphone.rest.resources.user_defined_messages import (
    UserDefinedMessagesResource,
    UserDefinedMessageSubscriptionsResource,
)

REAL_RESOURCES = frozenset(name.split("/", maxsplit=1)[0] for name in ACCOUNT_PARTS.values())
REAL_PARTS: Mapping[str, frozenset[str]] = {
    "Messages": frozenset({"Media", "Feedback"}),
    "Calls": frozenset(CALL_PARTS.values()),
    "IncomingPhoneNumbers": frozenset({"AssignedAddOns"}),
    "Queues": frozenset({"Members"}),
    "Conferences": frozenset({"Participants", "Recordings"}),
    "Recordings": frozenset({"Transcriptions", "AddOnResults"}),
}
"""Twilio's resources below an account, to tell a gap in the emulator from a wrong path."""

Part = Callable[[str], Resource[Any]]
"""Creates the resource below the record with this SID; raises 20404 if the record is missing."""


class Tree:
    """All resources, each created once.

    `accounts` is the root, `resources` are keyed by their name in the path, and `parts` by names
    such as Queues/Members.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        account: Account,
        network: Network,
        call_messages: CallMessages,
        messaging_service: Callable[[], str],
    ) -> None:
        """`messaging_service` returns the SID in the app's settings, or ""."""
        exchange, rooms = network.exchange, network.conferences
        announcements = network.announcements
        calls = CallsResource(store, clock, exchange)
        messages = MessagesResource(store, clock, network.texts, messaging_service)
        queues = QueuesResource(store, clock, network.queues)
        conferences = ConferencesResource(store, clock, rooms, announcements)
        self.accounts = AccountsResource(store, clock, account)
        self.resources: Mapping[str, Resource[Any]] = {
            "Messages": messages,
            "Calls": calls,
            "Recordings": RecordingsResource(store, clock, network.studio),
            "IncomingPhoneNumbers": NumbersResource(store, clock),
            **{
                f"IncomingPhoneNumbers/{name}": NumbersOfOneKindResource(store, clock, kind)
                for name, kind in KINDS.items()
            },
            "Queues": queues,
            "Conferences": conferences,
            "Applications": ApplicationsResource(store, clock),
            "Keys": KeysResource(store, clock, account),
        }
        self.parts: Mapping[str, Part] = {
            "Calls/Recordings": lambda sid: CallRecordingsResource(
                store, clock, network.studio, calls.found(sid), network.recorder
            ),
            "Calls/UserDefinedMessages": lambda sid: UserDefinedMessagesResource(
                store, clock, calls.found(sid).sid, call_messages
            ),
            "Calls/UserDefinedMessageSubscriptions": lambda sid: (
                UserDefinedMessageSubscriptionsResource(
                    store, clock, calls.found(sid).sid, call_messages
                )
            ),
            "Messages/Media": lambda sid: MediaResource(store, clock, messages.found(sid)),
            "Messages/Feedback": lambda sid: FeedbackResource(store, clock, messages.found(sid)),
            "Queues/Members": lambda sid: MembersResource(
                store, clock, queues.found(sid).sid, queues, exchange
            ),
            "Conferences/Participants": lambda conference: ParticipantsResource(
                store, clock, conference, conferences, Moderation(rooms), announcements, exchange
            ),
            "Conferences/Recordings": lambda sid: ConferenceRecordingsResource(
                store, clock, network.studio, conferences.found(sid).sid, network.recorder
            ),
        }
