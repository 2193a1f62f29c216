"""What the page says of Twilio's REST API: one row for each thing that can be asked for."""

from collections.abc import Iterable

from deskphone.rest import auth_tokens, wire
from deskphone.rest.conferences import conferences, invitations, participants
from deskphone.rest.resources import (
    calls,
    keys,
    media,
    members,
    messages,
    phone_numbers,
    queues,
    recordings,
)
from docs.coverage_page.tables import in_code

RESOURCES = (
    "Accounts", "Calls", "Conferences", "IncomingPhoneNumbers", "Keys", "Messages", "Queues",
    "Recordings",
)  # fmt: skip
"""What is emulated directly below an account."""

type Row = tuple[str, Iterable[str], Iterable[str]]
"""What is asked for, its parameters, and those that are not emulated."""


def rest_table() -> str:
    """Return the table as Markdown, with its heading."""
    lines = ["## Twilio's REST API\n", "| Resource | Parameters | Not emulated |", "|---|---|---|"]
    for rows in (_messages, _calls, _recordings, _numbers, _queues, _conferences, _accounts):
        lines += [f"| {what} | {in_code(has)} | {in_code(lacks)} |" for what, has, lacks in rows()]
    missing = [name for name in wire.ACCOUNT_PARTS.values() if name not in RESOURCES]
    lines.append(
        f"\nNot emulated at all (501): subaccounts, {in_code(missing)}, everything else below a"
        " single message, call or number, other channels than SMS, and answers in XML.\n"
    )
    return "\n".join(lines)


def _messages() -> list[Row]:
    return [
        ("Messages: create", messages.EMULATED, messages.NOT_EMULATED),
        ("Messages: list", messages.Messages.filters, ()),
        ("Messages: update (redact, cancel)", messages.UPDATES, ()),
        ("Messages: fetch, delete", (), ()),
        ("Messages/Media: list", media.MessageMedia.filters, ()),
        ("Messages/Media: fetch, delete, the file itself", (), ()),
        ("Messages/Feedback: create", ("Outcome",), ()),
    ]


def _calls() -> list[Row]:
    return [
        ("Calls: create", calls.EMULATED, calls.NOT_EMULATED),
        ("Calls: list", calls.Calls.filters, ()),
        ("Calls: update (end, redirect)", calls.UPDATES, ()),
        ("Calls: fetch, delete", (), ()),
        ("Calls/Recordings: create", recordings.CREATE, ()),
        ("Calls/Recordings: list", recordings.CallRecordings.filters, ()),
        ("Calls/Recordings: update (pause, go on, stop)", recordings.UPDATE, ()),
        ("Calls/Recordings: fetch, delete", (), ()),
    ]


def _recordings() -> list[Row]:
    resource = recordings.Recordings
    return [
        ("Recordings: list", resource.filters, resource.missing_filters),
        ("Recordings: fetch, delete, the sound as WAV and MP3", (), ()),
    ]


def _numbers() -> list[Row]:
    resource = phone_numbers.PhoneNumbers
    has, lacks = phone_numbers.EMULATED, phone_numbers.NOT_EMULATED
    return [
        ("IncomingPhoneNumbers: create, update", has, lacks),
        ("IncomingPhoneNumbers: list", resource.filters, resource.missing_filters),
        ("IncomingPhoneNumbers: fetch, delete", (), ()),
        ("IncomingPhoneNumbers/Local, Mobile, TollFree: create, list", has, lacks),
    ]


def _queues() -> list[Row]:
    return [
        ("Queues: create, update", queues.EMULATED, ()),
        ("Queues: fetch, list, delete", (), ()),
        ("Queues/Members: fetch, list", (), ()),
        ("Queues/Members: update (send elsewhere)", members.UPDATES, ()),
    ]


def _conferences() -> list[Row]:
    return [
        ("Conferences: list", conferences.Conferences.filters, ()),
        ("Conferences: fetch, update (end, announce)", conferences.UPDATES, ()),
        ("Conferences/Recordings: fetch, list, delete", (), ()),
        ("Conferences/Participants: create", invitations.EMULATED, invitations.NOT_EMULATED),
        ("Conferences/Participants: list", participants.Participants.filters, ()),
        ("Conferences/Participants: update", participants.UPDATES, ()),
        ("Conferences/Participants: fetch, delete", (), ()),
    ]


def _accounts() -> list[Row]:
    tokens = "accounts.twilio.com/v1/AuthTokens"
    return [
        ("Accounts: fetch, list, update", ("FriendlyName",), ("Status",)),
        ("Keys: create, update", keys.EMULATED, ()),
        ("Keys: fetch, list, delete", (), ()),
        (f"{tokens}/Secondary: create, delete", auth_tokens.EMULATED, ()),
        (f"{tokens}/Promote: update", auth_tokens.EMULATED, ()),
    ]
