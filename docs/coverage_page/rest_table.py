"""What the page says of Twilio's REST API: one row for each thing that can be asked for."""

import json
from collections.abc import Iterable
from http import HTTPStatus

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
from docs.coverage_page.covering_tests import TESTS
from docs.coverage_page.tables import in_code

RECORDED = TESTS / "recorded" / "rest.json"
RESOURCES = (
    "Accounts", "Applications", "Calls", "Conferences", "IncomingPhoneNumbers", "Keys", "Messages",
    "Queues", "Recordings",
)  # fmt: skip
"""What is emulated directly below an account."""

type Row = tuple[str, Iterable[str], Iterable[str]]
"""What is asked for, its parameters, and those that are not emulated."""


def rest_table() -> str:
    """Return the table as Markdown, with its heading."""
    lines = ["## Twilio's REST API\n", "| Resource | Parameters |", "|---|---|"]
    parts = (
        _messages, _calls, _recordings, _numbers, _queues, _conferences, _applications, _accounts,
    )  # fmt: skip
    same: dict[str, list[str]] = {}
    for what, has, lacks in (row for part in parts for row in part()):
        not_emulated = f"; not emulated: {in_code(lacks)}" if lacks else ""
        same.setdefault(in_code(has) + not_emulated, []).append(what)
    plain = "; ".join(what.replace(": ", " (") + ")" for what in same.pop(""))
    lines += [f"| {'; '.join(names)} | {cell} |" for cell, names in same.items()]
    lines.append(f"\nEmulated, without parameters: {plain}.")
    missing = [name for name in accounts.ACCOUNT_PARTS.values() if name not in RESOURCES]
    lines.append(
        f"\nNot emulated at all (501): subaccounts, {in_code(missing)}, everything else below a"
        " single message, call or number, channels other than SMS, XML responses, and Twilio's"
        " other products and versions, such as `/messaging/v1` and `/verify/v2`.\n"
    )
    lines.append(f"{_recorded()}\n")
    return "\n".join(lines)


def _recorded() -> str:
    """Return which resources are compared with recorded responses, and the newest one's year."""
    years: dict[str, int] = {}
    for one in json.loads(RECORDED.read_text("utf-8")):
        name = one["path"].strip("/").partition(".json")[0].partition("/")[0]
        if name in RESOURCES and one["status"] < HTTPStatus.BAD_REQUEST:
            years[name] = max(one["year"], years.get(name, 0))
    newest = ", ".join(f"`{name}` ({year})" for name, year in sorted(years.items()))
    return (
        f"[A test](../../tests/deskphone/test_recorded_rest.py) compares {newest} and many errors "
        "with recorded responses. The others follow Twilio's OpenAPI document."
    )


def _messages() -> list[Row]:
    return [
        ("Messages: create", new_message.EMULATED, new_message.NOT_EMULATED),
        ("Messages: list", messages.MessagesResource.filters, ()),
        ("Messages: update (redact, cancel)", messages.UPDATES, ()),
        ("Messages: fetch, delete", (), ()),
        ("Messages/Media: list", media.MediaResource.filters, ()),
        ("Messages/Media: fetch, delete, the file itself", (), ()),
        ("Messages/Feedback: create", ("Outcome",), ()),
    ]


def _calls() -> list[Row]:
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


def _recordings() -> list[Row]:
    resource = recordings.RecordingsResource
    return [
        ("Recordings: list", resource.filters, resource.missing_filters),
        (
            "Recordings: fetch, delete, download as WAV or MP3",
            ("RequestedChannels",),
            resource.missing_in_fetch,
        ),
    ]


def _numbers() -> list[Row]:
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


def _queues() -> list[Row]:
    return [
        ("Queues: create, update", queues.EMULATED, ()),
        ("Queues: fetch, list, delete", (), ()),
        ("Queues/Members: fetch, list", (), ()),
        ("Queues/Members: update (redirect)", members.UPDATES, ()),
    ]


def _conferences() -> list[Row]:
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


def _applications() -> list[Row]:
    return [
        ("Applications: create, update", applications.EMULATED, applications.NOT_EMULATED),
        ("Applications: list", applications.ApplicationsResource.filters, ()),
        ("Applications: fetch, delete", (), ()),
    ]


def _accounts() -> list[Row]:
    tokens = "accounts.twilio.com/v1/AuthTokens"
    return [
        ("Accounts: list", accounts.AccountsResource.filters, ()),
        ("Accounts: fetch, update", ("FriendlyName", "Status"), ()),
        ("Keys: create, update", keys.EMULATED, ()),
        ("Keys: fetch, list, delete", (), ()),
        (f"{tokens}/Secondary: create, delete", auth_tokens.EMULATED, ()),
        (f"{tokens}/Promote: update", auth_tokens.EMULATED, ()),
    ]
