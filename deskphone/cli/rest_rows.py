"""The REST resources that the emulator has: one row for each thing that can be requested."""

from collections.abc import Iterable
from typing import NamedTuple

from deskphone.rest import auth_tokens
from deskphone.rest.conferences import (
    conference_recordings,
    conferences,
    invitations,
    participants,
)
from deskphone.rest.messages import media, messages, new_message
from deskphone.rest.resources import (
    accounts,
    applications,
    calls,
    incoming_phone_numbers,
    keys,
    members,
    new_call,
    queues,
    recordings,
    user_defined_messages,
)

RESOURCES = (
    "Accounts", "Applications", "Calls", "Conferences", "IncomingPhoneNumbers", "Keys", "Messages",
    "Queues", "Recordings",
)  # fmt: skip
"""What is emulated directly below an account."""
NOT_EMULATED = tuple(name for name in accounts.ACCOUNT_PARTS.values() if name not in RESOURCES)
"""What only the real Twilio has there."""


class Row(NamedTuple):
    """What can be requested, its parameters, and those that aren't emulated."""

    what: str
    parameters: Iterable[str]
    missing: Iterable[str]


def rest_rows() -> list[Row]:
    """Return all rows."""
    parts = (
        _messages, _calls, _recordings, _numbers, _queues, _conferences, _applications, _accounts,
    )  # fmt: skip
    return [Row(*row) for part in parts for row in part()]


Pairs = list[tuple[str, Iterable[str], Iterable[str]]]


def _messages() -> Pairs:
    return [
        ("Messages: create", new_message.EMULATED, new_message.NOT_EMULATED),
        ("Messages: list", messages.MessagesResource.filters, ()),
        ("Messages: update (redact, cancel)", messages.UPDATES, ()),
        ("Messages: fetch, delete", (), ()),
        ("Messages/Media: list", media.MediaResource.filters, ()),
        ("Messages/Media: fetch, delete, the file itself", (), ()),
        ("Messages/Feedback: create", ("Outcome",), ()),
    ]


def _calls() -> Pairs:
    return [
        ("Calls: create", new_call.EMULATED, new_call.NOT_EMULATED),
        ("Calls: list", calls.CallsResource.filters, ()),
        ("Calls: update (end, redirect)", calls.UPDATES, ()),
        ("Calls: fetch, delete", (), ()),
        ("Calls/Recordings: create", recordings.CREATE, recordings.NOT_EMULATED),
        ("Calls/Recordings: list", recordings.CallRecordingsResource.filters, ()),
        ("Calls/Recordings: update (pause, resume, stop)", recordings.UPDATE, ()),
        ("Calls/Recordings: fetch, delete", (), ()),
        ("Calls/UserDefinedMessages: create", user_defined_messages.MESSAGE, ()),
        (
            "Calls/UserDefinedMessageSubscriptions: create",
            user_defined_messages.SUBSCRIPTION,
            (),
        ),
        ("Calls/UserDefinedMessageSubscriptions: delete", (), ()),
    ]


def _recordings() -> Pairs:
    resource = recordings.RecordingsResource
    return [
        ("Recordings: list", resource.filters, resource.missing_filters),
        (
            "Recordings: fetch, delete, download as WAV or MP3",
            ("RequestedChannels",),
            resource.missing_in_fetch,
        ),
    ]


def _numbers() -> Pairs:
    resource = incoming_phone_numbers.NumbersResource
    has, lacks = incoming_phone_numbers.EMULATED, incoming_phone_numbers.NOT_EMULATED_UPDATES
    return [
        ("IncomingPhoneNumbers: create (also Local, Mobile, TollFree), update", has, lacks),
        (
            "IncomingPhoneNumbers: list (also Local, Mobile, TollFree)",
            resource.filters,
            resource.missing_filters,
        ),
        ("IncomingPhoneNumbers: fetch, delete", (), ()),
    ]


def _queues() -> Pairs:
    return [
        ("Queues: create, update", queues.EMULATED, ()),
        ("Queues: fetch, list, delete", (), ()),
        ("Queues/Members: fetch, list", (), ()),
        ("Queues/Members: update (redirect)", members.UPDATES, ()),
    ]


def _conferences() -> Pairs:
    return [
        ("Conferences: list", conferences.ConferencesResource.filters, ()),
        ("Conferences: fetch, update (end, announce)", conferences.UPDATES, ()),
        (
            "Conferences/Recordings: list",
            conference_recordings.ConferenceRecordingsResource.filters,
            (),
        ),
        ("Conferences/Recordings: update (pause, resume, stop)", recordings.UPDATE, ()),
        ("Conferences/Recordings: fetch, delete", (), ()),
        ("Conferences/Participants: create", invitations.EMULATED, invitations.NOT_EMULATED),
        ("Conferences/Participants: list", participants.ParticipantsResource.filters, ()),
        ("Conferences/Participants: update", participants.UPDATES, ()),
        ("Conferences/Participants: fetch, delete", (), ()),
    ]


def _applications() -> Pairs:
    return [
        ("Applications: create, update", applications.EMULATED, applications.NOT_EMULATED),
        ("Applications: list", applications.ApplicationsResource.filters, ()),
        ("Applications: fetch, delete", (), ()),
    ]


def _accounts() -> Pairs:
    tokens = "accounts.twilio.com/v1/AuthTokens"
    return [
        ("Accounts: list", accounts.AccountsResource.filters, ()),
        ("Accounts: fetch, update", ("FriendlyName", "Status"), ()),
        ("Keys: create, update", keys.EMULATED, ()),
        ("Keys: fetch, list, delete", (), ()),
        (f"{tokens}/Secondary: create, delete", auth_tokens.EMULATED, ()),
        (f"{tokens}/Promote: update", auth_tokens.EMULATED, ()),
    ]
