"""Which parameters of the REST API count as Twilio's, compared with Twilio's own sources.

documented_parameters.txt has the names in Twilio's OpenAPI document (github.com/twilio/twilio-oai,
twilio_api_v2010). The installed SDK is newer, and ADDITIONS has what neither knows.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from twilio.rest.api.v2010 import account as accounts_sdk
from twilio.rest.api.v2010.account import application as applications_sdk
from twilio.rest.api.v2010.account import call as calls_sdk
from twilio.rest.api.v2010.account import conference as conferences_sdk
from twilio.rest.api.v2010.account import incoming_phone_number as numbers_sdk
from twilio.rest.api.v2010.account import key as keys_sdk
from twilio.rest.api.v2010.account import message as messages_sdk
from twilio.rest.api.v2010.account import new_key as new_key_sdk
from twilio.rest.api.v2010.account import queue as queues_sdk
from twilio.rest.api.v2010.account import recording as recordings_sdk
from twilio.rest.api.v2010.account.call import recording as call_recordings_sdk
from twilio.rest.api.v2010.account.call import user_defined_message as call_messages_sdk
from twilio.rest.api.v2010.account.call import (
    user_defined_message_subscription as subscriptions_sdk,
)
from twilio.rest.api.v2010.account.conference import participant as participants_sdk
from twilio.rest.api.v2010.account.conference import recording as conference_recordings_sdk
from twilio.rest.api.v2010.account.message import feedback as feedback_sdk
from twilio.rest.api.v2010.account.message import media as media_sdk
from twilio.rest.api.v2010.account.queue import member as members_sdk

from deskphone.rest.conferences import (
    conference_recordings,
    conferences,
    invitations,
    participants,
)
from deskphone.rest.messages import media, messages, new_message
from deskphone.rest.paging import PAGING
from deskphone.rest.resource import Resource
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

ADDITIONS: Mapping[str, set[str]] = {
    "POST Calls": {"IfMachine"},  # docs/api/errors/21207
    "POST IncomingPhoneNumbers/Local": {"AreaCode"},  # docs/api/errors/21451
    "POST IncomingPhoneNumbers/Mobile": {"AreaCode"},
    "POST IncomingPhoneNumbers/TollFree": {"AreaCode"},
}
"""Parameters that Twilio has elsewhere than in the OpenAPI document and the SDK."""

NAMES = {"Limit", "Self"}
"""Arguments of the SDK's methods that aren't sent."""


def of_list(resource: type[Resource[Any]]) -> set[str]:
    """Return what a list knows."""
    return {*resource.filters, *resource.missing_filters, *PAGING}


NUMBER = {*incoming_phone_numbers.EMULATED, *incoming_phone_numbers.NOT_EMULATED}
NUMBERS = of_list(incoming_phone_numbers.NumbersResource)
CHANGE = {*incoming_phone_numbers.UPDATES, *incoming_phone_numbers.NOT_EMULATED_UPDATES}
NUMBER_SDK = numbers_sdk.IncomingPhoneNumberList
APPLICATION = {*applications.EMULATED, *applications.NOT_EMULATED}
CALL_RECORDING = {*recordings.CREATE, *recordings.NOT_EMULATED}

OPERATIONS: Mapping[str, tuple[Callable[..., Any], Iterable[str]]] = {
    "GET Accounts": (accounts_sdk.AccountList.list, of_list(accounts.AccountsResource)),
    "POST Accounts/{}": (accounts_sdk.AccountContext.update, {"FriendlyName", "Status"}),
    "GET Messages": (messages_sdk.MessageList.list, of_list(messages.MessagesResource)),
    "POST Messages": (
        messages_sdk.MessageList.create,
        {*new_message.EMULATED, *new_message.NOT_EMULATED},
    ),
    "POST Messages/{}": (messages_sdk.MessageContext.update, messages.UPDATES),
    "GET Messages/{}/Media": (media_sdk.MediaList.list, of_list(media.MediaResource)),
    "POST Messages/{}/Feedback": (feedback_sdk.FeedbackList.create, {"Outcome"}),
    "GET Calls": (calls_sdk.CallList.list, of_list(calls.CallsResource)),
    "POST Calls": (calls_sdk.CallList.create, {*new_call.EMULATED, *new_call.NOT_EMULATED}),
    "POST Calls/{}": (calls_sdk.CallContext.update, calls.UPDATES),
    "GET Calls/{}/Recordings": (
        call_recordings_sdk.RecordingList.list,
        of_list(recordings.CallRecordingsResource),
    ),
    "POST Calls/{}/Recordings": (call_recordings_sdk.RecordingList.create, CALL_RECORDING),
    "POST Calls/{}/Recordings/{}": (
        call_recordings_sdk.RecordingContext.update,
        recordings.UPDATE,
    ),
    "POST Calls/{}/UserDefinedMessages": (
        call_messages_sdk.UserDefinedMessageList.create,
        user_defined_messages.MESSAGE,
    ),
    "POST Calls/{}/UserDefinedMessageSubscriptions": (
        subscriptions_sdk.UserDefinedMessageSubscriptionList.create,
        user_defined_messages.SUBSCRIPTION,
    ),
    "GET Recordings": (
        recordings_sdk.RecordingList.list,
        of_list(recordings.RecordingsResource),
    ),
    "GET Recordings/{}": (
        recordings_sdk.RecordingContext.fetch,
        recordings.RecordingsResource.missing_in_fetch,
    ),
    "GET IncomingPhoneNumbers": (NUMBER_SDK.list, NUMBERS),
    "POST IncomingPhoneNumbers": (NUMBER_SDK.create, NUMBER),
    "GET IncomingPhoneNumbers/Local": (NUMBER_SDK.list, NUMBERS),
    "POST IncomingPhoneNumbers/Local": (NUMBER_SDK.create, NUMBER),
    "GET IncomingPhoneNumbers/Mobile": (NUMBER_SDK.list, NUMBERS),
    "POST IncomingPhoneNumbers/Mobile": (NUMBER_SDK.create, NUMBER),
    "GET IncomingPhoneNumbers/TollFree": (NUMBER_SDK.list, NUMBERS),
    "POST IncomingPhoneNumbers/TollFree": (NUMBER_SDK.create, NUMBER),
    "POST IncomingPhoneNumbers/{}": (numbers_sdk.IncomingPhoneNumberContext.update, CHANGE),
    "GET Applications": (
        applications_sdk.ApplicationList.list,
        of_list(applications.ApplicationsResource),
    ),
    "POST Applications": (applications_sdk.ApplicationList.create, APPLICATION),
    "POST Applications/{}": (applications_sdk.ApplicationContext.update, APPLICATION),
    "GET Queues": (queues_sdk.QueueList.list, of_list(queues.QueuesResource)),
    "POST Queues": (queues_sdk.QueueList.create, queues.EMULATED),
    "POST Queues/{}": (queues_sdk.QueueContext.update, queues.EMULATED),
    "GET Queues/{}/Members": (members_sdk.MemberList.list, of_list(members.MembersResource)),
    "POST Queues/{}/Members/{}": (members_sdk.MemberContext.update, members.UPDATES),
    "GET Conferences": (
        conferences_sdk.ConferenceList.list,
        of_list(conferences.ConferencesResource),
    ),
    "POST Conferences/{}": (conferences_sdk.ConferenceContext.update, conferences.UPDATES),
    "GET Conferences/{}/Recordings": (
        conference_recordings_sdk.RecordingList.list,
        of_list(conference_recordings.ConferenceRecordingsResource),
    ),
    "POST Conferences/{}/Recordings/{}": (
        conference_recordings_sdk.RecordingContext.update,
        recordings.UPDATE,
    ),
    "GET Conferences/{}/Participants": (
        participants_sdk.ParticipantList.list,
        of_list(participants.ParticipantsResource),
    ),
    "POST Conferences/{}/Participants": (
        participants_sdk.ParticipantList.create,
        {*invitations.EMULATED, *invitations.NOT_EMULATED},
    ),
    "POST Conferences/{}/Participants/{}": (
        participants_sdk.ParticipantContext.update,
        participants.UPDATES,
    ),
    "GET Keys": (keys_sdk.KeyList.list, of_list(keys.KeysResource)),
    "POST Keys": (new_key_sdk.NewKeyList.create, keys.EMULATED),
    "POST Keys/{}": (keys_sdk.KeyContext.update, keys.EMULATED),
}
"""The SDK's method for each operation, and the parameters that the emulator knows."""

NOT_EMULATED = {"POST Accounts"}
"""Operations that get 501 as a whole."""


def documented() -> dict[str, set[str]]:
    """Return the parameters of each operation in Twilio's OpenAPI document."""
    text = (Path(__file__).parent / "documented_parameters.txt").read_text()
    found: dict[str, set[str]] = {}
    for line in re.sub(r"\n +", " ", text).splitlines():
        operation, _, names = line.partition(":")
        found[operation] = set(names.split())
    return found


def of_sdk(method: Callable[..., Any]) -> set[str]:
    """Return the parameters that a method of the SDK sends, as in the request."""
    names = {
        "".join(part.capitalize() for part in name.rstrip("_").split("_"))
        for name in inspect.signature(method).parameters
    }
    signs = {"Before": "<", "After": ">"}
    renamed = {re.sub("(Before|After)$", lambda end: signs[end[0]], name) for name in names - NAMES}
    return renamed | ({"Page", "PageToken"} if "Limit" in names else set())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_parameter_of_twilio_is_known_and_no_other(operation: str) -> None:
    method, known = OPERATIONS[operation]
    real = documented()[operation] | of_sdk(method) | ADDITIONS.get(operation, set())

    assert set(known) ^ real == set()


def test_each_operation_with_parameters_is_compared() -> None:
    with_parameters = {operation for operation, names in documented().items() if names}

    assert with_parameters == OPERATIONS.keys() | NOT_EMULATED
