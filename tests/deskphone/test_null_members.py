"""Members of REST resources that are null in every state, and why."""

from __future__ import annotations

import asyncio

import aiohttp

from deskphone.compare.exchanges import RESOURCES, Request, ask
from deskphone.compare.forms import forms_of
from deskphone.compare.local import OWN, seeded

ALWAYS_NULL = {
    "Calls annotation": "Twilio documents no value.",
    "Calls group_sid": "Programmable Voice groups aren't emulated.",
    "IncomingPhoneNumbers address_sid": "Addresses aren't emulated.",
    "IncomingPhoneNumbers bundle_sid": "Regulatory bundles aren't emulated.",
    "IncomingPhoneNumbers emergency_address_sid": "Addresses aren't emulated.",
    "IncomingPhoneNumbers identity_sid": "Regulatory identities aren't emulated.",
    "IncomingPhoneNumbers trunk_sid": "SIP trunks aren't emulated.",
    "Recordings encryption_details": "Encrypted recordings aren't emulated.",
    "Recordings error_code": "No recording fails.",
}


def always_null() -> set[str]:
    """Return the members that are null in every row of an emulator with many states."""

    async def run() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        async with aiohttp.ClientSession() as session, seeded(session) as url:
            for name, key in RESOURCES.items():
                paths = [f"{name}.json?PageSize=50"]
                if name == "Conferences":  # without Status, those in progress
                    paths.append(f"{paths[0]}&Status=completed")
                for path in paths:
                    answer = await ask(session, url, OWN, Request(path))
                    rows = answer.response.body[key]
                    assert isinstance(rows, list)
                    for member, forms in forms_of(rows).items():
                        place = f"{name} {member.removeprefix('[].')}"
                        found.setdefault(place, set()).update(forms)
        return found

    return {member for member, forms in asyncio.run(run()).items() if forms == {"null"}}


def test_only_members_with_a_reason_are_always_null() -> None:
    assert always_null() == set(ALWAYS_NULL)
